"""A claims-based organization and its farm, with keys of the test's own, and messages by hand.

Tokens are made by `wire.saml`; the header of a message and its signature are written here as old
clients write them, from text, so that no reader of the house's is asked by its own writer.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, cast
from uuid import UUID, uuid5

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from lxml import etree

from support import token_elements
from support.estate import STS, TENANT, URL, Estate, KnownKeys, Registered, build, signing_key
from support.soap_elements import ADDRESSING, DECLARED, SERVICES, SOAP12
from support.soaping import SVC, Reply
from xrm.org import people
from xrm.org.callers import Identity
from xrm.org.faces.soap import mount
from xrm.org.organization import Organization
from xrm.org.ports import DirectoryPerson
from xrm.server.trust import TenantDirectory
from xrm.sts import TokenService
from xrm.sts.model import Tenant
from xrm.wire import jose, saml
from xrm.wire.http import Headers, Request

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ASSERTION_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
ISSUER = "http://localhost:8443/adfs/services/trust"
UPN, NAME = saml.claim_types.UPN, saml.claim_types.NAME
ALICE, MARIA = "alice@contoso.example", "maria@contoso.example"
"""An administrator, and a salesperson."""
SECRET = bytes(range(32))
WHO = '<request i:type="c:WhoAmIRequest"/>'
_ACTION = f"{SERVICES}/IOrganizationService"
_METHODS = {
    ("hmac", "sha1"): f"{DSIG}hmac-sha1",
    ("hmac", "sha256"): f"{MORE}hmac-sha256",
    ("rsa", "sha1"): f"{DSIG}rsa-sha1",
    ("rsa", "sha256"): f"{MORE}rsa-sha256",
}
_DIGESTS = {"sha1": f"{DSIG}sha1", "sha256": "http://www.w3.org/2001/04/xmlenc#sha256"}

Digest = Literal["sha1", "sha256"]
Key = bytes | RSAPrivateKey


class Spied:
    """A private key that counts how often it was used."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key
        self.used = 0

    def decrypt(self, *given: Any) -> bytes:
        self.used += 1
        return self._key.decrypt(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._key, name)


RSAPrivateKey.register(Spied)


class KnownFarm(KnownKeys):
    """Trust in a farm whose keys are the test's own."""

    form: Literal["entra", "adfs"] = "adfs"
    authority = f"{STS}/adfs"
    issuers = frozenset({ISSUER})
    online = False
    skew = 300.0

    def __init__(self) -> None:
        super().__init__()
        self.audiences = frozenset({URL})
        self.signing = [signing_key("trusted")]
        self.reading = [Spied(signing_key("organization").private_key)]
        self.publish(self.signing[0])

    def certificates(self) -> Sequence[bytes]:
        return tuple(key.certificate_der for key in self.signing)

    def private_keys(self) -> Sequence[RSAPrivateKey]:
        return cast("Sequence[RSAPrivateKey]", tuple(self.reading))


class Named(Registered):
    """A directory that knows both forms of the names of its domain."""

    def forms(self, user_name: str) -> Sequence[str]:
        tenant = Tenant(UUID(int=1), "Contoso", ("contoso.example",))
        return TenantDirectory(cast(TokenService, None), tenant).forms(user_name)


