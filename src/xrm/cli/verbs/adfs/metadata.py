"""Where a trust is described: a file, or an address that is fetched once, now."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from xrm.cli import connecting
from xrm.cli.output import Failure
from xrm.cli.verbs.adfs.farms import At

_LARGEST = 1024 * 1024
_SECONDS = 30.0

Source = Annotated[
    str | None,
    typer.Option(
        "--metadata",
        metavar="FILE|URL",
        help="Its federation metadata, which says names, addresses and certificates. An "
        "address (https) is read once, now.",
    ),
]
Signer = Annotated[
    Path | None,
    typer.Option(
        "--signed-by",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="The certificate its metadata must be signed with, in PEM or DER (if unset, a "
        "signature is not looked at).",
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Certificate authorities to trust while it is fetched, PEM (if unset, the system's "
        "and that of the server running here).",
    ),
]


_SAYS = {
    "identifiers": "--identifier",
    "identifier": "--identifier",
    "endpoints": "--endpoint",
    "certificate": "--certificate",
    "certificates": "--certificate",
    "passive": "--passive",
}
"""Members of trusts that metadata says, and the flags that would."""


def document(
    at: At,
    source: str | None,
    named: Mapping[str, Any],
    *,
    signer: Path | None,
    ca: Path | None,
) -> bytes | None:
    """Return the document that was named, None for none; `named` are the other members.

    Wrong usage beside what it says itself. Raises Failure.
    """
    if source is None:
        if signer or ca:
            raise typer.BadParameter("--signed-by and --ca go with --metadata only.")
        return None
    doubled = [flag for member, flag in _SAYS.items() if member in named]
    if doubled:
        raise typer.BadParameter(f"--metadata says what {doubled[0]} would.")
    return content(source, at, ca)


def content(source: str, at: At, ca: Path | None) -> bytes:
    """Return the document at an address, or in a file.

    At most a mebibyte is read, no redirect followed, and nothing fetched without TLS. Raises
    Failure.
    """
    scheme, separator, _ = source.partition("://")
    if separator and scheme.lower() == "https":
        return _fetched(source, _trusted(at, ca))
    if separator:
        raise typer.BadParameter(f"Metadata is fetched by https alone, not from {source!r}.")
    path = Path(source)
    try:
        with path.open("rb") as opened:
            found = opened.read(_LARGEST + 1)
    except OSError as error:
        raise Failure(
            f"{path} cannot be read: {error.strerror}.",
            next_step="--metadata takes a file or an address that begins with https://.",
        ) from error
    if len(found) > _LARGEST:
        raise Failure(
            f"{path} is larger than {_LARGEST} bytes.", next_step="Is it federation metadata?"
        )
    return found


def _trusted(at: At, ca: Path | None) -> ssl.SSLContext:
    from xrm.client import tls

    made = tls.context(ca)
    own = connecting.running(at.data).get("ca_bundle")
    if ca is None and own:
        made.load_verify_locations(own)
    return made


def _fetched(url: str, trusted: ssl.SSLContext) -> bytes:
    from xrm import __version__
    from xrm.client.flow import HttpRequest
    from xrm.client.transports.sync import HttpTransport

    http = HttpTransport(verify=trusted, timeout=_SECONDS, proxies=True, agent=f"xrm/{__version__}")
    try:
        answer = http.send(HttpRequest("GET", url, limit=_LARGEST))
    finally:
        http.close()
    if answer.status != 200:
        raise Failure(
            f"{url} answered with the status {answer.status}.",
            next_step="Give the address of the document itself: redirects are not followed.",
        )
    return answer.body
