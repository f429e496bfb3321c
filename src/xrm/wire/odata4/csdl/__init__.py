"""The document that describes a service: CSDL 4.0 as XML, facts in, text out.

facts    types, operations and sets
writing  the document
"""

from xrm.wire.odata4.csdl.facts import (
    EntitySet,
    EnumType,
    Navigation,
    Operation,
    Property,
    Schema,
    StructuredType,
)
from xrm.wire.odata4.csdl.writing import write_csdl

__all__ = [
    "EntitySet",
    "EnumType",
    "Navigation",
    "Operation",
    "Property",
    "Schema",
    "StructuredType",
    "write_csdl",
]
