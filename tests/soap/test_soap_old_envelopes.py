"""The shape of what old clients are answered: elements, prefixes and types in recorded order.

The requests and outlines are written after recorded ones: prefixes, order and types count. Lines
that later versions of the service added are marked so.
"""

import re
from collections.abc import Iterator
from textwrap import dedent

import pytest
from lxml import etree

from support import soap_elements as made
from support.soap_elements import (
    ADDRESSING,
    DATA,
    GENERIC,
    INSTANCE,
    SCHEMA,
    SERVICES,
    SOAP12,
)
from support.soaping import SVC, Soap, action_of

CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
ASKED = "urn:uuid:5a111cc5-6db9-4b9d-8f90-9479732fbac4"


def outline(element: etree._Element, depth: int = 0) -> Iterator[str]:
    """Write elements with their prefixes, types and nils, one a line, like ones beside one once."""
    name = f"{element.prefix}:" if element.prefix else ""
    kind = element.get(f"{{{INSTANCE}}}type")
    nil = " nil" if element.get(f"{{{INSTANCE}}}nil") else ""
    tag = name + etree.QName(element).localname
    yield "  " * depth + tag + (f" {kind}" if kind else "") + nil
    before: list[str] = []
    for child in element:
        lines = list(outline(child, depth + 1))
        if lines != before:
            yield from lines
        before = lines


def of(document: bytes) -> str:
    """Return the outline of a document, without the root's own line's end."""
    return "\n".join(outline(etree.fromstring(document)))


def lines(text: str) -> str:
    """Return an outline written down, without the marks of later versions."""
    return re.sub(r" +# .*", "", dedent(text)).strip()


def modern(soap: Soap, operation: str, content: str) -> bytes:
    """Post as .NET does: SOAP 1.2 with addressing, prefixes a and s."""
    document = f"""
        <s:Envelope xmlns:a="{ADDRESSING}" xmlns:s="{SOAP12}"><s:Header>
          <a:Action s:mustUnderstand="1">{action_of(operation)}</a:Action>
          <SdkClientVersion xmlns="{DATA}">5.0.9690.3339</SdkClientVersion>
          <UserType xmlns="{DATA}">CrmUser</UserType>
          <a:MessageID>{ASKED}</a:MessageID>
          <a:ReplyTo><a:Address>{ADDRESSING}/anonymous</a:Address></a:ReplyTo>
          <a:To s:mustUnderstand="1">https://org.xrm.test/XRMServices/2011/Organization.svc</a:To>
        </s:Header><s:Body>
          <{operation} xmlns="{SERVICES}">{content}</{operation}>
        </s:Body></s:Envelope>"""
    kind = ("content-type", "application/soap+xml; charset=utf-8")
    return Soap(soap.client, "1.2", SVC).post(document.strip().encode(), (kind,)).response.body


HEAD = """
    s:Envelope
      s:Header
        a:Action
        a:RelatesTo
        ActivityId
      s:Body
"""


@pytest.fixture(scope="module")
def account(soap: Soap) -> str:
    contact = soap.created("contact", {"lastname": made.string("Anderson")})
    return soap.created(
        "account",
        {
            "name": made.string("Adventure Works"),
            "creditonhold": made.simple("boolean", "false"),
            "numberofemployees": made.simple("int", 4300),
            "revenue": made.money("60000.0000"),
            "primarycontactid": made.reference("contact", contact),
        },
    )


