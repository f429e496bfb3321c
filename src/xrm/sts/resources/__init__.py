"""Which resource a request means, and what of it.

named   an application asks for itself: all it has been given
wanted  a person's application asks: the resource, its scopes, what of it is consented to
"""

from xrm.sts.resources.bounds import within
from xrm.sts.resources.named import asked_for_all, known, resource_of
from xrm.sts.resources.wanted import (
    Asked,
    Settled,
    Wanted,
    all_asked,
    reserved_of,
    roles_required,
    settle,
    static,
    wanted,
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
