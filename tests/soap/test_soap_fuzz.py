"""Drawn envelopes: whatever comes, it is answered or refused, and never by an accident."""

import copy
import logging
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.soap_elements import (
    INSTANCE,
    SERVICES,
    columns,
    condition,
    criteria,
    entity,
    expression,
    link,
    money,
    option,
    order,
    page,
    reference,
    request,
    simple,
    string,
)
from support.soaping import Soap, action_of, envelope

KEY = "11111111-2222-4333-8444-555555555555"
_VALUES = (
    string("x"),
    simple("int", 5),
    simple("dateTime", "2026-01-01T00:00:00Z"),
    option(1),
    reference("account", KEY),
    None,
)
_TESTS = criteria(
    condition("name", "In", *_VALUES[:2]), condition("createdon", "LastXDays", _VALUES[1])
)
_QUERY = expression(
    "account",
    columns("name", "revenue"),
    _TESTS,
    links=link(
        "contact", ("primarycontactid", "contactid"), asked=columns("lastname", tag="a:Columns")
    ),
    orders=order("name"),
    paging=page(2, 1, '<cookie page="1"><name last="a" first="b" /></cookie>', total=True),
)
_RECORD = entity(
    "account", {"name": string("x"), "industrycode": option(1), "creditlimit": money("5")}
)
_ODD = entity("account", {f"c{n}": each for n, each in enumerate(_VALUES)})
_RELATED = f"<a:EntityReference>{reference('contact', KEY).content}</a:EntityReference>"
SEEDS = (
    ("Create", _RECORD.element("entity")),
    ("Create", _ODD.element("entity")),
    ("Update", entity("account", {"revenue": None}, key=KEY, version="5").element("entity")),
    ("RetrieveMultiple", _QUERY.element("query")),
    ("Execute", request("Retrieve", {"Target": reference("account", KEY)}).element("request")),
    ("Execute", request("RetrieveMultiple", {"Query": _QUERY}).element("request")),
    (
        "Retrieve",
        f"<entityName>account</entityName><id>{KEY}</id>{columns('name', tag='columnSet')}",
    ),
    (
        "Associate",
        f"<entityName>account</entityName><entityId>{KEY}</entityId><relationship>"
        "<a:SchemaName>contact_customer_accounts</a:SchemaName></relationship>"
        f"<relatedEntities>{_RELATED}</relatedEntities>",
    ),
)
_WORDS = (
    "account",
    "nosuch",
    "true",
    "-1",
    "99999999999999999999",
    "",
    "NaN",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59-14:00",
    KEY,
    "\u20ac\U0001f600",
    "Equal",
    "Null",
    "name",
    "accountid",
    "contact_customer_accounts",
)
_TYPES = ("x:int", "x:string", "a:Entity", "z:guid", "q:ArrayOfanyType", "a:Money", "x:dateTime")
_TYPE, _NIL = f"{{{INSTANCE}}}type", f"{{{INSTANCE}}}nil"


def _changed(document: bytes, number: int) -> bytes:
    """Return a document in which a few elements are other than they were."""
    draw = random.Random(number)
    root = etree.fromstring(document)
    for _ in range(draw.randint(1, 3)):
        body = root[0]
        here = draw.choice(list(body.iterdescendants()) or [body])
        how = draw.randrange(7)
        if how == 0:
            here.text = draw.choice(_WORDS)
        elif how == 1 and here is not body:
            here.getparent().remove(here)
        elif how == 2:
            here.append(copy.deepcopy(draw.choice(list(body.iterdescendants()) or [here])))
        elif how == 3:
            here.set(_TYPE, draw.choice(_TYPES))
        elif how == 4:
            here.set(_NIL, "true")
        elif how == 5:
            here.tag = draw.choice(list(body.iterdescendants()) or [here]).tag
        else:
            here[:] = []
    return bytes(etree.tostring(root))


def _torn(document: bytes, number: int) -> bytes:
    """Return a document with a few bytes of it changed."""
    draw = random.Random(number)
    found = bytearray(document)
    for _ in range(draw.randint(1, 3)):
        found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


@given(
    seed=st.sampled_from(SEEDS),
    number=st.integers(0, 2**32),
    change=st.sampled_from([_changed, _changed, _changed, _torn]),
)
def test_a_changed_envelope_is_answered_or_refused(
    soap: Soap,
    caplog: pytest.LogCaptureFixture,
    seed: tuple[str, str],
    number: int,
    change: Callable[[bytes, int], bytes],
) -> None:
    operation, content = seed
    action = action_of(operation)
    body = f'<{operation} xmlns="{SERVICES}">{content}</{operation}>'
    document = change(envelope(body), number)
    headers = (("content-type", "text/xml; charset=utf-8"), ("soapaction", f'"{action}"'))
    with caplog.at_level(logging.ERROR):
        reply = soap.post(document, headers)
    assert reply.status in (200, 400, 500)
    assert b"InternalServiceFault" not in reply.response.body, (caplog.text, document)
    assert b"Traceback" not in reply.response.body


@given(document=st.binary(max_size=300), kind=st.sampled_from(["text/xml", "application/soap+xml"]))
def test_noise_is_refused(soap: Soap, document: bytes, kind: str) -> None:
    assert soap.post(document, (("content-type", kind),)).status in (400, 500)
