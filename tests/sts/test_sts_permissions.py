"""Permissions: required by registrations, granted by consent, withdrawn again."""

from dataclasses import replace
from uuid import UUID

import pytest

from xrm.sts import registration as r
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION, AppRole, RequiredAccess

USER_IMPERSONATION = UUID("78ce3f0f-a1ce-49c2-8cde-64b5c0896db4")
USER_READ_SCOPE = UUID("a154be20-db9c-4678-8ab7-66f6cc099a59")
USER_READ_ROLE = UUID("df021288-bdef-4463-88db-98f22de89214")


@pytest.mark.parametrize(
    ("name", "application_id"),
    [
        ("dynamics", CRM_APPLICATION),
        ("Graph", GRAPH_APPLICATION),
        ("https://graph.microsoft.com/", GRAPH_APPLICATION),
        ("https://localhost:8444", CRM_APPLICATION),
        (str(CRM_APPLICATION), CRM_APPLICATION),
    ],
)
def test_resources_by_their_names(world, name, application_id):
    principal, application = r.find_resource(world.service, world.tenant, name)
    assert principal.application_id == application.application_id == application_id


def test_a_resource_that_is_not_there(world):
    with pytest.raises(r.RegistrationError) as refused:
        r.find_resource(world.service, world.tenant, "https://nowhere.example")
    assert refused.value.kind == "absent"


def rows(world, application=None, tenant=None):
    application = application or r.find_application(
        world.service, world.tenant, world.application.application_id
    )
    found = r.permissions(world.service, tenant or world.tenant, application)
    return [(one.resource, one.value, one.kind, one.required, one.granted) for one in found]


def test_required_then_granted_then_withdrawn(fresh):
    service, tenant = fresh.service, fresh.tenant
    _, crm = r.find_resource(service, tenant, "dynamics")
    _, graph = r.find_resource(service, tenant, "graph")
    application = fresh.application
    assert rows(fresh) == []
    for _ in range(2):
        r.require(service, application, resource=crm, value_or_id="user_impersonation")
    r.require(service, application, resource=graph, value_or_id=USER_READ_ROLE)
    assert rows(fresh) == [
        ("Dataverse", "user_impersonation", "Scope", True, False),
        ("Microsoft Graph", "User.Read.All", "Role", True, False),
    ]
    for _ in range(2):
        principal = r.consent(service, tenant, application.application_id)
    granted = [
        ("Dataverse", "user_impersonation", "Scope", True, True),
        ("Microsoft Graph", "User.Read.All", "Role", True, True),
    ]
    assert rows(fresh) == granted
    (scope,) = r.list_scope_grants(service, tenant)
    assert (scope.scope, scope.person) == ("user_impersonation", None)
    (held,) = r.list_role_assignments(service, holder=principal.object_id)
    assert held.role_id == USER_READ_ROLE

    r.unrequire(service, application, resource=graph, value_or_id="User.Read.All", kind="Role")
    assert rows(fresh)[1] == ("Microsoft Graph", "User.Read.All", "Role", False, True)
    r.withdraw(service, tenant, application.application_id)
    assert rows(fresh) == [("Dataverse", "user_impersonation", "Scope", True, False)]
    assert r.find_principal(service, tenant, application.application_id) == principal
    assert r.list_scope_grants(service, tenant) == []


def test_consent_adds_to_what_was_granted(fresh):
    service, tenant = fresh.service, fresh.tenant
    _, graph = r.find_resource(service, tenant, "graph")
    for value in ("User.Read", "openid"):
        r.require(service, fresh.application, resource=graph, value_or_id=value)
        r.consent(service, tenant, fresh.application.application_id)
    (grant,) = r.list_scope_grants(service, tenant)
    assert grant.scope == "User.Read openid"


def test_what_cannot_be_required(fresh):
    service = fresh.service
    _, graph = r.find_resource(service, fresh.tenant, "graph")
    with pytest.raises(r.RegistrationError, match="as scope and as role"):
        r.require(service, fresh.application, resource=graph, value_or_id="User.Read.All")
    for kind, access in (("Scope", USER_READ_SCOPE), ("Role", USER_READ_ROLE)):
        made = r.require(
            service, fresh.application, resource=graph, value_or_id="User.Read.All", kind=kind
        )
        assert RequiredAccess(GRAPH_APPLICATION, access, kind) in made.required
    for value in ("Nothing.All", UUID(int=5)):
        with pytest.raises(r.RegistrationError) as refused:
            r.require(service, fresh.application, resource=graph, value_or_id=value)
        assert refused.value.kind == "absent"
    with pytest.raises(r.RegistrationError) as refused:
        r.unrequire(service, fresh.application, resource=graph, value_or_id="User.Read")
    assert refused.value.kind == "absent"


