"""Which resource a request means, and what of it.

named   an application asks for itself: all it has been given
wanted  a person's application asks: the resource, its scopes, what of it is consented to
relying   a client of a farm asks: the relying party and its scopes
asking    which of these a flavour means;  bounds  how far a sign-in goes
"""

from xrm.sts.resources.asking import asked_for_all, settle, wanted
from xrm.sts.resources.bounds import within
from xrm.sts.resources.named import known, resource_of
from xrm.sts.resources.wanted import (
    Asked,
    Settled,
    Wanted,
    all_asked,
    reserved_of,
    roles_required,
    static,
)

__all__ = [
    "Asked",
    "Settled",
    "Wanted",
    "all_asked",
    "asked_for_all",
    "known",
    "reserved_of",
    "resource_of",
    "roles_required",
    "settle",
    "static",
    "wanted",
    "within",
]
