"""A request's body into JSON, as strictly as the service reads it (OData JSON 4.0)."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from xrm.model.errors import service
from xrm.org.faces.webapi.headers import Content, content
from xrm.wire.http import Request
from xrm.wire.odata4.errors import ODataError

_MARKED_NUMBERS = bytes(48 if sign in b"0123456789." else 32 for sign in range(256))
_LONG_NUMBER = 16 * b"0"
"""So many digits and points in a row, where all of them are marked by zeros."""
_SPACED_NAME = re.compile(rb'"\s+:')
_NESTED = (dict, list)
_NESTED_TYPES = frozenset(_NESTED)
_HELP = "https://go.microsoft.com/fwlink/?linkid=2195293"
_INVALID = "Invalid JSON. A token was not recognized in the JSON content."
_BOM = b"\xef\xbb\xbf"
_UTF16 = frozenset({"utf-16", "utf-16le", "utf-16be", "unicode"})


class PayloadError(ODataError):
    """A payload that does not fit, found by another part of the service than its OData reader."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def refused(set_name: str, error: ODataError) -> service.ServiceError:
    """Return the error for a payload that does not fit what a set's URL takes; "" for no set."""
    kind = error.kind if isinstance(error, PayloadError) else "Microsoft.OData.ODataException"
    return service.ServiceError(
        service.PAYLOAD,
        f"Error identified in Payload provided by the user for Entity :'{set_name}', "
        f"For more information on this error please follow this help link {_HELP}  ---->  "
        f"InnerException : {kind}: {error}",
    )


def read_object(request: Request) -> Mapping[str, Any]:
    """Return the JSON object a request carries.

    Raises ServiceError 415 for another kind of content (inferred), ODataError for what is no
    JSON object or names a property twice.
    """
    said = content(request)
    if said.type != "application/json":
        raise service.ServiceError(
            service.MEDIA_TYPE,
            f"The request entity's media type '{said.type[:100]}' is not supported for this "
            "resource.",
        )
    payload = _read(_utf8(request.body, said))
    if not isinstance(payload, dict):
        node = "StartArray" if isinstance(payload, list) else "PrimitiveValue"
        raise ODataError(
            f"An unexpected '{node}' node was found when reading from the JSON reader. A "
            "'StartObject' node was expected."
        )
    return payload


def _utf8(body: bytes, said: Content) -> bytes:
    """Return a body as UTF-8 without a mark; a charset the service does not know counts as it."""
    name = said.charset
    if name in _UTF16:
        try:
            # The service takes the little end first, unless a mark says otherwise.
            marked = body[:2] in (b"\xff\xfe", b"\xfe\xff")
            text = body.decode("utf-16" if marked else "utf-16-be" if "be" in name else "utf-16-le")
            body = text.encode()
        except UnicodeError as error:
            raise ODataError(_INVALID) from error
    return body.removeprefix(_BOM)


def _read(body: bytes) -> Any:
    if not body.strip():
        raise PayloadError("System.ArgumentException", "Stream was not readable.")
    try:
        payload = orjson.loads(body)
        if _LONG_NUMBER in body.translate(_MARKED_NUMBERS):
            # A binary float would lose the last digits of a decimal.
            payload = json.loads(body, parse_float=Decimal)
        if _names(body) > _count(payload):
            # A text may look like a name, too: only reading each object tells.
            json.loads(body, object_pairs_hook=_once)
    except ODataError:
        raise
    except (ValueError, RecursionError) as error:
        raise ODataError(_INVALID) from error
    return payload


def _names(body: bytes) -> int:
    """Return how many properties a body seems to have."""
    names = body.count(b'":')
    spaced = b" :" in body or b"\n:" in body or b"\t:" in body or b"\r:" in body
    return names + len(_SPACED_NAME.findall(body)) if spaced else names


def _count(payload: Any) -> int:
    """Return how many properties there are, at any depth."""
    if isinstance(payload, dict) and _NESTED_TYPES.isdisjoint(map(type, payload.values())):
        return len(payload)
    count, rest = 0, [payload]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            count += len(node)
            rest += [each for each in node.values() if isinstance(each, _NESTED)]
        elif isinstance(node, list):
            rest += [each for each in node if isinstance(each, _NESTED)]
    return count


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ODataError(
                f"Multiple properties with the name '{name[:100]}' were detected in a resource. "
                "OData does not allow duplicate property names."
            )
        seen.add(name)
