"""Definitions: what the catalogue knows of tables and columns, as the service describes it.

tables         tables and alternate keys
columns        columns; choices, relationships: theirs
settings       what is said alike of all of them
types          every type with the names of its properties
parts          enumerations and complex types that properties hold
values         a definition; labels in the languages of the organization; identifiers
finding        every definition of a kind, and one by name or identifier
expressions    a query for definitions, read; selecting: what it finds
stamps         the version of all of them, for those who keep a copy

What the catalogue does not know is left out; the faces spell it as null.
"""
