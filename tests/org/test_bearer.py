"""Tokens that must not be believed: each gets the challenge, none reaches the records."""

import base64
import hashlib
import hmac
import re
import uuid
from dataclasses import replace

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.estate import FOREIGN_TENANT, ROOT, STS, TENANT, URL, Client, signing_key
from xrm.model.errors.service import NOT_A_MEMBER
from xrm.wire import jose
from xrm.wire.http import Request

CHALLENGE = f"authorization_uri={STS}/{TENANT}/oauth2/authorize, resource_id={URL}"
WRONG = re.compile(
    r"Bearer error=invalid_token, error_description=[^,=\"\\]+, " + re.escape(CHALLENGE)
)
RESOURCE = "00000007-0000-0000-c000-000000000000"


class Untouched:
    """A database nobody may ask."""

    inline = True
    engine = "sqlite"

    def read(self):
        raise AssertionError("the database was asked")

    write = read


@pytest.fixture(scope="module")
def service(estate):
    return estate.user("System Administrator")


@pytest.fixture
def guarded(estate, monkeypatch):
    """The organization with a database that must not be asked."""
    monkeypatch.setattr(estate.organization, "database", Untouched())
    return estate


def ask(estate, *lines):
    headers = tuple(("authorization", line) for line in lines)
    return estate.send(Request("GET", ROOT + "leads", "", headers))


def assert_challenged(answer, *, error):
    assert answer.status == 401
    lines = [v for name, v in answer.response.headers if name.lower() == "www-authenticate"]
    assert len(lines) == 1
    if error:
        assert WRONG.fullmatch(lines[0]), lines[0]
    else:
        assert lines[0] == f"Bearer {CHALLENGE}"
    assert answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.header("REQ_ID")


def part(value):
    return jose.encode(orjson.dumps(value))


def forged(claims, header, signature=b""):
    return f"{part(header)}.{part(claims)}.{jose.encode(signature)}"


def hs256(estate, service, secret):
    content = f"{part({'typ': 'JWT', 'alg': 'HS256', 'kid': estate.key.kid})}." + part(
        estate.claims(service.application_id)
    )
    return f"{content}.{jose.encode(hmac.digest(secret, content.encode(), 'sha256'))}"


def now(estate, seconds):
    return int(estate.clock()) + seconds


CLAIMS = {
    "expired": lambda estate: {"exp": now(estate, -301)},
    "long expired": lambda estate: {"exp": 0},
    "not valid yet": lambda estate: {"nbf": now(estate, 301)},
    "without exp": lambda estate: {"exp": None},
    "without nbf": lambda estate: {"nbf": None},
    "exp as text": lambda estate: {"exp": str(now(estate, 3600))},
    "exp as truth": lambda estate: {"exp": True},
    "exp as list": lambda estate: {"exp": [now(estate, 3600)]},
    "audience of another organization": lambda estate: {"aud": "https://localhost:9444/"},
    "audience of a longer host": lambda estate: {"aud": "https://localhost:8444.example/"},
    "audience with a path": lambda estate: {"aud": URL + "x"},
    "audience with two slashes": lambda estate: {"aud": URL + "/"},
    "audience in capitals": lambda estate: {"aud": URL.upper()},
    "audience of Graph": lambda estate: {"aud": "00000003-0000-0000-c000-000000000000"},
    "audience as list": lambda estate: {"aud": [URL]},
    "without audience": lambda estate: {"aud": None},
    "another tenant": lambda estate: {"tid": str(FOREIGN_TENANT)},
    "tenant as list": lambda estate: {"tid": [str(TENANT)]},
    "without tenant": lambda estate: {"tid": None},
    "another issuer": lambda estate: {"iss": f"{STS}/{FOREIGN_TENANT}/"},
    "issuer without its slash": lambda estate: {"iss": f"{STS}/{TENANT}"},
    "issuer of the other version": lambda estate: {"iss": f"{STS}/{TENANT}/v2.0"},
    "issuer as object": lambda estate: {"iss": {}},
    "without issuer": lambda estate: {"iss": None},
    "without oid": lambda estate: {"oid": None},
    "oid that is none": lambda estate: {"oid": "someone"},
    "oid as number": lambda estate: {"oid": 5},
    "without appid": lambda estate: {"appid": None},
    "another person's, without scopes": lambda estate: {"oid": str(uuid.uuid4())},
    "a person's, without scopes": lambda estate: {"sub": "pairwise"},
    "a person's, with an empty scope": lambda estate: {"scp": ""},
    "a person's, with another scope": lambda estate: {"scp": "User.Read profile"},
    "a person's, with a scope of nearly that name": lambda estate: {"scp": "user_impersonation2"},
    "a person's, with the scope in capitals": lambda estate: {"scp": "USER_IMPERSONATION"},
    "a person's, with scopes as list": lambda estate: {"scp": ["user_impersonation"]},
}


