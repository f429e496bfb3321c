"""Values as each door spells them, and the check that every door reads one."""

from dataclasses import dataclass, field, replace
from typing import Any

from support.doors import DOORS, Door, Organization, Web
from support.estate import Client
from support.organization_data import SERVICES
from support.spelled import Number, Spelled, Values

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
NOWHERE = {"Id": None, "LogicalName": None, "Name": None}
MONEY, OPTION, REFERENCE = (
    f"{SERVICES}{name}" for name in ("Money", "OptionSetValue", "EntityReference")
)


def text(value: str, *, atom: str | None = None) -> Spelled:
    return Spelled(value, ("string", value), value, ("", value if atom is None else atom))


def whole(number: int, shown: str) -> Spelled:
    return Spelled(number, ("int", str(number)), number, ("Edm.Int32", str(number)), shown)


def amount(digits: str, shown: str | None = None) -> Spelled:
    members = {"Value": digits}
    return Spelled(Number(digits), ("Money", members), members, (MONEY, members), shown)


def exact(digits: str, shown: str | None = None) -> Spelled:
    return Spelled(Number(digits), ("decimal", digits), digits, ("Edm.Decimal", digits), shown)


def double(json: str, xml: str, shown: str) -> Spelled:
    return Spelled(Number(json), ("double", xml), Number(json), ("Edm.Double", xml), shown)


def flag(value: bool, shown: str) -> Spelled:
    said = "true" if value else "false"
    return Spelled(value, ("boolean", said), value, ("Edm.Boolean", said), shown)


def moment(said: str, ticks: int, shown: str | None = None) -> Spelled:
    return Spelled(said, ("dateTime", said), f"/Date({ticks})/", ("Edm.DateTime", said), shown)


def day(said: str, ticks: int, shown: str) -> Spelled:
    return replace(moment(f"{said}T00:00:00Z", ticks, shown), web=said)


def choice(number: int, shown: str) -> Spelled:
    members = {"Value": str(number)}
    return Spelled(number, ("OptionSetValue", members), {"Value": number}, (OPTION, members), shown)


def identifier(key: str) -> Spelled:
    return Spelled(key, ("guid", key), key, ("Edm.Guid", key))


def record(table: str, key: str, name: str, bind: str) -> Spelled:
    members = {"Id": key, "LogicalName": table, "Name": name}
    return Spelled(
        key, ("EntityReference", members), members, (REFERENCE, members), name, bind, table
    )


def nothing(like: Spelled) -> Spelled:
    """Return no value, as the doors have it where one like this may stand."""
    members: Any = None
    if isinstance(like.data, dict):
        members = NOWHERE if "Id" in like.data else {"Value": None}
    return replace(
        like, web=None, soap=None, data=members, atom=(like.atom[0], members), shown=None
    )


@dataclass(frozen=True)
class Case:
    """A value sent to a column, and what is read then if it is not that."""

    column: str
    sent: Spelled
    kept: Spelled | None = None
    table: str = "lead"
    beside: Values = field(default_factory=dict)
    by: tuple[str, ...] = ("web", "soap", "json", "atom")

    @property
    def read(self) -> Spelled:
        return self.sent if self.kept is None else self.kept

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column} {str(self.sent.web)[:24]!a}"


def spelled_for(door: Door, value: Spelled) -> Any:
    return getattr(value, door.name if door.name != "json" else "data")


def check(client: Client, case: Case, key: str, value: Spelled) -> None:
    """Check that every door reads a value, each time in its own spelling."""
    for door in DOORS:
        expected = spelled_for(door, value)
        for found in door.read(client, case.table, key, case.column):
            assert (door.name, found) == (door.name, expected)
    for door in (Web(), Organization()):
        assert door.shown(client, case.table, key, case.column) == value.shown
