"""GET of `$metadata`: the schema put together, kept as long as tables and keys are the same."""

from functools import lru_cache

from xrm.db import budget
from xrm.model.metadata import Catalogue
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.description.names import ALIAS, NAMESPACE, own
from xrm.org.faces.webapi.description.operations import operations
from xrm.org.faces.webapi.description.tables import entity_sets, entity_types
from xrm.org.faces.webapi.description.types import Types
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.urls.asked import read_pairs
from xrm.org.store.keys import AlternateKey
from xrm.wire.http import Response
from xrm.wire.odata4.csdl import EntitySet, Schema, write_csdl

_DEFINITIONS = {
    "EntityDefinitions": "EntityMetadata",
    "GlobalOptionSetDefinitions": "OptionSetMetadataBase",
    "RelationshipDefinitions": "RelationshipMetadataBase",
}
_ASKED = ("annotations", "true")
_DESCRIPTION = "Org.OData.Core.V1.Description"

Keys = tuple[tuple[str, tuple[AlternateKey, ...]], ...]


def read_metadata(exchange: Exchange) -> Response:
    """Answer with the description to any user of the organization that is enabled.

    `annotations=true`, or annotations of every kind by preference, ask for what the
    vocabularies say of it. Raises ODataError for a query that cannot be read.
    """
    organization = exchange.organization
    annotated = _ASKED in read_pairs(
        exchange.request.query
    ) or exchange.preferences.annotations.include(_DESCRIPTION)
    budget.leave_the_loop()
    with organization.database.read() as transaction:
        organization.admit(transaction, exchange.identity)
        keys = tuple((table, tuple(each)) for table, each in organization.keys(transaction).items())
    body = _document(organization.catalogue, keys, annotated=annotated)
    return answers.xml(body, exchange.request_id)


@lru_cache(maxsize=16)
def _document(catalogue: Catalogue, keys: Keys, *, annotated: bool) -> bytes:
    return write_csdl(schema(catalogue, keys), annotated=annotated).encode()


def schema(catalogue: Catalogue, keys: Keys = ()) -> Schema:
    """Return everything the Web API of an organization declares."""
    types = Types(catalogue)
    types.edm("BooleanManagedProperty")
    entities = list(entity_types(catalogue, dict(keys)))
    sets = [
        *entity_sets(catalogue, entities),
        *(EntitySet(name, own(kind)) for name, kind in _DEFINITIONS.items()),
    ]
    entities += types.model_types()
    called = list(operations(types))
    return Schema(
        NAMESPACE,
        ALIAS,
        "System",
        entities,
        types.complexes,
        types.enumerations,
        called,
        sets,
    )
