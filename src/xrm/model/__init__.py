"""What is said: values, messages, queries, metadata, errors. No I/O, no spelling.

Every package may import from here; this one imports from none of them.

ports       clock and ids, injected wherever time or chance matters
text        the fold key by which text is compared
values      what a column of a record holds
query       Query, the one model of every question
operators   how columns are tested
message     Message, the one model of every operation, and how one is declared
shapes      types of parameters and results that are no values of columns
metadata    tables, columns, relationships;  privileges: rights and depths
secret      text that cannot be printed
errors      the catalogues: sign-in errors (AADSTS numbers), service errors (0x codes)
"""
