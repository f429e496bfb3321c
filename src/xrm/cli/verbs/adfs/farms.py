"""Which farm is meant, and which client or trust of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xrm.cli.flags import gathering
from xrm.cli.options import PLACE, Place
from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts.adfs import Farm
    from xrm.sts.model import ClaimsProvider, FarmClient, RelyingParty, User

NewName = Annotated[str | None, typer.Option("--name", help="Another name.")]
Enabled = Annotated[
    bool | None, typer.Option("--enable/--disable", help="Whether it is given any tokens.")
]


class At(Place):
    """Where the command line says a verb works: the farm of a tenant."""

    @contextmanager
    def farm(self) -> Iterator[tuple["Estate", "Farm"]]:
        """Open the data directory or database, for the farm of the tenant meant there."""
        from xrm.sts.adfs import Farm

        with self.open() as (opened, tenant):
            first = tenant.tenant_id == opened.tenant.tenant_id
            yield opened, Farm(opened.sts.base_url, tenant, first=first)


def placing(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is `at`, the parameters from which `At` is made."""
    return gathering(At, after=PLACE)(verb)


def party(opened: "Estate", farm: "Farm", name: str) -> "RelyingParty":
    """Return a trust by its name, an identifier of it or its id. Raises Failure."""
    from xrm.sts.adfs import parties

    kept = parties.listing(opened.sts, farm)
    exact = [one for one in kept if name in (*one.identifiers, str(one.party_id))]
    found = exact or [one for one in kept if one.name.lower() == name.lower()]
    if not found:
        raise Failure(
            f"The farm has no relying party {name!r}.",
            next_step="xrm adfs party list shows those there are; xrm adfs party add makes one.",
        )
    return found[0]


def client(opened: "Estate", farm: "Farm", name: str) -> "FarmClient":
    """Return a client by its id or its name. Raises Failure."""
    from xrm.sts.adfs.oauth import clients

    found = clients.find(opened.sts, farm, name)
    if found is None:
        raise Failure(
            f"The farm has no client {name!r}.",
            next_step="xrm adfs client list shows those there are; xrm adfs client add makes one.",
        )
    return found


def provider(opened: "Estate", farm: "Farm", name: str) -> "ClaimsProvider":
    """Return a claims provider by its name, its identifier or its id. Raises Failure."""
    from xrm.sts.adfs import providers

    for one in providers.listing(opened.sts, farm):
        if name in (one.identifier, str(one.provider_id)) or one.name.lower() == name.lower():
            return one
    raise Failure(
        f"The farm trusts no claims provider {name!r}.",
        next_step="xrm adfs provider list shows those there are.",
    )


def person(opened: "Estate", farm: "Farm", name: str) -> "User":
    """Return one of the farm's people by user principal name or id. Raises Failure."""
    from xrm.sts.registration.people import find_user

    found = find_user(opened.sts, farm.tenant, name)
    if found is None or found.deleted:
        raise Failure(
            f"The tenant has no user {name!r}.", next_step="xrm user list shows those there are."
        )
    return found


def content(path: Path | None) -> bytes:
    """Return the content of a file, b"" without one."""
    return path.read_bytes() if path is not None else b""


def certificate(der: bytes) -> dict[str, Any]:
    """Return what is told of a certificate: thumbprint, subject and end; {} of none."""
    from hashlib import sha1

    from cryptography import x509

    if not der:
        return {}
    read = x509.load_der_x509_certificate(der)
    return {
        "thumbprint": sha1(der, usedforsecurity=False).hexdigest().upper(),
        "subject": read.subject.rfc4514_string(),
        "end": int(read.not_valid_after_utc.timestamp()),
    }


def shown(found: dict[str, Any]) -> str:
    """Return a certificate in one line."""
    from xrm.cli.times import moment

    return f"{found['thumbprint']}  until {moment(found['end'])}" if found else ""


def standing(found: dict[str, Any]) -> str:
    """Return whether a client or a trust counts."""
    return "enabled" if found["enabled"] else "disabled"
