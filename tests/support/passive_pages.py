"""The page of a claims-based organization and a browser before it; the farm's answers are made.

visitor = PassiveVisitor.before(claims)
asked = visitor.begin()                       # what the farm is asked
visitor.bring(asked, result(claims.token()))  # what it has the browser post
"""

import uuid
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from support.claiming import ALICE, Claims
from support.estate import STS, signing_key
from support.page_tokens import Visitor
from xrm.sts.handles.sealing import Sealer, Unreadable
from xrm.wire import saml
from xrm.wire.http import Response

LS = f"{STS}/adfs/ls/"
BEARER = saml.Confirmation()
TRUST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
T = TypeVar("T")


@dataclass
class KnownPassive:
    """Sign-in at a farm of the test's own, for one organization."""

    sealer: Sealer = field(default_factory=lambda: Sealer(bytes(range(32))))
    used: dict[str, float] = field(default_factory=dict)
    holder: str = "organization"
    address = LS

    def pair(self) -> tuple[RSAPrivateKey, bytes]:
        key = signing_key(self.holder)
        assert key.certificate_der is not None
        return key.private_key, key.certificate_der

    def is_new(self, token: str, *, until: float) -> bool:
        is_new = token not in self.used
        self.used[token] = until
        return is_new

    def seal(self, record: object) -> str:
        return self.sealer.seal("page", record)

    def unseal(self, kind: type[T], text: str) -> T | None:
        try:
            return self.sealer.open("page", kind, text)
        except Unreadable:
            return None


def result(token: str) -> str:
    """Return a token in a response of WS-Trust, as a browser brings it."""
    return (
        f'<t:RequestSecurityTokenResponse xmlns:t="{TRUST}"><t:RequestedSecurityToken>{token}'
        "</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"
    )


@dataclass
class PassiveVisitor(Visitor):
    """A browser with its cookies, and what it knows of the organization."""

    claims: Claims | None = None

    @classmethod
    def before(cls, claims: Claims, trust: KnownPassive) -> "PassiveVisitor":
        """Return a browser that has never been there."""
        return cls(claims.estate, options={"passive": trust}, claims=claims)

    def another(self) -> "PassiveVisitor":
        """Return another browser."""
        return replace(self, jar={}, lines={})

    def get(self, path: str = "/", query: str = "") -> Response:
        """Ask for a path."""
        return self.send("GET", path, query=query)

    def begin(self, path: str = "/", query: str = "") -> dict[str, str]:
        """Come as nobody, and return what the farm is asked."""
        gone = self.get(path, query)
        assert gone.status == 302
        parts = urlsplit(gone.header("Location") or "")
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == LS
        return dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True))

    def bring(self, asked: dict[str, str], brought: str, **more: str) -> Response:
        """Post what the farm answers."""
        form = {"wa": "wsignin1.0", "wresult": brought, "wctx": asked["wctx"], **more}
        return self.post("/", form, headers=(("origin", STS),))

    def good(self, name: str = ALICE, **changes: Any) -> str:
        """Return a good answer about somebody, changed."""
        assert self.claims is not None
        new = {"id": f"_{uuid.uuid4()}", "confirmation": BEARER}
        return result(self.claims.token(name, **{**new, **changes}))

    def enter(self, name: str = ALICE, **changes: Any) -> Response:
        """Sign in and return the answer."""
        answered = self.bring(self.begin(), self.good(name, **changes))
        assert answered.status == 302
        return answered

    def who(self) -> str:
        """Return what the page says of who is signed in, "" for nobody."""
        return "" if self.get().status == 302 else super().who()


def cookie(visitor: PassiveVisitor, what: str = "Auth") -> str:
    """Return the name of one of the page's cookies."""
    (name,) = (name for name in visitor.jar if name.startswith(f"__Host-MSIS{what}-"))
    return name
