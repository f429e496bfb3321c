"""A page with msal-browser, of three versions, in Chromium: who signs in there, and how it asks.

The page is another origin than the services': another port of their site (`localhost`), or
another site altogether (`127.0.0.1`).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.served import Served
from support.static_site import ELSEWHERE, HERE, StaticSite, static_site

PAGES = Path(__file__).parents[1] / "browser" / "msal"
VERSIONS = ("2", "4", "5")
INTERACTION = "InteractionRequiredAuthError"

FillIn = Callable[[Any, Served], None]
"""What a person does at the pages of the token service, in the page of the browser given."""


@dataclass(frozen=True)
class Registered:
    """The page's registration at a server, where the page is, and how people sign in there."""

    served: Served
    site: StaticSite
    client_id: str
    fill_in: FillIn

    def home(self, version: str, host: str = HERE) -> str:
        return f"{self.site.origin(host)}/{version}/"

    def told(self, **facts: object) -> None:
        """Let the pages be told these facts: see app.js."""
        self.site.files["/facts.json"] = json.dumps({"clientId": self.client_id, **facts})


@dataclass
class Visit:
    """The page in one tab of a browser. `asked` is what it, or a frame of it, asked the service.

    Each line names the way: `authorize` with its prompt, or `token` with its grant.
    """

    registered: Registered
    page: Any
    home: str
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.goto(self.home)

    def beside(self) -> "Visit":
        """Return a visit in another tab of the same browser: it shares cookies, no storage."""
        return Visit(self.registered, self.page.context.new_page(), self.home)

    def perform(self, method: str, **options: Any) -> Any:
        """Let the library do something; return what it told."""
        return self.page.evaluate(
            "([method, options]) => perform(method, options)", [method, options]
        )

    def perform_aside(self, method: str, **options: Any) -> Any:
        """Let the library do something whose answer goes to the page for popups and frames."""
        return self.page.evaluate(
            "([method, options]) => performAside(method, options)", [method, options]
        )

    def sign_in_by_redirect(self) -> Any:
        self.page.evaluate("() => { perform('loginRedirect'); }")
        self.registered.fill_in(self.page, self.registered.served)
        self.page.wait_for_url(f"{self.home}**")
        return self.page.evaluate("brought()")

    def sign_in_by_popup(self) -> Any:
        with self.page.expect_popup() as opened:
            self.page.evaluate("() => { window.signedIn = performAside('loginPopup'); }")
        self.registered.fill_in(opened.value, self.registered.served)
        return self.page.evaluate("signedIn")

    def _note(self, request: Any) -> None:
        address = urlsplit(request.url)
        fields: Mapping[str, list[str]] = {}
        end = address.path.rstrip("/")
        # A farm's own form is posted to where the page was asked for.
        if end.endswith("/authorize") and request.method == "GET":
            fields = parse_qs(address.query)
        elif end.endswith("/token"):
            fields = parse_qs(request.post_data)
        else:
            return
        how = fields.get("prompt") or fields.get("grant_type") or [""]
        self.asked.append(f"{end.rpartition('/')[2]} {how[0]}".strip())


@contextmanager
def msal_site(modules: Path) -> Iterator[StaticSite]:
    """Serve the pages of every version, the libraries being in this node_modules."""
    files: dict[str, Path | str] = {"/app.js": PAGES / "app.js"}
    for version in VERSIONS:
        library = modules / f"msal-{version}" / "lib"
        bridge = "bridge.html" if version == "5" else "blank.html"
        files |= {
            f"/{version}/": PAGES / "index.html",
            f"/{version}/answer.html": PAGES / bridge,
            f"/{version}/msal-browser.js": library / "msal-browser.min.js",
            f"/{version}/redirect-bridge.js": library
            / "redirect-bridge"
            / "msal-redirect-bridge.min.js",
        }
    with static_site(files) as site:
        yield site


def redirects_of(site: StaticSite, option: str) -> list[str]:
    """Return every page's addresses for answers, each behind an option of the command."""
    homes = [f"{site.origin(host)}/{each}/" for host in (HERE, ELSEWHERE) for each in VERSIONS]
    redirects = [each for home in homes for each in (home, f"{home}answer.html")]
    return [part for each in redirects for part in (option, each)]
