"""Data contracts: the one table that reading, writing and the schemas follow from.

Contract names are unique here whatever their namespace. Types of members are contract names,
XSD's simple types (`string`, `int`, `long`, `boolean`, `double`, `decimal`, `dateTime`,
`base64Binary`), `guid`, or `anyType`, whose elements tell their own type (`i:type`).
"""

from dataclasses import dataclass
from typing import Literal

SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
DISCOVERY = "http://schemas.microsoft.com/xrm/2011/Contracts/Discovery"
XRM = "http://schemas.microsoft.com/xrm/2011/Contracts"
CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
METADATA = "http://schemas.microsoft.com/xrm/2011/Metadata"
METADATA_QUERY = "http://schemas.microsoft.com/xrm/2011/Metadata/Query"
GENERIC = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
XSD = "http://www.w3.org/2001/XMLSchema"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

Shape = Literal["struct", "list", "pairs", "enumeration", "flags"]


@dataclass(frozen=True, slots=True)
class Member:
    """One element of a data contract, in its place.

    `namespace` is the contract's own unless it is said. A reader takes a member as absent
    where `optional`; a writer leaves out one it has no value for.
    """

    name: str
    type: str
    nillable: bool = True
    optional: bool = True
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A data contract. `members` are those it adds to its `base`, which are written first.

    A `list` repeats its one member; `pairs` repeat an element of `members` key and value,
    whose own name is `pair`, in GENERIC. An enumeration has `words` in place of members.
    `local` is the name on the wire, where a contract of another namespace has the same.
    """

    name: str
    namespace: str
    members: tuple[Member, ...] = ()
    base: str | None = None
    shape: Shape = "struct"
    words: tuple[str, ...] = ()
    pair: str = ""
    local: str = ""

    @property
    def wire_name(self) -> str:
        """The name on the wire."""
        return self.local or self.name
