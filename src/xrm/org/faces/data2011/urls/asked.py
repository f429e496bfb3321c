"""Query options of a URL: what they ask of a table, and what is shown of the answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Condition, Filter, Group, Page, Query
from xrm.org.faces.data2011.urls.names import (
    FilterNames,
    column_named,
    columns,
    navigation_named,
    order_names,
)
from xrm.org.faces.data2011.urls.paging import read_page
from xrm.org.faces.webapi.urls.asked import read_pairs
from xrm.wire.odata2.filter import read_filter, read_order
from xrm.wire.odata2.navigations import Navigation, navigations
from xrm.wire.odata4.errors import ODataError

PAGE_SIZE = 50
"""Rows of a page (documented)."""
MOST_EXPANDED = 6
"""Navigation properties of one `$expand` (documented)."""
_LONGEST_KEPT = 4096
_OF_LISTS = ("$filter", "$orderby", "$top", "$skip", "$inlinecount", "$skiptoken")
_KNOWN = frozenset({"$select", "$expand", *_OF_LISTS})


@dataclass(frozen=True, slots=True)
class Expansion:
    """A navigation property whose records are shown, by these of their columns."""

    navigation: Navigation
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query options ask of a table: which rows, and what is shown of each.

    `links` are the navigation properties that are only named.
    """

    query: Query
    shown: tuple[Column, ...]
    links: tuple[Navigation, ...]
    expanded: tuple[Expansion, ...]


def read_asked(catalogue: Catalogue, table: Table, query: str) -> Asked:
    """Return what a query string asks; the same text is read once, if it is short.

    Raises ODataError in the service's words.
    """
    read = _kept if len(query) <= _LONGEST_KEPT else _read
    return read(catalogue, table, query)


def check_single(query: str) -> None:
    """Check that nothing is asked of one record that only a list has. Raises ODataError."""
    asked = _options(query).keys() & set(_OF_LISTS)
    if asked:
        raise ODataError(
            f"Query options {', '.join(sorted(asked))} cannot be applied to the requested resource."
        )


def _read(catalogue: Catalogue, table: Table, query: str) -> Asked:
    options = _options(query)
    order, text = options.get("$orderby"), options.get("$filter")
    orders = () if order is None else read_order(order, order_names(catalogue, table))
    found = None
    if text is not None:
        found = _fitted(catalogue, table, read_filter(text, FilterNames(catalogue, table)))
    token = options.get("$skiptoken")
    page = Page() if token is None else read_page(catalogue, table, orders, token)
    shown, links, expanded = _shown(catalogue, table, options)
    return Asked(
        Query(
            table.logical_name,
            _fetched(table, shown, expanded),
            found,
            orders,
            top=_number(options, "$top"),
            size=PAGE_SIZE,
            page=page,
            count=_counted(options.get("$inlinecount", "none")),
            skip=_number(options, "$skip") or 0,
        ),
        shown,
        links,
        expanded,
    )


_kept = lru_cache(maxsize=1000)(_read)


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in read_pairs(query):
        if name[:1] != "$":
            continue
        if name not in _KNOWN:
            raise ODataError(
                f"The query parameter '{name[:100]}' begins with a system-reserved '$' character "
                "but is not recognized."
            )
        if name in found or (not value.strip() and name != "$select"):
            raise ODataError(
                f"Query parameter '{name}' is specified, but it should be specified exactly once."
            )
        found[name] = value
    return found


def _number(options: dict[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ODataError(
            f"Incorrect format for {name} argument '{text[:50]}': a non-negative number is needed."
        )
    return int(text)


def _counted(text: str) -> bool:
    if text not in ("allpages", "none"):
        raise ODataError(
            f"Unknown $inlinecount option, only 'allpages' and 'none' are supported: '{text[:50]}'."
        )
    return text == "allpages"


_Shown = tuple[tuple[Column, ...], tuple[Navigation, ...], tuple[Expansion, ...]]


def _shown(catalogue: Catalogue, table: Table, options: dict[str, str]) -> _Shown:
    """Return the columns shown, what is only linked, and what is expanded."""
    expanded = _expanded(catalogue, table, options.get("$expand"))
    names = [name.strip() for name in options.get("$select", "").split(",") if name.strip()]
    if not names:
        every = navigations(catalogue, table).values()
        links = tuple(each for each in every if each.name not in expanded)
        return tuple(columns(table).values()), links, _whole(expanded)
    found: dict[str, Column] = {}
    chosen: dict[str, dict[str, Column]] = {}
    for name in names:
        head, slash, rest = name.partition("/")
        if name == "*":
            found |= columns(table)
        elif head in columns(table) and not slash:
            found[head] = column_named(table, head)
        else:
            navigation = navigation_named(catalogue, table, head)
            inner = _inner(navigation, rest) if slash else columns(navigation.target)
            chosen.setdefault(head, {}).update(inner)
            if slash and head not in expanded:
                raise ODataError(f"'{head}' is in $select by a path, but not in $expand.")
    links = tuple(
        navigation_named(catalogue, table, name) for name in chosen if name not in expanded
    )
    kept = (
        Expansion(expanded[name], tuple(chosen[name].values()))
        for name in expanded
        if name in chosen
    )
    return tuple(found.values()), links, tuple(kept)


def _inner(navigation: Navigation, rest: str) -> dict[str, Column]:
    if rest == "*":
        return dict(columns(navigation.target))
    return {rest: column_named(navigation.target, rest)}


def _whole(expanded: dict[str, Navigation]) -> tuple[Expansion, ...]:
    return tuple(
        Expansion(each, tuple(columns(each.target).values())) for each in expanded.values()
    )


def _expanded(catalogue: Catalogue, table: Table, text: str | None) -> dict[str, Navigation]:
    names = [] if text is None else [name.strip() for name in text.split(",")]
    if len(names) > MOST_EXPANDED:
        raise ODataError(
            f"The request includes {len(names)} $expand segment(s), but the maximum allowed is "
            f"{MOST_EXPANDED}."
        )
    for name in names:
        if "/" in name:
            raise ODataError(
                f"'{name[:100]}': expanding more than one level of relationships is not supported."
            )
    return {name: navigation_named(catalogue, table, name) for name in names}


def _fetched(
    table: Table, shown: tuple[Column, ...], expanded: tuple[Expansion, ...]
) -> tuple[str, ...]:
    """Return the columns to read: what is shown, names a record, or leads to others."""
    lookups = [each.navigation.lookup.column for each in expanded if not each.navigation.many]
    title = () if table.primary_name is None else (table.primary_name,)
    names = [column.logical_name for column in shown]
    return tuple(dict.fromkeys((table.primary_id, *title, *names, *lookups)))


def _fitted(catalogue: Catalogue, table: Table, item: Filter) -> Filter:
    """Return a filter whose times are days where its columns hold days."""
    if isinstance(item, Group):
        return Group(item.word, tuple(_fitted(catalogue, table, each) for each in item.items))
    if not isinstance(item, Condition) or not item.values:
        return item
    holder = catalogue[item.via[-1].target] if item.via else table
    if not holder.columns[item.column].date_only:
        return item
    days = [each.date() if isinstance(each, datetime) else each for each in item.values]
    return replace(item, values=tuple(days))
