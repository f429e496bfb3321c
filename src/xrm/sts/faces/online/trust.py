"""RST2.srf: one message in, a token or a fault out (WS-Trust, February 2005)."""

import logging
from dataclasses import dataclass

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts import online
from xrm.sts.audit import Event
from xrm.sts.directory import SHARED_SEGMENTS
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.entra.token import segment_text
from xrm.sts.model import Tenant
from xrm.wire.http import NO_STORE, Headers, Response
from xrm.wire.http import content_type as kind_of
from xrm.wire.soap.envelope import (
    Envelope,
    MediaTypeError,
    content_type,
    read_envelope,
    write_response,
)
from xrm.wire.soap.faults import Fault, SoapFault, action_fault, internal_fault, write_fault
from xrm.wire.soap.versions import ADDRESSING, MEDIA_TYPES, SOAP_12
from xrm.wire.wssecurity import SecurityError, read_security
from xrm.wire.wssecurity.faults import FAILED_AUTHENTICATION, INVALID_SECURITY, fault_of
from xrm.wire.wssecurity.moments import write_moment
from xrm.wire.wssecurity.names import WSSE, WSU
from xrm.wire.wstrust import TRUST_2005, RequestSecurityToken, TrustError, mex
from xrm.wire.wstrust import online as spelled
from xrm.wire.wstrust.faults import fault
from xrm.wire.wstrust.mex import Row
from xrm.wire.wstrust.versions import ACTIONS
from xrm.wire.xml import Limits, XmlError

_log = logging.getLogger("xrm.wstrust")
_LIMITS = Limits(size=64 * 1024, depth=40, elements=3000, text=100_000)
_ISSUE = TRUST_2005.response_action("issue")
_ANYBODY = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"


def trust(call: Call) -> Response:
    """Answer a request for a token; nothing escapes."""
    request = call.request
    coding = (request.header("content-encoding") or "identity").strip().lower()
    if coding != "identity" or kind_of(request) != MEDIA_TYPES["1.2"]:
        return _nothing(call, 415)
    try:
        stated = request.header("content-type") or ""
        envelope = read_envelope(request.body, content_type=stated, limits=_LIMITS)
    except MediaTypeError:
        return _nothing(call, 415)
    except XmlError:
        return _nothing(call, 400)
    except SoapFault as error:
        return _refusal(call, error.fault, None)
    return _answered(call, envelope)


@dataclass(frozen=True, slots=True)
class _Row(Row):
    """The one endpoint, which stands at the tenant's root."""

    @property
    def path(self) -> str:
        """Return the path behind the tenant's address."""
        return self.name


_ROWS = (_Row(TRUST_2005, "username", "RST2.srf", "UserNameWSTrustBinding"),)


def described(call: Call) -> Response:
    """Answer with the description that the policy of the service names (`/v2/wstrust/mex`)."""
    tenant = call.service.directory.singly().tenant(segment_text(call.segment))
    document = mex.write(f"{call.service.base_url}/{tenant.tenant_id}/", _ROWS)
    kind: Headers = (("Content-Type", "text/xml; charset=utf-8"), *NO_STORE)
    return Response(200, (*kind, *answers.always(call)), document)


def failed(call: Call, error: Exception) -> Response:
    """Answer for a failure of this service, or for a message over the limit."""
    if isinstance(error, SignInError) and error.row is signin.TOO_LARGE:
        return _nothing(call, 413)
    # The message is not logged: it holds a password.
    _log.error("request %s failed", call.trace.trace_id, exc_info=error)
    return _refusal(call, internal_fault(), None)


def _answered(call: Call, envelope: Envelope) -> Response:
    try:
        document = _issued(call, envelope)
    except SoapFault as error:
        return _refusal(call, error.fault, envelope)
    except SecurityError as error:
        return _refused(call, fault_of(error), envelope, str(error))
    except online.NotProven as error:
        return _refused(call, FAILED_AUTHENTICATION, envelope, str(error), error.number)
    except TrustError as error:
        return _refused(call, fault("invalid request", TRUST_2005), envelope, str(error))
    return Response(200, _lines(call), document)


