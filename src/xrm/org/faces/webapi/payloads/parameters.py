"""The parameters of functions and actions, from JSON or a URL, by the types that are declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xrm.model.metadata import Table
from xrm.model.query import Query
from xrm.model.shapes import COMPLEX, ENUMERATIONS, Complex, Enumeration
from xrm.model.values import Entity, EntityReference, KeyReference, read_guid
from xrm.org.faces.webapi.definitions.complexes import read_words
from xrm.org.faces.webapi.payloads.entities import entity_of, record_named
from xrm.org.faces.webapi.payloads.expressions import read_query
from xrm.org.faces.webapi.payloads.results import item_of
from xrm.org.faces.webapi.urls.names import key_name
from xrm.org.faces.webapi.urls.resources import NAMESPACE
from xrm.org.organization import Organization
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.url import Word

_TYPE = "@odata.type"
_ID = "@odata.id"


@dataclass(frozen=True, slots=True)
class Reading:
    """What parameters are read for: a table's set where the path names one.

    `ieee754` tells that the payload quotes long numbers.
    """

    organization: Organization
    table: Table | None = None
    ieee754: bool = False


def is_readable(kind: str) -> bool:
    """Tell whether a parameter of a type can be given here."""
    item = item_of(kind)
    if kind in _READERS or kind in COMPLEX or kind in ENUMERATIONS:
        return True
    return item is not None and is_readable(item)


def read_parameter(reading: Reading, kind: str, name: str, raw: Any) -> Any:
    """Return a parameter's value as messages take it. Raises ODataError."""
    if raw is None:
        return None
    read, item = _READERS.get(kind), item_of(kind)
    if read is not None:
        return read(reading, name, raw)
    if item is not None:
        return [read_parameter(reading, item, name, each) for each in _list(name, raw)]
    if kind in ENUMERATIONS:
        return _word(ENUMERATIONS[kind], name, raw)
    return _complex(reading, COMPLEX[kind], name, raw)


def _complex(reading: Reading, shape: Complex, name: str, raw: Any) -> dict[str, Any]:
    document = _object(name, raw)
    kind = document.get(_TYPE, NAMESPACE + shape.name)
    if not isinstance(kind, str) or kind.removeprefix("#") != NAMESPACE + shape.name:
        raise ODataError(f"The parameter '{name}' is not of the type '{NAMESPACE}{shape.name}'.")
    found: dict[str, Any] = {}
    for member, value in document.items():
        if "@" in member:
            continue
        of = shape.members.get(member)
        if of is None:
            raise ODataError(
                f"The property '{member[:100]}' does not exist on type "
                f"'{NAMESPACE}{shape.name}'. Make sure to only use property names that are "
                "defined by the type."
            )
        found[member] = read_parameter(reading, of, member, value)
    for member in shape.members:
        if found.get(member) is None and member not in shape.optional:
            raise ODataError(f"An item of '{name}' has no '{member}'.")
    return found


def _word(shape: Enumeration, name: str, raw: Any) -> Any:
    if isinstance(raw, Word):
        if raw.type != NAMESPACE + shape.name:
            raise ODataError(f"The parameter '{name}' is not of the type '{shape.name}'.")
        raw = raw.text
    words = [word.strip() for word in raw.split(",")] if isinstance(raw, str) else []
    if not words or any(word not in shape.members for word in words):
        raise ODataError(
            f"The value '{str(raw)[:100]}' is not a valid value of the enumeration type "
            f"'{NAMESPACE}{shape.name}'."
        )
    if shape.flags:
        return words
    if len(words) > 1:
        raise ODataError(f"The parameter '{name}' takes one value.")
    return words[0]


def _entities(reading: Reading, name: str, raw: Any) -> list[Entity]:
    assert reading.table is not None
    return [_entity(reading, reading.table, each) for each in _list(name, raw)]


