"""The Web API: requests for records and what their answers say (OData 4.0).

Tables go by their entity set name (`leads`), as in the Web API's URLs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson

from xrm.client.errors import ConfigurationError, UnexpectedAnswerError
from xrm.client.flow import Answer, HttpRequest
from xrm.client.origin import Service, split
from xrm.client.services.refusal import check
from xrm.model.ports import Clock, system_clock
from xrm.wire.http import Headers

Record = dict[str, Any]
Columns = str | Iterable[str]
LARGEST_PAGE = 5000

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_ETAG = re.compile(r"\*\Z|(?:W/)?\"[\x21\x23-\x7e]{0,200}\"\Z")
_ENTITY_ID = re.compile(r"\(([0-9A-Fa-f-]{36})\)\s*\Z")
_SAFE = "(),/:'@*!"
_READ: Headers = (
    ("Accept", "application/json"),
    ("OData-Version", "4.0"),
    ("OData-MaxVersion", "4.0"),
)
_WRITE: Headers = (*_READ, ("Content-Type", "application/json; charset=utf-8"))


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Who the organization takes the caller for."""

    user_id: UUID
    business_unit_id: UUID
    organization_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query, and the request for the next, if any."""

    records: list[Record]
    following: HttpRequest | None


@dataclass(frozen=True, slots=True)
class WebApi:
    """Builds requests to one organization's Web API and reads their answers."""

    service: Service
    clock: Clock = system_clock
    version: str = "v9.2"

    def whoami(self) -> HttpRequest:
        """Ask who the caller is."""
        return HttpRequest("GET", self._url("WhoAmI"), _READ)

    def read_whoami(self, answer: Answer) -> WhoAmI:
        """Read the answer to `whoami`. Raises ServiceError or UnexpectedAnswerError."""
        record = self._object(answer)
        try:
            return WhoAmI(
                UUID(record["UserId"]),
                UUID(record["BusinessUnitId"]),
                UUID(record["OrganizationId"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _unexpected(answer, "WhoAmI came back without its three ids") from None

    def query(
        self,
        entity_set: str,
        *,
        select: Columns | None = None,
        filter: str | None = None,  # noqa: A002 - the option's own name
        order_by: Columns | None = None,
        top: int | None = None,
        page_size: int | None = None,
        annotations: bool | str = False,
    ) -> HttpRequest:
        """Ask for the first page of a query.

        `order_by` takes `name`, `name desc` or `-name`. `top` and `page_size` lie between 1 and
        5000. Raises ConfigurationError for what cannot be asked.
        """
        options = {
            "$select": _listed(select),
            "$filter": filter,
            "$orderby": ",".join(map(_ordering, _each(order_by))),
            "$top": str(_counted("top", top)) if top is not None else None,
        }
        query = "&".join(
            f"{key}={quote(text, safe=_SAFE)}" for key, text in options.items() if text
        )
        url = self._url(_name(entity_set)) + (f"?{query}" if query else "")
        return HttpRequest("GET", url, (*_READ, *_prefer(page_size, annotations)))

    def read_page(self, answer: Answer, asked: HttpRequest) -> Page:
        """Read one page. Raises ServiceError, or UnexpectedAnswerError, also when the next page
        is said to lie with another service: its link would carry the token there."""
        document = self._object(answer)
        records, link = document.get("value"), document.get("@odata.nextLink")
        if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
            raise _unexpected(answer, "a query came back without its records")
        if link is None:
            return Page(records, None)
        if not isinstance(link, str) or not self._own(link) or link == asked.url:
            raise _unexpected(answer, "the link to the next page does not lead on to this service")
        return Page(records, HttpRequest("GET", link, asked.headers))

    def create(self, entity_set: str, values: Mapping[str, Any]) -> HttpRequest:
        """Create a record. Not repeatable: sent twice, it makes two records."""
        return HttpRequest(
            "POST", self._url(_name(entity_set)), _WRITE, _body(values), repeatable=False
        )

    def read_created(self, answer: Answer) -> UUID:
        """Read the new record's id. Raises ServiceError or UnexpectedAnswerError."""
        check(answer, now=self.clock())
        address = answer.header("odata-entityid") or answer.header("location") or ""
        match = _ENTITY_ID.search(address)
        try:
            return UUID(match[1] if match else "")
        except ValueError:
            raise _unexpected(answer, "the service did not say the new record's id") from None

    def retrieve(
        self,
        entity_set: str,
        record_id: UUID | str,
        *,
        select: Columns | None = None,
        annotations: bool | str = False,
    ) -> HttpRequest:
        """Ask for one record."""
        columns = _listed(select)
        url = self._at(entity_set, record_id)
        if columns:
            url += f"?$select={quote(columns, safe=_SAFE)}"
        return HttpRequest("GET", url, (*_READ, *_prefer(None, annotations)))

    def read_record(self, answer: Answer) -> Record:
        """Read one record. Raises ServiceError or UnexpectedAnswerError."""
        return self._object(answer)

    def update(
        self, entity_set: str, record_id: UUID | str, values: Mapping[str, Any], *, if_match: str
    ) -> HttpRequest:
        """Change a record's columns; `*` as `if_match` keeps it from being created instead."""
        headers = (*_WRITE, ("If-Match", _etag(if_match)))
        return HttpRequest("PATCH", self._at(entity_set, record_id), headers, _body(values))

    def delete(
        self, entity_set: str, record_id: UUID | str, *, if_match: str | None
    ) -> HttpRequest:
        """Delete a record."""
        headers = _READ if if_match is None else (*_READ, ("If-Match", _etag(if_match)))
        return HttpRequest("DELETE", self._at(entity_set, record_id), headers)

    def read_done(self, answer: Answer) -> None:
        """Read an answer that only says that it is done. Raises ServiceError."""
        check(answer, now=self.clock())

    def _object(self, answer: Answer) -> Record:
        check(answer, now=self.clock())
        try:
            document = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise _unexpected(answer, "the service answered with something not a JSON object")
        return document

    def _url(self, path: str) -> str:
        return f"{self.service.url}/api/data/{self.version}/{path}"

    def _at(self, entity_set: str, record_id: UUID | str) -> str:
        try:
            key = record_id if isinstance(record_id, UUID) else UUID(record_id)
        except (ValueError, AttributeError, TypeError):
            raise ConfigurationError("a record's id is a UUID") from None
        return self._url(f"{_name(entity_set)}({key})")

    def _own(self, link: str) -> bool:
        try:
            origin, path = split(link)
        except ConfigurationError:
            return False
        return origin == self.service.origin and path.startswith(f"{self.service.path}/api/data/")


def _name(entity_set: str) -> str:
    if not isinstance(entity_set, str) or not _NAME.match(entity_set):
        raise ConfigurationError(
            "not a table's name", next_step="Use the entity set name, as in the URL: `leads`."
        )
    return entity_set


def _each(columns: Columns | None) -> Iterable[str]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else columns


def _listed(columns: Columns | None) -> str:
    return ",".join(_each(columns))


def _ordering(column: str) -> str:
    return f"{column[1:]} desc" if column.startswith("-") else column


def _counted(option: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= LARGEST_PAGE:
        raise ConfigurationError(f"{option} lies between 1 and {LARGEST_PAGE}")
    return number


def _prefer(page_size: int | None, annotations: bool | str) -> Headers:
    wishes = []
    if page_size is not None:
        wishes.append(f"odata.maxpagesize={_counted('page_size', page_size)}")
    if annotations:
        pattern = "*" if annotations is True else annotations
        if not re.fullmatch(r"[A-Za-z0-9_.,*-]+", pattern):
            raise ConfigurationError("annotations takes True or a comma list of names with *")
        wishes.append(f'odata.include-annotations="{pattern}"')
    return (("Prefer", ",".join(wishes)),) if wishes else ()


def _etag(value: str) -> str:
    if not _ETAG.match(value):
        raise ConfigurationError("if_match takes a record's @odata.etag, or *")
    return value


def _body(values: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(dict(values), default=_plain, option=orjson.OPT_UTC_Z)
    except TypeError as error:
        raise ConfigurationError(f"a value cannot be sent: {error}") from None


def _plain(value: object) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} is not JSON")


def _unexpected(answer: Answer, message: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        message,
        status=answer.status,
        request_id=answer.header("x-ms-service-request-id"),
        next_step="Check the address, and any proxy in between.",
    )
