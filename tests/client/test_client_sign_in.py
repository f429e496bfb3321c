"""Signing in, end to end over TLS: where the secret goes, and where it never goes."""

import logging
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

import xrm
from support.contoso import (
    CLIENT_ID,
    ORG_ID,
    SECRET,
    TENANT,
    UNIT_ID,
    USER_ID,
    Contoso,
    Driver,
    as_json,
)
from xrm import errors

Opened = Callable[..., Driver]
ME = xrm.WhoAmI(UUID(USER_ID), UUID(UNIT_ID), UUID(ORG_ID))


@pytest.mark.parametrize("quoted", [False, True])
def test_the_authority_is_learnt_and_the_token_kept(opened: Opened, contoso: Contoso, quoted: bool):
    contoso.quoted = quoted
    client = opened()
    assert [client.whoami() for _ in range(3)] == [ME] * 3
    (asked,) = contoso.sts.seen
    assert asked.form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "resource": f"{contoso.org.url}/",
    }
    assert [seen.headers.get("authorization") for seen in contoso.org.seen] == [
        None,
        *["Bearer TOKEN.1.NEVER-SHOWN"] * 3,
    ]


@pytest.mark.parametrize("tail", ["", "/", "/oauth2/authorize", "/oauth2/token", "/v2.0"])
def test_a_given_authority_is_used_unasked(opened: Opened, contoso: Contoso, tail: str):
    contoso.authority = "https://evil.example/x"
    authority = f"{contoso.sts.url}/{TENANT}{tail}"
    client = opened(xrm.auth.ClientSecret(CLIENT_ID, SECRET, authority=authority))
    assert client.whoami() == ME
    assert [seen.path for seen in contoso.org.seen] == ["/api/data/v9.2/WhoAmI"]


def test_a_given_tenant_takes_the_place_of_the_one_found(opened: Opened, contoso: Contoso):
    contoso.authority = f"{contoso.sts.url}/common"
    client = opened(xrm.auth.ClientSecret(CLIENT_ID, SECRET, tenant=TENANT))
    assert client.whoami() == ME


def test_many_callers_sign_in_once(opened: Opened, contoso: Contoso):
    client = opened()
    assert client.together(8, "whoami") == [ME] * 8
    assert contoso.issued == 1


def test_an_expired_token_is_renewed_once_after_a_401(opened: Opened, contoso: Contoso):
    client = opened()
    client.whoami()
    contoso.revoke()
    assert client.whoami() == ME
    assert contoso.issued == 2


def test_a_renewal_serves_all_who_were_refused(opened: Opened, contoso: Contoso):
    client = opened()
    client.whoami()
    contoso.revoke()
    assert client.together(6, "whoami") == [ME] * 6
    assert contoso.issued == 2


def test_a_token_the_organization_never_takes_is_asked_for_twice_only(
    opened: Opened, contoso: Contoso
):
    contoso.org.planned = [(401, contoso.challenge(), b"")] * 3
    with pytest.raises(errors.UnauthorizedError) as caught:
        opened().whoami()
    assert caught.value.status == 401
    assert contoso.issued == 2


@pytest.mark.parametrize(
    ("lifetime", "passed", "renewed"),
    [
        ("3599", 3000, False),
        (3599, 3000, False),
        ("3599", 3300, True),
        (60, 29, False),
        (60, 31, True),
    ],
)
def test_a_token_is_renewed_before_it_expires(
    opened: Opened, contoso: Contoso, lifetime: object, passed: float, renewed: bool
):
    contoso.lifetime = lifetime
    now = [1_000_000.0]
    client = opened(clock=lambda: now[0])
    client.whoami()
    now[0] += passed
    client.whoami()
    assert contoso.issued == 1 + renewed


@pytest.mark.parametrize("status", [200, 404, 503])
def test_an_organization_that_does_not_say_where(opened: Opened, contoso: Contoso, status: int):
    contoso.org.planned = [(status, {"Retry-After": "999"}, b"")]
    with pytest.raises(errors.ChallengeError) as caught:
        opened().whoami()
    assert caught.value.status == status
    assert "Authority" in caught.value.next_step


def test_a_refused_secret_says_what_to_do(opened: Opened):
    client = opened(xrm.auth.ClientSecret(CLIENT_ID, "wrong value"))
    with pytest.raises(errors.TokenRefusedError) as caught:
        client.whoami()
    error = caught.value
    assert (error.status, error.code, error.error) == (401, "AADSTS7000215", "invalid_client")
    assert error.request_id == "11111111-aaaa-4bbb-8ccc-000000000001"
    assert error.correlation_id == "22222222-aaaa-4bbb-8ccc-000000000002"
    assert "new secret" in error.next_step
    assert "wrong value" not in str(error)
    assert "***" in str(error)
    assert "Trace ID" not in str(error)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"access_token": "a b", "token_type": "Bearer", "expires_in": 1}',
        b'{"access_token": "a\\r\\nX: y", "token_type": "Bearer", "expires_in": 1}',
        b'{"access_token": "a", "token_type": "Bearer"}',
        b'{"access_token": "a", "token_type": "Bearer", "expires_in": "-1"}',
        b'{"access_token": "a", "token_type": "Bearer", "expires_in": true}',
        b'{"access_token": "a", "token_type": "mac", "expires_in": 60}',
        b'{"access_token": 7, "token_type": "Bearer", "expires_in": 60}',
    ],
)
def test_an_answer_that_is_no_token(opened: Opened, contoso: Contoso, document: bytes):
    contoso.sts.planned = [(200, {}, document)]
    with pytest.raises(errors.UnexpectedAnswerError):
        opened().whoami()


