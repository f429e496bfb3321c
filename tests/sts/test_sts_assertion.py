"""Proof by certificate: which assertions are taken, and what is answered to the others."""

import base64

import jwt
import pytest

from support import certificates
from support.credentials import ASSERTION_TYPE, base64url, signed, thumbprints
from xrm.sts import registration

BASE = "https://localhost:8443"
ORGANIZATION = "https://localhost:8444/"
YEAR = 365 * 24 * 3600


def unverified(document, answer):
    token = document(answer)["access_token"]
    return jwt.decode(token, options={"verify_signature": False})


def codes(document, answer):
    return document(answer)["error_codes"]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("names", [["x5t"], ["x5t#S256"], ["x5t", "x5t#S256"]])
def test_a_client_proves_itself_by_certificate(
    certified, pair, document, version, algorithm, names
):
    header = thumbprints(pair, names)
    text = signed(pair, certified.claims(version), algorithm=algorithm, header=header)
    answer = certified.post(certified.path(version), certified.asserting(text, version))
    assert answer.status == 200
    assert "refresh_token" not in document(answer)
    claims = unverified(document, answer)
    assert claims["appidacr"] == "2"
    assert claims["appid"] == str(certified.application.application_id)
    assert claims["aud"] == ORGANIZATION


def test_a_secret_is_still_a_secret(certified, document):
    answer = certified.post(certified.path(), certified.form())
    assert unverified(document, answer)["appidacr"] == "1"


def taken_headers(pair, stranger):
    padded = base64.urlsafe_b64encode(bytes.fromhex(pair.sha1)).decode()
    lines = base64.encodebytes(pair.der).decode()
    chain = [lines, base64.b64encode(stranger.der).decode()]
    return {
        "padded": {"x5t": padded},
        "chain, its lines broken": {**thumbprints(pair), "x5c": chain},
        "more than is looked at": {**thumbprints(pair), "kid": "any", "x5u": "https://a.example"},
    }


@pytest.mark.parametrize("name", ["padded", "chain, its lines broken", "more than is looked at"])
def test_spellings_of_the_header(certified, pair, stranger, name):
    header = taken_headers(pair, stranger)[name]
    text = signed(pair, certified.claims(), header=header)
    assert certified.post(certified.path(), certified.asserting(text)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1_800_000_600.75, "iat": 1_800_000_000.25, "nbf": None},
        {"nbf": None, "iat": None},
        {"iat": None},
        {"jti": None},
        # As documented, no lifetime is too long.
        {"exp": 1_800_000_000 + 10 * YEAR},
        {"exp": 1e300},
        # The clocks may differ by five minutes.
        {"exp": 1_800_000_000 - 299},
        {"nbf": 1_800_000_000 + 300, "exp": 1_800_000_900},
        # Only without `nbf` does `iat` say when it starts.
        {"iat": 1_800_000_000 + 9999},
        {"extra": {"any": ["thing"]}},
    ],
)
def test_claims_that_are_taken(certified, pair, change):
    text = signed(pair, certified.claims(**change))
    assert certified.post(certified.path(), certified.asserting(text)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1_800_000_000 - 300},
        {"exp": 0},
        {"exp": -1e300},
        {"exp": None},
        {"nbf": 1_800_000_000 + 301, "exp": 1_800_000_900},
        {"nbf": 1e300, "exp": 1e301},
        {"nbf": None, "iat": 1_800_000_000 + 301},
    ],
)
def test_times_that_are_not_now(certified, pair, document, change):
    text = signed(pair, certified.claims(**change))
    answer = certified.post(certified.path(), certified.asserting(text))
    assert (answer.status, document(answer)["error"]) == (401, "invalid_client")
    assert codes(document, answer) == [700024]


def test_the_answer_says_the_times(certified, pair, document):
    text = signed(pair, certified.claims(nbf=1_700_000_000, exp=1_700_000_600))
    answer = certified.post(certified.path(), certified.asserting(text))
    description = document(answer)["error_description"]
    times = ("2027-01-15T08:00:00Z", "2023-11-14T22:13:20Z", "2023-11-14T22:23:20Z")
    assert all(time in description for time in times)


TAILS = ["/oauth2/token", "/oauth2/v2.0/token", "/v2.0", ""]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("segment", ["id", "ID", "contoso.example", "Contoso.Example"])
def test_audiences_of_the_tenant(certified, pair, segment, tail, slash):
    tenant_id = str(certified.tenant.tenant_id)
    segment = {"id": tenant_id, "ID": tenant_id.upper()}.get(segment, segment)
    text = signed(pair, certified.claims(aud=f"{BASE}/{segment}{tail}{slash}"))
    assert certified.post(certified.path("v2"), certified.asserting(text, "v2")).status == 200


def test_a_second_domain_is_an_audience_from_the_next_request(fresh, pair, document):
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    audience = f"{BASE}/sales.contoso.example/oauth2/token"
    refused = fresh.post(fresh.path(), fresh.asserting(signed(pair, fresh.claims(aud=audience))))
    assert codes(document, refused) == [700023]
    registration.add_domain(fresh.service, fresh.tenant, "sales.contoso.example")
    text = signed(pair, fresh.claims(aud=audience))
    assert fresh.post(fresh.path(), fresh.asserting(text)).status == 200


