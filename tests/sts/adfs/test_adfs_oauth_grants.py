"""The other ways to a token at a farm: password, the client's own, on behalf of, devices."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from support import certificates
from support.credentials import ASSERTION_TYPE, signed
from support.farm_clients import ADA, GRACE, NATIVE, WEB, WEB_REDIRECT, Desk, refused, verified
from support.farms import SITE, farms_in, give_password
from support.signing_in import Reply, cheap_passwords
from xrm.sts.adfs import parties
from xrm.sts.adfs.oauth import clients
from xrm.sts.model import IssuanceRule
from xrm.wire import jose
from xrm.wire.saml import claim_types

ISSUER = "http://localhost:8443/adfs/services/trust"
AUTHORITY = "https://localhost:8443/adfs"
TOKEN = f"{AUTHORITY}/oauth2/token"
API = "https://api.example/"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("oauth")) as farms:
        made = Desk(farms)
        # An API that is a relying party and, under the same name, a client.
        parties.add(farms.service, farms.farm, name="API", identifiers=(API,))
        made.add(API, "confidential", name="API")
        yield made


@pytest.fixture(scope="module")
def pair() -> certificates.Pair:
    return certificates.make()


@pytest.mark.parametrize("username", [ADA, "ADA@Contoso.Example", "CONTOSO\\ada", "contoso\\Ada"])
def test_a_password_is_taken_with_either_name(desk: Desk, username: str) -> None:
    answer = desk.by_password(username, resource=SITE)
    assert answer.status == 200, answer.text
    claims = verified(desk.farms, answer.document["access_token"], SITE, ISSUER)
    assert claims["unique_name"] == "CONTOSO\\ada"


@pytest.mark.parametrize(
    "changes",
    [{"password": "wrong"}, {"username": "nobody@contoso.example"}, {"username": GRACE}],
)
def test_a_wrong_password_an_unknown_name_and_another_farms_person_are_alike(
    desk: Desk, changes: dict[str, str]
) -> None:
    answer = desk.by_password(**changes)
    assert refused(answer) == (400, "invalid_grant", "MSIS9659")
    assert answer.document["error_description"].endswith("Invalid 'username' or 'password'.")


def test_a_web_site_speaks_for_itself(desk: Desk) -> None:
    answer = desk.by_itself(resource=SITE)
    assert list(answer.document) == ["access_token", "token_type", "expires_in", "resource"]
    claims = verified(desk.farms, answer.document["access_token"], SITE, ISSUER)
    assert (claims["apptype"], claims["appid"]) == ("Confidential", WEB)
    assert claims["authmethod"].endswith("/authenticationmethod/password")
    assert {"scp", "sub", "upn", "unique_name", "oid", "roles"}.isdisjoint(claims)


@pytest.mark.parametrize(
    ("changes", "audience"),
    [
        ({"scope": f"{SITE}.default"}, SITE),
        ({"scope": f"{SITE}/.default"}, SITE),
        ({"scope": "openid"}, "urn:microsoft:userinfo"),
        ({}, "urn:microsoft:userinfo"),
    ],
)
def test_a_web_site_asks_by_scope(desk: Desk, changes: dict[str, str], audience: str) -> None:
    answer = desk.by_itself(**changes)
    verified(desk.farms, answer.document["access_token"], audience, ISSUER)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"client_secret": "wrong"}, (400, "invalid_client", "MSIS9622")),
        ({"client_secret": None}, (400, "invalid_client", "MSIS9622")),
        ({"client_id": "unknown"}, (400, "invalid_client", "MSIS9607")),
        ({"client_id": NATIVE, "client_secret": None}, (400, "invalid_client", "MSIS9622")),
        ({"resource": "https://nowhere.example"}, (400, "invalid_resource", "MSIS9602")),
        (
            {"resource": None, "scope": f"{SITE}/openid urn:vault/openid"},
            (400, "invalid_scope", "MSIS9604"),
        ),
        ({"scope": 'a"b'}, (400, "invalid_scope", "MSIS9604")),
    ],
)
def test_a_web_site_is_refused(
    desk: Desk, changes: dict[str, str | None], answer: tuple[int, str, str]
) -> None:
    assert refused(desk.by_itself(**({"resource": SITE} | changes))) == answer


def test_a_client_may_ask_for_the_parties_and_scopes_it_is_permitted(desk: Desk) -> None:
    desk.add("narrow", "native", "http://localhost:1", parties=(SITE,), scopes=("openid",))
    assert desk.by_password(client_id="narrow", resource=SITE).status == 200
    other = desk.by_password(client_id="narrow", resource="urn:vault")
    assert refused(other) == (400, "unauthorized_client", "MSIS9605")
    beyond = desk.by_password(client_id="narrow", scope=f"{SITE}user_impersonation")
    assert refused(beyond) == (400, "invalid_scope", "MSIS9321")


def asserted(desk: Desk, pair: certificates.Pair, **changes: Any) -> Reply:
    now = int(desk.farms.clock())
    claims = {
        "aud": f"{TOKEN}/",
        "iss": WEB,
        "sub": WEB,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "exp": now + 600,
        **changes,
    }
    text = signed(pair, claims)
    return desk.by_itself(
        client_secret=None,
        client_assertion=text,
        client_assertion_type=ASSERTION_TYPE,
        resource=SITE,
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"aud": TOKEN}, 200),
        ({"aud": AUTHORITY}, 200),
        ({"aud": "https://localhost:8443/fabrikam.example/adfs/oauth2/token"}, 400),
        ({"aud": "https://localhost:8443/contoso.example/oauth2/token"}, 400),
        ({"iss": NATIVE, "sub": NATIVE}, 400),
        ({"exp": 1}, 400),
    ],
)
def test_a_web_site_proves_itself_by_a_certificate(
    desk: Desk, pair: certificates.Pair, changes: dict[str, Any], status: int
) -> None:
    if not clients.certificates(desk.farms.service, desk.web):
        clients.add_certificate(desk.farms.service, desk.farm, WEB, pair.der)
    answer = asserted(desk, pair, **changes)
    assert answer.status == status
    if status != 200:
        assert refused(answer)[1:] == ("invalid_client", "MSIS9622")


def test_an_assertion_is_redeemed_once(desk: Desk, pair: certificates.Pair) -> None:
    if not clients.certificates(desk.farms.service, desk.web):
        clients.add_certificate(desk.farms.service, desk.farm, WEB, pair.der)
    assert asserted(desk, pair, jti="one").status == 200
    assert refused(asserted(desk, pair, jti="one"))[1:] == ("invalid_client", "MSIS9622")


def on_behalf(desk: Desk, assertion: str, **changes: str | None) -> Reply:
    if not hasattr(desk, "api_secret"):
        made = clients.add_secret(desk.farms.service, desk.farm, API)
        vars(desk)["api_secret"] = made.secret.reveal()
    fields: dict[str, str | None] = {
        "grant_type": JWT_BEARER,
        "requested_token_use": "on_behalf_of",
        "client_id": API,
        "client_secret": vars(desk)["api_secret"],
        "assertion": assertion,
        "resource": SITE,
    }
    return desk.token(**(fields | changes))


def test_an_api_goes_on_for_who_called_it(desk: Desk) -> None:
    first = desk.by_password(resource=API).document["access_token"]
    answer = on_behalf(desk, first)
    assert answer.status == 200, answer.text
    claims = verified(desk.farms, answer.document["access_token"], SITE, ISSUER)
    assert (claims["upn"], claims["appid"]) == (ADA, API)


def test_on_behalf_needs_a_persons_token_for_the_api_itself(desk: Desk) -> None:
    narrow = desk.by_password(resource=API, scope="openid").document
    others = desk.by_password(resource=SITE).document["access_token"]
    alone = desk.by_itself(resource=API).document["access_token"]
    for assertion in (narrow["access_token"], narrow["id_token"], others, alone, "a.b.c"):
        assert on_behalf(desk, assertion).document["error"] == "invalid_grant"
    desk.farms.clock.ahead += 2 * 3600
    late = desk.by_password(resource=API).document["access_token"]
    desk.farms.clock.ahead += 3600 + 301
    assert refused(on_behalf(desk, late))[1] == "invalid_grant"


def test_on_behalf_believes_no_subject_but_its_own(desk: Desk) -> None:
    """A rule may issue any name: who is meant is the subject's matter."""
    now = int(desk.farms.clock())
    with desk.farms.service.database.read() as tx:
        key = desk.farms.service.keys.signing(tx)
    claims = {
        "aud": API,
        "iss": ISSUER,
        "iat": now,
        "exp": now + 600,
        "upn": ADA,
        "sub": "of somebody else",
        "apptype": "Public",
        "scp": "user_impersonation",
        "ver": "1.0",
    }
    answer = on_behalf(desk, jose.sign(claims, key, x5t=True))
    assert answer.document["error"] == "invalid_grant"


