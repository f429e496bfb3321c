"""Organization.svc: what an envelope asks as one message, and where it runs."""

from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.org import pipeline
from xrm.org.callers import Identity, identify
from xrm.org.callers.claims import NotProved
from xrm.org.faces import challenging
from xrm.org.faces.soap import answers, operations
from xrm.org.faces.soap.descriptions import Descriptions
from xrm.org.faces.soap.endpoint import Asked, Endpoint
from xrm.org.faces.soap.headers import in_whose_name
from xrm.org.faces.soap.questions import Questions
from xrm.org.faces.soap.writing import refusals
from xrm.org.faces.soap.writing.results import Results
from xrm.org.faces.transport import transport_security
from xrm.org.organization import Organization
from xrm.wire.http import Lane, Request, Response, Route
from xrm.wire.soap.envelope import Envelope
from xrm.wire.soap.faults import Fault
from xrm.wire.soap.operations import ORGANIZATION

MAX_BODY = 16 * 1024 * 1024
MAX_INLINE = 64 * 1024
"""The body of a question that is answered on the event loop."""
_BY_ACTION = {operation.action: operation for operation in ORGANIZATION.values()}


class OrganizationService:
    """Organization.svc of one organization, and its endpoint for bearer tokens below it."""

    operations = _BY_ACTION

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._descriptions = Descriptions.of_organization(organization)
        self._endpoint = Endpoint(self)
        self._questions = Questions(organization.catalogue)
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
        answer = self._endpoint.answer(request, self._organization.ids())
        return answer.with_headers(self._transport)

    def identify(self, request: Request) -> Identity:
        """Return who sends a request. Raises NotAuthenticated."""
        return identify(request, self._organization.tokens)

    @property
    def takes_claims(self) -> bool:
        """Whether a message may prove itself who sent it."""
        return self._organization.claims is not None

    def prove(self, envelope: Envelope) -> Identity:
        """Return who sends a message, by its Security header. Raises NotProved."""
        claims = self._organization.claims
        if claims is None:
            raise NotProved(refusals.token_refused(), "the organization takes no claims")
        return claims.prove(envelope)

    def now(self) -> float:
        """Return the time in seconds since 1970, for the timestamps of answers."""
        return self._organization.clock()

    def challenge(self, reason: str | None, request_id: UUID) -> Response:
        """Return 401 with the organization's challenge."""
        headers = answers.always(request_id)
        return challenging.unauthorized(self._organization, reason, headers)

    def described(self, request: Request) -> bytes | None:
        """Return the description a request asks for, None if it asks for none there is."""
        return self._descriptions.find(request)

    def help_page(self) -> bytes:
        """Return what a browser is shown."""
        return answers.help_page("OrganizationService", self._descriptions.address)

    def run(self, asked: Asked, who: Identity) -> Any:
        """Return an operation's result as the wire has it. Raises ServiceError."""
        organization = self._organization
        given, message = self._questions.read(asked)
        identity = in_whose_name(asked.request, asked.envelope.headers, who)
        result = pipeline.execute(organization, message, identity)
        results = Results(
            lambda error: refusals.detail(error, organization.clock(), asked.request_id)
        )
        return operations.answer(results, asked.operation.name, given, message, result)

    def refused(self, error: service.ServiceError, asked: Asked, who: Identity) -> Fault:
        """Return the fault of an error; who has no user here learns nothing but that."""
        try:
            pipeline.admit(self._organization, who)
        except service.ServiceError as other:
            error = other
        now = self._organization.clock()
        return refusals.refusal(error, asked.operation, now, asked.request_id)


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
