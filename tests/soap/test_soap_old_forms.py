"""Envelopes as the clients of twenty years write them: each form is answered alike."""

import pytest

from support.soap_elements import (
    ADDRESSING,
    DATA,
    GENERIC,
    INSTANCE,
    SERVICES,
    SOAP11,
    SOAP12,
    ZERO,
)
from support.soaping import SVC, WEB, Soap, action_of

CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


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
