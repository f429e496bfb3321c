"""What pages load: style sheet, icon and scripts, each under an address with its content's hash."""

import hashlib
from functools import cache
from importlib.resources import files

from xrm.wire.http import Response

PREFIX = "/assets/"

_SHARED = ("style.css", "icon.svg")
_TYPES = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
}
_YEAR = "public, max-age=31536000, immutable"


class Assets:
    """The files of one origin: those all pages share, and scripts of a package's own.

    All lie in a folder `files` of their package.
    """

    def __init__(self, package: str = "", scripts: tuple[str, ...] = ()) -> None:
        self._packages = dict.fromkeys(_SHARED, __package__)
        self._packages |= dict.fromkeys(scripts, package)

    def answer(self, path: str) -> Response | None:
        """Return the file at a path, None where there is none; the query plays no part.

        A file may be kept for a year: the pages of another version name it with another hash.
        """
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or name not in self._packages:
            return None
        headers = (
            ("Content-Type", _TYPES[name.rpartition(".")[2]]),
            ("Cache-Control", _YEAR),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        )
        return Response(200, headers, _content(self._packages[name], name))

    def address(self, name: str) -> str:
        """Return the address of a file, with a hash of its content."""
        return f"{PREFIX}{name}?v={_digest(self._packages[name], name)}"


@cache
def _content(package: str, name: str) -> bytes:
    return files(package).joinpath("files", name).read_bytes()


@cache
def _digest(package: str, name: str) -> str:
    return hashlib.sha256(_content(package, name)).hexdigest()[:16]
