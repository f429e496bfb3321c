"""Rights, depths and privileges: the vocabulary of the security model."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Right(StrEnum):
    """The eight rights a privilege may grant on a table."""

    CREATE = "Create"
    READ = "Read"
    WRITE = "Write"
    DELETE = "Delete"
    APPEND = "Append"
    APPEND_TO = "AppendTo"
    ASSIGN = "Assign"
    SHARE = "Share"


ACCESS_RIGHTS = {
    Right.READ: 1,
    Right.WRITE: 2,
    Right.APPEND: 4,
    Right.APPEND_TO: 16,
    Right.CREATE: 32,
    Right.DELETE: 65536,
    Right.SHARE: 262144,
    Right.ASSIGN: 524288,
}
"""The bit of each right in a mask of rights, as sharing keeps them."""


class Depth(IntEnum):
    """How far a privilege reaches; the values are those of `privilegedepthmask`."""

    BASIC = 1
    """Own records."""
    LOCAL = 2
    """Records of the business unit."""
    DEEP = 4
    """Records of the business unit and those below it."""
    GLOBAL = 8
    """Every record of the organization."""

    @property
    def label(self) -> str:
        """The name as roles spell it: Basic, Local, Deep, Global."""
        return self.name.capitalize()

    @classmethod
    def named(cls, label: str) -> "Depth":
        """Return the depth of that name. Raises KeyError for another word."""
        return cls[label.upper()]


@dataclass(frozen=True, slots=True)
class Privilege:
    """A right on a table, by its name (`prvReadLead`) and identifier."""

    name: str
    right: Right
    table: str
    id: str
    depths: tuple[Depth, ...]


@dataclass(frozen=True, slots=True)
class RolePrivilege:
    """A privilege as a role holds it, and how deep. A request needs no name and no unit."""

    privilege_id: str
    depth: Depth
    name: str = ""
    business_unit_id: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "RolePrivilege":
        """Return what a message holds of one. Raises ValueError for what names no such thing."""
        try:
            return cls(given["PrivilegeId"], Depth.named(given["Depth"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("a RolePrivilege takes a PrivilegeId and a Depth") from error

    def spelled(self) -> dict[str, str]:
        """Return it as messages hold it."""
        return {
            "BusinessUnitId": self.business_unit_id,
            "Depth": self.depth.label,
            "PrivilegeId": self.privilege_id,
            "PrivilegeName": self.name,
        }
