"""The verbs of a farm on a data directory or database on which no server runs."""

from pathlib import Path

import pytest

from support import certificates
from xrm.wire.wsfed import metadata
from xrm.wire.wsfed.description import ApplicationRole, Description, TokenServiceRole

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


def _metadata(path: Path, *, entity: str = SALES, certificate: bytes = b"", **more) -> Path:
    role = ApplicationRole(
        passive=("https://sales.example/in",),
        scopes=(SALES, "urn:sales"),
        encryption=(certificate,) if certificate else (),
    )
    described = Description(entity=entity, application=role)
    path.write_bytes(metadata.write(described, document_id="_1", **more))
    return path


def test_a_relying_party_is_set_up_and_kept_up_from_its_metadata(here, tmp_path: Path):
    before, after = certificates.make("before"), certificates.make("after")
    file = tmp_path / "metadata.xml"
    add = ("adfs", "party", "add", "Described", "--rule", "upn")
    made = here(
        *add, "--metadata", _metadata(file, certificate=before.der), "--lifetime", "7", "--json"
    ).json()
    assert made["identifiers"] == [SALES, "urn:sales"]
    assert made["endpoints"] == ["https://sales.example/in"]
    assert (made["certificate"]["thumbprint"], made["lifetime"]) == (before.sha1, 7)
    update = ("adfs", "party", "update", "Described", "--metadata")
    changed = here(*update, _metadata(file, certificate=after.der), "--json").json()
    assert changed["certificate"]["thumbprint"] == after.sha1
    assert changed == made | {"certificate": changed["certificate"]}
    bare = here(*update, _metadata(file), "--disable", "--json").json()
    assert (bare["certificate"], bare["enabled"]) == ({}, False)
    here(*update, _metadata(file, entity="urn:someone")).failed(
        "describes 'urn:someone', which 'Described' is not named"
    )
    here("adfs", "party", "remove", "Described", "--yes")


def test_metadata_must_be_signed_by_whom_is_named(here, tmp_path: Path):
    signer, other = certificates.make("signer"), certificates.make("other")
    file, named = tmp_path / "metadata.xml", tmp_path / "signer.pem"
    named.write_bytes(signer.certificate_pem)
    asked = ("adfs", "party", "add", "Signed", "--metadata", file, "--signed-by", named)
    for pair in (None, other):
        proof = {"key": pair.private_key, "certificate": pair.der} if pair else {}
        _metadata(file, **proof)
        here(*asked).failed("The metadata cannot be used: the document is not signed with a key")
    _metadata(file, key=signer.private_key, certificate=signer.der)
    assert here(*asked, "--json").json()["identifiers"] == [SALES, "urn:sales"]
    here("adfs", "party", "remove", "Signed", "--yes")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "the document"),
        (b"not xml", "the document"),
        (b"<a/>", "the document describes no entity"),
        (
            metadata.write(Description(entity=SALES), document_id="_1"),
            "it offers no relying party",
        ),
        (
            metadata.write(
                Description(entity=SALES, application=ApplicationRole(passive=())),
                document_id="_1",
            ),
            "it offers no relying party",
        ),
        (
            metadata.write(
                Description(
                    entity=SALES, application=ApplicationRole(passive=("http://sales.example/",))
                ),
                document_id="_1",
            ),
            "An endpoint is an https address",
        ),
        (b" " * (1024 * 1024 + 1), "is larger than 1048576 bytes"),
    ],
)
def test_what_offers_no_relying_party_is_refused(here, tmp_path: Path, document: bytes, said: str):
    file = tmp_path / "metadata.xml"
    file.write_bytes(document)
    here("adfs", "party", "add", "Odd", "--metadata", file).failed(said)


def test_metadata_is_fetched(xrm, server, tmp_path: Path):
    """The farm of the first tenant becomes a relying party of another one's: its home realm."""
    where = ("--data", server["data_dir"])
    xrm("tenant", "create", "Tailspin", "--domain", "tailspin.example", *where)
    at = (*where, "--tenant", "tailspin.example")
    authority = server["adfs_url"].removesuffix("/adfs")
    url = f"{authority}/FederationMetadata/2007-06/FederationMetadata.xml"
    made = xrm("adfs", "party", "add", "Contoso", "--metadata", url, *at, "--json").json()
    farm = xrm("adfs", "show", *where, "--json").json()
    assert made["identifiers"][0] == farm["issuer"]
    assert made["endpoints"] == [farm["passive"]]
    assert made["certificate"] == farm["decrypting"]
    again = ("adfs", "party", "update", "Contoso", "--metadata")
    assert xrm(*again, url, *at, "--json").json() == made
    xrm(*again, f"{url}x", *at).failed("answered with the status 404")
    xrm(*again, f"{authority}/", *at).failed("answered with the status")
    foreign = certificates.make("authority")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(foreign.certificate_pem)
    xrm(*again, url, "--ca", ca, *at).failed("is not trusted here")
    xrm(*again, "https://localhost:1/", *at).failed("no connection to https://localhost:1")


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
        (("client", "update", "nobody", "--name", "Somebody"), 1),
        (("client", "update", "nobody"), 2),
        (("party", "add", "Odd", "--metadata", "nowhere.xml"), 1),
        (("party", "add", "Odd", "--metadata", "http://localhost/metadata.xml"), 2),
        (("party", "add", "Odd", "--metadata", "x.xml", "--identifier", "urn:odd"), 2),
        (("party", "add", "Odd", "--identifier", "urn:odd", "--signed-by", __file__), 2),
        (("provider", "add", "Odd", "--identifier", "urn:odd"), 2),
        (("provider", "add", "Odd", "--certificate", __file__), 2),
        (("provider", "add", "Odd", "--metadata", "x.xml", "--passive", "https://x.example/"), 2),
        (("provider", "update", "nobody"), 2),
        (("provider", "update", "nobody", "--disable"), 1),
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


