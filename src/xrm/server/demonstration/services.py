"""The services of the demonstration: registered, given their permissions, users and records.

Each step looks first at what is there, so that a step done by another host on the same
database is not done twice. The certificate is a file, since clients read it from one.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from xrm.model.secret import Secret
from xrm.org import keys
from xrm.org.administration import application_users, assign_role, create_application_user
from xrm.org.loading import load
from xrm.org.organization import Organization
from xrm.org.presentation import languages
from xrm.server.demonstration import programs, staff
from xrm.server.demonstration.registering import registered
from xrm.server.demonstration.vault import Vault
from xrm.server.folder import Folder, write_private
from xrm.server.published import Demonstration
from xrm.sts import TokenService
from xrm.sts.model import Application, Tenant
from xrm.sts.registration import (
    add_certificate,
    add_secret,
    create_tenant,
    find_tenant,
    list_certificates,
    list_secrets,
)
from xrm.wire.certificates import new_key, pem, self_signed

NAME, DOMAIN = "Contoso", "contoso.localhost"
SECOND_NAME, SECOND_DOMAIN = "Fabrikam", "fabrikam.localhost"
UNIT, ROLE = "Contoso Europe", "Salesperson"
GERMAN = 1031
DATA = Path(__file__).parent / "contoso"

_CERTIFICATE = "certificate.pem"
_CREDENTIAL_DAYS = 730
_RENEWAL_SECONDS = 30 * 86_400
_ADMINISTRATION = (
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Organization.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
    "User.RevokeSessions.All",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One demonstration service: its name, its user's role and unit, what Graph lets it do."""

    name: str
    role: str | None = None
    unit: str | None = None
    graph: tuple[str, ...] = ()
    multi_tenant: bool = False


LEADS = Service(name="Contoso Lead Service", role=ROLE, unit=UNIT)
NO_USER = Service(name="Contoso Service Without User")
BY_CERTIFICATE = Service(name="Contoso Certificate Service", role=ROLE, unit=UNIT)
MULTI_TENANT = Service(name="Contoso Multi-Tenant Service", role=ROLE, unit=UNIT, multi_tenant=True)
ADMINISTRATION = Service(
    name="Contoso Administration", role="System Administrator", graph=_ADMINISTRATION
)
SERVICES = (LEADS, NO_USER, BY_CERTIFICATE, MULTI_TENANT, ADMINISTRATION)


def tenant(service: TokenService) -> Tenant:
    """Return the demonstration tenant, created at first use."""
    return find_tenant(service, DOMAIN) or create_tenant(service, name=NAME, domain=DOMAIN)


def has_begun(service: TokenService) -> bool:
    """Tell whether there is a demonstration tenant, complete or not."""
    return find_tenant(service, DOMAIN) is not None


def demonstrate(
    service: TokenService,
    home: Tenant,
    organization: Organization,
    *,
    folder: Folder,
    vault: Vault,
    first: bool,
) -> Demonstration:
    """Return the demonstration's services, programs and people; what is missing is made.

    At `first` use the organization is given its records. It must follow the tenant's accounts.
    """
    second = find_tenant(service, SECOND_DOMAIN) or create_tenant(
        service, name=SECOND_NAME, domain=SECOND_DOMAIN
    )
    made = {each.name: _application(service, home, each) for each in SERVICES}
    _fill(organization, made, first=first)
    secrets = {
        each.name: _secret(service, made[each.name], vault)
        for each in SERVICES
        if each is not BY_CERTIFICATE
    }
    return Demonstration(
        client_id=made[LEADS.name].application_id,
        client_secret=secrets[LEADS.name],
        no_user_client_id=made[NO_USER.name].application_id,
        no_user_client_secret=secrets[NO_USER.name],
        certificate_client_id=made[BY_CERTIFICATE.name].application_id,
        certificate_path=_certificate(service, made[BY_CERTIFICATE.name], folder),
        second_tenant_id=second.tenant_id,
        multi_tenant_client_id=made[MULTI_TENANT.name].application_id,
        multi_tenant_client_secret=secrets[MULTI_TENANT.name],
        admin_client_id=made[ADMINISTRATION.name].application_id,
        admin_client_secret=secrets[ADMINISTRATION.name],
        **_for_people(service, home, organization, vault),
    )


def _for_people(
    service: TokenService, home: Tenant, organization: Organization, vault: Vault
) -> dict[str, Any]:
    """Return what there is to know of the people and of what they sign in to."""
    found = programs.programs(service, home)
    sales, administrator = (
        staff.employ(service, home, organization, each, vault)
        for each in (staff.SALES, staff.ADMINISTRATOR)
    )
    return {
        "username": sales.username,
        "password": sales.password,
        "admin_username": administrator.username,
        "admin_password": administrator.password,
        "public_client_id": found.desktop.application_id,
        "spa_client_id": found.page.application_id,
        "spa_redirect_uri": programs.PAGE_ADDRESS,
    }


def _application(service: TokenService, home: Tenant, wanted: Service) -> Application:
    """Return a service's registration, its permissions asked for and granted."""

    def amend(application: Application) -> Application:
        return (
            replace(application, audience="AzureADMultipleOrgs")
            if wanted.multi_tenant
            else application
        )

    return registered(service, home, wanted.name, amend=amend, roles=wanted.graph)


def _fill(organization: Organization, made: dict[str, Application], *, first: bool) -> None:
    """Load the records at first use, and give each service its user."""
    known = {user.application_id for user in application_users(organization)}
    if first:
        load(organization, DATA)
        _define_key(organization)
        languages.enable(organization, GERMAN)
    for each in SERVICES:
        application_id = made[each.name].application_id
        if each.role is None or application_id in known:
            continue
        user = create_application_user(organization, application_id, business_unit=each.unit)
        assign_role(organization, user, each.role)
        if first and each is LEADS:
            load(organization, DATA, service=user)


def _define_key(organization: Organization) -> None:
    """Let accounts be named by their numbers, unless a first use that broke off did so."""
    if not keys.listing(organization, "account"):
        keys.define(
            organization,
            "account",
            "contoso_AccountNumber",
            ["accountnumber"],
            display_name="Account Number",
        )


def _secret(service: TokenService, application: Application, vault: Vault) -> Secret:
    """Return the application's secret from the vault, or a new one where that is of no use."""
    known = vault.get(application.application_id)
    soon = service.clock() + _RENEWAL_SECONDS
    lasting = {str(one.key_id) for one in list_secrets(service, application) if one.end > soon}
    if known is not None and known["key_id"] in lasting:
        return Secret(known["secret"])
    fresh = add_secret(service, application, description="demonstration", days=_CREDENTIAL_DAYS)
    vault.put(
        application.application_id,
        {"key_id": str(fresh.credential.key_id), "secret": fresh.secret.reveal()},
    )
    return fresh.secret


def _certificate(service: TokenService, application: Application, folder: Folder) -> Path:
    """Return the file of the application's key and certificate, made anew where it is of no use."""
    path = folder.path / _CERTIFICATE
    soon = service.clock() + _RENEWAL_SECONDS
    lasting = {one.certificate for one in list_certificates(service, application) if one.end > soon}
    if path.is_file() and _held(path) in lasting:
        return path
    key = new_key()
    made = self_signed(key, name=application.name, now=service.clock(), days=_CREDENTIAL_DAYS)
    content = pem(key, made)
    add_certificate(service, application, content, description="demonstration")
    write_private(path, content)
    return path


def _held(path: Path) -> bytes:
    """Return the certificate of a file in DER, nothing where there is none to read."""
    try:
        return load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    except ValueError:
        return b""
