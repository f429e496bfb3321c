"""A browser between Entra ID's sign-in page and the token service of federated people."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from support import token_elements
from support.federating import AUDIENCE, DOMAIN, PASSIVE, Federated
from support.signing_in import Reply, Visitor, asking, authorize_path
from xrm.wire.wsfed import results
from xrm.wire.wstrust import Lifetime
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

FRED = f"fred@{DOMAIN}"
BASE = "https://localhost:8443"
LOGIN = "/login.srf"
FROM_AFAR = (("origin", "https://sts.corp.example"), ("sec-fetch-site", "cross-site"))


def begun(realm: Federated, visitor: Visitor | None = None, **changes: str | None) -> Reply:
    """Return what a browser gets for an authorization request."""
    visitor = visitor or Visitor(realm.service)
    return visitor.get(authorize_path(realm.tenant), asking(realm.application, **changes))


def sent_to(reply: Reply) -> dict[str, str]:
    """Return the message a browser is sent to the other token service with."""
    address = reply.location.removesuffix("#")
    if not address:
        found = re.search(r'id="onward" href="([^"]*)"', reply.text)
        assert found, reply.heading
        address = html.unescape(found[1])
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == PASSIVE
    return dict(parse_qsl(parts.query))


def result(realm: Federated, token: etree._Element) -> str:
    """Return the text of `wresult` around a token."""
    now = realm.clock()
    kind = SAML_20_TYPE if token.get("Version") else SAML_11_TYPE
    text = token_elements.text(token)
    return results.write(text, realm=AUDIENCE, lifetime=Lifetime(now, now + 3600), kind=kind)


def bring(realm: Federated, visitor: Visitor, context: str, token: "etree._Element | str") -> Reply:
    """Post what the other token service's page posts."""
    text = token if isinstance(token, str) else result(realm, token)
    fields = {"wa": "wsignin1.0", "wresult": text, "wctx": context}
    return visitor.post(LOGIN, fields, headers=FROM_AFAR)


_ids = iter(range(10_000))


def token(realm: Federated, version: Any = "1.1", **changes: Any) -> etree._Element:
    return realm.token(version, **{"id": f"_passive-{next(_ids)}", **changes})


def signed_in(realm: Federated, visitor: Visitor) -> Reply:
    """Sign Fred in through his own token service; return what the application is told."""
    page = begun(realm, visitor, login_hint=FRED)
    return bring(realm, visitor, sent_to(page)["wctx"], token(realm))
