"""Clients of the two farms of `support.farms`, and short verbs to ask the farms' OAuth endpoints.

desk = Desk(farms)
page = desk.browse(resource=SITE)
reply = give_password(desk.visitor, page, ADA)
answer = desk.redeem(code=reply.told["code"])
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import orjson

from support.farms import Farms, FarmVisitor
from support.signing_in import FORM, VERIFIER, Reply, challenge
from xrm.model.secret import Secret
from xrm.sts.adfs import Farm
from xrm.sts.adfs.oauth import clients
from xrm.sts.model import FarmClient
from xrm.wire.http import Headers

ADA = "ada@contoso.example"
GRACE = "grace@fabrikam.example"
NATIVE_REDIRECT = "http://localhost:8400"
WEB_REDIRECT = "https://web.example/signin-oidc"
PAGE_REDIRECT = "https://page.example/app/"
PAGE = "https://page.example"
NATIVE = "51f81489-12ee-4a9e-aaae-a2591f45987d"
WEB = "web-of-site"
SPA = "page-of-site"


@dataclass
class Desk:
    """A browser and the clients of a farm: a program, a web site that keeps a secret, a page."""

    farms: Farms
    other: bool = False
    visitor: FarmVisitor = field(init=False)
    native: FarmClient = field(init=False)
    web: FarmClient = field(init=False)
    page: FarmClient = field(init=False)
    secret: Secret = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = self.farms.visitor()
        self.native = self.add(NATIVE, "native", NATIVE_REDIRECT)
        self.web = self.add(WEB, "confidential", WEB_REDIRECT)
        self.page = self.add(SPA, "spa", PAGE_REDIRECT)
        self.secret = clients.add_secret(self.farms.service, self.farm, WEB).secret

    @property
    def farm(self) -> Farm:
        """Return the farm they are registered at."""
        return self.farms.other if self.other else self.farms.farm

    def add(self, client_id: str, kind: Any, *redirects: str, **members: Any) -> FarmClient:
        """Register another client."""
        return clients.add(
            self.farms.service,
            self.farm,
            client_id=client_id,
            name=members.pop("name", client_id),
            kind=kind,
            redirect_uris=redirects,
            **members,
        )

    def path(self, end: str) -> str:
        """Return the path of an OAuth endpoint."""
        return f"{self.farm.prefix}/oauth2/{end}"

    def asking(self, **changes: str | None) -> dict[str, str]:
        """Return a good authorization request of the program, changed; None removes a field."""
        fields: dict[str, str | None] = {
            "client_id": NATIVE,
            "response_type": "code",
            "redirect_uri": NATIVE_REDIRECT,
            "state": "a state",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }
        return _given(fields | changes)

    def browse(self, visitor: FarmVisitor | None = None, **changes: str | None) -> Reply:
        """Send a browser with an authorization request."""
        return (visitor or self.visitor).get(self.path("authorize"), self.asking(**changes))

    def token(self, *, headers: Headers = (), slash: bool = False, **form: str | None) -> Reply:
        """Ask the token endpoint."""
        path = self.path("token") + ("/" if slash else "")
        return self.farms.visitor().post(path, _given(form), headers=headers)

    def redeem(self, *, headers: Headers = (), **changes: str | None) -> Reply:
        """Redeem what the program was given."""
        fields: dict[str, str | None] = {"client_id": NATIVE}
        if "code" in changes:
            fields |= {
                "grant_type": "authorization_code",
                "redirect_uri": NATIVE_REDIRECT,
                "code_verifier": VERIFIER,
            }
        elif "refresh_token" in changes:
            fields["grant_type"] = "refresh_token"
        return self.token(headers=headers, **(fields | changes))

    def by_password(self, username: str = ADA, **changes: str | None) -> Reply:
        """Sign somebody in by name and password."""
        fields: dict[str, str | None] = {
            "grant_type": "password",
            "client_id": NATIVE,
            "username": username,
            "password": "Correct-horse-9",
        }
        return self.token(**(fields | changes))

    def by_itself(self, **changes: str | None) -> Reply:
        """Ask a token for the web site itself."""
        fields: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_id": WEB,
            "client_secret": self.secret.reveal(),
        }
        return self.token(**(fields | changes))


def verified(farms: Farms, text: str, audience: str, issuer: str) -> dict[str, Any]:
    """Return the claims of a token, its signature checked by the keys the farm publishes."""
    answer = farms.visitor().get("/adfs/discovery/keys")
    keys = jwt.PyJWKSet.from_dict(orjson.loads(answer.response.body))
    header = jwt.get_unverified_header(text)
    assert header["x5t"] == header["kid"]
    found: dict[str, Any] = jwt.decode(
        text,
        keys[header["kid"]].key,
        algorithms=["RS256"],
        audience=audience,
        issuer=issuer,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    return found


def refused(reply: Reply) -> tuple[int, str, str]:
    """Return status, error and MSIS number of a refusal of an endpoint for programs."""
    document = orjson.loads(reply.response.body)
    assert set(document) == {"error", "error_description"}
    return reply.status, document["error"], document["error_description"].partition(":")[0]


def form(fields: Mapping[str, str]) -> tuple[Headers, bytes]:
    """Return header and body of a form."""
    return (FORM,), urlencode(fields).encode()


def _given(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
