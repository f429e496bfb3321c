"""An authorization request, read and checked (RFC 6749 4.1.1, OpenID Connect Core 3).

What is wrong before the application and its redirect URI are trusted is shown to the person;
from then on the application is told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import orjson

from xrm.model.errors import signin
from xrm.sts import resources
from xrm.sts.directory import SHARED_SEGMENTS, View, guid
from xrm.sts.model import PERSONAL_AUDIENCES, Application, Flavour, RedirectUri, Tenant
from xrm.sts.profile import Profile
from xrm.sts.resources import Wanted
from xrm.sts.signin import redirects
from xrm.sts.signin.journey import ResponseMode

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_DEFAULT: dict[bool, ResponseMode] = {True: "fragment", False: "query"}
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Trusted:
    """What is settled before the application is told anything."""

    application: Application
    tenant: Tenant | None
    redirect: RedirectUri
    explicit: bool
    prompts: frozenset[str]
    mode: ResponseMode
    state: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that can be answered, once somebody has signed in.

    `max_age` is in seconds, None where none was given; `tells_time` says that the id token is to
    name the time of the sign-in.
    """

    types: frozenset[str]
    wanted: Wanted
    scope: str
    resource: str
    nonce: str
    challenge: str
    method: str
    max_age: int | None
    tells_time: bool
    client_info: bool


def trusted(
    view: View,
    flavour: Flavour,
    segment: str,
    parameters: Mapping[str, str],
    profile: Profile,
) -> Trusted:
    """Return application and redirect URI of a request.

    Raises AADSTS90002 or 900023 for the tenant, 900144 without a client id, 700016, 50194,
    9002346 or 7000112 for the application, 500113 or 50011 for the redirect URI, and 90023 for a
    prompt that does not exist unless the application is to be told: a person is shown these.
    """
    tenant = None if segment.lower() in SHARED_SEGMENTS else view.tenant(segment)
    client_id = parameters.get("client_id")
    if not client_id:
        raise signin.MISSING("The request must contain the following parameter: 'client_id'.")
    application = _application(view, tenant, segment, client_id)
    sent = parameters.get("redirect_uri", "")
    present = view.client(tenant, client_id) if tenant else None
    replies = present.principal.reply_urls if present else ()
    redirect = redirects.choose(application, sent, replies, exact=not flavour.loopback_ports)
    prompts = _prompts(parameters, profile)
    if profile.one_prompt:
        _check_prompts(prompts, flavour)
    return Trusted(
        application=application,
        tenant=tenant,
        redirect=redirect,
        explicit=bool(sent),
        prompts=prompts,
        mode=_mode(parameters, redirect.url),
        state=parameters.get("state"),
    )


def read(
    known: Trusted, flavour: Flavour, parameters: Mapping[str, str], profile: Profile
) -> Asked:
    """Return the rest of a request.

    Raises AADSTS900144, 70005 or 700054 for the response type, 70007 for the mode, 901002 or
    70011 for the scope, 90014 without a nonce, 50147, 50149, 501491 or 9002325 for the challenge,
    90023 for `prompt`, `max_age` and a request object, 9002313 for `claims`: the application is
    told these.
    """
    _check_objects(parameters)
    _check_prompts(known.prompts, flavour)
    types = _types(known, flavour, parameters, profile)
    _check_mode(types, parameters, known.redirect.url)
    wanted = resources.wanted(flavour, parameters)
    scope = parameters.get("scope", "").strip(" ")
    if flavour.needs_scope and not scope:
        raise signin.MISSING("The request must contain the following parameter: 'scope'.")
    if "id_token" in types and flavour.needs_scope and "openid" not in wanted.reserved:
        raise signin.RESPONSE_TYPE("The response type 'id_token' needs the scope 'openid'.")
    nonce = parameters.get("nonce", "")
    if "id_token" in types and not nonce:
        raise signin.NO_NONCE("The required field 'nonce' is missing from the request.")
    spa = flavour.apart and known.redirect.kind == "Spa"
    challenge, method = _challenge(types, parameters, profile, spa=spa)
    max_age = _max_age(parameters)
    return Asked(
        types=types,
        wanted=wanted,
        scope=scope if flavour.scoped else "",
        resource=wanted.name if flavour.asks_by == "resource" else "",
        nonce=nonce,
        challenge=challenge,
        method=method,
        max_age=max_age,
        tells_time=max_age is not None or _asks_time(parameters),
        client_info=flavour.name != "adfs" and parameters.get("client_info") in ("1", "true"),
    )


def _prompts(parameters: Mapping[str, str], profile: Profile) -> frozenset[str]:
    """Return what is to be asked of the person (OpenID Connect Core 3.1.2.1)."""
    text = parameters.get("prompt", "")
    values = [text] if profile.one_prompt else text.split(" ")
    return frozenset(value for value in values if value)


def _check_prompts(prompts: frozenset[str], flavour: Flavour) -> None:
    for value in sorted(prompts - flavour.prompts):
        raise signin.BAD_VALUE(f"Unsupported 'prompt' value {signin.quote(value)}.")
    if "none" in prompts and len(prompts) > 1:
        raise signin.BAD_VALUE("The 'prompt' value 'none' cannot be combined with others.")


def _check_objects(parameters: Mapping[str, str]) -> None:
    """Refuse a request that stands in a JWT: it may not be passed over (OpenID Connect Core 6)."""
    if "request" in parameters:
        raise signin.REQUEST_OBJECT("The parameter 'request' is not supported.")
    if "request_uri" in parameters:
        raise signin.REQUEST_URI("The parameter 'request_uri' is not supported.")


