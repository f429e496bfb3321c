"""Descriptions of token services in short: what a reader needs of them, in spellings of others.

Each document below has the endpoints, the order, the numbering and the faults of one that was
recorded from a real service; its text is ours.
"""

from collections import Counter
from dataclasses import dataclass

OASIS = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
HTTP = "http://schemas.xmlsoap.org/soap/http"
_SPACES = (
    'xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap12/" '
    'xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy" '
    'xmlns:e="http://www.w3.org/2005/08/addressing" '
    'xmlns:h="http://schemas.microsoft.com/ws/06/2004/policy/http" '
    'xmlns:i="http://docs.oasis-open.org/wss/2004/01/'
    'oasis-200401-wss-wssecurity-utility-1.0.xsd" xmlns:tns="urn:sts"'
)
_SP = {
    "13": "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    "2005": "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
}
_OLD = _SP["2005"]
_TRUST = {"13": (OASIS, "Trust13"), "2005": (FEBRUARY, "Trust10")}
_SUFFIX = {"13": "IWSTrust13Async", "2005": "IWSTrustFeb2005Async"}
_SIGNED = {"13": "SignedEncryptedSupportingTokens", "2005": "SignedSupportingTokens"}


@dataclass(frozen=True)
class Port:
    """An endpoint: `kind` names its policy, `host` replaces that of the document.

    What is None is left out of the document.
    """

    version: str
    kind: str
    path: str
    host: str = ""
    scheme: str = "https"
    binding: bool = True
    policy: str | None = "#"
    transport: str | None = HTTP
    known: bool = True


def _endorsing(version: str, token: str) -> str:
    namespace, trust = _TRUST[version]
    return (
        f'<x:TransportBinding/><x:EndorsingSupportingTokens xmlns:t="{namespace}"><p:Policy>{token}'
        f"</p:Policy></x:EndorsingSupportingTokens><x:{trust}/>"
    )


def _issued(version: str, key: str) -> str:
    inner = f"<t:KeyType>{_TRUST[version][0]}/{key}</t:KeyType>"
    template = f"<x:RequestSecurityTokenTemplate>{inner}</x:RequestSecurityTokenTemplate>"
    return _endorsing(version, f"<x:IssuedToken>{template}</x:IssuedToken>")


def _username(version: str, binding: str) -> str:
    token = "<x:UsernameToken><p:Policy><x:WssUsernameToken10/></p:Policy></x:UsernameToken>"
    name, trust = _SIGNED[version], _TRUST[version][1]
    return f"<x:{binding}/><x:{name}><p:Policy>{token}</p:Policy></x:{name}><x:{trust}/>"


def _demands(port: Port) -> str:
    version = port.version
    old = f'<o:TransportBinding xmlns:o="{_OLD}"/>'
    made = {
        "windows": f"<h:NegotiateAuthentication/>{old}",
        "internet": f"<h:DomainInternet/><h:NegotiateAuthentication/>{old}",
        "basic": f"<h:BasicAuthentication/>{old}",
        "transport": "<x:TransportBinding/>",
        "message": f"<x:SymmetricBinding/>{_endorsing(version, '<x:X509Token/>')}".replace(
            "<x:TransportBinding/>", ""
        ),
        "certificate": _endorsing(version, "<x:X509Token/>"),
        "kerberos": _endorsing(version, "<x:KerberosToken/>"),
        "username": _username(version, "TransportBinding"),
        "username message": _username(version, "SymmetricBinding"),
        "issued": _issued(version, "SymmetricKey"),
        "issued public": _issued(version, "PublicKey"),
    }
    return made[port.kind]


_BINDINGS = {
    "windows": "Custom",
    "internet": "Custom",
    "kerberos": "Custom",
    "message": "WindowsWSTrust",
    "transport": "CertificateWSTrust",
    "certificate": "CertificateWSTrust",
    "basic": "UserNameWSTrust",
    "username": "UserNameWSTrust",
    "username message": "UserNameWSTrust",
}


def document(ports: list[Port], host: str = "sts.example", *, envelope: str = "") -> bytes:
    """Return the document of those ports; within an envelope of that namespace, if there is one."""
    seen: Counter[str] = Counter()
    policies, bindings, places = [], [], []
    for port in ports:
        name = f"{_BINDINGS.get(port.kind, 'IssuedTokenWSTrust')}Binding_{_SUFFIX[port.version]}"
        seen[name] += 1
        name += str(seen[name] - 1) if seen[name] > 1 else ""
        address = f"{port.scheme}://{port.host or host}/adfs/services/trust/{port.path}"
        if port.known:
            policies.append(
                f'<p:Policy i:Id="{name}_policy" xmlns:x="{_SP[port.version]}"><p:ExactlyOne>\n'
                f"<p:All>{_demands(port)}</p:All></p:ExactlyOne></p:Policy>"
            )
        reference = f' URI="{port.policy}{name}_policy"' if port.policy is not None else ""
        transport = f' transport="{port.transport}"' if port.transport is not None else ""
        bindings.append(
            f'<w:binding name="{name}"><p:PolicyReference{reference}/><s:binding{transport}/>\n'
            f'<w:operation><s:operation soapAction="{_TRUST[port.version][0]}/RST/Issue"/>'
            "</w:operation></w:binding>"
        )
        tied = f' binding="tns:{name}"' if port.binding else ""
        places.append(
            f'<w:port name="{name}"{tied}>\n<s:address\n location="{address}"/>'
            f"<e:EndpointReference><e:Address>{address}</e:Address></e:EndpointReference></w:port>"
        )
    text = f"<w:definitions {_SPACES}>{''.join(policies + bindings)}"
    text += f"<w:service>{''.join(places)}</w:service></w:definitions>"
    if envelope:
        text = f'<v:Envelope xmlns:v="{envelope}"><v:Body>{text}</v:Body></v:Envelope>'
    return text.encode()


