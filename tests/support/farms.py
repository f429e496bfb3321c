"""Two farms of one server, their people and relying parties, and browsers that sign in there.

visitor = farms.visitor()
page = visitor.get("/adfs/ls/", asking(SITE))
reply = give_password(visitor, page, "ada@contoso.example")
token = token_of(reply)
"""

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from support.profiled import BASE, Clock
from support.signing_in import PASSWORD, Reply, Visitor, make_person
from xrm import db
from xrm.sts import TokenService, registration
from xrm.sts.adfs import Farm, parties, providers, rules
from xrm.sts.faces import adfs, entra
from xrm.sts.model import RelyingParty, Tenant, User
from xrm.wire import saml, xmldsig, xmlenc
from xrm.wire.certificates import new_key, self_signed
from xrm.wire.http import Request, Response
from xrm.wire.saml import Assertion
from xrm.wire.wsfed import results

ADA = "ada@contoso.example"
USERNAME = "ctl00$ContentPlaceHolder1$UsernameTextBox"
PASSWORD_FIELD = "ctl00$ContentPlaceHolder1$PasswordTextBox"
STATE = "__VIEWSTATE"
SITE = "https://site.example/"
"""A relying party that takes tokens in clear, at `SITE_ENDPOINT`."""
SITE_ENDPOINT = "https://site.example/app/"
VAULT = "urn:vault"
"""One that takes them encrypted."""
VAULT_ENDPOINT = "https://vault.example/signin"
LS, FABRIKAM_LS = "/adfs/ls/", "/fabrikam.example/adfs/ls/"


@dataclass
class FarmVisitor(Visitor):
    """A browser at a server with farms."""

    first: uuid.UUID = field(default_factory=uuid.uuid4)

    def answered(self, request: Request) -> Response:
        """Return the server's answer to a request."""
        mount = adfs.mount(self.service, first=self.first, otherwise=entra.mount(self.service))
        return mount.route(request).face(request)


@dataclass
class Farms:
    """The server, its two farms, and what is registered there. `contoso` is at the root."""

    service: TokenService
    clock: Clock
    contoso: Tenant
    fabrikam: Tenant
    ada: User
    grace: User
    site: RelyingParty
    vault: RelyingParty
    vault_key: RSAPrivateKey

    @property
    def farm(self) -> Farm:
        """Return the farm at the root."""
        return Farm(BASE, self.contoso)

    @property
    def other(self) -> Farm:
        """Return the farm below a domain."""
        return Farm(BASE, self.fabrikam, first=False)

    def visitor(self) -> FarmVisitor:
        """Return a new browser."""
        return FarmVisitor(self.service, first=self.contoso.tenant_id)

    def certificates(self) -> tuple[bytes, ...]:
        """Return the certificates tokens of both farms are signed with."""
        found = (key.certificate_der for key in self.service.keys.published())
        return tuple(one for one in found if one is not None)

    def chain(self) -> None:
        """Make the farm of contoso a relying party of fabrikam's, whose people it lets in."""
        providers.add(
            self.service,
            self.farm,
            name="Fabrikam",
            identifier=self.other.identifier,
            certificates=self.certificates(),
            passive=self.other.passive,
        )
        parties.add(
            self.service,
            self.other,
            name="Contoso AD FS",
            identifiers=(self.farm.identifier,),
            endpoints=(self.farm.passive,),
            certificate=self.service.parts.farm_keys.certificate(self.farm),
            rules=rules.FARM,
        )


@contextmanager
def farms_in(folder: Path) -> Iterator[Farms]:
    """Open a server with two farms, in a folder of its own."""
    clock = Clock()
    database = db.open(f"sqlite://{folder}", "sts", durable=False)
    service = TokenService(
        database, base_url=BASE, clock=clock, ids=uuid.uuid4, sealing_key=bytes(range(32))
    )
    contoso = registration.create_tenant(service, name="Contoso", domain="contoso.example")
    fabrikam = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    key = new_key()
    made = self_signed(key, name="vault", now=clock(), days=30, early=timedelta(days=1))
    farm = Farm(BASE, contoso)
    yield Farms(
        service=service,
        clock=clock,
        contoso=contoso,
        fabrikam=fabrikam,
        ada=make_person(service, contoso, given_name="Ada", surname="Lovelace"),
        grace=make_person(service, fabrikam, "grace"),
        site=parties.add(
            service, farm, name="Site", identifiers=(SITE,), endpoints=(SITE_ENDPOINT,)
        ),
        vault=parties.add(
            service,
            farm,
            name="Vault",
            identifiers=(VAULT,),
            endpoints=(VAULT_ENDPOINT,),
            certificate=made.public_bytes(Encoding.DER),
        ),
        vault_key=key,
    )
    service.close()
    database.close()


def asking(realm: str = SITE, **more: str) -> dict[str, str]:
    """Return the parameters of a request for a token."""
    return {"wa": "wsignin1.0", "wtrealm": realm, **more}


def action_of(page: Reply) -> tuple[str, str]:
    """Return path and query of the address a page's form is posted to."""
    found = re.search(r'<form method="post" action="([^"]*)"', page.text)
    assert found, page.heading
    parts = urlsplit(html.unescape(found[1]))
    return parts.path, parts.query


def give_password(visitor: Visitor, page: Reply, username: str, password: str = PASSWORD) -> Reply:
    """Fill in the page of a farm as a program does that knows AD FS's: every input as it is."""
    path, query = action_of(page)
    filled = {**page.fields, USERNAME: username, PASSWORD_FIELD: password}
    return visitor.post(path, filled, query=query)


def choose_home(visitor: Visitor, page: Reply, name: str) -> Reply:
    """Choose a token service by its name."""
    path, query = action_of(page)
    rows = re.findall(r'name="home" value="([^"]*)".*?<strong>(.*?)</strong>', page.text, re.DOTALL)
    keys = {re.sub("<[^>]+>", "", text): html.unescape(key) for key, text in rows}
    return visitor.post(path, {STATE: page.fields[STATE], "home": keys[name]}, query=query)


def follow(visitor: Visitor, reply: Reply) -> Reply:
    """Go where a redirect or a form that submits itself leads, on this server."""
    if reply.location:
        parts = urlsplit(reply.location)
        assert f"{parts.scheme}://{parts.netloc}" == BASE
        return visitor.get(parts.path, parts.query)
    path = urlsplit(reply.target).path
    assert reply.target.startswith(BASE)
    return visitor.post(path, reply.told, headers=(("origin", BASE),))


def token_of(farms: Farms, reply: Reply, key: RSAPrivateKey | None = None) -> Assertion:
    """Return the assertion a relying party is told, verified; `key` opens an encrypted one."""
    token = results.read(reply.told["wresult"])
    if key is not None:
        token = xmlenc.decrypt(token, key)
    return saml.read(xmldsig.verify_enveloped(token, certificates=farms.certificates()))


def signed_in(farms: Farms, *realms: str) -> Visitor:
    """Return a browser in which Ada is signed in, to the site and to these parties."""
    visitor = farms.visitor()
    give_password(visitor, visitor.get(LS, asking()), ADA)
    for realm in realms:
        visitor.get(LS, asking(realm))
    return visitor


def code(page: Reply) -> str:
    """Return the MSIS number of an error page, "" for none."""
    found = re.search(r'<p class="number">(MSIS\d+)</p>', page.text)
    return found[1] if found else ""
