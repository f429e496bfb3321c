"""Public documents: OpenID discovery, keys, instance discovery, user realm.

Every URL in them begins with the service's own base, port included, whatever Host was asked.
"""

import re
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

import orjson

from xrm.model.errors import signin
from xrm.sts.directory import SHARED_SEGMENTS
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.entra.token import segment_text
from xrm.sts.grants import GRANTS
from xrm.sts.model import CONSUMERS_TENANT, Tenant, is_domain
from xrm.sts.profile import Profile
from xrm.wire import oauth
from xrm.wire.http import Response

_ANY_TENANT = "{tenantid}"
_INSTANCE_VERSIONS = ("1.0", "1.1")
_REALM_VERSIONS = ("1.0",)
_CHALLENGES = ["plain", "S256"]
_RESPONSE_TYPES = {
    "v1": ("code", "id_token", "code id_token", "token id_token", "token"),
    "v2": ("code", "id_token", "code id_token", "id_token token"),
}
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


def discovery(call: Call) -> Response:
    """Return the OpenID discovery document of a tenant or of a shared segment.

    For a tenant the endpoints name its GUID, by whichever name it was asked. Raises AADSTS90002
    at a shared segment where the profile has no documents whose issuer is not their own.
    """
    segment, issuer_tenant, tenant = _tenant(call)
    if tenant is None and not call.service.profile.template_issuers:
        raise signin.NO_DOCUMENT(
            f"There is no document for {signin.quote(segment)}, which is no issuer. Ask for the "
            "one of a tenant, by its id or domain."
        )
    provider = oauth.Provider(
        base=call.service.base_url,
        segment=segment,
        issuer=call.flavour.issuer_of(call.service.base_url, issuer_tenant),
        region=tenant.region if tenant else None,
        response_types=_response_types(call),
        further=_further(call, tenant) if call.service.profile.publishes_all else {},
    )
    version: Literal["v1", "v2"] = "v1" if call.flavour.name == "v1" else "v2"
    return answers.metadata(call, oauth.write_discovery(provider, version))


def _response_types(call: Call) -> tuple[str, ...]:
    allowed = call.service.profile.implicit_access_tokens
    known = _RESPONSE_TYPES[call.flavour.name]
    return tuple(one for one in known if allowed or "token" not in one.split())


def _further(call: Call, tenant: Tenant | None) -> dict[str, object]:
    """Return what the standards want said and Entra ID leaves out (RFC 8414 2, RFC 9207 3)."""
    profile = call.service.profile
    return {
        "grant_types_supported": _grant_types(profile),
        "code_challenge_methods_supported": ["S256"] if profile.challenge_always else _CHALLENGES,
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "frontchannel_logout_session_supported": profile.answers_name_issuer,
        # At a shared segment the issuer is a template, with which no answer's could be compared.
        "authorization_response_iss_parameter_supported": (
            profile.answers_name_issuer and tenant is not None
        ),
    }


def _grant_types(profile: Profile) -> list[str]:
    # Beside a URN there may be a short name of it, which is for clients of before.
    names = [
        name
        for grant in GRANTS
        for name in grant.names
        if name == grant.names[0] or name.startswith("urn:")
    ]
    return [*(name for name in names if name != "password" or profile.password_grant), "implicit"]


def keys(call: Call) -> Response:
    """Return the published keys; on v2 each with the issuer it signs for (RFC 7517 5)."""
    _, issuer_tenant, _ = _tenant(call)
    records = [key.jwk() for key in call.service.keys.published()]
    if call.flavour.name == "v2":
        issuer = call.flavour.issuer_of(call.service.base_url, issuer_tenant)
        records = [{**record, "issuer": issuer} for record in records]
    return answers.metadata(call, orjson.dumps({"keys": records}))


