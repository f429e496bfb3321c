"""The verbs of a farm on a data directory or database on which no server runs."""

from pathlib import Path

import pytest

from support import certificates

SALES = "https://sales.example/"
TOOLS = "51f81489-12ee-4a9e-aaae-a2591f45987d"


def test_a_farm_is_shown(here):
    found = here("adfs", "show", "--json").json()
    assert found["authority"] == "https://localhost:8443/adfs"
    assert found["issuer"] == "http://localhost:8443/adfs/services/trust"
    assert found["domain"] == "CONTOSO"
    assert found["signing"][0]["thumbprint"] != found["decrypting"]["thumbprint"]
    said = here("adfs", "show").out
    for address in (found["mex"], found["passive"], found["metadata"], found["token_endpoint"]):
        assert address in said
    assert "CONTOSO\\account" in said


def test_another_tenants_farm_is_below_its_domain(here):
    here("tenant", "create", "Tailspin", "--domain", "tailspin.example")
    found = here("adfs", "show", "--tenant", "tailspin.example", "--json").json()
    assert found["authority"] == "https://localhost:8443/tailspin.example/adfs"
    here("adfs", "client", "add", "Theirs", "--id", "theirs", "--tenant", "tailspin.example")
    here("adfs", "client", "show", "theirs").failed("The farm has no client 'theirs'")


def test_a_relying_party_is_added_changed_and_removed(here, tmp_path: Path):
    pair = certificates.make("sales")
    path = tmp_path / "sales.pem"
    path.write_bytes(pair.certificate_pem)
    made = here(
        *("adfs", "party", "add", "Sales", "--identifier", SALES, "--identifier", "urn:sales"),
        *("--endpoint", "https://sales.example/in", "--certificate", str(path)),
        *("--rule", "upn", "--rule", "name=windowsaccountname", "--rule", "role:=Sales"),
        *("--rule", "https://claims.example/a=upn", "--saml", "2.0", "--lifetime", "30", "--json"),
    ).json()
    assert made["identifiers"] == [SALES, "urn:sales"]
    assert made["certificate"]["thumbprint"] == pair.sha1
    assert made["rules"] == [
        "upn",
        "name=windowsaccountname",
        "role:=Sales",
        "https://claims.example/a=upn",
    ]
    for name in ("sales", SALES, "urn:sales", made["party_id"]):
        assert here("adfs", "party", "show", name, "--json").json() == made
    assert made in here("adfs", "party", "list", "--json").json()
    assert "SAML 2.0, encrypted, 30 min" in here("adfs", "party", "list").out
    changed = here("adfs", "party", "update", "Sales", "--rule", "upn", "--disable", "--json")
    assert changed.json() == made | {"rules": ["upn"], "enabled": False}
    assert here("adfs", "party", "remove", "Sales").status == 2
    assert here("adfs", "party", "remove", "Sales", "--yes").status == 0
    here("adfs", "party", "show", "Sales").failed("The farm has no relying party 'Sales'")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("party", "add", "Nameless"), 2),
        (("party", "add", "Odd", "--identifier", "no uri"), 1),
        (("party", "add", "Odd", "--identifier", "urn:odd", "--rule", "shoe-size"), 2),
        (("party", "add", "Odd", "--identifier", "urn:odd", "--endpoint", "ftp://x"), 1),
        (("party", "update", "Nobody", "--rule", "upn"), 1),
        (("party", "update", "Nobody"), 2),
        (("client", "add", "Odd", "--kind", "magic"), 2),
        (("client", "add", "Odd", "--secret"), 2),
        (("client", "add", "Odd", "--id", "two words"), 1),
        (("client", "add", "Odd", "--scope", "everything"), 1),
        (("client", "add", "Odd", "--redirect-uri", "javascript:alert(1)"), 1),
        (("client", "add", "Odd", "--redirect-uri", "https://*.example/"), 1),
        (("client", "add", "Odd", "--redirect-uri", "https://a@b.example/"), 1),
        (("client", "add", "Odd", "--kind", "spa", "--redirect-uri", "app://x"), 1),
        (("client", "show", "nobody"), 1),
        (("provider", "add", "Odd", "--identifier", "urn:odd"), 2),
        (("provider", "remove", "nobody", "--yes"), 1),
    ],
)
def test_what_cannot_be_is_refused(here, arguments: tuple[str, ...], status: int):
    ran = here("adfs", *arguments)
    assert ran.status == status
    assert "Traceback" not in ran.out + ran.err