@pytest.mark.parametrize("case", CLAIMS)
def test_wrong_claims(guarded, service, case):
    token = guarded.token(service.application_id, **CLAIMS[case](guarded))
    assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_an_id_token_is_no_access_token(guarded, service):
    token = guarded.token(service.application_id, aud=str(service.application_id), nonce="x")
    assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


@pytest.mark.covers("header: Authorization: Bearer")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": URL.rstrip("/")},
        {"aud": RESOURCE},
        {"exp": -299},
        {"nbf": 299},
        {"exp": 2**53},
    ],
)
def test_a_good_token_is_believed(estate, service, changes):
    moved = {
        name: now(estate, value) if isinstance(value, int) else value
        for name, value in changes.items()
    }
    token = estate.token(service.application_id, **moved)
    for _ in range(2):
        assert ask(estate, f"Bearer {token}").status == 200


def test_a_token_ends_five_minutes_after_its_time_even_when_known(fresh):
    service = fresh.user("System Administrator")
    service.token = fresh.token(service.application_id, exp=now(fresh, 60))
    assert service.get("leads").status == 200
    fresh.clock.now += 60 + 299
    assert service.get("leads").status == 200
    fresh.clock.now += 2
    assert_challenged(service.get("leads"), error=True)


def test_a_token_whose_key_is_withdrawn_ends_within_five_minutes(fresh):
    service = fresh.user("System Administrator")
    assert service.get("leads").status == 200
    fresh.trust.keys.clear()
    fresh.clock.now += 301
    assert_challenged(service.get("leads"), error=True)


