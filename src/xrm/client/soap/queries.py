"""Questions as the SDK asks them: QueryExpression, QueryByAttribute, FetchExpression."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from xrm.client.errors import ConfigurationError, UnexpectedAnswerError
from xrm.client.soap.contracts.enumerations import (
    ConditionOperator,
    JoinOperator,
    LogicalOperator,
    OrderType,
)
from xrm.client.soap.values import EntityCollection

__all__ = [
    "ColumnSet",
    "ConditionExpression",
    "FetchExpression",
    "FilterExpression",
    "LinkEntity",
    "OrderExpression",
    "PagingInfo",
    "QueryBase",
    "QueryByAttribute",
    "QueryExpression",
]

LARGEST_PAGE = 5000


class ColumnSet:
    """Columns by logical name, or all of them (ColumnSet).

    Without a name the answer holds the records' ids alone.
    """

    __slots__ = ("all_columns", "columns")

    def __init__(self, *columns: str, all_columns: bool = False) -> None:
        self.columns = list(columns)
        self.all_columns = all_columns

    def __repr__(self) -> str:
        if self.all_columns:
            return "ColumnSet(all_columns=True)"
        return f"ColumnSet({', '.join(map(repr, self.columns))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnSet) and (
            (self.columns, self.all_columns) == (other.columns, other.all_columns)
        )

    __hash__ = None  # type: ignore[assignment]  # what changes has no hash


Columns = ColumnSet | Iterable[str] | bool
"""A ColumnSet, names of columns, or True for all."""


def column_set(columns: Columns) -> ColumnSet:
    """Return columns as a ColumnSet."""
    if isinstance(columns, ColumnSet):
        return columns
    if isinstance(columns, bool):
        return ColumnSet(all_columns=columns)
    return ColumnSet(*((columns,) if isinstance(columns, str) else columns))


class ConditionExpression:
    """A column, an operator and its values (ConditionExpression).

    `entity_name` is the alias of a linked table, where the condition stands in the root's filter.
    With `compare_columns` the value is the name of another column.
    """

    __slots__ = ("attribute_name", "compare_columns", "entity_name", "operator", "values")

    def __init__(
        self,
        attribute_name: str,
        operator: ConditionOperator | str,
        *values: Any,
        entity_name: str | None = None,
        compare_columns: bool = False,
    ) -> None:
        self.attribute_name = attribute_name
        self.operator = ConditionOperator(operator)
        self.values = list(values)
        self.entity_name = entity_name
        # Left out where it is not asked for: services before 9.0 do not know it.
        self.compare_columns = compare_columns or None

    def __repr__(self) -> str:
        values = "".join(f", {value!r}" for value in self.values)
        return f"ConditionExpression({self.attribute_name!r}, {self.operator.value!r}{values})"


@dataclass(slots=True)
class FilterExpression:
    """Conditions and further filters, all or any of which must be met (FilterExpression)."""

    filter_operator: LogicalOperator = LogicalOperator.AND
    conditions: list[ConditionExpression] = field(default_factory=list)
    filters: list["FilterExpression"] = field(default_factory=list)
    is_quick_find_filter: bool = False

    def add_condition(
        self,
        attribute_name: str,
        operator: ConditionOperator | str,
        *values: Any,
        entity_name: str | None = None,
    ) -> ConditionExpression:
        """Add a condition and return it (AddCondition)."""
        added = ConditionExpression(attribute_name, operator, *values, entity_name=entity_name)
        self.conditions.append(added)
        return added

    def add_filter(self, operator: LogicalOperator = LogicalOperator.AND) -> "FilterExpression":
        """Add a filter within this one and return it (AddFilter)."""
        self.filters.append(added := FilterExpression(operator))
        return added


@dataclass(slots=True)
class OrderExpression:
    """An order by one column (OrderExpression)."""

    attribute_name: str
    order_type: OrderType = OrderType.ASCENDING
    entity_name: str | None = None


@dataclass(slots=True)
class LinkEntity:
    """A table joined to the one the link stands in (LinkEntity)."""

    link_from_entity_name: str
    link_to_entity_name: str
    link_from_attribute_name: str
    link_to_attribute_name: str
    join_operator: JoinOperator = JoinOperator.INNER
    columns: ColumnSet = field(default_factory=ColumnSet)
    entity_alias: str | None = None
    link_criteria: FilterExpression = field(default_factory=FilterExpression)
    link_entities: list["LinkEntity"] = field(default_factory=list)
    orders: list[OrderExpression] | None = None


@dataclass(slots=True)
class PagingInfo:
    """Which page, how many records, and where the last one ended (PagingInfo)."""

    count: int = 0
    page_number: int = 0
    paging_cookie: str | None = None
    return_total_record_count: bool = False


class QueryBase:
    """Any of the three kinds of query (QueryBase)."""

    __slots__ = ()


@dataclass(slots=True)
class QueryExpression(QueryBase):
    """A query by objects (QueryExpression)."""

    entity_name: str
    column_set: ColumnSet = field(default_factory=ColumnSet)
    criteria: FilterExpression = field(default_factory=FilterExpression)
    link_entities: list[LinkEntity] = field(default_factory=list)
    orders: list[OrderExpression] = field(default_factory=list)
    page_info: PagingInfo | None = None
    top_count: int | None = None
    distinct: bool = False
    no_lock: bool = False

    def add_order(self, attribute_name: str, order_type: OrderType = OrderType.ASCENDING) -> None:
        """Add an order after those there are (AddOrder)."""
        self.orders.append(OrderExpression(attribute_name, order_type))

    def add_link(
        self,
        link_to_entity_name: str,
        link_from_attribute_name: str,
        link_to_attribute_name: str,
        join_operator: JoinOperator = JoinOperator.INNER,
    ) -> LinkEntity:
        """Join a table and return the link (AddLink)."""
        added = LinkEntity(
            self.entity_name,
            link_to_entity_name,
            link_from_attribute_name,
            link_to_attribute_name,
            join_operator,
        )
        self.link_entities.append(added)
        return added


@dataclass(slots=True)
class QueryByAttribute(QueryBase):
    """Records whose columns have these values (QueryByAttribute)."""

    entity_name: str
    column_set: ColumnSet = field(default_factory=ColumnSet)
    attributes: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    orders: list[OrderExpression] = field(default_factory=list)
    page_info: PagingInfo | None = None
    top_count: int | None = None

    def add_attribute_value(self, attribute_name: str, value: Any) -> None:
        """Ask for records with a value in a column (AddAttributeValue)."""
        self.attributes.append(attribute_name)
        self.values.append(value)


@dataclass(slots=True)
class FetchExpression(QueryBase):
    """A query in FetchXML (FetchExpression)."""

    query: str


def first_page(query: QueryBase, page_size: int | None) -> QueryBase:
    """Return a query that asks for its first page; `page_size` is of records.

    Raises ConfigurationError for a size there is not, or FetchXML that cannot be read.
    """
    if page_size is not None and not 0 < page_size <= LARGEST_PAGE:
        raise ConfigurationError(f"page_size lies between 1 and {LARGEST_PAGE}")
    if isinstance(query, FetchExpression):
        return query if page_size is None else _fetched(query, count=page_size)
    if not isinstance(query, QueryExpression | QueryByAttribute):
        raise ConfigurationError("a query is a QueryExpression, QueryByAttribute, FetchExpression")
    if query.top_count is not None:
        return query
    info = query.page_info or PagingInfo(LARGEST_PAGE)
    count = info.count if page_size is None else page_size
    return replace(query, page_info=replace(info, count=count, page_number=info.page_number or 1))


def next_page(query: QueryBase, page: EntityCollection) -> QueryBase | None:
    """Return the query for the page after one, None where there is no more.

    Raises ConfigurationError for FetchXML that cannot be read, UnexpectedAnswerError for a page
    that does not lead on.
    """
    if not page.more_records:
        return None
    if not page.entities:
        raise UnexpectedAnswerError("an empty page says that there are more records")
    if isinstance(query, FetchExpression):
        return _fetched(query, cookie=page.paging_cookie)
    if not isinstance(query, QueryExpression | QueryByAttribute) or query.page_info is None:
        return None
    info = query.page_info
    if page.paging_cookie is not None and page.paging_cookie == info.paging_cookie:
        raise UnexpectedAnswerError("the cookie of a page leads to the same page again")
    onward = replace(info, page_number=info.page_number + 1, paging_cookie=page.paging_cookie)
    return replace(query, page_info=onward)


def _fetched(
    query: FetchExpression, *, count: int | None = None, cookie: str | None = None
) -> FetchExpression:
    from lxml import etree

    from xrm.wire.xml import XmlError, parse

    try:
        root = parse(query.query.encode())
        page = int(root.get("page") or 1)
    except (XmlError, ValueError) as error:
        raise ConfigurationError(f"the FetchXML cannot be read: {error}") from None
    if count is not None:
        root.set("count", str(count))
    else:
        root.set("page", str(page + 1))
        root.attrib.pop("paging-cookie", None)
    if cookie:
        root.set("paging-cookie", cookie)
    return FetchExpression(etree.tostring(root, encoding="unicode"))
