"""The registration verbs on a data directory on which no server runs."""

from pathlib import Path
from uuid import UUID

import pytest

PERSON = "9a2f79e6-0b1a-4bce-901b-a04516f81cdd"
"""A salesperson of the demonstration records, who is no application user."""


def test_init_keeps_what_exists(here):
    first = here("init", "--json").json()
    assert first["organization_url"].endswith("/")
    assert UUID(first["tenant_id"])
    assert here("init", "--json").json() == first


def test_an_application_is_created_shown_and_listed(here):
    made = here("app", "create", "Reader", "--secret", "--days", 10, "--json").json()
    assert len(made["secret"]) > 30
    shown = here("app", "show", "reader", "--json").json()
    assert shown["application_id"] == made["application_id"]
    assert [each["hint"] for each in shown["secrets"]] == [made["secret"][:3]]
    assert made["secret"] not in here("app", "show", "Reader").out
    listed = here("app", "list", "--json").json()
    assert made["application_id"] in [each["application_id"] for each in listed]


def test_an_id_may_be_chosen_and_is_taken_once(here):
    wanted = "aaaaaaaa-0000-4000-8000-000000000001"
    assert (
        here("app", "create", "Chosen", "--id", wanted, "--json").json()["application_id"] == wanted
    )
    again = here("app", "create", "Other", "--id", wanted)
    assert (again.status, again.out) == (1, "")
    assert "already registered" in again.err


def test_a_secret_is_shown_once(here):
    here("app", "create", "Twice")
    fresh = here("app", "secret", "add", "Twice", "--description", "[red]", "--json").json()
    readable = here("app", "show", "Twice")
    assert fresh["secret"] not in readable.out
    assert "[red]" in readable.out


def test_an_application_user_has_the_roles_it_is_given(here):
    made = here("app", "create", "Worker", "--json").json()
    user = here("app-user", "create", "Worker", "--role", "Salesperson", "--json").json()
    assert user["application_id"] == made["application_id"]
    assert user["roles"] == ["Salesperson"]
    taken = here("role", "remove", made["application_id"], "Salesperson", "--json").json()
    assert taken["roles"] == []
    given = here("role", "assign", user["user_id"], "Salesperson", "--json").json()
    assert given["roles"] == ["Salesperson"]
    listed = here("app-user", "list", "--json").json()
    assert given in listed


def test_a_role_may_be_given_to_any_user_by_id(here):
    assert "now has the role Sales Manager" in here("role", "assign", PERSON, "Sales Manager").out
    taken = here("role", "remove", PERSON, "Sales Manager", "--json").json()
    assert taken == {"user_id": PERSON, "roles": ["Salesperson"]}
    again = here("role", "remove", PERSON, "Sales Manager")
    assert (again.status, again.out) == (1, "")
    assert "does not have the role" in again.err


def test_an_id_that_nobody_has_is_said(here):
    ran = here("role", "assign", "aaaaaaaa-0000-4000-8000-00000000dead", "Salesperson")
    assert (ran.status, ran.out) == (1, "")
    assert "aaaaaaaa-0000-4000-8000-00000000dead" in ran.err


def test_the_id_of_an_application_without_a_user_is_no_user_id(here):
    made = here("app", "create", "Userless", "--json").json()
    ran = here("role", "assign", made["application_id"], "Salesperson")
    assert (ran.status, ran.out) == (1, "")
    assert "xrm app-user create" in ran.err


