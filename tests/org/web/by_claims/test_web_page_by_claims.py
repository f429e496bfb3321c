"""The page of a claims-based organization: signing in and out by WS-Federation at its farm."""

import html
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from saml2 import md

from support.claiming import ALICE, ISSUER, MARIA, Claims, adfs_token
from support.estate import STS, URL, signing_key
from support.page_tokens import heading
from support.passive_pages import LS, KnownPassive, PassiveVisitor, cookie
from xrm.sts.handles.sealing import Sealer
from xrm.wire.http import Request
from xrm.wire.wsfed.metadata_reading import read

UNREADABLE = "The request cannot be read"
METADATA = "/FederationMetadata/2007-06/FederationMetadata.xml"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"


# Signing in


def test_whoever_comes_is_sent_to_the_farm(visitor: PassiveVisitor) -> None:
    asked = visitor.begin()
    assert {name: asked[name] for name in asked.keys() - {"wctx"}} == {
        "wa": "wsignin1.0",
        "wtrealm": URL,
        "wreply": URL,
        "wct": "2027-01-15T08:00:00Z",
    }
    context = parse_qs(asked["wctx"], keep_blank_values=True)
    assert (context["rm"], context["ru"], list(context)) == (["0"], [""], ["rm", "id", "ru"])
    name = cookie(visitor, "Context")
    assert visitor.jar[name] not in asked["wctx"]
    assert re.fullmatch(r"__Host-MSISContext-[0-9a-f]{8}", name)
    assert re.fullmatch(
        rf"{name}=[\w-]{{43}}; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=3600",
        visitor.lines[name],
    )


def test_who_comes_back_is_signed_in(visitor: PassiveVisitor) -> None:
    answered = visitor.enter(MARIA)
    assert answered.header("Location") == URL
    name = cookie(visitor)
    assert re.fullmatch(r"__Host-MSISAuth-[0-9a-f]{8}", name)
    assert visitor.lines[name] == (
        f"{name}={visitor.jar[name]}; Path=/; Secure; HttpOnly; SameSite=None"
    )
    assert "maria" not in visitor.jar[name]
    assert visitor.who() == f"Signed in Maria {MARIA}"
    assert visitor.get().header("X-Frame-Options") == "DENY"


@pytest.mark.parametrize("to", ["organization", None])
@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_both_versions_are_taken_encrypted_or_not(
    visitor: PassiveVisitor, version: str, to: str | None
) -> None:
    visitor.enter(version=version, to=to)
    assert visitor.who() == f"Signed in Alice {ALICE}"


def test_the_name_may_be_an_accounts(visitor: PassiveVisitor) -> None:
    visitor.enter("CONTOSO\\alice")
    assert visitor.who() == "Signed in Alice CONTOSO\\alice"


@pytest.mark.parametrize(
    "home", [ISSUER, "urn:home", "http://sts.example/?a=b&c=d", "a\r\nLocation: x"]
)
def test_the_home_realm_goes_along_and_not_back(visitor: PassiveVisitor, home: str) -> None:
    asked = visitor.begin("/", urlencode({"whr": home}))
    assert asked["whr"] == home
    assert parse_qs(asked["wctx"], keep_blank_values=True)["ru"] == [""]
    assert visitor.begin("/signin", urlencode({"whr": home}))["whr"] == home


@pytest.mark.parametrize("query", ["whr=a&whr=b", f"whr={'a' * 2049}", "whr=%ff", "&" * 200])
def test_a_query_that_cannot_be_read_is_refused(visitor: PassiveVisitor, query: str) -> None:
    if query.startswith("&"):
        query = "&".join(f"a{number}=1" for number in range(200))
    for path in ("/", "/signin"):
        answer = visitor.get(path, query)
        assert (answer.status, heading(answer)) == (400, UNREADABLE)


@pytest.mark.parametrize(
    ("path", "query", "back"),
    [
        ("/", "", ""),
        ("/", "etn=account&id=%7B1%7D", "?etn=account&id=%7B1%7D"),
        ("/main.aspx", "pagetype=x", "main.aspx?pagetype=x"),
        ("/Default.ASPX", "", "Default.ASPX"),
        ("/", "wctx=a&wreply=https://evil.example/&b=c", "?b=c"),
        ("/", f"a={'b' * 2000}", ""),
        ("//evil.example/a.aspx", "", "/evil.example/a.aspx"),
        ("/\\evil.example/a.aspx", "", ""),
        ("/@evil.example/a.aspx", "", "@evil.example/a.aspx"),
        ("/signin", "", ""),
    ],
)
def test_where_somebody_goes_on_to_lies_at_the_organization(
    visitor: PassiveVisitor, path: str, query: str, back: str
) -> None:
    asked = visitor.begin(path, query)
    answered = visitor.bring(asked, visitor.good(), wreply="https://evil.example/")
    assert (answered.status, answered.header("Location")) == (302, URL + back)


