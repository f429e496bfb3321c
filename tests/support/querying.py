"""Queries of the model asked in process, and their rows by the names of their cells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from support.estate import Client
from support.rights import ask
from xrm.model.query import Page, Query
from xrm.org.messages.retrieve_multiple import EntityCollection


def found(client: Client, query: Query, *, formatted: bool = False) -> EntityCollection:
    """Ask a query as a client's user."""
    answer: EntityCollection = ask(client, "RetrieveMultiple", Query=query, Formatted=formatted)
    return answer


def names(answer: EntityCollection) -> list[str]:
    """Return the names of a row's cells in their order."""
    own = [column.logical_name for column in answer.columns]
    return own + [each.name for each in answer.aliased]


def rows(client: Client, query: Query, *wanted: str) -> list[tuple[Any, ...]]:
    """Return the cells of each row that have these names; all of them where none is named."""
    answer = found(client, query)
    heads = names(answer)
    assert all(len(row) == len(heads) for row in answer.rows)
    places = [heads.index(name) for name in wanted or heads]
    return [tuple(row[place] for place in places) for row in answer.rows]


def texts(client: Client, query: Query, name: str) -> list[str | None]:
    """Return the formatted values of a cell of each row."""
    answer = found(client, query, formatted=True)
    assert answer.presented is not None
    assert len(answer.presented.texts) == len(names(answer))
    return list(answer.presented.texts[names(answer).index(name)])


def walk(client: Client, query: Query, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the pages of a query, each asked for as the one before it tells."""
    query = replace(query, size=size)
    while True:
        answer = found(client, query)
        yield list(answer.rows)
        if not answer.more:
            return
        number, end = query.page.number + 1, answer.bounds
        last = Page(number) if end is None else Page(number, end.last[:-1], str(end.last[-1]))
        query = replace(query, page=last)
