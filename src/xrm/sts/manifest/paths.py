"""Both forms of a manifest spread out to dotted paths of the Graph form, and put together again.

A document may mix the forms as long as it does not say one thing in two ways.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from xrm.sts.manifest.checks import invalid, items, mappings
from xrm.sts.manifest.items import REDIRECT_PATHS
from xrm.sts.registration.change import RegistrationError

Flat = dict[str, Any]

_CONTAINERS = ("api", "info", "publicClient", "spa", "web", "web.implicitGrantSettings")

OLD_NAMES = {
    "acceptMappedClaims": "api.acceptMappedClaims",
    "accessTokenAcceptedVersion": "api.requestedAccessTokenVersion",
    "allowPublicClient": "isFallbackPublicClient",
    "knownClientApplications": "api.knownClientApplications",
    "logoUrl": "info.logoUrl",
    "logoutUrl": "web.logoutUrl",
    "name": "displayName",
    "oauth2AllowIdTokenImplicitFlow": "web.implicitGrantSettings.enableIdTokenIssuance",
    "oauth2AllowImplicitFlow": "web.implicitGrantSettings.enableAccessTokenIssuance",
    "oauth2Permissions": "api.oauth2PermissionScopes",
    "signInUrl": "web.homePageUrl",
}
"""Members of the Azure AD Graph form that only have another name or place in the other."""

_OLDER_NAMES = {
    "deletionTimestamp": "deletedDateTime",
    "homepage": "web.homePageUrl",
    "objectId": "id",
    "replyUrls": "web.redirectUris",
    "requestedAccessTokenVersion": "api.requestedAccessTokenVersion",
}
_INFORMATION = {
    "termsOfService": "info.termsOfServiceUrl",
    "support": "info.supportUrl",
    "privacy": "info.privacyStatementUrl",
    "marketing": "info.marketingUrl",
}
_MEANINGLESS = ("objectType",)


def flatten(document: Mapping[str, Any]) -> Flat:
    """Return a document of either form by dotted paths. Raises RegistrationError.

    Annotations are passed over. What the document says in two ways must be the same in both.
    """
    found: Flat = {}
    for name, value in document.items():
        if "@" in name or name.startswith("odata.") or name in _MEANINGLESS:
            continue
        for path, said in _spread(name, value):
            if path in found and found[path] != said:
                raise RegistrationError(
                    f"The property '{name}' contradicts '{path}', which says the same thing.",
                    member=name,
                )
            found[path] = said
    return _with_audience(found)


def _spread(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if name in _SPECIAL:
        yield from _SPECIAL[name](value)
    elif name == "publicClient" and isinstance(value, bool):
        yield "isFallbackPublicClient", value
    elif name in _CONTAINERS:
        if value is not None and not isinstance(value, dict):
            raise invalid(name, "An object is expected.")
        for inner, said in (value or {}).items():
            if "@" not in inner:
                yield from _spread(f"{name}.{inner}", said)
    else:
        yield OLD_NAMES.get(name) or _OLDER_NAMES.get(name) or name, value


def _typed_reply_urls(value: Any) -> Iterator[tuple[str, Any]]:
    member = "replyUrlsWithType"
    found = mappings(value, member, ("url", "type"))
    if not all(one.get("type") in REDIRECT_PATHS.values() for one in found):
        raise invalid(member, "The type of a reply URL is Web, Spa or InstalledClient.")
    for path, kind in REDIRECT_PATHS.items():
        yield path, [one.get("url") for one in found if one["type"] == kind]


def _information(value: Any) -> Iterator[tuple[str, Any]]:
    if value is None:
        return
    if not isinstance(value, dict) or not value.keys() <= _INFORMATION.keys():
        raise invalid("informationalUrls")
    for name, said in value.items():
        yield _INFORMATION[name], said


def _pre_authorized(value: Any) -> Iterator[tuple[str, Any]]:
    member = "preAuthorizedApplications"
    found = mappings(items(value, member), member, ("appId", "permissionIds", "extensions"))
    entries = [
        {"appId": one.get("appId"), "delegatedPermissionIds": one.get("permissionIds")}
        for one in found
    ]
    yield "api.preAuthorizedApplications", entries


_SPECIAL: dict[str, Callable[[Any], Iterator[tuple[str, Any]]]] = {
    "replyUrlsWithType": _typed_reply_urls,
    "informationalUrls": _information,
    "preAuthorizedApplications": _pre_authorized,
}


def _with_audience(found: Flat) -> Flat:
    """Turn the flag that came before `signInAudience` into it."""
    if "availableToOtherTenants" not in found:
        return found
    flag = found.pop("availableToOtherTenants")
    if not isinstance(flag, bool):
        raise invalid("availableToOtherTenants")
    audience = found.setdefault("signInAudience", "AzureADMultipleOrgs" if flag else "AzureADMyOrg")
    if (audience != "AzureADMyOrg") != flag:
        raise RegistrationError(
            "The property 'availableToOtherTenants' contradicts 'signInAudience'.",
            member="availableToOtherTenants",
        )
    return found


def as_graph(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return paths as a document of Microsoft Graph."""
    document: dict[str, Any] = {}
    for path, value in flat.items():
        *places, name = path.split(".")
        inner = document
        for place in places:
            inner = inner.setdefault(place, {})
        inner[name] = value
    return document


def as_old(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return paths as a document of Azure AD Graph; what that form lacks is left out."""
    new_names = {path: name for name, path in OLD_NAMES.items()}
    information = {path: name for name, path in _INFORMATION.items()}
    document: dict[str, Any] = {}
    for path, value in flat.items():
        if path in information:
            document.setdefault("informationalUrls", {})[information[path]] = value
        elif path == "api.preAuthorizedApplications":
            document["preAuthorizedApplications"] = [
                {"appId": one.get("appId"), "permissionIds": one.get("delegatedPermissionIds")}
                for one in value
            ]
        elif path in new_names:
            document[new_names[path]] = value
        elif "." not in path:
            document[path] = value
    return dict(sorted(document.items()))
