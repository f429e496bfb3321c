"""Settings of users: each has a row of them, changes it, and is shown records accordingly."""

from collections.abc import Mapping
from typing import Any

import pytest

from support.estate import DOMAIN, EUROPE, Client, Estate
from support.records import said
from support.rights import BEYOND
from xrm.model.values import Entity
from xrm.org import people
from xrm.org.ports import DirectoryPerson

ANNOTATED = (("prefer", 'odata.include-annotations="*"'),)
SHOWN = "@OData.Community.Display.V1.FormattedValue"
GERMAN, BRITISH = 1031, 2057
BERLIN, NEW_YORK, LONDON, KOLKATA = 110, 35, 85, 190
NOT_SUPPORTED = (501, "0x80040800")
EURO = {
    "currencyname": "Euro",
    "isocurrencycode": "EUR",
    "currencysymbol": "€",
    "exchangerate": 0.5,
    "currencyprecision": 2,
}
FORMATS_OF_GERMANY = {
    "dateformatstring": "dd.MM.yyyy",
    "timeformatstring": "HH:mm",
    "dateseparator": ".",
    "timeseparator": ":",
    "amdesignator": None,
    "decimalsymbol": ",",
    "numberseparator": ".",
    "numbergroupformat": "3",
    "negativeformatcode": 1,
    "currencyformatcode": 3,
    "negativecurrencyformatcode": 8,
}


@pytest.fixture(scope="module")
def euro(client: Client) -> str:
    return client.post("transactioncurrencies", EURO).created


@pytest.fixture(scope="module")
def account(client: Client) -> str:
    """An account everybody with a role for the whole organization reads."""
    figures = {"name": "Figures", "revenue": 1234567.5, "numberofemployees": 12345}
    return client.post("accounts", figures).created


@pytest.fixture(scope="module")
def task(client: Client) -> str:
    """One that begins in winter and ends in summer, each time shortly before midnight UTC."""
    times = {"scheduledstart": "2026-01-15T22:45:00Z", "scheduledend": "2026-07-15T22:45:00Z"}
    return client.post("tasks", {"subject": "Between", **times}).created


def row(user: Client) -> str:
    return f"usersettingscollection({user.user_id})"


def settings(user: Client, *names: str) -> dict[str, Any]:
    found = user.get(row(user), select=",".join(names)).document
    return {name: found[name] for name in names}


def shown(user: Client, path: str, *names: str) -> list[str]:
    answer = user.get(path, headers=ANNOTATED, select=",".join(names))
    assert answer.status == 200, answer.document
    return [answer.document[f"{name}{SHOWN}"] for name in names]


def change(user: Client, values: Mapping[str, Any]) -> None:
    answer = user.patch(row(user), values)
    assert answer.status == 204, answer.document


def test_every_user_has_settings(estate: Estate, client: Client):
    users = set(client.column("systemusers", "systemuserid"))
    assert set(client.column("usersettingscollection", "systemuserid")) == users
    made = str(estate.user("Basic User", name="Another").user_id)
    assert set(client.column("usersettingscollection", "systemuserid")) == users | {made}


def test_a_person_has_settings_too(estate: Estate, client: Client):
    person = DirectoryPerson(
        object_id=estate.ids(),
        user_principal_name=f"ada@{DOMAIN}",
        display_name="Ada",
        given_name="Ada",
        surname="",
        mail="",
        enabled=True,
        licensed=True,
        administrator=False,
        deleted=False,
    )
    people.follow(estate.organization, person)
    test = f"azureactivedirectoryobjectid eq {person.object_id}"
    (user,) = client.column("systemusers", "systemuserid", filter=test)
    assert client.get(f"usersettingscollection({user})").document["localeid"] == 1033


def test_a_user_begins_with_the_settings_of_the_organization(estate: Estate):
    user = estate.user("Basic User", name="Beginner")
    formats = {
        "localeid": 1033,
        "dateformatstring": "M/d/yyyy",
        "timeformatstring": "h:mm tt",
        "decimalsymbol": ".",
        "currencyformatcode": 0,
        "timezonecode": 92,
        "timezonebias": 0,
        "paginglimit": 50,
        "_transactioncurrencyid_value": None,
    }
    assert settings(user, *formats) == formats
    found = user.get(row(user)).document
    assert found["businessunitid"] == user.get("WhoAmI").document["BusinessUnitId"]


