"""The programs people sign in to: one on the desktop, one in the browser.

The desktop's lets the token service itself be the page at which a browser ends
(`/common/oauth2/nativeclient`), the browser's is the samples. As their addresses may be others at
each start, those pages are registered as they are published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from xrm.server.demonstration.registering import registered
from xrm.sts import TokenService
from xrm.sts.model import Application, RedirectUri, Tenant
from xrm.sts.registration import amend_application, find_application

DESKTOP_NAME, PAGE_NAME = "Contoso Desktop App", "Contoso Single-Page App"
PAGE_ADDRESS = "http://localhost:8400/"
_NATIVE_PAGE = "/common/oauth2/nativeclient"
_MOST_NATIVE_PAGES = 8
_MOST_ADDRESSES = 3
_SCOPES = ("openid", "profile", "offline_access", "User.Read")


@dataclass(frozen=True, slots=True)
class Programs:
    """Both registrations."""

    desktop: Application
    page: Application


def programs(service: TokenService, home: Tenant) -> Programs:
    """Return the programs; what is missing of them is registered, with consent for all people."""
    return Programs(
        desktop=registered(
            service, home, DESKTOP_NAME, amend=lambda one: _desktop(one, service), scopes=_SCOPES
        ),
        page=registered(service, home, PAGE_NAME, amend=_page, scopes=_SCOPES),
    )


def publish(service: TokenService, home: Tenant, pages: Sequence[str] = ()) -> None:
    """Let the programs end where their pages are now: the token service's own, and the samples'.

    Pages of the last addresses stay, since servers of several may run. A program that is gone,
    or was left no native page, is left alone.
    """
    desktop, page = find_application(service, home, DESKTOP_NAME), find_page(service, home)
    if desktop is not None and any(map(_is_native, _uris(desktop))):
        native = [_native_page(service)]
        _register(service, desktop, native, _is_native, most=_MOST_NATIVE_PAGES)
    if page is not None and pages:
        paths = {urlsplit(url).path for url in pages}
        _register(
            service,
            page,
            [RedirectUri(url, "Spa") for url in pages],
            lambda url: urlsplit(url).path in paths,
            most=_MOST_ADDRESSES * len(pages),
        )


def find_page(service: TokenService, home: Tenant) -> Application | None:
    """Return the browser's program, None where somebody has removed it."""
    return find_application(service, home, PAGE_NAME)


def _register(
    service: TokenService,
    program: Application,
    wanted: Sequence[RedirectUri],
    is_alike: Callable[[str], bool],
    *,
    most: int,
) -> None:
    """Give a program redirect URIs; of those that are alike the `most` last ones stay."""
    if set(wanted) <= set(program.redirect_uris):
        return

    def amend(standing: Application) -> Application:
        alike = [one for one in standing.redirect_uris if is_alike(one.url)]
        others = [one for one in standing.redirect_uris if not is_alike(one.url)]
        kept = [one for one in alike if one not in wanted]
        last = (*kept, *wanted)[-most:]
        return replace(standing, redirect_uris=(*others, *last))

    amend_application(service, program, amend)


def _desktop(made: Application, service: TokenService) -> Application:
    uris = (RedirectUri("http://localhost", "InstalledClient"), _native_page(service))
    return replace(made, public_client=True, redirect_uris=uris)


def _page(made: Application) -> Application:
    # adal.js takes its tokens from the fragment: without the implicit flow it is of no use.
    return replace(
        made,
        redirect_uris=(RedirectUri(PAGE_ADDRESS, "Spa"),),
        implicit_id_tokens=True,
        implicit_access_tokens=True,
    )


def _native_page(service: TokenService) -> RedirectUri:
    return RedirectUri(service.base_url + _NATIVE_PAGE, "InstalledClient")


def _uris(application: Application) -> list[str]:
    return [one.url for one in application.redirect_uris]


def _is_native(url: str) -> bool:
    return url.endswith(_NATIVE_PAGE)
