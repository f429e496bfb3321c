"""One message at an endpoint of WS-Trust: read, proven, answered; the one `except`.

An endpoint takes one version of WS-Trust and one kind of credential. The order is: HTTP, the
envelope, its action, the body, its security, and only then what is asked: a stranger learns
nothing of parties or tokens.
"""

import logging

from lxml import etree

from xrm.sts.adfs.trust.asked import Asked, Message, Refused
from xrm.sts.adfs.trust.later import OPERATIONS
from xrm.sts.adfs.trust.proving import Insecure, prove
from xrm.sts.audit import LONGEST, Event
from xrm.sts.faces.adfs.visit import LARGEST_BODY, Visit
from xrm.sts.faces.wstrust import answers
from xrm.wire.http import Response, content_type
from xrm.wire.soap.envelope import Envelope, MediaTypeError, read_envelope
from xrm.wire.soap.faults import SoapFault, action_fault, internal_fault
from xrm.wire.soap.versions import MEDIA_TYPES
from xrm.wire.wssecurity import Security, SecurityError, read_security
from xrm.wire.wssecurity.faults import INVALID_SECURITY, fault_of
from xrm.wire.wstrust import (
    ACTIONS,
    RequestSecurityToken,
    TrustError,
    read_request,
    write_response,
)
from xrm.wire.wstrust.faults import fault
from xrm.wire.wstrust.mex import Row
from xrm.wire.xml import Limits, XmlError

_log = logging.getLogger("xrm.wstrust")

_LIMITS = Limits(size=LARGEST_BODY, depth=40, elements=5000, text=200_000)


def answer(visit: Visit, row: Row) -> Response:
    """Answer one request; nothing escapes."""
    request = visit.request
    if request.method != "POST":
        return answers.nothing(405, (("Allow", "POST"),))
    coding = (request.header("content-encoding") or "identity").strip().lower()
    if coding != "identity" or content_type(request) != MEDIA_TYPES["1.2"]:
        return answers.nothing(415)
    try:
        envelope = read_envelope(
            request.body, content_type=request.header("content-type") or "", limits=_LIMITS
        )
    except MediaTypeError:
        return answers.nothing(415)
    except XmlError:
        return answers.nothing(400)
    except SoapFault as error:
        return answers.fault(visit, error.fault, secured=False)
    return _Exchange(visit, row, envelope).run()


class _Exchange:
    """One message that could be read, and what is answered."""

    def __init__(self, visit: Visit, row: Row, envelope: Envelope) -> None:
        self._visit = visit
        self._row = row
        self._envelope = envelope
        self._name = ""
        self._asked: RequestSecurityToken | None = None

    def run(self) -> Response:
        """Return the answer, or the fault that says why there is none."""
        try:
            return self._done()
        except SoapFault as error:
            said, secured = error.fault, False
        except Insecure as error:
            said, secured = INVALID_SECURITY, False
            self._refused(str(error))
        except SecurityError as error:
            said, secured = fault_of(error), False
            self._refused(str(error))
        except TrustError as error:
            said, secured = fault("invalid request", self._row.version), True
            self._refused(str(error))
        except Refused as error:
            said, secured = fault(error.cause, self._row.version), True
            self._refused(str(error), error.number)
        except Exception:
            # The message is not logged: it holds a password.
            _log.exception("request %s failed", self._visit.trace.trace_id)
            said, secured = internal_fault(), False
        return answers.fault(self._visit, said, self._envelope, secured=secured)

    def _done(self) -> Response:
        visit, envelope = self._visit, self._envelope
        version, operation = ACTIONS.get(envelope.action, (None, None))
        if version is not self._row.version or operation is None:
            raise SoapFault(action_fault(envelope.action))
        security = self._security()
        self._name = security.username.name if security.username is not None else ""
        asked = self._asked = read_request(envelope.body)
        if (asked.version, asked.operation) != (version, operation):
            raise TrustError("The body asks for something else than the action.")
        message = Message(
            security=security,
            message_id=envelope.message_id,
            trace=visit.trace,
            view=visit.view,
        )
        caller = prove(visit.service, visit.farm, message, credential=self._row.credential)
        self._name = caller.subject.name
        response = OPERATIONS[operation](
            Asked(
                service=visit.service,
                farm=visit.farm,
                request=asked,
                message=message,
                caller=caller,
            )
        )
        body = write_response(response)
        return answers.answer(visit, body, envelope, version.response_action(operation))

    def _security(self) -> Security:
        header: etree._Element | None = self._envelope.security
        if header is None:
            raise Insecure("the message has no Security header")
        return read_security(header)

    def _refused(self, reason: str, number: int = 0) -> None:
        """Write a refusal down; the reason is for the log, nobody else is told it."""
        visit, asked = self._visit, self._asked
        _log.info("request %s refused: %s", visit.trace.trace_id, reason)
        event = Event(
            time=visit.service.clock(),
            operation=f"adfs.{asked.operation if asked is not None else 'issue'}",
            outcome="refused",
            error=number,
            tenant_id=visit.farm.tenant.tenant_id,
            client=self._name[:LONGEST],
            resource=((asked.applies_to if asked is not None else "") or "")[:LONGEST],
            grant=self._row.credential,
            peer=visit.trace.peer,
            correlation_id=visit.trace.correlation_id,
            trace_id=visit.trace.trace_id,
        )
        visit.service.audit.record(event)


def too_large(_visit: Visit) -> Response:
    """Refuse a body over the limit."""
    return answers.nothing(413)
