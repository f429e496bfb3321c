"""OAuth 2.0 and OpenID Connect as Entra ID spells them: forms, answers, errors, discovery.

Read and written here, decided elsewhere (RFC 6749, RFC 8414, OpenID Connect Discovery 1.0).
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode

import orjson

from xrm.model.secret import Secret

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"
MOST_PARAMETERS = 100

# Older answers put the parts of a description on lines of their own; answers recorded in 2026
# join them with blanks.
_JOINT = " "
_NUMBER = re.compile(r"\AAADSTS\d+: ")


class MalformedForm(ValueError):
    """A form body or a Basic header cannot be read."""


class DuplicateParameter(MalformedForm):
    """A parameter came more than once, which RFC 6749 3.2 forbids; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def read_form(body: bytes) -> dict[str, str]:
    """Return the parameters of a form body; one without a value counts as absent (RFC 6749 3.2).

    Raises DuplicateParameter, and MalformedForm past 100 parameters or when it is not UTF-8.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict"
        )
    except ValueError as error:
        raise MalformedForm("the body is not a form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        names = [name for name, _ in pairs]
        raise DuplicateParameter(next(name for name in names if names.count(name) > 1))
    return {name: value for name, value in form.items() if value}


def write_form(fields: Mapping[str, str]) -> bytes:
    """Return a form body (RFC 6749 appendix B)."""
    return urlencode(fields).encode()


def read_basic(header: str) -> tuple[str, Secret] | None:
    """Return client id and secret of an Authorization header, None for another scheme.

    Both halves are form-url-decoded (RFC 6749 2.3.1). Raises MalformedForm.
    """
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
        client_id, colon, secret = text.partition(":")
        halves = [unquote_plus(half, errors="strict") for half in (client_id, secret)]
    except (binascii.Error, ValueError) as error:
        raise MalformedForm("the Basic credentials cannot be read") from error
    if not colon:
        raise MalformedForm("the Basic credentials hold no colon")
    return halves[0], Secret(halves[1])


def write_basic(client_id: str, secret: Secret) -> str:
    """Return the value of an Authorization header (RFC 6749 2.3.1)."""
    text = f"{quote_plus(client_id)}:{quote_plus(secret.reveal())}"
    return "Basic " + base64.b64encode(text.encode()).decode()


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A token as it is handed out. Times are seconds since the epoch, lifetimes seconds.

    `resource`, `not_before` and `expires_on` are None where a v2 endpoint answered.
    """

    access_token: Secret
    expires_in: int
    ext_expires_in: int
    expires_on: int | None = None
    not_before: int | None = None
    resource: str | None = None
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    scope: str = ""
    refresh_token: Secret | None = None
    refresh_token_expires_in: int | None = None
    family: str = ""
    id_token: Secret | None = None
    client_info: str = ""


def write_token_answer(
    answer: TokenAnswer, style: Literal["v1", "v2", "adfs"], *, old_spellings: bool = True
) -> bytes:
    """Return a token answer (RFC 6749 5.1).

    In its old spelling v1 writes every number as a string.
    """
    if style == "adfs":
        return _write_farm_answer(answer)
    number: type[str] | type[int] = str if style == "v1" and old_spellings else int
    fields: dict[str, Any] = {"token_type": answer.token_type}
    if answer.scope:
        fields["scope"] = answer.scope
    fields["expires_in"] = number(answer.expires_in)
    fields["ext_expires_in"] = number(answer.ext_expires_in)
    if style == "v1":
        fields["expires_on"] = number(answer.expires_on or 0)
        fields["not_before"] = number(answer.not_before or 0)
        fields["resource"] = answer.resource
    fields["access_token"] = answer.access_token.reveal()
    fields.update(_of_person(answer, number))
    return orjson.dumps(fields)


def _write_farm_answer(answer: TokenAnswer) -> bytes:
    """Return a token answer as AD FS orders and spells it."""
    fields: dict[str, Any] = {
        "access_token": answer.access_token.reveal(),
        "token_type": "bearer",
        "expires_in": answer.expires_in,
    }
    if answer.resource:
        fields["resource"] = answer.resource
    fields |= _of_person(answer, int)
    if answer.scope:
        fields["scope"] = answer.scope
    return orjson.dumps(fields)


