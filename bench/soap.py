"""The same work by Organization.svc as by the Web API: a record created, fifty rows retrieved."""

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from bench import leads
from bench.exchange import Exchange
from bench.leads import LIST_COLUMNS
from bench.records import LIST_SIZE, NEWCOMERS, Side

CREATE, RETRIEVE, ANNOTATED = "SOAP create", "SOAP 50 rows", "50 rows with formatted values"
KINDS = (CREATE, RETRIEVE, ANNOTATED)

_SERVICE = "XRMServices/2011/Organization.svc/web"
SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
_DATA = "http://schemas.microsoft.com/xrm/2011/Contracts"
_GENERIC = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
_ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SPACES = (
    f'xmlns="{SERVICES}" xmlns:a="{_DATA}" xmlns:b="{_GENERIC}" xmlns:c="{_ARRAYS}" '
    'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"'
)
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body>'
    "</s:Envelope>"
)
_MONEY = {"revenue"}


def exchanges(side: Side, root: str) -> dict[str, Exchange]:
    """Return what is asked by SOAP, and by the Web API with what SOAP always answers with.

    `root` is the path of the organization, with a slash at its end.
    """
    annotated = side.ask(
        (f"leads?$select={','.join(LIST_COLUMNS)}&$top={LIST_SIZE}",),
        _check_annotated,
        {"Prefer": 'odata.include-annotations="*"'},
    )
    made = tuple(_create(json.loads(body)) for body in leads.new(NEWCOMERS))
    return {
        CREATE: _call(side, root, "Create", made, _check_created),
        RETRIEVE: _call(side, root, "RetrieveMultiple", (_query(),), _check_rows),
        ANNOTATED: annotated,
    }


def _call(side: Side, root: str, name: str, bodies: tuple[str, ...], check: Any) -> Exchange:
    headers = {
        **side.headers,
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{SERVICES}/IOrganizationService/{name}"',
    }
    return Exchange(
        side.origin,
        side.trusted,
        (f"{root}{_SERVICE}",),
        check,
        "POST",
        headers,
        bodies,
        read=etree.fromstring,
    )


def _create(values: dict[str, Any]) -> str:
    pairs = "".join(
        f"<a:KeyValuePairOfstringanyType><b:key>{name}</b:key>{_value(name, value)}"
        "</a:KeyValuePairOfstringanyType>"
        for name, value in values.items()
    )
    return _ENVELOPE.format(
        f"<Create {SPACES}><entity><a:Attributes>{pairs}</a:Attributes>"
        '<a:EntityState i:nil="true"/><a:FormattedValues/>'
        "<a:Id>00000000-0000-0000-0000-000000000000</a:Id><a:LogicalName>lead</a:LogicalName>"
        "<a:RelatedEntities/></entity></Create>"
    )


def _value(name: str, value: Any) -> str:
    if name in _MONEY:
        return f'<b:value i:type="a:Money"><a:Value>{value}</a:Value></b:value>'
    kind = "int" if isinstance(value, int) else "string"
    return f'<b:value i:type="x:{kind}">{escape(str(value))}</b:value>'


def _query() -> str:
    columns = "".join(f"<c:string>{name}</c:string>" for name in LIST_COLUMNS)
    return _ENVELOPE.format(
        f'<RetrieveMultiple {SPACES}><query i:type="a:QueryExpression">'
        f"<a:ColumnSet><a:AllColumns>false</a:AllColumns><a:Columns>{columns}</a:Columns>"
        "</a:ColumnSet><a:Criteria><a:Conditions/><a:FilterOperator>And</a:FilterOperator>"
        "<a:Filters/></a:Criteria><a:Distinct>false</a:Distinct><a:EntityName>lead</a:EntityName>"
        "<a:LinkEntities/><a:Orders/><a:NoLock>false</a:NoLock>"
        f"<a:TopCount>{LIST_SIZE}</a:TopCount></query></RetrieveMultiple>"
    )


def _check_created(_path: str, answer: etree._Element) -> None:
    (key,) = answer.iter(f"{{{SERVICES}}}CreateResult")
    assert len(key.text or "") == 36


def _check_rows(_path: str, answer: etree._Element) -> None:
    rows = list(answer.iter(f"{{{_DATA}}}Entity"))
    assert len(rows) == LIST_SIZE
    assert all("leadid" in set(_keys(row)) for row in rows)


def _keys(row: etree._Element) -> Iterator[str]:
    for key in row.iter(f"{{{_GENERIC}}}key"):
        yield key.text or ""


def _check_annotated(_path: str, answer: dict[str, Any]) -> None:
    assert len(answer["value"]) == LIST_SIZE
