"""The Dynamics challenge, written and read; the judges are the readers other clients use."""

import re

import pytest

from xrm.wire import challenge
from xrm.wire.challenge import Challenge

AUTHORITY = "https://login.microsoftonline.com/8fe3a4bf-329a-41e5-a96a-097955938686"
URI = AUTHORITY + "/oauth2/authorize"
RESOURCE = "https://contoso.crm4.dynamics.com/"


def test_the_plain_form_is_the_services_own():
    assert challenge.write(AUTHORITY, RESOURCE) == (
        f"Bearer authorization_uri={URI}, resource_id={RESOURCE}"
    )


def test_the_quoted_form_is_for_readers_that_need_quotes():
    assert challenge.write(AUTHORITY + "/", RESOURCE, quoted=True) == (
        f'Bearer authorization_uri="{URI}", resource_id="{RESOURCE}"'
    )


def test_an_error_comes_first_and_cannot_end_its_value():
    written = challenge.write(
        AUTHORITY, RESOURCE, error="invalid_token", description='Expired, "x" a=b\r\nSet-Cookie: é'
    )
    assert written == (
        "Bearer error=invalid_token, error_description=Expired x a b Set-Cookie:, "
        f"authorization_uri={URI}, resource_id={RESOURCE}"
    )


@pytest.mark.parametrize("bad", ["https://a/b c", "https://a/b,c", "https://a/?b=c", 'https://a"'])
def test_an_address_that_would_end_its_value_is_not_written(bad: str):
    with pytest.raises(ValueError, match="address"):
        challenge.write(AUTHORITY, bad)


@pytest.mark.parametrize("error", [None, "invalid_token"])
def test_what_simple_readers_find(error: str | None):
    written = challenge.write(AUTHORITY, RESOURCE, error=error, description=error and "It expired")
    assert re.findall(r"authorization_uri=([^ ,]+)", written) == [URI]
    assert re.findall(r"resource_id=([^ ,]+)", written) == [RESOURCE]


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("error", [None, "invalid_token"])
def test_what_is_written_is_read(quoted: bool, error: str | None):
    description = "Error during token validation!" if error else None
    written = challenge.write(
        AUTHORITY, RESOURCE, error=error, description=description, quoted=quoted
    )
    assert challenge.read([written]) == Challenge(URI, RESOURCE, error, description)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"Bearer authorization_uri={URI}"], Challenge(URI)),
        ([f"bearer AUTHORIZATION_URI={URI},Resource_Id={RESOURCE}"], Challenge(URI, RESOURCE)),
        (
            [f'Bearer  authorization_uri = "{URI}" ,  resource_id="{RESOURCE}"'],
            Challenge(URI, RESOURCE),
        ),
        (["Negotiate", "NTLM", f"Bearer authorization_uri={URI}"], Challenge(URI)),
        ([f"Negotiate, NTLM, Bearer authorization_uri={URI}"], Challenge(URI)),
        (
            [f'Basic realm="a, b", Bearer authorization_uri={URI}, resource_id={RESOURCE}'],
            Challenge(URI, RESOURCE),
        ),
        ([f'Bearer authorization_uri={URI}, Basic realm="x"'], Challenge(URI)),
        (
            [f"Bearer error=invalid_token, error_description=a, b, authorization_uri={URI}"],
            Challenge(URI, None, "invalid_token", "a"),
        ),
        ([f"Bearer authorization_uri={URI}, authorization_uri=https://evil"], Challenge(URI)),
        (["Bearer realm=x", f"Bearer authorization_uri={URI}"], Challenge(URI)),
    ],
)
def test_forms_met_in_the_field(lines: list[str], expected: Challenge):
    assert challenge.read(lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer authorization_uri="],
        [f"Basic authorization_uri={URI}"],
        [f"authorization_uri={URI}"],
        ["Bearer " + "a=b, " * 5000 + f"authorization_uri={URI}"],
        ["Negotiate"] * 16 + [f"Bearer authorization_uri={URI}"],
        ['Bearer authorization_uri="'],
        ["=,=,=,", ",,,,", "Bearer ,=,"],
    ],
)
def test_no_challenge(lines: list[str]):
    found = challenge.read(lines)
    assert found is None or not found.authorization_uri.startswith("http")
