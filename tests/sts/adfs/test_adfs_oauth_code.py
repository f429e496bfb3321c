"""The authorization code flow at a farm: codes, PKCE, refresh tokens, what the tokens say."""

from collections.abc import Iterator

import pytest

from support.farm_clients import ADA, NATIVE, NATIVE_REDIRECT, Desk, refused, verified
from support.farms import SITE, farms_in, give_password

ISSUER = "http://localhost:8443/adfs/services/trust"
AUTHORITY = "https://localhost:8443/adfs"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with farms_in(tmp_path_factory.mktemp("oauth")) as farms:
        yield Desk(farms)


def signed_in(desk: Desk, **asked: str | None) -> dict[str, str]:
    visitor = desk.farms.visitor()
    reply = give_password(visitor, desk.browse(visitor, **asked), ADA)
    return reply.told


def test_a_code_becomes_tokens(desk: Desk) -> None:
    told = signed_in(desk, resource=SITE)
    assert told["state"] == "a state"
    answer = desk.redeem(code=told["code"])
    assert answer.status == 200, answer.text
    document = answer.document
    assert list(document) == [
        "access_token",
        "token_type",
        "expires_in",
        "resource",
        "refresh_token",
        "refresh_token_expires_in",
        "id_token",
        "scope",
    ]
    assert (document["token_type"], document["expires_in"]) == ("bearer", 3600)
    assert document["resource"] == SITE
    assert document["refresh_token_expires_in"] == 28799
    assert document["scope"] == "openid user_impersonation"


def test_an_access_token_says_what_its_rules_issue(desk: Desk) -> None:
    document = desk.redeem(code=signed_in(desk, resource=SITE)["code"]).document
    claims = verified(desk.farms, document["access_token"], SITE, ISSUER)
    account = desk.farm.account(desk.farms.ada)
    now = int(desk.farms.clock())
    subject = claims.pop("sub")
    assert claims == {
        "aud": SITE,
        "iss": ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "upn": ADA,
        "primarysid": account.sid,
        "unique_name": "CONTOSO\\ada",
        "apptype": "Public",
        "appid": NATIVE,
        "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "auth_time": claims["auth_time"],
        "ver": "1.0",
        "scp": "openid user_impersonation",
    }
    assert claims["auth_time"].endswith(".000Z")
    assert len(subject) == 44


def test_an_id_token_names_the_person_and_the_issuer_of_discovery(desk: Desk) -> None:
    told = signed_in(desk, resource=SITE, nonce="a nonce")
    document = desk.redeem(code=told["code"]).document
    claims = verified(desk.farms, document["id_token"], NATIVE, AUTHORITY)
    assert claims["nonce"] == "a nonce"
    assert (claims["upn"], claims["unique_name"]) == (ADA, "CONTOSO\\ada")
    assert isinstance(claims["auth_time"], int)
    assert {"tid", "oid", "preferred_username"}.isdisjoint(claims)
    assert "client_info" not in document


@pytest.mark.parametrize(
    ("asked", "audience", "scope"),
    [
        ({"resource": SITE}, SITE, "openid user_impersonation"),
        ({"resource": SITE.removesuffix("/")}, SITE, "openid user_impersonation"),
        ({"resource": SITE, "scope": "openid"}, SITE, "openid"),
        ({"resource": SITE, "scope": "user_impersonation"}, SITE, "user_impersonation"),
        ({"scope": f"{SITE}/user_impersonation openid"}, SITE, "openid user_impersonation"),
        ({"scope": f"{SITE}user_impersonation"}, SITE, "user_impersonation"),
        ({"scope": f"{SITE}/.default offline_access"}, SITE, "openid user_impersonation"),
        ({"resource": "urn:vault", "scope": f"{SITE}/openid"}, "urn:vault", "openid"),
        ({"scope": "urn:vault/openid"}, "urn:vault", "openid"),
        ({"scope": "openid profile"}, "urn:microsoft:userinfo", "openid profile"),
        ({}, "urn:microsoft:userinfo", "openid user_impersonation"),
    ],
)
def test_a_relying_party_is_named_by_resource_or_by_scope(
    desk: Desk, asked: dict[str, str], audience: str, scope: str
) -> None:
    document = desk.redeem(code=signed_in(desk, **asked)["code"]).document
    claims = verified(desk.farms, document["access_token"], audience, ISSUER)
    assert claims["scp"] == document["scope"] == scope


def test_a_refresh_token_serves_other_relying_parties_until_the_sign_in_ends(desk: Desk) -> None:
    first = desk.redeem(code=signed_in(desk, resource=SITE)["code"]).document
    second = desk.redeem(refresh_token=first["refresh_token"], resource="urn:vault")
    verified(desk.farms, second.document["access_token"], "urn:vault", ISSUER)
    third = desk.redeem(refresh_token=second.document["refresh_token"], resource="")
    verified(desk.farms, third.document["access_token"], "urn:vault", ISSUER)
    desk.farms.clock.ahead += 8 * 3600
    over = desk.redeem(refresh_token=third.document["refresh_token"])
    assert refused(over) == (401, "invalid_grant", "MSIS9615")


def test_a_code_is_redeemed_once_and_ends_what_it_founded(desk: Desk) -> None:
    code = signed_in(desk, resource=SITE)["code"]
    first = desk.redeem(code=code)
    again = desk.redeem(code=code)
    assert refused(again) == (400, "invalid_grant", "MSIS9612")
    gone = desk.redeem(refresh_token=first.document["refresh_token"])
    assert refused(gone) == (401, "invalid_grant", "MSIS9615")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"code": "1.nonsense"}, (400, "invalid_grant", "MSIS9612")),
        ({"code_verifier": "x" * 43}, (400, "invalid_grant", "MSIS9612")),
        ({"code_verifier": None}, (400, "invalid_grant", "MSIS9612")),
        ({"redirect_uri": "http://localhost:8401"}, (400, "invalid_grant", "MSIS9609")),
        ({"client_id": "nobody"}, (400, "invalid_client", "MSIS9607")),
        ({"client_id": None}, (400, "invalid_request", "MSIS9604")),
        ({"client_id": "page-of-site"}, (400, "invalid_grant", "MSIS9612")),
        ({"client_secret": "a secret"}, (400, "invalid_client", "MSIS9622")),
        ({"resource": "urn:vault"}, (400, "invalid_target", "MSIS9604")),
        ({"grant_type": "magic"}, (400, "unsupported_grant_type", "MSIS9611")),
        ({"grant_type": None}, (400, "invalid_request", "MSIS9604")),
    ],
)
def test_a_code_is_refused(
    desk: Desk, changes: dict[str, str | None], answer: tuple[int, str, str]
) -> None:
    code = signed_in(desk, resource=SITE)["code"]
    assert refused(desk.redeem(**({"code": code} | changes))) == answer


def test_both_forms_of_the_path_and_the_letter_case_of_a_client_do_not_matter(desk: Desk) -> None:
    code = signed_in(desk, resource=SITE, client_id=NATIVE.upper())["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": NATIVE,
        "code": code,
        "redirect_uri": NATIVE_REDIRECT,
        "code_verifier": "verifier-verifier-verifier-verifier-verifier",
    }
    assert desk.token(slash=True, **form).status == 200
