"""Elements of the SDK's data contracts as its clients write them, by hand.

So a mistake of the service's own writer cannot hide one of its reader.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
DATA = "http://schemas.microsoft.com/xrm/2011/Contracts"
GENERIC = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
_PREFIXES = {
    "a": DATA,
    "b": GENERIC,
    "c": "http://schemas.microsoft.com/crm/2011/Contracts",
    "i": INSTANCE,
    "k": "http://schemas.microsoft.com/xrm/7.1/Contracts",
    "l": "http://schemas.microsoft.com/xrm/2012/Contracts",
    "m": "http://schemas.microsoft.com/xrm/2011/Metadata",
    "n": "http://schemas.microsoft.com/xrm/2011/Metadata/Query",
    "q": "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
    "x": SCHEMA,
    "z": "http://schemas.microsoft.com/2003/10/Serialization/",
}
DECLARED = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in _PREFIXES.items())
SIMPLE = {"guid": "z:guid"}
ZERO = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Typed:
    """The content of an element that tells its type."""

    type: str
    content: str

    def element(self, name: str) -> str:
        return f'<{name} i:type="{self.type}">{self.content}</{name}>'


NIL = None
Given = Typed | None


def simple(kind: str, text: object) -> Typed:
    """Return a value of a simple type of XSD, or a guid."""
    return Typed(SIMPLE.get(kind, f"x:{kind}"), escape(str(text), quote=False))


def string(text: str) -> Typed:
    return simple("string", text)


def option(value: int) -> Typed:
    return Typed("a:OptionSetValue", f"<a:Value>{value}</a:Value>")


def money(amount: object) -> Typed:
    return Typed("a:Money", f"<a:Value>{amount}</a:Value>")


def reference(table: str, key: object = ZERO, keys: Mapping[str, Given] | None = None) -> Typed:
    named = f"<a:KeyAttributes>{pairs(keys)}</a:KeyAttributes>" if keys else ""
    named = named.replace("a:KeyValuePairOfstringanyType", "k:KeyValuePairOfstringanyType")
    return Typed(
        "a:EntityReference", f"<a:Id>{key}</a:Id>{named}<a:LogicalName>{table}</a:LogicalName>"
    )


def value(given: Given, name: str = "b:value") -> str:
    return f'<{name} i:nil="true"/>' if given is None else given.element(name)


def pairs(given: Mapping[str, Given]) -> str:
    return "".join(
        f"<a:KeyValuePairOfstringanyType><b:key>{escape(key)}</b:key>{value(each)}"
        "</a:KeyValuePairOfstringanyType>"
        for key, each in given.items()
    )


def related(groups: Mapping[str, Iterable[Typed]], role: str = "") -> str:
    """Return RelatedEntities: by relationship, entities to go with the one that holds them."""
    said = f"<a:PrimaryEntityRole>{role}</a:PrimaryEntityRole>" if role else ""
    pair = "a:KeyValuePairOfRelationshipEntityCollectionX_PsK4FkN"
    return "".join(
        f"<{pair}><b:key>{said}<a:SchemaName>{name}</a:SchemaName></b:key><b:value><a:Entities>"
        + "".join(f"<a:Entity>{each.content}</a:Entity>" for each in entities)
        + f"</a:Entities></b:value></{pair}>"
        for name, entities in groups.items()
    )


def entity(
    table: str,
    values: Mapping[str, Given] | None = None,
    *,
    key: object = ZERO,
    keys: Mapping[str, Given] | None = None,
    beside: str = "",
    version: str = "",
) -> Typed:
    """Return an Entity; `beside` is the content of its RelatedEntities."""
    named = pairs(keys or {}).replace("a:KeyValuePairOf", "k:KeyValuePairOf")
    row = f"<a:RowVersion>{version}</a:RowVersion>" if version else ""
    return Typed(
        "a:Entity",
        f"<a:Attributes>{pairs(values or {})}</a:Attributes><a:EntityState i:nil='true'/>"
        f"<a:FormattedValues/><a:Id>{key}</a:Id><a:KeyAttributes>{named}</a:KeyAttributes>"
        f"<a:LogicalName>{table}</a:LogicalName><a:RelatedEntities>{beside}</a:RelatedEntities>"
        f"{row}",
    )


def columns(*names: str, every: bool = False, tag: str = "a:ColumnSet") -> str:
    listed = "".join(f"<q:string>{name}</q:string>" for name in names)
    return (
        f"<{tag}><a:AllColumns>{str(every).lower()}</a:AllColumns>"
        f"<a:Columns>{listed}</a:Columns></{tag}>"
    )


def condition(
    column: str, operator: str, *values: Given, of: str = "", compare: bool = False
) -> str:
    given = "".join(value(each, "q:anyType") for each in values)
    name = f"<a:EntityName>{of}</a:EntityName>" if of else ""
    against = "<a:CompareColumns>true</a:CompareColumns>" if compare else ""
    return (
        f"<a:ConditionExpression><a:AttributeName>{column}</a:AttributeName>{against}"
        f"<a:Operator>{operator}</a:Operator><a:Values>{given}</a:Values>{name}"
        "</a:ConditionExpression>"
    )


def criteria(
    *conditions: str, word: str = "And", filters: Iterable[str] = (), tag: str = "a:Criteria"
) -> str:
    return (
        f"<{tag}><a:Conditions>{''.join(conditions)}</a:Conditions>"
        f"<a:FilterOperator>{word}</a:FilterOperator><a:Filters>{''.join(filters)}</a:Filters>"
        f"</{tag}>"
    )


def order(column: str, kind: str = "Ascending", of: str = "") -> str:
    name = f"<a:EntityName>{of}</a:EntityName>" if of else ""
    return (
        f"<a:OrderExpression><a:AttributeName>{column}</a:AttributeName>{name}"
        f"<a:OrderType>{kind}</a:OrderType></a:OrderExpression>"
    )


def page(count: int = 0, number: int = 0, cookie: str = "", *, total: bool = False) -> str:
    said = f"<a:PagingCookie>{escape(cookie)}</a:PagingCookie>" if cookie else ""
    return (
        f"<a:PageInfo><a:Count>{count}</a:Count><a:PageNumber>{number}</a:PageNumber>{said}"
        f"<a:ReturnTotalRecordCount>{str(total).lower()}</a:ReturnTotalRecordCount></a:PageInfo>"
    )


def link(
    table: str,
    on: tuple[str, str],
    *,
    alias: str = "",
    kind: str = "Inner",
    asked: str = "",
    tests: str = "",
    links: str = "",
) -> str:
    """Return a LinkEntity; `on` are the column of the holder and that of the linked table."""
    name = f"<a:EntityAlias>{alias}</a:EntityAlias>" if alias else ""
    return (
        f"<a:LinkEntity>{asked}{name}<a:JoinOperator>{kind}</a:JoinOperator>{tests}"
        f"<a:LinkEntities>{links}</a:LinkEntities>"
        f"<a:LinkFromAttributeName>{on[0]}</a:LinkFromAttributeName>"
        f"<a:LinkToAttributeName>{on[1]}</a:LinkToAttributeName>"
        f"<a:LinkToEntityName>{table}</a:LinkToEntityName></a:LinkEntity>"
    )


def expression(
    table: str,
    asked: str = "",
    tests: str = "",
    *,
    orders: str = "",
    links: str = "",
    paging: str = "",
    distinct: bool = False,
    top: int | None = None,
) -> Typed:
    """Return a QueryExpression."""
    most = "" if top is None else f"<a:TopCount>{top}</a:TopCount>"
    return Typed(
        "a:QueryExpression",
        f"{asked or columns()}{tests}<a:Distinct>{str(distinct).lower()}</a:Distinct>"
        f"<a:EntityName>{table}</a:EntityName><a:LinkEntities>{links}</a:LinkEntities>"
        f"<a:Orders>{orders}</a:Orders>{paging}<a:NoLock>false</a:NoLock>{most}",
    )


def fetch(text: str) -> Typed:
    return Typed("a:FetchExpression", f"<a:Query>{escape(text)}</a:Query>")


def request(
    name: str, parameters: Mapping[str, Given] | None = None, kind: str = "a:OrganizationRequest"
) -> Typed:
    """Return a request, typed where `kind` says so."""
    return Typed(
        kind,
        f"<a:Parameters>{pairs(parameters or {})}</a:Parameters><a:RequestId i:nil='true'/>"
        f"<a:RequestName>{name}</a:RequestName>",
    )
