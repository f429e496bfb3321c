"""Currencies: codes are unique, and the base currency of an organization stays as it is."""

import re

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Table
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

TABLE = "transactioncurrency"
CODE = "isocurrencycode"
INACTIVE = 1
_CUSTOM = 1
_ISO_CODE = re.compile(r"[A-Za-z]{3}")


def concerns(table: Table) -> bool:
    """Tell whether a table is that of currencies."""
    return table.logical_name == TABLE


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return the organization of a new currency.

    Raises ServiceError 0x80048cf2 for a code that is none, 0x80048cf3 for one there is.
    """
    _check_code(context, table, values, "")
    return {"organizationid": EntityReference("organization", context.caller.organization_id)}


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check what changes of a currency.

    Raises ServiceError 0x80048cf4 or 0x80048cf5 if the base currency would be deactivated or
    get another rate, and for codes as `of_new` does.
    """
    if before.table.logical_name != TABLE:
        return
    if CODE in values:
        _check_code(context, before.table, dict(before) | values, before.key)
    if not {"statecode", "exchangerate"} & values.keys() or not _is_base(context, before.key):
        return
    if values.get("statecode") == INACTIVE:
        raise ServiceError(service.BASE_CURRENCY_ACTIVE, "The base currency cannot be deactivated.")
    if "exchangerate" in values and values["exchangerate"] != before["exchangerate"]:
        raise ServiceError(
            service.BASE_CURRENCY_RATE, "The exchange rate of the base currency cannot be modified."
        )


def check_delete(context: Context, table: Table, key: Guid) -> None:
    """Check that a currency may go. Raises ServiceError 0x80048cff for the base currency."""
    if table.logical_name == TABLE and _is_base(context, key):
        raise ServiceError(
            service.BASE_CURRENCY_KEPT, "The base currency of an organization cannot be deleted."
        )


def _check_code(context: Context, table: Table, values: Values, key: Guid) -> None:
    code = values.get(CODE)
    if not isinstance(code, str):
        return
    # Inferred: a currency of the user's own making may have any code.
    if values.get("currencytype") != _CUSTOM and not _ISO_CODE.fullmatch(code):
        raise ServiceError(service.CURRENCY_CODE, "Invalid ISO currency code.")
    store = context.organization.store
    if set(store.named(context.transaction, table, code, column=CODE)) - {key}:
        raise ServiceError(
            service.CURRENCY_CODE_TWICE,
            "Cannot insert duplicate currency record. Currency with the same currency code already "
            "exist in the system.",
        )


def _is_base(context: Context, key: Guid) -> bool:
    table, organization = context.table("organization"), context.caller.organization_id
    names = ("basecurrencyid",)
    found = context.organization.store.fetch(context.transaction, table, organization, names)
    base: Value = None if found is None else found["basecurrencyid"]
    return isinstance(base, EntityReference) and base.id == key
