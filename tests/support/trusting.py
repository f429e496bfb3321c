"""A client of WS-Trust at the farms of a token service, and the parties tokens are for.

    realm = Realm.open(world)
    reply = realm.ask(asking(applies_to=party.url), by=Password("maria@contoso.example"))
    token = party.read(reply)

Messages are put together from the parts of `xrm.wire`, and may be changed before they are sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from support import certificates
from support.certificates import Pair
from support.signing_in import PASSWORD, make_person
from xrm.model.secret import Secret
from xrm.sts import TokenService
from xrm.sts.adfs import Farm, parties
from xrm.sts.faces import adfs, entra
from xrm.sts.model import RelyingParty, Tenant, User
from xrm.wire import saml, xmldsig, xmlenc
from xrm.wire.http import Headers, Request, Response
from xrm.wire.saml import Assertion
from xrm.wire.soap.envelope import write_request
from xrm.wire.soap.versions import ADDRESSING, SOAP_12
from xrm.wire.wssecurity import reference_element, to_assertion, writing
from xrm.wire.wssecurity.names import ID, SECURITY, WSSE
from xrm.wire.wstrust import (
    TRUST_13,
    IssuedTokenResponse,
    RequestSecurityToken,
    read_response,
)
from xrm.wire.wstrust import (
    write_request as write_body,
)

SOAP: Headers = (("content-type", "application/soap+xml; charset=utf-8"),)
ADDRESS = "192.0.2.7"
TO = f"{{{ADDRESSING}}}To"
USERNAME, CERTIFICATE, ISSUED = (
    "usernamemixed",
    "certificatemixed",
    "issuedtokenmixedsymmetricbasic256",
)

Change = Callable[[etree._Element], Any]


@cache
def pair_of(name: str) -> Pair:
    """Return the one key pair of a name: making them takes long."""
    return certificates.make(name)


def asking(**members: Any) -> RequestSecurityToken:
    """Return a request to issue a token, of WS-Trust 1.3 unless `version` says otherwise."""
    return RequestSecurityToken(**{"version": TRUST_13, **members})


@dataclass(frozen=True)
class Password:
    """A user name and a password."""

    name: str
    password: str = PASSWORD
    endpoint: str = USERNAME

    def add(self, envelope: etree._Element) -> None:
        """Add the proof to the Security header."""
        token = writing.username_token(self.name, Secret(self.password), token_id="uuid-1")
        _security(envelope).append(token)


@dataclass(frozen=True)
class Certificate:
    """A certificate whose key signs what the endpoint wants signed."""

    pair: Pair
    signs: Sequence[str] = ("timestamp", "to")
    endpoint: str = CERTIFICATE

    def add(self, envelope: etree._Element) -> None:
        """Add the certificate and the signature to the Security header."""
        security = _security(envelope)
        security.append(writing.binary_token(self.pair.der, token_id="x509"))
        assert isinstance(self.pair.private_key, RSAPrivateKey)
        sign(envelope, self.pair.private_key, self.signs)


@dataclass(frozen=True)
class Token:
    """A token of before, and the key it was issued with."""

    element: etree._Element
    key: bytes
    name: str = "_0"
    endpoint: str = ISSUED

    def add(self, envelope: etree._Element) -> None:
        """Add the token and the signature of its key to the Security header."""
        _security(envelope).append(self.element)
        sign(envelope, self.key, ("timestamp",), name=self.name)


def sign(
    envelope: etree._Element,
    key: "bytes | RSAPrivateKey",
    parts: Sequence[str],
    *,
    name: str = "_0",
    digest: Any = "sha1",
) -> None:
    """Add a signature over parts of a message to its Security header."""
    security = _security(envelope)
    found = {"timestamp": security[0], "to": envelope.find(f".//{TO}")}
    found["to"].set(ID, "_1")
    reference = reference_element(to_assertion(name))
    xmldsig.sign_detached(
        security, [found[part] for part in parts], key=key, digest=digest, key_info=reference
    )


def _security(envelope: etree._Element) -> etree._Element:
    found = envelope.find(f".//{SECURITY}")
    assert found is not None
    return found


@dataclass(frozen=True)
class Reply:
    """An answer, as a client takes it apart."""

    http: Response

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.http.status

    @cached_property
    def root(self) -> etree._Element:
        """Return the envelope."""
        return etree.fromstring(self.http.body)

    @cached_property
    def response(self) -> IssuedTokenResponse:
        """Return the response in the body."""
        return read_response(self.root[-1][0])

    @property
    def fault(self) -> tuple[str, str]:
        """Return the code and subcode of a fault: local names, the subcode's namespace before."""
        codes = self.root.findall(f".//{{{SOAP_12}}}Code//{{{SOAP_12}}}Value")
        outer, inner = codes
        prefix, _, name = (inner.text or "").partition(":")
        return (outer.text or "").partition(":")[2], f"{{{inner.nsmap[prefix]}}}{name}"

    @property
    def reason(self) -> str:
        """Return the text of a fault."""
        return self.root.findtext(f".//{{{SOAP_12}}}Text") or ""

    @property
    def is_secured(self) -> bool:
        """Tell whether the answer has a Security header."""
        return self.root.find(f".//{{{WSSE}}}Security") is not None


