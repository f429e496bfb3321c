"""What Organization.svc refuses, and answers it should never give."""

import logging
import traceback
from collections.abc import Callable
from gzip import compress
from typing import Any

import pytest

import xrm
from support.contoso import CLIENT_ID, SECRET, USER_ID, Contoso, Driver
from support.soap_envelopes import (
    DECLARED,
    SOAP11,
    XML,
    answered,
    envelope,
    executed,
    pair,
    platform_fault,
    service_fault,
)
from xrm import errors, soap

Opened = Callable[..., Driver]
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
CONVERSATION = "http://schemas.xmlsoap.org/ws/2005/02/sc"
DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"


def refused(opened: Opened, contoso: Contoso, reply: Any, kind: type[errors.XrmError]) -> Any:
    driver = opened()
    driver.access_token()
    contoso.org.planned = [reply]
    with pytest.raises(kind) as caught:
        driver.ran(driver.client.soap.execute(soap.WhoAmI()))
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize(
    ("code", "expected", "text"),
    [
        (-2147220969, errors.NotFoundError, "0x80040217"),
        (-2147220960, errors.ForbiddenError, "0x80040220"),
        (-2147187962, errors.ForbiddenError, "0x80048306"),
        (-2147220989, errors.BadRequestError, "0x80040203"),
        (-2147220937, errors.PreconditionFailedError, "0x80040237"),
        (-2147088254, errors.PreconditionFailedError, "0x80060882"),
        (-2147217149, errors.BadRequestError, "0x80041103"),
        (-2147012345, errors.ServiceError, "0x80073107"),
    ],
)
def test_a_fault_is_an_error_by_its_code(
    opened: Opened, contoso: Contoso, code: int, expected: type[errors.ServiceError], text: str
) -> None:
    error = refused(opened, contoso, service_fault(code, "What the service\nsays."), expected)
    assert (error.status, error.code, error.request_id) == (500, text, "request-1")
    assert error.message == "What the service says."
    assert error.correlation_id == "7f1e0b4c-0001-4000-8000-000000000001"


def test_the_reason_of_an_error_is_its_cause(opened: Opened, contoso: Contoso) -> None:
    inner = (
        "<InnerFault><ErrorCode>-2147220970</ErrorCode><ErrorDetails/><Message>Inner</Message>"
        '<Timestamp>2026-01-02T03:04:05Z</Timestamp><InnerFault i:nil="true"/></InnerFault>'
    )
    reply = service_fault(-2147220989, "Outer", inner=inner)
    error = refused(opened, contoso, reply, errors.BadRequestError)
    assert isinstance(error.__cause__, errors.ServiceError)
    assert (error.__cause__.message, error.__cause__.code) == ("Inner", "0x80040216")


def test_a_transactions_fault_says_which_message_was_refused(
    opened: Opened, contoso: Contoso
) -> None:
    space = "http://schemas.microsoft.com/xrm/7.1/Contracts"
    _, headers, body = service_fault(
        -2147220969, "Gone", more=f'<f:FaultedRequestIndex xmlns:f="{space}">3'
        "</f:FaultedRequestIndex>",
    )  # fmt: skip
    typed = body.replace(b"<OrganizationServiceFault", b"<f:ExecuteTransactionFault").replace(
        b"</OrganizationServiceFault", b"</f:ExecuteTransactionFault"
    ).replace(b"<detail>", f'<detail xmlns:f="{space}">'.encode())  # fmt: skip
    error = refused(opened, contoso, (500, headers, typed), errors.NotFoundError)
    assert error.request_index == 3


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    ("space", "name"),
    [
        (WSSE, "FailedAuthentication"),
        (WSSE, "InvalidSecurity"),
        (WSSE, "InvalidSecurityToken"),
        (TRUST, "FailedAuthentication"),
        (CONVERSATION, "BadContextToken"),
    ],
)
def test_a_fault_of_security_is_a_failed_sign_in(
    opened: Opened, contoso: Contoso, version: str, space: str, name: str
) -> None:
    reply = platform_fault(space, name, "Not verified", version)
    error = refused(opened, contoso, reply, errors.MessageSecurityError)
    assert isinstance(error, errors.SignInError)
    assert (error.code, error.message) == (name, "Not verified")


