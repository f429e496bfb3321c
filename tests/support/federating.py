"""A tenant with a federated domain, the token service it is federated with, and its assertions.

    realm = Federated.open(world)
    reply = realm.redeem(realm.token())

The other token service is an outside one, of which only the key and the certificate exist.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from support import token_elements
from support.saml_tokens import pair
from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    PASSWORD,
    Reply,
    cheap_passwords,
    make_application,
    make_person,
    redeem,
)
from xrm.model.secret import Secret
from xrm.sts import TokenService, registration
from xrm.sts.model import Application, Tenant, User
from xrm.sts.registration import federation
from xrm.sts.registration.people import create_user
from xrm.wire import saml
from xrm.wire.saml import Claim, claim_types, names

ISSUER = "http://sts.corp.example/adfs/services/trust"
DOMAIN = "corp.contoso.example"
AUDIENCE = "urn:federation:MicrosoftOnline"
PASSIVE = "https://sts.corp.example/adfs/ls/"
SIGN_OUT = "https://sts.corp.example/adfs/ls/?leave=1"
TRUST = "https://sts.corp.example/adfs/services/trust"
SAML_11, SAML_20 = (f"urn:ietf:params:oauth:grant-type:saml{n}-bearer" for n in ("1_1", "2"))


def immutable(person: User) -> str:
    """Return the immutable id of a person."""
    return base64.b64encode(person.object_id.bytes_le).decode()


def grant_of(element: etree._Element) -> str:
    """Return the grant type that fits an assertion."""
    return SAML_20 if element.get("Version") else SAML_11


def packed(element: etree._Element) -> str:
    """Return an assertion as the libraries send it (RFC 7522 2.1)."""
    return base64.urlsafe_b64encode(etree.tostring(element)).decode().rstrip("=")


def federate(service: TokenService, tenant: Tenant, domain: str = DOMAIN, **changes: Any) -> None:
    """Federate a verified domain with the outside token service."""
    members: dict[str, Any] = {
        "issuer": ISSUER,
        "certificates": [pair("corp").der],
        "active": f"{TRUST}/2005/usernamemixed",
        "metadata": f"{TRUST}/mex",
        "passive": PASSIVE,
        "sign_out": SIGN_OUT,
        "brand": "Corp",
    }
    federation.federate(service, tenant, domain, **{**members, **changes})


@dataclass
class Federated:
    """A service, its tenant with a federated and a managed domain, and who is there."""

    service: TokenService
    tenant: Tenant
    clock: Callable[[], float]
    application: Application
    fred: User
    maria: User

    @classmethod
    def open(cls, world: Any) -> "Federated":
        """Federate a domain of a world; Fred is of that domain, Maria of the managed one."""
        service, tenant = world.service, world.tenant
        tenant = registration.add_domain(service, tenant, DOMAIN)
        federate(service, tenant)
        desk = make_application(service, tenant, "Federated desk")
        registration.consent(service, tenant, desk.application_id)
        fred = person_of(service, tenant, "fred")
        maria = make_person(service, tenant, "maria")
        return cls(service, tenant, world.clock, desk, fred, maria)

    def claims(self, person: User | None = None) -> tuple[Claim, ...]:
        """Return what the other token service says of a person."""
        about = person or self.fred
        return (
            Claim(claim_types.ENTRA_UPN, (about.user_principal_name,)),
            Claim(claim_types.IMMUTABLE_ID, (immutable(about),)),
        )

    def assertion(
        self, version: saml.Version = "1.1", person: User | None = None, **changes: Any
    ) -> saml.Assertion:
        """Return the assertion of a good sign-in now, some members changed."""
        now = self.clock()
        about = person or self.fred
        members: dict[str, Any] = {
            "version": version,
            "id": "_3c39bd13-5a52-4a45-9f4e-0f9d3a2c7d11",
            "issuer": ISSUER,
            "issued": now,
            "not_before": now,
            "not_on_or_after": now + 3600,
            "audiences": (AUDIENCE,),
            "name_id": immutable(about),
            "name_format": names.UNSPECIFIED_NAME,
            "claims": self.claims(about),
            "method": names.PASSWORD,
            "authenticated": now,
        }
        return saml.Assertion(**{**members, **changes})

    def token(
        self, version: saml.Version = "1.1", *, key: str = "corp", **changes: Any
    ) -> etree._Element:
        """Return that assertion signed with the key of a name."""
        owner = pair(key)
        return token_elements.sign(
            self.assertion(version, **changes), key=owner.private_key, certificate=owner.der
        )

    def redeem(self, token: "etree._Element | str", **changes: Any) -> Reply:
        """Bring an assertion for tokens; a text goes as it is."""
        text = token if isinstance(token, str) else packed(token)
        grant = SAML_11 if isinstance(token, str) else grant_of(token)
        tenant = changes.pop("tenant", self.tenant)
        version = changes.pop("version", "v2")
        wanted = {"scope": f"{IMPERSONATION} openid profile offline_access"}
        if version == "v1":
            wanted = {"resource": ORGANIZATION}
        fields = {"grant_type": grant, "assertion": text, **wanted, **changes}
        return redeem(self.service, tenant, self.application, version=version, **fields)


@contextmanager
def federated(build_world: Callable[[Path], Any], folder: Path) -> Iterator[Federated]:
    """Open such a tenant in a world of a folder; passwords cost little meanwhile."""
    world = build_world(folder)
    with cheap_passwords():
        yield Federated.open(world)
    world.service.close()
    world.database.close()


def person_of(
    service: TokenService, tenant: Tenant, name: str, domain: str = DOMAIN, **members: Any
) -> User:
    """Return a new person of a domain, who has the password of everybody."""
    return create_user(
        service,
        tenant,
        user_principal_name=f"{name}@{domain}",
        display_name=name.title(),
        password=Secret(PASSWORD),
        must_change_password=False,
        **members,
    ).user
