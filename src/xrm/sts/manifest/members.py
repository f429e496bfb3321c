"""Which path of a manifest is which member of `Application`, in both directions.

What means nothing here is checked for its type, kept in `extras` and shown again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from xrm.sts.manifest import checks, credentials, items, paths
from xrm.sts.model import (
    Application,
    CertificateCredential,
    PasswordCredential,
    SignInAudience,
)
from xrm.sts.registration.change import RegistrationError, named

Form = Literal["graph", "aad"]
Amendment = Callable[[Application], Application]
_Check = Callable[[Any, str], Any]

_READ_ONLY: dict[str, Callable[[Application], Any]] = {
    "id": lambda one: str(one.object_id),
    "appId": lambda one: str(one.application_id),
    "createdDateTime": lambda one: credentials.moment(one.created),
    "deletedDateTime": lambda _one: None,
    "disabledByMicrosoftStatus": lambda _one: None,
    "applicationTemplateId": lambda _one: None,
    "certification": lambda _one: None,
}
_SHOWN_ONLY = ("publisherDomain", "verifiedPublisher", "web.redirectUriSettings", "info.logoUrl")
"""What a document may show again, and never changes."""


def _short_text(value: Any, member: str) -> str | None:
    return checks.text(value, member, longest=1024) or None


def _address(value: Any, member: str) -> str | None:
    return checks.address(value, member) or None


def _flag(value: Any, member: str) -> bool | None:
    return None if value is None else checks.flag(value, member)


def _mapping(value: Any, member: str) -> Any:
    if value is not None and not isinstance(value, dict):
        raise checks.invalid(member, "An object is expected.")
    return value


def _mappings(value: Any, member: str) -> Any:
    found = checks.items(value, member)
    if not all(isinstance(one, dict) for one in found):
        raise checks.invalid(member, "A collection of objects is expected.")
    return found


def _tags(value: Any, member: str) -> list[str]:
    found = checks.texts(value, member, longest=256)
    checks.distinct(found, member)
    return found


def _guids(value: Any, member: str) -> list[str]:
    found = [str(checks.identifier(one, member)) for one in checks.items(value, member)]
    checks.distinct(found, member)
    return found


def _guid(value: Any, member: str) -> str | None:
    return None if value is None else str(checks.identifier(value, member))


def _pre_authorized(value: Any, member: str) -> list[dict[str, Any]]:
    found = checks.mappings(value, member, ("appId", "delegatedPermissionIds"))
    entries = [
        {
            "appId": str(checks.identifier(one.get("appId"), member)),
            "delegatedPermissionIds": _guids(one.get("delegatedPermissionIds"), member),
        }
        for one in found
    ]
    checks.distinct((one["appId"] for one in entries), member)
    return entries


_EXTRAS: dict[str, tuple[Any, _Check]] = {
    "addIns": ([], _mappings),
    "api.acceptMappedClaims": (None, _flag),
    "api.knownClientApplications": ([], _guids),
    "api.preAuthorizedApplications": ([], _pre_authorized),
    "authenticationBehaviors": (None, _mapping),
    "defaultRedirectUri": (None, _short_text),
    "description": (None, _short_text),
    "groupMembershipClaims": (None, _short_text),
    "info.marketingUrl": (None, _address),
    "info.privacyStatementUrl": (None, _address),
    "info.supportUrl": (None, _address),
    "info.termsOfServiceUrl": (None, _address),
    "isDeviceOnlyAuthSupported": (None, _flag),
    "nativeAuthenticationApisEnabled": (None, _short_text),
    "notes": (None, _short_text),
    "oauth2AllowUrlPathMatching": (None, _flag),
    "oauth2RequirePostResponse": (None, _flag),
    "optionalClaims": (None, _mapping),
    "orgRestrictions": ([], _guids),
    "parentalControlSettings": (None, _mapping),
    "requestSignatureVerification": (None, _mapping),
    "samlMetadataUrl": (None, _address),
    "serviceManagementReference": (None, _short_text),
    "servicePrincipalLockConfiguration": (None, _mapping),
    "tags": ([], _tags),
    "tokenEncryptionKeyId": (None, _guid),
    "uniqueName": (None, _short_text),
    "web.homePageUrl": (None, _address),
}
"""What is kept for its owner: its value where nobody gave one, and its check."""

_ONLY_OLD = ("oauth2AllowUrlPathMatching", "orgRestrictions")


def write(
    application: Application,
    secrets: Sequence[PasswordCredential] = (),
    certificates: Sequence[CertificateCredential] = (),
    form: Form = "graph",
    *,
    domain: str = "",
) -> dict[str, Any]:
    """Return a registration as JSON, complete as the portal's editor shows it.

    `domain` is the publisher's. No secret's text is in it, and no certificate's bytes.
    """
    shown = [credentials.write_secret(one) for one in secrets]
    keys = [credentials.write_certificate(one) for one in certificates]
    flat: dict[str, Any] = {path: show(application) for path, show in _READ_ONLY.items()}
    flat |= {path: application.extras.get(path, default) for path, (default, _) in _EXTRAS.items()}
    flat |= {path: write_member(application) for path, (write_member, _) in _MEMBERS.items()}
    flat |= {"publisherDomain": domain or None, "info.logoUrl": None}
    if form == "aad":
        old = paths.as_old(flat)
        old["oauth2Permissions"] = [one | {"lang": None} for one in old["oauth2Permissions"]]
        old["passwordCredentials"] = [credentials.as_old(one) for one in shown]
        old["keyCredentials"] = [credentials.as_old(one) for one in keys]
        old["replyUrlsWithType"] = [
            {"url": one.url, "type": one.kind} for one in application.redirect_uris
        ]
        return dict(sorted(old.items()))
    flat |= {"passwordCredentials": shown, "keyCredentials": keys}
    return paths.as_graph({path: flat[path] for path in sorted(flat) if path not in _ONLY_OLD})


def read(document: Mapping[str, Any], *, domains: Collection[str] | None = None) -> Amendment:
    """Return what a document, of either form or of both mixed, makes of a registration.

    What it does not say stays. `domains` are those the tenant has verified, of which http
    identifier URIs must be; without them that is not asked. Raises RegistrationError for a
    contradiction, and its result for a value the service would not take.
    """
    if not isinstance(document, Mapping):
        raise RegistrationError("A manifest is a JSON object.")
    flat = paths.flatten(document)
    for path in flat:
        known = path in _EXTRAS or path in _MEMBERS or path in items.REDIRECT_PATHS
        if not known and path not in (*_READ_ONLY, *_SHOWN_ONLY, *_CREDENTIALS):
            raise RegistrationError(f"Invalid property '{path[:100]}'.", member=path[:100])
    for path in _CREDENTIALS:
        credentials.refuse_new(flat.get(path), path)

    def amend(standing: Application) -> Application:
        _refuse_read_only(standing, flat)
        changed = _with_extras(standing, flat)
        for path, (_, read_member) in _MEMBERS.items():
            if path in flat and read_member is not None:
                changed = read_member(changed, flat[path])
        redirects = {
            kind: flat[path] for path, kind in items.REDIRECT_PATHS.items() if path in flat
        }
        changed = replace(changed, redirect_uris=items.read_redirects(redirects, standing))
        _check_whole(changed, standing, domains)
        return changed

    return amend


_CREDENTIALS = ("passwordCredentials", "keyCredentials")


def _refuse_read_only(standing: Application, flat: Mapping[str, Any]) -> None:
    for path, show in _READ_ONLY.items():
        said = flat.get(path)
        if said is not None and (
            not isinstance(said, str) or said.lower() != _lower(show(standing))
        ):
            raise RegistrationError(
                f"Property '{path}' is read-only and cannot be set.", kind="forbidden", member=path
            )


def _lower(value: str | None) -> str:
    return (value or "").lower()


def _with_extras(standing: Application, flat: Mapping[str, Any]) -> Application:
    extras = dict(standing.extras)
    for path, (default, check) in _EXTRAS.items():
        if path not in flat:
            continue
        value = check(flat[path], path)
        if value == default:
            extras.pop(path, None)
        else:
            extras[path] = value
    return replace(standing, extras=extras)


def _check_whole(
    changed: Application, standing: Application, domains: Collection[str] | None
) -> None:
    """Refuse what only members together show to be wrong. Raises RegistrationError."""
    moved = changed.audience != standing.audience
    if moved or changed.redirect_uris != standing.redirect_uris:
        checks.redirect_uris(changed.redirect_uris, changed.audience)
    checks.distinct((uri.lower() for uri in changed.identifier_uris), "identifierUris")
    for uri in changed.identifier_uris:
        if uri not in standing.identifier_uris:
            checks.identifier_uri(uri, domains)
    ids = [one.scope_id for one in changed.scopes] + [one.role_id for one in changed.roles]
    checks.distinct(ids, "oauth2PermissionScopes")
    lists = [value for value in changed.extras.values() if isinstance(value, list)]
    entries = sum(map(len, lists)) + len(ids) + len(changed.required)
    entries += len(changed.redirect_uris) + len(changed.identifier_uris)
    if entries > checks.MOST_ENTRIES:
        raise RegistrationError(
            f"The size of the object exceeds its limit of {checks.MOST_ENTRIES} entries."
        )


def _read_name(application: Application, value: Any) -> Application:
    if not isinstance(value, str):
        raise checks.invalid("displayName")
    return replace(application, name=named(value))


def _read_audience(application: Application, value: Any) -> Application:
    if value not in get_args(SignInAudience):
        raise checks.invalid("signInAudience")
    return replace(application, audience=value)


def _read_token_version(application: Application, value: Any) -> Application:
    if value is not None and (isinstance(value, bool) or value not in (1, 2)):
        raise checks.invalid("api.requestedAccessTokenVersion", "It is 1, 2 or null.")
    return replace(application, token_version=value)


def _read_identifiers(application: Application, value: Any) -> Application:
    found = tuple(checks.texts(value, "identifierUris"))
    if len(found) > checks.MOST_IDENTIFIERS:
        raise checks.invalid("identifierUris", f"There may be {checks.MOST_IDENTIFIERS} at most.")
    return replace(application, identifier_uris=found)


_Member = tuple[Callable[[Application], Any], Callable[[Application, Any], Application] | None]

_MEMBERS: dict[str, _Member] = {
    "displayName": (lambda one: one.name, _read_name),
    "signInAudience": (lambda one: one.audience, _read_audience),
    "isFallbackPublicClient": (
        lambda one: one.public_client,
        lambda one, value: replace(one, public_client=_flag(value, "isFallbackPublicClient")),
    ),
    "identifierUris": (lambda one: list(one.identifier_uris), _read_identifiers),
    "api.requestedAccessTokenVersion": (lambda one: one.token_version, _read_token_version),
    "api.oauth2PermissionScopes": (
        lambda one: [items.write_scope(scope) for scope in one.scopes],
        lambda one, value: replace(one, scopes=items.read_scopes(value, one)),
    ),
    "appRoles": (
        lambda one: [items.write_role(role) for role in one.roles],
        lambda one, value: replace(one, roles=items.read_roles(value, one)),
    ),
    "requiredResourceAccess": (
        lambda one: items.write_required(one.required),
        lambda one, value: replace(one, required=items.read_required(value, one)),
    ),
    "web.implicitGrantSettings.enableAccessTokenIssuance": (
        lambda one: one.implicit_access_tokens,
        lambda one, value: replace(
            one, implicit_access_tokens=checks.flag(value, "enableAccessTokenIssuance")
        ),
    ),
    "web.implicitGrantSettings.enableIdTokenIssuance": (
        lambda one: one.implicit_id_tokens,
        lambda one, value: replace(
            one, implicit_id_tokens=checks.flag(value, "enableIdTokenIssuance")
        ),
    ),
    "web.logoutUrl": (
        lambda one: one.logout_url or None,
        lambda one, value: replace(one, logout_url=checks.address(value, "logoutUrl")),
    ),
    "web.redirectUris": (lambda one: items.write_redirects(one, "Web"), None),
    "spa.redirectUris": (lambda one: items.write_redirects(one, "Spa"), None),
    "publicClient.redirectUris": (lambda one: items.write_redirects(one, "InstalledClient"), None),
}
"""Each path written, and read but for redirect URIs, which are read together."""
