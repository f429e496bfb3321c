"""WS-Trust 1.3 and of February 2005: how their names differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Operation = Literal["issue", "renew", "validate", "cancel"]
KeyKind = Literal["symmetric", "public", "bearer"]

OPERATIONS: Mapping[Operation, str] = {
    "issue": "Issue",
    "renew": "Renew",
    "validate": "Validate",
    "cancel": "Cancel",
}
_NO_PROOF = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"


@dataclass(frozen=True, slots=True)
class TrustVersion:
    """A version: its namespace, the prefix AD FS writes it with, its segment of addresses.

    `collection` tells whether a response stands in a collection; `bearer` is its URI of tokens
    that need no proof.
    """

    name: Literal["1.3", "2005"]
    namespace: str
    prefix: str
    path: str
    port_type: str
    operation: str
    bearer: str
    collection: bool

    @property
    def nonce(self) -> str:
        """Return the type of a secret that is one half of a key."""
        return f"{self.namespace}/Nonce"

    @property
    def psha1(self) -> str:
        """Return the algorithm of keys that are computed of two halves."""
        return f"{self.namespace}/CK/PSHA1"

    def request_type(self, operation: Operation) -> str:
        """Return the URI of an operation."""
        return f"{self.namespace}/{OPERATIONS[operation]}"

    def request_action(self, operation: Operation = "issue") -> str:
        """Return the action of a request."""
        return f"{self.namespace}/RST/{OPERATIONS[operation]}"

    def response_action(self, operation: Operation = "issue") -> str:
        """Return the action of the response that ends an exchange (WS-Trust 1.3 4 to 7)."""
        name = OPERATIONS[operation]
        if not self.collection:
            return f"{self.namespace}/RSTR/{name}"
        return f"{self.namespace}/{'RSTRC' if operation == 'issue' else 'RSTR'}/{name}Final"

    def key_type(self, kind: KeyKind) -> str:
        """Return the URI of a kind of key."""
        if kind == "bearer":
            return self.bearer
        return f"{self.namespace}/{'SymmetricKey' if kind == 'symmetric' else 'PublicKey'}"

    def status(self, *, valid: bool) -> str:
        """Return the code a token is found to be valid by, or not."""
        return f"{self.namespace}/status/{'valid' if valid else 'invalid'}"


TRUST_13 = TrustVersion(
    "1.3",
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    "trust",
    "13",
    "IWSTrust13Async",
    "Trust13IssueAsync",
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer",
    collection=True,
)
TRUST_2005 = TrustVersion(
    "2005",
    "http://schemas.xmlsoap.org/ws/2005/02/trust",
    "t",
    "2005",
    "IWSTrustFeb2005Async",
    "TrustFeb2005IssueAsync",
    _NO_PROOF,
    collection=False,
)
VERSIONS: Mapping[str, TrustVersion] = {row.namespace: row for row in (TRUST_13, TRUST_2005)}
"""By namespace."""

ACTIONS: Mapping[str, tuple[TrustVersion, Operation]] = {
    row.request_action(operation): (row, operation)
    for row in VERSIONS.values()
    for operation in OPERATIONS
}
"""What the action of a request asks for."""

SAML_11_TYPE = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML_20_TYPE = "urn:oasis:names:tc:SAML:2.0:assertion"
TOKEN_TYPES: Mapping[str, Literal["1.1", "2.0"]] = {
    "": "1.1",
    SAML_11_TYPE: "1.1",
    "urn:oasis:names:tc:SAML:1.0": "1.1",
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1": "1.1",
    SAML_20_TYPE: "2.0",
    "urn:oasis:names:tc:SAML:2.0": "2.0",
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0": "2.0",
}
"""The version of SAML a token type asks for; without one it is 1.1, as AD FS issues."""
ACT_AS = "http://docs.oasis-open.org/ws-sx/ws-trust/200802"
"""WS-Trust 1.4, of which ActAs is taken."""
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
APPLIES_TO = f"{{{POLICY}}}AppliesTo"
ADDRESSINGS = (
    "http://www.w3.org/2005/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
)
"""Namespaces of WS-Addressing that an endpoint may be of; the first is written."""
