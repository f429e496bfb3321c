"""`/oauth2PermissionGrants` and the `appRoleAssignments` of principals and people."""

from collections.abc import Callable
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import manifest, registration
from xrm.sts.faces.graph import answers, bodies, errors, queries
from xrm.sts.faces.graph.access import is_global
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.objects import principals, users
from xrm.sts.faces.graph.queries import Collection, Document, names
from xrm.sts.model import GRAPH_APPLICATION, RoleAssignment, ScopeGrant
from xrm.sts.registration import RegistrationError
from xrm.sts.store import PRINCIPALS, ROLE_ASSIGNMENTS, USERS
from xrm.wire import jose
from xrm.wire.http import Response

_GRANT = names("clientId consentType id principalId resourceId scope")
GRANTS = Collection(
    context="oauth2PermissionGrants",
    type_name="oAuth2PermissionGrant",
    properties=_GRANT,
    filters=_GRANT,
    orders=frozenset(),
)
_ASSIGNMENT = names(
    "appRoleId createdDateTime deletedDateTime id principalDisplayName principalId principalType "
    "resourceDisplayName resourceId"
)
ASSIGNMENTS = Collection(
    context="appRoleAssignments",
    type_name="appRoleAssignment",
    properties=_ASSIGNMENT,
    filters=frozenset({"resourceId", "appRoleId", "principalId"}),
    orders=frozenset(),
)
_OLD_TIMES = ("startTime", "expiryTime")


def grants(call: Call) -> Response:
    """Answer GET /oauth2PermissionGrants."""
    found = registration.list_scope_grants(call.service, call.caller.tenant)
    return queries.answer(call, GRANTS, [_grant_document(one) for one in found])


def grants_of_principal(call: Call) -> Response:
    """Answer GET of the grants a service principal has."""
    client = principals.named(call).object_id
    found = registration.list_scope_grants(call.service, call.caller.tenant, client=client)
    return queries.answer(call, GRANTS, [_grant_document(one) for one in found])


def grant(call: Call) -> Response:
    """Answer GET of one grant."""
    return queries.single(call, GRANTS, _grant_document(_named_grant(call)))


def grant_created(call: Call) -> Response:
    """Answer POST /oauth2PermissionGrants."""
    allowed = ("clientId", "consentType", "principalId", "resourceId", "scope", *_OLD_TIMES)
    body = bodies.read(call.request, allowed)
    kind = bodies.text(body, "consentType", required=True)
    if kind not in ("AllPrincipals", "Principal"):
        raise bodies.invalid("consentType")
    for_one = kind == "Principal"
    if not for_one and body.get("principalId") is not None:
        raise bodies.invalid("principalId")
    try:
        made = registration.grant_scope(
            call.service,
            call.caller.tenant,
            client=bodies.identifier(body, "clientId"),
            resource=bodies.identifier(body, "resourceId"),
            scope=bodies.text(body, "scope"),
            person=bodies.identifier(body, "principalId") if for_one else None,
        )
    except RegistrationError as error:
        if error.kind == "taken":
            raise errors.TAKEN("Permission entry already exists.") from error
        raise
    place = f"{GRANTS.context}/{made.grant_id}"
    return answers.created(call, GRANTS.context, _grant_document(made), place)


def grant_amended(call: Call) -> Response:
    """Answer PATCH of a grant: its scopes can be changed, nothing else."""
    standing = _named_grant(call)
    body = bodies.read(call.request, ("scope", *_OLD_TIMES))
    changed = registration.change_scope(call.service, standing, bodies.text(body, "scope"))
    return answers.changed(call, GRANTS.context, _grant_document(changed))


def grant_deleted(call: Call) -> Response:
    """Answer DELETE of a grant."""
    registration.revoke_scope(call.service, _named_grant(call))
    return answers.done(call)


def _named_grant(call: Call) -> ScopeGrant:
    name = call.keys[0].id or ""
    usable = name.isascii() and name.isprintable() and len(name) <= 128
    tenant = call.caller.tenant
    found = registration.find_scope_grant(call.service, tenant, name) if usable else None
    if found is None:
        raise errors.missing(name)
    return found


def _grant_document(one: ScopeGrant) -> Document:
    return {
        "clientId": str(one.client),
        "consentType": "AllPrincipals" if one.person is None else "Principal",
        "id": one.grant_id,
        "principalId": None if one.person is None else str(one.person),
        "resourceId": str(one.resource),
        "scope": one.scope,
    }


def _of_principal(call: Call) -> UUID:
    return principals.named(call).object_id


def _of_person(call: Call) -> UUID:
    return users.named(call).object_id


def held(call: Call) -> Response:
    """Answer GET of the roles a service principal holds."""
    return _listed(
        call, registration.list_role_assignments(call.service, holder=_of_principal(call))
    )