def _application(view: View, tenant: Tenant | None, segment: str, client_id: str) -> Application:
    application = view.application(client_id)
    unknown = signin.UNKNOWN_CLIENT(
        f"No application with the identifier {signin.quote(client_id)} was found in the directory "
        f"{signin.quote(tenant.name if tenant else segment)}. Check the id and the tenant."
    )
    if application is None:
        raise unknown
    if segment.lower() == "consumers" or application.audience == PERSONAL_AUDIENCES[1]:
        raise signin.PERSONAL_AT_TENANT("Personal accounts are not kept by this service.")
    if tenant is None and not application.multi_tenant:
        raise signin.SINGLE_TENANT(
            f"The application '{application.application_id}' is not configured as a multi-tenant "
            f"application; '{segment.lower()}' is not for it. Ask at its own tenant's endpoint."
        )
    if tenant and tenant.tenant_id != application.tenant_id and not application.multi_tenant:
        raise unknown
    registered = view.client(tenant, client_id) if tenant else None
    if not application.enabled or (registered is not None and not registered.enabled):
        raise signin.DISABLED_CLIENT(f"The application '{application.application_id}' is disabled.")
    return application


def types_of(parameters: Mapping[str, str]) -> frozenset[str]:
    """Return the response types as they were sent; their order does not matter."""
    return frozenset(parameters.get("response_type", "").split())


def _mode(parameters: Mapping[str, str], url: str) -> ResponseMode:
    """Return the mode of an answer; what is asked in vain is refused in the default one."""
    asked = parameters.get("response_mode")
    implicit = not types_of(parameters).isdisjoint({"token", "id_token"})
    if asked == "fragment" or (asked == "form_post" and _takes_posts(url)):
        return "fragment" if asked == "fragment" else "form_post"
    return "query" if asked == "query" and not implicit else _DEFAULT[implicit]


def _takes_posts(url: str) -> bool:
    """Tell whether a form can be posted to an address: only the web's take one."""
    return url.startswith(("https://", "http://"))


def _check_mode(types: frozenset[str], parameters: Mapping[str, str], url: str) -> None:
    asked = parameters.get("response_mode")
    if asked == "form_post" and not _takes_posts(url):
        raise signin.RESPONSE_MODE("'form_post' needs a redirect URI of http or https.")
    if asked and asked not in get_args(ResponseMode):
        raise signin.RESPONSE_MODE(f"{signin.quote(asked)} is not a value of 'response_mode'.")
    if asked == "query" and not types.isdisjoint({"token", "id_token"}):
        raise signin.RESPONSE_MODE(
            "'query' is not a supported value of 'response_mode' when requesting a token."
        )


def _types(
    known: Trusted, flavour: Flavour, parameters: Mapping[str, str], profile: Profile
) -> frozenset[str]:
    types, application = types_of(parameters), known.application
    if not types:
        raise signin.NO_RESPONSE_TYPE(
            "The request must contain the following parameter: 'response_type'."
        )
    if types not in flavour.response_types:
        sent = signin.quote(parameters.get("response_type", ""))
        raise signin.RESPONSE_TYPE(f"The response type {sent} is not supported.")
    if "id_token" in types and not application.implicit_id_tokens:
        raise signin.ID_TOKEN_DISABLED(
            "The response type 'id_token' is not enabled for the application."
        )
    if "token" in types and not (
        application.implicit_access_tokens and profile.implicit_access_tokens
    ):
        raise signin.ACCESS_TOKEN_DISABLED(
            "The response type 'token' is not enabled for the application."
        )
    return types


def _challenge(
    types: frozenset[str], parameters: Mapping[str, str], profile: Profile, *, spa: bool
) -> tuple[str, str]:
    challenge = parameters.get("code_challenge", "")
    method = parameters.get("code_challenge_method", "")
    if "code" not in types:
        return "", ""
    if not challenge and spa:
        raise signin.SPA_CHALLENGE(
            "Proof Key for Code Exchange is required for cross-origin authorization code "
            "redemption."
        )
    if not challenge and (method or profile.challenge_always):
        raise signin.NO_CHALLENGE("The request needs a 'code_challenge'.")
    if not challenge:
        return "", ""
    hashed_only = profile.challenge_always or spa
    if method not in ("S256", "plain", "") or (hashed_only and method != "S256"):
        raise signin.CHALLENGE_METHOD("The 'code_challenge_method' is not valid.")
    if not _CHALLENGE.fullmatch(challenge) or (method == "S256" and len(challenge) != 43):
        raise signin.CHALLENGE_SIZE("The 'code_challenge' is not of the right size or letters.")
    return challenge, method or "plain"


def _max_age(parameters: Mapping[str, str]) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise signin.BAD_VALUE(f"The value {signin.quote(text)} of 'max_age' is not valid.")
    return int(text)


def _asks_time(parameters: Mapping[str, str]) -> bool:
    """Tell whether the `claims` ask for the time of the sign-in (OpenID Connect Core 5.5)."""
    text = parameters.get("claims")
    if not text:
        return False
    try:
        claims = orjson.loads(text)
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise signin.BAD_CLAIMS("The parameter 'claims' is not a JSON object.")
    of_id_token = claims.get("id_token")
    return isinstance(of_id_token, dict) and "auth_time" in of_id_token


def hinted(parameters: Mapping[str, str]) -> str:
    """Return the account a request means: a user name, or the id of a person or session."""
    return parameters.get("login_hint", "").strip()


def session_hint(parameters: Mapping[str, str]) -> str | None:
    """Return the session a request means by `sid`, None where it means none."""
    sid = parameters.get("sid")
    return sid.lower() if sid and guid(sid) else None
