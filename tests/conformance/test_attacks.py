"""Requests made to break, stall or swell the server: each is answered as a plain refusal.

No answer is a 500, whatever stands in the URL, the headers or the body, on both engines.
"""

from urllib.parse import quote

import pytest

from support.estate import JSON, ROOT
from xrm.org import keys

URI = (400, "0x80060888")
LINKS = (400, "0x8004430d")
CONDITIONS = (400, "0x8004430c")
PAYLOAD = (400, "0x80048d19")
INVALID = (400, "0x80040203")
NO_RECORD = (404, "0x80060891")
RANGE = (400, "0x80044330")
OLD = (412, "0x80060882")
FINE = (200, "")
CRM = "Microsoft.Dynamics.CRM."


@pytest.fixture(scope="module", autouse=True)
def defined(estate):
    for table, *columns in (
        ("account", "accountnumber"),
        ("account", "numberofemployees"),
        ("account", "exchangerate", "accountnumber"),
        ("account", "lastusedincampaign"),
        ("account", "primarycontactid"),
        ("contact", "parentcustomerid"),
        ("contact", "birthdate"),
    ):
        keys.define(estate.organization, table, f"key_{'_'.join(columns)}", columns)


@pytest.fixture(scope="module")
def own(client):
    texts = {"name": "A" * 160, "description": "a" * 2000}
    return client.post("accounts", texts | {"accountnumber": "A", "numberofemployees": 1}).created


def outcome(answer):
    if answer.status in (200, 204):
        return answer.status, ""
    return answer.error


KEYS = {
    "numberofemployees=1": FINE,
    "numberofemployees=99999999999": URI,
    "numberofemployees=99999999999999999999999": URI,
    f"numberofemployees={'9' * 5000}": URI,
    "numberofemployees=1_0": URI,
    "numberofemployees=1.0": URI,
    "numberofemployees='1'": URI,
    "numberofemployees=true": URI,
    "numberofemployees=%D9%A1": URI,
    "exchangerate=2,accountnumber='A'": NO_RECORD,
    "exchangerate=NaN,accountnumber='A'": URI,
    "exchangerate=Infinity,accountnumber='A'": URI,
    "exchangerate=1e999999999,accountnumber='A'": URI,
    f"exchangerate={'9' * 20},accountnumber='A'": RANGE,
    "accountnumber='A'": FINE,
    "accountnumber='a '": FINE,
    "accountnumber='%00'": URI,
    "accountnumber='A%00'": URI,
    "accountnumber='%FF'": URI,
    f"accountnumber='{'a' * 20_000}'": NO_RECORD,
    "accountnumber='A',accountnumber='A'": URI,
    "accountnumber=A": URI,
    "lastusedincampaign=2026-01-01T00:00:00Z": NO_RECORD,
    "lastusedincampaign=9999-12-31T23:59:59-14:00": URI,
    "lastusedincampaign=0001-01-01T00:00:00%2B14:00": URI,
    "_primarycontactid_value=397961ef-dc25-4887-a0f2-b192ff6596c4": NO_RECORD,
    "_primarycontactid_value=1": URI,
    "primarycontactid=397961ef-dc25-4887-a0f2-b192ff6596c4": URI,
}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:60])
def test_keys(client, own, key):
    assert outcome(client.get(f"accounts({key})", select="name")) == KEYS[key]
    if KEYS[key] == URI:
        # Nor does an upsert make a record of it.
        assert client.patch(f"accounts({key})", {"name": "X"}).error == URI
        bound = {"lastname": "X", "parentcustomerid_account@odata.bind": f"accounts({key})"}
        assert client.post("contacts", bound).status == 400


def test_keys_of_other_tables(client):
    assert client.get("contacts(birthdate=2026-01-01)").error == NO_RECORD
    assert client.get("contacts(birthdate=2026-02-30)").error == URI
    assert client.get("contacts(birthdate=2026-01-01T00:00:00Z)").error == URI
    # Of which table the record is, the URL of a lookup of several does not tell.
    several = "contacts(_parentcustomerid_value=397961ef-dc25-4887-a0f2-b192ff6596c4)"
    assert client.get(several).error == NO_RECORD
    assert client.patch(several, {"lastname": "X"}).error == URI


