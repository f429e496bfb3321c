"""One request of Organization.svc: identity, translation, answer, and the one place for errors."""

import logging
from uuid import UUID

from lxml import etree

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.org import pipeline
from xrm.org.callers import Identity, NotAuthenticated, identify
from xrm.org.faces import challenging
from xrm.org.faces.soap import answers, authority, operations
from xrm.org.faces.soap.contracts import contracts
from xrm.org.faces.soap.descriptions import Descriptions
from xrm.org.faces.soap.headers import UNDERSTOOD, in_whose_name
from xrm.org.faces.soap.writing import refusals
from xrm.org.faces.soap.writing.results import Results
from xrm.org.faces.transport import transport_security
from xrm.org.organization import Organization
from xrm.wire.http import Lane, Request, Response, Route
from xrm.wire.soap.envelope import Envelope, MediaTypeError, read_envelope, scope_of
from xrm.wire.soap.faults import Fault, SoapFault, action_fault, internal_fault
from xrm.wire.soap.operations import ORGANIZATION, Operation, read_parameters, write_result
from xrm.wire.xml import XmlError

log = logging.getLogger("xrm.soap")
MAX_BODY = 16 * 1024 * 1024
MAX_INLINE = 64 * 1024
"""The body of a question that is answered on the event loop."""
_BY_ACTION = {operation.action: operation for operation in ORGANIZATION.values()}
_SECURITY_HEADERS = frozenset({"Timestamp", "SignatureConfirmation"})
"""What a Security header holds that is no proof of who sent it."""


class OrganizationService:
    """Organization.svc of one organization, and its endpoint for bearer tokens below it."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._descriptions = Descriptions(organization)
        self._transport = transport_security(organization.url)
        inline = organization.database.inline
        read: Lane = "inline" if inline else "pool"
        write: Lane = "turn" if inline else "pool"
        self._small_reads = Route(self.handle, read, MAX_INLINE, self.too_large)
        self._writes = Route(self.handle, write, MAX_BODY, self.too_large)
        self._others = Route(self.handle, "pool", MAX_BODY, self.too_large)

    def route(self, head: Request) -> Route:
        """Return where a request runs, by the action its head names.

        Writers take turns, small questions are answered on the event loop; what does not say
        what it is runs in the pool.
        """
        operation = _BY_ACTION.get(_action(head)) if head.method == "POST" else None
        if operation is None or operation.name == "Execute":
            return self._others
        if operation.name in operations.WRITES:
            return self._writes
        return self._small_reads if _is_small(head) else self._others

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        return answers.nothing(413, self._organization.ids()).with_headers(self._transport)

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        request_id = self._organization.ids()
        return self._answered(request, request_id).with_headers(self._transport)

    def _answered(self, request: Request, request_id: UUID) -> Response:
        reads = request.method in ("GET", "HEAD")
        if not authority.is_known(request):
            return answers.nothing(404, request_id)
        if not reads and request.method != "POST":
            return answers.nothing(405, request_id, (("Allow", "GET, HEAD, POST"),))
        if reads and (found := self._descriptions.find(request)) is not None:
            return answers.page(found, "text/xml; charset=utf-8", request_id)
        try:
            identity = self._proved(request)
        except NotAuthenticated as error:
            headers = answers.always(request_id)
            return challenging.unauthorized(self._organization, error.reason, headers)
        if reads:
            return self._shown(request, request_id)
        return self._message(request, identity, request_id)

    def _proved(self, request: Request) -> Identity | None:
        """Return who a request proves to be, None where its message may still prove it.

        Raises NotAuthenticated for a bad token, and for who is to be told where to get one.
        """
        try:
            return identify(request, self._organization.tokens)
        except NotAuthenticated as error:
            if error.reason is not None or authority.wants_authority(request):
                raise
            return None

    def _shown(self, request: Request, request_id: UUID) -> Response:
        if authority.is_web(request):
            return answers.nothing(400, request_id)
        body = answers.help_page(self._organization)
        return answers.page(body, "text/html; charset=utf-8", request_id)

    def _message(self, request: Request, identity: Identity | None, request_id: UUID) -> Response:
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
        try:
            return self._done(request, envelope, identity, request_id)
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
            said, request_id, contracts(), version=envelope.version, envelope=envelope
        )

    def _done(
        self,
        request: Request,
        envelope: Envelope,
        identity: Identity | None,
        request_id: UUID,
    ) -> Response:
        """Run what an envelope asks. Raises SoapFault for all that is refused."""
        if _has_token(envelope.security):
            raise SoapFault(refusals.token_refused())
        if identity is None:
            raise SoapFault(refusals.insecure())
        operation = _BY_ACTION.get(envelope.action)
        if operation is None:
            raise SoapFault(action_fault(envelope.action, addressed=envelope.addressed))
        if envelope.body is None:
            raise XmlError("The body of the message is empty.")
        given = read_parameters(envelope.body, operation, contracts())
        call = _Call(self._organization, operation, request_id)
        try:
            who = in_whose_name(request, envelope.headers, identity)
            body = call.run(given, envelope, who)
        except service.ServiceError as error:
            raise SoapFault(call.refused(error, identity)) from error
        return answers.answer(body, envelope, operation.reply_action, request_id)


class _Call:
    """One operation while it is answered."""

    def __init__(self, organization: Organization, operation: Operation, request_id: UUID) -> None:
        self._organization = organization
        self._operation = operation
        self._request_id = request_id

    def run(self, given: operations.Given, envelope: Envelope, identity: Identity) -> str:
        """Return the body of the response. Raises ServiceError."""
        organization, name = self._organization, self._operation.name
        message = operations.read_operation(organization.catalogue, name, given)
        result = pipeline.execute(organization, message, identity)
        results = Results(
            lambda error: refusals.detail(error, organization.clock(), self._request_id)
        )
        value = operations.answer(results, name, given, message, result)
        scope = scope_of(envelope.version, addressed=envelope.addressed)
        return write_result(self._operation, value, scope, contracts())

    def refused(self, error: service.ServiceError, identity: Identity) -> Fault:
        """Return the fault of an error; who has no user here learns nothing but that."""
        try:
            pipeline.admit(self._organization, identity)
        except service.ServiceError as other:
            error = other
        now = self._organization.clock()
        return refusals.refusal(error, self._operation, now, self._request_id)


def _has_token(security: etree._Element | None) -> bool:
    """Tell whether a Security header holds what is to prove who sent the message."""
    if security is None:
        return False
    return any(
        isinstance(child.tag, str) and etree.QName(child).localname not in _SECURITY_HEADERS
        for child in security
    )


def _action(head: Request) -> str:
    """Return the action that a request's head names, "" where it names none."""
    said = head.header("soapaction")
    if said is None:
        _, _, said = (head.header("content-type") or "").partition("action=")
        said = said.partition(";")[0]
    return said.strip().strip('"')


def _is_small(head: Request) -> bool:
    length = head.header("content-length") or ""
    return length.isascii() and length.isdigit() and int(length[:9]) <= MAX_INLINE
