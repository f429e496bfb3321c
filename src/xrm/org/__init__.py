"""What you may see and do: an organization behind published keys. Knows no passwords or grants.

A request: faces/webapi reads it > callers/bearer says whose it is > pipeline.execute(message):
validate > authorize > run > after, in one transaction > messages/<x> > query and store > SQL.

organization    Organization: database, catalogue, trust, directory, caches
ports           what it asks of others: Trust (keys), Directory (applications, people)
metadata/       the catalogue; one file per table; standard roles
store/          SQL tables from metadata; values to storage and back; records
query/          names to columns, Query to SQL;  security/: privileges, row filters
context         what surrounds a running message;  optional: parameters any message takes
messages/       one file per message, listed in its __init__;  rules/: what holds for each write
definitions/    tables as they describe themselves;  presentation/: values as a user sees them
callers/        one file per way to be a caller;  faces/: one folder per endpoint
administration, roles, people, provisioning, supplies, loading: what others do to an organization
"""
