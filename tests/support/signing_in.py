"""A person with a browser before the token service, and the applications they sign in to.

    visitor = Visitor(service)
    reply = visitor.get(f"/{tenant}/oauth2/v2.0/authorize", asking(application))
    reply = sign_in(visitor, reply, "ada@contoso.example")
    answer = redeem(service, tenant, application, code=reply.told["code"])

A `Reply` is what the browser holds: a page with a form, an error page, or what an application was
told, by redirect or by a form that submits itself.
"""

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import orjson
import pytest
from argon2 import PasswordHasher

from xrm.model.secret import Secret
from xrm.sts import TokenService, first_party, registration
from xrm.sts.accounts import passwords
from xrm.sts.faces.entra import mount
from xrm.sts.model import CRM_APPLICATION, Application, RedirectUri, Tenant, User
from xrm.sts.registration.people import create_user
from xrm.wire.http import Headers, Request, Response

PASSWORD = "Correct-horse-9"
REDIRECT = "http://localhost"
ORGANIZATION = "https://localhost:8444/"
"""A name of Dynamics in the tenants of the tests."""
IMPERSONATION = ORGANIZATION + "/user_impersonation"
ADDRESS = "192.0.2.7"
VERIFIER = "verifier-verifier-verifier-verifier-verifier"
FORM = ("content-type", "application/x-www-form-urlencoded")


def challenge(verifier: str = VERIFIER) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 4.2)."""
    octets = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@dataclass(frozen=True)
class Reply:
    """An answer as a browser sees it."""

    response: Response

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.response.status

    @cached_property
    def text(self) -> str:
        """Return the body."""
        return self.response.body.decode()

    @cached_property
    def heading(self) -> str:
        """Return what the page says first, as plain text; "" where there is no page."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return " ".join(html.unescape(re.sub("<[^>]+>", "", found[1])).split()) if found else ""

    @cached_property
    def number(self) -> int:
        """Return the AADSTS number of an error page, 0 for any other."""
        found = re.search(r'<p class="number">AADSTS(\d+)</p>', self.text)
        return int(found[1]) if found else 0

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return the inputs of the page's form and what they hold."""
        found = {}
        for tag in re.findall(r"<input[^>]*>", self.text):
            attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
            if "name" in attributes:
                found[attributes["name"]] = html.unescape(attributes.get("value", ""))
        return found

    @cached_property
    def steps(self) -> list[str]:
        """Return the steps the page's buttons take."""
        return re.findall(r'name="step" value="([^"]*)"', self.text)

    @cached_property
    def accounts(self) -> list[str]:
        """Return the accounts that can be chosen."""
        return re.findall(r'name="account" value="([^"]*)"', self.text)

    @property
    def location(self) -> str:
        """Return where the browser is sent, "" when it stays."""
        return self.response.header("location") or ""

    @cached_property
    def mode(self) -> str:
        """Return how an application is told: query, fragment or form_post; "" when it is not."""
        if self.location:
            return "fragment" if urlsplit(self.location).fragment else "query"
        return "form_post" if 'id="answer"' in self.text else ""

    @cached_property
    def target(self) -> str:
        """Return the address an application is told at, without what it is told."""
        if self.mode == "form_post":
            found = re.search(r'<form method="post" action="([^"]*)"', self.text)
            return html.unescape(found[1]) if found else ""
        return self.location.partition("#" if self.mode == "fragment" else "?")[0]

    @cached_property
    def told(self) -> dict[str, str]:
        """Return what an application is told, in order."""
        if self.mode == "form_post":
            return self.fields
        parts = urlsplit(self.location)
        return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True))

    @property
    def error(self) -> tuple[str, int]:
        """Return the error an application is told, and its AADSTS number."""
        found = re.match(r"AADSTS(\d+): ", self.told.get("error_description", ""))
        return self.told.get("error", ""), int(found[1]) if found else 0

    @property
    def document(self) -> dict[str, Any]:
        """Return the body as JSON."""
        value = orjson.loads(self.response.body)
        assert isinstance(value, dict)
        return value

    @property
    def refusal(self) -> tuple[int, str, int]:
        """Return status, error and AADSTS number of a token endpoint's refusal."""
        document = self.document
        return self.status, document["error"], document["error_codes"][0]


@dataclass
class Visitor:
    """A browser with its cookies. `lines` are the last Set-Cookie lines by name."""

    service: TokenService
    peer: str = ADDRESS
    jar: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    def get(
        self, path: str, query: str | Mapping[str, str] = "", *, headers: Headers = ()
    ) -> Reply:
        """Ask for a page."""
        text = query if isinstance(query, str) else urlencode(query)
        return self.send("GET", path, query=text, headers=headers)

    def post(
        self, path: str, form: Mapping[str, str], *, query: str = "", headers: Headers = ()
    ) -> Reply:
        """Post a form."""
        body = urlencode(form).encode()
        return self.send("POST", path, query=query, headers=(FORM, *headers), body=body)

    def send(
        self, method: str, path: str, *, query: str = "", headers: Headers = (), body: bytes = b""
    ) -> Reply:
        """Send a request with the cookies there are, and keep those that come back."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        lines = (*headers, ("cookie", cookies)) if cookies else headers
        request = Request(method, path, query, lines, body, peer=self.peer)
        response = self.answered(request)
        for name, value in response.headers:
            if name.lower() == "set-cookie":
                self._keep(value)
        return Reply(response)

    def answered(self, request: Request) -> Response:
        """Return the service's answer to a request."""
        return mount(self.service).route(request).face(request)

    def submit(self, page: Reply, step: str, **fields: str) -> Reply:
        """Press a button of a page: its step, with fields typed into the form."""
        state = page.fields["state"]
        found = re.search(r'<form method="post" action="([^"]*)"', page.text)
        assert found, page.heading
        return self.post(found[1], {"state": state, **fields, "step": step})

    def choose(self, page: Reply, account: str) -> Reply:
        """Choose an account on a page that offers several."""
        return self.post("/common/login", {"state": page.fields["state"], "account": account})

    def _keep(self, line: str) -> None:
        name, _, rest = line.partition("=")
        self.lines[name] = line
        if "Max-Age=0" in line:
            self.jar.pop(name, None)
        else:
            self.jar[name] = rest.partition(";")[0]


