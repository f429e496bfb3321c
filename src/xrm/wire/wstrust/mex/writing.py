"""The WSDL of a farm: its policies, bindings and ports, as AD FS orders and names them."""

from collections import Counter
from collections.abc import Sequence

from xrm.wire.wssecurity.names import WSU
from xrm.wire.wstrust.mex.endpoints import (
    ENDPOINTS,
    OVER_HTTP,
    SERVICE,
    SOAP_12_BINDING,
    WSDL,
    Row,
)
from xrm.wire.wstrust.mex.policies import policy
from xrm.wire.wstrust.versions import (
    ADDRESSINGS,
    POLICY,
    TRUST_13,
    TRUST_2005,
    TrustVersion,
)
from xrm.wire.xml import escape, quote

_XSD = "http://www.w3.org/2001/XMLSchema"
_ACTIONS = "http://www.w3.org/2006/05/addressing/wsdl"
_SPACES = {
    "wsdl": WSDL,
    "xsd": _XSD,
    "t": TRUST_2005.namespace,
    "tns": SERVICE,
    "soap12": SOAP_12_BINDING,
    "wsa10": ADDRESSINGS[0],
    "wsaw": _ACTIONS,
    "wsu": WSU,
    "trust": TRUST_13.namespace,
    "wsp": POLICY,
}
_BODY = '<soap12:body use="literal"/>'


def write(trust: str, rows: Sequence[Row] = ENDPOINTS) -> bytes:
    """Return the document of a farm whose addresses begin with `trust`, which ends in a slash."""
    named = _named(rows)
    versions = tuple(dict.fromkeys(row.version for row in rows))
    spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
    parts = [policy(row, f"{name}_policy") for name, row in named.items()]
    parts.append(f"<wsdl:types>{''.join(map(_schema, versions))}</wsdl:types>")
    parts.extend(map(_messages, versions))
    parts.extend(map(_port_type, versions))
    parts.extend(_binding(name, row) for name, row in named.items())
    ports = "".join(_port(name, f"{trust}{row.path}") for name, row in named.items())
    text = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wsdl:definitions name="SecurityTokenService" targetNamespace="{SERVICE}"{spaces}>'
        f'{"".join(parts)}<wsdl:service name="SecurityTokenService">{ports}</wsdl:service>'
        "</wsdl:definitions>"
    )
    return text.encode()


def _named(rows: Sequence[Row]) -> dict[str, Row]:
    """Return the rows by the names of their bindings: those alike are counted from the second."""
    seen: Counter[str] = Counter()
    named = {}
    for row in rows:
        name = f"{row.binding}_{row.version.port_type}"
        named[f"{name}{seen[name] or ''}"] = row
        seen[name] += 1
    return named


def _response(version: TrustVersion) -> str:
    return f"RequestSecurityTokenResponse{'Collection' if version.collection else ''}"


def _schema(version: TrustVersion) -> str:
    """Return a schema that lets anything be said: what may be is of WS-Trust, not of us."""
    elements = "".join(
        f'<xsd:element name="{name}"><xsd:complexType><xsd:sequence>'
        '<xsd:any minOccurs="0" maxOccurs="unbounded" namespace="##any" processContents="lax"/>'
        '</xsd:sequence><xsd:anyAttribute namespace="##any" processContents="lax"/>'
        "</xsd:complexType></xsd:element>"
        for name in ("RequestSecurityToken", _response(version))
    )
    return (
        f'<xsd:schema elementFormDefault="qualified" targetNamespace="{version.namespace}">'
        f"{elements}</xsd:schema>"
    )


def _message(version: TrustVersion, way: str) -> str:
    return f"{version.port_type}_{version.operation}_{way}Message"


def _messages(version: TrustVersion) -> str:
    parts = (
        ("Input", "request", "RequestSecurityToken"),
        ("Output", f"{version.operation}Result", _response(version)),
    )
    return "".join(
        f'<wsdl:message name="{_message(version, way)}">'
        f'<wsdl:part name="{part}" element="{version.prefix}:{element}"/></wsdl:message>'
        for way, part, element in parts
    )


def _port_type(version: TrustVersion) -> str:
    ways = (
        ("Input", version.request_action()),
        ("Output", version.response_action()),
    )
    inner = "".join(
        f'<wsdl:{way.lower()} wsaw:Action="{action}" message="tns:{_message(version, way)}"/>'
        for way, action in ways
    )
    return (
        f'<wsdl:portType name="{version.port_type}"><wsdl:operation name="{version.operation}">'
        f"{inner}</wsdl:operation></wsdl:portType>"
    )


def _binding(name: str, row: Row) -> str:
    version = row.version
    return (
        f'<wsdl:binding name="{name}" type="tns:{version.port_type}">'
        f'<wsp:PolicyReference URI="#{name}_policy"/><soap12:binding transport="{OVER_HTTP}"/>'
        f'<wsdl:operation name="{version.operation}">'
        f'<soap12:operation soapAction="{version.request_action()}" style="document"/>'
        f"<wsdl:input>{_BODY}</wsdl:input><wsdl:output>{_BODY}</wsdl:output></wsdl:operation>"
        "</wsdl:binding>"
    )


def _port(name: str, address: str) -> str:
    # Looked up by this very text: "tns:" and the binding's name.
    return (
        f'<wsdl:port name="{name}" binding="tns:{name}">'
        f'<soap12:address location="{quote(address)}"/><wsa10:EndpointReference>'
        f"<wsa10:Address>{escape(address)}</wsa10:Address></wsa10:EndpointReference></wsdl:port>"
    )
