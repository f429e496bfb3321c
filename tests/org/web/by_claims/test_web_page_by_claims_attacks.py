"""What no attack gets out of the page of a claims-based organization."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from lxml import etree

from support.claiming import ALICE, MARIA, NAME, UPN, Claims, adfs_token, text
from support.estate import STS, URL
from support.page_tokens import heading
from support.passive_pages import BEARER, KnownPassive, PassiveVisitor, cookie, result
from xrm.org.faces.web import mount
from xrm.wire import saml
from xrm.wire.http import Request, Response

NOT_BEGUN = "This sign-in was not begun here"
NOT_SIGNED_IN = "You are not signed in"
UNREADABLE = "The request cannot be read"


def refused(visitor: PassiveVisitor, answer: Response, title: str) -> str:
    """Check that an answer was refused and nobody is signed in; return the page's text."""
    assert (answer.status, heading(answer)) == (400, title)
    assert not [name for name in visitor.jar if "MSISAuth" in name]
    assert visitor.who() == ""
    return html.unescape(re.sub("<[^>]+>", "", answer.body.decode()))


def test_an_answer_nobody_asked_for_is_refused(visitor: PassiveVisitor) -> None:
    attacker = visitor.another()
    asked = attacker.begin()
    refused(visitor, visitor.bring(asked, visitor.good()), NOT_BEGUN)
    visitor.begin()
    refused(visitor, visitor.bring(asked, visitor.good()), NOT_BEGUN)
    form = {"wa": "wsignin1.0", "wresult": visitor.good()}
    refused(visitor, visitor.post("/", form), NOT_BEGUN)
    assert attacker.bring(asked, attacker.good()).status == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"ru": "https://evil.example/"},
        {"ru": "//evil.example/"},
        {"ru": ".evil.example/"},
        {"ru": ""},
        {"id": ""},
        {"id": "A" * 43},
        {"id": "\u00e9"},
        {"more": "1"},
    ],
)
def test_a_context_that_was_changed_is_refused(
    visitor: PassiveVisitor, changes: dict[str, str]
) -> None:
    asked = visitor.begin("/", "a=b")
    context = dict(parse_qsl(asked["wctx"], keep_blank_values=True))
    asked["wctx"] = urlencode({**context, **changes})
    refused(visitor, visitor.bring(asked, visitor.good()), NOT_BEGUN)


@pytest.mark.parametrize("planted", ["x", "A" * 42, "A" * 44, "A" * 42 + "=", "é" * 43])
def test_a_planted_binding_of_another_form_binds_nothing(
    visitor: PassiveVisitor, planted: str
) -> None:
    asked = visitor.begin()
    name = cookie(visitor, "Context")
    visitor.jar[name] = planted
    refused(visitor, visitor.bring(asked, visitor.good()), NOT_BEGUN)
    visitor.jar[name] = planted
    visitor.begin()
    assert visitor.jar[name] != planted


def test_a_token_counts_once(visitor: PassiveVisitor, claims: Claims) -> None:
    good = visitor.good()
    asked = visitor.begin("/", "a=b")
    assert visitor.bring(asked, good).status == 302
    # Who goes back in the browser is signed in already, by the first time.
    held = visitor.jar[cookie(visitor)]
    again = visitor.bring(asked, good)
    assert (again.header("Location"), visitor.jar[cookie(visitor)]) == (f"{URL}?a=b", held)
    for other in (visitor.another(), PassiveVisitor.before(claims, visitor.options["passive"])):
        page = refused(other, other.bring(other.begin(), good), NOT_SIGNED_IN)
        assert "was used before" in page


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another party": ({"audiences": ("https://other.example/",)}, "for another relying party"),
    "no audience": ({"audiences": ()}, "for another relying party"),
    "without its slash": ({"audiences": (URL[:-1],)}, "for another relying party"),
    "below it": ({"audiences": (f"{URL}fabrikam/",)}, "for another relying party"),
    "another issuer": ({"issuer": f"{STS}/adfs"}, "of another issuer"),
    "nobody": ({"claims": (saml.Claim(NAME, (ALICE,)),)}, "does not name one person"),
    "two people": ({"claims": (saml.Claim(UPN, (ALICE, MARIA)),)}, "does not name one person"),
    "expired": ({"not_before": 1_799_996_400.0, "not_on_or_after": 1_800_000_000.0}, "has expired"),
    "not yet": ({"not_before": 1_800_000_301.0}, "is not valid yet"),
    "elsewhere": (
        {"version": "2.0", "confirmation": saml.Confirmation(recipient="https://x.example/")},
        "to be presented elsewhere",
    ),
    "too late": (
        {"version": "2.0", "confirmation": saml.Confirmation(not_on_or_after=1_800_000_000.0)},
        "has expired",
    ),
}


