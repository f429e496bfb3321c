"""A person signs in to a web site at a farm (WS-Federation 1.2, 13.2.2)."""

import base64
import re
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.farms import (
    ADA,
    FABRIKAM_LS,
    LS,
    PASSWORD_FIELD,
    SITE,
    SITE_ENDPOINT,
    STATE,
    USERNAME,
    VAULT,
    VAULT_ENDPOINT,
    Farms,
    action_of,
    asking,
    code,
    give_password,
    signed_in,
    token_of,
)
from support.signing_in import make_person
from xrm.sts.registration.people import amend_user
from xrm.wire.saml import claim_types
from xrm.wire.wsfed import results
from xrm.wire.xmlenc import ENCRYPTED_DATA

SAML_11 = "{urn:oasis:names:tc:SAML:1.0:assertion}Assertion"
SAML_20 = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"


def test_the_page_is_one_that_programs_know(farms: Farms):
    page = farms.visitor().get(LS, asking(wctx="x"))
    assert (page.status, page.heading) == (200, "Sign in")
    assert [name for name in page.fields if "Username" in name] == [USERNAME]
    assert [name for name in page.fields if "Password" in name] == [PASSWORD_FIELD]
    assert {STATE, "__EVENTVALIDATION", "__db"} < set(page.fields)
    assert "ErrorTextLabel" not in page.text
    path, query = action_of(page)
    assert (path, query.split("&")[0]) == (LS, "wa=wsignin1.0")


def test_a_token_is_posted_to_the_site(farms: Farms):
    visitor = farms.visitor()
    reply = give_password(visitor, visitor.get(LS, asking(wctx='a "context" & more')), ADA)
    assert (reply.status, reply.target) == (200, SITE_ENDPOINT)
    assert 'name="hiddenform"' in reply.text
    assert list(reply.told) == ["wa", "wresult", "wctx"]
    assert (reply.told["wa"], reply.told["wctx"]) == ("wsignin1.0", 'a "context" & more')
    token = token_of(farms, reply)
    account = farms.farm.account(farms.ada)
    assert (token.version, token.issuer, token.audiences) == ("1.1", farms.farm.identifier, (SITE,))
    assert {claim.type: claim.values for claim in token.claims} == {
        claim_types.UPN: (ADA,),
        claim_types.PRIMARY_SID: (account.sid,),
        claim_types.NAME: ("CONTOSO\\ada",),
    }
    assert token.not_on_or_after - token.not_before == pytest.approx(3600)
    assert token.confirmation.kind == "bearer"


def test_xmlsec1_verifies_the_token_where_it_stands(
    farms: Farms, require: Callable[..., Path], tmp_path: Path
):
    xmlsec1 = require("xmlsec1", "signatures of SAML tokens")
    text = signed_in(farms).get(LS, asking()).told["wresult"]
    pem = tmp_path / "signer.pem"
    pem.write_text(ssl.DER_cert_to_PEM_cert(farms.certificates()[0]))
    options = ["--pubkey-cert-pem", pem, "--id-attr:AssertionID"]
    options.append("urn:oasis:names:tc:SAML:1.0:assertion:Assertion")
    for name, sent in (("good", text), ("changed", text.replace(ADA, "eve@contoso.example"))):
        file = tmp_path / f"{name}.xml"
        file.write_text(sent)
        done = subprocess.run(
            [xmlsec1, "--verify", *options, file], capture_output=True, check=False
        )
        assert (done.returncode == 0) is (name == "good"), done.stderr.decode()


def test_a_context_that_did_not_come_does_not_go_back(farms: Farms):
    assert list(signed_in(farms).get(LS, asking()).told) == ["wa", "wresult"]
    assert signed_in(farms).get(LS, asking(wctx="")).told["wctx"] == ""


def test_a_party_with_a_certificate_gets_its_token_encrypted(farms: Farms):
    reply = signed_in(farms).get(LS, asking(VAULT))
    assert reply.target == VAULT_ENDPOINT
    assert results.read(reply.told["wresult"]).tag == ENCRYPTED_DATA
    assert token_of(farms, reply, farms.vault_key).audiences == (VAULT,)


@pytest.mark.parametrize(
    "name", ["ada@contoso.example", "ADA@Contoso.Example", "CONTOSO\\ada", "contoso\\ADA"]
)
def test_a_person_has_several_names(farms: Farms, name: str):
    visitor = farms.visitor()
    assert give_password(visitor, visitor.get(LS, asking()), name).target == SITE_ENDPOINT


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (ADA, "wrong"),
        ("nobody@contoso.example", "Correct-horse-9"),
        ("grace@fabrikam.example", "Correct-horse-9"),
        ("FABRIKAM\\grace", "Correct-horse-9"),
        ("ada", "Correct-horse-9"),
    ],
)
def test_a_wrong_name_or_password_says_the_same(farms: Farms, name: str, password: str):
    visitor = farms.visitor()
    page = give_password(visitor, visitor.get(LS, asking()), name, password)
    found = re.search(r'id="([^"]*ErrorTextLabel)"[^>]*>([^<]*)<', page.text)
    assert found is not None
    assert found[2] == "Your account or password is incorrect."
    assert page.fields[USERNAME] == name
    assert "__Host-MSISAuth-" not in " ".join(visitor.jar)
    # The page can be gone on with.
    assert give_password(visitor, page, ADA).target == SITE_ENDPOINT