def sign_in(
    visitor: Visitor,
    page: Reply,
    username: str,
    password: str = PASSWORD,
    *,
    keep: bool = False,
    consent: str = "accept",
) -> Reply:
    """Go through the pages as a person does: name, password, consent; return what comes then.

    Pages that are not shown are not missed. `consent` is the step taken where it is asked, ""
    to stop at that page. Anything unexpected is returned as it is.
    """
    if "name" in page.steps:
        page = visitor.submit(page, "name", username=username)
    if "password" in page.steps:
        kept = {"keep": "true"} if keep else {}
        page = visitor.submit(page, "password", username=username, password=password, **kept)
    if consent and "accept" in page.steps and "decline" in page.steps:
        page = visitor.submit(page, consent)
    return page


def asking(application: Application, version: str = "v2", **changes: str | None) -> dict[str, str]:
    """Return a good authorization request of a public client, changed; None removes a field."""
    fields: dict[str, str | None] = {
        "client_id": str(application.application_id),
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "state": "a state",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    if version == "v2":
        fields["scope"] = f"{IMPERSONATION} openid profile offline_access"
    else:
        fields["resource"] = ORGANIZATION
    fields |= changes
    return {name: value for name, value in fields.items() if value is not None}


def authorize_path(tenant: Tenant | str, version: str = "v2") -> str:
    """Return the path of an authorization endpoint."""
    return _path(tenant, version, "authorize")


def token_path(tenant: Tenant | str, version: str = "v2") -> str:
    """Return the path of a token endpoint."""
    return _path(tenant, version, "token")


def _path(tenant: Tenant | str, version: str, end: str) -> str:
    segment = tenant if isinstance(tenant, str) else str(tenant.tenant_id)
    return f"/{segment}/oauth2/{'v2.0/' if version == 'v2' else ''}{end}"


def redeem(
    service: TokenService,
    tenant: Tenant | str,
    application: Application,
    *,
    version: str = "v2",
    headers: Headers = (),
    peer: str = ADDRESS,
    **form: str | None,
) -> Reply:
    """Ask a token endpoint.

    With `code` it is the redemption of a code that `asking` asked for, with `refresh_token` a
    refresh; any field can be changed, None removes it.
    """
    fields: dict[str, str | None] = {"client_id": str(application.application_id)}
    if "code" in form and "grant_type" not in form:
        fields |= {
            "grant_type": "authorization_code",
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
    elif "refresh_token" in form:
        fields["grant_type"] = "refresh_token"
    fields |= form
    sent = {name: value for name, value in fields.items() if value is not None}
    return Visitor(service, peer).post(token_path(tenant, version), sent, headers=headers)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token, in order. Its signature is another test's matter."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def make_person(service: TokenService, tenant: Tenant, name: str = "ada", **members: Any) -> User:
    """Return a new person of a tenant, `name@domain`, whose password is PASSWORD."""
    options: dict[str, Any] = {
        "display_name": name.title(),
        "password": Secret(PASSWORD),
        "must_change_password": False,
        **members,
    }
    upn = f"{name}@{tenant.domain}"
    return create_user(service, tenant, user_principal_name=upn, **options).user


NAMES_SESSION = {"optionalClaims": {"idToken": [{"name": "sid"}]}}
"""Members of a registration whose id tokens name the session."""


def make_application(
    service: TokenService,
    tenant: Tenant,
    name: str = "Desk",
    *,
    redirects: Mapping[str, str] | None = None,
    requires: bool = True,
    **members: Any,
) -> Application:
    """Return a new application; unless said otherwise a public one that requires Dynamics.

    `redirects` are addresses and the kinds they are registered as (Web, Spa, InstalledClient);
    members are those of `Application`.
    """
    kinds: Any = {REDIRECT: "InstalledClient"} if redirects is None else redirects
    options = {"public_client": True, **members}
    options["redirect_uris"] = tuple(RedirectUri(url, kind) for url, kind in kinds.items())
    made = registration.create_application(
        service, tenant, name=name, amend=lambda one: replace(one, **options)
    )
    if requires:
        dynamics = first_party.APPLICATIONS[CRM_APPLICATION]
        made = registration.require(
            service, made, resource=dynamics, value_or_id="user_impersonation"
        )
    return made


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Make passwords cheap to keep and to compare, for tests that try many.

    Who is made meanwhile has a password that is; so has the nobody unknown names are compared to.
    """
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    nobodys = hasher.hash(PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", hasher)
        patch.setattr(passwords, "_nobodys", lambda: nobodys)
        yield
