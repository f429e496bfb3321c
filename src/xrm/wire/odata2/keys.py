"""The key of a record: `guid'…'` in a path, alone or by the property's name (OData 2.0 URIs, 3)."""

import re

from xrm.model.values import Guid, read_guid
from xrm.wire.odata4.errors import ODataError

_KEY = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)\s*=\s*)?guid'(?P<open>\{?)(?P<id>[0-9a-f-]{36})(?P<close>\}?)'\s*",
    re.IGNORECASE | re.ASCII,
)
SYNTAX = "Error in query syntax."


def read_key(text: str, name: str) -> Guid:
    """Return the key between parentheses, of a set whose key property is `name`.

    Raises ODataError; braces around the identifier are taken, since scripts of forms send them.
    """
    match = _KEY.fullmatch(text)
    if not match or bool(match["open"]) is not bool(match["close"]):
        raise ODataError(SYNTAX)
    if match["name"] not in (None, name):
        raise ODataError(SYNTAX)
    try:
        return read_guid(match["id"])
    except ValueError:
        raise ODataError(SYNTAX) from None


def record_path(set_name: str, key: Guid) -> str:
    """Return a record's path below the service root."""
    return f"{set_name}(guid'{key}')"
