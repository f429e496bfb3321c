"""xrm user on a data directory on which no server runs."""

import io
from uuid import UUID

import pytest

DOMAIN = "contoso.localhost"


def test_a_person_is_created_shown_and_listed(here):
    made = here(
        "user", "create", f"Maria@{DOMAIN}", "--given-name", "María", "--surname", "Sanz",
        "--usage-location", "es", "--role", "Dynamics 365 Service Administrator",
        "--license", "DYN365_ENTERPRISE_SALES", "--json",
    ).json()  # fmt: skip
    assert len(made.pop("password")) == 20
    assert UUID(made["object_id"])
    assert (made["name"], made["usage_location"], made["enabled"]) == ("María Sanz", "ES", True)
    assert made["roles"] == ["Dynamics 365 Administrator"]
    assert made["licenses"] == ["DYN365_ENTERPRISE_SALES"]
    for name in (f"maria@{DOMAIN}", made["object_id"]):
        assert here("user", "show", name, "--json").json() == made
    assert made.pop("systemuser")["licensed"] is True
    assert made in here("user", "list", "--json").json()
    listed = here("user", "list").out
    assert listed.splitlines()[0].split("  ")[0] == "USER PRINCIPAL NAME"
    assert f"Maria@{DOMAIN}" in listed
    assert "DYN365_ENTERPRISE_SALES" in listed


def test_a_password_is_shown_once_and_read_from_a_file(here, tmp_path, monkeypatch):
    made = here("user", "create", f"shown@{DOMAIN}")
    password = made.out.split("Password")[1].split()[0]
    assert len(password) == 20
    assert "not shown again" in made.err
    assert password not in here("user", "show", f"shown@{DOMAIN}").out
    (tmp_path / "password").write_text("From the file 1\r\nsecond line\n")
    given = ("--password-file", tmp_path / "password")
    for verb in ("create", "password"):
        read = here("user", verb, f"given@{DOMAIN}", *given, "--json").json()
        assert "password" not in read
        assert "From the file 1" not in str(read)
    again = here("user", "password", f"given@{DOMAIN}", "--json").json()["password"]
    assert again != password
    monkeypatch.setattr("sys.stdin", io.StringIO("From the input 1\n"))
    piped = here("user", "create", f"piped@{DOMAIN}", "--password-file", "-")
    assert piped.status == 0
    assert "From the input 1" not in piped.out + piped.err


def test_a_password_is_for_one_sign_in_unless_told_otherwise(here):
    person = f"first@{DOMAIN}"
    assert here("user", "create", person, "--json").json()["must_change_password"] is True
    for flag, must in (
        ("--permanent", False),
        ("--temporary", True),
        ("--keep-password", False),
    ):
        changed = here("user", "password", person, flag, "--json").json()
        assert changed["must_change_password"] is must
    assert "to be changed" not in here("user", "show", person).out
    assert "to be changed at the next sign-in" in here("user", "password", person).out


def test_a_password_that_is_kept_must_not_be_easily_guessed(here, tmp_path):
    (tmp_path / "password").write_text("Pa55w.rd\n")
    given = ("--password-file", tmp_path / "password")
    assert here("user", "create", f"guessed@{DOMAIN}", *given).status == 0
    here("user", "password", f"guessed@{DOMAIN}", *given, "--permanent").failed(
        "too weak", "guessed"
    )


def test_a_password_is_asked_for_at_a_terminal_only(here, monkeypatch):
    person = f"asked@{DOMAIN}"
    here("user", "create", person)
    refused = here("user", "password", person, "--prompt")
    assert (refused.status, refused.out) == (2, "")
    assert "terminal" in refused.err
    both = here("user", "password", person, "--prompt", "--password-file", "-")
    assert (both.status, both.out) == (2, "")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    typed = iter(["Typed unseen 1", "Typed unseen 1"])
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("getpass.getpass", lambda *_: next(typed))
    ran = here("user", "password", person, "--prompt", "--json")
    assert "password" not in ran.json()
    assert "Typed unseen" not in ran.out + ran.err
    assert list(typed) == []


def test_sessions_are_revoked(here):
    person = f"revoked@{DOMAIN}"
    made = here("user", "create", person, "--json").json()
    after = here("user", "revoke-sessions", person, "--json").json()
    assert after["sessions_from"] >= made["sessions_from"]
    assert after["password_changed"] == made["password_changed"]
    events = here("log", "--json").json()
    assert [one["operation"] for one in events].count("user.sessions.revoke") == 1
    assert "sessions count from" in here("user", "revoke-sessions", person).out


def test_the_name_of_a_deleted_person_is_free_for_another_with_a_user(here):
    name = f"again@{DOMAIN}"
    create = (
        *("user", "create", name, "--usage-location", "GB"),
        *("--license", "DYN365_ENTERPRISE_SALES", "--json"),
    )
    first = here(*create).json()["systemuser"]
    gone = here("user", "delete", name, "--yes", "--json").json()["systemuser"]
    assert (gone["user_id"], gone["enabled"]) == (first["user_id"], False)
    second = here(*create).json()["systemuser"]
    assert second["enabled"]
    assert second["user_id"] != first["user_id"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "too weak"), (b"short\n", "too weak"), (b"\xff\xfe12345Aa\n", "too weak"),
     (None, "No such file")],
)  # fmt: skip
def test_a_password_file_of_no_use(here, tmp_path, content, reason):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    ran = here("user", "create", f"weak@{DOMAIN}", "--password-file", file)
    assert (ran.status, ran.out) == (1, "")
    assert reason in ran.err
    assert here("user", "show", f"weak@{DOMAIN}").status == 1


