"""The endpoints programs call: token, device code and userinfo of a farm."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from xrm.sts.adfs.oauth import tokens as farms
from xrm.sts.faces.adfs import answers, people
from xrm.sts.faces.adfs.visit import Visit
from xrm.sts.faces.entra.token import answer_of, read_form
from xrm.sts.model import TokenRequest, User
from xrm.sts.resources.relying import USER_INFO
from xrm.sts.signin import devices
from xrm.wire import jose, oauth
from xrm.wire.http import Response

SKEW = 300
"""Seconds by which the clocks of the farm and of whoever brings a token may differ."""

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def token(visit: Visit) -> Response:
    """Answer a token request (RFC 6749 3.2). Raises SignInError."""
    request = _read(visit)
    issued = people.side(visit.service, visit.farm).service.issue(request)
    body = oauth.write_token_answer(answer_of(issued, request.flavour), "adfs")
    return answers.told(visit, body)


def device_code(visit: Visit) -> Response:
    """Answer a device that wants to be signed in (RFC 8628 3.1). Raises SignInError."""
    code, device = devices.begin(people.side(visit.service, visit.farm).service, _read(visit))
    page = f"{visit.farm.url}/oauth2/deviceauth"
    document = {
        "user_code": device.user_code,
        "device_code": code.reveal(),
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={device.user_code}",
        "verification_url": page,
        "expires_in": device.expires - device.created,
        "interval": device.interval,
        "message": (
            f"To sign in, use a web browser to open the page {page} and enter the code "
            f"{device.user_code} to authenticate."
        ),
    }
    return answers.told(visit, orjson.dumps(document))


def userinfo(visit: Visit) -> Response:
    """Say who an access token for the farm itself speaks of: nothing but `sub`, as AD FS does."""
    lines = visit.request.header_values("authorization")
    scheme, _, text = (lines[0] if len(lines) == 1 else "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return _refused(visit, "")
    content = _claims(visit, text.strip())
    person = _person(visit, content)
    if person is None:
        return _refused(visit, ' error="invalid_token"')
    # The same name as in the id tokens of the client that asks.
    subject = farms.subject_of(person.object_id, str(content["appid"]))
    return answers.told(visit, orjson.dumps({"sub": subject}))


def _read(visit: Visit) -> TokenRequest:
    flavour = people.side(visit.service, visit.farm).service.flavours["adfs"]
    segment = str(visit.farm.tenant.tenant_id)
    return read_form(visit.request, flavour, segment, visit.trace)


def _claims(visit: Visit, text: str) -> Mapping[str, Any]:
    """Return the claims of an access token for the farm itself, nothing of any other."""
    keys = {key.kid: key for key in visit.service.keys.published()}
    try:
        content = jose.verify(text, keys.get) if _TOKEN.fullmatch(text) else {}
    except jose.InvalidToken:
        return {}
    now, end = visit.service.clock(), content.get("exp")
    own = content.get("iss") == visit.farm.identifier and content.get("aud") == USER_INFO
    return content if own and isinstance(end, int) and now < end + SKEW else {}


def _person(visit: Visit, content: Mapping[str, Any]) -> User | None:
    name, scopes = str(content.get("upn", "")), str(content.get("scp", "")).split()
    if not name or "openid" not in scopes:
        return None
    person = people.side(visit.service, visit.farm).service.directory.singly().user_named(name)
    known = person is not None and content.get("sub") == farms.subject_of(
        person.object_id, USER_INFO
    )
    return person if person is not None and known and person.enabled else None


def _refused(visit: Visit, why: str) -> Response:
    lines = (*answers.always(visit), *answers.cors(visit), ("WWW-Authenticate", f"Bearer{why}"))
    return Response(401, lines)
