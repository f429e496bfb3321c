"""`/servicePrincipals`: applications as the caller's tenant has them."""

from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import manifest, registration
from xrm.sts.directory import guid, name_key
from xrm.sts.faces.graph import answers, bodies, errors, queries
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.objects.applications import name_of
from xrm.sts.faces.graph.queries import Collection, Document, names
from xrm.sts.model import Application, ServicePrincipal
from xrm.sts.store import PRINCIPALS, RESOURCE_NAMES, in_tenant
from xrm.wire.http import Response

_EMPTY: dict[str, Any] = {
    "addIns": [],
    "alternativeNames": [],
    "deletedDateTime": None,
    "appDescription": None,
    "applicationTemplateId": None,
    "description": None,
    "disabledByMicrosoftStatus": None,
    "homepage": None,
    "keyCredentials": [],
    "loginUrl": None,
    "notes": None,
    "notificationEmailAddresses": [],
    "passwordCredentials": [],
    "preferredSingleSignOnMode": None,
    "preferredTokenSigningKeyThumbprint": None,
    "resourceSpecificApplicationPermissions": [],
    "samlSingleSignOnSettings": None,
    "servicePrincipalType": "Application",
    "tags": [],
    "tokenEncryptionKeyId": None,
}
_FOUND = (
    "accountEnabled appDisplayName appId appOwnerOrganizationId appRoleAssignmentRequired "
    "appRoles createdDateTime displayName id info logoutUrl oauth2PermissionScopes replyUrls "
    "servicePrincipalNames signInAudience verifiedPublisher"
)
COLLECTION = Collection(
    context="servicePrincipals",
    type_name="servicePrincipal",
    properties=frozenset({*_EMPTY, *_FOUND.split()}),
    filters=names(
        "accountEnabled appId appOwnerOrganizationId appRoles/id appRoles/value createdDateTime "
        "displayName id oauth2PermissionScopes/value servicePrincipalNames servicePrincipalType "
        "tags"
    ),
    orders=frozenset({"displayName", "createdDateTime"}),
)


def listed(call: Call) -> Response:
    """Answer GET /servicePrincipals."""
    found = {str(one.object_id): one for one in _asked(call)}
    documents = [_later(call, one) for one in found.values()]
    return queries.answer(
        call, COLLECTION, documents, lambda one: _whole(call, found[str(one["id"])])
    )


def counted(call: Call) -> Response:
    """Answer GET /servicePrincipals/$count."""
    return queries.count(call, COLLECTION, [_later(call, one) for one in _asked(call)])


def shown(call: Call) -> Response:
    """Answer GET of one service principal."""
    return queries.single(call, COLLECTION, _whole(call, named(call)))


def created(call: Call) -> Response:
    """Answer POST /servicePrincipals: takes an application into the tenant."""
    body = bodies.read(call.request, ("appId", "accountEnabled", "appRoleAssignmentRequired"))
    application_id = bodies.identifier(body, "appId")
    enabled, required = _flags(body)
    try:
        made = registration.create_principal(
            call.service,
            call.caller.tenant,
            application_id,
            enabled=enabled is not False,
            assignment_required=required is True,
        )
    except registration.RegistrationError as error:
        raise _not_taken_in(error, str(application_id)) from error
    return answers.created(
        call, COLLECTION.context, _whole(call, made), f"servicePrincipals/{made.object_id}"
    )


def amended(call: Call) -> Response:
    """Answer PATCH of a service principal."""
    principal = named(call)
    body = bodies.read(call.request, ("accountEnabled", "appRoleAssignmentRequired"))
    enabled, required = _flags(body)
    changed = registration.amend_principal(
        call.service, principal, enabled=enabled, assignment_required=required
    )
    return answers.changed(call, COLLECTION.context, _whole(call, changed))


def deleted(call: Call) -> Response:
    """Answer DELETE of a service principal."""
    registration.delete_principal(call.service, named(call))
    return answers.done(call)


def named(call: Call) -> ServicePrincipal:
    """Return the service principal the path names. Raises GraphError (404, 400)."""
    key, tenant = call.keys[0], call.caller.tenant
    with call.service.database.read() as tx:
        if key.id is not None:
            object_id = guid(key.id)
            if object_id is None:
                raise errors.REFUSED(f"Invalid object identifier '{errors.shown(key.id)}'.")
            several = call.service.store.find(tx, PRINCIPALS, object=str(object_id))
            found = several[0] if several else None
        else:
            application_id = guid(key.parts[0][1])
            if len(key.parts) > 1 or key.parts[0][0].lower() != "appid" or not application_id:
                raise errors.BAD_REQUEST("The key of a service principal is its id or appId.")
            text = in_tenant(tenant.tenant_id, application_id)
            found = call.service.store.get(tx, PRINCIPALS, text)
    if found is None or found.tenant_id != tenant.tenant_id:
        raise errors.missing(name_of(key))
    return found


