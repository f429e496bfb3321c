"""A table of the catalogue as the service describes it: EntityMetadata, with all below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xrm.model.metadata import Catalogue, Table
from xrm.model.privileges import Depth, Privilege
from xrm.org.definitions.columns import columns_of
from xrm.org.definitions.relationships import many_to_many, one_to_many
from xrm.org.definitions.settings import of_tables
from xrm.org.definitions.types import ENTITY, TYPES
from xrm.org.definitions.values import Definition, Wording, identifier
from xrm.org.metadata.languages import Language
from xrm.org.store.keys import AlternateKey

_FIRST_CUSTOM_CODE = 10_000
"""Custom tables have type codes from here on."""

Keys = Mapping[str, Sequence[AlternateKey]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What definitions are made of: tables, the alternate keys of each, how labels are told."""

    catalogue: Catalogue
    keys: Keys
    wording: Wording


def tables_of(facts: Facts) -> list[Definition]:
    """Return the definition of every table, by logical name."""
    tables = facts.catalogue.tables
    return [_definition(facts, tables[name]) for name in sorted(tables)]


def _definition(facts: Facts, table: Table) -> Definition:
    catalogue, wording = facts.catalogue, facts.wording
    keys = facts.keys.get(table.logical_name, ())
    return Definition(
        ENTITY,
        _values(table, wording),
        {
            "Attributes": lambda: columns_of(table, wording),
            "Keys": lambda: [_key(each, wording) for each in keys],
            "ManyToOneRelationships": lambda: [
                one_to_many(catalogue, table, each) for each in table.many_to_one
            ],
            "OneToManyRelationships": lambda: [
                one_to_many(catalogue, other, each)
                for other in catalogue.tables.values()
                for each in other.many_to_one
                if each.target == table.logical_name
            ],
            "ManyToManyRelationships": lambda: [many_to_many(each) for each in table.many_to_many],
        },
    )


def _values(table: Table, wording: Wording) -> Mapping[str, Any]:
    name = table.logical_name
    is_custom = table.object_type_code >= _FIRST_CUSTOM_CODE
    return {
        **of_tables(),
        "MetadataId": identifier(name),
        "HasChanged": None,
        "LogicalName": name,
        "SchemaName": table.schema_name,
        "EntitySetName": table.entity_set_name,
        "LogicalCollectionName": table.entity_set_name,
        "Description": None,
        "DisplayName": wording.label(lambda language: language.table(table), name),
        "DisplayCollectionName": wording.label(
            lambda language: language.collection(table), name, "collection"
        ),
        "ObjectTypeCode": table.object_type_code,
        "OwnershipType": table.ownership,
        "PrimaryIdAttribute": table.primary_id,
        "PrimaryNameAttribute": table.primary_name,
        "IsActivity": table.is_activity,
        "IsCustomEntity": is_custom,
        "IsIntersect": False,
        "IsManaged": not is_custom,
        "IsOptimisticConcurrencyEnabled": table.optimistic_concurrency,
        # Clients list what is not private; whatever the Web API serves is not.
        "IsPrivate": False,
        "IsStateModelAware": "statecode" in table.columns,
        "ReportViewName": f"Filtered{table.schema_name}",
        "Privileges": [_privilege(each) for each in table.privileges.values()],
    }


def _privilege(privilege: Privilege) -> Mapping[str, Any]:
    return {
        **{f"CanBe{depth.label}": depth in privilege.depths for depth in Depth},
        "CanBeEntityReference": False,
        "CanBeParentEntityReference": False,
        "CanBeRecordFilter": False,
        "Name": privilege.name,
        "PrivilegeId": privilege.id,
        "PrivilegeType": privilege.right.value,
    }


def _key(key: AlternateKey, wording: Wording) -> Definition:
    def text(language: Language) -> str | None:
        return key.display_name if language.is_base else None

    return Definition(
        TYPES["EntityKeyMetadata"],
        {
            "MetadataId": key.id,
            "HasChanged": None,
            "LogicalName": key.name,
            "SchemaName": key.schema_name,
            "DisplayName": wording.label(text, "key", key.id, managed=False),
            "EntityLogicalName": key.table,
            "KeyAttributes": list(key.columns),
            "EntityKeyIndexStatus": "Active",
            "IsManaged": False,
        },
    )
