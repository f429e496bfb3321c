"""What is asked of the leads on either side, and what a sane answer to it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import leads
from bench.exchange import Check, Exchange
from bench.leads import COLUMNS, LIST_COLUMNS

LIST_SIZE = 50
CITY = "Oslo"
SINCE, UNTIL = "2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z"
COUNTED_AT_MOST = 5_000
"""Where the service stops counting, and we with it."""
NEWCOMERS = 1_000

ROW, LIST, SEARCH = "row", "list", "search"
EQUAL, RANGE, PAGE, COUNT = "rows of a company", "rows of a year", "page 100", "count"
INSERT, UPDATE = "insert", "update"
READS = (ROW, LIST, SEARCH, EQUAL, RANGE, PAGE, COUNT)
WRITES = (INSERT, UPDATE)

_JSON = {"Content-Type": "application/json"}
_BY_TIME = (*LIST_COLUMNS, "createdon")


@dataclass(frozen=True, slots=True)
class Side:
    """A server with leads: where they are, what every request to it carries."""

    origin: str
    trusted: Path
    root: str
    headers: Mapping[str, str]

    def ask(
        self, paths: tuple[str, ...], check: Check, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """Return the exchange that reads these paths below the service root."""
        there = tuple(self.root + path for path in paths)
        return Exchange(
            self.origin, self.trusted, there, check, "GET", {**self.headers, **(headers or {})}
        )

    def write(
        self, method: str, paths: tuple[str, ...], bodies: tuple[str, ...], **headers: str
    ) -> Exchange:
        """Return the exchange that sends these bodies and wants no answer but that it is done."""
        there = tuple(self.root + path for path in paths)
        sent = {**self.headers, **_JSON, **headers}
        return Exchange(
            self.origin, self.trusted, there, _nothing, method, sent, bodies, status=204
        )


def reads(side: Side, sample: leads.Sample, page: Exchange) -> dict[str, Exchange]:
    """Return what is read; `page` is the hundredth page, to which each side has its own way."""
    return {
        ROW: side.ask(tuple(_row(key) for key in sample.keys), check_row),
        LIST: side.ask((_list(LIST_COLUMNS, "$top=50"),), check_list),
        SEARCH: side.ask((_search(),), check_search),
        EQUAL: side.ask(tuple(map(_of_company, sample.companies)), check_equal),
        RANGE: side.ask((_of_year(),), check_range),
        PAGE: page,
        COUNT: side.ask(("leads/$count",), _check_count(sample.count)),
    }


def writes(side: Side, sample: leads.Sample, **headers: str) -> dict[str, Exchange]:
    """Return what is written; a server that answers with the record is told by `headers` not to.

    Each lead in turn is given other values than it has.
    """
    paths = tuple(f"leads({key})" for key in sample.own)
    # Three bodies a lead, so that it has changed when its turn comes again.
    bodies = leads.changes(3 * len(paths))
    return {
        INSERT: side.write("POST", ("leads",), leads.new(NEWCOMERS), **headers),
        UPDATE: side.write("PATCH", paths, bodies, **headers, **{"If-Match": "*"}),
    }


def pages(*options: str) -> str:
    """Return the path of all leads in the order of their creation."""
    return _list(_BY_TIME, "$orderby=createdon", *options)


def check_row(path: str, answer: dict[str, Any]) -> None:
    """Check that the row is the one asked for and whole."""
    assert answer["leadid"] in path
    assert set(COLUMNS) <= set(answer)
    assert answer["lastname"]


def check_list(_path: str, answer: dict[str, Any]) -> None:
    """Check that there are fifty whole rows."""
    assert len(answer["value"]) == LIST_SIZE
    assert all(set(LIST_COLUMNS) <= set(row) for row in answer["value"])


def check_search(path: str, answer: dict[str, Any]) -> None:
    """Check that there are fifty whole rows in order."""
    check_list(path, answer)
    names = [row["lastname"] for row in answer["value"]]
    assert names == sorted(names)
    assert names[0] >= "C"


def check_equal(path: str, answer: dict[str, Any]) -> None:
    """Check that these are all the leads of the company asked for."""
    assert len({row["leadid"] for row in answer["value"]}) == leads.PER_COMPANY
    assert all(path.endswith(_is("companyname", row["companyname"])) for row in answer["value"])


def check_range(path: str, answer: dict[str, Any]) -> None:
    """Check that there are fifty rows of the year in order."""
    check_list(path, answer)
    times = list(_times(answer))
    assert times == sorted(times)
    assert SINCE[:19] <= times[0] <= times[-1] < UNTIL[:19]


def check_page(wanted: str) -> Check:
    """Return the check that a page has fifty rows in order and starts at a time."""

    def check(path: str, answer: dict[str, Any]) -> None:
        check_list(path, answer)
        times = list(_times(answer))
        assert times == sorted(times)
        assert times[0] == wanted[:19]

    return check


def _check_count(rows: int) -> Check:
    def check(_path: str, answer: int) -> None:
        assert answer >= min(rows, COUNTED_AT_MOST)

    return check


def _nothing(_path: str, answer: object) -> None:
    assert answer is None


def _times(answer: dict[str, Any]) -> Iterator[str]:
    # One side writes milliseconds, the other does not.
    return (row["createdon"][:19] for row in answer["value"])


def _list(columns: tuple[str, ...], *options: str) -> str:
    return "&".join((f"leads?$select={','.join(columns)}", *options))


def _row(key: str) -> str:
    return f"leads({key})?$select={','.join(COLUMNS)}"


def _search() -> str:
    wanted = quote(f"address1_city eq '{CITY}' and lastname ge 'C'")
    return _list(LIST_COLUMNS, "$top=50", f"$filter={wanted}", "$orderby=lastname")


def _of_company(name: str) -> str:
    return _list(LIST_COLUMNS, "$top=50", f"$filter={_is('companyname', name)}")


def _of_year() -> str:
    wanted = quote(f"createdon ge {SINCE} and createdon lt {UNTIL}")
    return pages("$top=50", f"$filter={wanted}")


def _is(column: str, text: str) -> str:
    return quote(f"{column} eq '{text}'", safe="'")
