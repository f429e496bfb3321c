"""xrm token get and xrm token decode: fetch an access token, read one."""

import sys
from contextlib import suppress
from typing import Annotated, Any

import typer

from xrm.cli import claims, connecting, output
from xrm.cli.options import Data, Json
from xrm.cli.output import Failure

PANEL = "Sign in and ask"
_SECONDS = 15.0
_NAMED_CLAIMS = {"resource": "aud", "issuer": "iss", "tenant_id": "tid", "expires_on": "exp"}


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(no_args_is_help=True, help="Access tokens: get one, decode one.")
    group.command()(get)
    group.command()(decode)
    app.add_typer(group, name="token", rich_help_panel=PANEL)


@connecting.asking
def get(
    asked: connecting.Asked,
    *,
    as_json: Json = False,
) -> None:
    """Print an access token for the organization, and nothing else.

    For example: curl -H "Authorization: Bearer $(xrm token get)" …
    """
    with asked.open() as client:
        token = client.access_token().reveal()
        resource = client.url
    if as_json:
        read = claims.decode(token).claims
        found = {name: read.get(claim) for name, claim in _NAMED_CLAIMS.items()}
        output.json({"access_token": token, "organization_url": resource, **found})
    else:
        output.say(token)


def decode(
    *,
    token: Annotated[
        str | None,
        typer.Argument(metavar="TOKEN", help="The token; read from standard input if not given."),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Check the signature against the published keys."),
    ] = False,
    authority: Annotated[
        str | None,
        typer.Option(
            "--authority",
            metavar="URL",
            help="Whose keys (the tenant of the server running here if unset).",
        ),
    ] = None,
    ca: Annotated[
        str | None, typer.Option("--ca", metavar="FILE", help="CA bundle to trust, PEM.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the header and claims of a token, its times in words."""
    text = token if token not in (None, "-") else _standard_input()
    decoded = claims.decode(text or "")
    if verify:
        _verify(text or "", authority, ca, data)
    if as_json:
        output.json({"header": decoded.header, "claims": decoded.claims, "verified": verify})
    else:
        _show(decoded, verified=verify)
    if not verify:
        output.note("The signature was not verified: add --verify to check it.")


def _standard_input() -> str:
    if sys.stdin.isatty():
        output.note("Paste the token, then press Enter and Ctrl-D.")
    return sys.stdin.read(128 * 1024)


def _show(decoded: claims.Decoded, *, verified: bool) -> None:
    header = ", ".join(f"{name} {value}" for name, value in decoded.header.items())
    output.say(f"Header     {header}")
    output.say(f"Standing   {claims.standing(decoded.claims)}")
    output.say(f"Signature  {'right' if verified else 'not verified'}")
    output.say()
    output.listing(("CLAIM", "VALUE", "MEANING"), claims.rows(decoded.claims))


def _verify(token: str, authority: str | None, ca: str | None, data: Any) -> None:
    from xrm.wire.jose import InvalidToken, verify

    if authority is None:
        facts = connecting.require_running(data)
        authority, ca = connecting.tenant_authority(facts), ca or facts["ca_bundle"]
    published = _published(authority.rstrip("/"), ca)
    try:
        verify(token.strip().removeprefix("Bearer ").strip(), published.get)
    except InvalidToken as error:
        raise Failure(
            f"The token is not to be believed: {error.reason}.",
            next_step=f"Checked against the keys that {authority} publishes.",
        ) from error


def _published(authority: str, ca: str | None) -> dict[str, Any]:
    """Return the keys an authority publishes, by id (OpenID Connect Discovery 1.0 4)."""
    import ssl

    import httpx2

    document = f"{authority}/.well-known/openid-configuration"
    try:
        context = ssl.create_default_context(cafile=ca)
        with httpx2.Client(verify=context, timeout=_SECONDS) as http:
            configuration = http.get(document).raise_for_status().json()
            published = http.get(configuration["jwks_uri"]).raise_for_status().json()["keys"]
        return _usable(published)
    except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"The published keys could not be read: {error}",
            next_step=f"Is {document} reachable, and its certificate trusted (--ca)?",
        ) from error


def _usable(published: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the keys that can verify RS256, by id; an authority may publish others beside."""
    from xrm.wire.jose import InvalidKey, VerificationKey

    keys: dict[str, Any] = {}
    for jwk in published:
        with suppress(InvalidKey):
            keys[jwk["kid"]] = VerificationKey.from_jwk(jwk)
    return keys
