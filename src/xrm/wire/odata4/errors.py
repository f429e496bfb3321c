"""The error document, and the one exception of this package."""

import orjson


class ODataError(ValueError):
    """A URL or payload that cannot be read; the text is meant for the caller."""


def write_error(code: str, message: str) -> bytes:
    """Return the JSON error document (OData JSON 4.0, 19)."""
    return orjson.dumps({"error": {"code": code, "message": message}})


def read_error(body: bytes) -> tuple[str, str]:
    """Return code and message of an error document; empty texts if it is none."""
    try:
        error = orjson.loads(body)["error"]
        return str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""
