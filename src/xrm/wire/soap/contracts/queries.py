"""Queries as data contracts: QueryExpression and its parts, QueryByAttribute, FetchExpression."""

from xrm.wire.soap.contract import XRM, Contract
from xrm.wire.soap.contracts.notation import array, enumeration, pairs, struct

_OPERATORS = """
Equal NotEqual GreaterThan LessThan GreaterEqual LessEqual Like NotLike In NotIn Between NotBetween
Null NotNull Yesterday Today Tomorrow Last7Days Next7Days LastWeek ThisWeek NextWeek LastMonth
ThisMonth NextMonth On OnOrBefore OnOrAfter LastYear ThisYear NextYear LastXHours NextXHours
LastXDays NextXDays LastXWeeks NextXWeeks LastXMonths NextXMonths LastXYears NextXYears EqualUserId
NotEqualUserId EqualBusinessId NotEqualBusinessId ChildOf Mask NotMask MasksSelect Contains
DoesNotContain EqualUserLanguage NotOn OlderThanXMonths BeginsWith DoesNotBeginWith EndsWith
DoesNotEndWith ThisFiscalYear ThisFiscalPeriod NextFiscalYear NextFiscalPeriod LastFiscalYear
LastFiscalPeriod LastXFiscalYears LastXFiscalPeriods NextXFiscalYears NextXFiscalPeriods
InFiscalYear InFiscalPeriod InFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear
InOrAfterFiscalPeriodAndYear EqualUserTeams EqualUserOrUserTeams Under NotUnder UnderOrEqual Above
AboveOrEqual EqualUserOrUserHierarchy EqualUserOrUserHierarchyAndTeams OlderThanXYears
OlderThanXWeeks OlderThanXDays OlderThanXHours OlderThanXMinutes ContainValues DoesNotContainValues
EqualRoleBusinessId
"""

QUERY_CONTRACTS: tuple[Contract, ...] = (
    struct("QueryBase", XRM, ""),
    struct(
        "QueryExpression",
        XRM,
        "ColumnSet ColumnSet, Criteria FilterExpression, Distinct boolean!, EntityName string, "
        "ForceSeek string, LinkEntities ArrayOfLinkEntity, Orders ArrayOfOrderExpression, "
        "PageInfo PagingInfo, SubQueryExpression QueryExpression, NoLock boolean!, TopCount int, "
        "QueryHints string, DataSource string",
        base="QueryBase",
    ),
    struct(
        "QueryByAttribute",
        XRM,
        "Attributes ArrayOfstring, ColumnSet ColumnSet, EntityName string, "
        "Orders ArrayOfOrderExpression, PageInfo PagingInfo, Values ArrayOfanyType, TopCount int",
        base="QueryBase",
    ),
    struct("FetchExpression", XRM, "Query string", base="QueryBase"),
    struct(
        "ColumnSet",
        XRM,
        "AllColumns boolean!, AttributeExpressions ArrayOfAttributeExpression, "
        "Columns ArrayOfstring",
    ),
    struct(
        "AttributeExpression",
        XRM,
        "AggregateType AggregateType!, Alias string, AttributeName string, "
        "DateTimeGrouping DateTimeGroupingType!, HasGroupBy boolean!",
    ),
    struct(
        "FilterExpression",
        XRM,
        "AnyAllFilterLinkEntity LinkEntity, Conditions ArrayOfConditionExpression, "
        "FilterOperator LogicalOperator!, Filters ArrayOfFilterExpression, "
        "IsQuickFindFilter boolean!, FilterHint string",
    ),
    struct(
        "ConditionExpression",
        XRM,
        "AttributeName string, CompareColumns boolean!, Operator ConditionOperator!, "
        "Values ArrayOfanyType, EntityName string",
    ),
    struct(
        "LinkEntity",
        XRM,
        "Columns ColumnSet, EntityAlias string, ForceSeek string, JoinOperator JoinOperator!, "
        "LinkCriteria FilterExpression, LinkEntities ArrayOfLinkEntity, "
        "LinkFromAttributeName string, LinkFromEntityName string, LinkToAttributeName string, "
        "LinkToEntityName string, Orders ArrayOfOrderExpression",
    ),
    struct(
        "OrderExpression",
        XRM,
        "Alias string, AttributeName string, EntityName string, OrderType OrderType!",
    ),
    struct(
        "PagingInfo",
        XRM,
        "Count int!, PageNumber int!, PagingCookie string, ReturnTotalRecordCount boolean!",
    ),
    pairs(
        "RelationshipQueryCollection",
        XRM,
        "KeyValuePairOfRelationshipQueryBaseX_PsK4FkN",
        "key Relationship, value QueryBase",
    ),
    *(
        array(f"ArrayOf{name}", XRM, f"{name} {name}")
        for name in (
            "AttributeExpression",
            "ConditionExpression",
            "FilterExpression",
            "LinkEntity",
            "OrderExpression",
            "QueryExpression",
        )
    ),
    enumeration("LogicalOperator", XRM, "And Or"),
    enumeration("OrderType", XRM, "Ascending Descending"),
    enumeration(
        "JoinOperator",
        XRM,
        "Inner LeftOuter Natural MatchFirstRowUsingCrossApply In Exists Any NotAny All NotAll",
    ),
    enumeration("AggregateType", XRM, "None Count CountColumn Sum Avg Min Max"),
    enumeration(
        "DateTimeGroupingType", XRM, "None Day Week Month Quarter Year FiscalPeriod FiscalYear"
    ),
    enumeration("ConditionOperator", XRM, _OPERATORS),
)
