"""A request with a bearer token, and once more with a new one after a 401 (RFC 6750 3)."""

from dataclasses import dataclass

from xrm.client.cache import Token
from xrm.client.flow import Answer, Flow, HttpRequest, SignIn
from xrm.client.retry import Sender
from xrm.wire import challenge


@dataclass(frozen=True, slots=True)
class Bearer:
    """Signs requests by a bearer token."""

    sender: Sender

    def call(self, request: HttpRequest) -> Flow[Answer]:
        """Send a request with a token; after a 401, sign in anew where its challenge says and
        send it once more: the service refused it unread. A token it quotes back is struck out.
        """
        token: Token = yield SignIn()
        answer = yield from self._signed(request, token)
        if answer.status != 401:
            return answer
        lines = [value for name, value in answer.headers if name.lower() == "www-authenticate"]
        renewed: Token = yield SignIn(stale=token, challenge=challenge.read(lines))
        if renewed.secret == token.secret:
            return answer
        return (yield from self._signed(request, renewed))

    def _signed(self, request: HttpRequest, token: Token) -> Flow[Answer]:
        answer = yield from self.sender.send(request.with_bearer(token.secret))
        if answer.status < 300:
            return answer
        body = answer.body.replace(token.secret.reveal().encode(), b"***")
        return Answer(answer.status, answer.headers, body)
