"""POST, MERGE, PUT, DELETE: a payload into messages."""

from xrm.model.metadata import Column, ManyToMany, Table
from xrm.model.values import Entity, EntityReference, Value, Values
from xrm.org.faces.data2011.exchange import Exchange
from xrm.org.faces.data2011.payloads import read_property, read_record
from xrm.org.faces.data2011.reading import record_entry
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.http import Response
from xrm.wire.odata2.values import read_member

_KEPT_TYPES = frozenset({"Owner", "State", "Status", "Uniqueidentifier", "Image", "BigInt"})
_CURRENCY = "transactioncurrencyid"


def create_record(exchange: Exchange) -> Response:
    """Create a record, in another one's collection if the path names it; answer with all of it."""
    table = exchange.resource.table
    assert table is not None
    target = read_record(exchange, table)
    with exchange.together():
        made = EntityReference(table.logical_name, _create(exchange, target))
        entry = record_entry(exchange, made, "")
    response = exchange.entry(entry, status=201)
    return response.with_headers((("Location", exchange.root + entry.path),))


def _create(exchange: Exchange, target: Entity) -> str:
    resource = exchange.resource
    holder, navigation = resource.record, resource.navigation
    if navigation is None or holder is None:
        made: str = exchange.execute("Create", Target=target)
        return made
    relationship = navigation.relationship
    if not isinstance(relationship, ManyToMany):
        target.values[relationship.column] = holder
    made = exchange.execute("Create", Target=target)
    if isinstance(relationship, ManyToMany):
        exchange.execute(
            "Associate",
            Target=holder,
            Relationship=relationship.schema_name,
            RelatedEntities=[EntityReference(target.logical_name, made)],
        )
    return made


def merge_record(exchange: Exchange) -> Response:
    """Change what the payload names of a record."""
    record = _own(exchange)
    target = read_record(exchange, exchange.organization.catalogue[record.logical_name], record)
    exchange.execute("Update", Target=target)
    return exchange.nothing()


def replace_record(exchange: Exchange) -> Response:
    """Change a record to what the payload says; what it leaves out gets its default.

    What the platform keeps itself stays: the owner, the state, the currency, what is required
    (inferred).
    """
    record = _own(exchange)
    table = exchange.organization.catalogue[record.logical_name]
    target = read_record(exchange, table, record)
    with exchange.together():
        found: EntityCollection = exchange.execute("Retrieve", Target=record, ColumnSet=None)
        names = (column.logical_name for column in found.columns)
        before = dict(zip(names, found.rows[0], strict=True))
        values = {**_left_out(table, target.values, before), **target.values}
        exchange.execute("Update", Target=Entity(record.logical_name, record.id, values))
    return exchange.nothing()


def _left_out(table: Table, given: Values, before: Values) -> Values:
    """Return the defaults of columns that are not given and hold something else."""
    found: Values = {}
    for column in table.columns.values():
        name = column.logical_name
        if name in given or name not in before or not _is_replaced(table, column):
            continue
        default: Value = column.default
        if column.type == "Boolean":
            default = bool(column.default)
        if before[name] != default:
            found[name] = default
    return found


def _is_replaced(table: Table, column: Column) -> bool:
    name = column.logical_name
    kept = column.type in _KEPT_TYPES or name in (_CURRENCY, table.primary_name)
    return column.valid_for_update and column.required == "None" and not kept


def delete_record(exchange: Exchange) -> Response:
    """Delete a record."""
    exchange.execute("Delete", Target=_own(exchange))
    return exchange.nothing()


def set_property(exchange: Exchange) -> Response:
    """Change one property of a record, or a member of a complex one."""
    column, member = exchange.resource.column, exchange.resource.member
    assert column is not None
    _check_member(column, member)
    return _set(exchange, column, read_property(exchange, column, member))


def set_value(exchange: Exchange) -> Response:
    """Change one property of a record to the text of the body."""
    column, member = exchange.resource.column, exchange.resource.member
    assert column is not None
    _check_member(column, member)
    try:
        text = exchange.request.body.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "The request content is not valid UTF-8.") from None
    return _set(exchange, column, read_member(column, text))


def clear_value(exchange: Exchange) -> Response:
    """Empty one property of a record."""
    column = exchange.resource.column
    assert column is not None
    _check_member(column, exchange.resource.member)
    return _set(exchange, column, None)


def _check_member(column: Column, member: str) -> None:
    if column.is_lookup and member:
        raise Refusal(405, f"'{column.schema_name}' is changed as a whole, or through $links.")


def _set(exchange: Exchange, column: Column, value: Value) -> Response:
    record = _own(exchange)
    target = Entity(record.logical_name, record.id, {column.logical_name: value})
    exchange.execute("Update", Target=target)
    return exchange.nothing()


def _own(exchange: Exchange) -> EntityReference:
    """Return the record the path starts at. Raises Refusal 405 where it leads on to another."""
    record = exchange.resource.record
    assert record is not None
    if exchange.resource.navigation is not None:
        raise Refusal(405, "A record is changed by its own URL.")
    exchange.check_unconditional()
    return record
