"""Bodies of requests: JSON objects, bounded, with members of known names and types."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from xrm.sts.directory import guid
from xrm.sts.faces.graph import errors
from xrm.wire.http import Request, content_type
from xrm.wire.odata4.filter import read_time

LARGEST = 1024 * 1024
_DEEPEST = 32
_LONGEST_TEXT = 16 * 1024

Body = Mapping[str, Any]


def read(request: Request, allowed: Collection[str] | None = None) -> dict[str, Any]:
    """Return the JSON object of a body, annotations left out. Raises GraphError (400).

    With `allowed`, no other members may be there.
    """
    value = _object(request)
    found = {name: said for name, said in value.items() if not name.startswith("@odata.")}
    if allowed is not None:
        only(found, allowed)
    return found


def _object(request: Request) -> dict[str, Any]:
    if not request.body:
        raise errors.BAD_REQUEST("Empty Payload. JSON content expected.")
    if content_type(request) != "application/json":
        raise errors.BAD_REQUEST("Write requests must declare Content-Type: application/json.")
    try:
        value = orjson.loads(request.body)
    except ValueError:
        raise errors.BAD_REQUEST("Unable to read JSON request payload.") from None
    if not isinstance(value, dict) or _too_deep(value):
        raise errors.BAD_REQUEST("The JSON request payload is no object, or nested too deeply.")
    # Only now, since this reader has no bound of its own to how deep it goes.
    json.loads(request.body, object_pairs_hook=_once, parse_int=str)
    return value


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that names a member twice: whom it is read by should not matter."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise errors.BAD_REQUEST(
                f"Multiple properties with the name '{errors.shown(name)}' were found in the "
                "request payload: names must be unique."
            )
        seen.add(name)


def reference(request: Request) -> str:
    """Return the URL of a body that is a reference (OData JSON 4.0, 14). Raises GraphError."""
    return text(_object(request), "@odata.id", required=True, longest=2048)


def only(body: Body, allowed: Collection[str]) -> None:
    """Refuse members of other names. Raises GraphError."""
    for name in body:
        if name not in allowed and "@" not in name:
            raise errors.REFUSED(f"Invalid property '{errors.shown(name)}'.")


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def text(body: Body, name: str, *, required: bool = False, longest: int = _LONGEST_TEXT) -> str:
    """Return a text, "" for null or none. Raises GraphError."""
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > longest or (required and not value):
        raise invalid(name)
    return value


def flag(body: Body, name: str) -> bool | None:
    """Return a truth value, None where it is not given. Raises GraphError."""
    if name not in body:
        return None
    value = body[name]
    if not isinstance(value, bool):
        raise invalid(name)
    return value


def identifier(body: Body, name: str) -> UUID:
    """Return a GUID. Raises GraphError where there is none."""
    found = guid(text(body, name, required=True))
    if found is None:
        raise invalid(name)
    return found


def moment(body: Body, name: str) -> float | None:
    """Return a time in seconds since the epoch, None without one. Raises GraphError."""
    value = text(body, name, longest=64)
    if not value:
        return None
    try:
        found = read_time(value)
    except (ValueError, OverflowError):
        raise invalid(name) from None
    if not datetime(1970, 1, 1, tzinfo=UTC) < found < datetime(9999, 1, 1, tzinfo=UTC):
        raise invalid(name)
    return found.timestamp()


def mapping(body: Body, name: str) -> dict[str, Any]:
    """Return an object, empty for null or none. Raises GraphError."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(name)
    return value or {}


def items(body: Body, name: str) -> list[Any]:
    """Return a list, empty for null or none. Raises GraphError."""
    value = body.get(name)
    if value is not None and not isinstance(value, list):
        raise invalid(name)
    return value or []


def invalid(name: str) -> errors.GraphError:
    """Return the refusal of a member's value."""
    return errors.REFUSED(f"Invalid value specified for property '{name}' of the resource.")