def _issued(call: Call, envelope: Envelope) -> bytes:
    if ACTIONS.get(envelope.action) != (TRUST_2005, "issue"):
        raise SoapFault(action_fault(envelope.action))
    if envelope.security is None:
        raise SoapFault(INVALID_SECURITY)
    security = read_security(envelope.security)
    if security.timestamp is None:
        raise SecurityError("there is no timestamp")
    security.timestamp.check(call.service.clock())
    asked = _asked(envelope)
    proven = online.prove(call.service, security, tenant=_tenant(call), trace=call.trace)
    tenant = call.service.directory.singly().tenant(str(proven.person.tenant_id))
    audience = online.audience_of(call.service, tenant, asked.applies_to)
    if not audience:
        raise TrustError("the token is asked for nobody who is known")
    response = online.issue(
        call.service, proven, audience=audience, bearer=asked.key == "bearer", trace=call.trace
    )
    return _document_of_a_token(call, spelled.write_response(response))


def _asked(envelope: Envelope) -> RequestSecurityToken:
    asked = spelled.read_request(envelope.body)
    if (asked.version, asked.operation) != (TRUST_2005, "issue") or asked.key == "public":
        raise TrustError("what is asked for is not issued here")
    if asked.on_behalf_of is not None or asked.act_as is not None:
        raise TrustError("nobody acts for others here")
    return asked


def _tenant(call: Call) -> Tenant | None:
    segment = segment_text(call.segment)
    if segment.lower() in SHARED_SEGMENTS:
        return None
    try:
        return call.service.directory.singly().tenant(segment)
    except SignInError as error:
        raise TrustError("the tenant is not known") from error


def _refused(call: Call, said: Fault, envelope: Envelope, reason: str, number: int = 0) -> Response:
    """Write a refusal down and answer it; the reason is for the log, nobody else is told it."""
    _log.info("request %s refused: %s", call.trace.trace_id, reason)
    call.service.audit.record(
        Event(
            time=call.service.clock(),
            operation="online.issue",
            outcome="refused",
            error=number,
            peer=call.trace.peer,
            correlation_id=call.trace.correlation_id,
            trace_id=call.trace.trace_id,
        )
    )
    return _refusal(call, said, envelope)


def _refusal(call: Call, said: Fault, envelope: Envelope | None) -> Response:
    document = _document(call, write_fault(said, "1.2"), said.action, envelope)
    return Response(500, _lines(call), document)


def _document(call: Call, body: str, action: str, envelope: Envelope | None) -> bytes:
    return write_response(
        body,
        version="1.2",
        action=action,
        relates_to=None if envelope is None else envelope.message_id,
        security=_header(call.service.clock()),
    )


def _document_of_a_token(call: Call, body: str) -> bytes:
    """Return the envelope as it was recorded, which relates to no message."""
    header = _header(call.service.clock(), "S")
    return (
        f'<S:Envelope xmlns:S="{SOAP_12}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" '
        f'xmlns:wsa="{ADDRESSING}"><S:Header>'
        f'<wsa:Action wsu:Id="Action" S:mustUnderstand="1">{_ISSUE}</wsa:Action>'
        f'<wsa:To wsu:Id="To" S:mustUnderstand="1">{_ANYBODY}</wsa:To>{header}</S:Header>'
        f"<S:Body>{body}</S:Body></S:Envelope>"
    ).encode()


def _header(now: float, soap: str = "s") -> str:
    """Return the Security header of an answer, with the prefixes and whole seconds it had."""
    created, expires = (f"{write_moment(at)[:19]}Z" for at in (now, now + 300))
    return (
        f'<wsse:Security {soap}:mustUnderstand="1" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">'
        f'<wsu:Timestamp wsu:Id="TS"><wsu:Created>{created}</wsu:Created>'
        f"<wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp></wsse:Security>"
    )


def _lines(call: Call) -> Headers:
    return (("Content-Type", content_type("1.2")), *NO_STORE, *answers.always(call))


def _nothing(call: Call, status: int) -> Response:
    return Response(status, (*NO_STORE, *answers.always(call)))
