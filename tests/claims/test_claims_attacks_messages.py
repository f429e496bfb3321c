"""Messages whose header was tampered with, one attack each: they get the same fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from support.claiming import (
    DSIG,
    SECRET,
    WSSE,
    WSU,
    Claims,
    Message,
    address,
    holder,
    key_identifier,
    moment,
    signature,
    timestamp,
)
from support.claims_refused import INVALID, refusal
from support.estate import URL, signing_key
from support.soap_elements import ADDRESSING, SOAP12
from xrm.wire import saml

OTHER_ROLE = "urn:somebody:else"


def _stamped(message: Message, begins: float, ends: float) -> bytes:
    stamp = timestamp(moment(begins), moment(ends))
    return message.document(stamp + message.token + message.signature(stamp))


@pytest.mark.parametrize(
    ("after", "lasts"),
    [
        (-600, 3600),
        (-601, 24 * 3600),
        (-24 * 3600, 48 * 3600),
        (-601, 300),
        (-400, 100),
        (301, 300),
        (3600, 300),
        (0, 0),
        (0, -1),
        (-1, -300),
    ],
)
@pytest.mark.parametrize("bearer", [False, True])
def test_a_message_is_of_now(claims: Claims, after: int, lasts: int, bearer: bool) -> None:
    begins = claims.now + after
    token = claims.token(confirmation=saml.Confirmation()) if bearer else None
    message = claims.message(token, key=None if bearer else SECRET)
    assert refusal(message.send(_stamped(message, begins, begins + lasts))) == INVALID


def _no_timestamp(message: Message) -> bytes:
    return message.document(message.token + message.signature(message.stamp))


def _edited(message: Message) -> bytes:
    later = replace(message, lasts=message.lasts + 1)
    return message.document(later.stamp + message.token + message.signature(message.stamp))


def _two_timestamps(message: Message) -> bytes:
    other = timestamp(moment(message.created), moment(message.created + 300), "_9")
    return message.document(other + message.security())


def _same_id_twice(message: Message) -> bytes:
    other = f'<x:Other xmlns:x="urn:x" xmlns:u="{WSU}" u:Id="_0"/>'
    return replace(message, more=other).document()


def _same_plain_id_twice(message: Message) -> bytes:
    return replace(message, more='<x:Other xmlns:x="urn:x" Id="_0"/>').document()


def _moved(message: Message) -> bytes:
    """The signed timestamp elsewhere, a fresh one in its place."""
    old = timestamp(moment(message.created - 86_400), moment(message.created - 86_100))
    fresh = timestamp(moment(message.created), moment(message.created + 300), "_9")
    held = fresh + message.token + message.signature(old)
    return replace(message, more=f'<x:Old xmlns:x="urn:x">{old}</x:Old>').document(held)


def _moved_into_the_body(message: Message) -> bytes:
    old = timestamp(moment(message.created - 86_400), moment(message.created - 86_100))
    fresh = timestamp(moment(message.created), moment(message.created + 300), "_9")
    held = fresh + message.token + message.signature(old)
    return replace(message, content=message.content + old).document(held)


def _signed_without_it(message: Message) -> bytes:
    """A signature over another element only."""
    parts = [("_1", address(message.to))]
    return message.document(
        message.stamp + message.token + signature(SECRET, "sha1", parts, message.named)
    )


def _no_signature(message: Message) -> bytes:
    return message.document(message.stamp + message.token)


def _two_signatures(message: Message) -> bytes:
    return message.document(message.security() + message.signature(message.stamp))


def _empty_signature(message: Message) -> bytes:
    signed = f'<Signature xmlns="{DSIG}"/>'
    return message.document(message.stamp + message.token + signed)


def _signature_without_references(message: Message) -> bytes:
    signed = signature(SECRET, "sha1", [], message.named)
    return message.document(message.stamp + message.token + signed)


def _signature_elsewhere(message: Message) -> bytes:
    content = message.content + message.signature(message.stamp)
    return replace(message, content=content).document(message.stamp + message.token)


def _of_another_key(message: Message) -> bytes:
    return replace(message, key=bytes(32)).document()


def _of_no_key(message: Message) -> bytes:
    return replace(message, key=b"").document()


def _by_rsa(message: Message) -> bytes:
    return replace(message, key=holder()).document()


def _by_the_certificate(message: Message) -> bytes:
    """HMAC with what everybody knows."""
    return replace(message, key=signing_key("organization").certificate_der).document()


def _naming_another(message: Message) -> bytes:
    return replace(message, named=key_identifier("_other")).document()


def _naming_none(message: Message) -> bytes:
    return replace(message, named="").document()


def _with_a_key_of_its_own(message: Message) -> bytes:
    value = f'<KeyInfo><KeyName xmlns="{DSIG}">mine</KeyName></KeyInfo>'
    return replace(message, named=value).document()


def _shortened(message: Message) -> bytes:
    """An HMAC of few bits (CVE-2009-0217)."""
    method = "</SignatureMethod>"
    length = f"<HMACOutputLength>8</HMACOutputLength>{method}"
    return message.document(message.security().replace(method, length))


def _transformed(message: Message) -> bytes:
    xpath = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/></Transforms>'
    return message.document(message.security().replace("</Transforms>", xpath))


def _enveloped(message: Message) -> bytes:
    enveloped = f'<Transforms><Transform Algorithm="{DSIG}enveloped-signature"/>'
    return message.document(message.security().replace("<Transforms>", enveloped))


def _of_a_document_elsewhere(message: Message) -> bytes:
    return message.document(message.security().replace('URI="#_0"', 'URI="http://other/#_0"'))


def _of_the_whole_document(message: Message) -> bytes:
    return message.document(message.security().replace('URI="#_0"', 'URI=""'))


def _by_xpointer(message: Message) -> bytes:
    pointer = "URI=\"#xpointer(id('_0'))\""
    return message.document(message.security().replace('URI="#_0"', pointer))


def _two_headers(message: Message) -> bytes:
    one = f'<o:Security xmlns:o="{WSSE}">{message.security()}</o:Security>'
    return message.envelope(one + one)


def _a_header_for_another_before(message: Message) -> bytes:
    one = f'<o:Security xmlns:o="{WSSE}"{{0}}>{message.security()}</o:Security>'
    return message.envelope(one.format(f' s:role="{OTHER_ROLE}"') + one.format(""))


def _a_header_for_another_after(message: Message) -> bytes:
    one = f'<o:Security xmlns:o="{WSSE}"{{0}}>{message.security()}</o:Security>'
    return message.envelope(one.format("") + one.format(f' s:role="{OTHER_ROLE}"'))


def _for_another(message: Message) -> bytes:
    return message.document(attributes=f' s:role="{OTHER_ROLE}"')


def _for_nobody(message: Message) -> bytes:
    role = "http://www.w3.org/2003/05/soap-envelope/role/none"
    return message.document(attributes=f' s:role="{role}"')


def _in_the_body(message: Message) -> bytes:
    header = f'<o:Security xmlns:o="{WSSE}">{message.security()}</o:Security>'
    return replace(message, content=message.content + header).envelope("")


def _within_another_header(message: Message) -> bytes:
    header = f'<o:Security xmlns:o="{WSSE}">{message.security()}</o:Security>'
    return message.envelope(f'<x:Wrap xmlns:x="urn:x">{header}</x:Wrap>')


def _of_another_namespace(message: Message) -> bytes:
    space = "http://schemas.xmlsoap.org/ws/2002/07/secext"
    return message.envelope(f'<o:Security xmlns:o="{space}">{message.security()}</o:Security>')


def _empty(message: Message) -> bytes:
    return message.document("")


def _no_token(message: Message) -> bytes:
    return message.document(message.stamp + message.signature(message.stamp))


def _two_tokens(message: Message) -> bytes:
    return message.document(message.token + message.security())


def _strange_timestamp(text: str) -> Callable[[Message], bytes]:
    def write(message: Message) -> bytes:
        stamp = f'<u:Timestamp xmlns:u="{WSU}" u:Id="_0">{text}</u:Timestamp>'
        return message.document(stamp + message.token + message.signature(stamp))

    return write


@pytest.mark.parametrize(
    "write",
    [
        _no_timestamp,
        _edited,
        _two_timestamps,
        _same_id_twice,
        _same_plain_id_twice,
        _moved,
        _moved_into_the_body,
        _signed_without_it,
        _no_signature,
        _two_signatures,
        _empty_signature,
        _signature_without_references,
        _signature_elsewhere,
        _of_another_key,
        _of_no_key,
        _by_rsa,
        _by_the_certificate,
        _naming_another,
        _naming_none,
        _with_a_key_of_its_own,
        _shortened,
        _transformed,
        _enveloped,
        _of_a_document_elsewhere,
        _of_the_whole_document,
        _by_xpointer,
        _two_headers,
        _a_header_for_another_before,
        _a_header_for_another_after,
        _for_another,
        _for_nobody,
        _in_the_body,
        _within_another_header,
        _of_another_namespace,
        _empty,
        _no_token,
        _two_tokens,
        _strange_timestamp(""),
        _strange_timestamp("<u:Created>yesterday</u:Created>"),
        _strange_timestamp("<u:Expires>2099-01-01T00:00:00Z</u:Expires>"),
    ],
)
def test_a_message_that_was_tampered_with_is_refused(
    claims: Claims, write: Callable[[Message], bytes]
) -> None:
    message = claims.message()
    assert refusal(message.send(write(message))) == INVALID
    assert message.send().status == 200


def test_a_message_without_a_header_is_refused(claims: Claims) -> None:
    message = claims.message()
    assert refusal(message.send(message.envelope(""))) == INVALID


@pytest.mark.parametrize("kind", ["1.1", "unaddressed"])
def test_another_binding_proves_nothing(claims: Claims, kind: str) -> None:
    message = claims.message()
    document = message.document()
    if kind == "1.1":
        old = "http://schemas.xmlsoap.org/soap/envelope/"
        document = document.replace(SOAP12.encode(), old.encode())
        reply = message.send(document, kind="text/xml; charset=utf-8")
    else:
        root = etree.fromstring(document)
        action = root.find(f".//{{{ADDRESSING}}}Action")
        assert action is not None
        parent = action.getparent()
        assert parent is not None
        parent.remove(action)
        said = f'application/soap+xml; charset=utf-8; action="{action.text}"'
        reply = message.send(etree.tostring(root), kind=said)
    assert reply.subcode == INVALID


def test_a_header_of_a_thousand_parts_is_refused(claims: Claims) -> None:
    message = claims.message()
    assert refusal(message.send(message.document(message.security() + message.stamp * 1000))) == (
        INVALID
    )
    assert message.to.startswith(URL)