@dataclass(frozen=True)
class Party:
    """A relying party with a key pair of its own, or none."""

    record: RelyingParty
    pair: Pair | None

    @property
    def url(self) -> str:
        """Return the identifier its tokens name."""
        return self.record.identifiers[0]

    def opened(self, token: etree._Element) -> etree._Element:
        """Return the assertion of a token."""
        if token.tag != xmlenc.ENCRYPTED_DATA:
            return token
        assert self.pair is not None
        assert isinstance(self.pair.private_key, RSAPrivateKey)
        return xmlenc.decrypt(token, self.pair.private_key)

    def read(self, reply: Reply, certificates: Sequence[bytes]) -> Assertion:
        """Return what the token of an answer says, its signature verified."""
        assert reply.response.token is not None
        signed = self.opened(reply.response.token)
        key = self.pair.private_key if self.pair is not None else None
        assert key is None or isinstance(key, RSAPrivateKey)
        return saml.read(xmldsig.verify_enveloped(signed, certificates=certificates), key=key)


@dataclass
class Realm:
    """A farm, asked through the front door. `first` is the tenant whose farm is at the root."""

    service: TokenService
    clock: Any
    tenant: Tenant
    first: Tenant
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def open(cls, world: Any, tenant: Tenant | None = None) -> "Realm":
        """Return the farm of a world's tenant, or of another one of it."""
        return cls(world.service, world.clock, tenant or world.tenant, world.tenant)

    @property
    def farm(self) -> Farm:
        """Return the farm itself."""
        first = self.tenant == self.first
        return Farm(self.service.base_url, self.tenant, first=first)

    @property
    def certificates(self) -> list[bytes]:
        """Return the certificates its tokens may be signed with."""
        published = self.service.keys.published()
        return [key.certificate_der for key in published if key.certificate_der is not None]

    def person(self, name: str = "maria", **members: Any) -> User:
        """Return a new person of the tenant."""
        return make_person(self.service, self.tenant, name, **members)

    def party(self, url: str, *, encrypts: bool = True, **members: Any) -> Party:
        """Return a new relying party."""
        pair = pair_of(url) if encrypts else None
        record = parties.add(
            self.service,
            self.farm,
            **{
                "name": url,
                "identifiers": (url,),
                "certificate": pair.der if pair is not None else b"",
                **members,
            },
        )
        return Party(record, pair)

    def message(
        self, request: RequestSecurityToken, by: Any = None, *, path: str = "", **members: Any
    ) -> etree._Element:
        """Return an envelope that asks for something, proven."""
        to = f"{self.service.base_url}{path or self.path(request, by)}"
        moment = members.pop("at", None)
        stamp = writing.timestamp(self.clock() if moment is None else moment)
        options = {"message_id": f"urn:uuid:{uuid4()}", **members}
        envelope = etree.fromstring(
            write_request(
                write_body(request),
                version="1.2",
                action=options.pop("action", request.version.request_action(request.operation)),
                to=to,
                headers=(writing.header_text(writing.security_header(stamp)),),
                **options,
            )
        )
        if by is not None:
            by.add(envelope)
        return envelope

    def path(self, request: RequestSecurityToken, by: Any) -> str:
        """Return the endpoint for a request and a credential."""
        endpoint = by.endpoint if by is not None else USERNAME
        return f"{self.farm.prefix}/services/trust/{request.version.path}/{endpoint}"

    def ask(
        self,
        request: RequestSecurityToken,
        by: Any = None,
        *,
        change: Change | None = None,
        **members: Any,
    ) -> Reply:
        """Send a request; `change` is done to the message when it is complete."""
        envelope = self.message(request, by, **members)
        if change is not None:
            change(envelope)
        path = members.get("path") or self.path(request, by)
        return self.post(path, etree.tostring(envelope))

    def post(self, path: str, body: bytes, *, headers: Headers = SOAP) -> Reply:
        """Post a body to an endpoint."""
        return self.send("POST", path, body, headers=headers)

    def send(self, method: str, path: str, body: bytes = b"", *, headers: Headers = ()) -> Reply:
        """Send any request, from one address."""
        mount = adfs.mount(
            self.service, first=self.first.tenant_id, otherwise=entra.mount(self.service)
        )
        route = mount.route(Request(method, path, "", headers))
        request = Request(method, path, "", headers, body, peer=ADDRESS)
        return Reply((route.too_large if len(body) > route.limit else route.face)(request))

    def signed_in(self, by: Any, **members: Any) -> Token:
        """Return a token for the farm itself with its key, as a chained sign-in begins."""
        reply = self.ask(asking(applies_to=self.farm.identifier, **members), by)
        assert reply.response.token is not None
        assert reply.response.material.proof is not None
        attached = reply.response.attached
        assert attached is not None
        return Token(reply.response.token, reply.response.material.proof, attached.value)


def at(realm: Realm, seconds: float) -> Realm:
    """Return a realm whose messages say another time than its clock."""
    return replace(realm, clock=lambda: realm.clock() + seconds)