@dataclass
class Claims:
    """A claims-based organization with everything around it."""

    estate: Estate
    farm: KnownFarm

    @property
    def now(self) -> float:
        return self.estate.clock()

    @property
    def organization(self) -> Organization:
        return self.estate.organization

    def another(self) -> "Claims":
        """Return the same organization as another process has it."""
        estate = replace(self.estate, organization=_organization(self.estate, self.farm))
        return Claims(estate, self.farm)

    def follow(self, name: str, **changes: Any) -> None:
        """Bring in a person of the directory, or what changed of one."""
        person = DirectoryPerson(
            object_id=uuid5(TENANT, name),
            user_principal_name=name,
            display_name=name.partition("@")[0].title(),
            given_name="",
            surname="",
            mail=name,
            enabled=True,
            licensed=True,
            administrator=name == ALICE,
        )
        people.follow(self.organization, replace(person, **changes))

    def user_id(self, name: str) -> UUID:
        with self.estate.database.read() as transaction:
            admitted = self.organization.users.admit(transaction, Identity.named(name))
        return UUID(admitted.user_id)

    def assertion(self, name: str = ALICE, **changes: Any) -> saml.Assertion:
        """Return what a good token of a holder of SECRET says, changed."""
        good = saml.Assertion(
            id="_a-0001",
            issuer=ISSUER,
            issued=self.now,
            not_before=self.now,
            not_on_or_after=self.now + 3600,
            audiences=(URL,),
            confirmation=saml.Confirmation(
                kind="holder-of-key",
                secret=SECRET,
                certificate=signing_key("organization").certificate_der,
            ),
            claims=(saml.Claim(UPN, (name,)),),
        )
        return replace(good, **changes)

    def token(
        self,
        name: str = ALICE,
        *,
        signed: str = "trusted",
        to: str | None = "organization",
        **changes: Any,
    ) -> str:
        """Return a token, encrypted to a key unless `to` is None."""
        key = signing_key(signed)
        element = token_elements.sign(
            self.assertion(name, **changes), key=key.private_key, certificate=key.certificate_der
        )
        return text(element) if to is None else encrypted(element, to)

    def message(self, token: str | None = None, **changes: Any) -> "Message":
        """Return a good message of the holder of SECRET, changed."""
        made = self.token() if token is None else token
        good = Message(self, made, self.now, message_id=self.estate.ids().urn)
        return replace(good, **changes)


def _organization(estate: Estate, farm: KnownFarm) -> Organization:
    return Organization(
        estate.database,
        url=URL,
        trust=farm,
        claims=farm,
        directory=estate.directory,
        clock=estate.clock,
        ids=estate.ids,
    )


def build_claims(url: str) -> Claims:
    """Provision a claims-based organization with its two people."""
    estate, farm = build(url), KnownFarm()
    estate.directory, estate.trust = Named(), farm
    estate.organization = _organization(estate, farm)
    found = Claims(estate, farm)
    found.follow(ALICE)
    found.follow(MARIA)
    return found


def text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")


def encrypted(element: etree._Element, to: str = "organization") -> str:
    return text(token_elements.encrypt(element, signing_key(to).certificate_der))


def encrypted_octets(octets: bytes) -> str:
    """Return the EncryptedData of what need not be XML, for the organization."""
    secret, vector, missing = SECRET, bytes(16), 16 - len(octets) % 16
    cipher = Cipher(AES(secret), CBC(vector)).encryptor()
    padded = octets + bytes(missing - 1) + bytes([missing])
    sealed = _base64(vector + cipher.update(padded) + cipher.finalize())
    key = text(token_elements.encrypt_key(secret, signing_key("organization").certificate_der))
    space = "http://www.w3.org/2001/04/xmlenc#"
    return (
        f'<x:EncryptedData xmlns:x="{space}" Type="{space}Element">'
        f'<x:EncryptionMethod Algorithm="{space}aes256-cbc"/><KeyInfo xmlns="{DSIG}">{key}'
        f"</KeyInfo><x:CipherData><x:CipherValue>{sealed}</x:CipherValue></x:CipherData>"
        "</x:EncryptedData>"
    )


def moment(seconds: float, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def timestamp(created: str, expires: str, name: str = "_0") -> str:
    """Return a Timestamp in its canonical form."""
    return (
        f'<u:Timestamp xmlns:u="{WSU}" u:Id="{name}"><u:Created>{created}</u:Created>'
        f"<u:Expires>{expires}</u:Expires></u:Timestamp>"
    )


def address(to: str, name: str = "_1") -> str:
    """Return a To header in its canonical form."""
    return f'<a:To xmlns:a="{ADDRESSING}" xmlns:u="{WSU}" u:Id="{name}">{to}</a:To>'


def signed_info(kind: str, digest: Digest, parts: Sequence[tuple[str, str]]) -> str:
    """Return a SignedInfo over canonical texts by their ids, in its canonical form."""
    references = "".join(
        f'<Reference URI="#{name}"><Transforms><Transform Algorithm="{EXCLUSIVE}"></Transform>'
        f'</Transforms><DigestMethod Algorithm="{_DIGESTS[digest]}"></DigestMethod><DigestValue>'
        f"{_base64(hashlib.new(digest, part.encode()).digest())}</DigestValue></Reference>"
        for name, part in parts
    )
    return (
        f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}">'
        "</CanonicalizationMethod>"
        f'<SignatureMethod Algorithm="{_METHODS[kind, digest]}"></SignatureMethod>{references}'
        "</SignedInfo>"
    )


