"""Public documents of a farm: OpenID discovery, keys, WebFinger."""

from urllib.parse import urlsplit

from xrm.sts.adfs.oauth.directory import SCOPES
from xrm.sts.faces.adfs import answers, people
from xrm.sts.faces.adfs.visit import Visit
from xrm.sts.grants import GRANTS
from xrm.sts.model import ADFS
from xrm.wire.http import Response

_REALM = "http://schemas.microsoft.com/rel/trusted-realm"
_RESPONSE_TYPES = (
    "code",
    "id_token",
    "code id_token",
    "id_token token",
    "code token",
    "code id_token token",
)
_CLAIMS = (
    "aud",
    "iss",
    "iat",
    "exp",
    "auth_time",
    "nonce",
    "at_hash",
    "c_hash",
    "sub",
    "upn",
    "unique_name",
    "sid",
)


def discovery(visit: Visit) -> Response:
    """Return the OpenID discovery document (OpenID Connect Discovery 1.0, 4.2).

    AD FS names signing in by Windows' own protocol, tokens bound to a channel and a challenge of
    its own, too; a document of this service names nothing that is not there.
    """
    url = visit.farm.url
    response_types, grant_types = _taken(visit)
    return answers.document(
        visit,
        {
            "issuer": url,
            "authorization_endpoint": f"{url}/oauth2/authorize/",
            "token_endpoint": f"{url}/oauth2/token/",
            "jwks_uri": f"{url}/discovery/keys",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "client_secret_basic",
                "private_key_jwt",
            ],
            "response_types_supported": response_types,
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": grant_types,
            "subject_types_supported": ["pairwise"],
            "scopes_supported": list(SCOPES),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
            "access_token_issuer": visit.farm.identifier,
            "claims_supported": list(_CLAIMS),
            "microsoft_multi_refresh_token": True,
            "userinfo_endpoint": f"{url}/userinfo",
            "capabilities": [],
            "end_session_endpoint": f"{url}/oauth2/logout",
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "device_authorization_endpoint": f"{url}/oauth2/devicecode",
        },
    )


def _taken(visit: Visit) -> tuple[list[str], list[str]]:
    """Return the response types and the grants that are taken here."""
    profile = people.side(visit.service, visit.farm).service.profile
    implicit = profile.implicit_access_tokens
    types = [one for one in _RESPONSE_TYPES if implicit or "token" not in one.split()]
    grants = [grant.names[0] for grant in GRANTS if grant.names[0] not in ADFS.lacks]
    taken = [name for name in grants if name != "password" or profile.password_grant]
    return types, [*taken, "implicit"]


def keys(visit: Visit) -> Response:
    """Return the published signing keys (RFC 7517 5)."""
    published = visit.service.keys.published()
    return answers.document(visit, {"keys": [key.jwk() for key in published]})


def webfinger(visit: Visit) -> Response:
    """Say that the farm is trusted for a realm: how libraries validate it (RFC 7033).

    The realm is the farm's own host, or one of the domains of its tenant; the port does not
    count, since libraries drop it.
    """
    try:
        asked = dict(visit.request.parameters())
        host = urlsplit(asked.get("resource", "")).hostname or ""
    except ValueError:
        return Response(400, answers.always(visit))
    own = urlsplit(visit.farm.origin).hostname or ""
    if asked.get("rel", _REALM) != _REALM or not asked.get("resource"):
        return Response(400, answers.always(visit))
    if host not in (own, *visit.farm.tenant.domains):
        return Response(404, answers.always(visit))
    realm = asked["resource"]
    return answers.document(visit, {"subject": realm, "links": [{"rel": _REALM, "href": realm}]})