@pytest.mark.parametrize("role", ["Basic User", "Salesperson"])
def test_a_user_changes_its_own_settings_and_no_others(estate: Estate, client: Client, role: str):
    user = estate.user(role, name=f"Own {role}")
    assert user.patch(row(user), {"paginglimit": 100}).status == 204
    assert settings(user, "paginglimit") == {"paginglimit": 100}
    assert user.patch(row(client), {"paginglimit": 100}).error == BEYOND
    assert client.patch(row(user), {"paginglimit": 75}).status == 204
    assert settings(user, "paginglimit") == {"paginglimit": 75}


def test_settings_are_neither_made_nor_removed(client: Client):
    key = str(client.user_id)
    nobody = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
    made = client.post("usersettingscollection", {"systemuserid": nobody})
    assert made.error == NOT_SUPPORTED
    text = "The 'Create' method does not support entities of type 'usersettings'."
    assert made.document["error"]["message"] == text
    upserted = client.patch(f"usersettingscollection({nobody})", {"paginglimit": 25})
    assert upserted.error == NOT_SUPPORTED
    removed = client.delete(row(client))
    assert removed.error == NOT_SUPPORTED
    text = "The 'Delete' method does not support entities of type 'usersettings'."
    assert removed.document["error"]["message"] == text
    target = Entity("usersettings", nobody, {"paginglimit": 25})
    assert said(client, "CreateMultiple", Targets=[target])[:2] == NOT_SUPPORTED
    assert client.get(f"usersettingscollection({key})").status == 200
    assert client.get(f"usersettingscollection({nobody})").status == 404


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"timezonecode": 999}, (400, "0x800608f7")),
        ({"timezonecode": None}, (400, "0x80040203")),
        ({"localeid": 9999}, (400, "0x80040203")),
        ({"paginglimit": 251}, (400, "0x80044305")),
        (
            {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({EUROPE})"},
            (404, "0x80040217"),
        ),
    ],
)
def test_settings_that_say_nothing_are_refused(estate: Estate, values, error):
    user = estate.user("Basic User", name="Refused")
    before = user.get(row(user)).document
    assert user.patch(row(user), values).error == error
    assert user.get(row(user)).document == before


def test_a_locale_brings_its_formats(estate: Estate):
    user = estate.user("Basic User", name="Formats")
    change(user, {"localeid": GERMAN})
    assert settings(user, *FORMATS_OF_GERMANY) == FORMATS_OF_GERMANY
    change(user, {"localeid": BRITISH, "dateformatstring": "yyyy-MM-dd"})
    assert settings(user, "dateformatstring", "decimalsymbol", "currencyformatcode") == {
        "dateformatstring": "yyyy-MM-dd",
        "decimalsymbol": ".",
        "currencyformatcode": 0,
    }
    change(user, {"localeid": GERMAN})
    assert settings(user, "dateformatstring") == {"dateformatstring": "dd.MM.yyyy"}


@pytest.mark.parametrize(
    ("code", "bias", "summer"),
    [(BERLIN, -60, -60), (NEW_YORK, 300, -60), (LONDON, 0, -60), (KOLKATA, -330, 0), (92, 0, 0)],
)
def test_a_time_zone_brings_its_bias(estate: Estate, code: int, bias: int, summer: int):
    user = estate.user("Basic User", name="Bias")
    change(user, {"timezonecode": code})
    assert settings(user, "timezonebias", "timezonedaylightbias", "timezonestandardbias") == {
        "timezonebias": bias,
        "timezonedaylightbias": summer,
        "timezonestandardbias": 0,
    }


