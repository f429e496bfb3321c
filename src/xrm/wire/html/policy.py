"""The content security policy of a page, and which addresses a page may name."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

WEB = ("http", "https")

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_NEVER = ("javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source")
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")
_BLANKS = re.compile(r"[\x00-\x20\x7f]")


def scheme_of(url: str) -> str:
    """Return the scheme of an address a page may name, "" for any other.

    What runs as script or reads files is no such address, nor is one whose scheme a browser could
    read otherwise than we do: it drops blanks and control characters before it looks.
    """
    scheme, colon, _ = url.partition(":")
    scheme = scheme.lower()
    if not colon or _BLANKS.search(url) or not _SCHEME.fullmatch(scheme) or scheme in _NEVER:
        return ""
    return scheme


def origin_of(url: str) -> str:
    """Return the origin of an http or https address as a policy spells it, "" for any other."""
    scheme = scheme_of(url)
    if scheme not in WEB or "\\" in url:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    # Anything else in it could end the directive and begin another.
    if not _HOST.fullmatch(host):
        return ""
    return f"{scheme}://{host}" + (f":{port}" if port is not None else "")


def content_policy(
    *,
    posts: bool,
    script: bool,
    frames: Iterable[str] = (),
    leads_to: Iterable[str] = (),
    within: Iterable[str] = (),
) -> str:
    """Return the policy of a page: nothing from elsewhere, framed by nobody.

    `posts` and `script` say what the page has, `frames` which origins it frames; `leads_to` names
    the addresses that posting its form may end at, `within` those whose origins may frame it.
    """
    directives = ["default-src 'none'", "style-src 'self'", "img-src 'self' data:"]
    if script:
        directives.append("script-src 'self'")
    if framed := sorted({origin for url in frames if (origin := origin_of(url))}):
        directives.append("frame-src " + " ".join(framed))
    targets = " ".join(("'self'", *_schemes(leads_to))) if posts else "'none'"
    above = " ".join(sorted({origin for url in within if (origin := origin_of(url))})) or "'none'"
    directives += [f"form-action {targets}", "base-uri 'none'", f"frame-ancestors {above}"]
    return "; ".join(directives)


def _schemes(urls: Iterable[str]) -> list[str]:
    """Return the scheme sources that let a form's post end at these addresses.

    Chromium holds form-action against every redirect that follows a form's post. The answer to
    ours redirects to the application, which may redirect further, to hosts we cannot know, and
    from http to https or back: so whole schemes are allowed, the web's two together.
    """
    schemes = {scheme for url in urls if (scheme := scheme_of(url))}
    if schemes & set(WEB):
        schemes |= set(WEB)
    return [f"{scheme}:" for scheme in sorted(schemes)]
