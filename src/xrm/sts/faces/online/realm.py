"""GetUserRealm.srf: where a name signs in, for clients that ask before they sign in.

The members are those clients read, in the order the service is known for; what else it tells of a
realm is left out.
"""

from urllib.parse import urlencode

import orjson

from xrm.model.errors import signin
from xrm.sts.accounts.federated import AUDIENCE
from xrm.sts.directory import View
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.model import DomainFederation, is_domain
from xrm.wire import oauth
from xrm.wire.http import NO_STORE, Response, content_type
from xrm.wire.xml import escape

_LONGEST = 256


def realm(call: Call) -> Response:
    """Answer where the name in `login` signs in; with `xml=1` as XML."""
    fields = _fields(call)
    login = fields.get("login", "")
    if not login:
        raise signin.MISSING("The request must hold the parameter 'login'.")
    if len(login) > _LONGEST or not login.isprintable():
        raise signin.BAD_VALUE("The value of the parameter 'login' is not valid.")
    with call.service.database.read() as tx:
        told = _told(call.service.directory.view(tx), login)
    if fields.get("xml") == "1":
        return _answer(call, _xml(told), "text/xml; charset=utf-8")
    told.pop("IsFederatedNS")
    told |= {"CloudInstanceIssuerUri": AUDIENCE}
    return _answer(call, orjson.dumps(told), oauth.JSON)


def _fields(call: Call) -> dict[str, str]:
    try:
        if call.request.method == "POST" and content_type(call.request) == oauth.FORM:
            pairs = list(oauth.read_form(call.request.body).items())
        else:
            pairs = list(call.request.parameters())
    except (oauth.DuplicateParameter, oauth.MalformedForm, ValueError) as error:
        raise signin.MALFORMED("The request is malformed.") from error
    return {name.lower(): value for name, value in pairs}


def _told(view: View, login: str) -> dict[str, str | int | bool]:
    domain = login.rpartition("@")[2].lower() if "@" in login else ""
    known = is_domain(domain) and view.knows_domain(domain)
    federation = view.federation(login) if known else None
    if federation is not None:
        return _federated(login, federation)
    if not known:
        return {
            "State": 4,
            "UserState": 1,
            "Login": login,
            "NameSpaceType": "Unknown",
            "IsFederatedNS": False,
        }
    tenant = view.tenant(domain)
    return {
        "State": 4,
        "UserState": 1,
        "Login": login,
        "NameSpaceType": "Managed",
        "DomainName": domain,
        "IsFederatedNS": False,
        "FederationBrandName": tenant.name,
    }


def _federated(login: str, federation: DomainFederation) -> dict[str, str | int | bool]:
    query = {"username": login, "wa": "wsignin1.0", "wtrealm": AUDIENCE, "wctx": ""}
    joint = "&" if "?" in federation.passive else "?"
    return {
        "State": 3,
        "UserState": 2,
        "Login": login,
        "NameSpaceType": "Federated",
        "DomainName": federation.domain,
        "FederationGlobalVersion": -1,
        "AuthURL": f"{federation.passive}{joint}{urlencode(query)}",
        "IsFederatedNS": True,
        "STSAuthURL": federation.active,
        "FederationBrandName": federation.brand or federation.domain,
        "MEXURL": federation.metadata,
    }


def _xml(told: dict[str, str | int | bool]) -> bytes:
    inner = "".join(f"<{name}>{escape(_text(value))}</{name}>" for name, value in told.items())
    return f'<RealmInfo Success="true">{inner}</RealmInfo>'.encode()


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _answer(call: Call, body: bytes, kind: str) -> Response:
    return Response(200, (("Content-Type", kind), *NO_STORE, *answers.always(call)), body)
