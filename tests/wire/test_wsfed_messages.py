"""Passive messages: parameters of an address, read and written (WS-Federation 1.2, 13.2)."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from xrm.wire.wsfed.messages import (
    CleanUp,
    Message,
    MessageError,
    Result,
    SignIn,
    SignOut,
    address,
    read,
)

REALM = "https://crm.contoso.example/"
MESSAGES: list[tuple[str, Message]] = [
    (
        "wa=wsignin1.0&wtrealm=https%3A%2F%2Fcrm.contoso.example%2F",
        SignIn(realm=REALM),
    ),
    (
        "wa=wsignin1.0&wtrealm=https%3A%2F%2Fcrm.contoso.example%2F"
        "&wreply=https%3A%2F%2Fcrm.contoso.example%2Fa&wct=2026-01-31T09%3A15%3A42Z&wfresh=0"
        "&wauth=urn%3Aoasis%3Anames%3Atc%3ASAML%3A1.0%3Aam%3Apassword"
        "&whr=http%3A%2F%2Fsts.fabrikam.example%2Fadfs%2Fservices%2Ftrust"
        "&wctx=rm%3D0%26id%3Dpassive%26ru%3D%252fpage",
        SignIn(
            realm=REALM,
            reply=f"{REALM}a",
            time="2026-01-31T09:15:42Z",
            fresh=0,
            method="urn:oasis:names:tc:SAML:1.0:am:password",
            home="http://sts.fabrikam.example/adfs/services/trust",
            context="rm=0&id=passive&ru=%2fpage",
        ),
    ),
    ("wa=wsignin1.0&wtrealm=urn%3Aa&wctx=", SignIn(realm="urn:a", context="")),
    (
        "wa=wsignin1.0&wresult=%3Ca%2F%3E&wctx=x+y",
        Result(result="<a/>", context="x y"),
    ),
    ("wa=wsignout1.0", SignOut()),
    (
        "wa=wsignout1.0&wreply=https%3A%2F%2Fa.example%2Fbye&wtrealm=urn%3Aa",
        SignOut(reply="https://a.example/bye", realm="urn:a"),
    ),
    ("wa=wsignoutcleanup1.0", CleanUp()),
]


@pytest.mark.parametrize(("query", "message"), MESSAGES)
def test_a_message_is_read_and_written(query: str, message: Message):
    assert read(parse_qsl(query, keep_blank_values=True)) == message
    assert urlsplit(address("https://sts.example/adfs/ls/", message)).query == query


def test_an_address_that_has_parameters_keeps_them():
    assert address("https://a.example/?x=1", CleanUp()) == (
        "https://a.example/?x=1&wa=wsignoutcleanup1.0"
    )


def test_parameters_that_are_none_of_its_own_are_left_alone():
    query = "wa=wsignout1.0&client-request-id=1&pullStatus=0&x=1&x=2"
    assert read(parse_qsl(query)) == SignOut()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "'wa'"),
        ("wa=wsignin2.0&wtrealm=urn%3Aa", "'wa'"),
        ("wa=WSIGNIN1.0&wtrealm=urn%3Aa", "'wa'"),
        ("wa=wattr1.0", "'wa'"),
        ("wa=wsignin1.0", "'wtrealm' is missing"),
        ("wa=wsignin1.0&wtrealm=", "'wtrealm' is missing"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wtrealm=urn%3Ab", "'wtrealm' is repeated"),
        ("wa=wsignin1.0&wa=wsignout1.0", "'wa' is repeated"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wctx=1&wctx=2", "'wctx' is repeated"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa%0D%0ASet-Cookie:x", "'wtrealm' has a character"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wreply=https://a/%00", "'wreply' has a character"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wfresh=-1", "'wfresh' is not"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wfresh=1.5", "'wfresh' is not"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wfresh=%D9%A1", "'wfresh' is not"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wfresh=9999999999", "'wfresh' is not"),
        ("wa=wsignin1.0&wtrealm=urn%3Aa&wreqptr=https%3A%2F%2Fa%2F", "'wreqptr' is not supported"),
        ("wa=wsignin1.0&wresultptr=https%3A%2F%2Fa%2F", "'wresultptr' is not supported"),
        (f"wa=wsignin1.0&wtrealm=urn%3A{'a' * 2048}", "'wtrealm' is too long"),
        (f"wa=wsignin1.0&wtrealm=urn%3Aa&wctx={'a' * 8193}", "'wctx' is too long"),
        (f"wa=wsignin1.0&wtrealm=urn%3Aa&wreq={'a' * 16385}", "'wreq' is too long"),
        (f"wa=wsignin1.0&wresult={'a' * 262145}", "'wresult' is too long"),
    ],
)
def test_what_is_no_message_is_refused(query: str, said: str):
    with pytest.raises(MessageError) as refused:
        read(parse_qsl(query, keep_blank_values=True))
    assert said in str(refused.value)


def test_what_holds_a_token_does_not_show_it():
    assert "secret" not in repr(Result(result="<secret/>"))
