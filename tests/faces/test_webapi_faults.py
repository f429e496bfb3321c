"""Faults of the Web API: every row of the catalogue, what storage refuses, what nobody foresaw."""

import re
from pathlib import Path

import pytest

import xrm.org
import xrm.wire
from support.estate import ROOT
from xrm.db import Busy, StatementTimeout, StorageError, Violation
from xrm.model.errors import service
from xrm.model.errors.service import CATALOGUE, TOO_LARGE, ServiceError
from xrm.model.message import Message
from xrm.org import messages, pipeline
from xrm.org.faces.webapi import mount
from xrm.org.provisioning import platform_caller
from xrm.wire.http import Request
from xrm.wire.odata4.errors import ODataError

URI = (400, "0x80060888")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=pytest.mark.covers(f"error: {fault.hex} webapi"), id=fault.name)
        for fault in CATALOGUE
    ],
)
def test_every_error_of_the_catalogue_is_spelled(client, monkeypatch, fault):
    def refuse(*_arguments):
        raise ServiceError(fault, 'The sentence, with "quotes" and \u00fcmlauts.')

    monkeypatch.setattr(messages.RetrieveMultiple, "run", refuse)
    answer = client.get("leads")
    assert answer.error == (fault.status, f"0x{fault.code:08x}")
    assert re.fullmatch(r"0x[0-9a-f]{8}", answer.error[1])
    expected = 'The sentence, with "quotes" and \u00fcmlauts.'
    assert answer.document["error"]["message"] == expected
    assert answer.header("REQ_ID")
    assert answer.header("Access-Control-Allow-Origin") == "*"


def test_every_error_of_the_catalogue_is_raised_somewhere():
    roots = (Path(xrm.org.__file__).parent, Path(xrm.wire.__file__).parent)
    sources = [path.read_text() for root in roots for path in root.rglob("*.py")]
    used = {name for text in sources for name in re.findall(r"\bservice\.([A-Z_]+)\b", text)}
    rows = {name for name, value in vars(service).items() if isinstance(value, service.Fault)}
    assert used >= rows, rows - used


def test_the_catalogue_has_one_row_a_meaning():
    assert len({fault.name for fault in CATALOGUE}) == len(CATALOGUE)
    assert all(400 <= fault.status <= 599 for fault in CATALOGUE)


@pytest.mark.covers(
    "annotation: HelpLink of errors",
    "annotation: InnerError of errors",
    "header: Prefer: odata.include-annotations",
)
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("*", {"Microsoft.PowerApps.CDS.HelpLink", "Microsoft.PowerApps.CDS.InnerError.Message"}),
        ("Microsoft.PowerApps.CDS.Help*", {"Microsoft.PowerApps.CDS.HelpLink"}),
        ("*,-Microsoft.PowerApps.CDS.HelpLink", {"Microsoft.PowerApps.CDS.InnerError.Message"}),
        ("OData.Community.Display.V1.FormattedValue", set()),
    ],
)
@pytest.mark.parametrize("path", ["nosuch", "leads(5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11)"])
def test_errors_carry_the_annotations_that_are_wanted(client, path, wanted, names):
    answer = client.get(path, headers=(("prefer", f'odata.include-annotations="{wanted}"'),))
    error = answer.document["error"]
    assert answer.status == 404
    assert {name[1:] for name in error if name.startswith("@")} == names
    link = error.get("@Microsoft.PowerApps.CDS.HelpLink")
    if link is not None:
        code = error["code"].removeprefix("0x")
        assert link == (
            "http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a"
            f"{code}&client=platform"
        )


@pytest.mark.covers("error: 500 tells nothing")
@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("secret text"),
        KeyError("secret text"),
        AssertionError("secret text"),
        RecursionError("secret text"),
        MemoryError("secret text"),
        StorageError("secret text"),
        UnicodeError("secret text"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_nobody_foresaw_is_a_500_that_tells_nothing(client, monkeypatch, caplog, failure):
    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(messages.RetrieveMultiple, "run", fail)
    answer = client.get("leads")
    assert answer.error == (500, "0x80040216")
    request_id = answer.header("REQ_ID")
    assert request_id in answer.document["error"]["message"]
    for word in ("secret", "Traceback", type(failure).__name__, "File"):
        assert word.encode() not in answer.body
    assert request_id in caplog.text
    assert "secret text" in caplog.text


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Violation("lead.leadid"), (412, "0x80040237")),
        (Busy("locked"), (500, "0x80044150")),
        (StatementTimeout(), (500, "0x80044151")),
        (ODataError("Said to the caller."), URI),
    ],
)
def test_what_storage_refuses_has_its_own_code(client, monkeypatch, failure, error):
    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(messages.RetrieveMultiple, "run", fail)
    answer = client.get("leads")
    assert answer.error == error
    assert b"lead.leadid" not in answer.body
    assert b"locked" not in answer.body


def test_a_failed_message_leaves_nothing_behind(client, monkeypatch):
    before = client.column("leads", "leadid", top=5000)
    database = client.estate.database
    with database.read() as transaction:
        number = transaction.generation
    original = messages.Create.run

    def fail(self, context, message):
        original(self, context, message)
        raise ServiceError(TOO_LARGE, "Afterwards.")

    monkeypatch.setattr(messages.Create, "run", fail)
    assert client.post("leads", {"lastname": "Ghost"}).status == 413
    assert client.post("systemusers", {"lastname": "Ghost"}).status in (400, 413)
    assert client.column("leads", "leadid", top=5000) == before
    with database.read() as transaction:
        assert transaction.generation == number


@pytest.mark.covers("error: 413 body too large")
def test_a_body_over_the_limit_is_refused_in_the_services_form(client):
    route = mount(client.estate.organization).route(Request("POST", ROOT + "leads"))
    answer = route.too_large(Request("POST", ROOT + "leads"))
    assert answer.status == 413
    assert b'"code":"0x80060888"' in answer.body
    assert answer.header("Access-Control-Allow-Origin") == "*"


def test_a_message_nobody_implements(client):
    with client.estate.database.read() as transaction:
        platform = platform_caller(client.estate.database, transaction)
    with pytest.raises(ServiceError) as caught:
        pipeline.execute(client.estate.organization, Message("Nothing"), platform)
    assert caught.value.fault.status == 501
