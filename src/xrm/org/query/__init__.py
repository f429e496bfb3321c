"""From a Query to rows: bind (names to columns, values to storage), then compile (to SQL).

literals   values as storage compares them
patterns   `like` wildcards as each engine spells them
links      the tables a query reaches through lookups, and what may be read of each
joins      the tables a query joins, by which columns, and what is wanted of them
spans      what the operators about days and about now mean
conditions a filter's columns and literals, for one caller
shape      Shape: a bound query without its values, hashable
bind       Query + metadata -> Shape + parameters
sources    the joined tables of a statement and their columns
ordering   the order of rows, and where a page starts
plan       Plan: the SQL text with what decodes its rows, cached by shape
compile    Shape -> Plan
"""
