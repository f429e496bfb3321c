"""Register what signs in and what it signs in to; every change counts from the next request.

tenants         tenants, their domains, the resources' names in them
applications    registrations in a home tenant
secrets         client secrets;  certificates: their like, signed with
principals      applications as present in a tenant: consent brings one in
permissions     what applications ask for, and consent to it
granted         what has been granted: scopes to clients, roles to clients and people
people/         accounts, passwords, directory roles and licences
presence        Microsoft's own applications, put into every tenant
change          the write every function here goes through, and its refusals
"""

from xrm.sts.registration.applications import (
    Companion,
    amend_application,
    create_application,
    delete_application,
    find_application,
    list_applications,
    set_enabled,
)
from xrm.sts.registration.certificates import (
    add_certificate,
    list_certificates,
    read_certificate,
    remove_certificate,
    replace_certificates,
)
from xrm.sts.registration.change import Refusal, RegistrationError
from xrm.sts.registration.granted import (
    assign_role,
    change_scope,
    find_scope_grant,
    grant_scope,
    list_role_assignments,
    list_scope_grants,
    revoke_scope,
    unassign_role,
)
from xrm.sts.registration.permissions import (
    Permission,
    consent,
    find_resource,
    permissions,
    require,
    unrequire,
    withdraw,
)
from xrm.sts.registration.principals import (
    add_reply_url,
    amend_principal,
    create_principal,
    delete_principal,
    find_principal,
    list_principals,
    require_assignment,
    set_principal_enabled,
)
from xrm.sts.registration.secrets import (
    NewSecret,
    add_secret,
    keep_secret,
    list_secrets,
    make_secret,
    remove_secret,
)
from xrm.sts.registration.tenants import (
    add_domain,
    add_resource,
    create_tenant,
    find_tenant,
    list_tenants,
)

__all__ = [
    "Companion",
    "NewSecret",
    "Permission",
    "Refusal",
    "RegistrationError",
    "add_certificate",
    "add_domain",
    "add_reply_url",
    "add_resource",
    "add_secret",
    "amend_application",
    "amend_principal",
    "assign_role",
    "change_scope",
    "consent",
    "create_application",
    "create_principal",
    "create_tenant",
    "delete_application",
    "delete_principal",
    "find_application",
    "find_principal",
    "find_resource",
    "find_scope_grant",
    "find_tenant",
    "grant_scope",
    "keep_secret",
    "list_applications",
    "list_certificates",
    "list_principals",
    "list_role_assignments",
    "list_scope_grants",
    "list_secrets",
    "list_tenants",
    "make_secret",
    "permissions",
    "read_certificate",
    "remove_certificate",
    "remove_secret",
    "replace_certificates",
    "require",
    "require_assignment",
    "revoke_scope",
    "set_enabled",
    "set_principal_enabled",
    "unassign_role",
    "unrequire",
    "withdraw",
]
