"""The verbs on security roles and application users, on a data directory without a server."""

import pytest

SERVICE = "Contoso Lead Service"
ADMINISTRATOR = "System Administrator"
FIRST = "Contoso Administration"
RIGHTS = ["CREATE", "READ", "WRITE", "DELETE", "APPEND", "APPENDTO", "ASSIGN", "SHARE"]


@pytest.fixture
def here(xrm, folder):
    """Return `here(*arguments)`: a verb on the data directory, made once."""
    if not folder.exists():
        assert xrm("init", "--data", folder).status == 0
    return lambda *arguments: xrm(*arguments, "--data", folder)


def depths(shown):
    return {each["name"]: each["depth"] for each in shown["privileges"]}


def test_a_role_is_shown_as_a_table_that_fits_a_terminal(here):
    ran = here("role", "show", "salesperson")
    assert ran.status == 0
    lines = ran.out.splitlines()
    heading = next(line for line in lines if line.startswith("TABLE"))
    assert max(map(len, lines[lines.index(heading) :])) < 80
    assert heading.split() == ["TABLE", *RIGHTS]
    (lead,) = [line.split() for line in lines if line.startswith("Lead ")]
    assert lead[1:] == ["Basic", "Local", "Basic", "Basic", "Basic", "Basic", "Basic", "Basic"]
    (unit,) = [line.split() for line in lines if line.startswith("Business Unit")]
    assert unit[2:] == ["-", "Global", "-", "-", "-", "-", "-", "-"]
    assert "OTHER PRIVILEGE" not in ran.out
    assert "Basic: own records." in ran.err


def test_privileges_of_no_table_stand_below(here):
    lines = here("role", "show", "Delegate").out.splitlines()
    assert lines[-1].split() == ["prvActOnBehalfOfAnotherUser", "Global"]
    assert not any(line.startswith("TABLE") for line in lines)


def test_all_of_a_role_in_json(here):
    shown = here("role", "show", ADMINISTRATOR, "--json").json()
    assert shown["role_template_id"] == "627090ff-40a3-4053-8790-584edc5be201"
    assert depths(shown)["prvReadLead"] == "Global"
    assert depths(shown)["prvActOnBehalfOfAnotherUser"] == "Global"
    assert all(set(each) == {"name", "privilege_id", "depth"} for each in shown["privileges"])


def test_a_copy_is_edited_and_deleted(here):
    copied = here("role", "copy", ADMINISTRATOR, "--name", "Service Role", "--json").json()
    original = here("role", "show", ADMINISTRATOR, "--json").json()
    assert depths(copied) == depths(original)
    assert copied["role_template_id"] is None
    changes = [
        *("--set", "prvreadlead=local", "--set", "prvWriteLead=User"),
        *("--set", "prvReadAccount=Parent: Child", "--set", "prvReadContact=ORGANIZATION"),
        *("--set", "prvReadUser=Business Unit", "--remove", "prvDeleteLead"),
    ]
    edited = here("role", "edit", "service role", *changes, "--name", "Lesser", "--json").json()
    expected = {
        "prvReadLead": "Local",
        "prvWriteLead": "Basic",
        "prvReadAccount": "Deep",
        "prvReadContact": "Global",
        "prvReadUser": "Local",
    }
    assert depths(edited) == {
        name: expected.get(name, depth)
        for name, depth in depths(original).items()
        if name != "prvDeleteLead"
    }
    assert edited["name"] == "Lesser"
    assert here("role", "assign", SERVICE, "Lesser", "--json").json()["roles"] == [
        "Lesser",
        "Salesperson",
    ]
    asked = here("role", "delete", "Lesser")
    assert (asked.status, asked.out) == (2, "")
    assert "--yes" in asked.err
    assert "Lesser is deleted" in here("role", "delete", copied["role_id"], "--yes").out
    assert here("app-user", "show", SERVICE, "--json").json()["roles"] == ["Salesperson"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "Nobody's"), ("no security role", "xrm role list")),
        (("copy", "Nobody's", "--name", "X"), ("no security role", "xrm role list")),
        (("edit", "Nobody's", "--name", "X"), ("no security role", "xrm role list")),
        (("delete", "Nobody's"), ("no security role", "xrm role list")),
        (("assign", SERVICE, "Nobody's"), ("no security role", "xrm role list")),
        (("edit", ADMINISTRATOR, "--remove", "prvReadLead"), ("cannot be modified", "role copy")),
        (("edit", "Sales Manager", "--set", "prvNone=Basic"), ("prvNone", "role show")),
        (("edit", "Sales Manager", "--set", "prvReadRole=User"), ("no depth Basic", "deeper")),
    ],
)
def test_failures_name_the_next_step(here, arguments, words):
    here("role", *arguments).failed(*words)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("copy", ADMINISTRATOR, "--name", "Salesperson"), "already"),
        (("edit", "Sales Manager", "--name", "Salesperson"), "already"),
        (
            ("edit", "Delegate", "--remove", "prvreadlead"),
            "does not have the privilege prvReadLead.",
        ),
        (("delete", ADMINISTRATOR, "--yes"), "cannot be deleted"),
        (("delete", "System Customizer", "--yes"), "cannot be deleted"),
    ],
)
def test_what_roles_cannot_become_is_said(here, arguments, word):
    ran = here("role", *arguments)
    assert (ran.status, ran.out) == (1, "")
    assert word in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("--set", "prvReadLead"),
        ("--set", "prvReadLead="),
        ("--set", "=Local"),
        ("--set", "prvReadLead=Deepest"),
        ("--set", "prvReadLead=Local", "--set", "prvreadlead=Global"),
        ("--name", ""),
    ],
)
def test_wrong_changes_are_wrong_usage(here, changes):
    ran = here("role", "edit", "Sales Manager", *changes)
    assert (ran.status, ran.out) == (2, "")


def test_an_application_user_is_shown_disabled_and_enabled(here):
    shown = here("app-user", "show", SERVICE, "--json").json()
    assert shown["enabled"] is True
    assert shown["licensed"] is False
    assert shown["access_mode"] == 4
    assert shown["application_id_uri"] == f"api://{shown['application_id']}"
    assert shown["user_name"] == shown["email"]
    readable = here("app-user", "show", shown["application_id"]).out
    assert "Non-interactive" in readable
    disabled = here("app-user", "disable", SERVICE, "--json").json()
    assert disabled["enabled"] is False
    assert "disabled" in here("app-user", "disable", SERVICE).out
    assert here("app-user", "enable", SERVICE, "--json").json()["enabled"] is True


def test_the_last_administrator_is_kept(here):
    assert here("user", "disable", "admin@contoso.localhost").status == 0
    here("app-user", "disable", FIRST).failed("only user", "xrm role assign")
    here("role", "remove", FIRST, ADMINISTRATOR).failed("only user", "xrm role assign")
    here("role", "assign", SERVICE, ADMINISTRATOR)
    assert here("role", "remove", FIRST, ADMINISTRATOR).status == 0
    here("role", "remove", SERVICE, ADMINISTRATOR).failed("only user", "xrm role assign")


@pytest.mark.parametrize("verb", ["show", "enable", "disable"])
def test_an_application_without_a_user_is_said(here, verb):
    here("app-user", verb, "Nobody").failed("xrm app-user create")


def test_a_privilege_is_set_or_removed(here):
    ran = here("role", "edit", "Delegate", "--set", "prvReadLead=Local", "--remove", "PRVREADLEAD")
    assert (ran.status, ran.out) == (2, "")
    assert "prvReadLead" in ran.err