def begun(desk: Desk, **changes: str | None) -> dict[str, Any]:
    fields = {"client_id": NATIVE, "resource": SITE} | changes
    sent = {name: value for name, value in fields.items() if value is not None}
    answer = desk.farms.visitor().post(desk.path("devicecode"), sent)
    assert answer.status == 200, answer.text
    return answer.document


def poll(desk: Desk, name: str, code: str, **changes: str | None) -> Reply:
    fields: dict[str, str | None] = {"grant_type": name, "client_id": NATIVE}
    return desk.token(**(fields | changes), code=None, device_code=code)


def confirmed(desk: Desk, user_code: str, step: str = "accept") -> Reply:
    visitor = desk.farms.visitor()
    page = visitor.get(desk.path("deviceauth"), {"user_code": user_code})
    fields = {**page.fields, "code": user_code, "step": "code"}
    page = visitor.post(desk.path("deviceauth"), fields)
    page = give_password(visitor, page, ADA)
    return visitor.post(desk.path("deviceauth"), {**page.fields, "step": step})


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        ("urn:ietf:params:oauth:grant-type:device_code", "device_code"),
        ("device_code", "code"),
        ("device_code", "device_code"),
    ],
)
def test_a_device_is_signed_in(desk: Desk, grant: str, field: str) -> None:
    device = begun(desk)
    page = f"{AUTHORITY}/oauth2/deviceauth"
    assert device["verification_uri"] == device["verification_url"] == page
    assert device["verification_uri_complete"] == f"{page}?user_code={device['user_code']}"
    assert (device["expires_in"], device["interval"]) == (900, 5)
    form = {"grant_type": grant, "client_id": NATIVE, field: device["device_code"]}
    assert desk.token(**form).document["error"] == "authorization_pending"
    assert "signed in" in confirmed(desk, device["user_code"]).text
    answer = desk.token(**form)
    assert answer.status == 200, answer.text
    assert verified(desk.farms, answer.document["access_token"], SITE, ISSUER)["upn"] == ADA
    assert refused(desk.token(**form))[1] == "invalid_grant"