def test_a_client_is_added_and_its_id_taken_once(here):
    made = here(
        *("adfs", "client", "add", "Tools", "--id", TOOLS, "--redirect-uri", "app://tools"),
        *("--party", SALES, "--scope", "openid", "--json"),
    ).json()
    assert (made["client_id"], made["kind"]) == (TOOLS, "native")
    assert (made["parties"], made["scopes"]) == ([SALES], ["openid"])
    here("adfs", "client", "add", "Again", "--id", TOOLS.upper()).failed("already registered")
    assert here("adfs", "client", "show", "TOOLS", "--json").json() == made
    assert made in here("adfs", "client", "list", "--json").json()
    # The registry of Entra ID is another one.
    assert TOOLS not in [one["application_id"] for one in here("app", "list", "--json").json()] or (
        "Tools" not in here("app", "list").out.split()
    )
    assert here("adfs", "client", "remove", TOOLS, "--yes").status == 0
    here("adfs", "client", "show", TOOLS).failed("The farm has no client")


def test_a_secret_is_shown_once_and_removed(here):
    made = here("adfs", "client", "add", "Web", "--kind", "confidential", "--secret", "--json")
    first = made.json()
    second = here("adfs", "client", "secret", "add", "Web", "--days", "9", "--json").json()
    assert first["secret"] != second["secret"]
    for verb in (("client", "show", "Web"), ("client", "secret", "list", "Web")):
        said = here("adfs", *verb)
        assert second["secret"] not in said.out + said.err
    here("adfs", "client", "secret", "remove", "Web", second["key_id"])
    left = here("adfs", "client", "secret", "list", "Web", "--json").json()
    assert [one["key_id"] for one in left] == [one["key_id"] for one in first["secrets"]]
    here("adfs", "client", "add", "Bare", "--id", "bare")
    here("adfs", "client", "secret", "add", "bare").failed("is a public one")
    here("adfs", "client", "remove", "Web", "--yes")


def test_a_claims_provider_is_trusted_and_no_more(here, tmp_path: Path):
    pair = certificates.make("other")
    path = tmp_path / "other.pem"
    path.write_bytes(pair.certificate_pem)
    made = here(
        *("adfs", "provider", "add", "Other", "--identifier", "http://sts.other.example/trust"),
        *("--certificate", str(path), "--passive", "https://sts.other.example/ls/", "--json"),
    ).json()
    assert [one["thumbprint"] for one in made["certificates"]] == [pair.sha1]
    assert made in here("adfs", "provider", "list", "--json").json()
    assert "http://sts.other.example/trust" in here("adfs", "provider", "list").out
    assert here("adfs", "provider", "remove", "other", "--yes").status == 0
    assert made not in here("adfs", "provider", "list", "--json").json()


def test_a_person_may_sign_in_by_a_certificate(here, tmp_path: Path):
    pair = certificates.make("ada")
    path = tmp_path / "ada.pem"
    path.write_bytes(pair.certificate_pem)
    who = "sales@contoso.localhost"
    assert here("adfs", "certificate", "list", who, "--json").json() == []
    (made,) = here("adfs", "certificate", "add", who, str(path), "--json").json()
    assert (made["user"], made["thumbprint"]) == (who, pair.sha1)
    assert here("adfs", "certificate", "list", who, "--json").json() == [made]
    here("adfs", "certificate", "add", who, str(path)).failed("is already registered")
    here("adfs", "certificate", "add", "nobody@contoso.localhost", str(path)).failed(
        "The tenant has no user 'nobody@contoso.localhost'"
    )
    assert here("adfs", "certificate", "remove", made["sha256"]).status == 0
    here("adfs", "certificate", "remove", made["sha256"]).failed("No certificate is known")