def _entity(reading: Reading, table: Table, raw: Any) -> Entity:
    if not isinstance(raw, dict):
        raise ODataError("An item of 'Targets' is not a JSON object.")
    kind = raw.get(_TYPE)
    if not isinstance(kind, str):
        raise ODataError(f"You must set the {_TYPE} property for each item.")
    # Whether it is a record of this set is for the message to say.
    name = kind.removeprefix("#").removeprefix(NAMESPACE)
    table = reading.organization.catalogue.tables.get(name, table)
    named = _named(reading, raw.get(_ID))
    if named is not None and named.logical_name != table.logical_name:
        raise ODataError(f"'{_ID}' names a record of '{named.logical_name}'.")
    entity = entity_of(reading.organization, table, raw, record=named, ieee754=reading.ieee754)
    key = entity.values.get(table.primary_id)
    if named is None and isinstance(key, str):
        return replace(entity, id=key)
    return entity


def _named(reading: Reading, url: Any) -> EntityReference | KeyReference | None:
    """Return the record an item names, which it does relative to the service root alone."""
    if url is None:
        return None
    if not isinstance(url, str) or "://" in url or url.startswith("/"):
        raise ODataError(f"The value of '{_ID}' must be relative to the service root.")
    return record_named(reading.organization, url)


def _query(reading: Reading, _name: str, raw: Any) -> Query:
    return read_query(reading.organization.catalogue, raw)


def _reference(
    reading: Reading, name: str, raw: Any, *, expected: str = ""
) -> EntityReference | KeyReference:
    """Return the record an object names by `@odata.id`, or by its type and key."""
    document = _object(name, raw)
    if isinstance(url := document.get(_ID), str):
        found = record_named(reading.organization, url)
        if expected in ("", found.logical_name):
            return found
    kind = document.get(_TYPE, expected)
    kind = kind.removeprefix("#").removeprefix(NAMESPACE) if isinstance(kind, str) else ""
    table = reading.organization.catalogue.tables.get(kind)
    if table is not None and expected in ("", kind):
        for key in (document.get(table.primary_id), document.get(key_name(table))):
            if isinstance(key, str):
                return EntityReference(kind, _guid(reading, name, key))
    raise ODataError(f"The parameter '{name}' does not name a record.")


def _user(reading: Reading, name: str, raw: Any) -> str:
    found = _reference(reading, name, raw, expected="systemuser")
    if isinstance(found, KeyReference):
        raise ODataError(f"The parameter '{name}' names users by their ids alone.")
    return found.id


def _object(name: str, raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise ODataError(f"The parameter '{name}' is not a JSON object.")
    return raw


def _list(name: str, raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise ODataError(f"The parameter '{name}' is not a list.")
    return raw


def _guid(_reading: Reading, name: str, raw: Any) -> str:
    try:
        return read_guid(raw)
    except (ValueError, TypeError):
        raise ODataError(f"The parameter '{name}' is not a GUID.") from None


def _plain(kind: type) -> Callable[[Reading, str, Any], Any]:
    def read(_reading: Reading, name: str, raw: Any) -> Any:
        if type(raw) is not kind:
            raise ODataError(f"The parameter '{name}' is not of its type.")
        return raw

    return read


def _moment(_reading: Reading, name: str, raw: Any) -> Any:
    try:
        return read_time(raw)
    except (ValueError, TypeError, AttributeError):
        raise ODataError(f"The parameter '{name}' is not a date and time.") from None


_READERS: dict[str, Callable[[Reading, str, Any], Any]] = {
    "EntityCollection": _entities,
    "QueryExpression": _query,
    "EntityReference": _reference,
    "systemuser": _user,
    "Edm.Guid": _guid,
    "Edm.String": _plain(str),
    "Edm.Boolean": _plain(bool),
    "Edm.DateTimeOffset": _moment,
    "Collection(ActivityParty)": lambda _reading, name, raw: _list(name, raw),
    "EntityQueryExpression": lambda _reading, name, raw: _object(name, raw),
    "EntityFilters": lambda _reading, name, raw: read_words("EntityFilters", name, raw),
    "DeletedMetadataFilters": lambda _reading, name, raw: read_words(
        "DeletedMetadataFilters", name, raw
    ),
}
"""How a parameter is read, by the type declared."""
