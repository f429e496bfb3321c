"""The policy of each kind of endpoint (WS-SecurityPolicy 1.1 for February 2005, 1.2 for 1.3)."""

from collections.abc import Callable, Mapping

from xrm.wire.wstrust.mex.endpoints import MSSP, NEGOTIATE, SECURITY_POLICY, Credential, Row
from xrm.wire.wstrust.versions import TRUST_13, TrustVersion

_AES = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
_TEMPLATE = (
    ("KeySize", "256"),
    ("KeyWrapAlgorithm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"),
    ("EncryptWith", _AES),
    ("SignatureAlgorithm", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    ("CanonicalizationAlgorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"),
    ("EncryptionAlgorithm", _AES),
)


def policy(row: Row, name: str) -> str:
    """Return the policy of an endpoint, by that name; `wsp`, `wsu`, `wsaw`, `t` and `trust` are
    declared where it stands.
    """
    mixed = row.credential != "windows"
    parts = ["" if mixed else f'<http:NegotiateAuthentication xmlns:http="{NEGOTIATE}"/>']
    parts.append(_transport(row.version, timestamp=mixed))
    if mixed:
        parts += [_TOKENS[row.credential](row.version), _endorsing(row), _wss(row), _trust(row)]
    return (
        f'<wsp:Policy wsu:Id="{name}"><wsp:ExactlyOne><wsp:All>{"".join(parts)}'
        "<wsaw:UsingAddressing/></wsp:All></wsp:ExactlyOne></wsp:Policy>"
    )


def _sp(version: TrustVersion, name: str, inner: str) -> str:
    """Return an assertion that declares its namespace and holds a policy of its own."""
    nested = f"<wsp:Policy>{inner}</wsp:Policy>" if inner else "<wsp:Policy/>"
    return f'<sp:{name} xmlns:sp="{SECURITY_POLICY[version]}">{nested}</sp:{name}>'


def _transport(version: TrustVersion, *, timestamp: bool) -> str:
    token = "" if version is TRUST_13 else ' RequireClientCertificate="false"'
    return _sp(
        version,
        "TransportBinding",
        f"<sp:TransportToken><wsp:Policy><sp:HttpsToken{token}/></wsp:Policy></sp:TransportToken>"
        "<sp:AlgorithmSuite><wsp:Policy><sp:Basic256/></wsp:Policy></sp:AlgorithmSuite>"
        "<sp:Layout><wsp:Policy><sp:Strict/></wsp:Policy></sp:Layout>"
        + ("<sp:IncludeTimestamp/>" if timestamp else ""),
    )


def _included(version: TrustVersion, when: str) -> str:
    return f'sp:IncludeToken="{SECURITY_POLICY[version]}/IncludeToken/{when}"'


def _username(version: TrustVersion) -> str:
    """Return the assertion that a user name and password are sent."""
    name = "SignedEncryptedSupportingTokens" if version is TRUST_13 else "SignedSupportingTokens"
    return _sp(
        version,
        name,
        f"<sp:UsernameToken {_included(version, 'AlwaysToRecipient')}><wsp:Policy>"
        "<sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>",
    )


def _nothing(_version: TrustVersion) -> str:
    return ""


def _certificate(version: TrustVersion) -> str:
    return (
        f"<sp:X509Token {_included(version, 'AlwaysToRecipient')}><wsp:Policy>"
        "<sp:RequireThumbprintReference/><sp:WssX509V3Token10/></wsp:Policy></sp:X509Token>"
    )


def _issued(version: TrustVersion) -> str:
    prefix = version.prefix
    members = [("KeyType", version.key_type("symmetric")), *_TEMPLATE]
    template = "".join(
        f"<{prefix}:{name}>{value}</{prefix}:{name}>"
        for name, value in members
        if version is TRUST_13 or name != "KeyWrapAlgorithm"
    )
    return (
        f"<sp:IssuedToken {_included(version, 'AlwaysToRecipient')}>"
        f"<sp:RequestSecurityTokenTemplate>{template}</sp:RequestSecurityTokenTemplate>"
        "<wsp:Policy><sp:RequireInternalReference/></wsp:Policy></sp:IssuedToken>"
    )


_TOKENS: Mapping[Credential, Callable[[TrustVersion], str]] = {
    "username": _username,
    "certificate": _nothing,
    "issued-symmetric": _nothing,
}
"""What is sent besides the tokens that sign."""
_ENDORSING: Mapping[Credential, Callable[[TrustVersion], str]] = {
    "username": _nothing,
    "certificate": _certificate,
    "issued-symmetric": _issued,
}
"""The token whose key signs the message."""


def _endorsing(row: Row) -> str:
    never = f'{_included(row.version, "Never")} wsp:Optional="true"'
    optional = f"<sp:KeyValueToken {never}/>"
    if row.version is not TRUST_13:
        optional = f'<mssp:RsaToken {never} xmlns:mssp="{MSSP}"/>'
    return _sp(
        row.version,
        "EndorsingSupportingTokens",
        f"{_ENDORSING[row.credential](row.version)}{optional}<sp:SignedParts>"
        '<sp:Header Name="To" Namespace="http://www.w3.org/2005/08/addressing"/>'
        "</sp:SignedParts>",
    )


def _wss(row: Row) -> str:
    needed = "<sp:MustSupportRefThumbprint/>" if row.credential == "certificate" else ""
    return _sp(row.version, "Wss11", needed)


def _trust(row: Row) -> str:
    return _sp(
        row.version,
        "Trust13" if row.version is TRUST_13 else "Trust10",
        "<sp:MustSupportIssuedTokens/><sp:RequireClientEntropy/><sp:RequireServerEntropy/>",
    )
