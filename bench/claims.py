"""Claims-based sign-in: tokens that a farm of AD FS is asked for, and calls with such a token.

Every request is made for the burst in which it is sent: it holds the time, and what is signed
is taken once. It is what the client of xrm sends.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

from lxml import etree

import xrm
from bench.exchange import Check, Exchange
from bench.soap import SERVICES, SPACES
from xrm.auth import AuthenticationCredentials
from xrm.client.claims.protecting import security
from xrm.client.claims.tokens import ClaimsToken
from xrm.client.claims.trust import KEY_BITS, Person, by_password
from xrm.soap import WhoAmI
from xrm.wire.soap.envelope import content_type, write_request
from xrm.wire.wstrust import TRUST_13, RequestSecurityToken
from xrm.wire.wstrust import write_request as write_body

SIGN_IN = "token with a key by WS-Trust"
HOLDER = "token with a key by WS-Trust, password hardly hashed"
BEARER = "bearer's token by WS-Trust, password hardly hashed"
BY_CLAIMS, BY_ACCESS_TOKEN = "SOAP row by claims", "SOAP row by access token"
KINDS = (SIGN_IN, HOLDER, BEARER, BY_CLAIMS, BY_ACCESS_TOKEN)

_USERNAMEMIXED = "/services/trust/13/usernamemixed"
_SVC = "XRMServices/2011/Organization.svc"
_RETRIEVE = f"{SERVICES}/IOrganizationService/Retrieve"
_COLUMN = "fullname"
_SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
_XENC = "http://www.w3.org/2001/04/xmlenc#"
_ISSUED = f"{{{TRUST_13.namespace}}}RequestedSecurityToken"


@dataclass(frozen=True, slots=True)
class Farm:
    """A farm by its address, `https://host/adfs`."""

    address: str
    trusted: Path

    def issues(self, person: Person, party: str, key: Literal["symmetric", "bearer"]) -> Exchange:
        """Return requests of a person for tokens for a party, which takes them encrypted or not.

        A token with a key is for one that takes them encrypted.
        """
        where, protect = f"{self.address}{_USERNAMEMIXED}", by_password(person)
        asked = RequestSecurityToken(version=TRUST_13, applies_to=party, key=key)
        action = TRUST_13.request_action("issue")

        def fresh() -> str:
            request = asked if key == "bearer" else _with_entropy(asked)
            return write_request(
                write_body(request),
                version="1.2",
                action=action,
                to=where,
                message_id=f"urn:uuid:{uuid4()}",
                headers=[protect(time.time())],
            ).decode()

        parts = urlsplit(where)
        return Exchange(
            f"{parts.scheme}://{parts.netloc}",
            self.trusted,
            (parts.path,),
            check_assertion if key == "bearer" else check_encrypted,
            "POST",
            {"Content-Type": content_type("1.2", action)},
            fresh=fresh,
            read=etree.fromstring,
        )


@dataclass(frozen=True, slots=True)
class Calls:
    """One call, in either way: a column of the caller's own record is retrieved.

    `url` is the organization's address with a slash at its end. Its name may not resolve: so
    requests go to `localhost`, and the name stands in their head.
    """

    url: str
    trusted: Path
    user_id: str

    def by_claims(self, token: ClaimsToken) -> Exchange:
        """Return messages that are signed with the key of a token."""
        address, body = f"{self.url}{_SVC}", self._body()

        def fresh() -> str:
            return write_request(
                body,
                version="1.2",
                action=_RETRIEVE,
                to=address,
                message_id=f"urn:uuid:{uuid4()}",
                headers=[security(token, now=time.time())],
            ).decode()

        asked = self._asked(_SVC, {"Content-Type": content_type("1.2", _RETRIEVE)})
        return replace(asked, fresh=fresh)

    def by_access_token(self, token: str) -> Exchange:
        """Return messages at the address below for whose head has an access token."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": content_type("1.1"),
            "SOAPAction": f'"{_RETRIEVE}"',
        }
        document = write_request(self._body(), version="1.1", action=_RETRIEVE, addressed=False)
        return replace(self._asked(f"{_SVC}/web", headers), bodies=(document.decode(),))

    def _asked(self, path: str, headers: Mapping[str, str]) -> Exchange:
        parts = urlsplit(self.url)
        return Exchange(
            f"https://localhost:{parts.port}",
            self.trusted,
            (f"{parts.path}{path}",),
            check_row,
            "POST",
            {**headers, "Host": parts.netloc},
            read=etree.fromstring,
        )

    def _body(self) -> str:
        return (
            f"<Retrieve {SPACES}><entityName>systemuser</entityName><id>{self.user_id}</id>"
            "<columnSet><a:AllColumns>false</a:AllColumns>"
            f"<a:Columns><c:string>{_COLUMN}</c:string></a:Columns></columnSet></Retrieve>"
        )


def signed_in(url: str, trusted: Path, person: Person) -> tuple[ClaimsToken, str]:
    """Return a token of a person for an organization, and the id of their user there."""
    given = AuthenticationCredentials(user_name=person.name, password=person.password)
    with xrm.ServiceManagement.fetch(url, verify=trusted) as management:
        response = management.authenticate(given).response()
    with xrm.Client(url, xrm.auth.IssuedToken(response), verify=trusted) as client:
        return response.token, str(client.soap.execute(WhoAmI()).user_id)


def _with_entropy(asked: RequestSecurityToken) -> RequestSecurityToken:
    entropy = secrets.token_bytes(KEY_BITS // 8)
    return replace(asked, key_size=KEY_BITS, entropy=entropy, computed_key=TRUST_13.psha1)


def _holding(tag: str) -> Check:
    def check(_path: str, answer: etree._Element) -> None:
        (issued,) = answer.iter(_ISSUED)
        assert [each.tag for each in issued] == [tag]

    return check


check_assertion = _holding(f"{{{_SAML}}}Assertion")
"""Check that the answer carries a token in clear."""
check_encrypted = _holding(f"{{{_XENC}}}EncryptedData")
"""Check that the answer carries an encrypted token."""


def check_row(_path: str, answer: etree._Element) -> None:
    """Check that the answer is a row with the column asked for."""
    keys = [each.text for each in answer.iter("{*}key")]
    assert _COLUMN in keys, keys