def test_a_client_is_changed_and_its_secret_reset(here):
    made = here(
        *("adfs", "client", "add", "Shop", "--id", "shop", "--kind", "confidential", "--secret"),
        *("--redirect-uri", "https://shop.example/in", "--party", SALES, "--json"),
    ).json()
    here("adfs", "client", "secret", "add", "shop")
    first, second = "https://shop.example/now", "https://shop.example/then"
    update = ("adfs", "client", "update")
    changed = here(*update, "shop", "--redirect-uri", first, "--redirect-uri", second, "--json")
    secrets = changed.json()["secrets"]
    unsecret = {name: value for name, value in made.items() if name != "secret"}
    assert changed.json() == unsecret | {"redirect_uris": [first, second], "secrets": secrets}
    assert len(secrets) == 2
    renamed = here(*update, "Shop", "--name", "Store", "--party", "", "--disable", "--json").json()
    assert (renamed["name"], renamed["parties"], renamed["enabled"]) == ("Store", [], False)
    assert "disabled" in here("adfs", "client", "list").out
    said = here(*update, "Store", "--enable", "--reset-secret")
    (only,) = here("adfs", "client", "secret", "list", "shop", "--json").json()
    assert only["key_id"] not in [one["key_id"] for one in secrets]
    (line,) = [line for line in said.out.splitlines() if line.startswith("Secret ")]
    assert line.split()[1].startswith(only["hint"])
    assert "not shown again" in said.err
    for wrong in ("https://*.example/", "app://shop"):
        here(*update, "shop", "--redirect-uri", wrong).failed("is not an address")
    assert here("adfs", "client", "show", "shop", "--json").json()["redirect_uris"] == [
        first,
        second,
    ]
    here("adfs", "client", "remove", "shop", "--yes")


def test_a_public_client_has_no_secret_to_reset(here):
    here("adfs", "client", "add", "Public", "--id", "public")
    refused = here("adfs", "client", "update", "public", "--name", "Other", "--reset-secret")
    refused.failed("is a public one")
    assert here("adfs", "client", "show", "public", "--json").json()["name"] == "Public"
    here("adfs", "client", "remove", "public", "--yes")


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


def test_a_claims_provider_is_changed_and_chosen_by_its_suffixes(here, tmp_path: Path):
    first, second = certificates.make("first"), certificates.make("second")
    paths = [tmp_path / "first.pem", tmp_path / "second.pem"]
    for path, pair in zip(paths, (first, second), strict=True):
        path.write_bytes(pair.certificate_pem)
    made = here(
        *("adfs", "provider", "add", "Partner", "--identifier", "urn:partner"),
        *("--certificate", paths[0], "--suffix", "Partner.Example", "--json"),
    ).json()
    assert (made["suffixes"], made["enabled"]) == (["partner.example"], True)
    assert here("adfs", "provider", "show", "partner", "--json").json() == made
    update = ("adfs", "provider", "update", "Partner")
    more = ("--certificate", paths[1], "--certificate", paths[0], "--passive")
    changed = here(*update, *more, "https://partner.example/ls/", "--disable", "--json").json()
    assert [one["thumbprint"] for one in changed["certificates"]] == [second.sha1, first.sha1]
    assert changed == made | {
        "certificates": changed["certificates"],
        "passive": "https://partner.example/ls/",
        "enabled": False,
    }
    here(*update, "--suffix", "no domain").failed("each the name of a domain")
    taken = ("adfs", "provider", "add", "Rival", "--identifier", "urn:rival")
    refused = here(*taken, "--certificate", paths[0], "--suffix", "PARTNER.example")
    refused.failed("The people of partner.example belong to the claims provider 'Partner'")
    assert here(*update, "--suffix", "", "--json").json()["suffixes"] == []
    here("adfs", "provider", "remove", "Partner", "--yes")


def test_a_claims_provider_is_set_up_and_rolled_over_from_its_metadata(here, tmp_path: Path):
    before, after = certificates.make("before"), certificates.make("after")
    file = tmp_path / "metadata.xml"

    def described(*signing: bytes, entity: str = "urn:partner") -> Path:
        passive = ("https://partner.example/ls/",)
        role = TokenServiceRole(signing=signing, passive=passive)
        found = Description(entity=entity, token_service=role)
        file.write_bytes(metadata.write(found, document_id="_1"))
        return file

    add = ("adfs", "provider", "add", "Partner", "--metadata")
    made = here(*add, described(before.der), "--json").json()
    assert (made["identifier"], made["passive"]) == ("urn:partner", "https://partner.example/ls/")
    assert [one["thumbprint"] for one in made["certificates"]] == [before.sha1]
    update = ("adfs", "provider", "update", "Partner", "--metadata")
    both = here(*update, described(after.der, before.der), "--json").json()
    assert [one["thumbprint"] for one in both["certificates"]] == [after.sha1, before.sha1]
    here(*update, described(after.der, entity="urn:else")).failed("describes 'urn:else'")
    here(*update, _metadata(file)).failed("it describes no token service")
    here("adfs", "provider", "remove", "Partner", "--yes")


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