def test_consent_takes_an_application_of_another_tenant_in_and_out(fresh):
    service = fresh.service
    other = r.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    application = fresh.application
    with pytest.raises(r.RegistrationError) as refused:
        r.consent(service, other, application.application_id)
    assert refused.value.kind == "forbidden"
    _, crm = r.find_resource(service, fresh.tenant, "dynamics")
    r.amend_application(service, application, lambda a: replace(a, audience="AzureADMultipleOrgs"))
    made = r.require(service, application, resource=crm, value_or_id=USER_IMPERSONATION)
    principal = r.consent(service, other, application.application_id)
    assert principal.tenant_id == other.tenant_id
    assert rows(fresh, made, other) == [("Dataverse", "user_impersonation", "Scope", True, True)]
    assert rows(fresh) == [("Dataverse", "user_impersonation", "Scope", True, False)]
    r.withdraw(service, other, application.application_id)
    assert r.find_principal(service, other, application.application_id) is None
    assert r.list_scope_grants(service, other) == []
    with pytest.raises(r.RegistrationError):
        r.withdraw(service, other, application.application_id)


def test_consent_needs_the_resource_and_the_permission(fresh):
    service, tenant = fresh.service, fresh.tenant
    for missing in (
        RequiredAccess(UUID(int=77), USER_IMPERSONATION, "Scope"),
        RequiredAccess(CRM_APPLICATION, UUID(int=77), "Scope"),
        RequiredAccess(CRM_APPLICATION, USER_IMPERSONATION, "Role"),
    ):
        required = (RequiredAccess(CRM_APPLICATION, USER_IMPERSONATION, "Scope"), missing)
        r.amend_application(
            service, fresh.application, lambda a, required=required: replace(a, required=required)
        )
        with pytest.raises(r.RegistrationError) as refused:
            r.consent(service, tenant, fresh.application.application_id)
        assert refused.value.kind == "absent"
        assert r.list_scope_grants(service, tenant) == []


def test_primitives_refuse_what_is_there_already(fresh):
    service, tenant = fresh.service, fresh.tenant
    role = AppRole(UUID(int=11), "Leads.All", members=("Application",))
    people_only = AppRole(UUID(int=12), "Leads.Own", members=("User",))
    off = AppRole(UUID(int=13), "Leads.Off", enabled=False)
    resource = r.create_application(
        service,
        tenant,
        name="Leads",
        amend=lambda a: replace(a, roles=(role, people_only, off)),
    )
    offering = r.find_principal(service, tenant, resource.application_id).object_id
    holder = r.find_principal(service, tenant, fresh.application.application_id).object_id

    def assign(role_id, **changes):
        ids = {"holder": holder, "resource": offering, "role_id": role_id} | changes
        return r.assign_role(service, tenant, **ids)

    made = assign(role.role_id)
    for role_id, changes, kind in (
        (role.role_id, {}, "taken"),
        (people_only.role_id, {}, "invalid"),
        (off.role_id, {}, "invalid"),
        (UUID(int=0), {}, "invalid"),
        (role.role_id, {"holder": UUID(int=1)}, "absent"),
        (role.role_id, {"resource": UUID(int=1)}, "absent"),
    ):
        with pytest.raises(r.RegistrationError) as refused:
            assign(role_id, **changes)
        assert refused.value.kind == kind
    r.unassign_role(service, made)
    with pytest.raises(r.RegistrationError):
        r.unassign_role(service, made)

    ids = {"client": holder, "resource": offering}
    grant = r.grant_scope(service, tenant, scope=" a  b a", **ids)
    assert grant.scope == "a b"
    with pytest.raises(r.RegistrationError) as refused:
        r.grant_scope(service, tenant, scope="c", **ids)
    assert refused.value.kind == "taken"
    assert r.change_scope(service, grant, "c").scope == "c"
    with pytest.raises(r.RegistrationError):
        r.grant_scope(service, tenant, scope="c", person=UUID(int=1), **ids)
    r.revoke_scope(service, grant)
    for act in (lambda: r.revoke_scope(service, grant), lambda: r.change_scope(service, grant, "")):
        with pytest.raises(r.RegistrationError):
            act()


def test_a_resource_without_roles_has_the_default_one(fresh):
    service, tenant = fresh.service, fresh.tenant
    crm, _ = r.find_resource(service, tenant, "dynamics")
    holder = r.find_principal(service, tenant, fresh.application.application_id).object_id
    ids = {"holder": holder, "resource": crm.object_id, "role_id": UUID(int=0)}
    assert r.assign_role(service, tenant, **ids).role_id == UUID(int=0)
    assert [one[1:3] for one in rows(fresh)] == [("", "Role")]
