"""Discovery.svc: the SOAP service that tells a bearer of its organizations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.ports import random_ids
from xrm.org.faces import challenging
from xrm.org.faces.discovery import requests
from xrm.org.faces.soap import answers
from xrm.org.faces.soap.descriptions import ROOT, Descriptions
from xrm.org.faces.soap.endpoint import Asked, Endpoint
from xrm.org.faces.soap.writing import refusals
from xrm.org.faces.transport import transport_security
from xrm.org.ports import Instance, Instances
from xrm.wire.http import Request, Response, Route
from xrm.wire.soap.envelope import Envelope
from xrm.wire.soap.faults import Fault
from xrm.wire.soap.operations import DISCOVERY
from xrm.wire.soap.wsdl.documents import DISCOVERY_SERVICE

MAX_BODY = 64 * 1024
_BY_ACTION = {operation.action: operation for operation in DISCOVERY.values()}


class DiscoveryService:
    """Discovery.svc of one server, for every tenant that has an organization there."""

    operations = _BY_ACTION

    def __init__(self, instances: Instances) -> None:
        self._instances = instances
        address = f"{instances.resource}{ROOT}Discovery.svc"
        self._descriptions = Descriptions(
            DISCOVERY_SERVICE,
            address,
            sts=instances.authority,
            deployment=instances.deployment,
        )
        self._endpoint = Endpoint(self)
        self._transport = transport_security(instances.resource)
        self._route = Route(self.handle, "pool", MAX_BODY, self.too_large)

    def route(self, _head: Request) -> Route:
        """Return where a request runs: an organization may have to be opened for it."""
        return self._route

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        return answers.nothing(413, random_ids()).with_headers(self._transport)

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes."""
        return self._endpoint.answer(request, random_ids()).with_headers(self._transport)

    def identify(self, request: Request) -> Sequence[Instance]:
        """Return the organizations a request's bearer has. Raises NotAuthenticated."""
        return self._instances.of_bearer(request)

    @property
    def takes_claims(self) -> bool:
        """Whether a message may prove itself who sent it."""
        return self._instances.takes_claims

    def prove(self, envelope: Envelope) -> Sequence[Instance]:
        """Return the organizations the sender of a message has. Raises NotProved."""
        return self._instances.of_message(envelope)

    def now(self) -> float:
        """Return the time in seconds since 1970, for the timestamps of answers."""
        return self._instances.now()

    def challenge(self, reason: str | None, request_id: UUID) -> Response:
        """Return 401 with the challenge of discovery, which names no tenant."""
        known = self._instances
        return challenging.challenged(
            known.authority,
            known.resource,
            reason,
            answers.always(request_id),
            quoted=known.quoted_challenge,
        )

    def described(self, request: Request) -> bytes | None:
        """Return the description a request asks for, None if it asks for none there is."""
        return self._descriptions.find(request)

    def help_page(self) -> bytes:
        """Return what a browser is shown."""
        return answers.help_page("DiscoveryService", self._descriptions.address)

    def run(self, asked: Asked, who: Sequence[Instance]) -> Any:
        """Return the response of the request that is executed. Raises ServiceError."""
        request = asked.given().get("request")
        if request is None:
            raise service.ServiceError(
                service.INVALID_ARGUMENT, "Required member 'request' is missing."
            )
        return requests.answer(self._instances, who, request)

    def refused(self, error: service.ServiceError, asked: Asked, _who: Sequence[Instance]) -> Fault:
        """Return the fault of an error."""
        now = self._instances.now()
        return refusals.refusal(error, asked.operation, now, asked.request_id)
