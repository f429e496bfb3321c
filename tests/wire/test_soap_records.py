"""Rows as entities: the fast way writes what the contracts would, for every type of column."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from xrm.model.metadata import Column
from xrm.model.values import EntityReference
from xrm.wire.soap.reading import read_value
from xrm.wire.soap.records import (
    AliasedColumn,
    Rows,
    WrittenCollection,
    WrittenEntity,
    entity_pieces,
)
from xrm.wire.soap.values import Items, Long, Pairs, Struct
from xrm.wire.soap.versions import scope_of
from xrm.wire.soap.writing import Written, write_element
from xrm.wire.xml import parse

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
OTHER = "0b6aa4f5-0d1c-4a5c-9a3c-bc8dd0ba7e6b"
SCOPE = scope_of("1.2").defaulted("urn:service")


def column(kind: str, name: str = "x", **facts) -> Column:
    return Column(name, name.capitalize(), kind, **facts)


ID = column("Uniqueidentifier", "accountid")


def reference(name: str | None) -> Struct:
    members = {"Id": UUID(OTHER), "KeyAttributes": Pairs("KeyAttributeCollection")}
    return Struct(
        "EntityReference",
        {**members, "LogicalName": "contact", "Name": name, "RowVersion": None},
    )


def of(kind: str, value) -> Struct:
    return Struct(kind, {"Value": value})


MANAGED = {"CanBeChanged": True, "ManagedPropertyLogicalName": "x", "Value": False}
TYPES = [
    (column("String"), "a<&>\r\n", None, "a<&>\r\n"),
    (column("Memo"), "", None, ""),
    (column("EntityName"), "account", None, "account"),
    (column("Integer"), -5, "-5", -5),
    (column("BigInt"), 2**40, "1,099,511,627,776", Long(2**40)),
    (column("Boolean"), True, "Yes", True),
    (column("Double"), 1e20, "1", 1e20),
    (column("Decimal"), Decimal("1.0000000000"), "1.00", Decimal("1.0000000000")),
    (column("Money"), Decimal("60000.0000"), "$60,000.00", of("Money", Decimal("60000.0000"))),
    (column("Picklist"), 3, "Other <x>", of("OptionSetValue", 3)),
    (column("State"), 0, "Active", of("OptionSetValue", 0)),
    (column("Status"), 1, "Active", of("OptionSetValue", 1)),
    (
        column("DateTime"),
        datetime(2014, 2, 10, 23, 38, 21, tzinfo=UTC),
        "2/10/2014 11:38 PM",
        datetime(2014, 2, 10, 23, 38, 21, tzinfo=UTC),
    ),
    (
        column("DateTime", date_behavior="DateOnly"),
        date(2014, 2, 10),
        "2/10/2014",
        datetime(2014, 2, 10, tzinfo=UTC),
    ),
    (column("Uniqueidentifier"), OTHER, None, UUID(OTHER)),
    (column("Lookup"), EntityReference("contact", OTHER), "N & A", reference("N & A")),
    (column("Owner"), EntityReference("contact", OTHER), None, reference(None)),
    (column("Customer"), EntityReference("contact", OTHER), None, reference(None)),
    (column("Image"), "AP8=", None, b"\x00\xff"),
    (column("ManagedProperty"), False, None, Struct("BooleanManagedProperty", MANAGED)),
]


def read(text: str, declared: str) -> Struct:
    envelope = f'<e xmlns="urn:service" xmlns:s="urn:s" xmlns:a="urn:a">{text}</e>'
    return read_value(parse(envelope.encode())[0], declared)


def entities(rows: Rows) -> list[Struct]:
    text = write_element("r", WrittenCollection(rows), "EntityCollection", SCOPE)
    return read(text, "EntityCollection").members["Entities"].values


@pytest.mark.covers(
    "soap value: every column type",
    "soap value: long",
    "soap value: base64Binary",
    "soap value: BooleanManagedProperty",
)
@pytest.mark.parametrize(
    ("kind", "cell", "text", "expected"), TYPES, ids=lambda each: getattr(each, "type", "")
)
def test_a_value_of_each_type(kind, cell, text, expected):
    rows = Rows("account", "accountid", (ID, kind), [(KEY, cell)], [(None,), (text,)])
    (found,) = entities(rows)
    assert found.members["Attributes"].values == {"accountid": UUID(KEY), "x": expected}
    texts = {} if text is None or kind.is_lookup else {"x": text}
    assert found.members["FormattedValues"].values == texts


def whole(attributes: dict, texts: dict, version: str | None = None) -> Struct:
    return Struct(
        "Entity",
        {
            "Attributes": Pairs("AttributeCollection", attributes),
            "EntityState": None,
            "FormattedValues": Pairs("FormattedValueCollection", texts),
            "Id": UUID(KEY),
            "KeyAttributes": Pairs("KeyAttributeCollection"),
            "LogicalName": "account",
            "RelatedEntities": Pairs("RelatedEntityCollection"),
            "RowVersion": version,
        },
    )


COLUMNS = (ID, *(column(kind.type, f"c{n}") for n, (kind, *_) in enumerate(TYPES)))
CELLS = [KEY, *(cell for _, cell, _, _ in TYPES)]
CELLS[14] = datetime(2014, 2, 10, tzinfo=UTC)
TEXTS = [None, *(text for _, _, text, _ in TYPES)]


def slow(row, texts) -> Struct:
    """Return a row as the contracts' own writer takes it."""
    expected = [UUID(KEY), *(value for _, _, _, value in TYPES)]
    found, shown = {}, {}
    for place, (each, cell) in enumerate(zip(COLUMNS, row, strict=True)):
        text = texts[place]
        if cell is not None:
            found[each.logical_name] = reference(text) if each.is_lookup else expected[place]
            if text is not None and not each.is_lookup:
                shown[each.logical_name] = text
    if "c19" in found:
        found["c19"] = Struct(
            "BooleanManagedProperty", {**MANAGED, "ManagedPropertyLogicalName": "c19"}
        )
    return whole(found, shown)


