"""The door of claims: `.svc`, SOAP 1.2 with WS-Addressing and a SAML token (WS-Security)."""

from dataclasses import dataclass
from uuid import uuid4

from xrm.client.claims.protecting import security
from xrm.client.claims.tokens import ClaimsToken
from xrm.client.credentials.federation import expired
from xrm.client.errors import MessageSecurityError, XrmError
from xrm.client.flow import Answer, Flow, HttpRequest, SignIn
from xrm.client.retry import Sender
from xrm.client.soap.doors import ROOT, Call
from xrm.client.soap.refusal import read_envelope
from xrm.wire.soap.envelope import content_type, write_request


@dataclass(frozen=True, slots=True)
class ClaimsDoor:
    """Messages with a SAML token, signed with its key."""

    sender: Sender

    def send(self, call: Call) -> Flow[Answer]:
        """Send a message with a token, and once more with a new one if it is refused.

        Raises ExpiredSecurityTokenError, before anything is sent, for a token that has come to
        its end and is not to be renewed.
        """
        body = call.wrapper("1.2", addressed=True)
        token: ClaimsToken = yield SignIn()
        answer = yield from self._sent(call, body, token)
        if not token.renewable or not self._is_refused(answer):
            return answer
        renewed: ClaimsToken = yield SignIn(stale=token)
        if renewed.secret == token.secret:
            return answer
        return (yield from self._sent(call, body, renewed))

    def _sent(self, call: Call, body: str, token: ClaimsToken) -> Flow[Answer]:
        if self.sender.clock() >= token.expires_at:
            raise expired()
        action = call.operation.action
        url = f"{call.service.url}/{ROOT}{call.file}"

        def request() -> HttpRequest:
            # Made anew for each sending: a message that comes twice is taken for a replay.
            document = write_request(
                body,
                version="1.2",
                action=action,
                to=url,
                message_id=f"urn:uuid:{uuid4()}",
                headers=[*call.manner.headers(), security(token, now=self.sender.clock())],
            )
            headers = (
                ("Accept", "application/soap+xml"),
                ("Content-Type", content_type("1.2", action)),
            )
            return HttpRequest("POST", url, headers, document, repeatable=call.reads)

        return (yield from self.sender.send(request(), again=request))

    def _is_refused(self, answer: Answer) -> bool:
        """Tell whether the organization did not accept the token: then nothing was done."""
        if answer.status != 500:
            return False
        try:
            read_envelope(answer, now=self.sender.clock())
        except MessageSecurityError:
            return True
        except XrmError:
            return False
        return False
