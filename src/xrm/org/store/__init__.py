"""Where records lie: SQL tables from metadata, values to storage and back.

columns       one column's storage: its SQL columns, value in, value out
identifiers   the keys of new records
tables        the SQL tables of a catalogue, intersect tables included
packing       how the values of a record become one row
records       insert, change, remove and fetch one record
references    what points to a record, and the intersect tables that hold it
selections    some columns of many records
associations  pairs of records in intersect tables
grants        what roles grant, and how deep
shares        what is shared with whom
keys          alternate keys: their definitions, their indexes, the record of one
languages     the languages an organization has enabled
"""
