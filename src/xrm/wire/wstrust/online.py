"""Messages of the old online token service (RST2.srf), which speaks February 2005 its own way.

Its clients look for the prefix `wsse:`, take the first key identifier for that of the key which
the token is encrypted to, and name a policy by an address.
"""

from base64 import b64encode

from lxml import etree

from xrm.wire.wssecurity.moments import write_moment
from xrm.wire.wssecurity.names import SAML_11, WSSE, WSU
from xrm.wire.wssecurity.references import TokenReference
from xrm.wire.wstrust import requests
from xrm.wire.wstrust.requests import RequestSecurityToken
from xrm.wire.wstrust.responses import IssuedTokenResponse
from xrm.wire.wstrust.versions import ADDRESSINGS, POLICY, TRUST_2005
from xrm.wire.xml import escape, quote

TOKEN_TYPE = "urn:oasis:names:tc:SAML:1.0"  # noqa: S105  (a name, and no secret)
"""How this service calls its tokens."""

_REFERENCE = f"{{{POLICY}}}PolicyReference"
_SPACES = {"wst": TRUST_2005.namespace, "wsse": WSSE, "wsu": WSU, "saml": SAML_11, "wsp": POLICY}


def read_request(element: etree._Element | None) -> RequestSecurityToken:
    """Read the child of a Body, which may refer to a policy. Raises TrustError."""
    return requests.read_request(element, others=(_REFERENCE,))


def write_response(response: IssuedTokenResponse) -> str:
    """Return the body of a response; the token type, references and key are in its own spelling.

    Moments are of whole seconds. The response is one of February 2005 with a token.
    """
    spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
    inner = "".join(_parts(response))
    name = "wst:RequestSecurityTokenResponse"
    return f"<{name}{spaces}>{inner}</{name}>"


def _parts(response: IssuedTokenResponse) -> list[str]:
    parts = [_in("wst:TokenType", TOKEN_TYPE)]
    if response.applies_to is not None:
        address = _in("wsa:Address", escape(response.applies_to))
        inner = _in("wsa:EndpointReference", address)
        space = f' xmlns:wsa="{ADDRESSINGS[0]}"'
        parts.append(f"<wsp:AppliesTo{space}>{inner}</wsp:AppliesTo>")
    if response.lifetime is not None:
        moments = (("Created", response.lifetime.created), ("Expires", response.lifetime.expires))
        lifetime = (_in(f"wsu:{name}", _moment(at)) for name, at in moments if at is not None)
        parts.append(_in("wst:Lifetime", "".join(lifetime)))
    if response.markup:
        parts.append(_in("wst:RequestedSecurityToken", response.markup))
    for name, reference in (
        ("wst:RequestedAttachedReference", response.attached),
        ("wst:RequestedUnattachedReference", response.unattached),
    ):
        if reference is not None:
            parts.append(_in(name, _reference(reference)))
    if response.material.proof is not None:
        encoded = b64encode(response.material.proof).decode("ascii")
        parts.append(_in("wst:RequestedProofToken", _in("wst:BinarySecret", encoded)))
    return parts


def _moment(seconds: float) -> str:
    return f"{write_moment(seconds)[:19]}Z"


def _reference(reference: TokenReference) -> str:
    identifier = (
        f'<wsse:KeyIdentifier ValueType="{quote(reference.value_type)}">'
        f"{escape(reference.value)}</wsse:KeyIdentifier>"
    )
    return _in("wsse:SecurityTokenReference", identifier)


def _in(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
