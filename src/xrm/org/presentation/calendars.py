"""What now, a day and a week are to the caller: for questions about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from xrm.model.metadata import Column, Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.presentation.languages import labels_of, of_user
from xrm.org.presentation.zones import COORDINATED, local, moment_of, zone

_KEPT = "calendar"


@dataclass(frozen=True, slots=True)
class CallerCalendar:
    """The time in UTC, the caller's time zone and the organization's first day of a week."""

    now: datetime
    rules: tzinfo
    week_start: int

    def local(self, moment: datetime) -> datetime:
        """Return what the caller's clocks show at a moment."""
        return local(moment, self.rules)

    def moment(self, shown: datetime) -> datetime:
        """Return when the caller's clocks first show this, in UTC."""
        return moment_of(shown, self.rules)


class Surroundings:
    """What a query may ask of its caller beside rights; read when it is asked."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._calendar: CallerCalendar | None = None

    def calendar(self) -> CallerCalendar:
        """Return the caller's calendar: one moment for all of a query."""
        if self._calendar is None:
            now = datetime.fromtimestamp(self._context.organization.clock(), UTC)
            self._calendar = CallerCalendar(now, *_kept(self._context))
        return self._calendar

    def language(self) -> int:
        """Return the language the caller reads."""
        return of_user(self._context).lcid

    def labels(self, table: Table, column: Column) -> Mapping[int, str]:
        """Return what the values of a choice are called in that language."""
        return labels_of(of_user(self._context), table, column)


def _kept(context: Context) -> tuple[tzinfo, int]:
    """Return the caller's time zone and the first day of a week, read once while caches hold."""
    kept = context.organization.remembered(context.transaction)
    name = _KEPT, context.caller.user_id
    found: tuple[tzinfo, int] | None = kept.get(name)
    if found is None:
        found = kept[name] = _read(context)
    return found


def _read(context: Context) -> tuple[tzinfo, int]:
    caller = context.caller
    own = _row(context, "usersettings", caller.user_id, "timezonecode")
    stated = _row(context, "organization", caller.organization_id, "weekstartdaycode")
    code, start = own.get("timezonecode"), stated.get("weekstartdaycode")
    return zone(_whole(code, COORDINATED)), _whole(start, 0)


def _row(context: Context, name: str, key: str, column: str) -> Values:
    store, table = context.organization.store, context.table(name)
    return store.fetch(context.transaction, table, key, (column,)) or {}


def _whole(value: Value, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
