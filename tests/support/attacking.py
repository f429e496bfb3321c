"""What attacks on the sign-in start from: more people, another tenant, and answers looked into."""

from typing import Any

from support.profiled import Profiled
from support.signing_in import (
    PASSWORD,
    Reply,
    Visitor,
    asking,
    authorize_path,
    make_person,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.model import Application, Tenant, User
from xrm.sts.registration.people import add_role

GLOBAL_ADMINISTRATOR = "Global Administrator"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LOGIN = "/common/login"


def administrator(at: Profiled, name: str = "grace") -> User:
    """Return a new person who may consent for everybody."""
    return add_role(at.service, make_person(at.service, at.tenant, name), GLOBAL_ADMINISTRATOR)


def another_tenant(at: Profiled, domain: str = "fabrikam.example") -> Tenant:
    """Return a new tenant of the same service."""
    return registration.create_tenant(at.service, name="Fabrikam", domain=domain)


def browser_of(at: Profiled, username: str, application: Application | None = None) -> Visitor:
    """Return a new browser in which somebody has just signed in."""
    visitor = at.visitor()
    reply = sign_in(visitor, at.asked(visitor, application=application), username)
    assert "code" in reply.told, reply.heading
    return visitor


def consent_page(
    at: Profiled, visitor: Visitor, application: Application, username: str, **changes: Any
) -> Reply:
    """Return the page that asks somebody for consent."""
    page = at.asked(visitor, application=application, **changes)
    page = sign_in(visitor, page, username, consent="")
    assert "decline" in page.steps, page.heading
    return page


def silent(at: Profiled, visitor: Visitor, application: Application | None = None, **more: Any):
    """Return what an application is told that asks without a page."""
    fields = asking(application or at.desk, **{"prompt": "none", **more})
    return visitor.get(authorize_path(at.tenant), fields)


def device_of(at: Profiled, application: Application | None = None, **form: str) -> dict[str, Any]:
    """Return the codes of a device that waits."""
    client = str((application or at.desk).application_id)
    fields = {"client_id": client, "scope": "openid offline_access", **form}
    path = f"/{at.tenant.tenant_id}/oauth2/v2.0/devicecode"
    reply = at.visitor().post(path, fields)
    assert reply.status == 200, reply.text
    return reply.document


def typed(visitor: Visitor, code: str) -> Reply:
    """Return what comes of a device's code typed by a person."""
    return visitor.submit(visitor.get("/common/oauth2/deviceauth"), "code", code=code)


def password_grant(
    at: Profiled, username: str, password: str = PASSWORD, peer: str = "192.0.2.7"
) -> Reply:
    """Return the answer to a name and a password sent by an application."""
    form = {
        "grant_type": "password",
        "client_id": str(at.desk.application_id),
        "username": username,
        "password": password,
        "scope": "openid",
    }
    return at.visitor(peer=peer).post(f"/{at.tenant.tenant_id}/oauth2/v2.0/token", form)
