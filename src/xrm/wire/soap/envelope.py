"""Envelopes: SOAP 1.1 and SOAP 1.2 with WS-Addressing 1.0, of requests and of responses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message as Headers
from functools import lru_cache

from lxml import etree

from xrm.wire.soap.faults import (
    Fault,
    SoapFault,
    Subcode,
    is_fault,
    read_fault,
    version_of,
)
from xrm.wire.soap.versions import ADDRESSING, MEDIA_TYPES, NAMESPACES, Version, scope_of
from xrm.wire.xml import ANSWERS, CHARSETS, LIMITS, Limits, XmlError, escape, parse, quote

__all__ = [
    "Envelope",
    "MediaTypeError",
    "content_type",
    "read_envelope",
    "read_response",
    "scope_of",
    "write_request",
    "write_response",
]

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SECURITY = f"{{{WSSE}}}Security"
ANONYMOUS = f"{ADDRESSING}/anonymous"
DIAGNOSTICS = "http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics"
_ACTION, _MESSAGE_ID, _RELATES_TO = (
    f"{{{ADDRESSING}}}{name}" for name in ("Action", "MessageID", "RelatesTo")
)
_SINGLE = frozenset(
    f"{{{ADDRESSING}}}{name}"
    for name in ("Action", "To", "MessageID", "ReplyTo", "FaultTo", "From")
)
_UNDERSTOOD = _SINGLE | {_RELATES_TO, SECURITY}
_MINE: dict[Version, tuple[str, frozenset[str]]] = {
    "1.1": ("actor", frozenset({"", "http://schemas.xmlsoap.org/soap/actor/next"})),
    "1.2": (
        "role",
        frozenset(
            {
                "",
                "http://www.w3.org/2003/05/soap-envelope/role/next",
                "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
            }
        ),
    ),
}
_TRUE = frozenset({"1", "true"})


class MediaTypeError(ValueError):
    """The content type is not that of an envelope."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was sent. `headers` are by Clark name; `body` is the first child of the Body.

    `security` is the element of WS-Security, if there is one for the receiver; it is understood
    by whoever reads it. `addressed` tells whether the action stood in a header of WS-Addressing:
    then the answer has such headers too.
    """

    version: Version
    action: str
    headers: Mapping[str, etree._Element]
    body: etree._Element | None
    message_id: str | None = None
    relates_to: str | None = None
    addressed: bool = False
    security: etree._Element | None = None

    def header(self, namespace: str, name: str) -> str | None:
        """Return the text of a header without blanks around it, None if it is not there."""
        element = self.headers.get(f"{{{namespace}}}{name}")
        return None if element is None else (element.text or "").strip()


@dataclass(frozen=True, slots=True)
class _Said:
    """What the content type says of an envelope."""

    version: Version
    charset: str | None
    action: str


@lru_cache(maxsize=64)
def _said(content_type: str) -> _Said:
    headers = Headers()
    headers["content-type"] = content_type
    found = content_type.partition(";")[0].strip().lower()
    version = next((known for known, media in MEDIA_TYPES.items() if media == found), None)
    charset, action = headers.get_param("charset"), headers.get_param("action")
    is_known = charset is None or str(charset).strip().lower() in CHARSETS
    if version is None or not is_known:
        raise MediaTypeError(
            f"Cannot process the message because the content type '{content_type[:200]}' was not "
            "the expected type 'text/xml; charset=utf-8'."
        )
    return _Said(
        version,
        charset if isinstance(charset, str) else None,
        action if isinstance(action, str) else "",
    )


def read_envelope(
    data: bytes,
    *,
    content_type: str,
    soap_action: str | None = None,
    understood: Collection[str] = (),
    limits: Limits = LIMITS,
) -> Envelope:
    """Return a request's envelope.

    `soap_action` is the SOAPAction header. `understood` are Clark names of headers that may say
    mustUnderstand, beside those of WS-Addressing and WS-Security. Raises SoapFault for what is
    answered with a fault, XmlError for what is answered with 400, MediaTypeError with 415.
    """
    said = _said(content_type)
    root = parse(data, charset=said.charset, limits=limits)
    envelope = _read(root, said.version)
    stated = (soap_action or "").strip().strip('"') if said.version == "1.1" else said.action
    if envelope.addressed and stated and stated != envelope.action:
        raise SoapFault(_mismatch(envelope.action, stated), said.version)
    _check_understood(envelope, root, understood)
    if envelope.addressed:
        return envelope
    return Envelope(
        envelope.version,
        stated,
        envelope.headers,
        envelope.body,
        envelope.message_id,
        security=envelope.security,
    )


def read_response(data: bytes, *, content_type: str, limits: Limits = ANSWERS) -> Envelope:
    """Return the envelope of an answer.

    Raises SoapFault if the body is a fault, XmlError and MediaTypeError for what is no envelope,
    ContractError for a fault that cannot be read.
    """
    said = _said(content_type)
    envelope = _read(parse(data, charset=said.charset, limits=limits), said.version)
    if envelope.body is not None and is_fault(envelope.body):
        raise SoapFault(read_fault(envelope.body, action=envelope.action), envelope.version)
    return envelope


def _read(root: etree._Element, version: Version) -> Envelope:
    namespace = NAMESPACES[version]
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise XmlError("The document is not an envelope.")
    if name.namespace != namespace:
        raise SoapFault(_other_version(name.namespace or "", version), version)
    parts = list(root)
    header = parts.pop(0) if parts and parts[0].tag == f"{{{namespace}}}Header" else None
    if len(parts) != 1 or parts[0].tag != f"{{{namespace}}}Body":
        raise XmlError("An envelope holds at most one Header, and one Body after it.")
    headers = {} if header is None else _headers(header, version)
    contents = list(parts[0])
    if len(contents) > 1:
        raise XmlError("The Body of an envelope holds one element.")
    action, security = headers.get(_ACTION), headers.get(SECURITY)
    return Envelope(
        version,
        "" if action is None else (action.text or "").strip(),
        headers,
        contents[0] if contents else None,
        _text(headers.get(_MESSAGE_ID)),
        _text(headers.get(_RELATES_TO)),
        addressed=action is not None,
        security=None if security is None or not _is_mine(security, version) else security,
    )


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip()


def _headers(header: etree._Element, version: Version) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for block in header:
        tag = str(block.tag)
        if tag in found and tag in _SINGLE:
            name = etree.QName(block).localname
            raise SoapFault(_twice(name), version)
        found.setdefault(tag, block)
    return found


def _is_mine(block: etree._Element, version: Version) -> bool:
    """Tell whether a header block is for the receiver, and not for somebody on the way."""
    attribute, mine = _MINE[version]
    return (block.get(f"{{{NAMESPACES[version]}}}{attribute}") or "").strip() in mine


def _check_understood(
    envelope: Envelope, root: etree._Element, understood: Collection[str]
) -> None:
    namespace = NAMESPACES[envelope.version]
    must = f"{{{namespace}}}mustUnderstand"
    header = next(root.iterchildren(f"{{{namespace}}}Header"), None)
    for block in () if header is None else header:
        if (block.get(must) or "").strip() not in _TRUE:
            continue
        if not _is_mine(block, envelope.version):
            continue
        if block.tag not in _UNDERSTOOD and block.tag not in understood:
            name = etree.QName(block)
            raise SoapFault(_not_understood(name.namespace or "", name.localname), envelope.version)


def _other_version(namespace: str, version: Version) -> Fault:
    known = version_of(namespace)
    return Fault(
        "VersionMismatch",
        f"The envelope is of {'SOAP ' + known if known else 'an unknown version of SOAP'}, which "
        f"does not go with its content type; SOAP {version} does.",
    )


def _mismatch(action: str, stated: str) -> Fault:
    return Fault(
        "Sender",
        f"The SOAP action specified on the message, '{action[:500]}', does not match the HTTP "
        f"SOAP Action, '{stated[:500]}'. ",
        Subcode(ADDRESSING, "ActionMismatch"),
    )


def _twice(name: str) -> Fault:
    return Fault(
        "Sender",
        f"Multiple headers with name '{name}' and namespace '{ADDRESSING}' found.",
        Subcode(ADDRESSING, "InvalidAddressingHeader"),
    )


def _not_understood(namespace: str, name: str) -> Fault:
    return Fault(
        "MustUnderstand",
        f"The header '{name}' from the namespace '{namespace}' was not understood by the "
        "recipient of this message, causing the message to not be processed.  This error "
        "typically indicates that the sender of this message has enabled a communication protocol "
        "that the receiver cannot process.  Please ensure that the configuration of the client's "
        "binding is consistent with the service's binding. ",
    )


def content_type(version: Version, action: str = "") -> str:
    """Return the content type of an envelope; of SOAP 1.1 it has no action."""
    text = f"{MEDIA_TYPES[version]}; charset=utf-8"
    return f'{text}; action="{action}"' if action and version == "1.2" else text


def write_response(
    body: str,
    *,
    version: Version,
    action: str,
    addressed: bool = True,
    relates_to: str | None = None,
    activity_id: str = "",
    correlation_id: str = "",
    security: str = "",
) -> bytes:
    """Return the envelope of an answer around the text of its body.

    `security` is the text of a Security header, which may use the prefixes `s` and `u`.
    """
    blocks = []
    if addressed:
        blocks.append(_understand("a:Action", action))
        if relates_to:
            blocks.append(f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>")
    if activity_id:
        blocks.append(
            f'<ActivityId CorrelationId="{quote(correlation_id)}" xmlns="{DIAGNOSTICS}">'
            f"{escape(activity_id)}</ActivityId>"
        )
    blocks.append(security)
    return _envelope(body, version, blocks, addressed=addressed, secured=bool(security))


def write_request(
    body: str,
    *,
    version: Version,
    action: str,
    to: str = "",
    message_id: str = "",
    addressed: bool = True,
    headers: Sequence[str] = (),
) -> bytes:
    """Return the envelope of a request; `headers` are the texts of further header blocks.

    They may use the prefixes `s`, and `u` for the utility namespace of WS-Security.
    """
    blocks = []
    if addressed:
        blocks.append(_understand("a:Action", action))
        if message_id:
            blocks.append(f"<a:MessageID>{escape(message_id)}</a:MessageID>")
        blocks.append(f"<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>")
        if to:
            blocks.append(_understand("a:To", to))
    blocks.extend(headers)
    secured = any("u:" in text for text in headers)
    return _envelope(body, version, blocks, addressed=addressed, secured=secured)


def _understand(tag: str, text: str) -> str:
    return f'<{tag} s:mustUnderstand="1">{escape(text)}</{tag}>'


def _envelope(
    body: str, version: Version, blocks: Sequence[str], *, addressed: bool, secured: bool
) -> bytes:
    start = f'<s:Envelope xmlns:s="{NAMESPACES[version]}"'
    if addressed:
        start += f' xmlns:a="{ADDRESSING}"'
    if secured:
        start += f' xmlns:u="{WSU}"'
    header = "".join(blocks)
    header = f"<s:Header>{header}</s:Header>" if header else ""
    # The body may be large, so it is not made part of another text.
    head = f"{start}>{header}<s:Body>".encode()
    return b"".join((head, body.encode(), b"</s:Body></s:Envelope>"))
