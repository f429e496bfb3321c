"""The types that messages declare for their parameters and results, beside those of columns.

Simple types carry their Edm name (Edm.String, Edm.Boolean, Edm.Int32, Edm.Int64, Edm.Decimal,
Edm.Double, Edm.DateTimeOffset, Edm.Guid, Edm.Binary). Entity, EntityReference, EntityCollection,
ColumnSet, Query and OrganizationRequest are of the model or the SDK itself. Every other name is
a row here; `Collection(X)` is a sequence of X.

A value of a complex type is a mapping by its members' names; one of an enumeration is a member's
name, of a flags enumeration a sequence of names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xrm.model.message import Namespace


@dataclass(frozen=True, slots=True)
class Complex:
    """A type with members, by name and type, in the order of its data contract."""

    name: str
    members: Mapping[str, str]
    namespace: Namespace = "crm"


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A type whose values are words, each with a number; several at once where it is `flags`."""

    name: str
    members: Mapping[str, int]
    flags: bool = False
    namespace: Namespace = "crm"


_COMPLEX: tuple[Complex, ...] = (
    Complex("PrincipalAccess", {"AccessMask": "AccessRights", "Principal": "EntityReference"}),
)

_ENUMERATIONS: tuple[Enumeration, ...] = (
    Enumeration(
        "AccessRights",
        {
            "None": 0,
            "ReadAccess": 1,
            "WriteAccess": 2,
            "AppendAccess": 4,
            "AppendToAccess": 16,
            "CreateAccess": 32,
            "DeleteAccess": 65536,
            "ShareAccess": 262144,
            "AssignAccess": 524288,
        },
        flags=True,
    ),
)

COMPLEX = {row.name: row for row in _COMPLEX}
ENUMERATIONS = {row.name: row for row in _ENUMERATIONS}
