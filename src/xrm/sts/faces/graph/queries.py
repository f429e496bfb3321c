"""Questions about a list of documents: filter, search, order, count, select, pages.

Documents of a directory are few and made from records, so they are asked here, not in SQL;
what a filter fixes to one object is looked up, and a document is made whole only when read.
What the service answers only with `ConsistencyLevel: eventual` is refused without it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from xrm.model.query import Condition, Filter, Group
from xrm.sts.faces.graph import answers, errors, matching
from xrm.sts.faces.graph.answers import Call
from xrm.wire.http import Response
from xrm.wire.jose import decode, encode
from xrm.wire.odata4.collections import read_collection_filter
from xrm.wire.odata4.filter import read_order
from xrm.wire.odata4.matching import fits
from xrm.wire.odata4.options import Options, read_options

Document = Mapping[str, Any]

PAGE = 100
LARGEST_PAGE = 999
_LONGEST_TOKEN = 8192
_LONGEST_SEARCH = 256


def names(text: str) -> frozenset[str]:
    """Return the names of properties written between blanks."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Collection:
    """What may be asked about one kind of document.

    `context` is its name in `$metadata`; `shown` what is answered without `$select`, all where
    it is empty; `filters` the properties that can be asked for, `orders` those to sort by.
    """

    context: str
    type_name: str
    properties: frozenset[str]
    filters: frozenset[str]
    orders: frozenset[str] = frozenset({"displayName"})
    shown: tuple[str, ...] = ()


