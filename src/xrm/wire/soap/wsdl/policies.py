"""The policy of a service's binding (WS-Policy, WS-SecurityPolicy 1.1 and 1.2).

Clients look for names with the prefixes written here, `wsu:Id` and `ms-xrm:` above all.
"""

from lxml import etree

from xrm.wire.soap.wsdl.deployments import SERVICES_2012, Authentication, Site

WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSX = "http://schemas.xmlsoap.org/ws/2004/09/mex"
WSA = "http://www.w3.org/2005/08/addressing"
WSAW = "http://www.w3.org/2006/05/addressing/wsdl"
SP = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
SP_2005 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
IDENTITY = "http://schemas.xmlsoap.org/ws/2005/05/identity"
PREFIXES = {"wsp": WSP, "wsu": WSU, "wsx": WSX, "wsa10": WSA, "wsaw": WSAW}

_TO_RECIPIENT = "/IncludeToken/AlwaysToRecipient"
_ENTROPY = "MustSupportIssuedTokens", "RequireClientEntropy", "RequireServerEntropy"
_TEMPLATE = (
    ("KeyType", f"{TRUST}/SymmetricKey"),
    ("KeySize", "{key_size}"),
    ("Claims", ""),
    ("KeyWrapAlgorithm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"),
    ("EncryptWith", "{cipher}"),
    ("SignWith", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    ("CanonicalizationAlgorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"),
    ("EncryptionAlgorithm", "{cipher}"),
)


def add_policy(parent: etree._Element, name: str, site: Site) -> None:
    """Add the policy of that name (its `wsu:Id`) to a definitions element."""
    policy = etree.SubElement(parent, f"{{{WSP}}}Policy", {f"{{{WSU}}}Id": name})
    every = _add(_add(policy, WSP, "ExactlyOne"), WSP, "All")
    for authentication in site.deployment.authentications:
        _failover(every, site)
        _authentication(every, authentication, site)
    _failover(every, site)
    if site.deployment.protection == "negotiated":
        _negotiated(every, over_tls=site.address.startswith("https:"))
    else:
        _issued(every, site)
    _add(every, WSAW, "UsingAddressing")


def _failover(every: etree._Element, site: Site) -> None:
    if site.deployment.failover:
        failover = _named(every, SERVICES_2012, "FailoverPolicy")
        _add(failover, SERVICES_2012, "FailoverAvailable").text = "false"
        _add(failover, SERVICES_2012, "EndpointEnabled").text = "true"


def _authentication(every: etree._Element, row: Authentication, site: Site) -> None:
    policy = _named(every, row.namespace, "AuthenticationPolicy")
    _add(policy, row.namespace, "Authentication").text = row.kind
    if not row.identifier:
        return
    service = _add(policy, row.namespace, "SecureTokenService")
    _add(service, row.namespace, "Identifier").text = site.filled(row.identifier)
    if row.trust:
        trust = _add(service, row.namespace, row.trust)
        for name, value in row.trusted:
            _add(trust, row.namespace, name).text = site.filled(value)


def _issued(every: etree._Element, site: Site) -> None:
    row = site.deployment
    _transport(every, SP, row.suite)
    tokens = {"signed": "SignedSupportingTokens", "endorsing": "EndorsingSupportingTokens"}
    supporting = _nested(_security(every, SP, tokens[row.protection]))
    token = _add(supporting, SP, "IssuedToken")
    token.set(f"{{{SP}}}IncludeToken", SP + _TO_RECIPIENT)
    issuer = _add(token, SP, "Issuer")
    _add(issuer, WSA, "Address").text = site.filled(row.issuer)
    section = _add(_add(_add(issuer, WSA, "Metadata"), WSX, "Metadata"), WSX, "MetadataSection")
    reference = _add(section, WSX, "MetadataReference")
    _add(reference, WSA, "Address").text = site.filled(row.metadata)
    _template(_add(token, SP, "RequestSecurityTokenTemplate"), site)
    _add(_nested(token), SP, "RequireInternalReference")
    _nested(_security(every, SP, "Wss11"))
    trust = _nested(_security(every, SP, "Trust13"))
    for name in _ENTROPY:
        _add(trust, SP, name)


def _template(template: etree._Element, site: Site) -> None:
    row = site.deployment
    for name, value in _TEMPLATE:
        if name == "Claims" and not row.claims:
            continue
        element = etree.SubElement(template, f"{{{TRUST}}}{name}", nsmap={"trust": TRUST})
        if name == "Claims":
            element.set("Dialect", IDENTITY)
            for claim in row.claims:
                child = f"{{{IDENTITY}}}ClaimType"
                etree.SubElement(element, child, {"Uri": claim}, nsmap={"wsid": IDENTITY})
        else:
            element.text = value.format(key_size=row.key_size, cipher=row.cipher)


def _negotiated(every: etree._Element, *, over_tls: bool) -> None:
    """Sign in with Windows within the messages: endorsing over TLS, else protecting them whole."""
    if over_tls:
        _transport(every, SP_2005, "Basic256")
        _spnego(_nested(_security(every, SP_2005, "EndorsingSupportingTokens")))
    else:
        binding = _nested(_security(every, SP_2005, "SymmetricBinding"))
        token = _spnego(_nested(_add(binding, SP_2005, "ProtectionToken")))
        _add(_nested(token), SP_2005, "RequireDerivedKeys")
        _algorithms(binding, SP_2005, "Basic256")
        _add(binding, SP_2005, "EncryptSignature")
        _add(binding, SP_2005, "OnlySignEntireHeadersAndBody")
    _nested(_security(every, SP_2005, "Wss11"))
    trust = _nested(_security(every, SP_2005, "Trust10"))
    for name in _ENTROPY:
        _add(trust, SP_2005, name)


def _spnego(parent: etree._Element) -> etree._Element:
    token = _add(parent, SP_2005, "SpnegoContextToken")
    token.set(f"{{{SP_2005}}}IncludeToken", SP_2005 + _TO_RECIPIENT)
    return token


def _transport(every: etree._Element, namespace: str, suite: str) -> None:
    binding = _nested(_security(every, namespace, "TransportBinding"))
    token = _nested(_add(binding, namespace, "TransportToken"))
    https = _add(token, namespace, "HttpsToken")
    if namespace == SP_2005:
        https.set("RequireClientCertificate", "false")
    _algorithms(binding, namespace, suite)


def _algorithms(binding: etree._Element, namespace: str, suite: str) -> None:
    _add(_nested(_add(binding, namespace, "AlgorithmSuite")), namespace, suite)
    _add(_nested(_add(binding, namespace, "Layout")), namespace, "Strict")
    _add(binding, namespace, "IncludeTimestamp")


def _nested(parent: etree._Element) -> etree._Element:
    return _add(parent, WSP, "Policy")


def _security(parent: etree._Element, namespace: str, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", nsmap={"sp": namespace})


def _named(parent: etree._Element, namespace: str, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", nsmap={"ms-xrm": namespace})


def _add(parent: etree._Element, namespace: str, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}")