@pytest.mark.parametrize("to", ["organization", None])
@pytest.mark.parametrize(("changes", "why"), WRONG.values(), ids=WRONG.keys())
def test_a_token_of_or_for_somebody_else_is_refused(
    visitor: PassiveVisitor, changes: dict[str, Any], why: str, to: str | None
) -> None:
    answer = visitor.bring(visitor.begin(), visitor.good(to=to, **changes))
    assert why in refused(visitor, answer, NOT_SIGNED_IN)


def test_the_token_of_a_holder_of_a_key_is_refused(visitor: PassiveVisitor, claims: Claims) -> None:
    answer = visitor.bring(visitor.begin(), result(claims.token()))
    assert "a program that holds a key" in refused(visitor, answer, NOT_SIGNED_IN)


def _signed(claims: Claims, **changes: Any) -> etree._Element:
    return etree.fromstring(claims.token(to=None, confirmation=BEARER, **changes))


def _stripped(claims: Claims) -> str:
    token = _signed(claims)
    for signature in token.findall("{*}Signature"):
        token.remove(signature)
    return result(text(token))


def _edited(claims: Claims) -> str:
    return result(text(_signed(claims, name=MARIA)).replace(MARIA, ALICE))


def _wrapped(claims: Claims) -> str:
    """Put an assertion that nobody signed around the one that somebody did."""
    inner = text(_signed(claims, name=MARIA))
    outer = _signed(claims, id="_b-0001")
    signature = outer.find("{*}Signature")
    assert signature is not None
    outer.replace(signature, etree.fromstring(inner))
    return result(text(outer))


def _beside(claims: Claims) -> str:
    return result(text(_signed(claims)) + text(_signed(claims, id="_b-0001")))


def _bomb(claims: Claims) -> str:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE t [<!ENTITY a0 "x">{levels}]>' + result("&a9;") + text(_signed(claims))


UNREAD: dict[str, Callable[[Claims], str]] = {
    "stripped": _stripped,
    "edited": _edited,
    "wrapped": _wrapped,
    "two tokens": _beside,
    "entities": _bomb,
    "an external entity": lambda claims: (
        '<!DOCTYPE t [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + result("&e;")
    ),
    "a stranger's": lambda claims: result(claims.token(signed="stranger", confirmation=BEARER)),
    "encrypted to another organization": lambda claims: result(
        claims.token(to="holder", confirmation=BEARER)
    ),
    "an access token": adfs_token,
    "an access token inside": lambda claims: result(f"<t>{adfs_token(claims)}</t>"),
    "no token": lambda claims: result(""),
    "no response": lambda claims: claims.token(confirmation=BEARER),
    "no XML": lambda claims: "PHQ+",
    "deep": lambda claims: result("<a>" * 100 + "</a>" * 100),
}


def test_what_is_not_the_farms_is_refused_in_one_sentence(
    visitor: PassiveVisitor, claims: Claims
) -> None:
    said: dict[str, str] = {}
    for name, make in UNREAD.items():
        answer = visitor.bring(visitor.begin(), make(claims))
        said[name] = refused(visitor, answer, NOT_SIGNED_IN)
    assert len(set(said.values())) == 1, said
    assert "cannot be read, or is not signed as it should be" in said["stripped"]


@pytest.mark.parametrize(
    "form",
    [
        {"wa": "wsignin1.0", "wresult": "a" * (256 * 1024 + 1)},
        {"wa": "wsignin1.0", "wresult": "a", "wctx": "a" * 8193},
        {"wa": "wsignin1.0", "wresultptr": "https://evil.example/"},
        {"wa": "wsignout1.0", "wresult": "a"},
        {"wa": "wattr1.0", "wresult": "a"},
        {"wresult": "a"},
        {"id_token": "a", "state": "b"},
        {},
    ],
)
def test_a_form_that_is_no_answer_is_refused(visitor: PassiveVisitor, form: dict[str, str]) -> None:
    visitor.begin()
    refused(visitor, visitor.post("/", form), UNREADABLE)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/xml", b"<t/>"),
        ("application/x-www-form-urlencoded", b"wa=wsignin1.0&wresult=a&wresult=b"),
        ("application/x-www-form-urlencoded", b"wa=%ff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(200))),
    ],
)
def test_a_body_that_is_no_form_is_refused(visitor: PassiveVisitor, kind: str, body: bytes) -> None:
    visitor.begin()
    answer = visitor.send("POST", "/", body=body, headers=(("content-type", kind),))
    refused(visitor, answer, UNREADABLE)


def test_a_body_that_is_too_large_is_refused(claims: Claims, trust: KnownPassive) -> None:
    found = mount(claims.organization, passive=trust).route(Request("POST", "/"))
    assert (found.lane, found.limit) == ("pool", 384 * 1024)
    assert found.too_large(Request("POST", "/")).status == 413