PATH = "parentaccountid/"
OPTIONS = {
    "a path of 1,500 lookups": ("$filter", f"{PATH * 1500}name eq 'x'", LINKS),
    "a path of 16 lookups": ("$filter", f"{PATH * 16}name eq 'x'", LINKS),
    "a path of 15 lookups": ("$filter", f"{PATH * 15}name eq 'x'", FINE),
    "an order along 1,500 lookups": ("$orderby", f"{PATH * 1500}name", LINKS),
    "500 conditions": ("$filter", " or ".join(["name eq 'a'"] * 500), FINE),
    "501 conditions": ("$filter", " or ".join(["name eq 'a'"] * 501), CONDITIONS),
    "500 conditions over 14 lookups": (
        "$filter",
        " or ".join([f"{PATH * (number % 15)}name eq null" for number in range(120)]),
        FINE,
    ),
    "5,000 parentheses": ("$filter", "(" * 5000 + "name eq 'a'" + ")" * 5000, URI),
    "5,000 negations": ("$filter", "not " * 5000 + "(name eq 'a')", URI),
    "a number of 30,000 digits": ("$filter", f"revenue eq {'9' * 30_000}", URI),
    "a number beyond all": ("$filter", "revenue lt 1e999999999", URI),
    "a text of 30,000 letters": ("$filter", f"name eq '{'a' * 30_000}'", FINE),
    "a pattern of 30,000 letters": ("$filter", f"contains(name,'{'a' * 30_000}')", URI),
    "many unknown columns": ("$select", ",".join(f"x{n}" for n in range(5000)), URI),
    "one column 5,000 times": ("$select", ",".join(["name"] * 5000), FINE),
    "an order by one column twice": ("$orderby", "name,name desc", URI),
    "an alias of an alias": ("$filter", "name eq @a&@a=@b&@b='x'", URI),
    "a page size of none": ("$top", "99999999999", URI),
    "60 options": ("$filter", "name eq 'a'" + "".join(f"&x{n}=1" for n in range(60)), URI),
    "too long": ("$filter", f"name eq '{'a' * 33_000}'", URI),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options(client, own, name):
    option, value, expected = OPTIONS[name]
    query = f"{quote(option)}={quote(value, safe='&=@/(),' + chr(39))}"
    answer = client.send(
        "GET", "accounts", query + ("" if option == "$select" else "&$select=name")
    )
    assert outcome(answer) == expected


def test_an_order_by_every_column(estate, client, own):
    """As many columns as a URL holds, own ones and those of lookups."""
    tables, orders = estate.organization.catalogue, []
    for path, table in (("", "account"), ("masterid/", "account"), ("createdby/", "systemuser")):
        orders += [
            path + name
            for name, column in tables[table].columns.items()
            if column.valid_for_read and not column.is_lookup
        ]
    orders += [f"modifiedby/{each[10:]}" for each in orders if each.startswith("createdby/")]
    for many in (40, len(orders)):
        answer = client.get("accounts", select="name", orderby=",".join(orders[:many]))
        assert [row["accountid"] for row in answer.rows] == [own]


@pytest.mark.parametrize(
    "text",
    ["a%" * 1000 + "b", "%" * 3900 + "b", "[a-z]%" * 600 + "0", "[a-z]" * 750, "_" * 3999,
     "%[a-z]_" * 500 + "0", "[^b]%" * 700 + "[b]", "[[]" * 1300, "[a-", "[]", "[^]", "[^",
     "\\" * 3000, "[\\d]", "[[:alpha:]]", "(?i)a", "a{1000}", "(a+)+$", "[^^]", "[]]", "[-a]",
     "[z-a]"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_patterns_neither_stall_nor_break(client, own, text):
    for function in ("contains", "startswith", "endswith"):
        answer = client.get("accounts", select="name", filter=f"{function}(description,'{text}')")
        assert answer.status == 200


def cookie(page, *elements, size="2"):
    inner = f'<cookie page="1">{"".join(elements)}</cookie>'
    twice = quote(quote(inner, safe=""), safe="")
    outer = f'<cookie pagenumber="{page}" pagingcookie="{twice}" istracking="False"'
    outer += f' pagesize="{size}" />'
    return quote(outer, safe="")


def element(name, last):
    return f'<{name} last="{last}" first="" />'


KEY = "{397961EF-DC25-4887-A0F2-B192FF6596C4}"
COOKIES = {
    ("revenue", "5"): FINE,
    ("revenue", "999999999999999"): RANGE,
    ("revenue", "1e300"): URI,
    ("revenue", "NaN"): URI,
    ("revenue", "-Infinity"): URI,
    ("exchangerate", "99999999999"): RANGE,
    ("numberofemployees", "9" * 20): URI,
    ("numberofemployees", "9" * 16_000): URI,
    ("numberofemployees", "x"): URI,
    ("versionnumber", "9" * 19): URI,
    ("address1_latitude", "1e308"): FINE,
    ("address1_latitude", "1e309"): URI,
    ("address1_latitude", "nan"): URI,
    ("createdon", "9999-12-31T23:59:59.9999999-14:00"): URI,
    ("createdon", "0001-01-01T00:00:00+14:00"): URI,
    ("createdon", "yesterday"): URI,
    ("name", "\x00"): URI,
    ("name", "&#0;&#xD800;&#x110000;"): FINE,
    ("name", "' or 1=1 --"): FINE,
    ("primarycontactid", "\x00"): URI,
    ("primarycontactid", "z" * 3000): FINE,
    ("statuscode", "-1"): FINE,
    ("processid", "not a key"): URI,
}


@pytest.mark.parametrize("place", COOKIES, ids=lambda place: f"{place[0]} {place[1][:20]!r}")
def test_cookies_made_up(client, own, place):
    column, last = place
    order = "_primarycontactid_value" if column == "primarycontactid" else column
    token = cookie(2, element(column, last), element("accountid", KEY))
    answer = client.send("GET", "accounts", f"$select=name&$orderby={order}&$skiptoken={token}")
    assert outcome(answer) == COOKIES[place]


@pytest.mark.parametrize(
    "token",
    [
        cookie(2, element("accountid", KEY)),
        cookie(2, element("revenue", "1"), element("accountid", KEY)),
        cookie(2, element("name", "a"), element("contactid", KEY)),
        cookie(2, element("accountid", KEY), element("name", "a")),
        cookie(2, element("name", "a"), element("name", "a"), element("accountid", KEY)),
        cookie(2, element("name", "a"), element("accountid", "x")),
        cookie(2, element("name", "a"), element("accountid", KEY[1:-1])),
        cookie(1, element("name", "a"), element("accountid", KEY)),
        cookie("-1", element("name", "a"), element("accountid", KEY)),
        cookie("9" * 12, element("name", "a"), element("accountid", KEY)),
        cookie(2, element("name", "a" * 17_000), element("accountid", KEY)),
        "<!DOCTYPE x [<!ENTITY a 'b'>]><cookie/>",
        "%",
        "",
    ],
)
def test_cookies_of_another_question(client, own, token):
    query = f"$select=name&$orderby=name&$skiptoken={token}"
    assert client.send("GET", "accounts", query).error == URI


def test_a_page_far_away_is_empty(client, own):
    far = quote('<cookie pagenumber="999999999" pagingcookie="" istracking="False" />', safe="")
    assert client.send("GET", "accounts", f"$select=name&$skiptoken={far}").rows == []


LONG = "a" * 50_000
HEADERS = {
    "If-Match of digits": (("if-match", f'W/"{"1" * 50_000}"'), URI),
    "If-Match beyond 64 bits": (("if-match", 'W/"9999999999999999999"'), OLD),
    "If-Match of many": (("if-match", 'W/"1",' * 10_000), URI),
    "many Prefer": (("prefer", "a=b," * 20_000), (204, "")),
    "a Prefer of blanks": (("prefer", "a" + " " * 50_000 + "b"), (204, "")),
    "a page size of digits": (("prefer", "odata.maxpagesize=" + "9" * 5000), URI),
    "many patterns": (
        ("prefer", f'odata.include-annotations="{"*a.*," * 10_000}"'),
        (204, ""),
    ),
    "a caller of letters": (("mscrmcallerid", LONG), INVALID),
    "an object of letters": (("callerobjectid", LONG), INVALID),
    "steps of letters": (("mscrm.bypassbusinesslogicexecutionstepids", LONG), INVALID),
    "a truth of letters": (("mscrm.suppressduplicatedetection", LONG), INVALID),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_headers(client, own, name):
    header, expected = HEADERS[name]
    answer = client.patch(f"accounts({own})", {"description": "a"}, headers=(header,))
    assert outcome(answer) == expected
    assert len(answer.body) < 60_000


DEEP = {"name": "0"}
for _number in range(40):
    DEEP = {
        "name": "x",
        "contact_customer_accounts": [{"lastname": "y", "parentcustomerid_account": DEEP}],
    }
BODIES = {
    "100,000 arrays": (b"[" * 100_000, PAYLOAD),
    "5,000 objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, PAYLOAD),
    "a number of 100,000 digits": (b'{"revenue":' + b"9" * 100_000 + b"}", PAYLOAD),
    "an exponent of digits": (b'{"name":"x","revenue":1e9999999999999999999999}', PAYLOAD),
    "a long number's exponent": (b'{"name":"x","revenue":1.0000000000000000e999999999}', PAYLOAD),
    "NaN": (b'{"name":"x","revenue":NaN}', PAYLOAD),
    "a lone surrogate": (b'{"name":"\\ud800"}', PAYLOAD),
    "NUL": (b'{"name":"\\u0000"}', PAYLOAD),
    "a name of letters": (b'{"' + b"a" * 100_000 + b'":1}', PAYLOAD),
    "100,000 names": (b"{" + b",".join(b'"x%d":1' % n for n in range(100_000)) + b"}", PAYLOAD),
    "a name twice": (b'{"name":"a","name":"b"}', PAYLOAD),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_bodies(client, name):
    body, expected = BODIES[name]
    answer = client.send("POST", "accounts", headers=(JSON,), body=body)
    assert answer.error == expected


def test_records_within_records_are_bounded(client):
    before = client.get("accounts/$count").body
    wide = {"name": "W", "contact_customer_accounts": [{"lastname": str(n)} for n in range(1200)]}
    assert client.post("accounts", DEEP).error == PAYLOAD
    assert client.post("accounts", wide).error == INVALID
    assert client.get("accounts/$count").body == before


def test_a_path_of_many_parts(client, own):
    for path in (
        "accounts" + "/x" * 5000,
        "(" * 5000,
        f"accounts({own})" + "/parentaccountid" * 15,
    ):
        assert client.get(path).status in (400, 404)
    steps = f"accounts({own})" + "/primarycontactid/parentcustomerid_account" * 10
    assert client.get(steps).error == URI
    assert client.get(f"{ROOT}accounts({own}){'/' * 5000}").status == 200
