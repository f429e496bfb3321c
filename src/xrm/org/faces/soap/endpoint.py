"""One request of a SOAP service: proof of identity, envelope, answer; the one `except`.

What the service is — its operations, descriptions and contracts, and what a message does — its
Organization.svc and Discovery.svc say.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from lxml import etree

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.org.callers import NotAuthenticated
from xrm.org.callers.claims import NotProved, brings_proof
from xrm.org.faces.soap import answers, authority
from xrm.org.faces.soap.contracts import contracts
from xrm.org.faces.soap.headers import UNDERSTOOD
from xrm.org.faces.soap.writing import refusals
from xrm.wire.http import Request, Response
from xrm.wire.soap.envelope import Envelope, MediaTypeError, read_envelope, scope_of
from xrm.wire.soap.faults import Fault, SoapFault, action_fault, internal_fault
from xrm.wire.soap.operations import Operation, read_parameters, write_result
from xrm.wire.xml import XmlError

log = logging.getLogger("xrm.soap")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks: an operation by the wrapper of what it is given, in an envelope."""

    operation: Operation
    wrapper: etree._Element
    envelope: Envelope
    request: Request
    request_id: UUID

    def given(self) -> Mapping[str, Any]:
        """Return what the wrapper holds, by name. Raises SoapFault for what is not of its type."""
        return read_parameters(self.wrapper, self.operation, contracts())


class Service(Protocol[T]):
    """What a service is; `T` is what is known of a caller."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The operations by the action of a request."""

    def identify(self, request: Request) -> T:
        """Return who sends a request. Raises NotAuthenticated."""

    @property
    def takes_claims(self) -> bool:
        """Whether a message may prove itself who sent it."""

    def prove(self, envelope: Envelope) -> T:
        """Return who sends a message, by its Security header. Raises NotProved."""

    def now(self) -> float:
        """Return the time in seconds since 1970, for the timestamps of answers."""

    def challenge(self, reason: str | None, request_id: UUID) -> Response:
        """Return 401 with the service's challenge."""

    def described(self, request: Request) -> bytes | None:
        """Return the document a request without a message asks for, None for no such one."""

    def help_page(self) -> bytes:
        """Return what a browser is shown."""

    def run(self, asked: Asked, who: T) -> Any:
        """Return an operation's result as the wire has it. Raises ServiceError and SoapFault."""

    def refused(self, error: service.ServiceError, asked: Asked, who: T) -> Fault:
        """Return the fault of an error."""


class Endpoint(Generic[T]):
    """The address of a service, and the one below it for bearer tokens."""

    def __init__(self, service: Service[T]) -> None:
        self._service = service

    def answer(self, request: Request, request_id: UUID) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        reads = request.method in ("GET", "HEAD")
        if not authority.is_known(request):
            return answers.nothing(404, request_id)
        if not reads and request.method != "POST":
            return answers.nothing(405, request_id, (("Allow", "GET, HEAD, POST"),))
        if reads and (found := self._service.described(request)) is not None:
            return answers.page(found, "text/xml; charset=utf-8", request_id)
        try:
            who = self._proved(request)
        except NotAuthenticated as error:
            return self._service.challenge(error.reason, request_id)
        return (
            self._shown(request, request_id) if reads else self._message(request, who, request_id)
        )

    def _proved(self, request: Request) -> T | None:
        """Return who sends a request, None where its message may still prove it.

        Raises NotAuthenticated for a bad token, and for who is to be told where to get one.
        """
        try:
            return self._service.identify(request)
        except NotAuthenticated as error:
            if error.reason is not None:
                raise
            by_message = self._service.takes_claims and request.method == "POST"
            if authority.is_web(request) or not by_message:
                _tell_authority(request)
            return None

    def _shown(self, request: Request, request_id: UUID) -> Response:
        if authority.is_web(request):
            return answers.nothing(400, request_id)
        return answers.page(self._service.help_page(), "text/html; charset=utf-8", request_id)

    def _message(self, request: Request, who: T | None, request_id: UUID) -> Response:
        try:
            envelope = read_envelope(
                request.body,
                content_type=request.header("content-type") or "",
                soap_action=request.header("soapaction"),
                understood=UNDERSTOOD,
            )
        except MediaTypeError:
            return answers.nothing(415, request_id)
        except XmlError:
            return answers.nothing(400, request_id)
        except SoapFault as error:
            return answers.fault(error.fault, request_id, contracts(), version=error.version)
        return self._answered(request, envelope, who, request_id)

    def _answered(
        self, request: Request, envelope: Envelope, who: T | None, request_id: UUID
    ) -> Response:
        """Answer an envelope; with a timestamp where it proved itself who sent it."""
        secured: float | None = None
        try:
            known = self._sender(request, envelope, who)
            secured = self._service.now() if who is None else None
            return self._done(request, envelope, known, request_id, secured)
        except NotAuthenticated as error:
            return self._service.challenge(error.reason, request_id)
        except SoapFault as error:
            said = error.fault
        except XmlError:
            return answers.nothing(400, request_id)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("request %s failed", request_id)
            said = internal_fault()
        return answers.fault(
            said,
            request_id,
            contracts(),
            version=envelope.version,
            envelope=envelope,
            secured=secured,
        )

    def _sender(self, request: Request, envelope: Envelope, who: T | None) -> T:
        """Return who sends a message: whom its head proves, or else the message itself.

        Raises SoapFault where both are to, or neither does, NotAuthenticated for who is to be
        told where to get a proof.
        """
        brings = brings_proof(envelope.security)
        if who is not None and not brings:
            return who
        if who is None and not brings:
            _tell_authority(request)
            raise SoapFault(refusals.insecure())
        if who is not None or not self._service.takes_claims:
            raise SoapFault(refusals.token_refused())
        try:
            return self._service.prove(envelope)
        except NotProved as error:
            raise SoapFault(error.fault) from None

    def _done(
        self,
        request: Request,
        envelope: Envelope,
        who: T,
        request_id: UUID,
        secured: float | None,
    ) -> Response:
        """Run what an envelope asks. Raises SoapFault for all that is refused."""
        operation = self._service.operations.get(envelope.action)
        if operation is None:
            raise SoapFault(action_fault(envelope.action, addressed=envelope.addressed))
        if envelope.body is None:
            raise XmlError("The body of the message is empty.")
        asked = Asked(operation, envelope.body, envelope, request, request_id)
        try:
            value = self._service.run(asked, who)
        except service.ServiceError as error:
            raise SoapFault(self._service.refused(error, asked, who)) from error
        scope = scope_of(envelope.version, addressed=envelope.addressed)
        body = write_result(operation, value, scope, contracts())
        action = operation.reply_action
        return answers.answer(body, envelope, action, request_id, secured=secured)


def _tell_authority(request: Request) -> None:
    """Raise NotAuthenticated for a request without proof that is told where to sign in."""
    if authority.wants_authority(request):
        raise NotAuthenticated
