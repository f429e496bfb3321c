"""In whose name a message runs: headers of HTTP and of the message, and where they differ."""

import pytest

from support.estate import Client
from support.rights import holder
from support.soap_elements import ZERO
from support.soaping import Soap, results
from xrm.model.privileges import Depth

WHO = '<request i:type="c:WhoAmIRequest"/>'


@pytest.fixture(scope="module")
def other(client: Client) -> Client:
    """A user to act for."""
    return client.estate.user("Salesperson", name="Other")


def _object_id(client: Client) -> str:
    return str(client.estate.directory.known[client.application_id].object_id)


def _who(soap: Soap, *, header: str = "", http: tuple[tuple[str, str], ...] = ()) -> str:
    reply = soap.call("Execute", WHO, soap_headers=header, headers=http)
    return str(results(reply)["UserId"])


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.covers(
    "soap header: CallerId", "soap header: CallerObjectId", "soap header: MSCRMCallerID"
)
def test_a_message_names_whom_it_runs_for(client: Client, other: Client, version: str) -> None:
    soap, user, known = Soap(client, version), str(other.user_id), _object_id(other)
    assert _who(soap) == str(client.user_id)
    for header in (
        f"<a:CallerId>{user}</a:CallerId>",
        f"<a:CallerId> {user.upper()} </a:CallerId>",
        f"<a:MSCRMCallerID>{user}</a:MSCRMCallerID>",
        f"<a:CallerObjectId>{known}</a:CallerObjectId>",
        f"<a:CallerObjectId>{known}</a:CallerObjectId><a:CallerId>{client.user_id}</a:CallerId>",
    ):
        assert _who(soap, header=header) == user
    for header in (
        "<a:CallerId i:nil='true'/>",
        "<a:CallerId/>",
        f"<a:CallerId>{ZERO}</a:CallerId>",
        f'<CallerId xmlns="urn:other">{user}</CallerId>',
    ):
        assert _who(soap, header=header) == str(client.user_id)


@pytest.mark.covers("soap header: MSCRMCallerID of HTTP", "soap header: CallerObjectId of HTTP")
def test_headers_of_http_go_before_those_of_the_message(client: Client, other: Client) -> None:
    soap, user = Soap(client), str(other.user_id)
    assert _who(soap, http=(("mscrmcallerid", user),)) == user
    assert _who(soap, http=(("callerobjectid", _object_id(other)),)) == user
    header = f"<a:CallerId>{client.user_id}</a:CallerId>"
    assert _who(soap, header=header, http=(("mscrmcallerid", user),)) == user


def test_what_names_nobody_is_refused(client: Client) -> None:
    soap = Soap(client)
    for header, code in (
        ("<a:CallerId>nobody</a:CallerId>", "0x80040203"),
        (f"<a:CallerId>{ZERO[:-1]}9</a:CallerId>", "0x80040217"),
        (f"<a:CallerObjectId>{ZERO[:-1]}9</a:CallerObjectId>", "0x80072560"),
    ):
        assert soap.call("Execute", WHO, soap_headers=header).code == code


def test_it_takes_the_right_to_act_for_others(client: Client, other: Client) -> None:
    plain = holder(client.estate, {"prvReadUser": Depth.GLOBAL})
    header = f"<a:CallerId>{other.user_id}</a:CallerId>"
    assert Soap(plain).call("Execute", WHO, soap_headers=header).code == "0x80040220"
