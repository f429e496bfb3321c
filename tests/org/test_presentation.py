"""Pages of records as their readers see them, in an organization on SQLite."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from support.estate import Estate
from xrm.model.metadata import Column, Option
from xrm.model.privileges import Depth, Right
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.presentation import of_locale, present
from xrm.org.provisioning import platform_caller
from xrm.org.security.caller import Caller
from xrm.org.security.reach import EVERY, Reach

ROOT_UNIT = "00000000-0000-0000-0000-0000000000b1"
NOWHERE = "00000000-0000-0000-0000-00000000dead"
USER = "00000000-0000-0000-0000-0000000000a1"
GERMAN_USER = "00000000-0000-0000-0000-0000000000a2"
TEAM = "00000000-0000-0000-0000-0000000000c1"
EURO, YEN, DINAR = (f"00000000-0000-0000-0000-0000000000e{n}" for n in range(3))
OPEN, HIDDEN, NAMELESS = (f"00000000-0000-0000-0000-0000000000f{n}" for n in range(3))

CURRENCIES = (
    (EURO, "Euro", "€", 2, "EUR"),
    (YEN, "Yen", "¥", 0, "JPY"),
    (DINAR, "دينار كويتي", "د.ك.", 3, "KWD"),
)


def column(kind, name="thing", **facts):
    return Column(logical_name=name, schema_name=name, type=kind, **facts)


AMOUNT = column("Money", "amount", precision=2)
AMOUNT_BASE = column("Money", "amount_base", precision=4, base_of="amount")
CURRENCY = column("Lookup", "transactioncurrencyid", targets=("transactioncurrency",))
ACCOUNT = column("Lookup", "parentaccountid", targets=("account",))
OWNER = column("Owner", "ownerid", targets=("systemuser", "team"))
LOCAL = column("DateTime", format="DateAndTime", date_behavior="UserLocal")
LOCAL_DAY = column("DateTime", format="DateOnly", date_behavior="UserLocal")
ANYWHERE = column("DateTime", format="DateAndTime", date_behavior="TimeZoneIndependent")
ANYWHERE_DAY = column("DateTime", format="DateOnly", date_behavior="TimeZoneIndependent")
DAY = column("DateTime", format="DateOnly", date_behavior="DateOnly")


def _fill(estate: Estate) -> None:
    organization = estate.organization
    store, tables = organization.store, organization.catalogue.tables
    rows = [
        ("systemuser", {"systemuserid": USER, "fullname": "Ann Reader"}),
        ("systemuser", {"systemuserid": GERMAN_USER, "fullname": "Karl Leser"}),
        ("team", {"teamid": TEAM, "name": "Sales"}),
        ("account", _account(OPEN, "مؤسسة الخليج", USER)),
        ("account", _account(HIDDEN, "Secret", GERMAN_USER)),
        ("account", _account(NAMELESS, None, USER)),
    ]
    rows += [
        (
            "transactioncurrency",
            {
                "transactioncurrencyid": key,
                "currencyname": name,
                "currencysymbol": symbol,
                "currencyprecision": precision,
                "isocurrencycode": code,
            },
        )
        for key, name, symbol, precision, code in CURRENCIES
    ]
    rows.append(("usersettings", {"systemuserid": GERMAN_USER, **GERMAN}))
    with estate.database.write() as transaction:
        for name, values in rows:
            store.insert(transaction, tables[name], values)


GERMAN = {"localeid": 1031, "timezonecode": 110}
UNSET = {
    **dict.fromkeys(of_locale(1033)),
    "localeid": None,
    "basecurrencyid": None,
    "basecurrencysymbol": "$",
    "basecurrencyprecision": 2,
    "currencydisplayoption": 0,
}


def _account(key, name, owner):
    return {
        "accountid": key,
        "name": name,
        "ownerid": EntityReference("systemuser", owner),
        "transactioncurrencyid": EntityReference("transactioncurrency", YEN),
    }


@pytest.fixture(scope="module")
def org(estate: Estate) -> SimpleNamespace:
    """Return an organization for tests that read."""
    return _opened(estate)


@pytest.fixture
def own(fresh: Estate) -> SimpleNamespace:
    """Return an organization for a test that sets what it reads."""
    return _opened(fresh)


def _opened(estate: Estate) -> SimpleNamespace:
    """Return an organization with people, currencies, accounts, and ways to set and to read."""
    _fill(estate)
    organization = estate.organization
    with estate.database.read() as transaction:
        platform = platform_caller(estate.database, transaction)

    def put(name, key, **values):
        with estate.database.write() as transaction:
            table = organization.catalogue[name]
            if not organization.store.change(transaction, table, key, values):
                values[table.primary_id] = key
                organization.store.insert(transaction, table, values)

    put("organization", platform.organization_id, **UNSET)

    @contextmanager
    def reading(caller):
        with estate.database.read() as transaction:
            yield Context(organization, transaction, caller)

    def shown(columns, *rows, caller, table="account"):
        with reading(caller) as context:
            page = present(context, organization.catalogue[table], columns, rows)
        return [list(texts) for texts in page.texts]

    def caller(user=USER, reaches=None):
        readable = {
            privilege.name: EVERY
            for table in organization.catalogue.tables.values()
            for right, privilege in table.privileges.items()
            if right is Right.READ
        }
        return Caller(
            user,
            ROOT_UNIT,
            platform.organization_id,
            reaches=readable if reaches is None else reaches,
        )

    return SimpleNamespace(
        put=put,
        shown=shown,
        caller=caller,
        reading=reading,
        tables=organization.catalogue.tables,
        platform=platform,
    )


@pytest.mark.parametrize(
    ("of", "value", "english", "german"),
    [
        (column("String"), "text", None, None),
        (column("Memo"), "text", None, None),
        (column("EntityName"), "account", "Account", "Account"),
        (column("Uniqueidentifier"), NOWHERE, None, None),
        (column("Virtual"), "text", None, None),
        (column("Picklist", options=(Option(1, "Hot"), Option(2, "Cold"))), 2, "Cold", "Cold"),
        (column("Picklist", options=(Option(1, "Hot"),)), 9, None, None),
        (column("Picklist"), 1, None, None),
        (column("State", options=(Option(0, "Open"),)), 0, "Open", "Open"),
        (column("Status", options=(Option(3, "Won", 1),)), 3, "Won", "Won"),
        (column("Boolean", options=(Option(0, "Allow"), Option(1, "Do Not Allow"))), True,
         "Do Not Allow", "Do Not Allow"),
        (column("Boolean", options=(Option(0, "Allow"), Option(1, "Do Not Allow"))), False,
         "Allow", "Allow"),
        (column("Boolean"), True, "Yes", "Yes"),
        (column("Boolean"), False, "No", "No"),
        (column("Integer", format="None"), -1234, "-1,234", "-1.234"),
        (column("Integer", format="None"), 0, "0", "0"),
        (column("Integer", format="Duration"), 480, "480", "480"),
        (column("Integer", format="Duration"), 1440, "1,440", "1.440"),
        (column("Integer", format="Language"), 1033, "1,033", "1.033"),
        (column("Integer", format="TimeZone"), 205, "205", "205"),
        (column("BigInt"), 1234567, "1,234,567", "1.234.567"),
        (column("BigInt"), 636924447719637143, "636,924,447,719,637,000",
         "636.924.447.719.637.000"),
        (column("Decimal", precision=10), Decimal("1.5"), "1.5000000000", "1,5000000000"),
        (column("Double", precision=2), 1234.57, "1,234.57", "1.234,57"),
        (column("Double", precision=0), 2.5, "3", "3"),
        (LOCAL, datetime(2019, 4, 27, 22, 30, tzinfo=UTC), "4/27/2019 10:30 PM",
         "28.04.2019 00:30"),
        (LOCAL_DAY, datetime(2019, 4, 27, 22, 30, tzinfo=UTC), "4/27/2019", "28.04.2019"),
        (ANYWHERE, datetime(2019, 4, 27, 22, 30, tzinfo=UTC), "4/27/2019 10:30 PM",
         "27.04.2019 22:30"),
        (ANYWHERE_DAY, datetime(2019, 4, 27, 22, 30, tzinfo=UTC), "4/27/2019", "27.04.2019"),
        (DAY, date(2019, 4, 27), "4/27/2019", "27.04.2019"),
        (DAY, date(1753, 1, 1), "1/1/1753", "01.01.1753"),
        (LOCAL, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "12/31/9999 11:59 PM",
         "31.12.9999 23:59"),
    ],
)  # fmt: skip
def test_values_of_every_type(org, of, value, english, german):
    """The middle row has no value: it never has a formatted one."""
    rows = ((value,), (None,), (value,))
    assert org.shown((of,), *rows, caller=org.caller()) == [[english, None, english]]
    assert org.shown((of,), *rows, caller=org.caller(GERMAN_USER)) == [[german, None, german]]


def test_a_page_without_rows_or_without_columns(org):
    assert org.shown((AMOUNT, LOCAL), caller=org.caller()) == [[], []]
    assert org.shown((), (), caller=org.caller()) == []


def test_nothing_but_nulls(org):
    columns = (AMOUNT, AMOUNT_BASE, CURRENCY, OWNER, LOCAL, DAY, column("Integer"))
    row = (None,) * len(columns)
    assert org.shown(columns, row, row, caller=org.caller()) == [[None, None]] * len(columns)


def _references(*pairs):
    return [(None if pair is None else EntityReference(*pair),) for pair in pairs]


def test_lookups_show_the_names_of_their_records(org):
    rows = _references(("account", OPEN), None, ("account", HIDDEN), ("account", OPEN))
    assert org.shown((ACCOUNT,), *rows, caller=org.caller()) == [
        ["مؤسسة الخليج", None, "Secret", "مؤسسة الخليج"]
    ]


def test_owners_are_users_or_teams(org):
    rows = _references(("systemuser", USER), ("team", TEAM), ("systemuser", GERMAN_USER))
    assert org.shown((OWNER,), *rows, caller=org.caller()) == [
        ["Ann Reader", "Sales", "Karl Leser"]
    ]


def test_what_has_no_name_shows_none(org):
    rows = _references(
        ("account", NAMELESS), ("account", NOWHERE), ("nosuchtable", OPEN), ("usersettings", USER)
    )
    assert org.shown((ACCOUNT,), *rows, caller=org.caller()) == [[None] * 4]


def test_a_name_out_of_reach_never_shows(org):
    name = org.tables["account"].privileges[Right.READ].name
    rows = _references(("account", OPEN), ("account", HIDDEN), ("systemuser", USER))
    own = org.caller(reaches={name: Reach(Depth.BASIC, (USER,))})
    assert org.shown((ACCOUNT,), *rows, caller=own) == [["مؤسسة الخليج", None, None]]
    none = org.caller(reaches={})
    assert org.shown((ACCOUNT,), *rows, caller=none) == [[None, None, None]]
    assert org.shown((ACCOUNT,), *rows, caller=org.platform) == [
        ["مؤسسة الخليج", "Secret", "Ann Reader"]
    ]


def _money(*rows):
    return [
        (Decimal(amount), None if key is None else EntityReference("transactioncurrency", key))
        for amount, key in rows
    ]


def test_amounts_are_in_the_currency_of_their_row(org):
    rows = _money(
        ("-1234.5", EURO), ("1234.5", YEN), ("0.0005", DINAR), ("5", None), ("5", NOWHERE)
    )
    english, names = org.shown((AMOUNT, CURRENCY), *rows, caller=org.caller())
    assert english == ["(€1,234.50)", "¥1,235", "د.ك.0.001", "$5.00", "$5.00"]
    assert names == ["Euro", "Yen", "دينار كويتي", None, None]
    german, _ = org.shown((AMOUNT, CURRENCY), *rows, caller=org.caller(GERMAN_USER))
    assert german == ["-1.234,50 €", "1.235 ¥", "0,001 د.ك.", "5,00 $", "5,00 $"]


def test_amounts_show_without_a_right_to_read_currencies(org):
    caller = org.caller(reaches={})
    assert org.shown((AMOUNT, CURRENCY), *_money(("5", EURO)), caller=caller) == [["€5.00"], [None]]


def test_amounts_of_rows_asked_for_without_their_currency(org):
    key = org.tables["account"].columns["accountid"]
    rows = ((Decimal("7.5"), OPEN), (Decimal("7.5"), NOWHERE))
    assert org.shown((AMOUNT, key), *rows, caller=org.caller())[0] == ["¥8", "$7.50"]
    assert org.shown((AMOUNT,), (Decimal("7.5"),), caller=org.caller()) == [["$7.50"]]


def test_base_amounts_are_in_the_currency_of_the_organization(own):
    caller = own.caller()
    columns, rows = (AMOUNT_BASE, CURRENCY), _money(("7.5", EURO))
    assert own.shown(columns, *rows, caller=caller)[0] == ["$7.50"]
    key = caller.organization_id
    own.put("organization", key, basecurrencysymbol="Kč", basecurrencyprecision=1)
    assert own.shown(columns, *rows, caller=caller)[0] == ["Kč7.5"]
    own.put("organization", key, basecurrencyid=EntityReference("transactioncurrency", DINAR))
    assert own.shown(columns, *rows, caller=caller)[0] == ["د.ك.7.500"]
    own.put("organization", key, currencydisplayoption=1)
    assert own.shown(columns, *rows, caller=caller)[0] == ["KWD7.500"]


MOMENT = datetime(2019, 7, 1, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("personal", "shared", "moment", "number"),
    [
        ({}, {}, "7/1/2019 2:05 PM", "-1,234,567"),
        ({}, {"localeid": 1031}, "01.07.2019 14:05", "-1.234.567"),
        ({"localeid": 2057}, {"localeid": 1031}, "01/07/2019 14:05", "-1,234,567"),
        ({"localeid": 1031}, {"dateformatstring": "yyyy"}, "01.07.2019 14:05", "-1.234.567"),
        ({"localeid": 4242}, {}, "7/1/2019 2:05 PM", "-1,234,567"),
        ({"localeid": 16393}, {}, "01-07-2019 14:05", "-12,34,567"),
        ({"localeid": 1049, "dateformatstring": "d MMMM yyyy"}, {}, "1 июля 2019 14:05",
         "-1\u00a0234\u00a0567"),
        ({"timezonecode": 35}, {}, "7/1/2019 10:05 AM", "-1,234,567"),
        ({"localeid": 1066, "timezonecode": 205, "dateseparator": ".",
          "timeformatstring": "hh:mm tt"}, {}, "01.07.2019 09:05 CH", "-1.234.567"),
        ({"timezonecode": 235}, {"localeid": 1041}, "2019/07/01 23:05", "-1,234,567"),
        ({"localeid": 1025, "timezonecode": 150}, {}, "01/07/2019 05:05 م", "-1,234,567"),
        ({"dateformatstring": "d/M/yy", "dateseparator": "."}, {}, "1.7.19 2:05 PM", "-1,234,567"),
        ({"timeformatstring": "HH:mm:ss", "timeseparator": "h"}, {}, "7/1/2019 14h05h00",
         "-1,234,567"),
        ({"pmdesignator": "p"}, {"timeformatstring": "hh:mm tt"}, "7/1/2019 02:05 p",
         "-1,234,567"),
        ({"numberseparator": "'", "negativeformatcode": 0}, {}, "7/1/2019 2:05 PM",
         "(1'234'567)"),
        ({"numbergroupformat": "3;2"}, {"negativeformatcode": 3}, "7/1/2019 2:05 PM",
         "12,34,567-"),
        ({"numbergroupformat": "0"}, {}, "7/1/2019 2:05 PM", "-1234567"),
    ],
)  # fmt: skip
def test_a_user_s_settings_come_before_the_organization_s(own, personal, shared, moment, number):
    caller = own.caller()
    if personal:
        own.put("usersettings", USER, **personal)
    if shared:
        own.put("organization", caller.organization_id, **shared)
    columns, row = (LOCAL, column("Integer")), (MOMENT, -1234567)
    assert own.shown(columns, row, caller=caller) == [[moment], [number]]


class Counting:
    """A transaction that counts its questions."""

    def __init__(self, transaction):
        self._transaction = transaction
        self.count = 0

    @property
    def generation(self):
        return self._transaction.generation

    def rows(self, *asked):
        self.count += 1
        return self._transaction.rows(*asked)


def test_questions_do_not_grow_with_the_page(org):
    columns = (AMOUNT, CURRENCY, ACCOUNT, OWNER, LOCAL, DAY, column("Integer"))
    row = (
        Decimal(1),
        EntityReference("transactioncurrency", EURO),
        EntityReference("account", OPEN),
        EntityReference("team", TEAM),
        MOMENT,
        date(2019, 7, 1),
        1,
    )
    with org.reading(org.caller()) as context:
        context.transaction = counting = Counting(context.transaction)
        page = present(context, org.tables["account"], columns, [row] * 5000)
        # The user, the organization, currencies; then one for each table lookups point to.
        assert counting.count == 6
        assert [len(texts) for texts in page.texts] == [5000] * 7
        assert {texts[4999] for texts in page.texts} == {
            "€1.00", "Euro", "مؤسسة الخليج", "Sales", "7/1/2019 2:05 PM", "7/1/2019", "1",
        }  # fmt: skip


def test_labels_and_plain_text_ask_nothing_once_the_language_is_known(org, estate):
    columns = (column("String"), column("Boolean"), column("Picklist", options=(Option(1, "x"),)))
    assert estate.user().get("WhoAmI").status == 200  # who is admitted renews the caches
    counts = []
    for _ in range(2):
        with org.reading(org.caller()) as context:
            context.transaction = counting = Counting(context.transaction)
            present(context, org.tables["account"], columns, [("a", True, 1)])
            counts.append(counting.count)
    assert counts == [1, 0]