class Later(Mapping[str, Any]):
    """A document of which some is known, and all is made when more of it is read."""

    def __init__(self, known: Document, make: Callable[[], Document]) -> None:
        self._known = known
        self._make = make
        self._made: Document | None = None

    @property
    def whole(self) -> Document:
        """Return all of it."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, name: str) -> Any:
        return self._known[name] if name in self._known else self.whole[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole)

    def __len__(self) -> int:
        return len(self.whole)


@dataclass(frozen=True, slots=True)
class _Asked:
    options: Options
    count: bool
    search: str
    eventual: bool

    @property
    def advanced(self) -> bool:
        """Tell whether the caller takes what is only eventually consistent."""
        return self.eventual and self.count


def answer(
    call: Call,
    collection: Collection,
    documents: Iterable[Document],
    complete: Callable[[Document], Document] = dict,
) -> Response:
    """Answer a GET of a list; `complete` adds to those on the page what is dear to find."""
    asked = _read(call)
    found = _ordered(_found(documents, asked, collection), asked, collection)
    start = _start(call, found, asked)
    size = _size(asked.options.top)
    page = found[start : start + size]
    shown = selected(asked.options, collection)
    content: dict[str, Any] = {}
    if asked.count and asked.eventual:
        content["@odata.count"] = len(found)
    if start + size < len(found):
        content["@odata.nextLink"] = _next_link(call, asked, page[-1])
    content["value"] = [_only(complete(one), shown) for one in page]
    return answers.document(call, _context(collection, asked.options), content)


def count(call: Call, collection: Collection, documents: Iterable[Document]) -> Response:
    """Answer `/$count`."""
    asked = _read(call)
    if not asked.eventual:
        raise errors.REFUSED("$count is not currently supported.")
    counted = _Asked(asked.options, count=True, search=asked.search, eventual=True)
    return answers.number(call, len(_found(documents, counted, collection)))


def fixed(call: Call, collection: Collection, name: str) -> str | None:
    """Return what a property must equal by the filter, None where it leaves that open."""
    asked = _read(call)
    if asked.options.filter is None:
        return None
    found = _filter(asked.options.filter, asked, collection)
    together = found.items if isinstance(found, Group) and found.word == "and" else (found,)
    for one in together:
        if isinstance(one, Condition) and one.column == name and one.operator == "eq":
            return str(one.values[0])
    return None


def single(call: Call, collection: Collection, document: Document) -> Response:
    """Answer a GET of one document."""
    options = _read(call).options
    if options.filter is not None or options.order is not None or options.top is not None:
        raise errors.BAD_REQUEST("The query option can only be applied to a collection.")
    content = _only(document, selected(options, collection))
    return answers.document(call, f"{_context(collection, options)}/$entity", content)


def selects(call: Call, name: str) -> bool:
    """Tell whether a property is asked for by name."""
    return name in (_read(call).options.select or ())


def selected(options: Options, collection: Collection) -> tuple[str, ...]:
    """Return the properties to answer with. Raises GraphError for one that does not exist."""
    if options.select is None:
        return collection.shown
    for name in options.select:
        if name not in collection.properties:
            raise errors.BAD_REQUEST(
                "Parsing OData Select and Expand failed: Could not find a property named "
                f"'{errors.shown(name)}' on type 'microsoft.graph.{collection.type_name}'."
            )
    return options.select


def _only(document: Document, shown: tuple[str, ...]) -> Document:
    return {name: document[name] for name in shown if name in document} if shown else document


def _context(collection: Collection, options: Options) -> str:
    if options.select is None:
        return collection.context
    return f"{collection.context}({','.join(options.select)})"


def _read(call: Call) -> _Asked:
    try:
        pairs = call.request.parameters()
    except ValueError:
        raise errors.BAD_REQUEST("The query of the request cannot be read.") from None
    taken: dict[str, str] = {}
    left: list[tuple[str, str]] = []
    for name, value in pairs:
        if name in ("$count", "$search") and name not in taken:
            taken[name] = value
        elif name == "$expand":
            raise errors.BAD_REQUEST("Parsing OData Select and Expand failed: no such expansion.")
        elif name == "$skip":
            raise errors.REFUSED("'$skip' is not supported by the service.")
        else:
            left.append((name, value))
    if taken.get("$count", "false") not in ("true", "false"):
        raise errors.BAD_REQUEST("Invalid value for $count: true or false is expected.")
    return _Asked(
        read_options(left),
        count=taken.get("$count") == "true",
        search=taken.get("$search", ""),
        eventual=(call.request.header("consistencylevel") or "").lower() == "eventual",
    )


def _size(top: int | None) -> int:
    if top is None:
        return PAGE
    if not 1 <= top <= LARGEST_PAGE:
        raise errors.REFUSED(
            f"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
        )
    return top


def _found(documents: Iterable[Document], asked: _Asked, collection: Collection) -> list[Document]:
    found = list(documents)
    if asked.search:
        name, value = _search(asked, collection)
        wanted = Condition(name, "contains", (value,))
        found = [one for one in found if fits(one, wanted)]
    if asked.options.filter is not None:
        wanted_too = _filter(asked.options.filter, asked, collection)
        found = [one for one in found if fits(one, wanted_too)]
    return found


def _filter(text: str, asked: _Asked, collection: Collection) -> Filter:
    def resolve(name: str) -> str:
        path = name.replace(".", "/")
        if path.partition("/")[0] not in collection.properties:
            raise errors.BAD_REQUEST(
                f"Invalid filter clause: Could not find a property named '{errors.shown(name)}' "
                f"on type 'microsoft.graph.{collection.type_name}'."
            )
        if path not in collection.filters:
            raise errors.UNSUPPORTED(
                "Unsupported or invalid query filter clause specified for property "
                f"'{errors.shown(name)}' of resource '{collection.type_name}'."
            )
        return path

    found = read_collection_filter(text, resolve)
    matching.check_size(found)
    for one in matching.conditions(found):
        if one.operator in matching.ADVANCED and not asked.advanced:
            raise errors.UNSUPPORTED(
                f"Operator '{matching.ADVANCED[one.operator]}' is not supported because the "
                "'ConsistencyLevel: eventual' header or $count=true is missing."
            )
        if one.operator in matching.NOT_SUPPORTED:
            raise errors.UNSUPPORTED("Unsupported query: contains is not supported in $filter.")
    return found


def _search(asked: _Asked, collection: Collection) -> tuple[str, str]:
    if not asked.eventual:
        raise errors.UNSUPPORTED("$search needs the request header 'ConsistencyLevel: eventual'.")
    text = asked.search.strip()
    name, colon, value = text.strip('"').partition(":")
    quoted = len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    if not quoted or not colon or not value or len(text) > _LONGEST_SEARCH:
        raise errors.BAD_REQUEST('$search takes one clause of the form "property:value".')
    if name not in collection.orders:
        raise errors.UNSUPPORTED(f"Property '{errors.shown(name)}' cannot be searched.")
    return name, value


def _ordered(found: list[Document], asked: _Asked, collection: Collection) -> list[Document]:
    name, descending = _order(asked, collection)
    return sorted(found, key=lambda one: _position(one, name), reverse=descending)


def _order(asked: _Asked, collection: Collection) -> tuple[str, bool]:
    if asked.options.order is None:
        return "", False
    orders = read_order(asked.options.order, lambda name: name)
    name = orders[0].column
    if len(orders) > 1 or name not in collection.orders:
        raise errors.UNSUPPORTED("Unsupported sort property in $orderby.")
    if asked.options.filter is not None and not asked.advanced:
        raise errors.UNSUPPORTED("Sorting not supported for current query.")
    return name, orders[0].descending


def _position(document: Document, name: str) -> tuple[str, str]:
    value = document.get(name) if name else ""
    return "" if value is None else str(value).casefold(), str(document["id"])


def _start(call: Call, found: list[Document], asked: _Asked) -> int:
    """Return where the page begins: after the document the token names, or where it stood."""
    token = asked.options.skiptoken
    if token is None:
        return 0
    last = _read_token(token, _mark(call, asked))
    orders = read_order(asked.options.order, lambda n: n) if asked.options.order else ()
    name, descending = (orders[0].column, orders[0].descending) if orders else ("", False)
    passed = [
        one
        for one in found
        if (_position(one, name) >= last if descending else _position(one, name) <= last)
    ]
    return len(passed)


def _next_link(call: Call, asked: _Asked, last: Document) -> str:
    orders = read_order(asked.options.order, lambda n: n) if asked.options.order else ()
    position = _position(last, orders[0].column if orders else "")
    pairs = [pair for pair in call.request.parameters() if pair[0] != "$skiptoken"]
    token = encode(orjson.dumps((_mark(call, asked), *position)))
    query = urlencode([*pairs, ("$skiptoken", token)], quote_via=quote, safe="$,'()")
    return f"{call.service.base_url}{call.request.path}?{query}"


def _mark(call: Call, asked: _Asked) -> str:
    """Return what a page token says of the question it belongs to."""
    options = asked.options
    parts = (call.caller.tenant.tenant_id, call.request.path.lower(), options.filter)
    text = repr((*map(str, parts), options.order, asked.search))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read_token(token: str, mark: str) -> tuple[str, str]:
    try:
        value = orjson.loads(decode(token)) if len(token) <= _LONGEST_TOKEN else None
    except ValueError:
        value = None
    if isinstance(value, list) and len(value) == 3 and all(isinstance(v, str) for v in value):
        asked_by, *position = value
        if asked_by == mark:
            return position[0], position[1]
    raise errors.OLD_PAGE("The specified page token value is not valid or has expired.")
