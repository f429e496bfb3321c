"""What is sent to a running farm and organization to get in without a claim to it, or to harm them.

Each attack gets a short answer that says no more than its kind; afterwards both still serve, the
memory is bounded and the log has no traceback.
"""

import base64
import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support.claims_scene import SOAP, Scene, new_id, scenes
from support.fuzz import PROFILE
from support.old_clients import PYTHON, ask, call, send, who
from support.old_texts import (
    ADDRESSING,
    SERVICES,
    TRUST_13,
    WSSE,
    XENC,
    Issued,
    request_body,
    signature,
    stamp,
)
from support.taken_apart import CHANGES, Change, change

MEGABYTE = 1024 * 1024
GROWTH = 256 * MEGABYTE
"""What all attacks may take, at most."""
LONGEST_ANSWER = 8192
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
JWT = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln"
FEWER = settings(PROFILE, max_examples=max(PROFILE.max_examples // 3, 10))
"""Each example goes through TLS."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with scenes() as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(scene: Scene) -> Iterator[None]:
    """Check, when all is over, that both serve, what it took at most, and the log."""
    assert who(scene.sent())
    before = scene.served.memory("VmHWM")
    yield
    assert who(scene.sent())
    assert scene.asked().status_code == 200
    assert scene.served.memory("VmHWM") - before < GROWTH
    assert "Traceback" not in scene.served.log.read_text()


def fault_of(answer: httpx2.Response) -> str:
    """Return the innermost code of a fault, "" where the answer is none."""
    if answer.status_code != 500:
        return ""
    codes = re.findall(r"<s:Value[^>]*>[^<:]*:([^<]*)</s:Value>", answer.text)
    return str(codes[-1]) if codes else ""


def assertion(name: str) -> str:
    """Return an assertion that nobody signed."""
    return (
        f'<saml:Assertion xmlns:saml="{SAML}" MajorVersion="1" MinorVersion="1" AssertionID="_a" '
        'Issuer="http://localhost/adfs/services/trust" IssueInstant="2027-01-01T00:00:00Z">'
        f"<saml:AttributeStatement><saml:Subject/><saml:Attribute><saml:AttributeValue>{name}"
        "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )


def bomb(text: str) -> str:
    levels = "".join(
        f'<!ENTITY x{level} "{(f"&x{level - 1};" if level else "lol") * 10}">'
        for level in range(12)
    )
    return f"<!DOCTYPE a [{levels}]>{text.replace('urn:uuid:', '&x11;')}"


def stale(text: str) -> str:
    return re.sub(r"(<u:(?:Created|Expires)>)\d{4}", r"\g<1>2001", text)


def edited(text: str) -> str:
    return re.sub(r"(<u:Expires>[^<]*)\.000Z", r"\g<1>.001Z", text, count=1)


def in_the_future(text: str) -> str:
    return re.sub(r"(<u:(?:Created|Expires)>)\d{4}", r"\g<1>2999", text)


def without_signature(text: str) -> str:
    return re.sub(r"<Signature .*</Signature>", "", text)


def twice_security(text: str) -> str:
    found = re.search(r"<o:Security.*</o:Security>", text)
    assert found
    return text.replace(found[0], found[0] * 2)


def deep(text: str) -> str:
    return text.replace("<s:Body>", f"<s:Body>{'<a>' * 5000}")


def wide(text: str) -> str:
    return text.replace("</s:Header>", f"{'<a/>' * 30_000}</s:Header>")


def instructed(text: str) -> str:
    return text.replace("<s:Body>", "<s:Body><?x y?>")


def garbled(token: str) -> str:
    """Return a token whose content is other octets, of the same length."""
    element = etree.fromstring(token)
    value = list(element.iter(f"{{{XENC}}}CipherValue"))[1]
    octets = base64.b64decode(value.text or "")
    value.text = base64.b64encode(octets[:16] + octets[32:] + octets[:16]).decode()
    return etree.tostring(element, encoding="unicode")


def of_the_farm(scene: Scene) -> Issued:
    """Return a token for another party, by the same person: the farm itself."""
    asking = replace(scene.place, service=f"{scene.place.trust}/")
    answer = send(scene.http, *ask(asking, PYTHON))
    assert answer.status_code == 200, answer.text
    return PYTHON.read(answer.text)


def of_another_party(scene: Scene) -> httpx2.Response:
    return replace(scene, issued=of_the_farm(scene)).sent()


def at_the_farm_for_another(scene: Scene) -> httpx2.Response:
    return scene.shown(scene.issued.token, scene.issued.secret)


def key_of_another_token(scene: Scene) -> httpx2.Response:
    other = of_the_farm(scene)
    return replace(scene, issued=replace(scene.issued, secret=other.secret)).sent()


def replayed(scene: Scene) -> httpx2.Response:
    url, text, kind = call(scene.place, PYTHON, scene.issued)
    text = new_id(text)
    assert who(send(scene.http, url, text, kind))
    return send(scene.http, url, text, kind)


def bearer(scene: Scene, token: str) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}", "content-type": SOAP}
    return scene.http.post(f"{scene.place.service}/web", headers=headers, content=b"")


def packed(scene: Scene, url: str) -> httpx2.Response:
    octets = gzip.compress(b"<a>" + b"\0" * (64 * MEGABYTE))
    headers = {"content-type": SOAP, "content-encoding": "gzip"}
    return scene.http.post(url, headers=headers, content=octets)


def wrong_password(scene: Scene) -> httpx2.Response:
    unknown = replace(scene.place, name="nobody@contoso.localhost", password="x")
    return send(scene.http, *ask(unknown, PYTHON))


REFUSED, TOO_LARGE, NOT_PACKED, NO_TOKEN = 400, 413, 415, 401
Attack = Callable[[Scene], httpx2.Response]
ATTACKS: Mapping[str, tuple[Attack, int | str]] = {
    "farm: entities": (lambda scene: scene.asked(bomb), REFUSED),
    "farm: elements in one another": (lambda scene: scene.asked(deep), REFUSED),
    "farm: elements beside one another": (lambda scene: scene.asked(wide), REFUSED),
    "farm: an instruction": (lambda scene: scene.asked(instructed), REFUSED),
    "farm: too much": (lambda scene: scene.asked(lambda text: text + " " * MEGABYTE), TOO_LARGE),
    "farm: packed": (lambda scene: packed(scene, f"{scene.place.trust}/13/usernamemixed"), 415),
    "farm: nobody": (wrong_password, "FailedAuthentication"),
    "farm: stale": (lambda scene: scene.asked(stale), "InvalidSecurity"),
    "farm: of the future": (lambda scene: scene.asked(in_the_future), "InvalidSecurity"),
    "farm: two headers": (lambda scene: scene.asked(twice_security), "InvalidSecurity"),
    "farm: another action": (
        lambda scene: scene.asked(lambda text: text.replace("/RST/Issue", "/RST/Steal", 1)),
        "ActionNotSupported",
    ),
    "farm: an unsigned token": (
        lambda scene: scene.shown(assertion(scene.place.name)),
        "FailedAuthentication",
    ),
    "farm: a token for another party": (at_the_farm_for_another, "FailedAuthentication"),
    "farm: a token that was broken": (
        lambda scene: scene.shown(garbled(of_the_farm(scene).token)),
        "FailedAuthentication",
    ),
    "farm: an access token": (
        lambda scene: scene.shown(
            f"<o:BinarySecurityToken>{base64.b64encode(JWT.encode()).decode()}"
            "</o:BinarySecurityToken>"
        ),
        "InvalidSecurity",
    ),
    "organization: entities": (lambda scene: scene.sent(bomb), REFUSED),
    "organization: packed": (lambda scene: packed(scene, scene.place.service), REFUSED),
    "organization: stale": (lambda scene: scene.sent(stale), "InvalidSecurity"),
    "organization: of the future": (lambda scene: scene.sent(in_the_future), "InvalidSecurity"),
    "organization: edited": (lambda scene: scene.sent(edited), "InvalidSecurity"),
    "organization: stripped": (lambda scene: scene.sent(without_signature), "InvalidSecurity"),
    "organization: two headers": (lambda scene: scene.sent(twice_security), "InvalidSecurity"),
    "organization: replayed": (replayed, "InvalidSecurity"),
    "organization: the key of another token": (key_of_another_token, "InvalidSecurity"),
    "organization: a token for another party": (of_another_party, "FailedAuthentication"),
    "organization: an unsigned token": (
        lambda scene: scene.brought(assertion(scene.place.name)),
        "FailedAuthentication",
    ),
    "organization: a token that was broken": (
        lambda scene: scene.brought(garbled(scene.issued.token)),
        "FailedAuthentication",
    ),
    "organization: an access token": (
        lambda scene: scene.brought(f"<o:BinarySecurityToken>{JWT}</o:BinarySecurityToken>"),
        "FailedAuthentication",
    ),
    "organization: two tokens": (
        lambda scene: scene.brought(assertion("a") + scene.issued.token),
        "InvalidSecurity",
    ),
    "organization: an assertion for an access token": (
        lambda scene: bearer(scene, base64.b64encode(assertion("a").encode()).decode()),
        NO_TOKEN,
    ),
    "organization: an access token of nobody": (lambda scene: bearer(scene, JWT), NO_TOKEN),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_a_short_answer(scene: Scene, name: str) -> None:
    attack, expected = ATTACKS[name]
    answer = attack(scene)
    if isinstance(expected, int):
        assert answer.status_code == expected, answer.text
    else:
        assert fault_of(answer) == expected, answer.text
    assert len(answer.content) < LONGEST_ANSWER
    assert "Traceback" not in answer.text
    assert scene.issued.assertion_id not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "wa=wsignin1.0&wtrealm={0}&wreply=https://evil.example/",
        "wa=wsignin1.0&wtrealm={0}&wreply={0}@evil.example/",
        "wa=wsignin1.0&wtrealm=https://evil.example/",
        "wa=wsignin1.0&wtrealm={0}%0d%0aLocation:%20https://evil.example/",
        "wa=wsignout1.0&wreply=https://evil.example/",
        "wa=wsignin1.0&wtrealm={0}&wctx=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "wa=wsignin1.0&wtrealm={0}&whr=https://evil.example/",
        f"wa=wsignin1.0&wtrealm={{0}}&wctx={'x' * 30_000}",
        "wa=wsignin1.0&wa=wsignout1.0&wtrealm={0}",
    ],
)
def test_a_page_leads_nowhere_else(scene: Scene, query: str) -> None:
    realm = scene.served["organization_url"]
    url = f"{scene.served['adfs_url']}/ls/?{query.format(realm)}"
    answer = scene.http.get(url, follow_redirects=False)
    assert answer.status_code < 500
    assert "evil.example" not in answer.headers.get("location", "")
    assert not re.search(r'(?:action|href|src)="https?://[^"]*evil\.example', answer.text)
    assert "<script>alert" not in answer.text


KNOWN = {
    *("FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "InvalidRequest"),
    *("InvalidScope", "RequestFailed", "ActionNotSupported", "ActionMismatch"),
    *("InvalidAddressingHeader", "MustUnderstand", "VersionMismatch"),
}
"""The faults that are documented, by their innermost code."""


def judge(answer: httpx2.Response, allowed: set[str]) -> None:
    """Check that an answer is one that was meant."""
    assert answer.status_code in (200, 400, 413, 415, 500), answer.text
    if answer.status_code == 500:
        assert fault_of(answer) in allowed, answer.text
    elif answer.status_code != 200:
        assert answer.content == b""


@pytest.fixture(scope="module")
def signed_in(scene: Scene) -> tuple[str, str, str]:
    """A good sign-in by token: nobody's password is hashed for each of many."""
    held = of_the_farm(scene)
    url = f"{scene.place.trust}/13/issuedtokenmixedsymmetricbasic256"
    times = stamp(scene.place.moment(), scene.place.moment(after=300))
    inner = f"{times}{held.token}{signature(held, times)}"
    header = (
        f"<s:Header><a:Action>{TRUST_13}/RST/Issue</a:Action><a:MessageID>urn:uuid:0</a:MessageID>"
        f'<a:To>{url}</a:To><o:Security xmlns:o="{WSSE}">{inner}</o:Security></s:Header>'
    )
    start = ask(scene.place, PYTHON)[1].partition("<s:Header>")[0]
    text = start + header + request_body(scene.place)
    assert send(scene.http, url, text, SOAP).status_code == 200
    return url, text, SOAP


@FEWER
@given(changes=CHANGES)
def test_a_request_taken_apart_is_answered_as_what_it_is(
    scene: Scene, signed_in: tuple[str, str, str], changes: list[Change]
) -> None:
    url, text, kind = signed_in
    root = etree.fromstring(new_id(text))
    for each in changes:
        change(root, each)
    judge(send(scene.http, url, etree.tostring(root, encoding="unicode"), kind), KNOWN)


@FEWER
@given(changes=CHANGES)
def test_a_message_taken_apart_is_answered_as_what_it_is(
    scene: Scene, changes: list[Change]
) -> None:
    url, text, kind = call(scene.place, PYTHON, scene.issued)
    root = etree.fromstring(new_id(text))
    for each in changes:
        change(root, each)
    answer = send(scene.http, url, etree.tostring(root, encoding="unicode"), kind)
    # What is proven may be about anything: then it is the organization's own fault that comes.
    allowed = KNOWN | {"Sender", "DeserializationFailed"}
    judge(answer, allowed)
    if fault_of(answer) == "Sender":
        assert "OrganizationServiceFault" in answer.text
    assert f"{SERVICES}/IOrganizationService/Execute" in text
    assert ADDRESSING in text


@FEWER
@given(at=st.integers(0, 10_000), octets=st.binary(min_size=1, max_size=8), farm=st.booleans())
def test_octets_that_were_changed_are_answered(
    scene: Scene, signed_in: tuple[str, str, str], at: int, octets: bytes, farm: bool
) -> None:
    url, text, kind = signed_in if farm else call(scene.place, PYTHON, scene.issued)
    sent = new_id(text).encode()
    place = at % len(sent)
    sent = sent[:place] + octets + sent[place + len(octets) :]
    answer = scene.http.post(url, content=sent, headers={"content-type": kind})
    judge(answer, KNOWN | {"Sender", "DeserializationFailed"})
