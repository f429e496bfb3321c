"""Settings of users: each user has a row of them, which is made, moved and kept with the user.

A locale, written to them or to the organization's own, sets the formats that belong to it.
"""

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Table
from xrm.model.values import EntityReference, Values
from xrm.org.context import Context
from xrm.org.presentation import languages
from xrm.org.presentation.locales import of_locale
from xrm.org.presentation.zones import biases, time_zones
from xrm.org.rules.values import stamps
from xrm.org.store.records import Row
from xrm.org.supplies import settings_names, settings_of_new_user

TABLE = "usersettings"
MOST_ON_A_PAGE = 250
_LOCALE, _ZONE, _LIMIT, _UNIT = "localeid", "timezonecode", "paginglimit", "businessunitid"
_LANGUAGES = ("uilanguageid", "helplanguageid")


def concerns(table: Table) -> bool:
    """Tell whether new records of a table are settings or need some."""
    return table.logical_name in (TABLE, "systemuser")


def of_new(context: Context, table: Table, values: Values) -> None:
    """Add the settings of a new user; nobody adds others.

    Raises ServiceError 0x80040800.
    """
    if table.logical_name == TABLE:
        raise _unsupported("Create")
    settings, organization = context.table(TABLE), context.organization
    tables, owner = organization.catalogue, context.caller.organization_id
    stated = organization.store.fetch(
        context.transaction, context.table("organization"), owner, settings_names(tables)
    )
    unit = values.get(_UNIT)
    made = settings_of_new_user(tables, stated or {}) | stamps.of_new(context, settings, {})
    made["systemuserid"] = values[table.primary_id]
    made[_UNIT] = unit.id if isinstance(unit, EntityReference) else None
    organization.store.insert(context.transaction, settings, made)
    context.written.add(TABLE)


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return what follows from a locale or a time zone; move settings with their user.

    Raises ServiceError 0x80040203 for a locale that is not known, 0x800608f7 for such a time
    zone, 0x80044305 for too many records on a page, 0x80044195 for a language not enabled.
    """
    name = before.table.logical_name
    if name == "systemuser":
        _move(context, before, values)
    if name not in (TABLE, "organization"):
        return {}
    found = _formats(before, values)
    if name == TABLE:
        _check_limit(values)
        for language in _LANGUAGES:
            languages.check(context, values.get(language))
        found |= _of_zone(context, values)
    return found


def check_delete(table: Table) -> None:
    """Check that a record is none of the settings. Raises ServiceError 0x80040800."""
    if table.logical_name == TABLE:
        raise _unsupported("Delete")


def _move(context: Context, before: Row, values: Values) -> None:
    unit = values.get(_UNIT)
    if isinstance(unit, EntityReference) and unit != before[_UNIT]:
        table = context.table(TABLE)
        context.organization.store.change(context.transaction, table, before.key, {_UNIT: unit.id})
        context.written.add(TABLE)
        context.forget(table, before.key)


def _formats(before: Row, values: Values) -> Values:
    """Return the formats of a locale that is written, but for those written beside it."""
    locale = values.get(_LOCALE)
    if not isinstance(locale, int):
        return {}
    formats = of_locale(locale)
    if not formats:
        raise ServiceError(service.INVALID_ARGUMENT, f"The locale {locale} is not known.")
    known = before.table.columns
    # An empty text is kept as none, here as elsewhere; then the locale says what is shown.
    return {
        name: None if value == "" else value
        for name, value in formats.items()
        if name in known and name not in values
    }


def _of_zone(context: Context, values: Values) -> Values:
    """Return how far a time zone that is written is from UTC."""
    code = values.get(_ZONE)
    if not isinstance(code, int):
        return {}
    if code not in time_zones():
        raise ServiceError(service.TIME_ZONE_CODE, f"The time zone code {code} is not valid.")
    bias, summer = biases(code, context.now().year)
    return {"timezonebias": bias, "timezonedaylightbias": summer, "timezonestandardbias": 0}


def _check_limit(values: Values) -> None:
    limit = values.get(_LIMIT)
    if isinstance(limit, int) and limit > MOST_ON_A_PAGE:
        raise ServiceError(
            service.PAGING_LIMIT,
            f"The number of records on a page, {limit}, is more than {MOST_ON_A_PAGE}.",
        )


def _unsupported(message: str) -> ServiceError:
    return ServiceError(
        service.NO_SUCH_MESSAGE,
        f"The '{message}' method does not support entities of type '{TABLE}'.",
    )
