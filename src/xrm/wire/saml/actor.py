"""Who acts in somebody's name: a claim that holds the actor's claims as XML (WS-Trust 1.4 9.3)."""

from collections.abc import Iterable

from xrm.wire.saml.assertion import Claim, Version
from xrm.wire.xml import escape, quote

ACTOR = "http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor"
"""The type of the claim."""


def write_actor(claims: Iterable[Claim], version: Version) -> str:
    """Return the value of the claim: the actor's attributes as an assertion spells them."""
    namespace = f"urn:oasis:names:tc:SAML:{'1.0' if version == '1.1' else '2.0'}:assertion"
    return (
        f'<Actor xmlns="{namespace}">{"".join(_attribute(one, version) for one in claims)}</Actor>'
    )


def _attribute(claim: Claim, version: Version) -> str:
    values = "".join(f"<AttributeValue>{escape(one)}</AttributeValue>" for one in claim.values)
    if version == "2.0":
        return f'<Attribute Name="{quote(claim.type)}">{values}</Attribute>'
    space, _, name = claim.type.rpartition("/")
    names = f'AttributeName="{quote(name)}" AttributeNamespace="{quote(space)}"'
    return f"<Attribute {names}>{values}</Attribute>"