@pytest.mark.covers(
    "soap header: ActivityId", "soap header: RelatesTo", "soap header: SdkClientVersion",
    "soap header: UserType", "soap header: ReplyTo, To",
    "soap form: members in the order of the contract",
)  # fmt: skip
def test_a_record_has_the_recorded_shape(soap: Soap, account: str) -> None:
    names = ("name", "creditonhold", "numberofemployees", "revenue", "createdon", "exchangerate")
    content = (
        f"<entityName>account</entityName><id>{account}</id>"
        f'<columnSet xmlns:b="{DATA}" xmlns:i="{INSTANCE}"><b:AllColumns>false</b:AllColumns>'
        '<b:Columns xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
        + "".join(f"<c:string>{name}</c:string>" for name in (*names, "primarycontactid"))
        + "</b:Columns></columnSet>"
    )
    document = modern(soap, "Retrieve", content)
    text = document.decode()
    assert f"<a:RelatesTo>{ASKED}</a:RelatesTo>" in text
    assert f'a:Action s:mustUnderstand="1">{action_of("Retrieve")}Response</a:Action>' in text
    found = of(document)
    head, _, rest = found.partition("        b:Attributes\n")
    attributes, _, tail = rest.partition("        b:EntityState")
    assert head.strip() == lines(HEAD + "        RetrieveResponse\n          RetrieveResult")
    assert lines("b:EntityState" + tail) == lines(
        """
        b:EntityState nil
        b:FormattedValues
          b:KeyValuePairOfstringstring
            c:key
            c:value
        b:Id
        b:KeyAttributes  # later
        b:LogicalName
        b:RelatedEntities
        b:RowVersion  # later
        """
    ).replace("\n", "\n        ")
    assert set(re.findall(r"c:value (\S+)", attributes)) == {
        "d:guid", "d:string", "d:boolean", "d:int", "b:Money", "d:dateTime", "d:decimal",
        "b:EntityReference",
    }  # fmt: skip
    root = etree.fromstring(document)
    for value in root.iter(f"{{{GENERIC}}}value"):
        kind = value.get(f"{{{INSTANCE}}}type")
        if kind is not None:
            prefix, _, name = kind.partition(":")
            space = {"guid": SERIALIZATION}.get(name, SCHEMA if prefix == "d" else DATA)
            assert value.nsmap[prefix] == space
    lookup = next(each for each in root.iter(f"{{{GENERIC}}}value") if len(each) > 1)
    assert [etree.QName(child).localname for child in lookup] == [
        "Id", "KeyAttributes", "LogicalName", "Name", "RowVersion",
    ]  # fmt: skip


@pytest.mark.covers("soap value: EntityCollection", "soap value: FormattedValues")
def test_records_have_the_recorded_shape(soap: Soap, account: str) -> None:
    query = (
        f'<query i:type="b:QueryByAttribute" xmlns:b="{DATA}" xmlns:i="{INSTANCE}">'
        '<b:Attributes xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
        "<c:string>accountid</c:string></b:Attributes><b:ColumnSet>"
        "<b:AllColumns>false</b:AllColumns></b:ColumnSet><b:EntityName>account</b:EntityName>"
        '<b:Values xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
        f'<c:anyType i:type="d:guid" xmlns:d="{SERIALIZATION}">{account}</c:anyType>'
        "</b:Values></query>"
    )
    document = modern(soap, "RetrieveMultiple", query)
    assert of(document) == lines(
        HEAD
        + """\
        RetrieveMultipleResponse
          RetrieveMultipleResult
            b:Entities
              b:Entity
                b:Attributes
                  b:KeyValuePairOfstringanyType
                    c:key
                    c:value d:guid
                b:EntityState nil
                b:FormattedValues
                b:Id
                b:KeyAttributes  # later
                b:LogicalName
                b:RelatedEntities
                b:RowVersion  # later
            b:EntityName
            b:MinActiveRowVersion
            b:MoreRecords
            b:PagingCookie
            b:TotalRecordCount
            b:TotalRecordCountLimitExceeded
        """
    )
    root = etree.fromstring(document)
    texts = {etree.QName(each).localname: each.text for each in root.iter(f"{{{DATA}}}*")}
    assert (texts["MinActiveRowVersion"], texts["TotalRecordCount"]) == ("-1", "-1")
    key = f"{{{account.upper()}}}"
    cookie = f'<cookie page="1"><accountid last="{key}" first="{key}" /></cookie>'
    assert texts["PagingCookie"] == cookie