_ISSUED = "issuedtokenmixedsymmetricbasic256"
_PUBLIC = "issuedtokenmixedasymmetricbasic256"


def _usual(version: str) -> list[Port]:
    """Return the endpoints every farm has: certificate, user name, issued tokens."""
    rows = (
        ("certificate", "certificatemixed"),
        ("username", "usernamemixed"),
        ("issued public", _PUBLIC),
        ("issued", _ISSUED),
    )
    return [Port(version, kind, f"{version}/{path}") for kind, path in rows]


def _windows(version: str, kind: str = "windows") -> Port:
    return Port(version, kind, f"{version}/windowstransport")


def _kerberos(version: str) -> Port:
    return Port(version, "kerberos", f"{version}/kerberosmixed")


def _with_tls(host: str) -> Port:
    return Port("2005", "transport", "2005/certificatetransport", host)


_OLD_HALF = [_windows("2005"), *_usual("2005"), _kerberos("2005")]
_NEW_HALF = [_kerberos("13"), *_usual("13")]
_FULL = [*_OLD_HALF, *_NEW_HALF, _windows("13")]
_PORT = "sts.example:49443"

RECORDED: dict[str, tuple[bytes, int]] = {
    "federated tenant, company": (document(_FULL), 12),
    "server 2012": (document([*_FULL, _with_tls("")]), 12),
    "lab": (document([*_OLD_HALF, _with_tls(_PORT), *_NEW_HALF]), 11),
    "port 49443": (document([_with_tls(_PORT), *_FULL]), 12),
    "half of it": (
        document([*_OLD_HALF, *(Port(p.version, p.kind, p.path, known=False) for p in _NEW_HALF)]),
        6,
    ),
    "certauth host": (
        document(
            [
                *(_windows("2005"), *_usual("2005"), _with_tls("certauth.sts.example")),
                *(*_usual("13"), _windows("13")),
            ]
        ),
        10,
    ),
    "no user name in 1.3": (
        document(
            [
                *(_windows("2005"), *_usual("2005")),
                Port("2005", "username message", "2005/username", scheme="http"),
                *(port for port in _usual("13") if port.kind != "username"),
            ]
        ),
        8,
    ),
    "many endpoints": (
        document(
            [
                Port("2005", "message", "2005/windows", scheme="http"),
                _windows("2005", "internet"),
                _with_tls("certauth.sts.example"),
                Port("2005", "username message", "2005/username", scheme="http"),
                Port("2005", "basic", "2005/usernamebasictransport"),
                *_usual("2005"),
                Port("13", "username message", "13/username", scheme="http"),
                Port("13", "basic", "13/usernamebasictransport"),
                *_usual("13"),
                Port("13", "message", "13/windows", scheme="http"),
                _windows("13", "internet"),
            ]
        ),
        10,
    ),
    "a third party's envelope": (
        document([*_FULL, _with_tls(_PORT)], envelope="https://www.w3.org/2003/05/soap-envelope"),
        12,
    ),
}
"""Documents, and how many endpoints of each can be used."""

_NAMED = Port("13", "username", "13/usernamemixed")
BROKEN: dict[str, bytes] = {
    "an address of http": document([Port("13", "username", "13/usernamemixed", scheme="http")]),
    "an address of no scheme": document([_NAMED]).replace(b"https://", b"//"),
    "an address of no host": document([_NAMED]).replace(b"https://sts.example", b"https://"),
    "a broken address": document([_NAMED]).replace(b"sts.example", b"[sts.example"),
    "an endless address": document([_NAMED], "sts.example" + "x" * 2048),
    "a port without a binding": document([Port("13", "username", "13/x", binding=False)]),
    "a port of another's binding": document([_NAMED]).replace(b'binding="tns:', b'binding="tns:X'),
    "a reference without address": document([Port("13", "username", "13/x", policy=None)]),
    "a reference elsewhere": document([Port("13", "username", "13/x", policy="urn:")]),
    "two references": document([_NAMED]).replace(
        b"<s:binding ", b'<p:PolicyReference URI="#x"/><s:binding '
    ),
    "a policy that is not there": document([Port("13", "username", "13/x", known=False)]),
    "no transport": document([Port("13", "username", "13/x", transport=None)]),
    "another transport": document([Port("13", "username", "13/x", transport="urn:mail")]),
    "another action": document([_NAMED]).replace(b"RST/Issue", b"RST/Renew"),
    "an unknown version": document([_NAMED]).replace(OASIS.encode(), b"urn:2042"),
    "no trust of the version": document([_NAMED]).replace(b"Trust13/>", b"Trust10/>"),
    "message security": document([Port("13", "username message", "13/username")]),
    "a token nobody knows": document([Port("13", "kerberos", "13/x")]).replace(
        b"KerberosToken", b"SpnegoContextToken"
    ),
    "a key nobody knows": document([Port("13", "issued", "13/x")]).replace(
        b"SymmetricKey", b"OtherKey"
    ),
    "no policy but TLS": document([_with_tls("")]),
}
"""Documents none of whose endpoints can be used."""
