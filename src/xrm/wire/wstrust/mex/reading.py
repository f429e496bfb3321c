"""Endpoints out of the WSDL of any token service: port to binding to policy, names aside."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from lxml import etree

from xrm.wire.wssecurity.names import ID
from xrm.wire.wstrust.mex.endpoints import (
    NEGOTIATE,
    OVER_HTTP,
    SECURITY_POLICY,
    SOAP_12_BINDING,
    WSDL,
    Credential,
    Endpoint,
)
from xrm.wire.wstrust.versions import (
    ACTIONS,
    ADDRESSINGS,
    POLICY,
    TRUST_13,
    TRUST_2005,
    TrustVersion,
)
from xrm.wire.xml import Limits, XmlError, parse

LIMITS = Limits(size=4 * 1024 * 1024, elements=50_000)
_SPACES = {"wsdl": WSDL, "soap12": SOAP_12_BINDING, "wsp": POLICY, "http": NEGOTIATE}
_SPACES |= {"wsa": ADDRESSINGS[0]}
_CHOSEN = "wsp:ExactlyOne/wsp:All"
_LONGEST_ADDRESS = 2048


class MexError(ValueError):
    """The document is not the description of a token service, or has no such endpoint."""


def read(data: bytes) -> tuple[Endpoint, ...]:
    """Return the endpoints of a document that can be used, in its order.

    Left out are addresses of http, ports without a binding, bindings without a policy, not of
    SOAP 1.2 over HTTP, or not of an operation that issues tokens, and policies that are not
    understood. Raises MexError for what is no such document.
    """
    try:
        root = parse(data, limits=LIMITS)
    except XmlError as error:
        raise MexError(str(error)) from None
    # Some services put the document into an envelope.
    definitions = next(root.iter(f"{{{WSDL}}}definitions"), None)
    if definitions is None:
        raise MexError("The document is not a description of a service.")
    bindings = _bindings(definitions)
    found = []
    for port in definitions.iterfind("wsdl:service/wsdl:port", _SPACES):
        known = bindings.get(port.get("binding", "").rpartition(":")[2])
        address = _address(port)
        if known is not None and address is not None:
            found.append(Endpoint(*known, address))
    return tuple(found)


def select(
    endpoints: Iterable[Endpoint],
    credential: Credential,
    versions: Sequence[TrustVersion] = (TRUST_13, TRUST_2005),
) -> Endpoint:
    """Return the first endpoint for a credential, of the version named first. Raises MexError."""
    known = tuple(endpoints)
    for version in versions:
        for endpoint in known:
            if endpoint.version is version and endpoint.credential == credential:
                return endpoint
    raise MexError(f"The token service has no endpoint for {credential} that can be used.")


_Known = tuple[TrustVersion, Credential]


def _policies(definitions: etree._Element) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for policy in definitions.iterfind("wsp:Policy", _SPACES):
        name = policy.get(ID)
        if name:
            found.setdefault(f"#{name}", policy)
    return found


def _bindings(definitions: etree._Element) -> dict[str, _Known]:
    """Return the bindings that are understood, by name."""
    policies = _policies(definitions)
    seen: dict[tuple[str, TrustVersion], Credential | None] = {}
    found: dict[str, _Known] = {}
    for binding in definitions.iterfind("wsdl:binding", _SPACES):
        name, reference, version = binding.get("name"), _reference(binding), _version(binding)
        if not name or version is None or reference not in policies:
            continue
        if (reference, version) not in seen:
            seen[reference, version] = _demanded(policies[reference], version)
        credential = seen[reference, version]
        if credential is not None:
            found.setdefault(name, (version, credential))
    return found


def _reference(binding: etree._Element) -> str:
    references = binding.findall("wsp:PolicyReference", _SPACES)
    return references[0].get("URI", "") if len(references) == 1 else ""


def _version(binding: etree._Element) -> TrustVersion | None:
    """Return the version of a binding that issues tokens by SOAP 1.2 over HTTP."""
    transport = binding.find("soap12:binding", _SPACES)
    operation = binding.find("wsdl:operation/soap12:operation", _SPACES)
    if transport is None or operation is None or transport.get("transport") != OVER_HTTP:
        return None
    action = ACTIONS.get(operation.get("soapAction", ""))
    return None if action is None or action[1] != "issue" else action[0]


def _demanded(policy: etree._Element, version: TrustVersion) -> Credential | None:
    for chosen in policy.iterfind(_CHOSEN, _SPACES):
        credential = _credential(chosen, version)
        if credential is not None:
            return credential
    return None


def _credential(chosen: etree._Element, version: TrustVersion) -> Credential | None:
    """Return what an alternative of a policy demands, None for what is not understood."""
    if chosen.find("http:NegotiateAuthentication", _SPACES) is not None:
        return "windows" if _is_transport(chosen, SECURITY_POLICY.values()) else None
    spaces = {**_SPACES, "sp": SECURITY_POLICY[version]}
    trust = "sp:Trust13" if version is TRUST_13 else "sp:Trust10"
    if not _is_transport(chosen, (spaces["sp"],)) or chosen.find(trust, spaces) is None:
        return None
    for kind in ("SignedSupportingTokens", "SignedEncryptedSupportingTokens"):
        token = f"sp:{kind}/wsp:Policy/sp:UsernameToken/wsp:Policy/sp:WssUsernameToken10"
        if chosen.find(token, spaces) is not None:
            return "username"
    endorsing = chosen.find("sp:EndorsingSupportingTokens/wsp:Policy", spaces)
    return None if endorsing is None else _endorsing(endorsing, version, spaces)


def _is_transport(chosen: etree._Element, namespaces: Iterable[str]) -> bool:
    return any(chosen.find(f"{{{space}}}TransportBinding") is not None for space in namespaces)


def _endorsing(
    policy: etree._Element, version: TrustVersion, spaces: dict[str, str]
) -> Credential | None:
    if policy.find("sp:X509Token", spaces) is not None:
        return "certificate"
    if policy.find("sp:KerberosToken", spaces) is not None:
        return "kerberos"
    template = policy.find("sp:IssuedToken/sp:RequestSecurityTokenTemplate", spaces)
    if template is None:
        return None
    key = template.findtext(f"{{{version.namespace}}}KeyType", "").strip()
    if key == version.key_type("symmetric"):
        return "issued-symmetric"
    return "issued-asymmetric" if key == version.key_type("public") else None


def _address(port: etree._Element) -> str | None:
    element = port.find("soap12:address", _SPACES)
    address = None if element is None else element.get("location")
    if address is None:
        address = port.findtext("wsa:EndpointReference/wsa:Address", None, _SPACES)
    if address is None or len(address := address.strip()) > _LONGEST_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme == "https" and parts.hostname else None
