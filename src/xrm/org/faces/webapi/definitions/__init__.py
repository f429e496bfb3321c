"""Definitions in the Web API: GET of `EntityDefinitions` and its neighbours.

reading    one GET: who asks, what for, the documents
paths      a path into a list of definitions, one of it, or a property
asking     $select, $filter and $expand; definitions take no other option
filtering  $filter of definitions
complexes  definitions as functions answer with them: complex types

What is not known of a table or column is left out, or null where it is selected.
"""

from xrm.org.faces.webapi.definitions.reading import read_definitions

__all__ = ["read_definitions"]