def _of_person(answer: TokenAnswer, number: type[str] | type[int]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if answer.refresh_token is not None:
        fields["refresh_token"] = answer.refresh_token.reveal()
    if answer.refresh_token_expires_in is not None:
        fields["refresh_token_expires_in"] = number(answer.refresh_token_expires_in)
    if answer.family:
        fields["foci"] = answer.family
    if answer.id_token is not None:
        fields["id_token"] = answer.id_token.reveal()
    if answer.client_info:
        fields["client_info"] = answer.client_info
    return fields


def read_token_answer(body: bytes) -> TokenAnswer:
    """Read a token answer of either version. Raises ValueError when it is not one."""
    fields = _json_object(body)
    token, kind = fields.get("access_token"), fields.get("token_type")
    if not isinstance(token, str) or not isinstance(kind, str):
        raise ValueError("the answer holds no token")  # noqa: TRY004 - content, not a type
    lifetime = _integer(fields.get("expires_in"))
    if lifetime is None:
        raise ValueError("the answer does not say how long the token lives")
    return TokenAnswer(
        access_token=Secret(token),
        expires_in=lifetime,
        ext_expires_in=_integer(fields.get("ext_expires_in")) or lifetime,
        expires_on=_integer(fields.get("expires_on")),
        not_before=_integer(fields.get("not_before")),
        resource=_string(fields.get("resource")),
        token_type=kind,
        scope=_string(fields.get("scope")) or "",
        refresh_token=_secret(fields.get("refresh_token")),
        refresh_token_expires_in=_integer(fields.get("refresh_token_expires_in")),
        family=_string(fields.get("foci")) or "",
        id_token=_secret(fields.get("id_token")),
        client_info=_string(fields.get("client_info")) or "",
    )


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """A refusal as the service words it. `sentence` excludes the number and the trailing ids."""

    error: str
    sentence: str
    codes: tuple[int, ...]
    timestamp: str
    trace_id: str
    correlation_id: str
    uri: str | None = None
    suberror: str = ""

    @property
    def description(self) -> str:
        """Return the sentence with its number and the ids of the request."""
        return _JOINT.join(
            (
                f"AADSTS{self.codes[0]}: {self.sentence}",
                f"Trace ID: {self.trace_id}",
                f"Correlation ID: {self.correlation_id}",
                f"Timestamp: {self.timestamp}",
            )
        )


def timestamp(seconds: float) -> str:
    """Return a time since the epoch as error documents write it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def write_error(document: ErrorDocument) -> bytes:
    """Return an error document (RFC 6749 5.2, with Entra's further members)."""
    fields: dict[str, Any] = {
        "error": document.error,
        "error_description": document.description,
        "error_codes": document.codes,
        "timestamp": document.timestamp,
        "trace_id": document.trace_id,
        "correlation_id": document.correlation_id,
    }
    if document.uri is not None:
        fields["error_uri"] = document.uri
    if document.suberror:
        fields["suberror"] = document.suberror
    return orjson.dumps(fields)


def read_error(body: bytes) -> ErrorDocument:
    """Read an error document of Entra ID or any OAuth server. Raises ValueError if it is none."""
    fields = _json_object(body)
    error = fields.get("error")
    if not isinstance(error, str):
        raise ValueError("not an error document")  # noqa: TRY004 - content, not a type
    description = _string(fields.get("error_description")) or ""
    codes = fields.get("error_codes")
    numbers = codes if isinstance(codes, list) else []
    return ErrorDocument(
        error=error,
        sentence=_NUMBER.sub("", description.partition("Trace ID:")[0]).strip(),
        codes=tuple(code for code in numbers if isinstance(code, int)),
        timestamp=_string(fields.get("timestamp")) or "",
        trace_id=_string(fields.get("trace_id")) or "",
        correlation_id=_string(fields.get("correlation_id")) or "",
        uri=_string(fields.get("error_uri")),
    )


@dataclass(frozen=True, slots=True)
class Provider:
    """What a discovery document says that differs from one to the next.

    `base` is the origin without a slash at its end, `segment` the tenant as endpoints name it;
    `response_types` are the combinations taken, `further` more members of the document.
    """

    base: str
    segment: str
    issuer: str
    region: str | None
    response_types: tuple[str, ...] = ("code",)
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Return host and port of the base."""
        return self.base.partition("://")[2]


def write_discovery(provider: Provider, version: Literal["v1", "v2"]) -> bytes:
    """Return an OpenID Connect discovery document (OpenID Connect Discovery 1.0, 4.2).

    Entra ID names a Kerberos endpoint, a frame to watch the session by and its role service, too;
    a document of this service names nothing that is not there.
    """
    middle = "oauth2" if version == "v1" else "oauth2/v2.0"
    endpoints = f"{provider.base}/{provider.segment}/{middle}"
    own = _discovery_v1(provider) if version == "v1" else _discovery_v2(provider)
    fields: dict[str, Any] = {
        "token_endpoint": f"{endpoints}/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": provider.response_types,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": provider.issuer,
        "authorization_endpoint": f"{endpoints}/authorize",
        "device_authorization_endpoint": f"{endpoints}/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{endpoints}/logout",
        **own,
        "tenant_region_scope": provider.region,
        "cloud_instance_name": provider.host,
        "cloud_graph_host_name": provider.host,
        "msgraph_host": provider.host,
        **provider.further,
    }
    return orjson.dumps(fields)


def _discovery_v1(provider: Provider) -> dict[str, Any]:
    authority = f"{provider.base}/{provider.segment}"
    return {
        "jwks_uri": f"{provider.base}/common/discovery/keys",
        "scopes_supported": ["openid"],
        "microsoft_multi_refresh_token": True,
        "userinfo_endpoint": f"{authority}/openid/userinfo",
        "claims_supported": [*_CLAIMS, "amr", "given_name", "family_name", "upn", "unique_name"],
    }


def _discovery_v2(provider: Provider) -> dict[str, Any]:
    return {
        "jwks_uri": f"{provider.base}/{provider.segment}/discovery/v2.0/keys",
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{provider.base}/oidc/userinfo",
        "claims_supported": [*_CLAIMS, "preferred_username", "at_hash", "c_hash", "email"],
    }


_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name", "tid", "ver")


def _json_object(body: bytes) -> dict[str, Any]:
    value = orjson.loads(body)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - content, not a type
    return value


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _secret(value: object) -> Secret | None:
    return Secret(value) if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
