"""The attributes of `fetch`: how many rows, which page, and what the service merely accepts."""

from collections.abc import Sequence
from dataclasses import dataclass

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Order, Page
from xrm.wire.fetchxml.cookies import Cookie, read_cookie, read_start
from xrm.wire.fetchxml.elements import Element, number, truth
from xrm.wire.fetchxml.refusals import refused, unsupported

MOST_ROWS = 5000
MOST_WITHOUT_COOKIE = 50_000
_TRUTHS: tuple[tuple[str, Fault], ...] = (
    ("no-lock", service.NO_LOCK_TRUTH),
    ("min-active-row-version", service.ROW_VERSION_TRUTH),
    ("latematerialize", service.INVALID_TYPE_VALUE),
)
_PAGED = ("page", "count", "paging-cookie", "returntotalrecordcount")


@dataclass(frozen=True, slots=True)
class Fetch:
    """What the attributes of `fetch` ask."""

    top: int | None
    size: int
    number: int
    cookie: Cookie | None
    count: bool
    distinct: bool
    raw_order: bool


def read_attributes(fetch: Element) -> Fetch:
    """Return what the attributes ask. Raises ServiceError for a value that is none of theirs."""
    _check_accepted(fetch)
    top = number(fetch, "top")
    if top is not None:
        _check_top(fetch, top)
    page = number(fetch, "page")
    if page == 0:
        raise refused(service.NOT_POSITIVE)
    cookie = _cookie(fetch)
    following = 1 if cookie is None else cookie.page + 1
    found = Fetch(
        top=top,
        size=min(number(fetch, "count") or MOST_ROWS, MOST_ROWS),
        number=following if page is None else page,
        cookie=cookie,
        count=truth(fetch, "returntotalrecordcount"),
        distinct=truth(fetch, "distinct", service.DISTINCT_TRUTH),
        raw_order=truth(fetch, "useraworderby", service.RAW_ORDER_TRUTH),
    )
    if found.cookie is None and found.number * found.size > MOST_WITHOUT_COOKIE:
        raise refused(service.PAGE_WITHOUT_COOKIE)
    return found


def _check_accepted(fetch: Element) -> None:
    if truth(fetch, "aggregate", service.AGGREGATE):
        raise unsupported("An aggregate query")
    for name, fault in _TRUTHS:
        truth(fetch, name, fault)
    if fetch.get("mapping", "logical") not in ("", "logical", "internal"):
        raise refused(service.MAPPING)
    if fetch.get("utc-offset"):
        raise refused(service.UTC_OFFSET)
    if fetch.get("datasource"):
        raise unsupported("The data source of retained rows")


def _check_top(fetch: Element, top: int) -> None:
    for name in _PAGED:
        if fetch.get(name) and not (name == "returntotalrecordcount" and not truth(fetch, name)):
            raise ServiceError(
                service.INVALID_ARGUMENT,
                f"The top attribute can't be specified with paging attribute {name}",
            )
    if top == 0:
        raise refused(service.NOT_POSITIVE)
    if top > MOST_ROWS:
        raise ServiceError(
            service.INVALID_ARGUMENT, f"The value of the top attribute is above {MOST_ROWS}: {top}."
        )


def _cookie(fetch: Element) -> Cookie | None:
    text = fetch.get("paging-cookie", "")
    if not text.strip():
        return None
    try:
        return read_cookie(text)
    except ValueError as error:
        raise refused(service.PAGING_COOKIE) from error


def read_page(
    catalogue: Catalogue, table: Table, orders: Sequence[Order], fetch: Fetch, *, joined: bool
) -> Page:
    """Return where the page starts. Raises ServiceError for a cookie of another order.

    Where rows are `joined` a key may come twice and tells nothing: pages go by number.
    """
    if fetch.cookie is None or joined or fetch.distinct:
        return Page(fetch.number)
    return read_start(catalogue, table, orders, fetch.cookie, number=fetch.number)
