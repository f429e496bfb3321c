"""The door of bearer tokens: `.svc/web`, SOAP 1.1 without WS-Addressing."""

from dataclasses import dataclass

from xrm.client.credentials.bearer import Bearer
from xrm.client.flow import Answer, Flow, HttpRequest
from xrm.client.retry import Sender
from xrm.client.soap.doors import ROOT, Call
from xrm.wire.soap.envelope import content_type, write_request


@dataclass(frozen=True, slots=True)
class BearerDoor:
    """Messages with a bearer token."""

    bearer: Bearer

    @property
    def sender(self) -> Sender:
        """What sends its requests."""
        return self.bearer.sender

    def send(self, call: Call) -> Flow[Answer]:
        """Send a message with a token, and once more with a new one after a 401."""
        action, manner = call.operation.action, call.manner
        document = write_request(
            call.wrapper("1.1", addressed=False),
            version="1.1",
            action=action,
            addressed=False,
            headers=manner.headers(),
        )
        address = f"{call.service.url}/{ROOT}{call.file}/web"
        url = f"{address}?SDKClientVersion={manner.sdk_client_version}"
        headers = (
            ("Accept", "text/xml"),
            ("Content-Type", content_type("1.1")),
            ("SOAPAction", f'"{action}"'),
        )
        request = HttpRequest("POST", url, headers, document, repeatable=call.reads)
        return (yield from self.bearer.call(request))
