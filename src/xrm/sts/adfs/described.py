"""A trust as its federation metadata describes it (Add-AdfsRelyingPartyTrust and its like)."""

from collections.abc import Sequence
from typing import TypedDict

from xrm.sts.adfs.given import certificate_of
from xrm.sts.model import ClaimsProvider, RelyingParty
from xrm.sts.registration.change import RegistrationError
from xrm.wire.wsfed import metadata_reading
from xrm.wire.wsfed.description import Description


class Party(TypedDict):
    """The members of a relying party that its metadata says."""

    identifiers: tuple[str, ...]
    endpoints: tuple[str, ...]
    certificate: bytes


def party(
    document: bytes, *, signers: Sequence[bytes] = (), standing: RelyingParty | None = None
) -> Party:
    """Return what a document says of a relying party; `standing` is the one it is to bring up.

    Its tokens are asked for by the name of the entity, which comes first, and by its target
    scopes; they are encrypted to its first certificate, as a trust has one. With `signers`, in
    PEM or DER, one of them must have signed the document. Raises RegistrationError for what is
    no metadata, offers no relying party of WS-Federation, or speaks of another entity.
    """
    found = _read(document, signers)
    role = found.application
    if role is None or not role.passive:
        raise _refused("it offers no relying party with an address of WS-Federation")
    if standing is not None and found.entity not in standing.identifiers:
        raise _refused(f"it describes {found.entity!r}, which {standing.name!r} is not named")
    return Party(
        identifiers=tuple(dict.fromkeys((found.entity, *role.scopes))),
        endpoints=role.passive,
        certificate=role.encryption[0] if role.encryption else b"",
    )


class Provider(TypedDict):
    """The members of a claims provider that its metadata says."""

    identifier: str
    certificates: tuple[bytes, ...]
    passive: str


def provider(
    document: bytes, *, signers: Sequence[bytes] = (), standing: ClaimsProvider | None = None
) -> Provider:
    """Return what a document says of a token service; `standing` is the one it is to bring up.

    Raises RegistrationError as `party` does, for what describes no token service.
    """
    found = _read(document, signers)
    role = found.token_service
    if role is None:
        raise _refused("it describes no token service")
    if standing is not None and found.entity != standing.identifier:
        raise _refused(f"it describes {found.entity!r}, which {standing.name!r} is not named")
    return Provider(
        identifier=found.entity,
        certificates=role.signing,
        passive=role.passive[0] if role.passive else "",
    )


def _read(document: bytes, signers: Sequence[bytes]) -> Description:
    try:
        return metadata_reading.read(
            document, certificates=[certificate_of(one) for one in signers]
        )
    except metadata_reading.MetadataError as error:
        text = str(error)
        raise _refused(text[:1].lower() + text[1:].rstrip(".")) from error


def _refused(reason: str) -> RegistrationError:
    return RegistrationError(f"the metadata cannot be used: {reason}", member="metadata")
