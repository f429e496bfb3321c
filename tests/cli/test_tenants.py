"""The verbs of tenants on a data directory or database on which no server runs."""

import pytest

FABRIKAM = "aaaaaaaa-1111-4000-8000-000000000001"


def test_a_tenant_is_created_shown_and_listed(here):
    made = here(
        "tenant", "create", "Fabrikam", "--domain", "Fabrikam.Example", "--id", FABRIKAM, "--json"
    ).json()
    assert made["tenant_id"] == FABRIKAM
    assert made["domains"] == ["fabrikam.example"]
    assert made["authority"] == f"https://localhost:8443/{FABRIKAM}"
    assert made["demonstration"] is False
    for name in (FABRIKAM, FABRIKAM.upper(), "fabrikam.example", "FABRIKAM.example"):
        assert here("tenant", "show", name, "--json").json() == made
    listed = here("tenant", "list", "--json").json()
    assert made in listed
    (own,) = [each for each in listed if each["demonstration"]]
    assert own["domains"] == ["contoso.localhost"]
    assert (
        own["applications"]
        == len([each for each in here("app", "list", "--json").json() if each["home"]])
        > 0
    )
    assert FABRIKAM in here("tenant", "list").out


def test_a_domain_is_added_and_names_the_tenant(here):
    here("tenant", "create", "Adatum", "--domain", "adatum.example")
    changed = here("tenant", "domain", "add", "adatum.example", "adatum.test", "--json").json()
    assert changed["domains"] == ["adatum.example", "adatum.test"]
    assert here("tenant", "show", "adatum.test", "--json").json() == changed
    assert "adatum.test" in here("tenant", "show", "adatum.example").out


def test_an_application_lives_in_the_tenant_named(here):
    here("tenant", "create", "Proseware", "--domain", "proseware.example")
    there = ("--tenant", "proseware.example")
    made = here("app", "create", "Elsewhere", *there, "--json").json()
    listed = here("app", "list", *there, "--json").json()
    assert [each for each in listed if each["home"]] == [made | {"home": True}]
    assert {each["microsoft"] for each in listed if not each["home"]} == {True}
    assert here("app", "show", "Elsewhere").status == 1
    assert here("app", "show", made["application_id"]).status == 1
    assert here("app", "show", "Elsewhere", *there).status == 0
    assert here("tenant", "show", "proseware.example", "--json").json()["applications"] == 1


def test_what_a_tenant_took_in_is_shown(here):
    tenant = here("tenant", "create", "Woodgrove", "--domain", "woodgrove.example", "--json").json()
    there = ("--tenant", "woodgrove.example")
    made = here("app", "create", "Guest", "--multi-tenant", "--json").json()
    gone = here("app", "create", "Orphan", "--multi-tenant", "--json").json()
    home = here("tenant", "show", "contoso.localhost", "--json").json()["tenant_id"]
    for one in (made, gone):
        assert here("app", "permission", "grant", one["application_id"], *there).status == 0
    assert here("app", "delete", "Orphan", "--yes").status == 0
    assert here("app", "disable", made["application_id"], *there).status == 0

    shown = here("tenant", "show", "woodgrove.example", "--json").json()
    own = [each for each in shown["taken_in"] if each["microsoft"]]
    (guest, orphan) = [each for each in shown["taken_in"] if not each["microsoft"]]
    assert own == tenant["taken_in"]
    assert {"Dataverse", "Microsoft Graph"} <= {each["name"] for each in own}
    assert guest["application_id"] == made["application_id"]
    assert guest["object_id"] != made["object_id"]
    assert (guest["name"], guest["tenant_id"], guest["state"]) == ("Guest", home, "disabled")
    assert (orphan["name"], orphan["tenant_id"], orphan["state"]) == ("Orphan", None, "deleted")
    assert here("app", "list", *there, "--json").json() == [
        each | {"home": False} for each in shown["taken_in"]
    ]

    for verb in (("tenant", "show", "woodgrove.example"), ("app", "list", *there)):
        ran = here(*verb)
        assert "Guest" in ran.out
        assert made["application_id"] in ran.out
        assert "contoso.localhost" in ran.out
        assert "disabled" in ran.out
        assert "Dataverse" not in ran.out
        assert f"{len(own)} of Microsoft's own applications" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "Twin", "--domain", "contoso.localhost"), "already registered"),
        (("create", "Bad", "--domain", "no_dns_name"), "not a DNS name"),
        (("create", " ", "--domain", "blank.example"), "printable characters"),
        (
            ("create", "C", "--domain", "c.test", "--id", "9188040d-6c67-4c5b-b112-36a304b66dad"),
            "personal accounts",
        ),
        (("show", "nowhere.example"), "There is no tenant 'nowhere.example'."),
        (("domain", "add", "nowhere.example", "a.example"), "There is no tenant"),
        (("domain", "add", "contoso.localhost", "contoso.localhost"), "already registered"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_two_lines(here, arguments, said):
    ran = here("tenant", *arguments)
    ran.failed(said)


def test_a_tenant_needs_a_domain(here):
    assert here("tenant", "create", "Nameless").status == 2


def test_what_is_taken_is_named(here):
    here("tenant", "create", "Litware", "--domain", "litware.example")
    ran = here("tenant", "create", "Another", "--domain", "litware.example")
    ran.failed("xrm: The domain litware.example is already registered.")
    taken = here("tenant", "show", "litware.example", "--json").json()["tenant_id"]
    ran = here("tenant", "create", "Another", "--domain", "free.example", "--id", taken)
    ran.failed(f"xrm: The tenant {taken} is already registered.")
