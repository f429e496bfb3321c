"""What no attack gets out of the organization's page: answers and sessions nobody asked for."""

import pytest

from support.estate import STS, TENANT, URL, signing_key
from support.page_tokens import PAGE, Visitor, access_token, heading, id_token, page_cookie, person
from xrm.org.faces.web.signin import derived
from xrm.wire.http import Request

FOREIGN = "66666666-7777-8888-9999-000000000000"


def refused(visitor, response, title):
    """Check that an answer was refused, and nobody is signed in."""
    assert (response.status, heading(response)) == (400, title)
    assert visitor.who() == ""


NOT_BEGUN = "This sign-in was not begun here"
NOT_SIGNED_IN = "You are not signed in"


def test_an_answer_that_another_browser_asked_for_is_refused(visitor, estate, ada):
    attacker = Visitor(estate)
    asked = attacker.begin()
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)
    visitor.begin()
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


@pytest.mark.parametrize("state", ["", "x", "\u00e9", "A" * 5000])
def test_an_answer_with_another_state_is_refused(visitor, estate, ada, state):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer({**asked, "state": state}, token), NOT_BEGUN)


def test_an_answer_counts_once(visitor, estate, ada):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"])
    assert visitor.answer(asked, token).status == 303
    visitor.jar.clear()
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


def test_a_refused_answer_ends_its_sign_in(visitor, estate, ada):
    asked = visitor.begin()
    refused(visitor, visitor.answer(asked, "no token"), NOT_SIGNED_IN)
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


def test_an_id_token_of_another_sign_in_is_refused(visitor, estate, ada):
    other = Visitor(estate).begin()
    asked = visitor.begin()
    answer = visitor.answer(asked, id_token(estate, ada, other["nonce"]))
    refused(visitor, answer, NOT_SIGNED_IN)


WRONG = {
    "no nonce": {"nonce": None},
    "nonce not text": {"nonce": 7},
    "the organization's audience": {"aud": URL},
    "another application": {"aud": "51f81489-12ee-4a9e-aaae-a2591f45987d"},
    "several audiences": {"aud": [PAGE]},
    "another tenant": {"tid": FOREIGN, "iss": f"{STS}/{FOREIGN}/"},
    "another tenant's id": {"tid": FOREIGN},
    "v2 issuer": {"iss": f"{STS}/{TENANT}/v2.0"},
    "another service": {"iss": f"https://evil.example/{TENANT}/"},
    "expired": {"exp": 1_799_999_999},
    "no end": {"exp": None},
    "not yet": {"nbf": 1_800_000_301},
    "an access token": {"appid": PAGE, "scp": "user_impersonation"},
    "an access token of v2": {"azp": PAGE},
    "nobody's": {"oid": None},
    "whose is no id": {"oid": "ada"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_other_tokens_are_refused_as_an_answer_and_as_a_session(visitor, estate, ada, changes):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"], **changes)
    refused(visitor, visitor.answer(asked, token), NOT_SIGNED_IN)
    visitor.sign_in(ada)
    visitor.jar[page_cookie(visitor)] = token
    assert visitor.who() == ""


def test_a_token_of_another_key_or_none_is_refused(visitor, estate, ada):
    asked = visitor.begin()
    stolen = id_token(estate, ada, asked["nonce"], key=signing_key("stranger"))
    refused(visitor, visitor.answer(asked, stolen), NOT_SIGNED_IN)
    token = visitor.sign_in(ada)
    head, body, signature = token.split(".")
    name = page_cookie(visitor)
    for forged in (f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", "é", "..", "a.b.c"):
        visitor.jar[name] = forged
        assert visitor.who() == ""


def test_an_access_token_is_no_session_and_the_session_no_access_token(visitor, estate, ada):
    given = access_token(estate, ada)
    token = visitor.sign_in(ada)
    path, name = "/api/data/v9.2/WhoAmI", page_cookie(visitor)

    def asks(*lines):
        return estate.send(Request("GET", path, "", lines)).status

    # The good one, to know that it is good.
    assert asks(("authorization", f"Bearer {given}")) == 200
    assert asks(("authorization", f"Bearer {token}")) == 401
    assert asks(("cookie", f"{name}={token}")) == 401
    for audience in (URL, URL.rstrip("/"), PAGE):
        visitor.jar[name] = access_token(estate, ada, aud=audience, nonce="n")
        assert visitor.who() == ""
        visitor.jar[name] = token


def test_a_session_that_was_planted_does_not_outlive_a_sign_in(visitor, estate, ada):
    planted = Visitor(estate).sign_in(person(estate, "Mallory Planted"))
    visitor.sign_in(ada)
    name = page_cookie(visitor)
    visitor.jar[name] = planted
    token = visitor.sign_in(ada)
    assert visitor.jar[name] == token != planted


@pytest.mark.parametrize("planted", ["", "x", "A" * 42, "A" * 44, "A" * 42 + "=", "é" * 43])
def test_a_planted_binding_of_another_form_binds_nothing(visitor, estate, ada, planted):
    visitor.begin()
    (name,) = visitor.jar
    visitor.jar[name] = planted
    known = {key: derived(planted, key) for key in ("state", "nonce")}
    refused(visitor, visitor.answer(known, id_token(estate, ada, known["nonce"])), NOT_BEGUN)


def test_cookies_of_another_organization_on_the_same_host_are_not_taken(visitor, ada):
    token = visitor.sign_in(ada)
    visitor.jar = {"__Host-xrm-00000000-page": token, "page": token, "session": token}
    assert visitor.who() == ""


def test_a_token_that_a_browser_would_not_keep_is_told(visitor, estate):
    asked = visitor.begin()
    token = id_token(estate, person(estate), asked["nonce"], roles=["R" * 3000])
    answered = visitor.answer(asked, token)
    refused(visitor, answered, NOT_SIGNED_IN)
    assert "longer than what a browser keeps" in answered.body.decode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"id_token=x&state=y"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"state=a&state=b"),
        ("application/x-www-form-urlencoded", b"%ff=%ff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 200)),
    ],
)
def test_a_body_that_is_no_form_is_no_answer(visitor, kind, body):
    visitor.begin()
    answered = visitor.send("POST", "/", body=body, headers=(("content-type", kind),))
    refused(visitor, answered, NOT_BEGUN)
