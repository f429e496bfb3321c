"""The federation metadata of organizations: what a farm makes their relying party from."""

from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm.wire.http import Response
from xrm.wire.saml import claim_types
from xrm.wire.wsfed import metadata
from xrm.wire.wsfed.description import ApplicationRole, ClaimType, Description

PATH = "/FederationMetadata/2007-06/FederationMetadata.xml"

_CLAIMS = (
    ClaimType(claim_types.UPN, "UPN", "Who somebody is: the user principal name"),
    ClaimType(claim_types.NAME, "Name", "The name of a deployment's administrator"),
    ClaimType(claim_types.PRIMARY_SID, "Primary SID", "The security identifier of the account"),
)


def document(
    addresses: Sequence[str],
    *,
    passive: Sequence[str] = (),
    pair: tuple[RSAPrivateKey, bytes],
    number: UUID,
) -> Response:
    """Return the document of organizations as an answer, signed with their pair.

    The first of the addresses is the name, all are what tokens may be asked for; `passive` are
    those browsers bring them to, all if none is named. `number` is the document's own.
    """
    key, certificate = pair
    description = Description(
        entity=addresses[0],
        application=ApplicationRole(
            passive=tuple(passive or addresses),
            scopes=tuple(addresses),
            encryption=(certificate,),
            claims=_CLAIMS,
        ),
    )
    text = metadata.write(description, document_id=f"_{number}", key=key, certificate=certificate)
    headers = (
        ("Content-Type", "application/samlmetadata+xml; charset=utf-8"),
        # It follows a roll-over of the key at once.
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Response(200, headers, text)
