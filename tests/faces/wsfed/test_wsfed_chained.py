"""A farm lets in the people of another token service: home realm, chain, and what is refused."""

import copy
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from support import brought, token_elements
from support.brought import GRACE, assertion
from support.farms import (
    LS,
    SITE_ENDPOINT,
    VAULT,
    Farms,
    asking,
    choose_home,
    follow,
    give_password,
    token_of,
)
from support.signing_in import Reply, Visitor
from xrm.sts.adfs import providers
from xrm.wire import xmlenc
from xrm.wire.certificates import new_key
from xrm.wire.saml import Assertion, Claim, Confirmation, claim_types
from xrm.wire.wsfed import results
from xrm.wire.wstrust import Lifetime

ADA = "ada@contoso.example"
UPN = claim_types.UPN
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def sent(farms: Farms) -> tuple[Visitor, dict[str, str]]:
    """Return a browser that was sent to the other token service, and what went along."""
    visitor = farms.visitor()
    page = choose_home(visitor, visitor.get(LS, asking(wctx="mine")), "Fabrikam")
    found = parse_qs(urlsplit(page.location).query)
    return visitor, {name: values[0] for name, values in found.items()}


def signed(farms: Farms, made: Assertion, key: Any = None) -> etree._Element:
    """Return a signed assertion as an element, to be tampered with."""
    return etree.fromstring(brought.signed(farms, made, key))


def bring(
    farms: Farms, visitor: Visitor, token: etree._Element, context: str, **more: str
) -> Reply:
    return brought.bring(farms, visitor, token_elements.text(token), context, **more)


def test_a_person_chooses_where_their_account_is(chained: Farms):
    visitor = chained.visitor()
    page = visitor.get(LS, asking())
    assert page.heading == "Where is your account?"
    assert choose_home(visitor, page, "Contoso").heading == "Sign in"
    # The choice is remembered.
    assert visitor.get(LS, asking()).heading == "Sign in"
    reply = give_password(visitor, visitor.get(LS, asking()), ADA)
    assert reply.target == SITE_ENDPOINT


def test_the_chain_is_gone_through_and_back(chained: Farms):
    visitor = chained.visitor()
    page = visitor.get(LS, asking(VAULT, wctx="mine", whr=chained.other.identifier))
    asked = parse_qs(urlsplit(page.location).query)
    assert page.location.startswith(
        "https://localhost:8443/fabrikam.example/adfs/ls/?wa=wsignin1.0&"
    )
    assert asked["wtrealm"] == [chained.farm.identifier]
    assert asked["wreply"] == [chained.farm.passive]
    page = follow(visitor, page)
    assert page.heading == "Sign in"
    reply = give_password(visitor, page, GRACE)
    assert reply.target == chained.farm.passive
    # What goes from one token service to the other is encrypted.
    assert results.read(reply.told["wresult"]).tag == xmlenc.ENCRYPTED_DATA
    reply = follow(visitor, reply)
    assert (reply.told["wa"], reply.told["wctx"]) == ("wsignin1.0", "mine")
    token = token_of(chained, reply, chained.vault_key)
    assert (token.issuer, token.audiences) == (chained.farm.identifier, (VAULT,))
    assert token.values(UPN) == (GRACE,)
    # Signed in over there, nobody is asked again.
    page = visitor.get(LS, asking(whr=chained.other.identifier))
    assert follow(visitor, follow(visitor, page)).target == SITE_ENDPOINT


@pytest.mark.parametrize("name", ["AD AUTHORITY", "http://localhost:8443/adfs/services/trust"])
def test_the_farms_own_people_have_a_name_too(chained: Farms, name: str):
    assert chained.visitor().get(LS, asking(whr=name)).heading == "Sign in"


@pytest.mark.parametrize(
    ("value", "heading"),
    [("QUQgQVVUSE9SSVRZ", "Sign in"), ("bm9ib2R5", "Where is your account?")],
)
def test_programs_say_where_an_account_is_by_ad_fs_own_cookie(
    chained: Farms, value: str, heading: str
):
    visitor = chained.visitor()
    visitor.jar["MSISIPSelectionPersistent"] = value
    assert visitor.get(LS, asking()).heading == heading


def test_a_choice_that_was_not_offered_is_refused(chained: Farms):
    visitor = chained.visitor()
    page = visitor.get(LS, asking())
    for home in ("", "x", "dXJuOmV2aWw=", "\u00e9"):
        sent_back = {"__VIEWSTATE": page.fields["__VIEWSTATE"], "home": home or " "}
        refused = visitor.post(LS, sent_back)
        assert (refused.status, refused.location) == (400, "")