def test_secrets_show_nowhere(opened: Opened, contoso: Contoso, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    credential = xrm.auth.ClientSecret(CLIENT_ID, SECRET)
    client = opened(credential)
    token = client.access_token()
    shown = [repr(credential), str(credential), repr(client.client), str(token), repr(token)]
    shown.append(repr(vars(client.client)))
    said = f"You sent {token.reveal()} " * 3
    contoso.org.planned = [as_json(400, {"error": {"code": "0x80040203", "message": said}})]
    with pytest.raises(errors.BadRequestError) as caught:
        client.whoami()
    shown += ["".join(traceback.format_exception(caught.value)), repr(vars(caught.value))]
    contoso.sts.planned = [as_json(400, {"error_description": f"AADSTS90023: {SECRET}"})]
    contoso.revoke()
    with pytest.raises(errors.TokenRefusedError) as refused:
        client.whoami()
    shown += ["".join(traceback.format_exception(refused.value)), repr(vars(refused.value))]
    shown += [record.getMessage() for record in caplog.records]
    assert caplog.records
    assert [text for text in shown if "NEVER-SHOWN" in text] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.crm4.dynamics.com",
        "contoso.crm4.dynamics.com",
        "https://user:NEVER-SHOWN@contoso.crm4.dynamics.com",
        "https://",
        "https://contoso.crm4.dynamics.com/?x=1",
        "https://contoso.crm4.dynamics.com:99999",
        "",
    ],
)
def test_an_address_that_cannot_be_used(opened: Opened, url: str, kind: str):
    with pytest.raises(errors.ConfigurationError) as caught:
        Driver(kind, url, xrm.auth.ClientSecret("a", "b"))
    assert "NEVER-SHOWN" not in str(caught.value)


@pytest.mark.parametrize("tail", ["/", "/api/data/v9.2/", "/XRMServices/2011/Organization.svc"])
def test_an_address_is_cut_to_the_organization(opened: Opened, contoso: Contoso, tail: str):
    client = opened(url=contoso.org.url + tail)
    assert client.client.url == contoso.org.url
    assert client.whoami() == ME


class Foreign:
    """A credential as azure-core's protocol has it."""

    def __init__(self, contoso: Contoso, expires_on: object = None) -> None:
        self.scopes: list[tuple[str, ...]] = []
        self._contoso = contoso
        self._expires_on = expires_on

    def get_token(self, *scopes: str) -> Any:
        self.scopes.append(scopes)
        token = f"FOREIGN.{len(self.scopes)}"
        self._contoso.valid.add(token)
        expires_on = self._expires_on or int(time.time()) + 3600
        return SimpleNamespace(token=token, expires_on=expires_on)


class ForeignAsync(Foreign):
    async def get_token(self, *scopes: str) -> Any:
        return Foreign.get_token(self, *scopes)


def test_any_credential_with_get_token_will_do(opened: Opened, contoso: Contoso):
    credential = Foreign(contoso)
    client = opened(credential)
    assert [client.whoami() for _ in range(2)] == [ME] * 2
    assert credential.scopes == [(f"{contoso.org.url}/.default",)]
    contoso.revoke()
    assert client.whoami() == ME
    assert len(credential.scopes) == 2
    assert contoso.sts.seen == []


def test_an_asynchronous_credential_needs_the_asynchronous_client(
    opened: Opened, contoso: Contoso, kind: str
):
    client = opened(ForeignAsync(contoso))
    if kind == "async":
        assert client.whoami() == ME
    else:
        with pytest.raises(errors.ConfigurationError, match="asynchronous"):
            client.whoami()


def test_a_credential_that_fails_is_a_sign_in_error(opened: Opened, contoso: Contoso):
    class Broken:
        def get_token(self, *scopes: str) -> Any:
            raise KeyError("vault")

    with pytest.raises(errors.SignInError, match="KeyError") as caught:
        opened(Broken()).whoami()
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(errors.SignInError, match="not a token"):
        opened(Foreign(contoso, expires_on="soon")).whoami()


def test_what_is_no_credential_is_refused_at_once(opened: Opened):
    with pytest.raises(errors.ConfigurationError, match="not a credential"):
        opened("secret")


def test_a_closed_client_stays_closed(opened: Opened):
    client = opened()
    client.whoami()
    client.close()
    with pytest.raises(errors.ConfigurationError, match="closed"):
        client.whoami()


def test_requests_and_answers_show_neither_headers_nor_body():
    from xrm.client.flow import Answer, HttpRequest
    from xrm.model.secret import Secret

    request = HttpRequest("POST", "https://a/b", (("A", "NEVER"),), b"NEVER")
    shown = [request.with_bearer(Secret("NEVER")), Answer(200, (("A", "NEVER"),), b"NEVER")]
    assert [repr(each) for each in shown if "NEVER" in f"{each} {each!r}"] == []