def instance(call: Call) -> Response:
    """Say whether an authorization endpoint is this service's, and where its tenant's document is.

    The port of the question is ignored, since clients drop it; the answer carries our own.
    """
    asked = _query(call)
    version = _version(asked, _INSTANCE_VERSIONS)
    endpoint = _own_endpoint(call, _required(asked, "authorization_endpoint"))
    segment = endpoint.path.lstrip("/").partition("/")[0]
    if not _SEGMENT.fullmatch(segment):
        raise signin.BAD_TENANT(f"The tenant {signin.quote(segment)} is not a valid name.")
    base = call.service.base_url
    middle = "/v2.0" if "/v2.0/" in endpoint.path.lower() else ""
    document: dict[str, object] = {
        "tenant_discovery_endpoint": f"{base}/{segment}{middle}/.well-known/openid-configuration",
        "api-version": version,
    }
    if version == "1.1":
        host = base.partition("://")[2]
        aliases = sorted({host, endpoint.hostname or host}, key=len, reverse=True)
        document["metadata"] = [
            {"preferred_network": host, "preferred_cache": host, "aliases": aliases}
        ]
    return answers.metadata(call, orjson.dumps(document))


def user_realm(call: Call) -> Response:
    """Say how a user's domain signs in: here, or where it is federated with; else unknown."""
    _version(_query(call), _REALM_VERSIONS)
    try:
        user = unquote(call.segment, errors="strict")
    except UnicodeDecodeError as error:
        raise signin.BAD_VALUE("The user name is malformed.") from error
    domain = user.rpartition("@")[2]
    fields = {"ver": "1.0", "account_type": "Unknown"}
    if "@" in user and is_domain(domain):
        fields |= _realm(call, domain.lower())
    fields["cloud_audience_urn"] = "urn:federation:MicrosoftOnline"
    fields["cloud_instance_name"] = call.service.base_url.partition("://")[2]
    return answers.metadata(call, orjson.dumps(fields))


def _realm(call: Call, domain: str) -> dict[str, str]:
    """Return what is told of a domain that some tenant has verified, nothing of another."""
    with call.service.database.read() as tx:
        view = call.service.directory.view(tx)
        if not view.knows_domain(domain):
            return {}
        federation = view.federation(f"@{domain}")
    if federation is None:
        return {"account_type": "Managed", "domain_name": domain}
    return {
        "account_type": "Federated",
        "domain_name": domain,
        "federation_protocol": "WSTrust",
        "federation_metadata_url": federation.metadata,
        "federation_active_auth_url": federation.active,
    }


def _tenant(call: Call) -> tuple[str, str, Tenant | None]:
    """Return the segment of endpoints, the tenant of issuers, and the tenant if it is one."""
    segment = segment_text(call.segment)
    shared = segment.lower()
    if shared == "consumers":
        return shared, str(CONSUMERS_TENANT), None
    if shared in SHARED_SEGMENTS:
        return shared, _ANY_TENANT, None
    with call.service.database.read() as tx:
        tenant = call.service.directory.view(tx).tenant(segment)
    return str(tenant.tenant_id), str(tenant.tenant_id), tenant


def _query(call: Call) -> dict[str, str]:
    try:
        return {name.lower(): value for name, value in call.request.parameters()}
    except ValueError as error:
        raise signin.MALFORMED("The query of the request is malformed.") from error


def _required(asked: dict[str, str], name: str) -> str:
    value = asked.get(name)
    if not value:
        raise signin.MISSING(f"The request must hold the parameter '{name}'.")
    return value


def _version(asked: dict[str, str], known: tuple[str, ...]) -> str:
    version = _required(asked, "api-version")
    if version not in known:
        raise signin.BAD_VALUE(f"The value {signin.quote(version)} of 'api-version' is not known.")
    return version


def _own_endpoint(call: Call, url: str) -> SplitResult:
    own = urlsplit(call.service.base_url).hostname
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or host != own or parts.scheme != "https":
        raise signin.UNKNOWN_INSTANCE("The instance is unknown or invalid.")
    return parts
