"""The `$metadata` document: types, associations and sets (CSDL 2.0 within EDMX 1.0)."""

from collections.abc import Iterator

from xrm.model.metadata import Catalogue, Column, ManyToMany, Table
from xrm.wire.odata2.kinds import COMPLEX, META, SERVICES, kind_of, qualified, set_name
from xrm.wire.odata2.navigations import Navigation, navigations
from xrm.wire.odata2.xmlforms import DECLARATION

_EDM = "http://schemas.microsoft.com/ado/2006/04/edm"
_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
CONTAINER = "OrganizationContext"
"""The container's name, which the service makes of the organization's own (inferred)."""
_FIRST, _SECOND = "Entity1", "Entity2"
_MANY_SIDE, _ONE_SIDE = "Referencing", "Referenced"


def write_metadata(catalogue: Catalogue) -> bytes:
    """Return the document of every table."""
    return "".join(_document(catalogue)).encode()


def _document(catalogue: Catalogue) -> Iterator[str]:
    tables = sorted(catalogue.tables.values(), key=lambda table: table.schema_name)
    yield f'{DECLARATION}<edmx:Edmx Version="1.0" xmlns:edmx="{_EDMX}">'
    yield f'<edmx:DataServices m:DataServiceVersion="2.0" xmlns:m="{META}">'
    yield f'<Schema Namespace="{SERVICES}" xmlns="{_EDM}">'
    for table in tables:
        yield from _entity_type(catalogue, table)
    yield from _complex_types()
    ends = dict(_ends(catalogue, tables))
    for name, (first, second) in ends.items():
        yield f'<Association Name="{name}">{_end(*first)}{_end(*second)}</Association>'
    yield f'<EntityContainer Name="{CONTAINER}" m:IsDefaultEntityContainer="true">'
    for table in tables:
        name, kind = set_name(table), qualified(table.schema_name)
        yield f'<EntitySet Name="{name}" EntityType="{kind}" />'
    for name, pair in ends.items():
        yield f'<AssociationSet Name="{name}" Association="{SERVICES}.{name}">'
        for role, table, _ in pair:
            yield f'<End Role="{role}" EntitySet="{set_name(table)}" />'
        yield "</AssociationSet>"
    yield "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"


def _entity_type(catalogue: Catalogue, table: Table) -> Iterator[str]:
    key = table.columns[table.primary_id].schema_name
    yield f'<EntityType Name="{table.schema_name}"><Key><PropertyRef Name="{key}" /></Key>'
    for column in table.columns.values():
        if column.valid_for_read:
            yield _property(column, is_key=column.logical_name == table.primary_id)
    for each in navigations(catalogue, table).values():
        here, there = _roles(table, each)
        yield (
            f'<NavigationProperty Name="{each.name}" '
            f'Relationship="{SERVICES}.{each.relationship.schema_name}" FromRole="{here}" '
            f'ToRole="{there}" />'
        )
    yield "</EntityType>"


def _property(column: Column, *, is_key: bool) -> str:
    kind = kind_of(column)
    # Complex values are always there; what is null is a member of theirs.
    nullable = "false" if is_key or kind in COMPLEX else "true"
    return (
        f'<Property Name="{column.schema_name}" Type="{qualified(kind)}" Nullable="{nullable}" />'
    )


def _complex_types() -> Iterator[str]:
    for name, members in COMPLEX.items():
        yield f'<ComplexType Name="{name}">'
        for member, kind in members.items():
            yield f'<Property Name="{member}" Type="{kind}" Nullable="true" />'
        yield "</ComplexType>"


def _roles(table: Table, navigation: Navigation) -> tuple[str, str]:
    """Return the roles a navigation property goes from and to."""
    relationship = navigation.relationship
    if isinstance(relationship, ManyToMany):
        first = relationship.entity1 == table.logical_name
        return (_FIRST, _SECOND) if first else (_SECOND, _FIRST)
    return (_ONE_SIDE, _MANY_SIDE) if navigation.many else (_MANY_SIDE, _ONE_SIDE)


_End = tuple[str, Table, str]


def _ends(catalogue: Catalogue, tables: list[Table]) -> Iterator[tuple[str, tuple[_End, _End]]]:
    """Yield each relationship with its ends: the role, the table, how many of its records."""
    for table in tables:
        for each in navigations(catalogue, table).values():
            relationship = each.relationship
            if isinstance(relationship, ManyToMany):
                one, other = catalogue[relationship.entity1], catalogue[relationship.entity2]
                yield relationship.schema_name, ((_FIRST, one, "*"), (_SECOND, other, "*"))
            elif not each.many:
                ends = (_MANY_SIDE, table, "*"), (_ONE_SIDE, each.target, "0..1")
                yield relationship.schema_name, ends


def _end(role: str, table: Table, multiplicity: str) -> str:
    kind = qualified(table.schema_name)
    return f'<End Role="{role}" Type="{kind}" Multiplicity="{multiplicity}" />'
