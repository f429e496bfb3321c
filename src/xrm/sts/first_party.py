"""Microsoft's own applications: what every tenant has without having registered it.

Dynamics and Microsoft Graph are resources; the sample client is the one old connection strings
and samples name; the command-line tools are those whose ids other libraries sign in with. Ids
and permissions are published by Microsoft.
"""

from collections.abc import Iterator
from uuid import UUID, uuid5

from xrm.sts.model import (
    CRM_APPLICATION,
    GRAPH_APPLICATION,
    MICROSOFT_TENANT,
    Application,
    AppRole,
    RedirectUri,
    RequiredAccess,
    Scope,
)

SAMPLE_CLIENT = UUID("51f81489-12ee-4a9e-aaae-a2591f45987d")
USER_IMPERSONATION = UUID("78ce3f0f-a1ce-49c2-8cde-64b5c0896db4")
USER_READ = UUID("e1fe6dd8-ba31-4d61-89e7-88639da4683d")

_TOOLS = (
    (UUID("04b07795-8ddb-461a-bbee-02f9e1bf7b46"), "Microsoft Azure CLI"),
    (UUID("1950a258-227b-4e31-a9cf-717495945fc2"), "Microsoft Azure PowerShell"),
)

FAMILY = frozenset(application_id for application_id, _ in _TOOLS)
"""The applications whose refresh tokens serve each other (`foci`)."""

_CRM_SCOPES = (
    Scope(
        USER_IMPERSONATION,
        "user_impersonation",
        admin_name="Access Dynamics 365 as organization users",
        admin_description="The application acts as the signed-in person in Dynamics 365.",
        user_name="Access Dynamics 365 as you",
        user_description="The application acts as you in Dynamics 365.",
    ),
)

_GRAPH_ROLES = (
    ("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All"),
    ("18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy"),
    ("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Application.Read.All"),
    ("06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All"),
    ("8e8e4742-1d95-4f68-9d56-6ee75648c72a", "DelegatedPermissionGrant.ReadWrite.All"),
    ("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.Read.All"),
    ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All"),
    ("498476ce-e0fe-48b0-b801-37ba7e2685c6", "Organization.Read.All"),
    ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory"),
    ("df021288-bdef-4463-88db-98f22de89214", "User.Read.All"),
    ("741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All"),
    ("77f3a031-c388-4f99-b373-dc68676a979e", "User.RevokeSessions.All"),
)

_GRAPH_SCOPES = (
    (str(USER_READ), "User.Read", "User", "Sign you in and read your profile"),
    ("37f7f235-527c-4136-accd-4a02d197296e", "openid", "User", "Sign you in"),
    ("14dad69e-099b-42c9-810b-d002981feec1", "profile", "User", "View your basic profile"),
    ("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", "email", "User", "View your email address"),
    (
        "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
        "offline_access",
        "User",
        "Maintain access to data you have given it access to",
    ),
    (
        "b340eb25-3456-403f-be2f-af7a0d370277",
        "User.ReadBasic.All",
        "User",
        "Read the basic profiles of all people",
    ),
    (
        "a154be20-db9c-4678-8ab7-66f6cc099a59",
        "User.Read.All",
        "Admin",
        "Read the full profiles of all people",
    ),
    (
        "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
        "User.ReadWrite.All",
        "Admin",
        "Read and change the full profiles of all people",
    ),
    (
        "06da0dbc-49e2-44d2-8312-53f166ab848a",
        "Directory.Read.All",
        "Admin",
        "Read everything in the directory",
    ),
    ("c79f8feb-a9db-4090-85f9-90d820caa0eb", "Application.Read.All", "Admin", "Read applications"),
    (
        "bdfbf15f-ee85-4955-8675-146e8e5296b5",
        "Application.ReadWrite.All",
        "Admin",
        "Read and change applications",
    ),
    (
        "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
        "AppRoleAssignment.ReadWrite.All",
        "Admin",
        "Grant application permissions and assign application roles",
    ),
    (
        "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Admin",
        "Grant applications permissions to act for people",
    ),
    (
        "4908d5b9-3fb2-4b1e-9336-1888b7937185",
        "Organization.Read.All",
        "Admin",
        "Read what is known about the organization",
    ),
    (
        "0e263e50-5827-48a4-b97c-d940288653c7",
        "Directory.AccessAsUser.All",
        "Admin",
        "Do in the directory whatever you may do there",
    ),
    (
        "56760768-b641-451f-8906-e1b8ab31bca7",
        "User-PasswordProfile.ReadWrite.All",
        "Admin",
        "Read and change the password settings of all people",
    ),
    (
        "fc30e98b-8810-4501-81f5-c20a3196387b",
        "User.RevokeSessions.All",
        "Admin",
        "End the sessions of all people",
    ),
)


def _own(application_id: UUID, name: str, **members: object) -> Application:
    return Application(
        application_id=application_id,
        tenant_id=MICROSOFT_TENANT,
        object_id=uuid5(MICROSOFT_TENANT, str(application_id)),
        name=name,
        audience="AzureADMultipleOrgs",
        **members,  # type: ignore[arg-type]
    )


def _dynamics() -> Application:
    return _own(
        CRM_APPLICATION,
        "Dataverse",
        scopes=_CRM_SCOPES,
        # Organizations' own pages sign people in as it, each tenant's at the reply URLs there.
        implicit_id_tokens=True,
        required=(RequiredAccess(GRAPH_APPLICATION, USER_READ, "Scope"),),
    )


def _all() -> Iterator[Application]:
    yield _dynamics()
    yield _own(
        GRAPH_APPLICATION,
        "Microsoft Graph",
        identifier_uris=("https://graph.microsoft.com",),
        roles=tuple(AppRole(UUID(key), value, name=value) for key, value in _GRAPH_ROLES),
        scopes=tuple(
            Scope(
                UUID(key),
                value,
                "User" if kind == "User" else "Admin",
                admin_name=title,
                admin_description=f"Microsoft Graph calls this permission {value}.",
            )
            for key, value, kind, title in _GRAPH_SCOPES
        ),
    )
    yield _own(
        SAMPLE_CLIENT,
        "Dynamics 365 Development Tools",
        public_client=True,
        redirect_uris=(
            RedirectUri("app://58145B91-0C36-4500-8554-080854F2AC97", "InstalledClient"),
        ),
        required=(RequiredAccess(CRM_APPLICATION, USER_IMPERSONATION, "Scope"),),
    )

    for application_id, name in _TOOLS:
        yield _own(
            application_id,
            name,
            public_client=True,
            redirect_uris=(RedirectUri("http://localhost", "InstalledClient"),),
            required=(
                RequiredAccess(CRM_APPLICATION, USER_IMPERSONATION, "Scope"),
                RequiredAccess(GRAPH_APPLICATION, USER_READ, "Scope"),
            ),
        )


APPLICATIONS = {application.application_id: application for application in _all()}
"""By application id."""

RESOURCES = frozenset({CRM_APPLICATION, GRAPH_APPLICATION})
"""Those without which nothing works: they cannot be put out of a tenant."""

RESERVED = frozenset({*APPLICATIONS, UUID(int=0)})
"""Ids no tenant may register."""