def test_formatted_values_follow_the_settings_of_their_reader(
    estate: Estate, account: str, task: str
):
    role = "Vice President of Sales"
    one, other = (estate.user(role, name=name) for name in ("One", "Other"))
    figures = (f"accounts({account})", "revenue", "revenue_base", "numberofemployees")
    times = (f"tasks({task})", "scheduledstart", "scheduledend")
    english = ["$1,234,567.50", "$1,234,567.50", "12,345"]
    assert shown(one, *figures) == english
    assert shown(one, *times) == ["1/15/2026 10:45 PM", "7/15/2026 10:45 PM"]
    change(one, {"localeid": GERMAN, "timezonecode": BERLIN})
    assert shown(one, *figures) == ["1.234.567,50 $", "1.234.567,50 $", "12.345"]
    assert shown(one, *times) == ["15.01.2026 23:45", "16.07.2026 00:45"]
    change(one, {"dateformatstring": "yyyy/MM/dd", "dateseparator": "-", "decimalsymbol": "'"})
    assert shown(one, *figures)[0] == "1.234.567'50 $"
    assert shown(one, *times) == ["2026-01-15 23:45", "2026-07-16 00:45"]
    change(one, {"localeid": BRITISH, "timezonecode": NEW_YORK})
    assert shown(one, *times) == ["15/01/2026 17:45", "15/07/2026 18:45"]
    assert shown(other, *figures) == english
    assert shown(other, *times) == ["1/15/2026 10:45 PM", "7/15/2026 10:45 PM"]


def test_what_one_process_changes_another_shows(estate: Estate, account: str):
    user = estate.user("Vice President of Sales", name="Two processes")
    beside = Client(estate.beside(), user.token, user.user_id, user.application_id)
    for reader in (user, beside):
        assert shown(reader, f"accounts({account})", "numberofemployees") == ["12,345"]
    change(user, {"localeid": GERMAN})
    for reader in (user, beside):
        assert shown(reader, f"accounts({account})", "numberofemployees") == ["12.345"]


def test_records_of_a_user_are_in_its_currency(estate: Estate, euro: str):
    one, other = (estate.user("Salesperson", name=f"{name} in money") for name in ("One", "Other"))
    bound = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({euro})"}
    change(one, bound)
    names = ("revenue", "revenue_base")
    key = one.post("accounts", {"name": "In euros", "revenue": 1000}).created
    found = one.get(f"accounts({key})").document
    assert found["_transactioncurrencyid_value"] == euro
    assert shown(one, f"accounts({key})", *names) == ["€1,000.00", "$2,000.00"]
    key = other.post("accounts", {"name": "In dollars", "revenue": 1000}).created
    assert shown(other, f"accounts({key})", *names) == ["$1,000.00", "$1,000.00"]
    change(one, {"transactioncurrencyid": None})
    key = one.post("accounts", {"name": "In dollars again", "revenue": 1000}).created
    assert shown(one, f"accounts({key})", *names) == ["$1,000.00", "$1,000.00"]


def test_settings_move_with_their_user(estate: Estate, client: Client):
    user = estate.user("Basic User", name="Moving")
    root = client.get("WhoAmI").document["BusinessUnitId"]
    parent = {"parentbusinessunitid@odata.bind": f"/businessunits({root})"}
    unit = client.post("businessunits", {"name": "Elsewhere", **parent}).created
    moved = {"businessunitid@odata.bind": f"/businessunits({unit})"}
    assert client.patch(f"systemusers({user.user_id})", moved).status == 204
    assert client.get(row(user)).document["businessunitid"] == unit


def test_the_organizations_locale_is_for_users_to_come(estate: Estate, client: Client):
    before = estate.user("Basic User", name="Before")
    (organization,) = client.column("organizations", "organizationid")
    path = f"organizations({organization})"
    assert client.patch(path, {"localeid": 9999}).error == (400, "0x80040203")
    assert client.patch(path, {"localeid": GERMAN}).status == 204
    try:
        found = client.get(path).document
        assert {name: found[name] for name in FORMATS_OF_GERMANY} == FORMATS_OF_GERMANY
        after = estate.user("Basic User", name="After")
        assert settings(after, "localeid", "decimalsymbol") == {
            "localeid": GERMAN,
            "decimalsymbol": ",",
        }
        assert settings(before, "localeid", "decimalsymbol") == {
            "localeid": 1033,
            "decimalsymbol": ".",
        }
    finally:
        assert client.patch(path, {"localeid": 1033}).status == 204
