"""The programs people sign in to: one on the desktop, one in the browser.

The desktop's lets the token service itself be the page at which a browser ends
(`/common/oauth2/nativeclient`); as the service's address may be another at each start, those
pages are registered as it is published.
"""

from dataclasses import dataclass, replace

from xrm.server.demonstration.registering import registered
from xrm.sts import TokenService
from xrm.sts.model import Application, RedirectUri, Tenant
from xrm.sts.registration import amend_application, find_application

DESKTOP_NAME, PAGE_NAME = "Contoso Desktop App", "Contoso Single-Page App"
PAGE_ADDRESS = "http://localhost:8400/"
_SIGNED_OUT = "http://localhost:8400/signed-out"
_NATIVE_PAGE = "/common/oauth2/nativeclient"
_MOST_NATIVE_PAGES = 8
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


def publish(service: TokenService, home: Tenant) -> None:
    """Let the desktop program end at the token service's own page, wherever that is now.

    Pages of the last addresses stay, since servers of several may run. A program that is gone,
    or was left no such page, is left alone.
    """
    found = find_application(service, home, DESKTOP_NAME)
    wanted = _native_page(service)
    if found is None or wanted in found.redirect_uris or not any(map(_is_native, _uris(found))):
        return

    def amend(standing: Application) -> Application:
        native = [one for one in standing.redirect_uris if _is_native(one.url)]
        others = [one for one in standing.redirect_uris if not _is_native(one.url)]
        kept = (*native, wanted)[-_MOST_NATIVE_PAGES:]
        return replace(standing, redirect_uris=(*others, *dict.fromkeys(kept)))

    amend_application(service, found, amend)


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
        logout_url=_SIGNED_OUT,
    )


def _native_page(service: TokenService) -> RedirectUri:
    return RedirectUri(service.base_url + _NATIVE_PAGE, "InstalledClient")


def _uris(application: Application) -> list[str]:
    return [one.url for one in application.redirect_uris]


def _is_native(url: str) -> bool:
    return url.endswith(_NATIVE_PAGE)
