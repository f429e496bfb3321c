"""The privileges and roles of the metadata files, and where their facts come from."""

import uuid

import pytest

from support.datafiles import (
    METADATA,
    ROLES,
    TABLES,
    keys_within,
    repeated,
    table,
)

DEPTHS = ["Basic", "Local", "Deep", "Global"]
RIGHTS = ["Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share"]
FORBIDDEN = {"src", "derived", "sources"}
PRIVILEGES = {p["name"]: p for name in TABLES for p in table(name)["privileges"]} | {
    p["name"]: p for p in ROLES["miscellaneous"]
}


def test_privileges_are_unique_and_follow_the_naming_rule():
    named = [p for name in TABLES for p in table(name)["privileges"]] + ROLES["miscellaneous"]
    assert repeated(p["name"] for p in named) == []
    assert repeated(uuid.UUID(p["id"]) for p in named) == []
    for name in TABLES:
        stem = table(name)["privilege_stem"]
        for privilege in table(name)["privileges"]:
            assert privilege["right"] in RIGHTS
            assert privilege["name"] == f"prv{privilege['right']}{stem}"
            assert privilege["depths"] == [d for d in DEPTHS if d in privilege["depths"]] != []


@pytest.mark.parametrize("name", TABLES)
def test_rights_and_depths_fit_the_ownership(name: str):
    facts = table(name)
    rights = {p["right"]: p["depths"] for p in facts["privileges"]}
    if facts["ownership"] == "UserOwned":
        assert rights == dict.fromkeys(RIGHTS, DEPTHS)
    if facts["ownership"] == "None":
        assert all(depths == ["Global"] for depths in rights.values())
    assert ("Read" in rights) is (name != "principalobjectaccess")
    assert facts["ownership"] == "UserOwned" or "Share" not in rights


def test_privilege_ids_without_a_source_are_derived_from_the_name():
    known = {"prvActOnBehalfOfAnotherUser", "prvBulkDelete"}
    sourced = (*table("lead")["privileges"], *table("usersettings")["privileges"])
    given = {p["name"] for p in sourced} | known
    for name, privilege in PRIVILEGES.items():
        derived = str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:xrm:privilege:{name}"))
        assert (privilege["id"] == derived) is (name not in given), name


def test_roles_are_those_promised():
    templates = {role["name"]: role["template_id"] for role in ROLES["roles"]}
    assert templates == {
        "System Administrator": "627090ff-40a3-4053-8790-584edc5be201",
        "System Customizer": "119f245c-3cc8-4b62-b31c-d1a046ced15d",
        "Basic User": "236750cd-45ae-4939-ab12-b24b920ced93",
        "Delegate": "d892cc0b-28c7-4e88-bd92-72f2c366baed",
        "Salesperson": None,
        "Sales Manager": None,
        "Vice President of Sales": None,
    }
    assert all(role["description"] for role in ROLES["roles"])
    assert not FORBIDDEN & set(keys_within(ROLES))


def test_roles_grant_known_privileges_at_allowed_depths():
    for role in ROLES["roles"]:
        if role["name"] == "System Administrator":
            assert role["privileges"] == {"*": "Global"}
            continue
        for name, depth in role["privileges"].items():
            assert depth in PRIVILEGES[name]["depths"], (role["name"], name)


@pytest.mark.parametrize(
    ("role", "privilege", "depth"),
    [
        ("Basic User", "prvReadLead", "Basic"),
        ("Basic User", "prvReadRole", "Local"),
        ("Basic User", "prvWriteUserSettings", "Basic"),
        ("System Customizer", "prvReadUserSettings", "Basic"),
        ("Sales Manager", "prvWriteUserSettings", "Local"),
        ("Vice President of Sales", "prvWriteUserSettings", "Deep"),
        ("System Customizer", "prvWriteOrganization", "Global"),
        ("System Customizer", "prvWriteUser", "Local"),
        ("Delegate", "prvActOnBehalfOfAnotherUser", "Global"),
        ("Salesperson", "prvReadLead", "Local"),
        ("Salesperson", "prvWriteLead", "Basic"),
        ("Salesperson", "prvCreateLead", "Basic"),
        ("Salesperson", "prvDeleteAccount", None),
        ("Salesperson", "prvReadUser", "Global"),
        ("Salesperson", "prvWriteUser", None),
        ("Sales Manager", "prvReadContact", "Deep"),
        ("Vice President of Sales", "prvShareAccount", "Global"),
        ("Vice President of Sales", "prvActOnBehalfOfAnotherUser", None),
    ],
)
def test_role_depths(role: str, privilege: str, depth: str | None):
    privileges = next(row["privileges"] for row in ROLES["roles"] if row["name"] == role)
    assert privileges.get(privilege) == depth


def test_the_notice_gives_each_source_its_licence():
    text = (METADATA / "NOTICE.md").read_text(encoding="utf-8")
    sections = {part.splitlines()[0]: part for part in text.split("\n## ")}
    model = sections["Microsoft Common Data Model: CC BY 4.0"]
    assert "https://creativecommons.org/licenses/by/4.0/" in model
    assert "Microsoft Corporation" in model
    assert "https://github.com/microsoft/CDM" in model
    assert "Changed:" in model
    mit = sections["Sources under the MIT licence"]
    for source in (
        "delegateas/XrmMockup",
        "daryllabar/XrmUnitTest",
        "microsoft/PowerApps-Samples",
        "keijiinouehotmail/DataverseConnectionViewerPCF",
    ):
        assert source in mit
        assert source not in model
