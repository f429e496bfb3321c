"""`org.soap` in both worlds: what is sent, what comes back, and what is sent twice."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

import xrm
from support.contoso import ORG_ID, UNIT_ID, USER_ID, Contoso, Driver, refusal
from support.soap_envelopes import (
    DECLARED,
    SERVICES,
    SOAP11,
    XRM,
    answered,
    executed,
    pair,
    service_fault,
)
from xrm import errors, soap

Opened = Callable[..., Driver]
ACTION = f"{SERVICES}/IOrganizationService"
KEY = UUID(USER_ID)
WHO = executed(
    "c:WhoAmIResponse",
    pair("UserId", "e:guid", USER_ID)
    + pair("BusinessUnitId", "e:guid", UNIT_ID)
    + pair("OrganizationId", "e:guid", ORG_ID),
)


def signed_in(opened: Opened) -> Driver:
    driver = opened()
    driver.access_token()
    return driver


def sent(contoso: Contoso) -> etree._Element:
    """The body's one element in the last request."""
    root = etree.fromstring(contoso.org.seen[-1].body)
    assert root.tag == f"{{{SOAP11}}}Envelope"
    return root[-1][0]


def texts(element: etree._Element, name: str) -> list[str | None]:
    return [each.text for each in element.iter(f"{{*}}{name}")]


def entity(subject: str) -> str:
    return (
        "<b:Entity><b:Attributes>"
        + pair("leadid", "e:guid", USER_ID)
        + pair("subject", "x:string", subject)
        + pair("revenue", "b:Money", "<b:Value>12.5000</b:Value>")
        + "</b:Attributes><b:FormattedValues><b:KeyValuePairOfstringstring><d:key>revenue</d:key>"
        "<d:value>$12.50</d:value></b:KeyValuePairOfstringstring></b:FormattedValues>"
        f"<b:Id>{USER_ID}</b:Id><b:LogicalName>lead</b:LogicalName>"
        "<b:RowVersion>77</b:RowVersion></b:Entity>"
    )


def page(*subjects: str, more: bool = False, cookie: str = "") -> Any:
    told = f"<b:PagingCookie>{cookie}</b:PagingCookie>" if cookie else ""
    return answered(
        "RetrieveMultiple",
        f"<RetrieveMultipleResult {DECLARED}><b:Entities>{''.join(map(entity, subjects))}"
        f"</b:Entities><b:EntityName>lead</b:EntityName>"
        f"<b:MoreRecords>{str(more).lower()}</b:MoreRecords>{told}"
        "<b:TotalRecordCount>-1</b:TotalRecordCount></RetrieveMultipleResult>",
    )


