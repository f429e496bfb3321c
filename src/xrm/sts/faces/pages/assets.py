"""What pages load: style sheet, icon and scripts, each under an address with its content's hash."""

import hashlib
from functools import cache
from importlib.resources import files

from xrm.wire.http import Response

PREFIX = "/assets/"

_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "copy.js": "text/javascript; charset=utf-8",
    "leave.js": "text/javascript; charset=utf-8",
    "submit.js": "text/javascript; charset=utf-8",
}
_YEAR = "public, max-age=31536000, immutable"


def asset(path: str) -> Response | None:
    """Return the file at a path, None where there is none; the query plays no part.

    A file may be kept for a year: the pages of another version name it with another hash.
    """
    name = path.removeprefix(PREFIX)
    if not path.startswith(PREFIX) or name not in _TYPES:
        return None
    headers = (
        ("Content-Type", _TYPES[name]),
        ("Cache-Control", _YEAR),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )
    return Response(200, headers, _content(name))


@cache
def address(name: str) -> str:
    """Return the address of a file, with a hash of its content."""
    return f"{PREFIX}{name}?v={hashlib.sha256(_content(name)).hexdigest()[:16]}"


@cache
def _content(name: str) -> bytes:
    return files(__package__).joinpath("files", name).read_bytes()
