"""Headers of a SOAP message that say in whose name it runs (data namespace)."""

from collections.abc import Mapping

from lxml import etree

from xrm.org.callers import Identity, OnBehalf, acting, on_behalf
from xrm.wire.http import Request
from xrm.wire.soap.contract import XRM

_BY_USER = (f"{{{XRM}}}CallerId", f"{{{XRM}}}MSCRMCallerID")
_BY_OBJECT = (f"{{{XRM}}}CallerObjectId",)
UNDERSTOOD = frozenset({*_BY_USER, *_BY_OBJECT, f"{{{XRM}}}SdkClientVersion", f"{{{XRM}}}UserType"})
"""Headers the service knows; of the others those are refused that must be understood."""

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def in_whose_name(
    request: Request, headers: Mapping[str, etree._Element], identity: Identity
) -> Identity:
    """Return an identity with the user in whose name a message asks to run.

    Headers of HTTP go before those of the message (inferred). Raises ServiceError 0x80040203 for
    one that holds no GUID.
    """
    found = on_behalf(request, identity)
    if found.on_behalf not in (None, OnBehalf()):
        return found
    return acting(
        identity, by_object=_texts(headers, _BY_OBJECT), by_user=_texts(headers, _BY_USER)
    )


def _texts(headers: Mapping[str, etree._Element], names: tuple[str, ...]) -> list[str]:
    found = (headers.get(name) for name in names)
    return [
        each.text or ""
        for each in found
        if each is not None and each.get(_NIL) not in ("true", "1")
    ]