def test_both_names_of_an_account_count_to_one_lock(farms: Farms):
    make_person(farms.service, farms.contoso, "locked")
    visitor = farms.visitor()
    page = visitor.get(LS, asking())
    for count in range(10):
        name = "CONTOSO\\locked" if count % 2 else "locked@contoso.example"
        page = give_password(visitor, page, name, f"wrong {count}")
    page = give_password(visitor, page, "locked@contoso.example")
    assert "temporarily locked" in page.text


def test_a_disabled_person_gets_a_page(farms: Farms):
    person = make_person(farms.service, farms.contoso, "gone")
    amend_user(farms.service, person, lambda one: replace(one, enabled=False))
    visitor = farms.visitor()
    page = give_password(visitor, visitor.get(LS, asking()), "gone@contoso.example")
    assert "disabled" in page.text
    assert not page.told.get("wresult")


def test_the_session_answers_without_a_page(farms: Farms):
    visitor = signed_in(farms)
    assert visitor.get(LS, asking()).target == SITE_ENDPOINT
    # The slash at the end, and letter case, do not matter.
    assert visitor.get("/adfs/ls", asking()).target == SITE_ENDPOINT
    assert visitor.get("/ADFS/LS/", asking()).target == SITE_ENDPOINT
    # A session is of one farm.
    assert visitor.get(FABRIKAM_LS, asking()).status == 400
    farms.clock.ahead += 8 * 3600 + 1
    try:
        assert visitor.get(LS, asking()).heading == "Sign in"
    finally:
        farms.clock.ahead = 0


def test_cookies_are_this_farms_alone(farms: Farms):
    visitor = signed_in(farms)
    mark = next(name for name in visitor.jar if "MSISAuth-" in name).rpartition("-")[2]
    assert set(visitor.jar) == {
        f"__Host-{name}-{mark}"
        for name in (
            *("MSISAuth", "MSISAuthenticated", "MSISContext", "MSISSignOut"),
            "MSISLoopDetectionCookie",
        )
    }
    for line in visitor.lines.values():
        assert "; Path=/; Secure; HttpOnly; SameSite=None" in line
        assert "Domain" not in line
    when = base64.b64decode(visitor.jar[f"__Host-MSISAuthenticated-{mark}"]).decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d:\d\d:\d\d:\d\dZ", when)
    assert mark != farms.service.parts.mark


def test_a_fresh_sign_in_is_forced(farms: Farms):
    visitor = signed_in(farms)
    page = visitor.get(LS, asking(wfresh="0"))
    assert page.heading == "Sign in"
    assert give_password(visitor, page, ADA).target == SITE_ENDPOINT
    farms.clock.ahead += 120
    try:
        assert visitor.get(LS, asking(wfresh="3")).target == SITE_ENDPOINT
        assert visitor.get(LS, asking(wfresh="1")).heading == "Sign in"
    finally:
        farms.clock.ahead = 0


@pytest.mark.parametrize(
    ("method", "accepted"),
    [
        ("urn:oasis:names:tc:SAML:1.0:am:password", True),
        ("urn:oasis:names:tc:SAML:2.0:ac:classes:Password", True),
        ("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", True),
        ("urn:oasis:names:tc:SAML:1.0:am:unspecified", True),
        ("urn:federation:authentication:windows", False),
        ("urn:ietf:rfc:2246", False),
        ("urn:other", False),
    ],
)
def test_ways_to_sign_in(farms: Farms, method: str, accepted: bool):
    page = farms.visitor().get(LS, asking(wauth=method))
    assert (page.heading == "Sign in") is accepted
    assert code(page) == ("" if accepted else "MSIS7102")


def test_the_user_name_is_filled_in(farms: Farms):
    assert farms.visitor().get(LS, asking(username=ADA)).fields[USERNAME] == ADA


@pytest.mark.parametrize(
    ("space", "kind", "tag"),
    [
        ("http://schemas.xmlsoap.org/ws/2005/02/trust", "", SAML_11),
        ("http://docs.oasis-open.org/ws-sx/ws-trust/200512", "", SAML_11),
        (
            "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
            "urn:oasis:names:tc:SAML:2.0:assertion",
            SAML_20,
        ),
    ],
)
def test_a_request_may_say_what_it_wants(farms: Farms, space: str, kind: str, tag: str):
    wanted = f"<TokenType>{kind}</TokenType>" if kind else ""
    request = (
        f'<RequestSecurityToken xmlns="{space}"><RequestType>{space}/Issue</RequestType>'
        f"{wanted}</RequestSecurityToken>"
    )
    reply = signed_in(farms).get(LS, asking(wreq=request))
    assert space in reply.told["wresult"][:200]
    assert results.read(reply.told["wresult"]).tag == tag


def test_a_request_may_come_by_post(farms: Farms):
    page = farms.visitor().post(LS, asking(wctx="x"), headers=(("origin", "https://site.example"),))
    assert page.heading == "Sign in"


def test_an_expired_password_is_changed_on_the_way(farms: Farms):
    make_person(farms.service, farms.contoso, "fresh", must_change_password=True)
    visitor = farms.visitor()
    page = give_password(visitor, visitor.get(LS, asking()), "fresh@contoso.example")
    assert page.heading == "Change your password"
    path, query = action_of(page)
    changed = {"new_password": "Another-horse-10", "again": "Another-horse-10", "step": "change"}
    sent = {STATE: page.fields[STATE], "password": "Correct-horse-9", **changed}
    assert visitor.post(path, sent, query=query).target == SITE_ENDPOINT
