"""A farm and Entra ID side by side: what one of them hands out is worth nothing at the other."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.farm_clients import ADA, GRACE, NATIVE, NATIVE_REDIRECT, WEB, Desk, refused
from support.farms import SITE, farms_in, give_password
from support.signing_in import (
    REDIRECT,
    Reply,
    asking,
    authorize_path,
    cheap_passwords,
    make_application,
    redeem,
    sign_in,
    token_path,
)
from xrm.sts import registration
from xrm.sts.model import Application

ENTRA = "https://localhost:8444/"
SAML_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SAML = "PHNhbWw6QXNzZXJ0aW9uLz4"


class Both(Desk):
    """A farm's clients, and an application of Entra ID in the same tenant."""

    entra: Application

    def __post_init__(self) -> None:
        super().__post_init__()
        registration.add_resource(self.farms.service, self.farms.contoso, ENTRA)
        self.entra = make_application(self.farms.service, self.farms.contoso)

    def entra_tokens(self) -> dict[str, Any]:
        """Return what Entra ID answers the application for Ada."""
        tenant, service = self.farms.contoso, self.farms.service
        told = self.entra_code()
        return redeem(service, tenant, self.entra, code=told).document

    def entra_code(self) -> str:
        """Return a code of Entra ID."""
        visitor = self.farms.visitor()
        tenant = self.farms.contoso
        reply = visitor.get(authorize_path(tenant), asking(self.entra))
        return sign_in(visitor, reply, ADA).told["code"]

    def at_entra(self, **form: str) -> Reply:
        """Ask Entra ID's token endpoint."""
        return self.farms.visitor().post(token_path(self.farms.contoso, "v1"), form)

    def farm_tokens(self) -> dict[str, Any]:
        """Return what the farm answers its program for Ada."""
        return self.by_password(resource=SITE).document


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("oauth")) as farms:
        yield Both(farms)


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("oauth")) as farms:
        yield Both(farms)


def test_a_client_is_known_where_it_is_registered_only(both: Both) -> None:
    entra = str(both.entra.application_id)
    assert refused(both.by_password(client_id=entra))[1:] == ("invalid_client", "MSIS9607")
    page = both.browse(client_id=entra, redirect_uri=REDIRECT)
    assert "MSIS9223" in page.text
    form = {"grant_type": "password", "username": ADA, "password": "Correct-horse-9"}
    for client_id in (WEB, str(both.web.client_key), str(both.native.client_key)):
        answer = both.at_entra(**form, client_id=client_id, resource=ENTRA)
        assert answer.document["error_codes"] == [700016]
    # Nor by the key a client is kept under here.
    key = str(both.native.client_key)
    assert refused(both.by_password(client_id=key))[1:] == ("invalid_client", "MSIS9607")


def test_the_same_id_may_be_a_client_of_both(both: Both) -> None:
    """The id of Dynamics' own tools: a code of one is nothing to the other all the same."""
    visitor = both.farms.visitor()
    code = give_password(visitor, both.browse(visitor), ADA).told["code"]
    form = {"grant_type": "authorization_code", "client_id": NATIVE, "code": code}
    answer = both.at_entra(**form, redirect_uri=NATIVE_REDIRECT)
    assert answer.document["error_codes"] == [70000]
    assert both.redeem(code=code).status == 200


def test_codes_and_refresh_tokens_do_not_open_at_the_other(both: Both) -> None:
    theirs, ours = both.entra_tokens(), both.farm_tokens()
    entra = str(both.entra.application_id)
    both.add(entra, "native", REDIRECT, name="The same id")
    for form in (
        {"grant_type": "refresh_token", "refresh_token": theirs["refresh_token"]},
        {"grant_type": "authorization_code", "code": both.entra_code(), "redirect_uri": REDIRECT},
    ):
        assert refused(both.token(client_id=entra, **form))[1:] == ("invalid_grant", "MSIS9612")
    answer = both.at_entra(
        grant_type="refresh_token",
        client_id=NATIVE,
        refresh_token=ours["refresh_token"],
        resource=ENTRA,
    )
    assert answer.document["error"] == "invalid_grant"


def test_another_farm_takes_none_of_it_either(both: Both) -> None:
    second = Desk(both.farms, other=True)
    ours = both.farm_tokens()
    answer = second.redeem(refresh_token=ours["refresh_token"])
    assert refused(answer)[1:] == ("invalid_grant", "MSIS9612")
    assert refused(second.by_password(ADA))[1:] == ("invalid_grant", "MSIS9659")
    assert second.by_password(GRACE).status == 200


def test_access_tokens_are_their_issuers_matter(both: Both) -> None:
    ours, theirs = both.farm_tokens(), both.entra_tokens()
    visitor = both.farms.visitor()
    for path, token in (
        ("/adfs/userinfo", theirs["access_token"]),
        ("/adfs/userinfo", theirs["id_token"]),
        ("/oidc/userinfo", ours["access_token"]),
        ("/oidc/userinfo", both.by_password(scope="openid").document["access_token"]),
        ("/fabrikam.example/adfs/userinfo", both.by_password().document["access_token"]),
    ):
        answer = visitor.get(path, headers=(("authorization", f"Bearer {token}"),))
        assert answer.status == 401, path


