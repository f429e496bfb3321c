"""Answers of an organization in outline: element by element those that were recorded.

They are those of a Dynamics CRM on premises behind claims-based sign-in.
"""

import re

import httpx2
from lxml import etree

from support.old_clients import PYTHON, Issued, call, send
from support.old_clients_desk import Desk
from support.outlines import below, lines, outline
from support.soap_elements import SERVICES

DATA = "http://schemas.microsoft.com/xrm/2011/Contracts"
NOBODY = "0a0a00a0-0000-a000-a00a-a0000aaaa00a"
HEADER = lines(
    """
    s:Header
      a:Action [s:mustUnderstand]
      a:RelatesTo
      ActivityId [CorrelationId]
      o:Security [s:mustUnderstand]
        u:Timestamp [u:Id]
          u:Created
          u:Expires
    """
)
PAIR = lines(
    """
    b:KeyValuePairOfstringanyType
      d:key
      d:value [i:type]
    """
)
WHO = "\n".join(
    ["ExecuteResult [i:type]", "  b:ResponseName", "  b:Results", *[below(below(PAIR))] * 3]
)
FAULT = lines(
    """
    s:Fault
      s:Code
        s:Value
      s:Reason
        s:Text [xml:lang]
    """
)
DETAIL = lines(
    """
    s:Detail
      OrganizationServiceFault
        ErrorCode
        ErrorDetails
        Message
        Timestamp
        InnerFault [i:nil]
        TraceText [i:nil]
    """
)
LATER = {
    "ActivityId",
    "HelpLink [i:nil]",
    "ExceptionRetriable",
    "ExceptionSource [i:nil]",
    "OriginalException [i:nil]",
}
"""Members of the detail that version 9 has added."""
UNPROVEN = lines(
    """
    s:Envelope
      s:Header
        a:Action [s:mustUnderstand]
        a:RelatesTo
      s:Body
        s:Fault
          s:Code
            s:Value
            s:Subcode
              s:Value
          s:Reason
            s:Text [xml:lang]
    """
)


def envelope(body: str) -> str:
    """Return the outline of a whole answer."""
    return "\n".join(["s:Envelope", below(HEADER), below(lines(body, "s:Body"))])


def retrieved_nobody(desk: Desk) -> httpx2.Response:
    """Return the answer to who asks for a user there is not."""
    url, text, kind = call(desk.place, PYTHON, desk.issued(PYTHON))
    body = (
        f'<Retrieve xmlns="{SERVICES}"><entityName>systemuser</entityName><id>{NOBODY}</id>'
        f'<columnSet xmlns:b="{DATA}"><b:AllColumns>true</b:AllColumns></columnSet></Retrieve>'
    )
    changed = re.sub(r"<Execute .*</Execute>", body, text).replace("/Execute<", "/Retrieve<")
    return send(desk.http, url, changed, kind)


def test_who_am_i_is_answered_as_recorded(desk: Desk) -> None:
    answer = send(desk.http, *call(desk.place, PYTHON, desk.issued(PYTHON)))
    assert outline(answer.content) == envelope(lines(WHO, "ExecuteResponse"))
    root = etree.fromstring(answer.content)
    keys = [one.text for one in root.iter("{*}key")]
    assert keys == ["UserId", "BusinessUnitId", "OrganizationId"]
    kind = "{http://www.w3.org/2001/XMLSchema-instance}type"
    for value in root.iter("{*}value"):
        prefix, _, name = (value.get(kind) or "").partition(":")
        space = "http://schemas.microsoft.com/2003/10/Serialization/"
        assert (value.nsmap[prefix], name) == (space, "guid")


def test_a_refusal_of_the_organization_is_told_as_recorded(desk: Desk) -> None:
    answer = retrieved_nobody(desk)
    assert answer.status_code == 500
    recorded = envelope("\n".join([FAULT, below(DETAIL)])).splitlines()
    found = outline(answer.content).splitlines()
    assert [line for line in found if line.strip() not in LATER] == recorded
    root = etree.fromstring(answer.content)
    assert next(root.iter(f"{{{DATA}}}ErrorCode")).text == "-2147220969"


def test_a_message_that_is_not_proven_is_refused_as_recorded(desk: Desk) -> None:
    issued = desk.issued(PYTHON)
    wrong = Issued(issued.token, bytes(32), issued.assertion_id)
    answer = send(desk.http, *call(desk.place, PYTHON, wrong))
    assert outline(answer.content) == UNPROVEN
