"""Envelopes as the clients of twenty years write them, and the shape of what they are answered.

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
    SOAP11,
    SOAP12,
    ZERO,
)
from support.soaping import SVC, WEB, Soap, action_of

CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
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


def who(prefix: str = "", more: str = "") -> str:
    name = f"{prefix}:" if prefix else ""
    declared = f'xmlns{":" + prefix if prefix else ""}="{SERVICES}"'
    return (
        f'<{name}Execute {declared} xmlns:a="{DATA}" xmlns:i="{INSTANCE}" xmlns:b="{GENERIC}" '
        f'xmlns:g="{CRM}"><{name}request i:type="g:WhoAmIRequest"><a:Parameters/>'
        f'<a:RequestId i:nil="true"/>{more}<a:RequestName>WhoAmI</a:RequestName></{name}request>'
        f"</{name}Execute>"
    )


def plain(body: str, header: str = "", prefix: str = "s", space: str = SOAP11) -> bytes:
    name = f"{prefix}:" if prefix else ""
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    head = f"<{name}Header>{header}</{name}Header>" if header else ""
    return (
        f'<{name}Envelope {declared}="{space}">{head}<{name}Body>{body}</{name}Body>'
        f"</{name}Envelope>"
    ).encode()


EXECUTE = action_of("Execute")
XML = "text/xml; charset=utf-8"
PHP = (
    f'<a:Action xmlns:a="{ADDRESSING}" s:mustUnderstand="1">{EXECUTE}</a:Action>'
    f'<SdkClientVersion xmlns="{DATA}">8.1.0.383</SdkClientVersion>'
    f'<UserType xmlns="{DATA}">CrmUser</UserType>'
    f'<a:MessageId xmlns:a="{ADDRESSING}">urn:uuid:1</a:MessageId>'
)
STAMP = (
    f'<Security xmlns="{WSSE}" s:mustUnderstand="1" xmlns:u="{WSU}"><u:Timestamp u:Id="_0">'
    "<u:Created>2016-06-01T10:16:00</u:Created><u:Expires>2016-06-02T10:16:00.1234567+02:00"
    "</u:Expires></u:Timestamp></Security>"
)
FORMS: dict[str, tuple[bytes, str, str | None]] = {
    "quoted action": (plain(who("d")), XML, f'"{EXECUTE}"'),
    "unquoted action": (plain(who()), XML, EXECUTE),
    "no charset": (plain(who("d")), "text/xml", EXECUTE),
    "upper case": (plain(who("d")), "Text/XML; Charset=UTF-8", EXECUTE),
    "another prefix": (plain(who("d"), prefix="SOAP-ENV"), XML, EXECUTE),
    "default namespace": (plain(who(), prefix=""), XML, EXECUTE),
    "declaration and blanks": (
        b'<?xml version="1.0" encoding="utf-8"?>\r\n\r\n'
        + plain(who()).replace(b"><", b">\r\n\t <"),
        XML,
        EXECUTE,
    ),
    "comments": (
        b"<!-- first -->" + plain(who()).replace(b"><", b"><!-- <b/> -->\n<"),
        XML,
        EXECUTE,
    ),
    "CDATA": (plain(who().replace(">WhoAmI<", "><![CDATA[WhoAmI]]><")), XML, EXECUTE),
    "a comment within a name": (
        plain(who().replace(">WhoAmI<", ">Who<!-- -->AmI<")),
        XML,
        EXECUTE,
    ),
    "members in another order": (
        plain(who().replace('<a:RequestId i:nil="true"/>', "").replace(
            "<a:Parameters/>", '<a:RequestId i:nil="true"/><a:Parameters/>')),
        XML,
        EXECUTE,
    ),
    "an unknown member": (plain(who(more="<a:Later>1</a:Later>")), XML, EXECUTE),
    "PHP, with MessageId in the wrong case": (
        plain(who(), PHP, space=SOAP12),
        "application/soap+xml; charset=UTF-8",
        None,
    ),
    "an old client's Security of a time alone": (
        plain(who(), PHP + STAMP, space=SOAP12),
        "application/soap+xml; charset=UTF-8",
        None,
    ),
    "the action in the content type": (
        plain(who(), space=SOAP12),
        f'application/soap+xml; charset=utf-8; action="{EXECUTE}"',
        None,
    ),
    "no caller": (
        plain(who(), f'<MSCRMCallerID xmlns="{DATA}">{ZERO}</MSCRMCallerID>'),
        XML,
        EXECUTE,
    ),
}  # fmt: skip


@pytest.mark.covers("soap header: SOAPAction", "soap header: action of the content type")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", [WEB, SVC])
def test_every_form_is_answered_alike(soap: Soap, form: str, path: str) -> None:
    document, kind, action = FORMS[form]
    headers = [("content-type", kind)] + ([("soapaction", action)] if action is not None else [])
    reply = Soap(soap.client, path=path).post(document, tuple(headers))
    assert reply.status == 200, reply.response.body
    ids = {
        each[0].text: each[1].text
        for each in reply.result.iter(f"{{{DATA}}}KeyValuePairOfstringanyType")
    }
    assert ids["UserId"] == str(soap.client.user_id)


def test_a_list_of_records_as_a_value(soap: Soap) -> None:
    """As party lists are written; no column here holds one, which is said in so many words."""
    inner = (
        "<a:Entity><a:Attributes><a:KeyValuePairOfstringanyType><b:key>partyid</b:key>"
        f'<b:value i:type="a:EntityReference"><a:Id>{ZERO}</a:Id><a:LogicalName>systemuser'
        '</a:LogicalName><a:Name i:nil="true"/></b:value></a:KeyValuePairOfstringanyType>'
        '</a:Attributes><a:EntityState i:nil="true"/><a:FormattedValues/>'
        f"<a:Id>{ZERO}</a:Id><a:LogicalName>activityparty</a:LogicalName><a:RelatedEntities/>"
        "</a:Entity>"
    )
    told = {("phonecall", "from"): "0x80041102", ("account", "name"): "0x80040203"}
    for (table, column), code in told.items():
        body = (
            f'<Create xmlns="{SERVICES}" xmlns:i="{INSTANCE}"><entity xmlns:a="{DATA}">'
            f'<a:Attributes xmlns:b="{GENERIC}"><a:KeyValuePairOfstringanyType><b:key>{column}'
            f'</b:key><b:value i:type="a:ArrayOfEntity">{inner}</b:value>'
            f'</a:KeyValuePairOfstringanyType></a:Attributes><a:EntityState i:nil="true"/>'
            f"<a:FormattedValues/><a:Id>{ZERO}</a:Id><a:LogicalName>{table}</a:LogicalName>"
            "<a:RelatedEntities/></entity></Create>"
        )
        headers = (("content-type", XML), ("soapaction", action_of("Create")))
        assert soap.post(plain(body), headers).code == code