def test_a_foreign_key_with_the_same_id(guarded, service):
    foreign = replace(signing_key("foreign"), kid=guarded.key.kid)
    token = jose.sign(guarded.claims(service.application_id), foreign, x5t=True)
    assert jose.verify(token, lambda kid: signing_key("foreign").verification())
    assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_an_unknown_key(guarded, service):
    token = jose.sign(guarded.claims(service.application_id), signing_key("foreign"), x5t=True)
    assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_a_key_inside_the_token_counts_for_nothing(guarded, service):
    foreign = signing_key("foreign")
    good = jose.sign(guarded.claims(service.application_id), foreign, x5t=True)
    jwk = foreign.verification().jwk()
    for header in (
        {"alg": "RS256", "kid": foreign.kid, "jwk": jwk},
        {"alg": "RS256", "kid": foreign.kid, "x5c": jwk["x5c"]},
        {"alg": "RS256", "kid": foreign.kid, "jku": "https://localhost/keys"},
    ):
        signature = jose.decode(good.rpartition(".")[2])
        token = forged(guarded.claims(service.application_id), header, signature)
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, "RS512", "PS256", 5])
def test_no_other_algorithm(guarded, service, alg):
    good = guarded.token(service.application_id)
    signature = jose.decode(good.rpartition(".")[2])
    header = {"typ": "JWT", "alg": alg, "kid": guarded.key.kid}
    for end in (b"", signature):
        token = forged(guarded.claims(service.application_id), header, end)
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_the_public_key_as_a_secret(guarded, service):
    public = guarded.key.private_key.public_key()
    jwk = guarded.key.verification().jwk()
    secrets = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.PKCS1),
        guarded.key.certificate_der,
        jose.decode(jwk["n"]),
        jwk["n"].encode(),
        orjson.dumps(jwk),
        jwk["x5c"][0].encode(),
        b"",
    ]
    for secret in secrets:
        token = hs256(guarded, service, secret)
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_an_edited_claim(guarded, service):
    head, body, signature = guarded.token(service.application_id).split(".")
    claims = orjson.loads(jose.decode(body))
    for change in ({"exp": 2**40}, {"oid": str(uuid.uuid4())}, {"roles": ["Administrator"]}):
        token = f"{head}.{part(claims | change)}.{signature}"
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_an_edited_header(guarded, service):
    head, body, signature = guarded.token(service.application_id).split(".")
    header = orjson.loads(jose.decode(head))
    for change in ({"x": 1}, {"crit": ["exp"]}, {"b64": False}, {"kid": None}, {"kid": [1]}):
        token = f"{part(header | change)}.{body}.{signature}"
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_mangled_tokens(guarded, service):
    good = guarded.token(service.application_id)
    head, body, signature = good.split(".")
    mangled = [
        *(good[:length] for length in range(1, len(good), 37)),
        *("a", ".", "..", "...", "a.b.c", "=.=.=", "null", "{}", "[]", "\u00e9.\u00e9.\u00e9"),
        *(f"{good}.", f".{good}", f"{good}{good}", f"{head}.{body}", f"{body}.{head}.{signature}"),
        *(f"{head}..{signature}", f".{body}.{signature}", f"{head}.{body}.", good.replace(".", "")),
        *(good[:-1] + "!", good.upper(), good.swapcase(), f"{head}.{body}.{signature[::-1]}"),
        *("x" * 20_480, f"{head}.{'A' * 20_480}.{signature}", f"{good}{'A' * 20_480}"),
        *(f"{part([1])}.{body}.{signature}", f"{part('x')}.{body}.{signature}"),
        base64.b64encode(good.encode()).decode(),
        hashlib.sha256(good.encode()).hexdigest(),
        "a b c",
        f"{good} {good}",
        f"{good},{good}",
    ]
    for token in mangled:
        assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


def test_a_token_over_sixteen_kilobytes_is_not_looked_at(guarded, service):
    token = guarded.token(service.application_id, padding="x" * 20_000)
    assert len(token) > 20_480
    assert_challenged(ask(guarded, f"Bearer {token}"), error=True)


@pytest.mark.covers("response header: WWW-Authenticate", "error: 401 challenge")
@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        ("Bearer",),
        ("Bearer ",),
        ("{}",),
        ("Basic {}",),
        ("Basic dXNlcjpwYXNz",),
        ("Negotiate {}",),
        ("NTLM TlRMTVNTUAABAAAA",),
        ("Bearer{}",),
        ("Bearer={}",),
        ("BearerX {}",),
        ("PoP {}",),
        ("MAC {}",),
        ("Bearer {}", "Bearer {}"),
        ("Bearer {}", "Basic dXNlcjpwYXNz"),
        ("Basic dXNlcjpwYXNz", "Bearer {}"),
        ("Bearer {}", ""),
    ],
)
def test_without_one_bearer_token_there_is_only_the_challenge(guarded, service, lines):
    good = guarded.token(service.application_id)
    answer = ask(guarded, *(line.format(good) for line in lines))
    assert_challenged(answer, error=False)


def test_the_token_counts_only_in_its_header(guarded, service):
    good = guarded.token(service.application_id)
    query = f"access_token={good}"
    assert_challenged(guarded.send(Request("GET", ROOT + "leads", query)), error=False)
    form = (("content-type", "application/x-www-form-urlencoded"),)
    post = Request("POST", ROOT + "leads", "", form, query.encode())
    assert_challenged(guarded.send(post), error=False)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_in_any_case(estate, service, scheme):
    assert ask(estate, f"{scheme} {service.token}").status == 200
    assert ask(estate, f"{scheme}  {service.token} ").status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "BREW"])
