"""Discovery says what is so (OpenID Connect Discovery 1.0, RFC 8414, RFC 9207): docs/openid.md."""

from urllib.parse import urlsplit

import jwt
import pytest

from support.profiled import BASE, PROFILES, profiled
from support.signing_in import (
    asking,
    authorize_path,
    claims_of,
    make_application,
    redeem,
    sign_in,
)
from xrm.sts import registration

VERSIONS = ["v1", "v2"]
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
WELL_KNOWN = "/.well-known/openid-configuration"
REQUIRED = {
    *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"),
    *("response_types_supported", "subject_types_supported"),
    "id_token_signing_alg_values_supported",
}
POSTED = ("token_endpoint", "device_authorization_endpoint")
ADVERTISED = {
    ("faithful", "v1"): ["code", "id_token", "code id_token", "token id_token", "token"],
    ("faithful", "v2"): ["code", "id_token", "code id_token", "id_token token"],
    ("strict", "v1"): ["code", "id_token", "code id_token"],
    ("strict", "v2"): ["code", "id_token", "code id_token"],
}
NEVER = ["code token", "code id_token token", "none", "id", "code code_token"]


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("discovery"), request.param) as opened:
        yield opened


def document(at, version, segment=None):
    middle = "" if version == "v1" else "/v2.0"
    path = f"/{segment or at.tenant.tenant_id}{middle}{WELL_KNOWN}"
    return at.visitor().get(path).document


@pytest.mark.parametrize("version", VERSIONS)
def test_the_document_lies_under_its_issuer(at, version):
    issuer = document(at, version)["issuer"]
    assert issuer.startswith(BASE)
    path = urlsplit(issuer).path.rstrip("/") + WELL_KNOWN
    assert at.visitor().get(path).document["issuer"] == issuer


@pytest.mark.parametrize("version", VERSIONS)
def test_the_document_holds_what_is_required(at, version):
    found = document(at, version)
    assert set(found) >= REQUIRED
    assert found["subject_types_supported"] == ["pairwise"]
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert "openid" in found["scopes_supported"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_address_of_a_document_is_there(at, version):
    shared = ["common", "organizations"] if at.profile.template_issuers else []
    for segment in (None, *shared):
        found = document(at, version, segment)
        for name in POSTED:
            answer = at.visitor().post(urlsplit(found.pop(name)).path, {})
            assert answer.refusal == (400, "invalid_request", 900144)
        addresses = [
            value
            for name, value in found.items()
            if name != "issuer" and isinstance(value, str) and value.startswith("https://")
        ]
        assert len(addresses) >= 4
        for address in addresses:
            assert address.startswith(f"{BASE}/")
            assert at.visitor().get(urlsplit(address).path).status not in (404, 405, 500), address


@pytest.mark.parametrize("version", VERSIONS)
def test_the_response_types_named_are_those_answered(at, version):
    named = document(at, version)["response_types_supported"]
    assert named == ADVERTISED[at.name, version]
    for types in named:
        told = at.answered(version, response_type=types, nonce="n", scope=_scope(version)).told
        assert "error" not in told, (types, told)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("types", NEVER)
def test_other_response_types_are_refused(at, version, types):
    told = at.answered(version, response_type=types, nonce="n").told
    assert (told["error"], told["state"]) == ("unsupported_response_type", "a state")


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_the_response_modes_named_are_those_answered(at, mode):
    assert document(at, "v2")["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert at.answered(response_mode=mode).mode == mode


@pytest.mark.parametrize("version", VERSIONS)
def test_the_claims_named_can_be_had(at, version):
    scope = "openid profile email" if version == "v2" else "openid"
    asked = {"response_type": "code id_token", "nonce": "n", "max_age": "3600", "scope": scope}
    told = at.answered(version, **asked).told
    had = set(claims_of(told["id_token"]))
    if at.profile.implicit_access_tokens:
        told = at.answered(version, **(asked | {"response_type": "id_token token"})).told
        had |= set(claims_of(told["id_token"]))
    else:
        had.add("at_hash")
    assert set(document(at, version)["claims_supported"]) <= had


@pytest.mark.parametrize("version", VERSIONS)
def test_the_keys_named_verify_the_tokens(at, version):
    found = document(at, version)
    keys = at.visitor().get(urlsplit(found["jwks_uri"]).path).document["keys"]
    asked = {"response_type": "id_token", "nonce": "n", "scope": "openid"}
    token = at.answered(version, **asked).told["id_token"]
    header = jwt.get_unverified_header(token)
    (key,) = [one for one in keys if one["kid"] == header["kid"]]
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience=str(at.desk.application_id),
        issuer=found["issuer"],
    )
    assert claims["nonce"] == "n"


@pytest.mark.parametrize("version", VERSIONS)
def test_strict_says_what_entra_leaves_out(at, version):
    found = document(at, version)
    said = {
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "authorization_response_iss_parameter_supported": True,
        "frontchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
    if at.name == "strict":
        assert {name: found[name] for name in said} == said
    else:
        assert set(found).isdisjoint(set(said) - {"request_uri_parameter_supported"})


SHARED = {"common": "{tenantid}", "Organizations": "{tenantid}", "consumers": CONSUMERS}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("segment", SHARED)
def test_a_document_that_does_not_lie_under_its_issuer(at, version, segment):
    """OIDD 4.3: the issuer is identical to what was asked, so a template can be nobody's."""
    middle = "" if version == "v1" else "/v2.0"
    answer = at.visitor().get(f"/{segment}{middle}{WELL_KNOWN}")
    assert answer.response.header("access-control-allow-origin") == "*"
    if at.name == "strict":
        assert answer.refusal == (404, "invalid_request", 90002)
    else:
        assert answer.status == 200
        issuer = f"{BASE}/{SHARED[segment]}{middle or '/'}"
        assert answer.document["issuer"] == issuer
        assert not answer.document.get("authorization_response_iss_parameter_supported")


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_document_people_sign_in_at_common_all_the_same(at, version):
    several = make_application(
        at.service, at.tenant, f"Several {version}", audience="AzureADMultipleOrgs"
    )
    registration.consent(at.service, at.tenant, several.application_id)
    visitor = at.visitor()
    page = visitor.get(authorize_path("common", version), asking(several, version))
    told = sign_in(visitor, page, at.person.user_principal_name).told
    answer = redeem(at.service, "common", several, version=version, code=told["code"])
    assert (answer.status, answer.document["token_type"]) == (200, "Bearer")
    keys = "/common/discovery/keys" if version == "v1" else "/common/discovery/v2.0/keys"
    assert at.visitor().get(keys).document["keys"]


def test_the_grant_types_named_are_those_taken(at):
    named = set(document(at, "v2").get("grant_types_supported", ()))
    if at.name == "faithful":
        assert named == set()
        return
    assert "password" not in named
    for grant in named - {"implicit"}:
        answer = redeem(at.service, at.tenant, at.desk, grant_type=grant)
        assert answer.refusal[1] != "unsupported_grant_type", grant


def _scope(version):
    return "openid" if version == "v2" else None
