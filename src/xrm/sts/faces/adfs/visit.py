"""A request at a farm of AD FS, and what an endpoint there is."""

from collections.abc import Callable
from dataclasses import dataclass

from xrm.sts.adfs import Farm
from xrm.sts.directory import View
from xrm.sts.model import Trace
from xrm.sts.service import TokenService
from xrm.wire.http import Lane, Request, Response

LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at one endpoint of a farm. `path` is what follows the farm's own, undecoded.

    `view` is the directory as it stood when the farm was found: for what is asked at once.
    """

    service: TokenService
    farm: Farm
    request: Request
    path: str
    trace: Trace
    view: View


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: it words its own refusals, of methods too; nothing may escape it.

    `too_large` answers a body over `limit`, in bytes; the body it sees is empty.
    """

    answer: Callable[[Visit], Response]
    too_large: Callable[[Visit], Response]
    lane: Lane = "pool"
    limit: int = LARGEST_BODY
