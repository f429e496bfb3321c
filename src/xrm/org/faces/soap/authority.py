"""Discovery of the authority: which requests without a token are told where to sign in.

Documented: those that name a version of the SDK above 6.0.0002.0000. Those of `/web`, where a
bearer token is the only proof there is, always are.
"""

import re

from xrm.wire.http import Request

PARAMETER = "sdkclientversion"
OLDEST = (6, 0, 2, 0)
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,3}", re.ASCII)


def is_known(request: Request) -> bool:
    """Tell whether a request is for the service or its endpoint, and for nothing below them."""
    return request.path.lower().rstrip("/").endswith((".svc", ".svc/web"))


def is_web(request: Request) -> bool:
    """Tell whether a request is for the endpoint of bearer tokens."""
    return request.path.lower().rstrip("/").endswith(".svc/web")


def wants_authority(request: Request) -> bool:
    """Tell whether a request without a token is answered with the challenge."""
    return is_web(request) or _is_modern(_version(request))


def _version(request: Request) -> str:
    """Return the version of the SDK a request names, in any letter case; "" for none."""
    try:
        pairs = request.parameters()
    except ValueError:
        return ""
    return next((value.strip() for name, value in pairs if name.lower() == PARAMETER), "")


def _is_modern(version: str) -> bool:
    if not _VERSION.fullmatch(version):
        return False
    parts = [int(part) for part in version.split(".")]
    return (*parts, 0, 0, 0)[:4] > OLDEST
