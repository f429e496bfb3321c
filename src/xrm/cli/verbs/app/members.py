"""What an application is, as flags say it: audience, redirect URIs, and the rest."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from inspect import Parameter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from xrm.cli.flags import flag
from xrm.cli.output import Failure
from xrm.cli.verbs.app.facts import AUDIENCES

if TYPE_CHECKING:
    from xrm.sts.model import Application, RedirectUri

_SHORT = dict(zip(("myorg", "multiple", "all", "personal"), AUDIENCES, strict=True))
_WRITTEN = {name.lower(): name for name in AUDIENCES}
_KINDS = {
    "web": "Web",
    "spa": "Spa",
    "native": "InstalledClient",
    "installed": "InstalledClient",
}
_KIND = re.compile(rf"({'|'.join(_KINDS)})(?:=|:(?!//))(.+)", re.IGNORECASE)

Uri = tuple[str, str]
"""A redirect URI and its kind: the records of the token service are too heavy for a start."""


Amendment = Callable[["Application"], "Application"]


def audience(text: str) -> str:
    """Read a sign-in audience, by its short word or its own name; anything else is wrong usage."""
    name = text.lower()
    found = _SHORT.get(name) or _WRITTEN.get(name)
    if found is None:
        raise typer.BadParameter(f"one of {', '.join([*_SHORT, *AUDIENCES])} is wanted")
    return found


def _any_kind(text: str) -> Uri:
    """Read a redirect URI with its kind before it: `spa=https://…`; without one it is Web's."""
    said = _KIND.fullmatch(text)
    return (said[2], _KINDS[said[1].lower()]) if said else (text, "Web")


def _spa(text: str) -> Uri:
    return text, "Spa"


def _native(text: str) -> Uri:
    return text, "InstalledClient"


_AUDIENCE = flag(
    "audience",
    Any,
    "--audience",
    parser=audience,
    metavar="WHO",
    help="Who may use it: myorg, multiple, all, personal, or the manifest's names for them.",
)


# Any: a tuple would be an option that takes two values.
def _urls(name: str, read: Callable[[str], Uri], about: str) -> Parameter:
    written = f"--{name.replace('_', '-')}"
    return flag(name, list[Any] | None, written, parser=read, metavar="URL", help=about)


def _uris(name: str, metavar: str, about: str) -> Parameter:
    written = f"--{name.replace('_', '-')}"
    return flag(name, list[str] | None, written, metavar=metavar, help=about)


def _truth(name: str, about: str) -> Iterator[Parameter]:
    """Return a flag and its opposite, which the help names but does not list."""
    written = name.replace("_", "-")
    yield flag(name, bool | None, f"--{written}", help=f"{about} --no-… for the opposite.")
    yield flag(f"no_{name}", bool | None, f"--no-{written}", hidden=True)


_PUBLIC = (
    flag("public", bool | None, "--public", help="It is a client that cannot keep a secret."),
    flag(
        "no_public",
        bool | None,
        "--confidential",
        "--no-public",
        help="It is none, whatever its redirect URIs are.",
    ),
)
_IMPLICIT = (
    *_truth("implicit_access_tokens", "The implicit flow gives access tokens."),
    *_truth("implicit_id_tokens", "The implicit flow gives id tokens."),
)
_LOGOUT_URL = flag(
    "logout_url", str | None, "--logout-url", metavar="URL", help='Where it signs out; "" for none.'
)
_TOKEN_VERSION = flag(
    "token_version",
    int | None,
    "--token-version",
    metavar="NUMBER",
    min=1,
    max=2,
    help="The version of the tokens it takes as a resource; 2 where personal accounts sign in.",
)

NEW = (
    flag("application_id", UUID | None, "--id", metavar="GUID", help="Its id (else a new one)."),
    flag("secret", bool | None, "--secret", help="Add a secret at once, shown this one time."),
    flag(
        "days",
        int | None,
        "--days",
        metavar="DAYS",
        min=1,
        max=36_500,
        help="How long the secret is good for. Default: 180.",
    ),
    flag("description", str | None, "--description", help="What the secret is for."),
    _AUDIENCE,
    flag("multi_tenant", bool | None, "--multi-tenant", help="The same as --audience multiple."),
    _urls(
        "redirect_uri",
        _any_kind,
        "Where answers may be sent; spa= or native= before it says what is there. Repeatable.",
    ),
    _urls("spa_redirect_uri", _spa, "The same, of a single-page application."),
    _urls("native_redirect_uri", _native, "The same, of an installed application."),
    *_PUBLIC,
    _uris("identifier_uri", "URI", "A name of it as a resource. Repeatable."),
    _TOKEN_VERSION,
    *_IMPLICIT,
    _LOGOUT_URL,
)
"""The flags of `create`."""

