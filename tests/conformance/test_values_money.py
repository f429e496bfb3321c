"""Currencies, exchange rates and amounts in the base currency, on both engines."""

from decimal import Decimal

import pytest

from support.estate import JSON

EURO = {"currencyname": "Euro", "currencysymbol": "€", "isocurrencycode": "EUR"}
YEN = {"currencyname": "Yen", "currencysymbol": "¥", "isocurrencycode": "JPY"}
REFUSED = (400, "0x80048cf5")


@pytest.fixture(scope="module")
def base(client):
    (found,) = client.rows("organizations", select="basecurrencyid")
    return found["_basecurrencyid_value"]


@pytest.fixture(scope="module")
def euro(client):
    record = EURO | {"currencyprecision": 2, "exchangerate": 0.8}
    return client.post("transactioncurrencies", record).created


@pytest.fixture(scope="module")
def yen(client):
    record = YEN | {"currencyprecision": 0, "exchangerate": 150}
    return client.post("transactioncurrencies", record).created


def bound(currency):
    return {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})"}


def shown(client, key, *names, path="accounts"):
    found = client.get(f"{path}({key})", select=",".join(names)).body.decode()
    return [found.partition(f'"{name}":')[2].partition(",")[0].rstrip("}") for name in names]


def amounts(client, key):
    return shown(client, key, "revenue", "revenue_base", "exchangerate")


@pytest.mark.parametrize("path", ["accounts", "contacts", "leads", "opportunities"])
def test_a_record_is_in_the_base_currency_unless_it_says_otherwise(client, base, path):
    key = client.post(path, {}).created
    assert shown(client, key, "_transactioncurrencyid_value", "exchangerate", path=path) == [
        f'"{base}"',
        "1.000000000000",
    ]


def test_tables_without_money_have_no_currency_of_their_own(client, euro):
    key = client.post("tasks", {"subject": "Call"}).created
    names = ("_transactioncurrencyid_value", "exchangerate")
    assert shown(client, key, *names, path="tasks") == ["null", "null"]
    record = {"transactioncurrencyid_task@odata.bind": f"/transactioncurrencies({euro})"}
    assert client.patch(f"tasks({key})", record).status == 204
    assert shown(client, key, *names, path="tasks") == [f'"{euro}"', "0.800000000000"]


@pytest.mark.parametrize(
    ("amount", "kept", "base_amount"),
    [
        ("100", "100.0000", "125.0000"),
        ("0.01", "0.0100", "0.0125"),
        ("33.333", "33.3300", "41.6625"),
        ("0", "0.0000", "0.0000"),
        ("80000000000000.99", "80000000000000.9900", "100000000000001.2375"),
        ("null", "null", "null"),
    ],
)
def test_an_amount_is_kept_in_both_currencies(client, euro, amount, kept, base_amount):
    text = f'"transactioncurrencyid@odata.bind":"/transactioncurrencies({euro})"'
    body = f'{{"revenue":{amount},{text}}}'.encode()
    key = client.send("POST", "accounts", headers=(JSON,), body=body).created
    assert amounts(client, key) == [kept, base_amount, "0.800000000000"]


def test_amounts_have_the_places_of_their_currency(client, yen):
    key = client.post("accounts", bound(yen) | {"revenue": 1000.5, "creditlimit": 1001.5}).created
    assert amounts(client, key) == ["1000.0000", "6.6667", "150.000000000000"]
    assert shown(client, key, "creditlimit", "creditlimit_base") == ["1002.0000", "6.6800"]


def test_another_rate_counts_from_the_next_change_of_amount_currency_or_state(client):
    franc = EURO | {"currencyname": "Franc", "isocurrencycode": "CHF", "currencyprecision": 2}
    currency = client.post("transactioncurrencies", franc | {"exchangerate": 0.5}).created
    record = bound(currency) | {"revenue": 10, "creditlimit": 1}
    one, two, three = (client.post("accounts", record).created for _ in range(3))
    assert client.patch(f"transactioncurrencies({currency})", {"exchangerate": 0.25}).status == 204
    assert client.patch(f"accounts({one})", {"name": "Renamed"}).status == 204
    assert amounts(client, one) == ["10.0000", "20.0000", "0.500000000000"]
    assert client.patch(f"accounts({one})", {"creditlimit": 2}).status == 204
    assert amounts(client, one) == ["10.0000", "40.0000", "0.250000000000"]
    assert shown(client, one, "creditlimit_base") == ["8.0000"]
    assert client.patch(f"accounts({two})", {"statecode": 1}).status == 204
    assert amounts(client, two) == ["10.0000", "40.0000", "0.250000000000"]
    assert client.patch(f"accounts({three})", bound(currency)).status == 204
    assert amounts(client, three) == ["10.0000", "40.0000", "0.250000000000"]
    assert client.patch(f"accounts({three})", {"revenue": None}).status == 204
    assert amounts(client, three) == ["null", "null", "0.250000000000"]