def test_a_device_is_told_that_a_person_declined(desk: Desk) -> None:
    device = begun(desk)
    confirmed(desk, device["user_code"], "decline")
    answer = poll(desk, "device_code", device["device_code"])
    assert refused(answer)[1] == "access_denied"


def test_a_device_remembers_its_scopes(desk: Desk) -> None:
    device = begun(desk, resource=None, scope=f"{SITE}/user_impersonation")
    confirmed(desk, device["user_code"])
    document = poll(desk, "device_code", device["device_code"]).document
    assert document["scope"] == "user_impersonation"
    assert "id_token" not in document


def test_userinfo_tells_the_subject_of_the_id_token(desk: Desk) -> None:
    document = desk.by_password(scope="openid").document
    bearer = (("authorization", f"Bearer {document['access_token']}"),)
    answer = desk.farms.visitor().get("/adfs/userinfo", headers=bearer)
    subject = verified(desk.farms, document["id_token"], NATIVE, AUTHORITY)["sub"]
    assert answer.document == {"sub": subject}


def test_userinfo_takes_nothing_but_a_token_for_the_farm_itself(desk: Desk) -> None:
    document = desk.by_password(resource=SITE).document
    own = desk.by_itself().document["access_token"]
    for text in (document["access_token"], document["id_token"], own, "a.b.c", ""):
        headers = (("authorization", f"Bearer {text}"),)
        answer = desk.farms.visitor().get("/adfs/userinfo", headers=headers)
        assert (answer.status, answer.response.body) == (401, b"")
    bare = desk.farms.visitor().get("/adfs/userinfo")
    assert dict(bare.response.headers)["WWW-Authenticate"] == "Bearer"


