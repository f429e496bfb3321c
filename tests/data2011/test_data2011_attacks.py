"""What is sent to OrganizationData.svc to harm it: refused, within bounds, without a trace."""

from decimal import Decimal

import pytest

from support.organization_data import ATOM, NAMES, Data, atom_entry

ENTRY = ("content-type", "application/atom+xml")
MANY = " ".join(f"a{number}='1'" for number in range(5000))
LONG = "x" * 1_000_000
ENTITIES = "".join(
    f'<!ENTITY {name} "{10 * ("&" + before + ";")}">'
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + ENTITIES
    + "]>"
    + atom_entry("<d:Name>&j;</d:Name>").split("?>", 1)[1]
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + atom_entry("<d:Name>&x;</d:Name>").split("?>", 1)[1]
)


def nested(depth: int) -> str:
    """Return an entry with entries within entries."""
    rel = f"{NAMES['d']}/related/Account_Tasks"
    head = f'<link rel="{rel}"><m:inline><entry><content><m:properties />'
    tail = "</content></entry></m:inline></link>"
    return atom_entry("", links=head * depth + tail * depth)


@pytest.mark.covers("odata2: XML attacks")
@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        EXTERNAL,
        atom_entry("<d:Name>" * 5000 + "</d:Name>" * 5000),
        atom_entry("<d:Name/>" * 3),
        atom_entry(f"<d:Name {MANY}>x</d:Name>"),
        atom_entry(f'<d:Name m:type="{LONG}">x</d:Name>'),
        atom_entry("<d:Nope>x</d:Nope>"),
        atom_entry("<d:Name>x</d:Name>").replace(NAMES["a"], "urn:other"),
        atom_entry("<d:Name>x</d:Name>").replace("utf-8", "utf-7"),
        atom_entry("<d:Name>x</d:Name>") + "<more/>",
        "<?xml-stylesheet href='x'?>" + atom_entry("<d:Name>x</d:Name>").split("?>", 1)[1],
        nested(40),
        nested(2000),
        "",
        "not xml",
        "<entry",
    ],
    ids=lambda body: str(len(body)),
)
def test_xml_that_harms_is_refused(data: Data, body: str) -> None:
    said = data.send("POST", "AccountSet", headers=(ATOM, ENTRY), body=body.encode())
    assert said.error[:2] == (400, "")
    assert len(said.body) < 2000
    assert b"root:" not in said.body


def test_xml_in_another_charset_is_refused(data: Data) -> None:
    body = atom_entry("<d:Name>x</d:Name>").encode("utf-16")
    headers = (ATOM, ("content-type", "application/atom+xml;charset=utf-8"))
    assert data.send("POST", "AccountSet", headers=headers, body=body).error[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"Name":"x","Name":"y"}',
        b'{"Name":"\xff"}',
        b"{",
        b"",
        b"[]",
        b'"x"',
    ],
    ids=lambda body: str(len(body)),
)
def test_json_that_harms_is_refused(data: Data, body: bytes) -> None:
    headers = (("accept", "application/json"), ("content-type", "application/json"))
    said = data.send("POST", "AccountSet", headers=headers, body=body)
    assert said.error[:2] == (400, "")


def test_records_within_records_end_somewhere(data: Data) -> None:
    record: dict[str, object] = {"LastName": "x"}
    for _ in range(40):
        record = {"Name": "x", "account_primary_contact": record}
        record = {"LastName": "x", "account_primary_contact": [record]}
    status, code, message = data.post("ContactSet", record).error
    assert (status, code, "too deeply" in message) == (400, "", True)


def test_numbers_keep_every_digit(data: Data) -> None:
    path = data.made("LeadSet", Subject="s", LastName="l", Revenue={"Value": "12345678901.23"})
    value = data.get(path, select="Revenue").d["Revenue"]["Value"]
    assert Decimal(value) == Decimal("12345678901.23")


def test_text_that_xml_cannot_hold_is_replaced(data: Data) -> None:
    path = data.made("LeadSet", Subject="bell \u0007 end", LastName="l")
    assert data.get(path, select="Subject").d["Subject"] == "bell \u0007 end"
    entry = data.get(path, atom=True, select="Subject").xml
    assert entry.findtext(".//d:Subject", namespaces=NAMES) == "bell \ufffd end"


def test_a_body_has_a_limit(data: Data) -> None:
    from xrm.org.faces.data2011 import mount
    from xrm.wire.http import Request

    head = Request("POST", "/xrmservices/2011/organizationdata.svc/AccountSet", "", (ATOM,))
    route = mount(data.client.estate.organization).route(head)
    assert route.limit == 16 * 1024 * 1024
    assert route.too_large(head).status == 413


def test_a_url_has_a_limit(data: Data) -> None:
    assert data.send("GET", "AccountSet", "$select=" + "Name," * 10_000).error[0] == 400
    assert data.get("/".join(["AccountSet"] * 30)).error[0] == 400