@pytest.mark.parametrize(
    "audience",
    [
        "https://localhost:8443",
        "https://localhost:8443/",
        "https://localhost:8443/common/oauth2/token",
        "https://localhost:8443/{id}/oauth2/authorize",
        "https://localhost:8443/{id}/oauth2/token//",
        "https://localhost:8443/{id}//oauth2/token",
        "https://localhost:8443/{id}/oauth2/token?x=1",
        "https://localhost:8443/{id}x/oauth2/token",
        "https://localhost:8443/11111111-2222-3333-4444-555555555555/oauth2/token",
        "https://localhost:8444/{id}/oauth2/token",
        "https://localhost/{id}/oauth2/token",
        "http://localhost:8443/{id}/oauth2/token",
        "https://login.microsoftonline.com/{id}/oauth2/token",
        "https://sts.windows.net/{id}/",
        "{id}",
        "https://localhost:8444/",
        "https://localhost:8443/\u212aontoso.example/oauth2/token",
    ],
)
def test_audiences_of_others(certified, pair, document, audience):
    audience = audience.replace("{id}", str(certified.tenant.tenant_id))
    text = signed(pair, certified.claims(aud=audience))
    answer = certified.post(certified.path(), certified.asserting(text))
    assert (answer.status, document(answer)["error"]) == (401, "invalid_client")
    assert codes(document, answer) == [700023]


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"client_assertion_type": None}, 400, "invalid_request", 900144),
        ({"client_assertion_type": "jwt-bearer"}, 400, "invalid_request", 90011),
        ({"client_assertion_type": ASSERTION_TYPE.upper()}, 400, "invalid_request", 90011),
        ({"client_assertion": None}, 401, "invalid_client", 7000216),
        ({"client_assertion": ""}, 401, "invalid_client", 7000216),
        ({"client_assertion": "x"}, 400, "invalid_request", 50027),
        ({"client_assertion": "a.b.c"}, 400, "invalid_request", 50027),
        ({"client_assertion": "." * 20_000}, 400, "invalid_request", 50027),
        ({"client_secret": "beside it"}, 400, "invalid_request", 9002313),
        ({"client_id": None}, 400, "invalid_request", 900144),
    ],
)
def test_what_goes_along_with_an_assertion(
    certified, pair, document, change, status, error, number
):
    form = certified.asserting(signed(pair, certified.claims()), **change)
    found = document(answer := certified.post(certified.path(), form))
    assert (answer.status, found["error"], found["error_codes"]) == (status, error, [number])


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"iss": None}, 400, "invalid_request", 90014),
        ({"sub": None}, 400, "invalid_request", 90014),
        ({"aud": None}, 400, "invalid_request", 90014),
        ({"jti": 7}, 400, "invalid_request", 90014),
        ({"aud": [f"{BASE}/a", f"{BASE}/b"]}, 401, "invalid_client", 5002741),
        ({"sub": "11111111-2222-3333-4444-555555555555"}, 401, "invalid_client", 50048),
        ({"iss": "other", "sub": "other"}, 401, "invalid_client", 700021),
    ],
)
def test_claims_that_are_refused(certified, pair, document, change, status, error, number):
    text = signed(pair, certified.claims(**change))
    found = document(answer := certified.post(certified.path(), certified.asserting(text)))
    assert (answer.status, found["error"], found["error_codes"]) == (status, error, [number])


def test_one_audience_may_stand_in_a_list(certified, pair):
    text = signed(pair, certified.claims(aud=[f"{BASE}/contoso.example/oauth2/token"]))
    assert certified.post(certified.path(), certified.asserting(text)).status == 200


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ({}, 5002723),
        ({"kid": "only this"}, 5002723),
        ({"x5t": base64url(b"too short")}, 5002723),
        ({"x5t": 7}, 5002723),
        ({"crit": ["exp"]}, 50027),
    ],
)
def test_headers_that_are_refused(certified, pair, document, header, number):
    header = {**thumbprints(pair), **header} if "crit" in header else header
    text = signed(pair, certified.claims(), header=header)
    assert codes(document, certified.post(certified.path(), certified.asserting(text))) == [number]


def test_a_client_without_certificates(world, pair, document):
    made = registration.create_application(world.service, world.tenant, name="No certificate")
    client_id = str(made.application_id)
    text = signed(pair, world.claims(iss=client_id, sub=client_id))
    answer = world.post(world.path(), world.asserting(text, client_id=client_id))
    assert (answer.status, codes(document, answer)) == (401, [700026])


def test_the_refusal_names_the_thumbprint(certified, stranger, document):
    text = signed(stranger, certified.claims())
    description = document(certified.post(certified.path(), certified.asserting(text)))[
        "error_description"
    ]
    shown = f"Thumbprint of key used by client: '{stranger.sha1}'"
    assert f"[Reason - The key was not found., {shown}]" in description


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    ("options", "algorithm", "number", "error"),
    [
        ({"bits": 1024}, "RS256", 700027, "invalid_client"),
        ({"curve": True}, None, 5002730, "invalid_request"),
    ],
)
def test_keys_that_are_too_weak_or_of_another_kind(
    world, pair, document, options, algorithm, number, error
):
    weak = certificates.make(**options)
    made = registration.create_application(world.service, world.tenant, name=f"Weak {number}")
    registration.add_certificate(world.service, made, weak.der)
    client_id = str(made.application_id)
    claims = world.claims(iss=client_id, sub=client_id)
    # An elliptic curve's key makes no signature of the kind the header claims.
    text = signed(weak if algorithm else pair, claims, header=thumbprints(weak))
    answer = world.post(world.path(), world.asserting(text, client_id=client_id))
    assert (document(answer)["error"], codes(document, answer)) == (error, [number])


def test_of_two_certificates_each_works_until_it_is_removed(fresh, pair, stranger, document):
    def ask(key):
        return fresh.post(fresh.path(), fresh.asserting(signed(key, fresh.claims())))

    for key in (pair, stranger):
        registration.add_certificate(fresh.service, fresh.application, key.der)
    assert [ask(key).status for key in (pair, stranger)] == [200, 200]
    registration.remove_certificate(fresh.service, fresh.application, pair.sha1)
    assert codes(document, ask(pair)) == [700027]
    assert ask(stranger).status == 200
