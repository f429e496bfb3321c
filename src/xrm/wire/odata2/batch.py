"""multipart/mixed: the requests of a batch, and its answer (OData 2.0 batch processing).

Lines end with CRLF or LF alone; a part is one request, or a change set of requests.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise

from xrm.wire.http import Headers, Response
from xrm.wire.odata4.errors import ODataError

MOST_REQUESTS = 1000
"""Requests of one batch, change sets included."""
_MOST_HEADERS = 50
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_BREAK = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"\r?\n")
_REQUEST = re.compile(r"([A-Z]{1,20}) (\S{1,65536}) HTTP/1\.[01]")
_WRONG = "The batch request is not valid: {}."


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch: its URL as it stands there, and the id its part states."""

    method: str
    url: str
    headers: Headers
    body: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Requests that are kept together, or none of them."""

    items: tuple[Item, ...]


def read_batch(content_type: str, body: bytes) -> list[Item | ChangeSet]:
    """Return the parts of a batch in order. Raises ODataError for anything malformed."""
    found: list[Item | ChangeSet] = []
    count = 0
    for headers, content in _parts(content_type, body):
        kind = _first(headers, "content-type")
        if kind.lower().startswith("multipart/mixed"):
            items = tuple(_item(inner, text) for inner, text in _parts(kind, content))
            found.append(ChangeSet(items))
            count += len(items)
        else:
            found.append(_item(headers, content))
            count += 1
        if count > MOST_REQUESTS:
            raise ODataError(_WRONG.format(f"it holds more than {MOST_REQUESTS} requests"))
    return found


def _parts(content_type: str, body: bytes) -> list[tuple[Headers, bytes]]:
    match = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/mixed") or match is None:
        raise ODataError(_WRONG.format("its content type names no boundary"))
    boundary = (match[1] or match[2]).encode("utf-8", "replace")
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    marks = list(line.finditer(body))
    if not marks or not marks[-1][1] or any(mark[1] for mark in marks[:-1]):
        raise ODataError(_WRONG.format("its last boundary is missing"))
    if len(marks) > MOST_REQUESTS + 1:
        raise ODataError(_WRONG.format(f"it holds more than {MOST_REQUESTS} requests"))
    return [_headed(body[mark.end() : after.start()]) for mark, after in pairwise(marks)]


def _headed(part: bytes) -> tuple[Headers, bytes]:
    """Return the header lines of a part, and what follows them."""
    part = part.removeprefix(b"\r\n").removeprefix(b"\n")
    if part[:1] == b"\n" or part[:2] == b"\r\n":
        return (), part.lstrip(b"\r\n")
    head, *rest = _BREAK.split(part, maxsplit=1)
    return _headers(_LINE.split(head)), rest[0] if rest else b""


def _headers(lines: Sequence[bytes]) -> Headers:
    if len(lines) > _MOST_HEADERS:
        raise ODataError(_WRONG.format("a request has too many headers"))
    found = []
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if line and (not colon or not name.strip()):
            raise ODataError(_WRONG.format("a header line has no name"))
        if line:
            found.append((name.strip().lower(), value.strip()))
    return tuple(found)


def _first(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key == name), "")


def _item(headers: Headers, content: bytes) -> Item:
    if not _first(headers, "content-type").lower().startswith("application/http"):
        raise ODataError(_WRONG.format("a part is neither a request nor a change set"))
    head, *rest = _BREAK.split(content.lstrip(b"\r\n"), maxsplit=1)
    first, *lines = _LINE.split(head)
    match = _REQUEST.fullmatch(first.decode("latin-1").strip())
    if match is None:
        raise ODataError(_WRONG.format("a part has no request line"))
    own = _headers(lines)
    body = rest[0] if rest else b""
    stated = _first(own, "content-length")
    if stated.isdecimal() and len(stated) < 12:
        body = body[: int(stated)]
    content_id = _first(headers, "content-id") or _first(own, "content-id") or None
    return Item(match[1], match[2], own, body, content_id)


Answered = Response | Sequence[tuple[Response, str | None]]
"""The answer to a request, or those to a change set with the ids of their parts."""


def write_batch(answers: Sequence[Answered], names: Sequence[str]) -> bytes:
    """Return the parts of a batch's answer; `names` are the boundaries, the batch's own first."""
    boundary, *inner = names
    lines: list[bytes] = []
    for answer, name in zip(answers, inner, strict=True):
        lines.append(f"--{boundary}\r\n".encode())
        if isinstance(answer, Response):
            lines += _written(answer, None)
            continue
        lines.append(f"Content-Type: multipart/mixed; boundary={name}\r\n\r\n".encode())
        for response, content_id in answer:
            lines.append(f"--{name}\r\n".encode())
            lines += _written(response, content_id)
        lines.append(f"--{name}--\r\n".encode())
    lines.append(f"--{boundary}--\r\n".encode())
    return b"".join(lines)


def _written(response: Response, content_id: str | None) -> list[bytes]:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    head += f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
    if content_id is not None:
        head += f"Content-ID: {content_id}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in response.headers)
    head += f"Content-Length: {len(response.body)}\r\n\r\n"
    return [head.encode("latin-1"), response.body, b"\r\n"]