def test_a_message_goes_to_the_endpoint_of_bearer_tokens(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [WHO]
    found = driver.ran(driver.client.soap.execute(soap.WhoAmI()))
    assert found == soap.WhoAmIResponse(
        user_id=KEY, business_unit_id=UUID(UNIT_ID), organization_id=UUID(ORG_ID)
    )
    asked = contoso.org.seen[-1]
    path = "/XRMServices/2011/Organization.svc/web?SDKClientVersion=9.2.0.0"
    assert (asked.method, asked.path) == ("POST", path)
    assert asked.headers["content-type"] == "text/xml; charset=utf-8"
    assert asked.headers["soapaction"] == f'"{ACTION}/Execute"'
    assert asked.headers["authorization"].startswith("Bearer TOKEN.")
    request = sent(contoso)[0]
    kind = request.get("{http://www.w3.org/2001/XMLSchema-instance}type") or ""
    assert (
        request.nsmap[kind.partition(":")[0]] == "http://schemas.microsoft.com/crm/2011/Contracts"
    )
    assert kind.endswith(":WhoAmIRequest")
    assert texts(request, "RequestName") == ["WhoAmI"]


def test_headers_say_in_whose_name_and_as_what(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [WHO, WHO, WHO]
    service = driver.client.soap
    driver.ran(service.execute(soap.WhoAmI()))
    driver.ran(service.acting_as(USER_ID).execute(soap.WhoAmI()))
    driver.ran(service.acting_as(caller_object_id=UUID(UNIT_ID)).execute(soap.WhoAmI()))
    told = []
    for request in contoso.org.seen[-3:]:
        header = etree.fromstring(request.body)[0]
        assert {etree.QName(block).namespace for block in header} == {XRM}
        told.append({etree.QName(block).localname: block.text for block in header})
    plain = {"SdkClientVersion": "9.2.0.0", "UserType": "CrmUser"}
    assert told == [plain, {**plain, "CallerId": USER_ID}, {**plain, "CallerObjectId": UNIT_ID}]


def test_records_are_created_retrieved_changed_and_deleted(
    opened: Opened, contoso: Contoso
) -> None:
    driver = signed_in(opened)
    service = driver.client.soap
    contoso.org.planned = [answered("Create", f"<CreateResult>{USER_ID}</CreateResult>")]
    lead = soap.Entity("lead", {"subject": "A <& B", "revenue": soap.Money(Decimal("1.50"))})
    assert driver.ran(service.create(lead)) == KEY
    assert texts(sent(contoso), "key") == ["subject", "revenue"]
    assert b"A &lt;&amp; B" in contoso.org.seen[-1].body

    result = (
        entity("One")
        .replace("b:Entity>", "RetrieveResult>")
        .replace("<RetrieveResult>", f"<RetrieveResult {DECLARED}>", 1)
    )
    contoso.org.planned = [answered("Retrieve", result)]
    found = driver.ran(service.retrieve("lead", USER_ID, ["subject"]))
    assert dict(found) == {"leadid": KEY, "subject": "One", "revenue": soap.Money(Decimal("12.5"))}
    assert (found.id, found.logical_name, found.row_version) == (KEY, "lead", "77")
    assert found.formatted_values == {"revenue": "$12.50"}
    assert texts(sent(contoso), "string") == ["subject"]

    contoso.org.planned = [answered("Update"), answered("Delete")]
    assert driver.ran(service.update(soap.Entity("lead", {"subject": None}, id=KEY))) is None
    assert texts(sent(contoso), "Id") == [USER_ID]
    assert driver.ran(service.delete("lead", KEY)) is None
    assert texts(sent(contoso), "id") == [USER_ID]


@pytest.mark.parametrize("verb", ["associate", "disassociate"])
def test_records_are_related_and_parted(opened: Opened, contoso: Contoso, verb: str) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [answered(verb.capitalize())]
    related = [soap.EntityReference("lead", UUID(UNIT_ID))]
    operation = getattr(driver.client.soap, verb)
    driver.ran(operation("account", USER_ID, "accountleads_association", related))
    body = sent(contoso)
    assert body.tag == f"{{{SERVICES}}}{verb.capitalize()}"
    assert texts(body, "SchemaName") == ["accountleads_association"]
    assert (texts(body, "entityId"), texts(body, "Id")) == ([USER_ID], [UNIT_ID])


def test_a_query_goes_on_by_the_cookie(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [
        page("A", "B", more=True, cookie="&lt;cookie page='1'&gt;"),
        page("C", more=True, cookie="&lt;cookie page='2'&gt;"),
        page("D"),
    ]
    query = soap.QueryExpression("lead", soap.ColumnSet("subject"))
    rows = driver.listed(driver.client.soap.query(query, page_size=2))
    assert [row["subject"] for row in rows] == ["A", "B", "C", "D"]
    asked = [etree.fromstring(seen.body)[-1] for seen in contoso.org.seen[-3:]]
    assert [texts(each, "PageNumber") for each in asked] == [["1"], ["2"], ["3"]]
    assert [texts(each, "Count") for each in asked] == [["2"]] * 3
    cookies = [texts(each, "PagingCookie") for each in asked]
    assert cookies == [[], ["<cookie page='1'>"], ["<cookie page='2'>"]]
    assert query.page_info is None


def test_fetchxml_goes_on_by_the_cookie(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [page("A", more=True, cookie='&lt;c a="1"&gt;'), page("B")]
    query = soap.FetchExpression('<fetch page="3"><entity name="lead"/></fetch>')
    assert len(driver.listed(driver.client.soap.query(query, page_size=1))) == 2
    fetched = [
        etree.fromstring(texts(etree.fromstring(seen.body)[-1], "Query")[0] or "")
        for seen in contoso.org.seen[-2:]
    ]
    assert [dict(each.attrib) for each in fetched] == [
        {"page": "3", "count": "1"},
        {"page": "4", "count": "1", "paging-cookie": '<c a="1">'},
    ]


def test_a_page_is_fetched_when_it_is_wanted(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [page("A", "B", more=True, cookie="x"), page("C")]
    query = soap.QueryExpression("lead")
    assert len(driver.listed(driver.client.soap.query(query), take=2)) == 2
    assert len(contoso.org.planned) == 1


@pytest.mark.parametrize(
    "pages",
    [
        [page("A", more=True, cookie="x"), page("B", more=True, cookie="x")],
        [page(more=True, cookie="x")],
    ],
)
def test_pages_that_do_not_lead_on_end_it(
    opened: Opened, contoso: Contoso, pages: list[Any]
) -> None:
    driver = signed_in(opened)
    contoso.org.planned = list(pages)
    with pytest.raises(errors.UnexpectedAnswerError, match="page"):
        driver.listed(driver.client.soap.query(soap.QueryExpression("lead")))


@pytest.mark.parametrize(
    ("call", "sendings"),
    [
        (lambda service: service.execute(soap.WhoAmI()), 2),
        (lambda service: service.execute(soap.Request("WhoAmI", reads=True)), 2),
        (lambda service: service.retrieve("lead", KEY), 2),
        (lambda service: service.retrieve_multiple(soap.QueryExpression("lead")), 2),
        (lambda service: service.execute(soap.Request("WhoAmI")), 1),
        (lambda service: service.create(soap.Entity("lead")), 1),
        (lambda service: service.update(soap.Entity("lead", id=KEY)), 1),
        (lambda service: service.delete("lead", KEY), 1),
        (lambda service: service.associate("lead", KEY, "x", []), 1),
        (lambda service: service.execute(soap.SetState(
            entity_moniker=soap.EntityReference("lead", KEY),
            state=soap.OptionSetValue(1), status=soap.OptionSetValue(2))), 1),
    ],
)  # fmt: skip
def test_only_what_reads_is_sent_again(
    opened: Opened, contoso: Contoso, call: Callable[[Any], Any], sendings: int
) -> None:
    driver = opened(retry=xrm.Retry(attempts=2))
    driver.access_token()
    before = len(contoso.org.seen)
    contoso.org.planned = [refusal(503, "", "Busy", Retry_After="0")] * 2
    with pytest.raises(errors.UnavailableError):
        driver.ran(call(driver.client.soap))
    assert len(contoso.org.seen) - before == sendings


@pytest.mark.parametrize(
    ("code", "wait"),
    [
        (-2147015902, pair("Retry-After", "e:duration", "PT0S")),
        (-2147015903, pair("Retry-After", "x:string", "00:00:00")),
        (-2147015898, pair("Retry-After", "x:int", "0")),
    ],
)
def test_a_busy_service_is_waited_for_though_it_says_so_in_a_fault(
    opened: Opened, contoso: Contoso, code: int, wait: str
) -> None:
    driver = signed_in(opened)
    busy = service_fault(code, "Number of requests exceeded", details=wait)
    contoso.org.planned = [busy, busy, answered("Create", f"<CreateResult>{KEY}</CreateResult>")]
    assert driver.ran(driver.client.soap.create(soap.Entity("lead"))) == KEY


def test_a_long_wait_is_told(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    wait = pair("Retry-After", "e:duration", "PT1H0M5.5S")
    contoso.org.planned = [service_fault(-2147015902, "Number of requests exceeded", details=wait)]
    with pytest.raises(errors.ThrottledError) as caught:
        driver.ran(driver.client.soap.create(soap.Entity("lead")))
    assert (caught.value.retry_after, caught.value.code) == (3605.5, "0x80072322")


def test_a_token_that_is_refused_is_renewed_once(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [(401, contoso.challenge(), b""), answered("Update")]
    driver.ran(driver.client.soap.update(soap.Entity("lead", id=KEY)))
    assert contoso.issued == 2


class Lead(soap.Entity, table="lead"):
    """A lead as a class of one's own."""

    subject = soap.Column[str]()
    amount = soap.Column[soap.Money]("revenue")


def test_records_come_as_classes_of_ones_own(opened: Opened, contoso: Contoso) -> None:
    driver = signed_in(opened)
    contoso.org.planned = [page("One"), page("One")]
    query = soap.QueryExpression("lead")
    (found,) = driver.ran(driver.client.soap.with_types(Lead).retrieve_multiple(query))
    assert type(found) is Lead
    assert (found.subject, found.amount) == ("One", soap.Money(Decimal("12.5")))
    (plain,) = driver.ran(driver.client.soap.retrieve_multiple(query))
    assert type(plain) is soap.Entity
    assert plain.to_entity(Lead) == found
    contoso.org.planned = [answered("Create", f"<CreateResult>{KEY}</CreateResult>")]
    driver.ran(driver.client.soap.create(Lead(subject="Two", amount=soap.Money(Decimal(3)))))
    assert texts(sent(contoso), "LogicalName") == ["lead"]
    assert texts(sent(contoso), "key") == ["subject", "revenue"]
