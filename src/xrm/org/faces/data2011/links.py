"""`$links`: records put into collections and taken out, lookups pointed and cleared."""

from xrm.model.values import Entity, EntityReference
from xrm.org.faces.data2011.exchange import Exchange
from xrm.org.faces.data2011.payloads import read_link
from xrm.org.faces.data2011.refusals import Refusal
from xrm.wire.http import Response


def add_link(exchange: Exchange) -> Response:
    """Put the record the payload names into a collection."""
    return _pair(exchange, "Associate", read_link(exchange))


def set_link(exchange: Exchange) -> Response:
    """Point a lookup to the record the payload names."""
    navigation = exchange.resource.navigation
    assert navigation is not None
    if navigation.many:
        raise Refusal(405, "A link of a collection is added by POST and removed by DELETE.")
    return _point(exchange, read_link(exchange))


def remove_link(exchange: Exchange) -> Response:
    """Take a record out of a collection, or let a lookup point to nothing."""
    related = exchange.resource.related
    if related is None:
        return _point(exchange, None)
    return _pair(exchange, "Disassociate", related)


def _pair(exchange: Exchange, message: str, related: EntityReference) -> Response:
    navigation = exchange.resource.navigation
    assert navigation is not None
    exchange.execute(
        message,
        Target=exchange.resource.record,
        Relationship=navigation.relationship.schema_name,
        RelatedEntities=[related],
    )
    return exchange.nothing()


def _point(exchange: Exchange, there: EntityReference | None) -> Response:
    navigation, record = exchange.resource.navigation, exchange.resource.record
    assert navigation is not None
    assert record is not None
    values = {navigation.lookup.column: there}
    exchange.execute("Update", Target=Entity(record.logical_name, record.id, dict(values)))
    return exchange.nothing()
