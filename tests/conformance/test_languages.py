"""Labels in the language each user has chosen, among those the organization has enabled."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.estate import ROOT, URL, Client, Estate, build
from xrm.org.presentation import languages

SHOWN = "@OData.Community.Display.V1.FormattedValue"
ANNOTATED = (("prefer", 'odata.include-annotations="*"'),)
ENGLISH, ARABIC, GERMAN, FRENCH, ITALIAN, SPANISH = 1033, 1025, 1031, 1036, 1040, 3082
PACKS = [ARABIC, GERMAN, FRENCH, SPANISH]
CRM = "Microsoft.Dynamics.CRM."
LEAD = {
    "subject": "Coffee",
    "lastname": "Shillo",
    "leadqualitycode": 1,
    "industrycode": 12,
    "donotemail": True,
    "participatesinworkflow": True,
    "revenue": 1234567.5,
    "numberofemployees": 12345,
    "estimatedclosedate": "2026-01-15",
}


@pytest.fixture(scope="module")
def estate(estate: Estate) -> Estate:
    for lcid in (GERMAN, FRENCH, SPANISH, ARABIC):
        languages.enable(estate.organization, lcid)
    return estate


@pytest.fixture
def fresh(url: str, namespace: str) -> Iterator[Estate]:
    """An organization in which nothing is enabled."""
    built = build(url, namespace)
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def lead(client: Client) -> str:
    return f"leads({client.post('leads', LEAD).created})"


@pytest.fixture(scope="module")
def reader(estate: Estate) -> Client:
    return estate.user("System Administrator", name="Reader")


def choose(user: Client, language: int | None) -> None:
    answer = user.patch(row(user), {"uilanguageid": language})
    assert answer.status == 204, answer.document


def row(user: Client) -> str:
    return f"usersettingscollection({user.user_id})"


def shown(user: Client, path: str, *names: str) -> list[str]:
    answer = user.get(path, headers=ANNOTATED, select=",".join(names))
    assert answer.status == 200, answer.document
    return [answer.document[f"{name}{SHOWN}"] for name in names]


@pytest.mark.parametrize(
    ("language", "state", "status", "quality", "industry", "emails", "credit"),
    [
        (ENGLISH, "Open", "New", "Hot", "Durable Manufacturing", "Do Not Allow", "Yes"),
        (GERMAN, "Offen", "Neu", "Heiß", "Herstellung langlebiger Güter", "Nicht zulassen", "Ja"),
        (FRENCH, "Ouvert", "Nouveau", "Très intéressé", "Fabrication de biens durables",
         "Ne pas autoriser", "Oui"),
        (SPANISH, "Abierto", "Nuevo", "Caliente", "Fabricación de bienes duraderos",
         "No permitir", "Sí"),
        (ARABIC, "مفتوح", "جديد", "ساخن", "تصنيع السلع المعمرة", "عدم السماح", "نعم"),
        (0, "Open", "New", "Hot", "Durable Manufacturing", "Do Not Allow", "Yes"),
    ],
)  # fmt: skip
def test_labels_are_in_the_users_language(
    reader: Client,
    lead: str,
    language: int,
    state: str,
    status: str,
    quality: str,
    industry: str,
    emails: str,
    credit: str,
) -> None:
    choose(reader, language)
    names = ("statecode", "statuscode", "leadqualitycode", "industrycode")
    found = shown(reader, lead, *names, "donotemail", "participatesinworkflow")
    assert found == [state, status, quality, industry, emails, credit]


def test_numbers_dates_and_lookups_follow_other_settings(reader: Client, lead: str) -> None:
    names = ("revenue", "numberofemployees", "estimatedclosedate", "_createdby_value")
    choose(reader, ENGLISH)
    before = shown(reader, lead, *names)
    assert before == ["$1,234,567.50", "12,345", "1/15/2026", "Service"]
    choose(reader, GERMAN)
    assert shown(reader, lead, *names) == before


def test_a_list_and_a_column_asked_for_alone(reader: Client, lead: str) -> None:
    choose(reader, GERMAN)
    (found,) = reader.get(
        "leads", headers=ANNOTATED, select="statecode", filter="subject eq 'Coffee'"
    ).rows
    assert found[f"statecode{SHOWN}"] == "Offen"
    # Values stay what they are, and so does what is asked of them.
    assert found["statecode"] == 0
    assert reader.rows("leads", select="subject", filter="statecode eq 0")


def test_a_state_is_called_as_its_table_has_it(reader: Client) -> None:
    choose(reader, SPANISH)
    task = f"tasks({reader.post('tasks', {'subject': 'Call'}).created})"
    assert shown(reader, task, "statecode", "statuscode") == ["Abierta", "No iniciada"]
    account = f"accounts({reader.post('accounts', {'name': 'Fourth Coffee'}).created})"
    assert shown(reader, account, "statecode") == ["Activo"]


def test_a_choice_counts_in_its_own_answer(reader: Client) -> None:
    choose(reader, ENGLISH)
    headers = (("prefer", 'return=representation,odata.include-annotations="*"'),)
    answer = reader.patch(row(reader), {"uilanguageid": FRENCH}, headers=headers)
    assert answer.status == 200
    assert answer.document[f"showweeknumber{SHOWN}"] == "Non"
    assert answer.document["uilanguageid"] == FRENCH


def test_each_user_reads_their_own(estate: Estate, reader: Client, client: Client, lead: str):
    choose(reader, FRENCH)
    assert shown(client, lead, "statecode") == ["Open"]
    assert shown(reader, lead, "statecode") == ["Ouvert"]


@pytest.mark.parametrize("column", ["uilanguageid", "helplanguageid"])
@pytest.mark.parametrize("language", [ITALIAN, 2057, 1, 2_147_483_647])
def test_a_language_that_is_not_enabled_is_refused(
    reader: Client, column: str, language: int
) -> None:
    choose(reader, GERMAN)
    answer = reader.patch(row(reader), {column: language})
    assert answer.error == (400, "0x80044195")
    said = f"The language code {language} is not a valid language for this organization."
    assert answer.document["error"]["message"] == said
    assert reader.get(row(reader)).document["uilanguageid"] == GERMAN


def test_enabling_counts_at_the_next_request_of_every_process(fresh: Estate) -> None:
    user = fresh.user("System Administrator")
    elsewhere = Client(fresh.beside(), user.token, user.user_id)
    task = f"tasks({user.post('tasks', {'subject': 'Call'}).created})"
    for each in (user, elsewhere):
        assert shown(each, task, "statecode") == ["Open"]
    assert elsewhere.patch(row(user), {"uilanguageid": GERMAN}).error == (400, "0x80044195")
    languages.enable(fresh.organization, GERMAN)
    choose(elsewhere, GERMAN)
    for each in (user, elsewhere):
        assert shown(each, task, "statecode") == ["Offen"]
    languages.disable(fresh.organization, GERMAN)
    for each in (user, elsewhere):
        assert shown(each, task, "statecode") == ["Open"]
        # What was chosen stays written, and counts again with the language.
        assert each.get(row(user)).document["uilanguageid"] == GERMAN
    languages.enable(fresh.organization, GERMAN)
    assert shown(elsewhere, task, "statecode") == ["Offen"]


FUNCTIONS = {
    "RetrieveProvisionedLanguages": "RetrieveProvisionedLanguages",
    "RetrieveAvailableLanguages": "LocaleIds",
    "RetrieveInstalledLanguagePacks": "RetrieveInstalledLanguagePacks",
    "RetrieveDeprovisionedLanguages": "RetrieveDeprovisionedLanguages",
}


def told(user: Client) -> list[list[int]]:
    return [user.get(f"{name}()").document[only] for name, only in FUNCTIONS.items()]


@pytest.mark.covers(
    "message: RetrieveAvailableLanguages",
    "message: RetrieveProvisionedLanguages",
    "message: RetrieveInstalledLanguagePacks",
    "message: RetrieveDeprovisionedLanguages",
)
def test_functions_tell_the_languages(fresh: Estate) -> None:
    user = fresh.user()
    assert told(user) == [[ENGLISH], [ENGLISH], PACKS, PACKS]
    for lcid in (FRENCH, ARABIC, FRENCH):
        languages.enable(fresh.organization, lcid)
    enabled = [ENGLISH, ARABIC, FRENCH]
    assert told(user) == [enabled, enabled, PACKS, [GERMAN, SPANISH]]


def test_what_a_function_answers(client: Client, estate: Estate) -> None:
    for name, only in FUNCTIONS.items():
        document = client.get(name).document
        assert document["@odata.context"] == f"{URL}{ROOT[1:]}$metadata#{CRM}{name}Response"
        assert set(document) == {"@odata.context", only}
        assert client.post(name, {}).status == 404
        assert Client(estate).get(name).status == 401


def label(document: dict[str, Any]) -> tuple[list[tuple[int, str]], str]:
    """Return a Label as pairs of language and text, and the user's text."""
    every = [(each["LanguageCode"], each["Label"]) for each in document["LocalizedLabels"]]
    assert document["UserLocalizedLabel"] in document["LocalizedLabels"]
    return every, document["UserLocalizedLabel"]["Label"]


