"""Every definition of a kind, and the one that bears a name or an identifier."""

from collections.abc import Iterable, Sequence

from xrm.db.glance import Glance, Stale
from xrm.model.errors import service
from xrm.org.context import Context
from xrm.org.definitions.columns import columns_of
from xrm.org.definitions.tables import Facts, tables_of
from xrm.org.definitions.values import Definition, Wording
from xrm.org.presentation import languages

NO_ID = "00000000-0000-0000-0000-000000000000"
NAMED = {
    "EntityMetadata": ("LogicalName", "an entity"),
    "AttributeMetadata": ("LogicalName", "an attribute"),
    "EntityKeyMetadata": ("LogicalName", "an entity key"),
    "OneToManyRelationshipMetadata": ("SchemaName", "a relationship"),
    "ManyToManyRelationshipMetadata": ("SchemaName", "a relationship"),
    "RelationshipMetadataBase": ("SchemaName", "a relationship"),
    "OptionSetMetadataBase": ("Name", "an option set"),
}
"""By type, the property that names one definition beside its MetadataId, and what it is called."""


def facts_of(context: Context, only: Sequence[int] | None = None) -> Facts:
    """Return what definitions are made of, as the caller reads them.

    `only` are the LCIDs of the languages to tell labels in, None for all that are enabled.
    """
    organization, transaction = context.organization, context.transaction
    if isinstance(transaction, Glance):
        # No row would prove that what is cached holds, so that all would be made twice.
        raise Stale("definitions are no rows")
    told = languages.provisioned(organization, transaction)
    if only is not None:
        told = tuple(each for each in told if each.lcid in only)
    wording = Wording(told, languages.of_user(context))
    return Facts(organization.catalogue, organization.keys(transaction), wording)


def relationships_of(facts: Facts) -> list[Definition]:
    """Return every relationship, once."""
    names = ("ManyToOneRelationships", "ManyToManyRelationships")
    links = (table.links[name]() for table in tables_of(facts) for name in names)
    every = {each.values["SchemaName"]: each for found in links for each in several(found)}
    return list(every.values())


def option_sets_of(facts: Facts) -> list[Definition]:
    """Return every global choice, once."""
    tables, wording = facts.catalogue.tables.values(), facts.wording
    columns = (each for table in tables for each in columns_of(table, wording))
    links = (each.links["GlobalOptionSet"]() for each in columns if "GlobalOptionSet" in each.links)
    every = {each.values["Name"]: each for each in links if isinstance(each, Definition)}
    return list(every.values())


def several(found: object) -> Sequence[Definition]:
    """Return what a link leads to if that is a list, else nothing."""
    return found if isinstance(found, list | tuple) else ()


def find(kind: str, items: Iterable[Definition], name: str, metadata_id: str) -> Definition:
    """Return the definition with an identifier, or by its name where the identifier is empty.

    Raises ServiceError 0x80040217 if there is none.
    """
    by_id = metadata_id not in ("", NO_ID)
    asked, value = ("MetadataId", metadata_id.lower()) if by_id else (NAMED[kind][0], name)
    for each in items:
        if each.values.get(asked) == value:
            return each
    raise no_such(kind, *(("", metadata_id) if by_id else (name, NO_ID)))


def no_such(kind: str, name: str, metadata_id: str) -> service.ServiceError:
    """Return the error for a definition that is not there, in the words of the service."""
    called = NAMED[kind][1]
    return service.ServiceError(
        service.NOT_FOUND, f"Could not find {called} with name {name[:200]} and id {metadata_id}."
    )
