"""`xrm tenant domain federate` and `manage`: which domains sign in at a token service elsewhere."""

from pathlib import Path

import pytest

from support import certificates

TENANT = "contoso.localhost"
ISSUER = "http://sts.corp.example/adfs/services/trust"
ADDRESSES = {
    "active": "https://sts.corp.example/adfs/services/trust/2005/usernamemixed",
    "metadata": "https://sts.corp.example/adfs/services/trust/mex",
    "passive": "https://sts.corp.example/adfs/ls/",
}


@pytest.fixture
def domain(here):
    """Return `domain(*arguments) -> Ran`: a verb of domains."""
    return lambda *arguments: here("tenant", "domain", *arguments)


def named(**changes: str) -> list[str]:
    members = {"issuer": ISSUER, **ADDRESSES, **changes}
    return [word for name, value in members.items() for word in (f"--{name}", value)]


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    path = tmp_path / "corp.pem"
    path.write_bytes(certificates.make("corp").certificate_pem)
    return str(path)


def test_at_the_tenants_own_farm(here, domain):
    domain("add", TENANT, "farm.contoso.localhost")
    made = domain("federate", TENANT, "Farm.contoso.localhost", "--farm", "--json").json()
    trust = "https://localhost:8443/adfs/services/trust"
    assert made == {
        "domain": "farm.contoso.localhost",
        "issuer": "http://localhost:8443/adfs/services/trust",
        "active": f"{trust}/2005/usernamemixed",
        "metadata": f"{trust}/mex",
        "passive": "https://localhost:8443/adfs/ls/",
        "certificates": 0,
    }
    assert here("tenant", "show", TENANT, "--json").json()["federated"] == [made]
    shown = here("tenant", "show", TENANT)
    assert f"farm.contoso.localhost with {made['issuer']}" in shown.out
    said = domain("federate", TENANT, "farm.contoso.localhost", "--farm")
    assert "those of this server" in said.out
    trusts = here("adfs", "party", "list", "--json").json()
    (party,) = [one for one in trusts if "urn:federation:MicrosoftOnline" in one["identifiers"]]
    assert party["endpoints"] == ["https://localhost:8443/login.srf"]
    ended = domain("manage", TENANT, "farm.contoso.localhost", "--json").json()
    assert ended == {"domain": "farm.contoso.localhost", "federated": False}
    assert here("tenant", "show", TENANT, "--json").json()["federated"] == []
    assert "Federated" not in here("tenant", "show", TENANT).out


def test_elsewhere(here, domain, certificate: str):
    domain("add", TENANT, "corp.contoso.localhost")
    made = domain(
        *("federate", TENANT, "corp.contoso.localhost", *named(), "--certificate", certificate),
        *("--sign-out", "https://sts.corp.example/out", "--brand", "Corp", "--json"),
    ).json()
    assert made == {
        "domain": "corp.contoso.localhost",
        "issuer": ISSUER,
        **ADDRESSES,
        "certificates": 1,
    }
    said = domain(
        *("federate", TENANT, "corp.contoso.localhost", *named(), "--certificate", certificate)
    )
    for text in (ISSUER, *ADDRESSES.values()):
        assert text in said.out
    assert (
        "corp.contoso.localhost is managed."
        in (ran := domain("manage", TENANT, "corp.contoso.localhost")).out + ran.err
    )
    domain("manage", TENANT, "corp.contoso.localhost").failed("is no federated domain")


def test_what_belongs_together(domain, certificate: str):
    incomplete = named()[2:]
    for arguments, status in (
        ((), 2),
        (incomplete, 2),
        ((*incomplete, "--certificate", certificate), 2),
        (("--farm", "--issuer", ISSUER), 2),
        (("--farm", "--certificate", certificate), 2),
        ((*named(), "--certificate", "/nowhere.pem"), 1),
    ):
        ran = domain("federate", TENANT, TENANT, *arguments)
        assert ran.status == status, (arguments, ran.err)
        assert "Traceback" not in ran.out + ran.err


def test_what_cannot_be(domain, certificate: str, tmp_path: Path):
    shown = ("--certificate", certificate)
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    domain("federate", TENANT, "nowhere.example", "--farm").failed("no verified domain")
    domain("federate", "nobody.example", TENANT, "--farm").failed()
    domain("federate", TENANT, TENANT, *named(passive="http://x.example"), *shown).failed(
        "is not an https address"
    )
    domain("federate", TENANT, TENANT, *named(issuer="no uri"), *shown).failed("An issuer is a URI")
    own = "http://localhost:8443/adfs/services/trust"
    domain("federate", TENANT, TENANT, *named(issuer=own), *shown).failed("this server's own")
    domain("federate", TENANT, TENANT, *named(), "--certificate", nothing).failed(
        "no X.509 certificate"
    )