def test_an_implicit_and_a_hybrid_answer(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    for types, mode in (
        ("id_token", "fragment"),
        ("token", "fragment"),
        ("id_token token", "fragment"),
        ("code id_token", "fragment"),
        ("code token", "fragment"),
        ("code id_token token", "form_post"),
    ):
        reply = desk.browse(
            visitor,
            client_id=WEB,
            redirect_uri=WEB_REDIRECT,
            response_type=types,
            response_mode=mode,
            nonce="n",
            resource=SITE,
            code_challenge=None,
            code_challenge_method=None,
        )
        if "__VIEWSTATE" in reply.text:
            reply = give_password(visitor, reply, ADA)
        told = reply.told
        wanted = {"token": "access_token"}
        assert {wanted.get(one, one) for one in types.split()} <= set(told), told
        assert "refresh_token" not in told
        if "access_token" in told:
            claims = verified(desk.farms, told["access_token"], SITE, ISSUER)
            assert claims["apptype"] == "Confidential"
            assert told["expires_in"] == "3600"
        if "id_token" in told:
            claims = verified(desk.farms, told["id_token"], WEB, AUTHORITY)
            assert ("c_hash" in claims, "at_hash" in claims) == (
                "code" in types.split(),
                "token" in types.split(),
            )


def test_an_id_token_is_permitted_or_not(desk: Desk) -> None:
    desk.add("mute", "native", "http://localhost:2", scopes=("user_impersonation",))
    for asked in ({}, {"scope": "openid"}, {"scope": f"{SITE}/.default openid"}):
        answer = desk.by_password(client_id="mute", resource=SITE, **asked)
        assert answer.status == 200, answer.text
        assert "id_token" not in answer.document


def test_claims_of_the_rules_stand_in_id_tokens_where_all_are_asked(desk: Desk) -> None:
    asked = desk.by_password(resource=SITE, scope="openid allatclaims").document
    claims = verified(desk.farms, asked["id_token"], NATIVE, AUTHORITY)
    assert claims["primarysid"] == desk.farm.account(desk.farms.ada).sid
    bare = desk.by_password(resource=SITE, scope="openid").document
    assert "primarysid" not in verified(desk.farms, bare["id_token"], NATIVE, AUTHORITY)


def test_rules_decide_what_an_access_token_tells_but_nothing_of_the_protocol(desk: Desk) -> None:
    rules = (
        IssuanceRule(claim=claim_types.ROLE, value="Sales"),
        IssuanceRule(claim=claim_types.ROLE, value="Support"),
        IssuanceRule(claim="aud", value="https://elsewhere.example/"),
        IssuanceRule(claim="exp", value="9999999999"),
        IssuanceRule(claim="sub", value="somebody else"),
        IssuanceRule(claim="scp", value="everything"),
    )
    farms = desk.farms
    parties.add(
        farms.service,
        farms.farm,
        name="Ruled",
        identifiers=("urn:ruled",),
        rules=rules,
        lifetime=10,
    )
    document = desk.by_password(resource="urn:ruled", scope="user_impersonation").document
    assert document["expires_in"] == 600
    claims = verified(farms, document["access_token"], "urn:ruled", ISSUER)
    assert claims["role"] == ["Sales", "Support"]
    assert claims["exp"] - claims["iat"] == 600
    assert claims["scp"] == "user_impersonation"
    assert claims["sub"] != "somebody else"
    assert {"upn", "unique_name"}.isdisjoint(claims)
    bare = desk.by_password(resource="urn:ruled", scope="offline_access").document
    assert "scp" not in verified(farms, bare["access_token"], "urn:ruled", ISSUER)
