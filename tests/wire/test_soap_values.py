"""Values of data contracts: what is read, in which forms, and that what is written comes back."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.wire.soap.contract import ARRAYS, GENERIC, INSTANCE, SERIALIZATION, XRM, XSD
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.lexical import NAMESPACES, READERS, write_double
from xrm.wire.soap.reading import ContractError, is_nil, read_value
from xrm.wire.soap.values import Items, Long, Pairs, Struct, Word
from xrm.wire.soap.versions import scope_of
from xrm.wire.soap.writing import write_element
from xrm.wire.xml import XmlError, parse

KEY = UUID("8944a0c4-b36d-4973-a3c6-e0fefe61d236")
HEX = "8944a0c4b36d4973a3c6e0fefe61d236"
GROUPED = "{0x8944a0c4,0xb36d,0x4973,{0xa3,0xc6,0xe0,0xfe,0xfe,0x61,0xd2,0x36}}"


def moment(*parts, **more):
    return datetime(*parts, tzinfo=UTC, **more)


READ = [
    ("string", "", ""),
    ("string", " a\tb ", " a\tb "),
    ("boolean", "true", True),
    ("boolean", "1", True),
    ("boolean", " false\n", False),
    ("boolean", "0", False),
    ("int", "-2147483648", -(2**31)),
    ("int", " +007 ", 7),
    ("short", "-32768", -32768),
    ("unsignedByte", "255", 255),
    ("long", "9223372036854775807", 2**63 - 1),
    ("decimal", "-12.3400", Decimal("-12.3400")),
    ("decimal", ".5", Decimal("0.5")),
    ("decimal", "79228162514264337593543950335", Decimal(2**96 - 1)),
    ("double", "1.5E-3", 0.0015),
    ("double", "-INF", -math.inf),
    ("double", "INF", math.inf),
    ("float", "2.5", 2.5),
    ("dateTime", "2016-06-01T10:36:37Z", moment(2016, 6, 1, 10, 36, 37)),
    ("dateTime", "2016-06-01T10:36:37", moment(2016, 6, 1, 10, 36, 37)),
    ("dateTime", "2016-06-01T10:36:37+02:00", moment(2016, 6, 1, 8, 36, 37)),
    ("dateTime", "2016-06-01T22:36:37-05:30", moment(2016, 6, 2, 4, 6, 37)),
    ("dateTime", "2016-06-01T10:36:37.1Z", moment(2016, 6, 1, 10, 36, 37, 100000)),
    ("dateTime", "2016-06-01T10:36:37.0080678Z", moment(2016, 6, 1, 10, 36, 37, 8067)),
    ("dateTime", "2016-06-01", moment(2016, 6, 1)),
    ("dateTime", "2016-06-30T24:00:00Z", moment(2016, 7, 1)),
    ("dateTime", "0001-01-01T00:00:00", moment(1, 1, 1)),
    ("dateTime", "0001-01-01T00:00:00+05:00", moment(1, 1, 1)),
    ("dateTime", "9999-12-31T23:59:59-05:00", moment(9999, 12, 31, 23, 59, 59, 999999)),
    ("guid", str(KEY), KEY),
    ("guid", str(KEY).upper(), KEY),
    ("guid", f" {{{KEY}}} ", KEY),
    ("guid", f"({KEY})", KEY),
    ("guid", HEX, KEY),
    ("guid", GROUPED, KEY),
    ("base64Binary", "AP8=\n", b"\x00\xff"),
    ("base64Binary", "", b""),
]

UNREAD = [
    ("boolean", "True"),
    ("boolean", ""),
    ("boolean", "2"),
    ("int", "2147483648"),
    ("int", "1.0"),
    ("int", "1e3"),
    ("int", "٣"),
    ("int", ""),
    ("int", "1_000"),
    ("int", "9" * 5000),
    ("unsignedByte", "-1"),
    ("long", "9223372036854775808"),
    ("decimal", "1e3"),
    ("decimal", "NaN"),
    ("decimal", "1,000.00"),
    ("decimal", "79228162514264337593543950336"),
    ("double", "inf"),
    ("double", "1e999"),
    ("double", "0x10"),
    ("double", ""),
    ("dateTime", "2016-06-01T10:36Z"),
    ("dateTime", "2016-06-31T10:36:37Z"),
    ("dateTime", "2016-06-01 10:36:37Z"),
    ("dateTime", "2016-06-01T25:00:00Z"),
    ("dateTime", "2016-06-01T24:00:01Z"),
    ("dateTime", "2016-06-01T10:36:37.Z"),
    ("dateTime", "2016-06-01T10:36:37+15:00"),
    ("dateTime", "2016-06-01T10:36:37+1:00"),
    ("dateTime", "0000-01-01T00:00:00Z"),
    ("dateTime", "6/1/2016"),
    ("dateTime", ""),
    ("guid", ""),
    ("guid", str(KEY)[:-1]),
    ("guid", f"{{{KEY}"),
    ("guid", f"{{{KEY})"),
    ("guid", f"urn:uuid:{KEY}"),
    ("base64Binary", "AP8"),
    ("base64Binary", "AP_8"),
]


def read(text: str, declared: str):
    return read_value(parse(f"<v>{text}</v>".encode()), declared)


@pytest.mark.covers(
    "soap value: string",
    "soap value: int",
    "soap value: long",
    "soap value: decimal",
    "soap value: double",
    "soap value: boolean",
    "soap value: dateTime",
    "soap value: guid",
    "soap value: base64Binary",
)
@pytest.mark.parametrize(("kind", "text", "expected"), READ)
def test_a_simple_value_is_read(kind, text, expected):
    found = read(text, kind)
    assert (found, type(found)) == (expected, Long if kind == "long" else type(expected))


@pytest.mark.parametrize(("kind", "text"), UNREAD)
def test_what_is_not_of_its_type_is_refused(kind, text):
    with pytest.raises(ContractError) as refused:
        read(text, kind)
    assert f"'{text[:100]}' cannot be parsed as the type '{kind}'" in str(refused.value)


def test_not_a_number():
    assert math.isnan(read("NaN", "double"))


def test_every_simple_type_has_a_namespace():
    assert NAMESPACES.keys() == READERS.keys()


SPACES = (
    f'xmlns="{XRM}" xmlns:g="{GENERIC}" xmlns:i="{INSTANCE}" xmlns:x="{XSD}" '
    f'xmlns:z="{SERIALIZATION}" xmlns:r="{ARRAYS}"'
)


def element(text: str):
    return parse(f"<v {SPACES}>{text}</v>".encode())


@pytest.mark.covers("soap form: members in any order")
def test_members_come_in_any_order_and_strangers_are_passed_over():
    text = f"""
      <Name>Contoso</Name><Id>{KEY}</Id><Colour>red</Colour>
      <g:LogicalName>contact</g:LogicalName><LogicalName>account</LogicalName>"""
    found = read_value(element(text), "EntityReference")
    members = {"Name": "Contoso", "Id": KEY, "LogicalName": "account"}
    assert found == Struct("EntityReference", members)


def test_nil_is_no_value_whatever_is_within():
    found = read_value(element('<Name i:nil="1">x</Name>'), "EntityReference")
    assert found.members == {"Name": None}
    assert is_nil(parse(f'<v xmlns:i="{INSTANCE}" i:nil=" true "/>'.encode()))
    assert not is_nil(parse(f'<v xmlns:i="{INSTANCE}" i:nil="false"/>'.encode()))


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ('<Id i:nil="true"/>', "EntityReference"),
        ('<Value i:nil="true"/>', "Money"),
        ('<FilterOperator i:nil="true"/>', "FilterExpression"),
        ('<r:int i:nil="true"/>', "ArrayOfint"),
    ],
)
def test_some_values_cannot_be_nil(text, declared):
    with pytest.raises(ContractError, match="cannot be null"):
        read_value(element(text), declared)


def pair(key: str, value: str) -> str:
    tag = "KeyValuePairOfstringanyType"
    return f"<{tag}><g:key>{key}</g:key>{value}</{tag}>"


@pytest.mark.covers("soap value: AttributeCollection")
def test_attributes_tell_their_types():
    text = (
        pair("name", '<g:value i:type="x:string">A</g:value>')
        + pair("accountid", f'<g:value i:type="z:guid">{KEY}</g:value>')
        + pair("count", '<g:value i:type="x:int">1</g:value>')
        + pair("version", '<g:value i:type="x:long">1</g:value>')
        + pair("industry", '<g:value i:type="OptionSetValue"><Value>3</Value></g:value>')
        + pair("parent", '<g:value i:nil="true"/>')
        + pair("absent", "")
        + pair("untyped", "<g:value>x</g:value>")
        + pair("list", '<g:value i:type="r:ArrayOfstring"><r:string>a</r:string></g:value>')
    )
    found = read_value(element(text), "AttributeCollection")
    assert found == Pairs(
        "AttributeCollection",
        {
            "name": "A",
            "accountid": KEY,
            "count": 1,
            "version": 1,
            "industry": Struct("OptionSetValue", {"Value": 3}),
            "parent": None,
            "absent": None,
            "untyped": Struct("anyType"),
            "list": Items("ArrayOfstring", ["a"]),
        },
    )
    assert isinstance(found.values["version"], Long)


@pytest.mark.parametrize(
    "text",
    [
        pair("a", "") + pair("a", ""),
        "<KeyValuePairOfstringanyType/>",
        '<KeyValuePairOfstringanyType><g:key i:nil="true"/></KeyValuePairOfstringanyType>',
    ],
)
def test_keys_are_there_and_differ(text):
    with pytest.raises(ContractError):
        read_value(element(text), "AttributeCollection")


def test_a_key_may_be_a_contract():
    tag = "KeyValuePairOfRelationshipEntityCollectionX_PsK4FkN"
    text = (
        f"<{tag}><g:key><SchemaName>account_contacts</SchemaName></g:key>"
        f"<g:value><EntityName>contact</EntityName></g:value></{tag}>"
    )
    found = read_value(element(text), "RelatedEntityCollection")
    relationship = Struct("Relationship", {"SchemaName": "account_contacts"})
    contacts = Struct("EntityCollection", {"EntityName": "contact"})
    assert found.values == {relationship: contacts}


@pytest.mark.covers("soap value: enumerations")
@pytest.mark.parametrize(
    ("declared", "text", "expected"),
    [
        ("ConditionOperator", " Like ", "Like"),
        ("EntityFilters", "Entity Attributes", "Entity Attributes"),
        ("EntityFilters", "", ""),
    ],
)
def test_words_of_enumerations(declared, text, expected):
    assert read(text, declared) == Word(declared, expected)


@pytest.mark.parametrize(
    ("declared", "text"),
    [("ConditionOperator", "like"), ("ConditionOperator", ""), ("EntityFilters", "Entity Other")],
)
def test_other_words_are_refused(declared, text):
    with pytest.raises(ContractError, match="Invalid enum value"):
        read(text, declared)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-12.5, "-12.5"),
        (0.0001, "0.0001"),
        (0.00001, "1E-05"),
        (1e14, "100000000000000"),
        (1e15, "1E+15"),
        (-1234567890123456.0, "-1.234567890123456E+15"),
        (1e16, "1E+16"),
        (1.5e300, "1.5E+300"),
        (math.inf, "INF"),
        (-math.inf, "-INF"),
        (math.nan, "NaN"),
    ],
)
def test_doubles_are_spelled_as_the_platform_does(value, text):
    assert write_double(value) == text


TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=[chr(n) for n in range(9)])
).filter(lambda text: text.isprintable() or text.strip("\t\n\r").isprintable())
SIMPLE = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Long),
    st.floats(allow_nan=False).map(lambda number: number + 0.0),
    st.decimals(-(10**18), 10**18, places=4),
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
    st.binary(),
    st.sampled_from(CONTRACTS["ConditionOperator"].words).map(
        lambda word: Word("ConditionOperator", word)
    ),
    st.integers(0, 99).map(lambda number: Struct("OptionSetValue", {"Value": number})),
)
VALUE = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: Items("ArrayOfanyType", items)),
        st.dictionaries(TEXT, inner, max_size=3).map(
            lambda members: Struct("Entity", {"Attributes": Pairs("AttributeCollection", members)})
        ),
    ),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, st.none() | VALUE, max_size=4))
@PROFILE
def test_what_is_written_is_read_back(values):
    request = Struct(
        "OrganizationRequest",
        {"Parameters": Pairs("ParameterCollection", values), "RequestId": None},
    )
    for version in ("1.1", "1.2"):
        scope = scope_of(version, addressed=version == "1.2").defaulted("urn:service")
        text = write_element("request", request, "OrganizationRequest", scope)
        envelope = f'<e xmlns="urn:service" xmlns:s="urn:s" xmlns:a="urn:a">{text}</e>'
        assert read_value(parse(envelope.encode())[0], "OrganizationRequest") == request


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@PROFILE
def test_whatever_is_sent_gets_its_answer(data):
    """Only errors that are foreseen: neither a traceback nor a hang."""
    with suppress(XmlError, ContractError):
        found = read_value(parse(b'<v xmlns="%s">%s</v>' % (XRM.encode(), data)), "QueryBase")
        assert found.type == "QueryBase"


def test_a_moment_of_another_zone_is_written_in_utc():
    value = datetime(2026, 1, 1, 1, 30, 0, 250000, tzinfo=timezone(timedelta(hours=2)))
    text = write_element("v", value, "dateTime", scope_of("1.2"))
    assert text == "<v>2025-12-31T23:30:00.25Z</v>"


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (1, "string"),
        ("1", "int"),
        (KEY, "string"),
        (True, "int"),
        (Struct("Money", {}), "Entity"),
        (Struct("QueryBase", {}), "QueryExpression"),
    ],
)
def test_a_value_of_another_type_is_not_written(value, declared):
    with pytest.raises(TypeError):
        write_element("v", value, declared, scope_of("1.2"))