def test_records_by_execute_have_the_recorded_shape(soap: Soap, account: str) -> None:
    """The prefix of the pairs is declared once around all, so each record tells none."""
    fetch = (
        "&lt;fetch&gt;&lt;entity name='account'&gt;&lt;attribute name='createdon'/&gt;&lt;filter"
        f"&gt;&lt;condition attribute='accountid' operator='eq' value='{account}'/&gt;"
        "&lt;/filter&gt;&lt;/entity&gt;&lt;/fetch&gt;"
    )
    content = (
        f'<request i:type="b:RetrieveMultipleRequest" xmlns:b="{DATA}" xmlns:i="{INSTANCE}">'
        f'<b:Parameters xmlns:c="{GENERIC}"><b:KeyValuePairOfstringanyType><c:key>Query</c:key>'
        f'<c:value i:type="b:FetchExpression"><b:Query>{fetch}</b:Query></c:value>'
        '</b:KeyValuePairOfstringanyType></b:Parameters><b:RequestId i:nil="true"/>'
        "<b:RequestName>RetrieveMultiple</b:RequestName></request>"
    )
    document = modern(soap, "Execute", content)
    found = of(document)
    for expected in (
        "ExecuteResult b:RetrieveMultipleResponse",
        "c:value b:EntityCollection",
        "c:value d:dateTime",
    ):
        assert expected in found
    assert b"<b:Attributes><b:KeyValuePairOfstringanyType><c:key>" in document
    assert found.count("c:key") == document.count(b"<c:key>")


@pytest.mark.covers("soap form: typed request", "message: WhoAmI")
def test_who_am_i_has_the_recorded_shape(soap: Soap) -> None:
    content = (
        f'<request i:type="c:WhoAmIRequest" xmlns:b="{DATA}" xmlns:i="{INSTANCE}" xmlns:c="{CRM}">'
        f'<b:Parameters xmlns:d="{GENERIC}"/><b:RequestId i:nil="true"/>'
        "<b:RequestName>WhoAmI</b:RequestName></request>"
    )
    document = modern(soap, "Execute", content)
    assert of(document) == lines(
        HEAD
        + """\
        ExecuteResponse
          ExecuteResult c:WhoAmIResponse
            b:ResponseName
            b:Results
              b:KeyValuePairOfstringanyType
                d:key
                d:value e:guid
        """
    )
    assert re.findall(r"<d:key>(\w+)<", document.decode()) == [
        "UserId", "BusinessUnitId", "OrganizationId",
    ]  # fmt: skip


@pytest.mark.covers("soap fault: OrganizationServiceFault")
def test_a_fault_has_the_recorded_shape(soap: Soap) -> None:
    content = f"<entityName>account</entityName><id>{ASKED[9:]}</id>"
    document = modern(soap, "Delete", content)
    assert action_of("DeleteOrganizationServiceFaultFault") in document.decode()
    assert of(document) == lines(
        HEAD
        + """\
        s:Fault
          s:Code
            s:Value
          s:Reason
            s:Text
          s:Detail
            OrganizationServiceFault
              ActivityId  # later
              ErrorCode
              ErrorDetails
              HelpLink nil  # later
              Message
              Timestamp
              ExceptionRetriable  # later
              ExceptionSource nil  # later
              InnerFault nil
              OriginalException nil  # later
              TraceText nil
        """
    )


@pytest.mark.parametrize("operation", ["Update", "Delete", "Associate", "Disassociate"])
def test_what_answers_nothing_has_an_empty_wrapper(soap: Soap, operation: str) -> None:
    key = soap.created("account", {"name": made.string("x")})
    related = f"""
        <entityName>account</entityName><entityId>{key}</entityId>
        <relationship xmlns:b="{DATA}" xmlns:i="{INSTANCE}"><b:PrimaryEntityRole i:nil="true"/>
          <b:SchemaName>contact_customer_accounts</b:SchemaName></relationship>
        <relatedEntities xmlns:b="{DATA}"/>"""
    content = {
        "Update": f'<entity xmlns:b="{DATA}"><b:Id>{key}</b:Id>'
        "<b:LogicalName>account</b:LogicalName></entity>",
        "Delete": f"<entityName>account</entityName><id>{key}</id>",
    }.get(operation, related)
    document = modern(soap, operation, content)
    assert f'<{operation}Response xmlns="{SERVICES}"/>'.encode() in document.replace(b" />", b"/>")
