"""Access tokens of AD FS at a claims-based organization, and of Entra ID at one that is online."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid5

import pytest

from support.claiming import ALICE, ISSUER, MARIA, Claims, adfs_token
from support.estate import STS, TENANT, URL, Client, Estate, build, signing_key
from support.soaping import Soap
from xrm.wire import jose


def asked(claims: Claims, token: str) -> tuple[int, str]:
    """Return the status of WhoAmI, and whose it is or the challenge."""
    answer = Client(claims.estate, token).get("WhoAmI")
    if answer.status == 200:
        return 200, str(answer.document["UserId"])
    return answer.status, answer.header("WWW-Authenticate") or str(answer.document)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": URL.rstrip("/")},
        {"upn": None},
        {"upn": ALICE.upper()},
        {"upn": "CONTOSO\\alice", "unique_name": None},
        {"scp": None},
        {"tid": str(TENANT)},
        {"appid": "a-client-with-a-name"},
    ],
)
def test_a_farms_access_token_names_a_user(claims: Claims, changes: dict[str, Any]) -> None:
    found = asked(claims, adfs_token(claims, **changes))
    assert found == (200, str(claims.user_id(ALICE)))


def test_the_endpoint_for_bearers_takes_them_too(claims: Claims) -> None:
    soap = Soap(Client(claims.estate, adfs_token(claims, upn=MARIA)))
    reply = soap.call("Execute", '<request i:type="c:WhoAmIRequest"/>')
    assert reply.said("value") == str(claims.user_id(MARIA))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": f"{STS}/adfs"},
        {"iss": f"{STS}/{TENANT}/"},
        {"iss": "http://localhost:8443/fabrikam.example/adfs/services/trust"},
        {"aud": "https://other.example/"},
        {"aud": "urn:microsoft:userinfo"},
        {"aud": "00000007-0000-0000-c000-000000000000"},
        {"aud": [URL]},
        {"upn": None, "unique_name": None},
        {"upn": [ALICE]},
        {"upn": ""},
        {"appid": None},
        {"exp": 1},
        {"nbf": 4_000_000_000},
    ],
)
def test_another_access_token_counts_for_nothing(claims: Claims, changes: dict[str, Any]) -> None:
    status, challenge = asked(claims, adfs_token(claims, **changes))
    assert status == 401
    assert f"authorization_uri={STS}/adfs" in challenge


def test_a_person_without_a_user_is_refused(claims: Claims) -> None:
    status, _ = asked(claims, adfs_token(claims, upn="nobody@contoso.example"))
    assert status == 403


def entra(claims: Claims, **changes: Any) -> str:
    """Return a token as Entra ID makes it, for the same organization and by the same key."""
    now = int(claims.now)
    said = {
        "aud": URL,
        "iss": f"{STS}/{TENANT}/",
        "nbf": now,
        "exp": now + 3600,
        "appid": "51f81489-12ee-4a9e-aaae-a2591f45987d",
        "oid": str(uuid5(TENANT, ALICE)),
        "sub": "x",
        "scp": "user_impersonation",
        "tid": str(TENANT),
        "upn": ALICE,
        "unique_name": ALICE,
        "ver": "1.0",
    }
    return jose.sign(said | changes, claims.farm.signing[0], x5t=True)


@pytest.mark.parametrize("issuer", [f"{STS}/{TENANT}/", f"{STS}/{TENANT}/v2.0"])
def test_a_claims_based_organization_takes_no_token_of_entra(claims: Claims, issuer: str) -> None:
    assert asked(claims, entra(claims, iss=issuer))[0] == 401


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An organization that is online."""
    built = build(f"sqlite://{tmp_path_factory.mktemp('online')}")
    yield built
    built.database.close()


@pytest.mark.parametrize("issuer", [ISSUER, f"{STS}/{TENANT}/"])
def test_an_online_organization_takes_no_token_of_a_farm(
    claims: Claims, online: Estate, issuer: str
) -> None:
    known = online.register("Service")
    service = online.user("System Administrator", name="Service")
    assert service.get("WhoAmI").status == 200
    token = adfs_token(claims, iss=issuer, oid=None, appid=str(known))
    assert Client(online, token).get("WhoAmI").status == 401
    assert signing_key("trusted").kid in online.trust.keys


def test_an_online_organization_takes_no_assertion(claims: Claims, online: Estate) -> None:
    there = Claims(online, claims.farm)
    assert claims.message().send().status == 200
    message = there.message(claims.token())
    assert message.send().subcode == "FailedAuthentication"