CHANGED = (
    flag("new_name", str | None, "--name", metavar="NAME", help="What people will call it."),
    _AUDIENCE,
    _urls("add_redirect_uri", _any_kind, "Add one, written as for xrm app create. Repeatable."),
    _uris("remove_redirect_uri", "URL", "Remove one. Repeatable."),
    _uris("add_identifier_uri", "URI", "Add a name of it as a resource. Repeatable."),
    _uris("remove_identifier_uri", "URI", "Remove one. Repeatable."),
    *_PUBLIC,
    _TOKEN_VERSION,
    *_IMPLICIT,
    _LOGOUT_URL,
)
"""The flags of `update`."""

_SIGN_IN = ("implicit_access_tokens", "implicit_id_tokens", "logout_url")
_PLAIN = ("audience", "token_version", *_SIGN_IN)


def new(given: Mapping[str, Any]) -> Amendment:
    """Return what the flags of `NEW` make of an application."""
    if given.get("multi_tenant") and "audience" in given:
        raise typer.BadParameter("--multi-tenant and --audience exclude each other.")
    if not given.get("secret") and given.keys() & {"days", "description"}:
        raise typer.BadParameter("--days and --description go with --secret.")
    plain = {name: given[name] for name in _SIGN_IN if name in given}
    chosen: Any = audience("multiple") if given.get("multi_tenant") else given.get("audience")

    def amend(made: "Application") -> "Application":
        lists = (f"{kind}redirect_uri" for kind in ("", "spa_", "native_"))
        return replace(
            made,
            audience=chosen or made.audience,
            token_version=given.get("token_version", _version_for(chosen)),
            public_client=given.get("public"),
            redirect_uris=_redirect_uris(*(given.get(name) for name in lists)),
            identifier_uris=tuple(given.get("identifier_uri") or ()),
            **plain,
        )

    return amend


def _version_for(audience: str | None) -> int | None:
    """Return the version of tokens the portal sets for a new application of an audience."""
    from xrm.sts.model import PERSONAL_AUDIENCES

    return 2 if audience in PERSONAL_AUDIENCES else None


def changed(given: Mapping[str, Any]) -> Amendment:
    """Return what the flags of `CHANGED` make of an application. It may raise Failure."""
    plain = {name: given[name] for name in _PLAIN if name in given}

    def amend(standing: "Application") -> "Application":
        after = replace(
            standing,
            name=given.get("new_name", standing.name),
            public_client=given.get("public", standing.public_client),
            **plain,
        )
        urls = [each.url for each in standing.redirect_uris]
        left = _without(urls, given.get("remove_redirect_uri"), "redirect URI")
        kept = tuple(each for each in standing.redirect_uris if each.url in left)
        fresh = _redirect_uris(given.get("add_redirect_uri"))
        names = _without(
            standing.identifier_uris, given.get("remove_identifier_uri"), "identifier URI"
        )
        added = given.get("add_identifier_uri") or ()
        return replace(
            after,
            redirect_uris=kept + tuple(each for each in fresh if each not in kept),
            identifier_uris=names + tuple(each for each in added if each not in names),
        )

    return amend


def checked(amend: Amendment, domains: Sequence[str]) -> Amendment:
    """Return the same amendment, refused where the service would not take what it comes to.

    `domains` are those the tenant has verified. It raises RegistrationError.
    """

    def amend_well(application: "Application") -> "Application":
        from xrm.sts.manifest import checks

        after = amend(application)
        checks.redirect_uris(after.redirect_uris, after.audience)
        checks.address(after.logout_url, "logoutUrl")
        for uri in after.identifier_uris:
            if uri not in application.identifier_uris:
                checks.identifier_uri(uri, domains)
        return after

    return amend_well


def _redirect_uris(*lists: Sequence[Uri] | None) -> tuple["RedirectUri", ...]:
    """Return the redirect URIs of several flags."""
    from xrm.sts.model import RedirectUri

    return tuple(RedirectUri(url, kind) for each in lists for url, kind in each or ())  # type: ignore[arg-type]


def _without(present: Sequence[str], gone: Sequence[str] | None, what: str) -> tuple[str, ...]:
    """Return what is left of some texts. Raises Failure if one to remove is not among them."""
    for each in gone or ():
        if each not in present:
            raise Failure(
                f"The application has no {what} {each}.",
                next_step="xrm app show prints those it has.",
            )
    return tuple(each for each in present if each not in (gone or ()))