def held_by_person(call: Call) -> Response:
    """Answer GET of the roles a person holds."""
    return _listed(call, registration.list_role_assignments(call.service, holder=_of_person(call)))


def held_on(call: Call) -> Response:
    """Answer GET of the roles of a service principal that others hold."""
    found = registration.list_role_assignments(call.service, resource=_of_principal(call))
    return _listed(call, found)


def assigned(call: Call) -> Response:
    """Answer POST of a role to what the path names as its holder."""
    return _assigned(call, _of_principal, "principalId")


def assigned_to_person(call: Call) -> Response:
    """Answer POST of a role to the person the path names."""
    return _assigned(call, _of_person, "principalId")


def assigned_on(call: Call) -> Response:
    """Answer POST of a role of what the path names as the resource."""
    return _assigned(call, _of_principal, "resourceId")


def _assigned(call: Call, owner: Callable[[Call], UUID], member: str) -> Response:
    named = owner(call)
    body = bodies.read(call.request, ("principalId", "resourceId", "appRoleId"))
    if bodies.identifier(body, member) != named:
        raise errors.REFUSED(f"The property '{member}' must be the object of the path.")
    resource = bodies.identifier(body, "resourceId")
    _check_reach(call, resource)
    try:
        made = registration.assign_role(
            call.service,
            call.caller.tenant,
            holder=bodies.identifier(body, "principalId"),
            resource=resource,
            role_id=bodies.identifier(body, "appRoleId"),
        )
    except RegistrationError as error:
        if error.kind == "taken":
            text = "Permission being assigned already exists on the object."
            raise errors.REFUSED(text) from error
        if error.kind == "invalid":
            text = "Permission being assigned was not found on application."
            raise errors.REFUSED(text) from error
        raise
    with call.service.database.read() as tx:
        content = _assignment_document(call, tx, made)
    place = f"{'/'.join(call.request.path.strip('/').split('/')[2:])}/{content['id']}"
    return answers.created(call, ASSIGNMENTS.context, content, place)


def _check_reach(call: Call, resource: UUID) -> None:
    """Refuse a person below a Global Administrator who gives roles of Microsoft Graph.

    An Application Administrator's reach ends there. Raises GraphError (403).
    """
    person = call.caller.person
    if person is None or is_global(person):
        return
    tenant = call.caller.tenant
    graph = registration.find_principal(call.service, tenant, GRAPH_APPLICATION)
    if graph is not None and graph.object_id == resource:
        raise errors.DENIED("Insufficient privileges to complete the operation.")


def unassigned(call: Call) -> Response:
    """Answer DELETE of a role a service principal holds."""
    return _unassigned(call, _of_principal(call), by_resource=False)


def unassigned_from_person(call: Call) -> Response:
    """Answer DELETE of a role a person holds."""
    return _unassigned(call, _of_person(call), by_resource=False)


def unassigned_on(call: Call) -> Response:
    """Answer DELETE of a role of a service principal that another holds."""
    return _unassigned(call, _of_principal(call), by_resource=True)


def _unassigned(call: Call, owner: UUID, *, by_resource: bool) -> Response:
    name = call.keys[1].id or ""
    found = _assignment(call, name)
    if found is None or (found.resource if by_resource else found.holder) != owner:
        raise errors.missing(name)
    registration.unassign_role(call.service, found)
    return answers.done(call)


def _assignment(call: Call, name: str) -> RoleAssignment | None:
    """Return the assignment of an id: holder and assignment in base64url, as Graph's look."""
    try:
        octets = jose.decode(name) if name.isascii() else b""
    except ValueError:
        return None
    if len(octets) != 32:
        return None
    with call.service.database.read() as tx:
        key = str(UUID(bytes_le=octets[16:]))
        found = call.service.store.get(tx, ROLE_ASSIGNMENTS, key)
    return found if found and found.tenant_id == call.caller.tenant.tenant_id else None


def _listed(call: Call, found: list[RoleAssignment]) -> Response:
    with call.service.database.read() as tx:
        documents = [_assignment_document(call, tx, one) for one in found]
    return queries.answer(call, ASSIGNMENTS, documents)


def _assignment_document(call: Call, tx: Transaction, one: RoleAssignment) -> Document:
    return {
        "id": jose.encode(one.holder.bytes_le + one.assignment_id.bytes_le),
        "deletedDateTime": None,
        "appRoleId": str(one.role_id),
        "createdDateTime": manifest.moment(one.created),
        "principalDisplayName": _name(call, tx, one.holder),
        "principalId": str(one.holder),
        "principalType": one.holder_kind,
        "resourceDisplayName": _name(call, tx, one.resource),
        "resourceId": str(one.resource),
    }


def _name(call: Call, tx: Transaction, object_id: UUID) -> str | None:
    found = call.service.store.find(tx, PRINCIPALS, object=str(object_id))
    if found:
        return found[0].name
    person = call.service.store.get(tx, USERS, str(object_id))
    return person.display_name if person else None