def test_the_standard_roles_are_listed(here):
    names = {each["name"] for each in here("role", "list", "--json").json()}
    assert {"Salesperson", "System Administrator"} <= names
    assert "Salesperson" in here("role", "list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("app", "show", "Nobody"),
        ("app", "secret", "add", "Nobody"),
        ("app-user", "create", "Nobody"),
        ("app-user", "create", "Contoso Lead Service"),
        ("role", "assign", "Nobody", "Salesperson"),
        ("role", "remove", "Nobody", "Salesperson"),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_said_with_a_next_step(here, arguments):
    ran = here(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 2, ran.err


def test_an_unknown_role_is_a_failure(here):
    here("app", "create", "Roleless")
    here("app-user", "create", "Roleless")
    ran = here("role", "assign", "Roleless", "No such role")
    assert (ran.status, ran.out) == (1, "")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("wrong", [("--role", "Nobody's"), ("--business-unit", "Nowhere")])
def test_an_application_user_is_made_with_all_it_is_given_or_not_at_all(here, wrong):
    given = here("app", "create", f"All or Nothing {wrong[0]}", "--json").json()["application_id"]
    here("app-user", "create", given, "--role", "Salesperson", *wrong).failed(wrong[1])
    users = here("app-user", "list", "--json").json()
    assert given not in [each["application_id"] for each in users]
    made = here("app-user", "create", given, "--role", "Salesperson", "--json").json()
    assert made["roles"] == ["Salesperson"]


def test_advice_can_be_pasted(here):
    here("app", "create", "Two Words")
    here("app-user", "show", "Two Words").failed("xrm app-user create 'Two Words'")
    here("app-user", "create", "Two Words")
    here("app-user", "create", "Two Words").failed("xrm role assign 'Two Words' ROLE")


def test_a_role_may_be_given_to_a_person_by_name(here):
    person = ("import@contoso.localhost",)
    given = ("--usage-location", "GB", "--license", "DYN365_ENTERPRISE_PLAN1")
    here("role", "assign", *person, "Salesperson").failed("import@contoso.localhost", "user create")
    user_id = here("user", "create", *person, *given, "--json").json()["systemuser"]["user_id"]
    assigned = here("role", "assign", *person, "Salesperson", "--json").json()
    assert (assigned["user_id"], assigned["roles"]) == (user_id, ["Salesperson"])
    assert here("user", "show", *person, "--json").json()["systemuser"]["roles"] == ["Salesperson"]
    assert here("role", "remove", *person, "Salesperson", "--json").json()["roles"] == []


def test_an_application_may_be_called_as_a_person_is(here):
    here("app", "create", "jobs@night")
    user_id = here("app-user", "create", "jobs@night", "--json").json()["user_id"]
    given = here("role", "assign", "jobs@night", "Salesperson", "--json").json()
    assert (given["user_id"], given["roles"]) == (user_id, ["Salesperson"])


def test_the_log_tells_of_registrations(here):
    here("app", "create", "Logged")
    operations = [each["operation"] for each in here("log", "--json").json()]
    assert "application.create" in operations
    assert "application.create" in here("log").out


def test_the_log_names_people_tenants_and_applications_of_any_tenant(here):
    here("tenant", "create", "Logged", "--domain", "logged.example")
    here("user", "create", "maria@logged.example", "--tenant", "logged.example")
    here("app", "create", "Logged Service", "--tenant", "logged.example")
    lines = here("log", "--limit", "3").out.splitlines()
    assert "WHO OR WHAT" in lines[0]
    said = ("logged.example", "maria@logged.example", "Logged Service")
    assert [name in line for line, name in zip(lines[1:], said, strict=True)] == [True] * 3


@pytest.fixture
def ca(xrm, where, here):
    """Return `ca(verb)`: the verbs of the local CA, which lies in the data directory always."""
    return lambda verb: xrm("ca", verb, *where[:2])


def test_the_ca_of_a_data_directory(ca, where):
    named = ca("path").out.strip()
    assert named.startswith(str(where[1]))
    assert "BEGIN CERTIFICATE" in Path(named).read_text()
    exported = ca("env").out
    for name in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        assert f"export {name}={named}" in exported


def test_ca_env_is_a_script_of_exports_and_comments(ca):
    lines = ca("env").out.splitlines()
    assert all(line.startswith(("#", "export ")) for line in lines)


def test_a_database_that_cannot_be_opened_is_a_failure(xrm, tmp_path):
    ran = xrm("app", "list", "--data", tmp_path, "--database", "postgresql:///x?host=/nonexistent")
    assert (ran.status, ran.out) == (1, "")
    assert "Traceback" not in ran.err
