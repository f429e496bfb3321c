"""Cookies that only the origin that set them gets back, whatever its port (RFC 6265bis)."""

from typing import Literal

from xrm.wire.http import Request

SameSite = Literal["None", "Lax", "Strict"]

_LONGEST = 16 * 1024


def read(request: Request) -> dict[str, str]:
    """Return the cookies of a request as they are; the first of a name counts (RFC 6265 5.4)."""
    found: dict[str, str] = {}
    lines = "; ".join(request.header_values("cookie"))[:_LONGEST]
    for part in lines.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name not in found:
            found[name] = value
    return found


def name(mark: str, what: str) -> str:
    """Return a cookie's name: of one service only, though cookies do not mind ports.

    The prefix makes a browser refuse it from any other host, path or unsafe connection (RFC
    6265bis 4.1.3.2).
    """
    return f"__Host-xrm-{mark}-{what}"


def line(name: str, value: str, *, same_site: SameSite, seconds: int | None) -> tuple[str, str]:
    """Return the header that sets a cookie no script reads, for some seconds or the session."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return (
        "Set-Cookie",
        f"{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}{age}",
    )
