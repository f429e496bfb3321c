"""`$metadata`: what the Web API is, as CSDL.

document    one GET; the schema put together, kept as long as it holds
tables      tables as entity types, and their sets
operations  messages as actions and functions
types       the types that operations and definitions name, each one there is
names       the namespace; simple types of properties
"""

from xrm.org.faces.webapi.description.document import read_metadata

__all__ = ["read_metadata"]