def test_freshness_and_the_way_to_sign_in_are_asked_over_there_too(chained: Farms):
    visitor = chained.visitor()
    method = "urn:oasis:names:tc:SAML:1.0:am:password"
    page = visitor.get(LS, asking(whr=chained.other.identifier, wfresh="0", wauth=method))
    asked = parse_qs(urlsplit(page.location).query)
    assert (asked["wfresh"], asked["wauth"]) == (["0"], [method])


def test_what_the_other_service_would_say_is_believed(chained: Farms):
    visitor, asked = sent(chained)
    reply = bring(chained, visitor, signed(chained, assertion(chained)), asked["wctx"])
    assert (reply.target, reply.told["wctx"]) == (SITE_ENDPOINT, "mine")
    assert token_of(chained, reply).values(UPN) == (GRACE,)


HOUR = 3600
REFUSED: dict[str, Callable[[Farms, float], dict[str, Any]]] = {
    "another issuer": lambda farms, now: {"issuer": farms.farm.identifier},
    "an issuer that begins alike": lambda farms, now: {"issuer": farms.other.identifier + "/"},
    "another audience": lambda farms, now: {"audiences": ("https://site.example/",)},
    "no audience": lambda farms, now: {"audiences": ()},
    "two audiences": lambda farms, now: {"audiences": (farms.farm.identifier, "urn:a")},
    "expired": lambda farms, now: {"not_before": now - HOUR, "not_on_or_after": now - 301},
    "not yet": lambda farms, now: {"not_before": now + 301},
    "too long": lambda farms, now: {"not_on_or_after": now + 25 * HOUR},
    "a key to prove": lambda farms, now: {
        "confirmation": Confirmation(kind="holder-of-key", key=new_key().public_key())
    },
    "another recipient": lambda farms, now: {
        "version": "2.0",
        "name_id": "x",
        "confirmation": Confirmation(recipient="https://site.example/app/"),
    },
    "too late": lambda farms, now: {
        "version": "2.0",
        "name_id": "x",
        "confirmation": Confirmation(recipient=farms.farm.passive, not_on_or_after=now - 301),
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_token_that_is_not_for_this_is_refused(chained: Farms, case: str):
    visitor, asked = sent(chained)
    changes = REFUSED[case](chained, chained.clock())
    reply = bring(chained, visitor, signed(chained, assertion(chained, **changes)), asked["wctx"])
    assert (reply.status, reply.target) == (400, "")
    assert reply.heading == "Your token service's answer cannot be used"


def other_key(farms: Farms, token: etree._Element) -> etree._Element:
    return signed(farms, assertion(farms), key=new_key())


def unsigned(farms: Farms, token: etree._Element) -> etree._Element:
    token.remove(token.find(f"{DS}Signature"))
    return token


def changed(farms: Farms, token: etree._Element) -> etree._Element:
    value = next(token.iter("{*}AttributeValue"))
    value.text = ADA
    return token


def wrapped(farms: Farms, token: etree._Element) -> etree._Element:
    """Return another assertion that holds the signed one within it."""
    evil = token_elements.write(assertion(farms, claims=(Claim(UPN, ("eve@fabrikam.example",)),)))
    evil.append(copy.deepcopy(token))
    return evil


def moved_signature(farms: Farms, token: etree._Element) -> etree._Element:
    """Return another assertion with the signature of the signed one, which stands in an Object."""
    evil = token_elements.write(assertion(farms, claims=(Claim(UPN, ("eve@fabrikam.example",)),)))
    signature = copy.deepcopy(token.find(f"{DS}Signature"))
    holder = etree.SubElement(signature, f"{DS}Object")
    holder.append(unsigned(farms, copy.deepcopy(token)))
    evil.append(signature)
    return evil


def same_id(farms: Farms, token: etree._Element) -> etree._Element:
    inner = copy.deepcopy(token)
    token.append(inner)
    return token


FORGED = [other_key, unsigned, changed, wrapped, moved_signature, same_id]


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_forged_token_is_refused_and_nothing_says_why(
    chained: Farms, forge: Callable[[Farms, etree._Element], etree._Element], encrypted: bool
):
    visitor, asked = sent(chained)
    token = forge(chained, signed(chained, assertion(chained)))
    if encrypted:
        token = token_elements.encrypt(
            token, chained.service.parts.farm_keys.certificate(chained.farm)
        )
    reply = bring(chained, visitor, token, asked["wctx"])
    assert (reply.status, reply.target) == (400, "")
    assert "could not be validated" in reply.text


def test_a_token_encrypted_to_somebody_else_says_the_same(chained: Farms):
    visitor, asked = sent(chained)
    token = token_elements.encrypt(signed(chained, assertion(chained)), chained.vault.certificate)
    assert "could not be validated" in bring(chained, visitor, token, asked["wctx"]).text


@pytest.mark.parametrize("text", ["", "x", "<a/>", "<!DOCTYPE a><a/>", "<a>" * 100])
def test_what_is_no_token_says_the_same(chained: Farms, text: str):
    visitor, asked = sent(chained)
    brought = {"wa": "wsignin1.0", "wresult": text or " ", "wctx": asked["wctx"]}
    page = visitor.post(LS, brought)
    assert page.status == 400
    assert "could not be validated" in page.text


def test_a_token_is_taken_once(chained: Farms):
    visitor, asked = sent(chained)
    token = signed(chained, assertion(chained))
    assert bring(chained, visitor, token, asked["wctx"]).target == SITE_ENDPOINT
    page = bring(chained, visitor, token, asked["wctx"])
    assert (page.status, "used before" in page.text) == (400, True)
    other, again = sent(chained)
    assert bring(chained, other, token, again["wctx"]).status == 400


def test_a_token_is_taken_from_the_browser_that_was_sent(chained: Farms):
    _, asked = sent(chained)
    victim = chained.visitor()
    victim.get(LS, asking())
    page = bring(chained, victim, signed(chained, assertion(chained)), asked["wctx"])
    assert (page.status, page.target) == (400, "")


@pytest.mark.parametrize("context", ["", "x", "1.AAAA"])
def test_a_token_nobody_asked_for_is_refused(chained: Farms, context: str):
    visitor, _ = sent(chained)
    page = bring(chained, visitor, signed(chained, assertion(chained)), context)
    assert (page.status, page.target) == (400, "")


def test_a_token_does_not_come_in_an_address(chained: Farms):
    visitor, asked = sent(chained)
    text = results.write(
        token_elements.text(signed(chained, assertion(chained))),
        realm="x",
        lifetime=Lifetime(None, None),
        kind="urn:x",
    )
    query = {"wa": "wsignin1.0", "wresult": text, "wctx": asked["wctx"]}
    assert visitor.get(LS, query).status == 400


@pytest.mark.parametrize(
    "values", [(), (ADA,), ("ADA@Contoso.Example",), ("CONTOSO\\ada",), ("",), (GRACE, ADA[:3])]
)
def test_a_provider_speaks_for_one_of_its_own_people(chained: Farms, values: tuple[str, ...]):
    visitor, asked = sent(chained)
    claims = (Claim(UPN, values),) if values else (Claim(claim_types.NAME, ("x",)),)
    account = Claim(claim_types.WINDOWS_ACCOUNT_NAME, ("CONTOSO\\ada",))
    token = signed(chained, assertion(chained, claims=(*claims, account)))
    reply = bring(chained, visitor, token, asked["wctx"])
    assert (reply.status, reply.target) == (400, "")


def test_only_what_is_accepted_goes_on(chained: Farms):
    visitor, asked = sent(chained)
    claims = (
        Claim(UPN, (GRACE,)),
        Claim(claim_types.PRIMARY_SID, (chained.farm.account(chained.ada).sid,)),
        Claim(claim_types.WINDOWS_ACCOUNT_NAME, ("CONTOSO\\ada",)),
    )
    token = signed(chained, assertion(chained, claims=claims))
    reply = bring(chained, visitor, token, asked["wctx"])
    assert token_of(chained, reply).claims == (Claim(UPN, (GRACE,)),)


def test_an_old_sign_in_is_not_fresh(chained: Farms):
    visitor = chained.visitor()
    page = visitor.get(LS, asking(whr=chained.other.identifier, wfresh="10"))
    context = parse_qs(urlsplit(page.location).query)["wctx"][0]
    old = signed(chained, assertion(chained, authenticated=chained.clock() - 16 * 60))
    assert bring(chained, visitor, old, context).status == 400
    recent = signed(chained, assertion(chained, authenticated=chained.clock() - 9 * 60))
    assert bring(chained, visitor, recent, context).target == SITE_ENDPOINT


@pytest.fixture
def disabled(chained: Farms) -> Iterator[None]:
    known = providers.listing(chained.service, chained.farm)[0]
    yield
    providers.update(chained.service, chained.farm, known.provider_id, enabled=True)


@pytest.mark.usefixtures("disabled")
def test_a_provider_that_is_trusted_no_more_is_not_believed(chained: Farms):
    visitor, asked = sent(chained)
    known = providers.listing(chained.service, chained.farm)[0]
    providers.update(chained.service, chained.farm, known.provider_id, enabled=False)
    token = signed(chained, assertion(chained))
    assert bring(chained, visitor, token, asked["wctx"]).status == 400
    assert chained.visitor().get(LS, asking()).heading == "Sign in"
