"""How a client proves itself: by secret, in the form or by HTTP Basic (RFC 6749 2.3.1).

Secrets are generated here, at least 256 bits each, so a salted SHA-256 keeps them: a slow hash
would protect nothing more and would let anyone keep the server busy.
"""

import hashlib
import hmac
import math
import secrets
import string
from dataclasses import dataclass
from uuid import UUID

from xrm.model.errors import signin
from xrm.model.secret import Secret
from xrm.sts.directory import Registered, View
from xrm.sts.model import Client, PasswordCredential, Tenant, TokenRequest

_LETTERS = string.ascii_letters + string.digits
_SECRET_LENGTH = math.ceil(256 / math.log2(len(_LETTERS)))
_SALT = 16
_NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request says of its client, unproved."""

    client_id: str
    secret: Secret | None
    assertion: bool


def new_secret() -> Secret:
    """Return a fresh secret of letters and digits, safe in URLs, shells and settings."""
    return Secret("".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LENGTH)))


def new_salt() -> bytes:
    """Return a fresh salt."""
    return secrets.token_bytes(_SALT)


def digest(secret: Secret, salt: bytes) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(salt + secret.reveal().encode()).digest()


def presented(request: TokenRequest) -> Presented:
    """Return the client a request names.

    Raises AADSTS900144 when it names none, 90011 when it names two, 9002313 when it sends its
    secret in two ways (RFC 6749 2.3; inferred).
    """
    client_id = request.form.get("client_id", "")
    text = request.form.get("client_secret", "")
    secret = Secret(text) if text else None
    if request.basic is not None:
        named, other = request.basic
        if client_id and named and client_id.lower() != named.lower():
            raise signin.TWO_CLIENTS("The request names two different client ids.")
        if secret and other:
            raise signin.MALFORMED("The request sends the client's credentials in two ways.")
        client_id, secret = named or client_id, other if other else secret
    if not client_id:
        raise signin.MISSING("The request body must hold the parameter 'client_id'.")
    return Presented(client_id, secret, "client_assertion" in request.form)


def prove(view: View, tenant: Tenant, claimed: Presented, *, now: float) -> Client:
    """Return the client, once its secret is proved.

    Raises AADSTS700016 or 700038 for a client the tenant does not know, 7000112 for a disabled
    one, 7000216 without a credential, 7000215 for a wrong secret, 7000222 for an expired one,
    700027 for an assertion signed with a key that is not registered.
    """
    registered = _known(view, tenant, claimed)
    if not registered.enabled:
        raise signin.DISABLED_CLIENT(f"{_shown(registered)} is disabled.")
    if claimed.secret is None:
        raise _without_secret(registered, claimed)
    _prove_secret(registered, claimed.secret, now)
    return Client(registered.principal.application_id, registered.principal, acr="1")


def _known(view: View, tenant: Tenant, claimed: Presented) -> Registered:
    if claimed.client_id == str(_NIL):
        raise signin.NOT_A_CLIENT_ID(
            f"{signin.quote(claimed.client_id)} cannot be the id of an application."
        )
    registered = view.client(tenant, claimed.client_id)
    if registered is None:
        # The comparison a known client would cost, so that time does not tell the two apart.
        _matches(claimed.secret or Secret(""), _NOBODY)
        raise signin.UNKNOWN_CLIENT(
            f"No application with the identifier {signin.quote(claimed.client_id)} is registered "
            f"in the directory {signin.quote(tenant.name)}. Check the id and the tenant."
        )
    return registered


def _without_secret(registered: Registered, claimed: Presented) -> signin.SignInError:
    if claimed.assertion:
        return signin.BAD_ASSERTION(
            f"The assertion is not signed with a certificate registered for {_shown(registered)}."
        )
    return signin.NO_CREDENTIAL(
        "The grant type 'client_credentials' needs 'client_secret' or 'client_assertion'."
    )


def _prove_secret(registered: Registered, secret: Secret, now: float) -> None:
    # Every credential is compared, whichever fits.
    fitting = [c for c in registered.credentials if _matches(secret, c)]
    if any(c.start <= now < c.end for c in fitting):
        return
    if any(c.end <= now for c in fitting):
        raise signin.EXPIRED_SECRET(
            f"The client secret of {_shown(registered)} has expired. Add a new one."
        )
    raise signin.BAD_SECRET(
        f"Invalid client secret for {_shown(registered)}. Send the secret's value, not its id."
    )


def _matches(secret: Secret, credential: PasswordCredential) -> bool:
    return hmac.compare_digest(digest(secret, credential.salt), credential.digest)


def _shown(registered: Registered) -> str:
    return f"the application '{registered.principal.application_id}'"


_NOBODY = PasswordCredential(_NIL, _NIL, "", "", 0, 0, b"\0" * _SALT, b"\0" * 32)
