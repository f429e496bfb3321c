"""Tables as entity types with their properties and relationships, and the sets they are in."""

from collections.abc import Iterator, Mapping, Sequence

from xrm.model.metadata import Catalogue, Column, ManyToMany, Table
from xrm.org.definitions.tables import Keys
from xrm.org.faces.webapi.description.names import ALIAS, BASE, NAMESPACE, collection, own, simple
from xrm.org.faces.webapi.urls.names import PRINCIPAL_KEY, PRINCIPALS
from xrm.org.faces.webapi.urls.resources import OWNER
from xrm.wire.odata4.csdl import EntitySet, Navigation, Property, StructuredType
from xrm.wire.odata4.values import edm_type, property_name

_PRINCIPAL, _ACTIVITY = "principal", "activitypointer"
_ACTIVITY_KEY = "activityid"
_OF_ACTIVITIES = (
    "activityid activitytypecode actualdurationminutes actualend actualstart createdby createdon "
    "createdonbehalfby description exchangerate isbilled isregularactivity isworkflowcreated "
    "lastonholdtime modifiedby modifiedon modifiedonbehalfby onholdtime ownerid "
    "owningbusinessunit owningteam owninguser prioritycode processid regardingobjectid "
    "scheduleddurationminutes scheduledend scheduledstart serviceid slaid slainvokedid sortdate "
    "stageid statecode statuscode subject timezoneruleversionnumber transactioncurrencyid "
    "traversedpath utcconversiontimezonecode versionnumber"
)
"""The columns every activity has, whatever kind it is."""


def entity_types(catalogue: Catalogue, keys: Keys) -> Iterator[StructuredType]:
    """Return the type of each table and intersect table, those they derive from first."""
    yield StructuredType(BASE, abstract=True)
    yield StructuredType("expando", own(BASE), open=True)
    yield StructuredType(
        _PRINCIPAL,
        own(BASE),
        abstract=True,
        key=PRINCIPAL_KEY,
        properties=(simple(PRINCIPAL_KEY, "Edm.Guid"),),
    )
    tables = [catalogue[name] for name in sorted(catalogue.tables)]
    activities = [table for table in tables if table.is_activity]
    if activities:
        yield StructuredType(
            _ACTIVITY,
            own(BASE),
            abstract=True,
            key=_ACTIVITY_KEY,
            properties=tuple(_properties(activities[0], inherited=False)),
        )
    for table in tables:
        yield _entity_type(catalogue, table, keys)
    yield from map(_intersect, _associations(catalogue))


def _entity_type(catalogue: Catalogue, table: Table, keys: Keys) -> StructuredType:
    base, key = BASE, table.primary_id
    if table.logical_name in PRINCIPALS:
        base, key = _PRINCIPAL, ""
    elif table.is_activity:
        base, key = _ACTIVITY, ""
    return StructuredType(
        table.logical_name,
        own(base),
        key=key,
        properties=tuple(_properties(table, inherited=True)),
        navigation=(*_lookups(catalogue, table), *_collections(catalogue, table)),
        alternate_keys=tuple(
            tuple(property_name(table.columns[name]) for name in each.columns)
            for each in keys.get(table.logical_name, ())
        ),
    )


def _properties(table: Table, *, inherited: bool) -> Iterator[Property]:
    """Return a table's own properties, or those every activity has."""
    common_columns = frozenset(_OF_ACTIVITIES.split())
    for name in sorted(table.columns):
        column = table.columns[name]
        common = table.is_activity and name in common_columns
        if column.valid_for_read and common is not inherited:
            yield _property(table, column)


def _property(table: Table, column: Column) -> Property:
    kind = edm_type(column)
    name = property_name(column)
    is_key = column.logical_name == table.primary_id
    fixed = not column.valid_for_create and not column.valid_for_update
    read_only = fixed and not is_key and not column.is_lookup
    return simple(name, kind.replace(f"{NAMESPACE}.", f"{ALIAS}."), read_only=read_only)


def _lookups(catalogue: Catalogue, table: Table) -> Iterator[Navigation]:
    for each in table.many_to_one:
        target = catalogue.tables.get(each.target)
        if target is not None and each.column in table.columns:
            here = property_name(table.columns[each.column])
            yield Navigation(
                each.referencing_navigation,
                own(each.target),
                each.referenced_navigation,
                nullable=False,
                constraint=(here, target.primary_id),
            )
    if table.is_user_owned and OWNER.column in table.columns:
        here = property_name(table.columns[OWNER.column])
        yield Navigation(
            OWNER.referencing_navigation,
            own(_PRINCIPAL),
            nullable=False,
            constraint=(here, PRINCIPAL_KEY),
        )


def _collections(catalogue: Catalogue, table: Table) -> Iterator[Navigation]:
    name = table.logical_name
    for other in (catalogue[each] for each in sorted(catalogue.tables)):
        for each in other.many_to_one:
            if each.target == name and each.column in other.columns:
                yield Navigation(
                    each.referenced_navigation,
                    collection(own(other.logical_name)),
                    each.referencing_navigation,
                )
    for pairs in table.many_to_many:
        there = pairs.entity2 if pairs.entity1 == name else pairs.entity1
        if there in catalogue.tables:
            kind = collection(own(there))
            yield Navigation(pairs.schema_name, kind, pairs.schema_name)


def _associations(catalogue: Catalogue) -> Sequence[ManyToMany]:
    """Return the associations whose both tables there are, by intersect table."""
    tables = catalogue.tables
    found: Mapping[str, ManyToMany] = {
        each.intersect: each
        for table in tables.values()
        for each in table.many_to_many
        if {each.entity1, each.entity2} <= tables.keys() and each.intersect not in tables
    }
    return [found[name] for name in sorted(found)]


def _intersect(pairs: ManyToMany) -> StructuredType:
    key = f"{pairs.intersect}id"
    names = (pairs.entity1_column, pairs.entity2_column, key)
    guids = tuple(simple(name, "Edm.Guid", read_only=True) for name in names)
    version = simple("versionnumber", "Edm.Int64", read_only=True)
    return StructuredType(pairs.intersect, own(BASE), key=key, properties=(*guids, version))


def entity_sets(catalogue: Catalogue, entities: Sequence[StructuredType]) -> Iterator[EntitySet]:
    """Return the set of each table, with the sets that its navigation properties lead to."""
    known = {each.name: each for each in entities}
    for name in sorted(catalogue.sets):
        table = catalogue.sets[name]
        bindings = (
            (each.name, catalogue.tables[target].entity_set_name)
            for each in known[table.logical_name].navigation
            if (target := _target(each)) in catalogue.tables
        )
        kind = own(table.logical_name)
        yield EntitySet(name, kind, tuple(bindings), tracked=False)


def _target(navigation: Navigation) -> str:
    kind = navigation.type.removeprefix("Collection(").removesuffix(")")
    return kind.removeprefix(f"{ALIAS}.")