@pytest.mark.parametrize("texts", [TEXTS, [None] * len(TEXTS)], ids=["texts", "bare"])
@pytest.mark.parametrize("nulls", [True, False], ids=["nulls", "full"])
def test_the_same_as_by_the_contracts(texts, nulls):
    """Byte for byte, both in a result and within a response, with nulls and without."""
    full = tuple(CELLS)
    rows = [full, (KEY, *(None,) * len(TYPES)), full] if nulls else [full, full]
    answer = Struct(
        "EntityCollection",
        {
            "Entities": Items("ArrayOfEntity", [slow(row, texts) for row in rows]),
            "EntityName": "account",
            "MinActiveRowVersion": "-1",
            "MoreRecords": True,
            "PagingCookie": "<cookie/>",
            "TotalRecordCount": 7,
            "TotalRecordCountLimitExceeded": False,
        },
    )
    shown = [
        [None if row[place] is None else text for row in rows] for place, text in enumerate(texts)
    ]
    given = Rows("account", "accountid", COLUMNS, rows, shown)
    fast = WrittenCollection(given, more=True, cookie="<cookie/>", total=7)
    for quick, thorough, declared in (
        (fast, answer, "EntityCollection"),
        (response(fast), response(answer), "OrganizationResponse"),
        (WrittenEntity(given), slow(rows[0], texts), "Entity"),
    ):
        written = write_element("r", quick, declared, SCOPE)
        assert written == write_element("r", thorough, declared, SCOPE)


def response(value) -> Struct:
    results = Pairs("ParameterCollection", {"EntityCollection": value})
    return Struct("OrganizationResponse", {"ResponseName": "X", "Results": results})


def test_no_rows():
    rows = Rows("account", "accountid", (ID,), [])
    assert not entity_pieces(rows, SCOPE)
    text = write_element("r", WrittenCollection(rows), "EntityCollection", SCOPE)
    assert "<b:Entities/>" in text
    assert '<b:PagingCookie i:nil="true"/>' in text
    assert read(text, "EntityCollection").members["TotalRecordCount"] == -1


def test_what_was_not_asked_for_is_not_shown():
    columns = (ID, column("String", "name"), column("BigInt", "versionnumber"))
    rows = Rows("account", "accountid", columns, [(KEY, "A", 77)], shown=("name",))
    (found,) = entities(rows)
    assert found == whole({"name": "A"}, {}, "77")
    (bare,) = entities(Rows("account", "", columns[1:2], [("A",)]))
    assert bare.members["Id"] == UUID(int=0)


def test_rows_without_a_value_shown_have_empty_attributes():
    rows = Rows("account", "accountid", (ID, column("String")), [(KEY, None)], shown=("x",))
    (found,) = entities(rows)
    assert found == whole({}, {})


@pytest.mark.covers("soap value: AliasedValue")
def test_columns_of_joined_tables_are_aliased():
    columns = (ID, column("String", "name"))
    aliased = (
        AliasedColumn("c.fullname", "contact", column("String", "fullname")),
        AliasedColumn("c.parentcustomerid", "contact", column("Customer", "parentcustomerid")),
        AliasedColumn("income", "contact", column("Money", "annualincome")),
    )
    rows = [
        (KEY, "A", "Nancy <3", EntityReference("contact", OTHER), Decimal("1.50")),
        (KEY, "A", None, None, None),
    ]
    texts = [(None,) * 2, (None,) * 2, (None,) * 2, ("P", None), ("$1.50", None)]
    first, second = entities(Rows("account", "accountid", columns, rows, texts, aliased))

    def alias(name: str, value) -> Struct:
        members = {"AttributeLogicalName": name, "EntityLogicalName": "contact", "Value": value}
        return Struct("AliasedValue", members)

    assert first.members["Attributes"].values == {
        "accountid": UUID(KEY),
        "name": "A",
        "c.fullname": alias("fullname", "Nancy <3"),
        "c.parentcustomerid": alias("parentcustomerid", reference("P")),
        "income": alias("annualincome", of("Money", Decimal("1.50"))),
    }
    assert first.members["FormattedValues"].values == {"income": "$1.50"}
    assert second == whole({"accountid": UUID(KEY), "name": "A"}, {})


def test_both_write_themselves():
    rows = Rows("account", "accountid", (ID,), [(KEY,)])
    assert isinstance(WrittenCollection(rows), Written)
    assert isinstance(WrittenEntity(rows), Written)