def _flags(body: bodies.Body) -> tuple[bool | None, bool | None]:
    return bodies.flag(body, "accountEnabled"), bodies.flag(body, "appRoleAssignmentRequired")


def _not_taken_in(error: registration.RegistrationError, application_id: str) -> errors.GraphError:
    if error.kind == "taken":
        return errors.TAKEN(
            "The service principal cannot be created: the service principal name "
            f"{application_id} is already in use."
        )
    if error.kind == "absent":
        return errors.GraphError(
            errors.REFUSED,
            f"The appId '{application_id}' of the service principal does not reference a valid "
            "application object.",
            detail="NoBackingApplicationObject",
            target="appId",
        )
    return errors.DENIED(str(error))


def _later(call: Call, principal: ServicePrincipal) -> Document:
    known = {
        "accountEnabled": principal.enabled,
        "appId": str(principal.application_id),
        "createdDateTime": manifest.moment(principal.created),
        "displayName": principal.name,
        "id": str(principal.object_id),
    }
    return queries.Later(known, lambda: _whole(call, principal))


def _asked(call: Call) -> list[ServicePrincipal]:
    """Return the tenant's principals, or the one alone that the filter can find."""
    tenant_id = call.caller.tenant.tenant_id
    for name in ("appId", "id"):
        value = queries.fixed(call, COLLECTION, name)
        if value is not None:
            found = _by_id(call, name, guid(value))
            return [found] if found and found.tenant_id == tenant_id else []
    value = queries.fixed(call, COLLECTION, "servicePrincipalNames")
    if value is not None:
        found = _by_name(call, value)
        return [found] if found else []
    return registration.list_principals(call.service, call.caller.tenant)


def _by_name(call: Call, value: str) -> ServicePrincipal | None:
    tenant = call.caller.tenant
    key = in_tenant(tenant.tenant_id, name_key(value))
    with call.service.database.read() as tx:
        name = call.service.store.get(tx, RESOURCE_NAMES, key)
    if name is None:
        return None
    return registration.find_principal(call.service, tenant, name.application_id)


def _by_id(call: Call, name: str, value: UUID | None) -> ServicePrincipal | None:
    if value is None:
        return None
    if name == "appId":
        return registration.find_principal(call.service, call.caller.tenant, value)
    with call.service.database.read() as tx:
        found = call.service.store.find(tx, PRINCIPALS, object=str(value))
    return found[0] if found else None


def _whole(call: Call, principal: ServicePrincipal) -> Document:
    with call.service.database.read() as tx:
        return _document(call, tx, principal)


def _document(call: Call, tx: Transaction, principal: ServicePrincipal) -> Document:
    key = in_tenant(principal.tenant_id, principal.application_id)
    known = call.service.store.find(tx, RESOURCE_NAMES, application=key)
    view = call.service.directory.view(tx)
    application = view.application(str(principal.application_id))
    return {
        **_EMPTY,
        "accountEnabled": principal.enabled,
        "appDisplayName": principal.name,
        "appId": str(principal.application_id),
        "appRoleAssignmentRequired": principal.assignment_required,
        "createdDateTime": manifest.moment(principal.created),
        "displayName": principal.name,
        "id": str(principal.object_id),
        "servicePrincipalNames": sorted(one.name for one in known),
        "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None},
        **_of_registration(application, principal.reply_urls),
    }


def _of_registration(application: Application | None, replies: tuple[str, ...]) -> Document:
    """Return what a principal repeats of its registration, nothing where that is gone."""
    if application is None:
        return {
            "appOwnerOrganizationId": None,
            "appRoles": [],
            "info": None,
            "logoutUrl": None,
            "oauth2PermissionScopes": [],
            "replyUrls": list(replies),
            "signInAudience": None,
        }
    return {
        "appOwnerOrganizationId": str(application.tenant_id),
        "appRoles": [manifest.write_role(one) for one in application.roles],
        "info": manifest.write(application)["info"],
        "logoutUrl": application.logout_url or None,
        "oauth2PermissionScopes": [manifest.write_scope(one) for one in application.scopes],
        "replyUrls": [*(one.url for one in application.redirect_uris), *replies],
        "signInAudience": application.audience,
    }