def signature(key: Key, digest: Digest, parts: Sequence[tuple[str, str]], named: str) -> str:
    """Return a Signature with what names its key."""
    kind = "hmac" if isinstance(key, bytes) else "rsa"
    info = signed_info(kind, digest, parts)
    if isinstance(key, bytes):
        value = hmac.digest(key, info.encode(), digest)
    else:
        algorithm = hashes.SHA1() if digest == "sha1" else hashes.SHA256()
        value = key.sign(info.encode(), PKCS1v15(), algorithm)
    return (
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{_base64(value)}</SignatureValue>'
        f"{named}</Signature>"
    )


def key_identifier(assertion_id: str = "_a-0001") -> str:
    """Return the KeyInfo that names an assertion."""
    return (
        f'<KeyInfo><o:SecurityTokenReference xmlns:o="{WSSE}"><o:KeyIdentifier '
        f'ValueType="{ASSERTION_ID}">{assertion_id}</o:KeyIdentifier></o:SecurityTokenReference>'
        "</KeyInfo>"
    )


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@lru_cache(maxsize=1)
def holder() -> RSAPrivateKey:
    """Return the key of the holder of an asymmetric one."""
    return signing_key("holder").private_key


@dataclass(frozen=True)
class Message:
    """A message to Organization.svc, of parts that a test may exchange."""

    claims: Claims
    token: str
    created: float
    lasts: float = 300
    key: Key | None = SECRET
    digest: Digest = "sha1"
    named: str = field(default_factory=key_identifier)
    operation: str = "Execute"
    content: str = WHO
    message_id: str = ""
    to: str = f"{URL}XRMServices/2011/Organization.svc"
    more: str = ""
    "Further headers."

    @property
    def stamp(self) -> str:
        return timestamp(moment(self.created), moment(self.created + self.lasts))

    def signature(self, stamp: str) -> str:
        if self.key is None:
            return ""
        parts = [("_0", stamp)]
        if not isinstance(self.key, bytes):
            parts.append(("_1", address(self.to)))
        return signature(self.key, self.digest, parts, self.named)

    def security(self) -> str:
        """Return what the Security header holds."""
        return self.stamp + self.token + self.signature(self.stamp)

    def document(self, security: str | None = None, attributes: str = "") -> bytes:
        """Return the envelope, with other content of the Security header where it is given."""
        held = self.security() if security is None else security
        header = f'<o:Security xmlns:o="{WSSE}"{attributes}>{held}</o:Security>'
        return self.envelope(header)

    def envelope(self, header: str) -> bytes:
        """Return the envelope around a whole Security header."""
        identified = f"<a:MessageID>{self.message_id}</a:MessageID>" if self.message_id else ""
        return (
            f'<s:Envelope xmlns:s="{SOAP12}" xmlns:a="{ADDRESSING}"><s:Header>'
            f'<a:Action s:mustUnderstand="1">{_ACTION}/{self.operation}</a:Action>{identified}'
            f"{address(self.to)}{header}{self.more}"
            f'</s:Header><s:Body><{self.operation} xmlns="{SERVICES}"{DECLARED}>{self.content}'
            f"</{self.operation}></s:Body></s:Envelope>"
        ).encode()

    def send(
        self,
        document: bytes | None = None,
        *,
        headers: Headers = (),
        path: str = SVC,
        query: str = "",
        kind: str = "application/soap+xml; charset=utf-8",
    ) -> Reply:
        """Send the message, or another document in its place."""
        body = self.document() if document is None else document
        given: Headers = (("content-type", kind), *headers)
        sent = Request("POST", path, query, given, body)
        head = Request("POST", path, query, given)
        return Reply(mount(self.claims.organization).route(head).face(sent))


def adfs_token(claims: Claims, **changes: Any) -> str:
    """Return an access token of the farm for the organization, changed; None removes a claim."""
    now = int(claims.now)
    good = {
        "aud": URL,
        "iss": ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "apptype": "Public",
        "appid": "2ad88395-b77d-4561-9441-d0e40824f9bc",
        "authmethod": saml.claim_types.UPN,
        "upn": ALICE,
        "unique_name": "CONTOSO\\alice",
        "scp": "openid",
        "ver": "1.0",
    }
    said = {name: value for name, value in (good | changes).items() if value is not None}
    return jose.sign(said, claims.farm.signing[0], x5t=True)
