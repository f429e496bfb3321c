"""The table of calls with the permissions each takes, and the one place errors are worded.

Paths match in any letter case. `applications(appId='...')` and `users('...')` are the keyed
forms of `applications/{id}` and `users/{id}`. Who asks is settled before what is asked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from xrm.db import StepBudgetExceeded
from xrm.sts.faces.graph import answers, bodies, callers, errors
from xrm.sts.faces.graph.access import (
    ANYONE,
    READ_APPLICATIONS,
    READ_ASSIGNMENTS,
    READ_GRANTS,
    READ_ORGANIZATION,
    READ_PRODUCTS,
    READ_ROLES,
    READ_USERS,
    REVOKE_SESSIONS,
    WRITE_APPLICATIONS,
    WRITE_ASSIGNMENTS,
    WRITE_GRANTS,
    WRITE_LICENCES,
    WRITE_ROLES,
    WRITE_USERS,
)
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.callers import Access
from xrm.sts.faces.graph.objects import (
    applications,
    grants,
    keys,
    principals,
    signing_in,
    tenant,
    users,
)
from xrm.sts.model import Application
from xrm.sts.service import TokenService
from xrm.wire.http import Mount, Request, Response, Route
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Key, read_key

_PREFIX = answers.ROOT + "/"
_MOST_SEGMENTS = 8
_KEYED = re.compile(r"(?P<name>[^()]+)\((?P<key>.*)\)", re.DOTALL)
_WHOLE: tuple[list[str], ...] = ([], ["{}"], ["me"])
"""Ends of a path after which no name is due."""
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Row:
    """One call: its method, its path with `{}` for what is named, and what it needs."""

    method: str
    path: str
    access: Access
    answer: Callable[[Call], Response]

    @property
    def short(self) -> bool:
        """Tell whether it reads one object."""
        return self.method == "GET" and (self.path.endswith("{}") or self.path == "me")


def _on_application(act: Callable[[Call, Application], Response]) -> Callable[[Call], Response]:
    return lambda call: act(call, applications.named(call))


ROWS = (
    Row("GET", "applications", READ_APPLICATIONS, applications.listed),
    Row("POST", "applications", WRITE_APPLICATIONS, applications.created),
    Row("GET", "applications/$count", READ_APPLICATIONS, applications.counted),
    Row("GET", "applications/{}", READ_APPLICATIONS, applications.shown),
    Row("PATCH", "applications/{}", WRITE_APPLICATIONS, applications.amended),
    Row("DELETE", "applications/{}", WRITE_APPLICATIONS, applications.deleted),
    Row(
        "POST",
        "applications/{}/addpassword",
        WRITE_APPLICATIONS,
        _on_application(keys.add_password),
    ),
    Row(
        "POST",
        "applications/{}/removepassword",
        WRITE_APPLICATIONS,
        _on_application(keys.remove_password),
    ),
    Row("POST", "applications/{}/addkey", WRITE_APPLICATIONS, _on_application(keys.add_key)),
    Row("POST", "applications/{}/removekey", WRITE_APPLICATIONS, _on_application(keys.remove_key)),
    Row("GET", "serviceprincipals", READ_APPLICATIONS, principals.listed),
    Row("POST", "serviceprincipals", WRITE_APPLICATIONS, principals.created),
    Row("GET", "serviceprincipals/$count", READ_APPLICATIONS, principals.counted),
    Row("GET", "serviceprincipals/{}", READ_APPLICATIONS, principals.shown),
    Row("PATCH", "serviceprincipals/{}", WRITE_APPLICATIONS, principals.amended),
    Row("DELETE", "serviceprincipals/{}", WRITE_APPLICATIONS, principals.deleted),
    Row(
        "GET",
        "serviceprincipals/{}/oauth2permissiongrants",
        READ_GRANTS,
        grants.grants_of_principal,
    ),
    Row("GET", "serviceprincipals/{}/approleassignments", READ_ASSIGNMENTS, grants.held),
    Row("POST", "serviceprincipals/{}/approleassignments", WRITE_ASSIGNMENTS, grants.assigned),
    Row(
        "DELETE",
        "serviceprincipals/{}/approleassignments/{}",
        WRITE_ASSIGNMENTS,
        grants.unassigned,
    ),
    Row("GET", "serviceprincipals/{}/approleassignedto", READ_ASSIGNMENTS, grants.held_on),
    Row("POST", "serviceprincipals/{}/approleassignedto", WRITE_ASSIGNMENTS, grants.assigned_on),
    Row(
        "DELETE",
        "serviceprincipals/{}/approleassignedto/{}",
        WRITE_ASSIGNMENTS,
        grants.unassigned_on,
    ),
    Row("GET", "oauth2permissiongrants", READ_GRANTS, grants.grants),
    Row("POST", "oauth2permissiongrants", WRITE_GRANTS, grants.grant_created),
    Row("GET", "oauth2permissiongrants/{}", READ_GRANTS, grants.grant),
    Row("PATCH", "oauth2permissiongrants/{}", WRITE_GRANTS, grants.grant_amended),
    Row("DELETE", "oauth2permissiongrants/{}", WRITE_GRANTS, grants.grant_deleted),
    Row("GET", "users", READ_USERS, users.listed),
    Row("POST", "users", WRITE_USERS, users.created),
    Row("GET", "users/$count", READ_USERS, users.counted),
    Row("GET", "users/{}", READ_USERS, users.shown),
    Row("PATCH", "users/{}", WRITE_USERS, users.amended),
    Row("DELETE", "users/{}", WRITE_USERS, users.deleted),
    Row("POST", "users/{}/assignlicense", WRITE_LICENCES, users.licensed),
    Row("GET", "users/{}/licensedetails", READ_USERS, users.licence_details),
    Row("GET", "users/{}/memberof", READ_USERS, users.member_of),
    Row("GET", "users/{}/transitivememberof", READ_USERS, users.member_of),
    Row("GET", "users/{}/approleassignments", READ_ASSIGNMENTS, grants.held_by_person),
    Row("POST", "users/{}/approleassignments", WRITE_ASSIGNMENTS, grants.assigned_to_person),
    Row(
        "DELETE",
        "users/{}/approleassignments/{}",
        WRITE_ASSIGNMENTS,
        grants.unassigned_from_person,
    ),
    Row("POST", "users/{}/revokesigninsessions", REVOKE_SESSIONS, signing_in.revoked),
    Row("GET", "me", ANYONE, users.me),
    Row("POST", "me/changepassword", ANYONE, signing_in.password_changed),
    Row("POST", "me/revokesigninsessions", ANYONE, signing_in.own_revoked),
    Row("GET", "organization", READ_ORGANIZATION, tenant.organizations),
    Row("GET", "organization/{}", READ_ORGANIZATION, tenant.organization),
    Row("GET", "subscribedskus", READ_PRODUCTS, tenant.products),
    Row("GET", "directoryroles", READ_ROLES, tenant.directory_roles),
    Row("GET", "directoryroles/{}", READ_ROLES, tenant.directory_role),
    Row("GET", "directoryroles/{}/members", READ_ROLES, tenant.members),
    Row("POST", "directoryroles/{}/members/$ref", WRITE_ROLES, tenant.member_added),
    Row("DELETE", "directoryroles/{}/members/{}/$ref", WRITE_ROLES, tenant.member_removed),
)
"""Every call there is, its path in lower case."""


def _by_path() -> dict[str, dict[str, Row]]:
    table: dict[str, dict[str, Row]] = {}
    for row in ROWS:
        table.setdefault(row.path, {})[row.method] = row
    return table


_TABLE = _by_path()
_WORDS = {word for path in _TABLE for word in path.split("/")} - {"{}"}


def mount(service: TokenService) -> Mount:
    """Return Microsoft Graph over a token service: all that is below `/graph/`."""
    return _Graph(service)


class _Graph:
    def __init__(self, service: TokenService) -> None:
        self._service = service
        limits = {"limit": bodies.LARGEST, "too_large": self._too_large}
        self._pool = Route(self._answer, "pool", **limits)  # type: ignore[arg-type]
        self._inline = replace(self._pool, lane="inline")

    def route(self, head: Request) -> Route:
        """Return where a request goes: reads of one object may stay on the event loop."""
        if head.method != "GET" or not self._service.database.inline:
            return self._pool
        try:
            path, _ = _read_path(head.path)
        except (errors.GraphError, ODataError):
            return self._pool
        row = _TABLE.get(path, {}).get("GET")
        return self._inline if row is not None and row.short else self._pool

    def _answer(self, request: Request) -> Response:
        names = answers.names_of(request, self._service)
        try:
            return _dispatch(self._service, request, names)
        except StepBudgetExceeded:
            raise  # whoever carries the request runs it again in the pool
        except Exception as error:
            return answers.spell(error, self._service, names)

    def _too_large(self, request: Request) -> Response:
        names = answers.names_of(request, self._service)
        error = errors.TOO_LARGE("The request body is too large: 1 MiB at most.")
        return answers.spell(error, self._service, names)


def _dispatch(service: TokenService, request: Request, names: answers.Names) -> Response:
    if request.method == "OPTIONS":
        return answers.preflight(request, names)
    caller = callers.authenticate(service, request)
    if len(request.body) > bodies.LARGEST:
        raise errors.TOO_LARGE("The request body is too large: 1 MiB at most.")
    path, named = _read_path(request.path)
    methods = _TABLE.get(path)
    if methods is None:
        segment = next((one for one in path.split("/") if one not in _WORDS), path)
        raise errors.BAD_REQUEST(f"Resource not found for the segment '{errors.shown(segment)}'.")
    row = methods.get(request.method)
    if row is None:
        text = "Specified HTTP method is not allowed for the request target."
        raise errors.GraphError(errors.WRONG_METHOD, text, allowed=", ".join(methods))
    about = named[0].id if named else None
    if row.access is not ANYONE and not caller.may(row.access, about=about):
        raise errors.DENIED("Insufficient privileges to complete the operation.")
    return row.answer(Call(service, request, names, caller, named))


def _read_path(raw: str) -> tuple[str, tuple[Key, ...]]:
    """Return a path as the table spells it, and what it names. Raises GraphError."""
    if not raw.lower().startswith(_PREFIX):
        version = errors.shown(raw.removeprefix("/graph").strip("/").partition("/")[0])
        raise errors.BAD_REQUEST(f"Invalid version: {version}.")
    parts = [part for part in raw[len(_PREFIX) :].split("/") if part]
    if len(parts) > _MOST_SEGMENTS:
        raise errors.BAD_REQUEST("The request URI has too many segments.")
    path: list[str] = []
    named: list[Key] = []
    for part in parts:
        word, key = _segment(part, follows_name=path[-1:] not in _WHOLE)
        path += [word] if key is None else [word, "{}"] if word else ["{}"]
        named += [key] if key is not None else []
    return "/".join(path), tuple(named)


def _segment(raw: str, *, follows_name: bool) -> tuple[str, Key | None]:
    """Return a segment's word, and the key it is or holds."""
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise errors.BAD_REQUEST("The request URI is not valid UTF-8.") from None
    keyed = _KEYED.fullmatch(text)
    if keyed and keyed["name"].lower() in _WORDS:
        quoted = _QUOTED.fullmatch(keyed["key"].strip())
        key = Key(id=quoted[1].replace("''", "'")) if quoted else read_key(keyed["key"])
        return keyed["name"].lower(), key
    if follows_name and not text.startswith("$"):
        return "", Key(id=text)
    return text.lower(), None
