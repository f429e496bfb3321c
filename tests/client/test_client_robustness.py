"""Whatever a string, a header or an answer holds, the client raises only what it declares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.client.connection_string import parse
from xrm.client.discovery import read_authority, trusted
from xrm.client.flow import Answer
from xrm.client.origin import read_service, split
from xrm.client.services import oauth
from xrm.client.services.webapi import WebApi
from xrm.errors import ConfigurationError, ConnectionStringError, XrmError
from xrm.model.secret import Secret
from xrm.wire import challenge

PIECES = st.lists(
    st.sampled_from([*"=;'\" \t,\\/@:#?[]a\0\x01é", "Bearer ", "authorization_uri=", "https://"])
).map("".join)


@PROFILE
@given(st.text() | PIECES)
def test_a_connection_string_is_read_or_refused(text: str):
    try:
        pairs = parse(text)
    except ConnectionStringError:
        return
    assert all(key == key.lower() and key and value for key, value in pairs.items())


@PROFILE
@given(st.dictionaries(st.text("abc =;", min_size=1), st.text("ab;'\"= ", min_size=1)))
def test_what_is_quoted_is_read_back(pairs: dict[str, str]):
    wanted = {key.strip(" ;"): value for key, value in pairs.items() if key.strip(" ;")}
    text = ";".join(
        '{}="{}"'.format(key.replace("=", "=="), value.replace('"', '""'))
        for key, value in wanted.items()
    )
    assert parse(text) == wanted


@PROFILE
@given(st.lists(st.text() | PIECES, max_size=3))
def test_a_challenge_is_read_or_passed_over(lines: list[str]):
    found = challenge.read(lines)
    assert found is None or found.authorization_uri


@PROFILE
@given(st.text() | PIECES)
def test_an_address_is_read_or_refused(text: str):
    service, _ = split("https://contoso.crm4.dynamics.com")
    for candidate in (text, f"https://{text}", f"https://login.microsoftonline.com{text}"):
        try:
            authority = read_authority(candidate)
        except ConfigurationError:
            continue
        if trusted(authority.origin, service, frozenset()):
            assert authority.token_endpoint.startswith("https://login.microsoftonline.com/")


@PROFILE
@given(
    st.integers(200, 599),
    st.binary()
    | st.sampled_from([b"{}", b'{"error":7}', b'{"error":{"code":[],"message":{}}}', b'"x"']),
    st.sampled_from(["token", "page", "created", "whoami"]),
)
def test_an_answer_is_read_or_refused(status: int, body: bytes, kind: str):
    answer = Answer(status, (("Retry-After", body.decode("latin-1")),), body)
    api = WebApi(read_service("https://contoso.crm4.dynamics.com"))
    read = {
        "token": lambda: oauth.read_token(answer, Secret("s"), now=0.0),
        "page": lambda: api.read_page(answer, api.query("leads")),
        "created": lambda: api.read_created(answer),
        "whoami": lambda: api.read_whoami(answer),
    }[kind]
    with pytest.raises(XrmError):
        read()
