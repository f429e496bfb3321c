"""The rows of a farm's table: one for each endpoint of WS-Trust, one for what describes them."""

from collections.abc import Mapping
from functools import partial

from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.faces.wstrust import answers
from xrm.sts.faces.wstrust.endpoint import answer, too_large
from xrm.wire.http import Response
from xrm.wire.wstrust import mex
from xrm.wire.wstrust.mex import Row

_BELOW = "adfs/services/trust/"


def _described(visit: Visit) -> Response:
    """Return the WSDL of the token service, as a plain GET asks for it."""
    if visit.request.method not in ("GET", "HEAD"):
        return answers.nothing(405, (("Allow", "GET, HEAD"),))
    return answers.page(mex.write(visit.farm.trust))


def _row(row: Row) -> Endpoint:
    return Endpoint(partial(_at, row), too_large)


def _at(row: Row, visit: Visit) -> Response:
    return answer(visit, row)


ENDPOINTS: Mapping[str, Endpoint] = {
    **{_BELOW + row.path: _row(row) for row in mex.ENDPOINTS},
    f"{_BELOW}mex": Endpoint(_described, too_large, lane="inline"),
}
"""By what follows the farm's host or domain, in lower case."""
