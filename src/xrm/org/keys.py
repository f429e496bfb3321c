"""Alternate keys: defined, listed and removed; records named by one, and what violates one."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from xrm.db import Transaction, Violation
from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import LOOKUPS, Column, Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid, KeyReference, Value, Values
from xrm.org.context import Context
from xrm.org.organization import Organization
from xrm.org.security.caller import require
from xrm.org.store.keys import AlternateKey

MOST_KEYS = 10
"""Keys of one table."""
MOST_COLUMNS = 16
MOST_BYTES = 900
"""What the values of one key may take, as SQL Server counts them."""
_SIZES = {"Integer": 4, "Picklist": 4, "DateTime": 8, "Decimal": 13, **dict.fromkeys(LOOKUPS, 16)}
_OWNERS = ("systemuser", "team")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_KINDS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Picklist": (int,),
    "Decimal": (Decimal, int),
    "DateTime": (datetime,),
    "Date": (date,),
    **dict.fromkeys(LOOKUPS, (EntityReference, str)),
}
"""By type of column, what its values are in a key."""


def define(
    organization: Organization,
    table: str,
    name: str,
    columns: Sequence[str],
    *,
    display_name: str | None = None,
) -> AlternateKey:
    """Define an alternate key by its schema name and return it; it holds at once.

    Raises ServiceError 0x80040203 for a table or column there is not, 0x80060893 or 0x80060894
    for a key there is already, 0x80060895 for one too large, 0x8006088f for what the platform
    takes for no key, and where records are alike in these columns already.
    """
    described = organization.catalogue.tables.get(table)
    if described is None:
        raise _no_table(table)
    key = AlternateKey(
        id=str(organization.ids()),
        table=table,
        name=name.lower(),
        schema_name=name,
        display_name=display_name or name,
        columns=tuple(columns),
    )
    _check_columns(described, key)
    try:
        with organization.turn() as transaction:
            _check_others(organization, transaction, key)
            organization.key_store.add(transaction, key)
            transaction.changed()
    except Violation:
        raise _refused(f"Records of {table} are alike in {', '.join(columns)} already.") from None
    return key


def remove(organization: Organization, table: str, name: str) -> None:
    """Remove an alternate key by its name, in whatever case.

    Raises ServiceError 0x80040217 if there is none.
    """
    with organization.turn() as transaction:
        key = _named(organization, transaction, table, name)
        organization.key_store.remove(transaction, key)
        transaction.changed()


def named(organization: Organization, table: str, name: str) -> AlternateKey:
    """Return an alternate key by its name, in whatever case.

    Raises ServiceError 0x80040217 if there is none.
    """
    with organization.database.read() as transaction:
        return _named(organization, transaction, table, name)


def _named(
    organization: Organization, transaction: Transaction, table: str, name: str
) -> AlternateKey:
    for key in organization.key_store.definitions(transaction).get(table, ()):
        if key.name == name.lower():
            return key
    raise ServiceError(service.NOT_FOUND, f"The table '{table}' has no alternate key '{name}'.")


def listing(organization: Organization, table: str | None = None) -> list[AlternateKey]:
    """Return the alternate keys by table and name: those of one table, or all."""
    with organization.database.read() as transaction:
        found = organization.key_store.definitions(transaction)
    return [key for keys in found.values() for key in keys if table in (None, key.table)]


def _no_table(name: str) -> ServiceError:
    return ServiceError(
        service.INVALID_ARGUMENT,
        f"The entity with a name = '{name}' was not found in the metadata cache.",
    )


def _refused(reason: str) -> ServiceError:
    return ServiceError(service.KEY_REFUSED, f"Invalid EntityKey Operation performed : {reason}")


def _check_columns(table: Table, key: AlternateKey) -> None:
    if not _NAME.fullmatch(key.schema_name):
        raise _refused(f"'{key.schema_name[:100]}' is no schema name.")
    if not key.columns or len(key.columns) > MOST_COLUMNS:
        raise _refused(f"A key has between 1 and {MOST_COLUMNS} columns.")
    if len(set(key.columns)) < len(key.columns):
        raise _refused("A column is named twice.")
    size = sum(_size(table, name) for name in key.columns)
    if size > MOST_BYTES:
        raise ServiceError(
            service.KEY_TOO_LARGE,
            f"Index size exceeded the size limit of {MOST_BYTES} bytes. The key is too large. Try "
            "removing some columns or making the strings in string columns shorter.",
        )


def _size(table: Table, name: str) -> int:
    column = table.columns.get(name)
    if column is None:
        raise ServiceError(
            service.INVALID_ARGUMENT,
            f"'{table.logical_name}' entity doesn't contain attribute with Name = '{name}'.",
        )
    size = 2 * (column.max_length or 0) if column.type == "String" else _SIZES.get(column.type)
    if size is None or name == table.primary_id:
        raise _refused(f"The column '{name}' of type {column.type} cannot be part of a key.")
    return size


def _check_others(organization: Organization, transaction: Transaction, key: AlternateKey) -> None:
    others = organization.key_store.definitions(transaction).get(key.table, ())
    if any(other.name == key.name for other in others):
        raise ServiceError(
            service.KEY_NAME_TAKEN,
            f"An entity key with the name {key.name} already exists on entity {key.table}.",
        )
    if any(set(other.columns) == set(key.columns) for other in others):
        raise ServiceError(
            service.KEY_COLUMNS_TAKEN,
            "An entity key with the selected attributes already exists on entity.",
        )
    if len(others) >= MOST_KEYS:
        raise _refused(f"The table '{key.table}' has {MOST_KEYS} keys already.")


def resolve(context: Context, reference: EntityReference | KeyReference) -> EntityReference:
    """Return a reference by the record's own key.

    The caller's rights to the record are not looked at, only whether it is there: check the
    right on its table before, and its reach after. Raises ServiceError 0x80060888 for columns
    that are no key, 0x80060891 if there is no such record.
    """
    if isinstance(reference, EntityReference):
        return reference
    table = context.table(reference.logical_name)
    found = find(context, table, reference.keys)
    if found is None:
        raise ServiceError(
            service.KEY_NOT_FOUND,
            f"A record with the specified key values does not exist in {table.logical_name} entity",
        )
    return EntityReference(table.logical_name, found)


def find(context: Context, table: Table, named: Sequence[tuple[str, Value]]) -> Guid | None:
    """Return the record that an alternate key's values name, None if there is none.

    Raises ServiceError 0x80060888 for columns that are no key, or values of another type.
    """
    values = dict(named)
    key = _of_columns(context, table, values) if len(values) == len(named) else None
    if key is None:
        kind = f"Microsoft.Dynamics.CRM.{table.logical_name}"
        raise ServiceError(
            service.URI,
            f"The key in the request URI is not valid for resource '{kind}'. Ensure that the "
            "names and number of key properties match the declared or alternate key properties "
            f"for the resource '{kind}'.",
        )
    for name in key.columns:
        value = values[name]
        if value is None:
            return None
        if isinstance(value, KeyReference) or not _fits(table.columns[name], value):
            raise ServiceError(service.URI, "Bad Request - Error in query syntax.")
    return context.organization.key_store.find(context.transaction, key, values)


def _of_columns(context: Context, table: Table, values: Mapping[str, Value]) -> AlternateKey | None:
    keys = of_table(context, table)
    return next((key for key in keys if set(key.columns) == values.keys()), None)


def _fits(column: Column, value: Value) -> bool:
    kinds = _KINDS["Date" if column.date_only else column.type]
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return "\x00" not in value
    if isinstance(value, Decimal):
        return value.is_finite()
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def values_of(table: Table, named: Sequence[tuple[str, Value]]) -> Values:
    """Return an alternate key's values as a record is given them.

    Raises ServiceError 0x80060888 for a lookup of several tables whose table is not told.
    """
    values: Values = dict(named)
    for name, value in values.items():
        column = table.columns[name]
        if not column.is_lookup:
            continue
        key = value.id if isinstance(value, EntityReference) and not value.logical_name else value
        if isinstance(key, str):
            if len(column.targets) != 1:
                raise ServiceError(service.URI, "Bad Request - Error in query syntax.")
            values[name] = EntityReference(column.targets[0], key)
    return values


def resolve_lookups(context: Context, values: Values) -> None:
    """Put the records' own keys into lookups that name them by an alternate key.

    Raises ServiceError as `resolve` does, and 0x80040220 first if the caller could point to no
    record of that table: whether there is one is not told to who may not know.
    """
    if KeyReference not in map(type, values.values()):
        return
    for name, value in values.items():
        if isinstance(value, KeyReference):
            values[name] = resolve_within(context, value)


def resolve_within(context: Context, reference: EntityReference | KeyReference) -> EntityReference:
    """Return a reference to a record to be pointed to. Raises as `resolve_lookups` does."""
    if isinstance(reference, KeyReference):
        table = context.table(reference.logical_name)
        # Users and teams are named as owners too, which takes no right on them.
        owner = table.logical_name in _OWNERS or Right.APPEND_TO not in table.privileges
        require(context.caller, table, Right.READ if owner else Right.APPEND_TO)
    return resolve(context, reference)


def of_table(context: Context, table: Table) -> Sequence[AlternateKey]:
    """Return the alternate keys of a table."""
    return context.organization.keys(context.transaction).get(table.logical_name, ())


def violation(
    context: Context, table: Table, keys: Sequence[AlternateKey], error: Violation
) -> Exception:
    """Return what a database's refusal of a record means: 0x80060892, or the refusal itself.

    `keys` are those of the table, asked for before: a transaction that was refused something
    may answer nothing more.
    """
    key = context.organization.key_store.violated(keys, error.constraint)
    if key is None:
        return error
    names = ", ".join(table.columns[name].display_name or name for name in key.columns)
    return ServiceError(
        service.KEY_VIOLATED,
        f"Entity Key {key.display_name} violated. A record with the same value for {names} "
        "already exists. A duplicate record cannot be created. Select one or more unique values "
        "and try again.",
    )
