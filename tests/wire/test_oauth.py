"""OAuth forms, answers and errors, against documents as Entra ID writes them."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrm.model.secret import Secret
from xrm.wire import oauth

GOLDEN = Path(__file__).parent / "golden" / "oauth"
TEXT = st.text(min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", {}),
        (b"a=1&b=two+words%21", {"a": "1", "b": "two words!"}),
        (b"a=&b", {}),
        (b"a=%C3%A9&\xc3\xa9=1", {"a": "\u00e9", "\u00e9": "1"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a=%zz", {"a": "%zz"}),
    ],
)
def test_forms(body, expected):
    assert oauth.read_form(body) == expected


@pytest.mark.parametrize("body", [b"\xff", b"a=%FF", b"a=1&" * 101, b"a=1&" * 100_000])
def test_malformed_forms(body):
    with pytest.raises(oauth.MalformedForm):
        oauth.read_form(body)


@pytest.mark.parametrize("body", [b"a=1&a=1", b"b=2&a=1&a=2", b"a=1&a=", b"a&a"])
def test_repeated_parameters(body):
    with pytest.raises(oauth.DuplicateParameter) as caught:
        oauth.read_form(body)
    assert caught.value.name == "a"


@given(st.dictionaries(TEXT, TEXT, max_size=10))
def test_a_form_comes_back(fields):
    assert oauth.read_form(oauth.write_form(fields)) == fields


@given(TEXT, TEXT)
def test_basic_credentials_come_back(client_id, secret):
    read = oauth.read_basic(oauth.write_basic(client_id, Secret(secret)))
    assert read == (client_id, Secret(secret))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic YTpi", ("a", "b")),
        ("basic   YTpi ", ("a", "b")),
        # Each half is form-url-encoded before the pair is put together (RFC 6749 2.3.1).
        ("Basic YSUzQWI6YyslMkI=", ("a:b", "c +")),
        ("Basic YTpiOmM=", ("a", "b:c")),
        ("Basic Og==", ("", "")),
    ],
)
def test_basic_headers(header, expected):
    client_id, secret = oauth.read_basic(header)
    assert (client_id, secret.reveal()) == expected


@pytest.mark.parametrize("header", ["", "Bearer YTpi", "Negotiate", "Basicx YTpi"])
def test_other_schemes_are_none(header):
    assert oauth.read_basic(header) is None


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic YQ==", "Basic /w==", "Basic JUZGOmI=", "Basic \u00e9"]
)
def test_malformed_basic_headers(header):
    with pytest.raises(oauth.MalformedForm):
        oauth.read_basic(header)


ANSWER = oauth.TokenAnswer(Secret("a.b.c"), 3599, 3599, 1700003600, 1699999700, "https://o/")


@pytest.mark.parametrize("style", ["v1", "v2"])
def test_token_answers_are_written_as_recorded(style):
    expected = orjson.loads((GOLDEN / f"token-{style}.json").read_bytes())
    assert orjson.loads(oauth.write_token_answer(ANSWER, style)) == expected


def test_token_answers_are_read():
    assert oauth.read_token_answer((GOLDEN / "token-v1.json").read_bytes()) == ANSWER
    read = oauth.read_token_answer((GOLDEN / "token-v2.json").read_bytes())
    assert (read.expires_in, read.resource) == (3599, None)
    assert read.access_token == ANSWER.access_token
    assert "a.b.c" not in repr(read)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token":"a","expires_in":1}',
        b'{"access_token":"a","token_type":"Bearer"}',
        b'{"access_token":"a","token_type":"Bearer","expires_in":true}',
        b'{"access_token":"a","token_type":"Bearer","expires_in":"soon"}',
        b'{"access_token":1,"token_type":"Bearer","expires_in":1}',
    ],
)
def test_what_is_no_token_answer(body):
    with pytest.raises(ValueError, match=r"."):
        oauth.read_token_answer(body)


@pytest.mark.parametrize("name", ["error-one-line.json", "error-no-uri.json"])
def test_errors_come_back_as_recorded(name):
    body = (GOLDEN / name).read_bytes()
    assert orjson.loads(oauth.write_error(oauth.read_error(body))) == orjson.loads(body)


def test_an_error_on_several_lines_is_read():
    read = oauth.read_error((GOLDEN / "error-lines.json").read_bytes())
    assert read.sentence == "The instance is not known."
    assert read.codes == (50049,)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b'{"error":1}', b"<html>", b"[" * 5000 + b"]" * 5000]
)
def test_what_is_no_error_document(body):
    with pytest.raises(ValueError, match=r"."):
        oauth.read_error(body)


def test_a_bare_oauth_error_is_read():
    read = oauth.read_error(b'{"error":"invalid_request"}')
    assert (read.error, read.sentence, read.codes) == ("invalid_request", "", ())


def test_timestamps():
    assert oauth.timestamp(0.9) == "1970-01-01 00:00:00Z"
    assert oauth.timestamp(1_700_000_000) == "2023-11-14 22:13:20Z"