def test_a_record_with_amounts_keeps_a_currency(client, euro):
    key = client.post("accounts", bound(euro) | {"revenue": 1}).created
    unbound = {"transactioncurrencyid": None}
    answer = client.patch(f"accounts({key})", unbound)
    assert answer.error == (400, "0x80048cfb")
    assert answer.document["error"]["message"] == "The currency cannot be null."
    assert client.patch(f"accounts({key})", unbound | {"revenue": None}).status == 204
    names = ("_transactioncurrencyid_value", "exchangerate", "revenue", "revenue_base")
    assert shown(client, key, *names) == ["null"] * 4


def test_an_amount_must_fit_into_the_base_currency(client):
    tiny = EURO | {"currencyname": "Tiny", "isocurrencycode": "XTS", "currencyprecision": 2}
    currency = client.post("transactioncurrencies", tiny | {"exchangerate": 0.001}).created
    answer = client.post("accounts", bound(currency) | {"revenue": 1_000_000_000_000})
    assert answer.error == (400, "0x80048cec")
    record = bound(currency) | {"estimatedvalue": -1_000_000_000_000}
    assert client.post("opportunities", record).error == (400, "0x80048ceb")


def test_a_user_has_a_currency_of_its_own(estate, euro, client):
    own = estate.user("System Administrator", name="In euros")
    assert own.post("accounts", {"revenue": 8}).status == 204
    settings = f"usersettingscollection({own.user_id})"
    assert client.patch(settings, bound(euro)).status == 204
    key = own.post("accounts", {"revenue": 8}).created
    assert amounts(client, key) == ["8.0000", "10.0000", "0.800000000000"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"exchangerate": 2},
            "0x80048cf5",
            "The exchange rate of the base currency cannot be modified.",
        ),
        ({"statecode": 1}, "0x80048cf4", "The base currency cannot be deactivated."),
    ],
)
def test_the_base_currency_stays_as_it_is(client, base, change, code, message):
    answer = client.patch(f"transactioncurrencies({base})", change)
    assert answer.error == (400, code)
    assert answer.document["error"]["message"] == message
    assert client.patch(f"transactioncurrencies({base})", {"exchangerate": 1}).status == 204


def test_the_base_currency_cannot_be_deleted(client, base):
    answer = client.delete(f"transactioncurrencies({base})")
    assert answer.error == (400, "0x80048cff")
    text = "The base currency of an organization cannot be deleted."
    assert answer.document["error"]["message"] == text


def test_a_currency_in_use_cannot_be_deleted(client):
    record = EURO | {"currencyname": "Pound", "isocurrencycode": "GBP"}
    key = client.post(
        "transactioncurrencies", record | {"currencyprecision": 2, "exchangerate": 0.7}
    ).created
    account = client.post("accounts", bound(key)).created
    assert client.delete(f"transactioncurrencies({key})").error == (405, "0x80040227")
    assert client.delete(f"accounts({account})").status == 204
    assert client.delete(f"transactioncurrencies({key})").status == 204


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"isocurrencycode": "usd"}, (400, "0x80048cf3")),
        ({"isocurrencycode": "U$D"}, (400, "0x80048cf2")),
        ({"isocurrencycode": "EURO"}, (400, "0x80048cf2")),
        ({"isocurrencycode": "TOOLONG"}, (400, "0x80044331")),
        ({"exchangerate": 0}, (400, "0x80044330")),
        ({"exchangerate": -1}, (400, "0x80044330")),
        ({"exchangerate": 100000000001}, (400, "0x80044330")),
        ({"currencyprecision": 5}, (400, "0x8004432f")),
        ({"currencysymbol": "12345678901"}, (400, "0x80044331")),
    ],
)
def test_what_no_currency_may_be(client, change, error):
    record = EURO | {"isocurrencycode": "SEK", "currencyprecision": 2, "exchangerate": 10}
    assert client.post("transactioncurrencies", record | change).error == error


def test_a_rate_has_twelve_places(client):
    record = EURO | {"currencyname": "Rate", "isocurrencycode": "NOK", "currencyprecision": 2}
    key = client.post("transactioncurrencies", record | {"exchangerate": 0.123456789012}).created
    path = "transactioncurrencies"
    assert shown(client, key, "exchangerate", path=path) == ["0.123456789012"]
    account = client.post("accounts", bound(key) | {"revenue": 1}).created
    expected = (1 / Decimal("0.123456789012")).quantize(Decimal("0.0001"))
    assert str(expected) == "8.1000"
    assert amounts(client, account) == ["1.0000", "8.1000", "0.123456789012"]