def test_an_assertion_of_entra_is_not_gone_on_with(both: Both) -> None:
    theirs = both.entra_tokens()
    form = {
        "grant_type": JWT_BEARER,
        "requested_token_use": "on_behalf_of",
        "client_id": WEB,
        "client_secret": both.secret.reveal(),
        "resource": SITE,
    }
    for token in (theirs["access_token"], theirs["id_token"]):
        assert both.token(**form, assertion=token).document["error"] == "invalid_grant"


def test_an_id_token_signs_out_where_it_was_issued_only(both: Both) -> None:
    ours = both.by_password(scope="openid").document["id_token"]
    theirs = both.entra_tokens()["id_token"]
    visitor = both.farms.visitor()
    back = {"post_logout_redirect_uri": NATIVE_REDIRECT, "id_token_hint": ours}
    assert NATIVE_REDIRECT not in visitor.get("/common/oauth2/logout", back).text
    back = {"post_logout_redirect_uri": REDIRECT, "id_token_hint": theirs}
    assert f'href="{REDIRECT}"' not in visitor.get("/adfs/oauth2/logout", back).text


def test_sessions_are_apart(both: Both) -> None:
    visitor = both.farms.visitor()
    reply = visitor.get(authorize_path(both.farms.contoso), asking(both.entra))
    assert "code" in sign_in(visitor, reply, ADA).told
    assert both.browse(visitor, prompt="none").told["error"] == "interaction_required"
    # Not even its secret under the farm's own name opens a session there.
    session = next(value for name, value in visitor.jar.items() if name.endswith("-session"))
    give_password(visitor, both.browse(visitor), ADA)
    farms = next(name for name in visitor.jar if name.startswith("__Host-MSISAuth-"))
    visitor.jar[farms] = session
    assert both.browse(visitor, prompt="none").told["error"] == "interaction_required"


def test_a_devices_code_is_typed_at_its_own_side_only(both: Both) -> None:
    visitor = both.farms.visitor()
    ours = visitor.post("/adfs/oauth2/devicecode", {"client_id": NATIVE}).document
    page = visitor.get("/common/oauth2/deviceauth")
    page = visitor.submit(page, "code", code=ours["user_code"])
    assert "not right" in page.text
    form = {"client_id": str(both.entra.application_id), "resource": ENTRA}
    theirs = visitor.post(f"/{both.farms.contoso.tenant_id}/oauth2/devicecode", form).document
    page = visitor.get("/adfs/oauth2/deviceauth")
    fields = {**page.fields, "code": theirs["user_code"], "step": "code"}
    assert "not right" in visitor.post("/adfs/oauth2/deviceauth", fields).text
    poll = {"grant_type": "device_code", "client_id": NATIVE}
    answer = both.token(**poll, code=theirs["device_code"])
    assert answer.document["error"] == "invalid_grant"


def test_the_same_counters_lock_an_account_at_both(alone: Both) -> None:
    names = [ADA, "CONTOSO\\ada", "contoso.example\\ADA", ADA.upper()]
    for number in range(10):
        answer = alone.by_password(names[number % 4], password=f"wrong {number}")
        assert refused(answer)[2] == "MSIS9659"
    assert refused(alone.by_password())[2] == "MSIS9659"
    visitor = alone.farms.visitor()
    reply = visitor.get(authorize_path(alone.farms.contoso), asking(alone.entra))
    assert "temporarily locked" in sign_in(visitor, reply, ADA).text
    visitor = alone.farms.visitor()
    assert "temporarily locked" in give_password(visitor, alone.browse(visitor), ADA).text


def test_one_password_for_many_accounts_is_stopped_by_address(alone: Both) -> None:
    for number in range(100):
        alone.by_password(f"user{number}@contoso.example", password="Spring-2026")
    assert refused(alone.by_password())[2] == "MSIS9659"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": SAML_BEARER, "assertion": SAML}, "unsupported_grant_type"),
        ({"grant_type": JWT_BEARER, "assertion": SAML}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": SAML}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": SAML}, "invalid_grant"),
    ],
)
def test_saml_has_no_place_in_oauth(both: Both, form: dict[str, str], error: str) -> None:
    own = {"requested_token_use": "on_behalf_of"}
    answer = both.token(client_id=WEB, client_secret=both.secret.reveal(), **own, **form)
    assert refused(answer)[:2] == (400, error)


@pytest.mark.parametrize("size", [70_000, 300_000])
def test_too_much_is_refused_in_the_form_of_the_endpoint(both: Both, size: int) -> None:
    answer = both.by_password(password="x" * size)
    assert (answer.status, answer.document["error"]) == (413, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=password&grant_type=password",
        b"grant_type=\xff",
        b"&".join(b"p%d=1" % number for number in range(101)),
        b"",
    ],
)
def test_a_malformed_form_is_refused(both: Both, body: bytes) -> None:
    headers = (("content-type", "application/x-www-form-urlencoded"),)
    answer = both.farms.visitor().send("POST", "/adfs/oauth2/token", headers=headers, body=body)
    assert refused(answer)[:2] == (400, "invalid_request")


@pytest.mark.parametrize("name", ["client_id", "resource", "scope", "username", "code"])
@pytest.mark.parametrize("value", ["x" * 30_000, "\x00", "ß\u202e", "{client_id}", "%s%n"])
def test_odd_values_never_break_it(both: Both, name: str, value: str) -> None:
    answer = both.by_password(**{name: value})
    assert answer.status in (200, 400)
    assert "Traceback" not in answer.text
    page = both.browse(both.farms.visitor(), **{name: value[:2000]})
    assert page.status in (200, 302, 400)