@pytest.mark.covers("definition: labels of every language")
def test_definitions_tell_all_languages_and_the_users(reader: Client) -> None:
    choose(reader, GERMAN)
    found = reader.get("EntityDefinitions(LogicalName='account')").document
    assert label(found["DisplayName"]) == (
        [(1033, "Account"), (1025, "الحساب"), (1031, "Firma"), (1036, "Compte"),
         (3082, "Cuenta")], "Firma",
    )  # fmt: skip
    assert label(found["DisplayCollectionName"])[1] == "Firmen"
    ids = [each["MetadataId"] for each in found["DisplayName"]["LocalizedLabels"]]
    assert len(set(ids)) == len(ids)
    choose(reader, FRENCH)
    found = reader.get("EntityDefinitions(LogicalName='account')").document
    assert label(found["DisplayCollectionName"])[1] == "Comptes"


def option_labels(user: Client, table: str, column: str, kind: str) -> list[str]:
    path = f"EntityDefinitions(LogicalName='{table}')/Attributes(LogicalName='{column}')"
    found = user.get(f"{path}/{CRM}{kind}AttributeMetadata/OptionSet").document
    return [label(option["Label"])[1] for option in found["Options"]]


def test_choices_and_columns_of_definitions(reader: Client) -> None:
    choose(reader, GERMAN)
    states = ["Offen", "Abgeschlossen", "Abgebrochen"]
    assert option_labels(reader, "task", "statecode", "State") == states
    assert option_labels(reader, "lead", "leadqualitycode", "Picklist") == ["Heiß", "Warm", "Kalt"]
    needs = ["Unverzichtbar", "Sollte vorhanden sein", "Wünschenswert", "Kein Bedarf"]
    assert option_labels(reader, "lead", "need", "Picklist") == needs
    by_name = reader.get("GlobalOptionSetDefinitions(Name='need')").document["Options"]
    assert [label(option["Label"])[1] for option in by_name] == needs
    column = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"
    assert label(reader.get(column).document["DisplayName"]) == (
        [(1033, "Account Name"), (1031, "Firmenname")],
        "Firmenname",
    )


def test_a_name_without_translation_is_in_the_base_language(reader: Client) -> None:
    choose(reader, SPANISH)
    column = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"
    assert label(reader.get(column).document["DisplayName"])[1] == "Account Name"


def test_an_invariant_name_stays(reader: Client) -> None:
    choose(reader, GERMAN)
    path = "EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='statecode')"
    found = reader.get(f"{path}/{CRM}StateAttributeMetadata/OptionSet").document["Options"]
    assert [one["InvariantName"] for one in found] == ["Open", "Qualified", "Disqualified"]
    assert [label(one["Label"])[1] for one in found] == ["Offen", "Qualifiziert", "Disqualifiziert"]


def test_an_organization_of_one_language_tells_one(fresh: Estate) -> None:
    found = fresh.user().get("EntityDefinitions(LogicalName='lead')").document
    assert label(found["DisplayName"]) == ([(1033, "Lead")], "Lead")