def test_roles_and_licences_come_and_go(here):
    person = f"comes@{DOMAIN}"
    here("user", "create", person)
    refused = here("user", "license", "add", person, "DYN365_TEAM_MEMBERS")
    assert (refused.status, refused.out) == (1, "")
    assert "invalid usage location" in refused.err
    assert f"xrm user update {person} --usage-location" in refused.err
    assert here("user", "update", person, "--usage-location", "GB").status == 0
    licensed = here("user", "license", "add", person, "Dynamics 365 Team Members", "--json").json()
    assert licensed["licenses"] == ["DYN365_TEAM_MEMBERS"]
    given = here("user", "role", "add", person, "Global Administrator", "--json").json()
    assert given["roles"] == ["Global Administrator"]
    twice = here("user", "role", "add", person, "Global Administrator")
    assert (twice.status, twice.out) == (1, "")
    shown = here("user", "show", person).out
    assert "Global Administrator" in shown
    assert here("user", "role", "remove", person, given["roles"][0], "--json").json()["roles"] == []
    left = here("user", "license", "remove", person, "DYN365_TEAM_MEMBERS", "--json").json()
    assert left["licenses"] == []


def test_what_becomes_of_the_person_in_the_organization_is_shown(here):
    person = f"followed@{DOMAIN}"
    made = here("user", "create", person, "--usage-location", "GB", "--json").json()
    assert made["systemuser"] is None
    assert "no user" in here("user", "show", person).out
    verb = ("user", "license", "add", person, "DYN365_ENTERPRISE_SALES")
    user = here(*verb, "--json").json()["systemuser"]
    assert (user["enabled"], user["licensed"], user["access_mode"]) == (True, True, 0)
    assert user["roles"] == []
    shown = here("user", "role", "add", person, "CRM Service Administrator").out
    assert f"user {user['user_id']}" in shown
    assert "enabled, licensed, access mode Read-Write" in shown
    assert "roles: System Administrator" in shown
    after = here("user", "disable", person, "--json").json()["systemuser"]
    assert (after["user_id"], after["enabled"]) == (user["user_id"], False)
    gone = here("user", "delete", person, "--yes")
    assert user["user_id"] in gone.out
    assert "disabled" in gone.out


def test_a_licence_at_once_needs_a_location_at_once(here):
    ran = here("user", "create", f"nowhere@{DOMAIN}", "--license", "ENTERPRISEPACK")
    assert (ran.status, ran.out) == (1, "")
    assert "--usage-location GB" in ran.err
    assert here("user", "show", f"nowhere@{DOMAIN}").status == 1


def test_an_account_is_changed_disabled_and_deleted(here):
    old, new = f"old@{DOMAIN}", f"new@{DOMAIN}"
    here("user", "create", old)
    moved = here("user", "update", old, "--upn", new, "--name", "[red]New", "--json").json()
    assert (moved["user_principal_name"], moved["name"]) == (new, "[red]New")
    assert "[red]New" in here("user", "show", new).out
    assert here("user", "disable", new, "--json").json()["enabled"] is False
    assert "disabled" in here("user", "list").out
    assert here("user", "enable", new, "--json").json()["enabled"] is True
    asked = here("user", "delete", new, "--json")
    assert (asked.status, asked.out) == (2, "")
    assert "--yes" in asked.err
    assert here("user", "show", new).status == 0
    gone = here("user", "delete", new, "--yes", "--json").json()
    assert gone == {
        "user_principal_name": new, "object_id": moved["object_id"], "systemuser": None,
    }  # fmt: skip
    assert here("user", "show", new).status == 1
    assert here("user", "create", new).status == 0


def test_an_update_of_nobody_s_anything_is_wrong_usage(here):
    here("user", "create", f"same@{DOMAIN}")
    ran = here("user", "update", f"same@{DOMAIN}")
    assert (ran.status, ran.out) == (2, "")
    assert "Say what to change" in ran.err


def test_people_of_another_tenant(here):
    here("tenant", "create", "Fabrikam", "--domain", "fabrikam.example")
    elsewhere = ("--tenant", "fabrikam.example")
    made = here("user", "create", "ann@fabrikam.example", *elsewhere, "--json").json()
    made.pop("password")
    assert made.pop("systemuser") is None
    assert here("user", "list", *elsewhere, "--json").json() == [made]
    assert here("user", "show", "ann@fabrikam.example").status == 1
    assert here("user", "create", f"ann@{DOMAIN}", *elsewhere).status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nobody"),
        ("delete", f"nobody@{DOMAIN}"),
        ("role", "add", f"nobody@{DOMAIN}", "Global Reader"),
        ("create", "no-domain"),
        ("create", "bob@elsewhere.example"),
        ("create", f"role@{DOMAIN}", "--role", "System Administrator"),
        ("create", f"place@{DOMAIN}", "--usage-location", "Spain"),
        ("list", "--tenant", "nowhere.example"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_said_with_a_next_step(here, arguments):
    ran = here("user", *arguments)
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 2, ran.err


def test_what_there_is_to_give_is_listed(xrm):
    roles = xrm("user", "role", "list", "--json").json()
    assert {"name": "Global Administrator", "template_id": "62e90394-69f5-4237-9190-012177145e10"} \
        in roles  # fmt: skip
    assert "Dynamics 365 Administrator" in xrm("user", "role", "list").out
    products = xrm("user", "license", "list", "--json").json()
    assert [one["part_number"] for one in products if not one["dynamics"]] == ["ENTERPRISEPACK"]
    assert "DYN365_TEAM_MEMBERS" in xrm("user", "license", "list").out


def test_a_name_at_the_head_of_a_sentence_stays_as_it_is(here):
    here("user", "create", f"lower@{DOMAIN}")
    ran = here("user", "role", "remove", f"lower@{DOMAIN}", "Global Reader")
    ran.failed(f"xrm: lower@{DOMAIN} does not have the role Global Reader.")
