"""Who signs a person in: the home realm of the domain of their name."""

from dataclasses import dataclass
from urllib.parse import quote

import orjson

from xrm.client.claims.description import (
    AuthenticationProviderType,
    ServiceDescription,
    believed,
)
from xrm.client.errors import SecurityNegotiationError, UnexpectedAnswerError
from xrm.client.flow import MEBIBYTE, Flow, HttpRequest
from xrm.client.origin import split
from xrm.client.retry import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """A token service people sign in at (IdentityProvider); `metadata` is its description."""

    identifier: str
    metadata: str = ""
    federated: bool = False


def find_identity_provider(
    description: ServiceDescription, name: str, trust: frozenset[str], sender: Sender
) -> Flow[IdentityProvider]:
    """Return who signs a person in by their user principal name.

    Online the token service is asked for the realm of the name's domain; elsewhere it is the one
    the service names. Raises SecurityNegotiationError, UntrustedAuthorityError.
    """
    if description.authentication_type is AuthenticationProviderType.FEDERATION:
        return IdentityProvider(identifier=description.identifier, metadata=description.metadata)
    if not description.identifier.startswith("https://"):
        raise SecurityNegotiationError("the service names no token service that could be asked")
    near, _ = split(description.address)
    origin = believed(description.identifier, near, trust)
    url = f"{origin.url}/common/userrealm/{quote(name, safe='@')}?api-version=1.0"
    answer = yield from sender.send(HttpRequest("GET", url, limit=MEBIBYTE))
    try:
        found = orjson.loads(answer.body)
        federated = str(found["account_type"]).lower() == "federated"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UnexpectedAnswerError(
            f"{origin.url} does not say who signs {name} in", status=answer.status
        ) from None
    return IdentityProvider(
        identifier=str(found.get("federation_active_auth_url") or description.identifier),
        metadata=str(found.get("federation_metadata_url") or ""),
        federated=federated,
    )
