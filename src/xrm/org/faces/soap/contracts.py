"""The data contracts this service speaks: the SDK's, and those of its own messages."""

from functools import cache

from xrm.org.messages import REGISTRY
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.messages import contracts_of, contracts_of_shapes


@cache
def contracts() -> Contracts:
    """Return all of them."""
    own = (each for handler in REGISTRY for each in contracts_of(handler.declaration))
    return CONTRACTS.extended((*contracts_of_shapes(), *own))