def test_a_fault_of_the_platform_is_unexpected(opened: Opened, contoso: Contoso) -> None:
    reply = platform_fault(DISPATCHER, "InternalServiceFault", "An internal error.")
    error = refused(opened, contoso, reply, errors.UnexpectedAnswerError)
    assert "An internal error." in error.message


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, errors.UnexpectedAnswerError),
        (400, errors.BadRequestError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (413, errors.ServiceError),
        (502, errors.UnavailableError),
    ],
)
def test_what_http_alone_refuses(
    opened: Opened, contoso: Contoso, status: int, expected: type[errors.XrmError]
) -> None:
    refused(opened, contoso, (status, {"Content-Type": "text/html"}, b"<html>"), expected)


def nested(depth: int) -> bytes:
    return envelope("<a>" * depth + "</a>" * depth)


ENTITIES = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
BOMB = f'<!DOCTYPE s [<!ENTITY e0 "lol">{ENTITIES}]>'.encode()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (XML, b""),
        (XML, b"<html>"),
        (XML, b"<a/>"),
        (XML, envelope("")),
        (XML, envelope("<x/>")),
        (XML, nested(5_000)),
        (XML, BOMB + envelope("&e9;")),
        (XML, b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + envelope("&x;")),
        (XML, b"<?xml version='1.0' encoding='utf-32'?>" + envelope("<x/>")),
        ({"Content-Type": "application/json"}, b"{}"),
        ({}, envelope("<x/>")),
        (XML, answered("Execute")[2]),
        (XML, answered("Create", f"<CreateResult>{USER_ID}</CreateResult>")[2]),
        (XML, executed("c:WhoAmIResponse")[2]),
        (XML, executed("c:WhoAmIResponse", pair("UserId", "x:string", "me"))[2]),
        (XML, executed("c:WhoAmIResponse", pair("UserId", "e:guid", "me"))[2]),
        (XML, executed("c:WhoAmIResponse", pair("UserId", "c:Nobody", "me"))[2]),
        (XML, executed("b:Entity")[2]),
        (XML, executed("b:Unknown")[2]),
        (XML, answered("Execute", f'<ExecuteResult {DECLARED} i:nil="true"/>')[2]),
        (XML | {"Content-Encoding": "gzip"}, b"not gzip"),
    ],
)
def test_an_answer_no_such_service_gives(
    opened: Opened, contoso: Contoso, headers: dict[str, str], body: bytes
) -> None:
    refused(opened, contoso, (200, headers, body), errors.UnexpectedAnswerError)


def test_a_fault_that_cannot_be_read(opened: Opened, contoso: Contoso) -> None:
    for body in (b"<s:", envelope(f'<s:Fault xmlns:s="{SOAP11}"/>'), envelope("<x/>")):
        refused(opened, contoso, (500, XML, body), errors.UnexpectedAnswerError)


@pytest.mark.slow
def test_an_answer_that_unpacks_to_more_than_is_read(opened: Opened, contoso: Contoso) -> None:
    bomb = compress(b" " * (130 * 1024 * 1024), 1)
    reply = (200, XML | {"Content-Encoding": "gzip"}, bomb)
    error = refused(opened, contoso, reply, errors.UnexpectedAnswerError)
    assert "larger" in error.message


def test_a_faults_text_is_bounded_and_holds_no_control_characters(
    opened: Opened, contoso: Contoso
) -> None:
    reply = service_fault(-2147220969, "&lt;b&gt;x&#x9;&#xA;y&#x85;" + "z" * 10_000)
    error = refused(opened, contoso, reply, errors.NotFoundError)
    assert error.message.startswith("<b>x y")
    assert len(error.message) < 2100
    assert not set(error.message) & set("\t\n\r\x1b")


def test_secrets_and_values_show_nowhere(
    opened: Opened, contoso: Contoso, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    driver = opened(xrm.auth.ClientSecret(CLIENT_ID, SECRET))
    token = driver.access_token().reveal()
    service = driver.client.soap
    contoso.org.planned = [service_fault(-2147220969, f"You sent {token} {token}")]
    hidden = "-".join(("NEVER", "SHOWN"))
    with pytest.raises(errors.NotFoundError) as caught:
        driver.ran(service.create(soap.Entity("lead", {"subject": hidden})))
    shown = [repr(service), repr(vars(service)), repr(caught.value), caplog.text]
    shown += ["".join(traceback.format_exception(caught.value)), repr(vars(caught.value))]
    for value in (object(), {"NEVER-SHOWN": 1}, float, "NEVER-SHOWN".encode):
        with pytest.raises(errors.ConfigurationError) as wrong:
            driver.ran(service.create(soap.Entity("lead", {"subject": value})))
        shown.append(str(wrong.value))
    for text in shown:
        assert SECRET not in text
        assert "NEVER-SHOWN" not in text
