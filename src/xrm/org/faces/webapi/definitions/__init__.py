"""Definitions: what the catalogue knows of tables and columns, read as the service writes it.

reading    one GET: who asks, what for, the documents
paths      a path into a list of definitions, one of it, or a property
asking     $select, $filter and $expand; definitions take no other option
filtering  $filter of definitions
tables     tables, relationships and keys as definitions
columns    columns and choices as definitions
types      every type with the names of its properties
values     a definition; labels in the languages of the organization; identifiers

What the catalogue does not know is left out, or null where it is selected; nothing is made up.
"""

from xrm.org.faces.webapi.definitions.reading import read_definitions

__all__ = ["read_definitions"]
