"""What a request says of its client, before anything of it is believed."""

from dataclasses import dataclass

from xrm.model.errors import signin
from xrm.model.secret import Secret
from xrm.sts.model import TokenRequest


@dataclass(frozen=True, slots=True)
class Presented:
    """A client as it presents itself: its id and, of credentials, one at most."""

    client_id: str
    secret: Secret | None = None
    assertion: Secret | None = None
    assertion_type: str = ""


def presented(request: TokenRequest) -> Presented:
    """Return the client a request names.

    Raises AADSTS900144 when it names none, 90011 when it names two, 9002313 when it sends
    credentials in two ways, a secret beside an assertion among them (RFC 6749 2.3; inferred).
    """
    client_id = request.form.get("client_id", "")
    secret = _secret(request.form.get("client_secret", ""))
    assertion = _secret(request.form.get("client_assertion", ""))
    if request.basic is not None:
        named, other = request.basic
        if client_id and named and client_id.lower() != named.lower():
            raise signin.TWO_CLIENTS("The request names two different client ids.")
        if secret and other:
            raise _two_ways()
        client_id, secret = named or client_id, other if other else secret
    if secret and assertion:
        raise _two_ways()
    if not client_id:
        raise signin.MISSING("The request body must hold the parameter 'client_id'.")
    kind = request.form.get("client_assertion_type", "")
    return Presented(client_id, secret, assertion, kind)


def _secret(text: str) -> Secret | None:
    return Secret(text) if text else None


def _two_ways() -> signin.SignInError:
    return signin.MALFORMED("The request sends the client's credentials in two ways.")
