"""Messages that prove who sent them by a token, in every form old clients write them."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from support.claiming import (
    ALICE,
    DSIG,
    SECRET,
    WSSE,
    WSU,
    Claims,
    Digest,
    Message,
    holder,
    moment,
    signature,
    timestamp,
)
from support.estate import URL, signing_key
from support.soap_elements import ADDRESSING, SOAP12, columns, entity, string
from support.soaping import SVC, WEB, Reply, results
from xrm.org.callers import assertions as reading
from xrm.wire import saml

QUERY = "SDKClientVersion=9.2.49.3165"


def who(reply: Reply) -> str:
    return str(results(reply)["UserId"])


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize("to", ["organization", None])
def test_the_holder_of_a_symmetric_key_is_who_the_token_names(
    claims: Claims, version: saml.Version, digest: Digest, to: str | None
) -> None:
    token = claims.token(to=to, version=version)
    reply = claims.message(token, digest=digest).send()
    assert who(reply) == str(claims.user_id(ALICE))


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_the_holder_of_an_asymmetric_key_signs_the_address_too(
    claims: Claims, version: saml.Version, digest: Digest
) -> None:
    held = saml.Confirmation(kind="holder-of-key", key=holder().public_key())
    token = claims.token(version=version, confirmation=held)
    reply = claims.message(token, key=holder(), digest=digest).send()
    assert who(reply) == str(claims.user_id(ALICE))


@pytest.mark.parametrize("to", ["organization", None])
def test_a_bearers_token_needs_no_signature(claims: Claims, to: str | None) -> None:
    token = claims.token(to=to, confirmation=saml.Confirmation())
    reply = claims.message(token, key=None).send()
    assert who(reply) == str(claims.user_id(ALICE))


def test_answers_carry_a_timestamp_and_no_signature(claims: Claims) -> None:
    def header(reply: Reply) -> list[etree._Element]:
        return list(etree.fromstring(reply.response.body).iter(f"{{{WSSE}}}Security"))

    (security,) = header(claims.message().send())
    assert security.get(f"{{{SOAP12}}}mustUnderstand") == "1"
    (stamp,) = security
    assert stamp.tag == f"{{{WSU}}}Timestamp"
    assert [part.text for part in stamp] == [moment(claims.now), moment(claims.now + 300)]
    missing = "<entityName>account</entityName><id>11111111-1111-1111-1111-111111111111</id>"
    missing += columns(every=True, tag="columnSet")
    refused = claims.message(operation="Retrieve", content=missing).send()
    assert refused.code == "0x80040217"
    assert len(header(refused)) == 1
    assert header(claims.message(key=b"another").send()) == []


def _templated(message: Message) -> bytes:
    """Return a message whose canonical texts were hashed and then written with closed tags."""
    security = message.security()
    for name in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod"):
        security = security.replace(f"></{name}>", "/>")
    assert "></Transform>" not in security
    return message.document(security)


def _qualified(message: Message) -> bytes:
    """Return a message whose reference to the token says what kind it is."""
    kind = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"
    space = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
    said = f'<o:SecurityTokenReference xmlns:k="{space}" k:TokenType="{kind}" '
    return message.document(message.security().replace("<o:SecurityTokenReference ", said))


def _unprefixed(message: Message) -> bytes:
    """Return a message whose Security element is in its default namespace."""
    return message.envelope(f'<Security xmlns="{WSSE}">{message.security()}</Security>')


def _understood(message: Message) -> bytes:
    return message.document(attributes=' s:mustUnderstand="1"')


def _in_another_order(message: Message) -> bytes:
    stamp, token, signed = message.stamp, message.token, message.signature(message.stamp)
    return message.document(token + stamp + signed)


def _indented(message: Message) -> bytes:
    parts = (message.stamp, message.token, message.signature(message.stamp))
    return message.document("".join(f"\r\n    {part}" for part in parts) + "\r\n  ")


def _for_the_last(message: Message) -> bytes:
    role = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
    return message.document(attributes=f' s:role="{role}"')


@pytest.mark.parametrize(
    "write",
    [
        _templated,
        _qualified,
        _unprefixed,
        _understood,
        _in_another_order,
        _indented,
        _for_the_last,
    ],
)
def test_the_ways_of_old_clients_are_understood(
    claims: Claims, write: Callable[[Message], bytes]
) -> None:
    message = claims.message()
    assert who(message.send(write(message))) == str(claims.user_id(ALICE))


def test_the_content_type_may_name_the_action(claims: Claims) -> None:
    message = claims.message()
    action = etree.fromstring(message.document()).findtext(f".//{{{ADDRESSING}}}Action")
    kind = f'application/soap+xml; charset=utf-8; action="{action}"'
    assert message.send(kind=kind).status == 200


@pytest.mark.parametrize(
    ("after", "lasts", "form"),
    [
        (0, 300, "%Y-%m-%dT%H:%M:%SZ"),
        (0, 300, "%Y-%m-%dT%H:%M:%S.1Z"),
        (0, 300, "%Y-%m-%dT%H:%M:%S.1234567Z"),
        (0, 300, "%Y-%m-%dT%H:%M:%S.000+00:00"),
        (7200, 300, "%Y-%m-%dT%H:%M:%S+02:00"),
        (-18_000, 300, "%Y-%m-%dT%H:%M:%S.00-05:00"),
        (0, 300, "%Y-%m-%dT%H:%M:%S"),
        (0, 24 * 3600, "%Y-%m-%dT%H:%M:%S.000Z"),
        (-300, 300, "%Y-%m-%dT%H:%M:%S.000Z"),
        (-300, 3600, "%Y-%m-%dT%H:%M:%S.000Z"),
        (-599, 24 * 3600, "%Y-%m-%dT%H:%M:%S.000Z"),
        (299, 300, "%Y-%m-%dT%H:%M:%S.000Z"),
    ],
)
def test_timestamps_are_taken_as_clients_write_them(
    claims: Claims, after: int, lasts: int, form: str
) -> None:
    begins = claims.now + after
    stamp = timestamp(moment(begins, form), moment(begins + lasts, form))
    message = claims.message()
    document = message.document(stamp + message.token + message.signature(stamp))
    assert message.send(document).status == 200


def test_a_timestamp_may_leave_open_when_it_expires(claims: Claims) -> None:
    stamp = f'<u:Timestamp xmlns:u="{WSU}" u:Id="_0"><u:Created>{moment(claims.now)}</u:Created></u:Timestamp>'  # noqa: E501
    message = claims.message()
    document = message.document(stamp + message.token + message.signature(stamp))
    assert message.send(document).status == 200


@pytest.mark.parametrize("kind", ["symmetric", "bearer"])
def test_after_the_first_message_a_token_costs_no_rsa(
    claims: Claims, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer = kind == "bearer"
    held = {"confirmation": saml.Confirmation()} if bearer else {}
    message = claims.message(claims.token(id=f"_{kind}", **held), key=None if bearer else SECRET)
    if not bearer:
        message = claims.message(message.token, named=message.named.replace("_a-0001", f"_{kind}"))
    verified: list[Any] = []

    def verify(*given: Any, **more: Any) -> Any:
        verified.append(given)
        return plain(*given, **more)

    plain = reading.verify_enveloped
    monkeypatch.setattr(reading, "verify_enveloped", verify)
    key = claims.farm.reading[0]
    before = key.used
    assert message.send().status == 200
    # What the token is encrypted with, and the key its holder has.
    assert (key.used - before, len(verified)) == (1 if bearer else 2, 1)
    used = key.used
    for _ in range(5):
        again = claims.message(message.token, key=message.key, named=message.named)
        assert again.send().status == 200
    assert (key.used, len(verified)) == (used, 1)


def test_a_token_is_asked_for_again_only_where_the_farms_keys_changed(claims: Claims) -> None:
    key, token = claims.farm.reading[0], claims.token()
    clock = claims.estate.clock
    begun = clock.now
    try:
        assert claims.message(token).send().status == 200
        used = key.used
        clock.now += 400
        assert claims.message(token).send().status == 200
        assert key.used == used
        clock.now += 400
        claims.farm.signing = [signing_key("next")]
        assert claims.message(token).send().subcode == "FailedAuthentication"
    finally:
        clock.now, claims.farm.signing = begun, [signing_key("trusted")]


def test_one_header_may_serve_for_several_messages(claims: Claims) -> None:
    """Programs there are that write the whole header once, id and all, and keep it."""
    contents = [entity("account", {"name": string(f"Reused {count}")}) for count in range(3)]
    for each in contents:
        content = f"<entity>{each.content}</entity>"
        made = claims.message(operation="Create", content=content, message_id="urn:kept")
        assert made.send().status == 200


def test_what_is_encrypted_to_the_key_before_is_still_opened(claims: Claims) -> None:
    before = claims.token(id="_before")
    old = claims.farm.reading
    fresh = type(old[0])(signing_key("fresh").private_key)
    claims.farm.reading = [fresh, *old]
    try:
        again = claims.another()
        message = again.message(before)
        named = message.named.replace("_a-0001", "_before")
        assert again.message(before, named=named).send().status == 200
        claims.farm.reading = [fresh]
        lost = claims.another().message(before, named=named).send()
        assert lost.subcode == "FailedAuthentication"
    finally:
        claims.farm.reading = old


def test_assertions_of_either_signing_key_of_the_farm_are_believed(claims: Claims) -> None:
    claims.farm.signing = [signing_key("trusted"), signing_key("next")]
    try:
        assert claims.message(claims.token(signed="next")).send().status == 200
    finally:
        claims.farm.signing = [signing_key("trusted")]


def test_the_endpoint_for_bearers_of_access_tokens_takes_no_messages(claims: Claims) -> None:
    reply = claims.message().send(path=WEB)
    assert reply.status == 401
    assert "Bearer authorization_uri=" in (reply.response.header("WWW-Authenticate") or "")


def test_a_program_that_names_its_version_may_prove_itself_by_message(claims: Claims) -> None:
    message = claims.message()
    assert message.send(query=QUERY).status == 200
    assert message.send(message.envelope(""), query=QUERY).status == 401
    assert message.send(message.envelope(""), path=SVC).subcode == "InvalidSecurity"


def test_a_signature_may_cover_more_than_it_must(claims: Claims) -> None:
    message = claims.message()
    to = f'<a:To xmlns:a="{ADDRESSING}" xmlns:u="{WSU}" u:Id="_1">{message.to}</a:To>'
    signed = signature(SECRET, "sha256", [("_0", message.stamp), ("_1", to)], message.named)
    assert f'<Signature xmlns="{DSIG}">' in signed
    assert message.send(message.document(message.stamp + message.token + signed)).status == 200
    assert message.to.startswith(URL)