@pytest.mark.parametrize(
    "path",
    ["", "leads", "nowhere", "leads(x)", "$metadata", "$batch", "../..", "%ff", "/", "/api"],
)
def test_every_path_asks_for_a_token_first(guarded, method, path):
    answer = Client(guarded).send(method, path)
    assert_challenged(answer, error=False)


def test_a_quoted_challenge_for_clients_that_read_no_other(estate, monkeypatch):
    monkeypatch.setattr(estate.organization, "quoted_challenge", True)
    answer = ask(estate)
    uri = f"{STS}/{TENANT}/oauth2/authorize"
    expected = f'Bearer authorization_uri="{uri}", resource_id="{URL}"'
    assert answer.header("WWW-Authenticate") == expected


def test_a_valid_token_without_a_user(estate):
    stranger = Client(estate, estate.token(estate.register("Stranger")))
    assert stranger.get("leads").error == (403, NOT_A_MEMBER.hex)
    assert stranger.get("leads").header("WWW-Authenticate") is None


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "", "", b""),
        ("GET", "WhoAmI", "", b""),
        ("GET", "nowhere", "", b""),
        ("GET", "$metadata", "", b""),
        ("GET", "leads", "$filter=x", b""),
        ("GET", "leads(1)", "", b""),
        ("GET", "leads(leadid=1)", "", b""),
        ("GET", "leads/x/y", "", b""),
        ("PUT", "leads", "", b""),
        ("POST", "WhoAmI", "", b""),
        ("POST", "leads", "", b""),
        ("POST", "leads", "", b"{"),
        ("POST", "leads", "", b'{"nosuch":1}'),
        ("PATCH", "leads(8944a0c4-b36d-4973-a3c6-e0fefe61d236)", "", b'{"nosuch":1}'),
        ("DELETE", "leads(8944a0c4-b36d-4973-a3c6-e0fefe61d236)", "", b""),
    ],
)
def test_who_has_no_user_learns_nothing_else(estate, method, path, query, body):
    stranger = Client(estate, estate.token(estate.register("Stranger")))
    headers = (("content-type", "application/json"),) if body else ()
    answer = stranger.send(method, path, query, headers=headers, body=body)
    assert answer.error == (403, NOT_A_MEMBER.hex)


def test_a_person_is_not_its_application(estate, service):
    person = str(uuid.uuid4())
    for changes in ({}, {"oid": person}, {"sub": "pairwise"}, {"scp": "other user_impersonation"}):
        scoped = {"scp": "user_impersonation"} | changes
        token = estate.token(service.application_id, **scoped)
        assert Client(estate, token).get("leads").error == (403, NOT_A_MEMBER.hex)


def test_a_disabled_user(fresh):
    admin = fresh.user("System Administrator")
    service = fresh.user("System Administrator")
    assert service.get("leads").status == 200
    where = f"systemusers({service.user_id})"
    assert admin.patch(where, {"isdisabled": True}).status == 204
    answer = service.get("leads")
    assert answer.error == (403, "0x80040225")
    assert str(service.user_id) in answer.document["error"]["message"]
    assert Client(fresh.beside(), service.token).get("WhoAmI").error == (403, "0x80040225")
    assert admin.patch(where, {"isdisabled": False}).status == 204
    assert service.get("leads").status == 200


def test_a_user_without_roles(estate):
    service = estate.user()
    assert service.get("WhoAmI").document["UserId"] == str(service.user_id)
    for path in ("leads", "leads(8944a0c4-b36d-4973-a3c6-e0fefe61d236)", "systemusers", "roles"):
        assert service.get(path).error == (403, "0x80040220")
    assert service.post("leads", {"lastname": "x"}).error == (403, "0x80040220")
