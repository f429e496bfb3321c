"""Which form and version of an answer a client takes (RFC 9110 12.5.1; OData 2.0, 2.2)."""

import re
from functools import lru_cache
from typing import Literal

from xrm.org.faces.data2011.refusals import Refusal
from xrm.wire.http import Request

Form = Literal["json", "atom"]
Version = tuple[int, int]

_VERSION = re.compile(r"\s*(\d{1,2})\.(\d{1,2})\s*(?:;.*)?", re.ASCII)
_QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)
_DIALECT = re.compile(r"odata\s*=\s*\"?([\w-]+)", re.ASCII | re.IGNORECASE)
_JSON = "application/json"
_XML = frozenset({"application/atom+xml", "application/atomsvc+xml", "application/xml", "text/xml"})
_ANY = frozenset({"*/*", "application/*"})
HIGHEST: Version = (2, 0)


def form_accepted(request: Request) -> Form:
    """Return the form a client takes: Atom unless it prefers JSON. Raises Refusal 415."""
    lines = request.header_values("accept")
    found = _form(",".join(lines)[:4096]) if lines else "atom"
    if found is None:
        raise Refusal(415, "Unsupported media type requested.")
    return found


def error_form(request: Request) -> Form:
    """Return the form of an error, whatever a client takes."""
    return _form(",".join(request.header_values("accept"))[:4096]) or "atom"


@lru_cache(maxsize=200)
def _form(text: str) -> Form | None:
    """Return the form of the highest quality; of equals, what is named before what is meant."""
    best: tuple[float, bool, int] | None = None
    form: Form | None = None if text.strip() else "atom"
    for place, part in enumerate(text.split(",")):
        kind, _, parameters = part.strip().lower().partition(";")
        offered = _offered(kind.strip(), parameters)
        quality = _QUALITY.search(parameters)
        rank = (float(quality[1]) if quality else 1.0, kind.strip() not in _ANY, -place)
        if offered is not None and rank[0] > 0 and (best is None or rank > best):
            best, form = rank, offered
    return form


def _offered(kind: str, parameters: str) -> Form | None:
    if kind == _JSON:
        dialect = _DIALECT.search(parameters)
        return "json" if dialect is None or dialect[1] == "verbose" else None
    return "atom" if kind in _XML or kind in _ANY else None


def check_version(request: Request) -> None:
    """Check that a request is of a version the service knows. Raises Refusal 400."""
    if (_stated(request, "dataserviceversion") or HIGHEST) > HIGHEST:
        raise Refusal(400, "The request's DataServiceVersion is higher than the service's, 2.0.")


def check_answer(request: Request, needed: Version) -> None:
    """Check that a client understands the version of its answer. Raises Refusal 400."""
    most = _stated(request, "maxdataserviceversion")
    if most is not None and most < needed:
        raise Refusal(
            400,
            f"The MaxDataServiceVersion '{most[0]}.{most[1]}' is too low for the response. The "
            f"lowest supported version is '{needed[0]}.{needed[1]}'.",
        )


def _stated(request: Request, name: str) -> Version | None:
    text = request.header(name)
    if text is None:
        return None
    match = _VERSION.fullmatch(text)
    if match is None:
        raise Refusal(400, f"The value of the header '{name}' cannot be read.")
    return int(match[1]), int(match[2])
