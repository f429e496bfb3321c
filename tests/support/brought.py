"""What the token service of fabrikam.example would say to the farm that trusts it, made by hand.

reply = bring(farms, visitor, signed(farms, assertion(farms)), context)
"""

from typing import Any

from support.farms import LS, Farms
from support.signing_in import Reply, Visitor
from xrm.wire import saml
from xrm.wire.saml import Assertion, Claim, claim_types
from xrm.wire.wsfed import results
from xrm.wire.wstrust import Lifetime

GRACE = "grace@fabrikam.example"


def assertion(farms: Farms, **changes: Any) -> Assertion:
    """Return what the other token service would say, changed."""
    now = farms.clock()
    members: dict[str, Any] = {
        "id": f"_{farms.service.ids()}",
        "issuer": farms.other.identifier,
        "issued": now,
        "not_before": now,
        "not_on_or_after": now + 3600,
        "audiences": (farms.farm.identifier,),
        "claims": (Claim(claim_types.UPN, (GRACE,)),),
        "method": saml.PASSWORD,
        "authenticated": now,
    }
    return Assertion(**members | changes)


def signed(farms: Farms, made: Assertion, key: Any = None) -> str:
    """Return an assertion as the other token service signs it, or somebody else with a key."""
    current = farms.service.directory.singly().signing_key()
    return saml.sign(made, key=key or current.private_key, certificate=current.certificate_der)


def bring(farms: Farms, visitor: Visitor, token: str, context: str, **more: str) -> Reply:
    """Come back with a token, as the form of the other token service brings it."""
    text = results.write(
        token, realm=farms.farm.identifier, lifetime=Lifetime(None, None), kind="urn:x"
    )
    return visitor.post(LS, {"wa": "wsignin1.0", "wresult": text, "wctx": context, **more})