def test_two_tabs_sign_in_side_by_side(visitor: PassiveVisitor) -> None:
    first, second = visitor.begin("/", "tab=1"), visitor.begin("/", "tab=2")
    for asked, number in ((first, 1), (second, 2)):
        answered = visitor.bring(asked, visitor.good())
        assert answered.header("Location") == f"{URL}?tab={number}"


# The session


def test_a_session_ends_with_its_token(
    visitor: PassiveVisitor, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, now = claims.estate.clock, claims.now
    visitor.enter(not_on_or_after=now + 600)
    for later, stands in ((599, True), (600, False), (36_000, False), (-301, False)):
        monkeypatch.setattr(clock, "now", now + later)
        assert bool(visitor.who()) is stands, later


def test_what_is_no_session_of_this_organization_is_none(
    visitor: PassiveVisitor, claims: Claims
) -> None:
    elsewhere = PassiveVisitor.before(claims, KnownPassive(Sealer(bytes(32))))
    elsewhere.enter()
    visitor.enter()
    name, own = cookie(visitor), visitor.jar[cookie(visitor)]
    assert name == cookie(elsewhere)
    flipped = own[:-1] + ("A" if own[-1] != "A" else "B")
    for held in (elsewhere.jar[name], flipped, own[:-8], "", "x", "1.", "é", own + own):
        visitor.jar[name] = held
        assert visitor.who() == "", held
    visitor.jar = {name.replace(name[-8:], "00000000"): own, "MSISAuth": own}
    assert visitor.who() == ""


def test_the_session_opens_nothing_but_the_page(visitor: PassiveVisitor, claims: Claims) -> None:
    visitor.enter()
    held = f"{cookie(visitor)}={visitor.jar[cookie(visitor)]}"

    def asks(*lines: tuple[str, str]) -> int:
        return claims.estate.send(Request("GET", "/api/data/v9.2/WhoAmI", "", lines)).status

    token = f"Bearer {adfs_token(claims)}"
    assert asks(("authorization", token)) == 200
    assert asks(("cookie", held), ("origin", URL[:-1]), ("sec-fetch-site", "same-origin")) == 401
    assert asks(("authorization", f"Bearer {visitor.jar[cookie(visitor)]}")) == 401


def test_whose_user_is_none_or_disabled_gets_a_page_of_their_own(
    visitor: PassiveVisitor, claims: Claims
) -> None:
    claims.follow("left@contoso.example")
    claims.follow("left@contoso.example", enabled=False)
    for name, said in (
        ("nobody@contoso.example", "is not a user of the organization"),
        ("left@contoso.example", "user is disabled in the organization"),
    ):
        answer = visitor.bring(visitor.begin(), visitor.good(name))
        assert (answer.status, heading(answer)) == (403, "You cannot use this organization")
        page = html.unescape(answer.body.decode())
        assert said in page
        leave = f"{LS}?wa=wsignout1.0&{urlencode({'wreply': f'{URL}signedout'})}"
        assert f'href="{leave}"' in page
        assert visitor.who() == ""


def test_who_is_disabled_later_is_told_so(visitor: PassiveVisitor, claims: Claims) -> None:
    claims.follow("later@contoso.example")
    visitor.enter("later@contoso.example")
    assert visitor.who() == "Signed in Later later@contoso.example"
    claims.follow("later@contoso.example", enabled=False)
    assert "user is disabled in the organization" in visitor.page()


# What is not there


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/main.aspx/x", 404, None),
        ("POST", "/main.aspx", 405, "GET"),
        ("PUT", "/", 405, "GET, POST"),
        ("GET", "/signout", 405, "POST"),
        ("POST", METADATA, 405, "GET"),
    ],
)
def test_what_is_not_there_is_refused(
    visitor: PassiveVisitor, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = visitor.send(method, path)
    assert (answer.status, answer.header("Allow")) == (status, allow)


def test_pages_of_old_are_there_for_nobody_signed_in(visitor: PassiveVisitor) -> None:
    visitor.enter()
    assert visitor.get("/main.aspx").status == 404


# Signing out


def test_signing_out_ends_the_session_here_and_at_the_farm(visitor: PassiveVisitor) -> None:
    visitor.enter()
    gone = visitor.post("/signout", visitor.sign_out_form(), headers=(("origin", URL[:-1]),))
    leave = f"{LS}?wa=wsignout1.0&{urlencode({'wreply': f'{URL}signedout'})}"
    assert (gone.status, gone.header("Location")) == (302, leave)
    assert visitor.who() == ""
    bye = visitor.get("/signedout")
    assert (bye.status, heading(bye)) == (200, "You are signed out")
    assert b'href="/signin"' in bye.body


def test_signing_out_takes_the_pages_own_form_alone(visitor: PassiveVisitor) -> None:
    other = visitor.another()
    other.enter(MARIA)
    visitor.enter()
    form = visitor.sign_out_form()
    for bad in ({}, {"form": "x"}, other.sign_out_form()):
        assert visitor.post("/signout", bad).status == 403
    for origin in (STS, "null", "https://evil.example"):
        assert visitor.post("/signout", form, headers=(("origin", origin),)).status == 403
    assert visitor.who()
    assert visitor.get("/signedout").header("Location") == "/"


def test_who_has_no_session_is_signed_out(visitor: PassiveVisitor) -> None:
    assert visitor.post("/signout", {}).header("Location") == "/signedout"


@pytest.mark.parametrize("more", ["", "&wreply=https%3A%2F%2Fevil.example%2F"])
def test_the_farm_ends_the_session_in_its_frame(visitor: PassiveVisitor, more: str) -> None:
    visitor.enter()
    cleaned = visitor.get("/", f"wa=wsignoutcleanup1.0{more}")
    assert (cleaned.status, cleaned.header("Content-Type")) == (200, "image/gif")
    assert cleaned.header("X-Frame-Options") is cleaned.header("Location") is None
    assert cleaned.body[:6] == b"GIF89a"
    assert visitor.who() == ""
    assert visitor.get("/", "wa=wsignoutcleanup1.0").status == 200


# What it says of itself


def test_its_metadata_follows_its_key(
    visitor: PassiveVisitor, trust: KnownPassive, require: Callable[..., Path], tmp_path: Path
) -> None:
    names = set()
    for holder in ("organization", "holder"):
        trust.holder = holder
        answer = visitor.get(METADATA.lower())
        kind = "application/samlmetadata+xml; charset=utf-8"
        assert (answer.status, answer.header("Content-Type")) == (200, kind)
        certificate = signing_key(holder).certificate_der
        assert certificate is not None
        found = read(answer.body, certificates=[certificate])
        role = found.application
        assert role is not None
        assert (found.entity, found.token_service) == (URL, None)
        assert role.scopes == role.passive == (URL,)
        assert role.encryption == (certificate,)
        assert [claim.uri.rpartition("/")[2] for claim in role.claims] == [
            "upn",
            "name",
            "primarysid",
        ]
        names.add(judged(answer.body))
        program = require("xmlsec1", "signatures of federation metadata")
        verify(program, tmp_path, answer.body, certificate)
    assert len(names) == 2
    visitor.enter()
    assert f'href="{URL[:-1]}{METADATA}"' in visitor.page()


def verify(program: Path, folder: Path, document: bytes, certificate: bytes) -> None:
    """Have xmlsec1 verify a document, and refuse it when it was changed."""
    pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
    (folder / "signer.pem").write_bytes(pem)
    for content, status in ((document, 0), (document.replace(b"fed:Pass", b"fed:Aggr"), 1)):
        (folder / "metadata.xml").write_bytes(content)
        command = [program, "--verify", "--pubkey-cert-pem", folder / "signer.pem"]
        command += ["--id-attr:ID", f"{MD}:EntityDescriptor", folder / "metadata.xml"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == status


def judged(document: bytes) -> str:
    """Return the id of a document, as pysaml2 reads it."""
    found = md.entity_descriptor_from_string(document)
    assert found.entity_id == URL
    (role,) = found.role_descriptor
    assert [key.use for key in role.key_descriptor] == ["encryption"]
    return str(found.id)
