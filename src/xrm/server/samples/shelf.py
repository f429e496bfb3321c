"""The folder of the samples: in a checkout beside the source, else where the wheel put it."""

import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson

from xrm.server.folder import EstateError

SHARED = "shared"
_FIRST_PAGE = "index.html"
_FURTHER_PAGES = ("redirect.html",)
_KINDS = frozenset({".html", ".js", ".css", ".svg"})


@dataclass(frozen=True)
class Shelf:
    """The samples, as files."""

    folder: Path

    @classmethod
    def find(cls) -> "Shelf":
        """Return the samples that came with this package. Raises EstateError without them."""
        checkout = Path(__file__).parents[4] / "samples"
        installed = Path(sysconfig.get_path("data")) / "share" / "xrm" / "samples"
        for folder in (checkout, installed):
            if (folder / _FIRST_PAGE).is_file():
                return cls(folder)
        raise EstateError(f"the samples are not here: neither in {checkout} nor in {installed}")

    @property
    def package(self) -> Path:
        """The package.json that names the libraries and their versions."""
        return self.folder / "package.json"

    @cached_property
    def libraries(self) -> dict[str, str]:
        """Where each library lies among the packages, by the name it is served under."""
        found: dict[str, str] = orjson.loads((self.folder / "libraries.json").read_bytes())
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The samples, by their folders."""
        pages = sorted(self.folder.glob(f"*/{_FIRST_PAGE}"))
        return tuple(page.parent.name for page in pages if page.parent.name != SHARED)

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The paths to which a sign-in may return, relative to the origin."""
        return tuple(self._pages())

    def _pages(self) -> Iterator[str]:
        for name in self.names:
            yield f"{name}/"
            for page in _FURTHER_PAGES:
                if (self.folder / name / page).is_file():
                    yield f"{name}/{page}"

    def addresses(self, *bases: str) -> tuple[str, ...]:
        """Return where the pages are below these addresses; on loopback also by its number."""
        numbered = [base.replace("://localhost", "://127.0.0.1") for base in bases]
        every = [base for base in dict.fromkeys((*bases, *numbered)) if base]
        return tuple(f"{base}{page}" for base in every for page in self.pages)

    @cached_property
    def files(self) -> dict[str, Path]:
        """What is to be seen, by its path relative to the origin."""
        folders = ("", *(f"{name}/" for name in (*self.names, SHARED)))
        found = {
            f"{folder}{path.name}": path
            for folder in folders
            for path in (self.folder / folder).iterdir()
            if path.suffix in _KINDS and path.is_file()
        }
        for folder in folders:
            if f"{folder}{_FIRST_PAGE}" in found:
                found[folder] = found[f"{folder}{_FIRST_PAGE}"]
        return found
