"""What belongs to the tenant as a whole: `/organization`, `/subscribedSkus`, `/directoryRoles`."""

import re
from collections import Counter
from typing import Any
from uuid import UUID, uuid5

from xrm.sts import offerings
from xrm.sts.directory import guid
from xrm.sts.faces.graph import answers, bodies, errors, queries
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.objects import users
from xrm.sts.faces.graph.queries import Collection, Document, names
from xrm.sts.offerings import DirectoryRole
from xrm.sts.registration import RegistrationError, people
from xrm.wire.http import Response

_ORGANIZATION = Collection(
    context="organization",
    type_name="organization",
    properties=names(
        "assignedPlans countryLetterCode deletedDateTime displayName id tenantType verifiedDomains"
    ),
    filters=frozenset({"displayName", "id"}),
)
_SKUS = Collection(
    context="subscribedSkus",
    type_name="subscribedSku",
    properties=names(
        "appliesTo capabilityStatus consumedUnits id prepaidUnits servicePlans skuId skuPartNumber"
    ),
    filters=frozenset(),
    orders=frozenset(),
)
ROLES = Collection(
    context="directoryRoles",
    type_name="directoryRole",
    properties=names("deletedDateTime description displayName id roleTemplateId"),
    filters=frozenset({"displayName", "roleTemplateId", "id"}),
    orders=frozenset(),
)
_MEMBERS = Collection(
    context="directoryObjects",
    type_name="directoryObject",
    properties=names("displayName givenName id mail surname userPrincipalName"),
    filters=frozenset(),
    orders=frozenset(),
)
_UNITS = 100
"""Licences a tenant owns of each product: nothing here counts them down."""

_REFERENCE = re.compile(r"https://[^/]{1,300}/(?:graph/)?v1\.0/(?:directoryObjects|users)/([^/]+)")


def organizations(call: Call) -> Response:
    """Answer GET /organization: the one tenant."""
    return queries.answer(call, _ORGANIZATION, [_organization(call)])


def organization(call: Call) -> Response:
    """Answer GET of the tenant by its id."""
    name = call.keys[0].id or ""
    if name.lower() != str(call.caller.tenant.tenant_id):
        raise errors.missing(name)
    return queries.single(call, _ORGANIZATION, _organization(call))


def _organization(call: Call) -> Document:
    tenant = call.caller.tenant
    domains = [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": position == 0,
            "isInitial": position == 0,
            "name": name,
            "type": "Managed",
        }
        for position, name in enumerate(tenant.domains)
    ]
    return {
        "assignedPlans": [],
        "countryLetterCode": None,
        "deletedDateTime": None,
        "displayName": tenant.name,
        "id": str(tenant.tenant_id),
        "tenantType": "AAD",
        "verifiedDomains": domains,
    }


def products(call: Call) -> Response:
    """Answer GET /subscribedSkus."""
    everyone = people.list_users(call.service, call.caller.tenant)
    used = Counter(sku_id for user in everyone for sku_id in user.licences)
    tenant_id = call.caller.tenant.tenant_id
    units = {"enabled": _UNITS, "lockedOut": 0, "suspended": 0, "warning": 0}
    documents = [
        {
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": used[product.sku_id],
            "id": f"{tenant_id}_{product.sku_id}",
            "prepaidUnits": units,
            "servicePlans": [],
            "skuId": str(product.sku_id),
            "skuPartNumber": product.part_number,
        }
        for product in offerings.PRODUCTS
    ]
    return queries.answer(call, _SKUS, documents)


def directory_roles(call: Call) -> Response:
    """Answer GET /directoryRoles."""
    return queries.answer(call, ROLES, roles(call))


def directory_role(call: Call) -> Response:
    """Answer GET of one directory role."""
    role = _named(call)
    (found,) = [one for one in roles(call) if one["roleTemplateId"] == str(role.template_id)]
    return queries.single(call, ROLES, found)


def members(call: Call) -> Response:
    """Answer GET of the people who have a directory role."""
    role = _named(call)
    everyone = people.list_users(call.service, call.caller.tenant)
    documents: list[dict[str, Any]] = [
        {"@odata.type": "#microsoft.graph.user", **users.document(one)}
        for one in everyone
        if role.template_id in one.roles
    ]
    shown = ("@odata.type", *users.COLLECTION.shown)
    kept = [{name: one[name] for name in shown} for one in documents]
    return queries.answer(call, _MEMBERS, kept)


def member_added(call: Call) -> Response:
    """Answer POST of a reference: gives a person a directory role."""
    role = _named(call)
    match = _REFERENCE.fullmatch(bodies.reference(call.request))
    if match is None:
        raise errors.BAD_REQUEST("Invalid URL format specified in @odata.id.")
    user = users.find(call, match[1])
    try:
        people.add_role(call.service, user, role.template_id)
    except RegistrationError as error:
        if error.kind == "taken":
            raise errors.REFUSED(
                "One or more added object references already exist for the following modified "
                "properties: 'members'."
            ) from error
        raise
    return answers.done(call)


def member_removed(call: Call) -> Response:
    """Answer DELETE of a reference: takes a directory role from a person."""
    role = _named(call)
    name = call.keys[1].id or ""
    user = users.find(call, name)
    if role.template_id not in user.roles:
        raise errors.missing(name)
    people.remove_role(call.service, user, role.template_id)
    return answers.done(call)


def roles(call: Call) -> list[Document]:
    """Return the directory roles of the tenant: each has an id of its own there."""
    return [
        {
            "deletedDateTime": None,
            "description": role.name,
            "displayName": role.name,
            "id": str(_object_id(call, role)),
            "roleTemplateId": str(role.template_id),
        }
        for role in offerings.DIRECTORY_ROLES
    ]


def _object_id(call: Call, role: DirectoryRole) -> UUID:
    return uuid5(call.caller.tenant.tenant_id, str(role.template_id))


def _named(call: Call) -> DirectoryRole:
    key = call.keys[0]
    name = key.id or key.parts[0][1]
    wanted = guid(name)
    by_template = not key.id
    if by_template and key.parts[0][0].lower() != "roletemplateid":
        raise errors.BAD_REQUEST("The key of a directory role is its id or roleTemplateId.")
    for role in offerings.DIRECTORY_ROLES:
        if wanted == (role.template_id if by_template else _object_id(call, role)):
            return role
    raise errors.missing(name)
