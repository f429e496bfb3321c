"""Signing in by certificate, end to end over TLS; PyJWT judges what the token service got."""

import base64
import datetime
import logging
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

import xrm
from support import certificates
from support.certificates import Pair
from support.contoso import CLIENT_ID, TENANT, Contoso, Driver, Seen, as_json
from xrm import errors
from xrm.model.secret import Secret

Opened = Callable[..., Driver]
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def pair() -> Pair:
    return certificates.make()


@pytest.fixture(scope="module")
def stranger() -> Pair:
    return certificates.make("stranger")


def base64url(hexadecimal: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(hexadecimal)).rstrip(b"=").decode()


def day(year: int, month: int, number: int) -> datetime.datetime:
    return datetime.datetime(year, month, number, tzinfo=datetime.UTC)


class Registered:
    """A token service's side: whose certificate is registered, and what was proved with it."""

    def __init__(self, contoso: Contoso, pair: Pair, algorithm: str = "PS256") -> None:
        self.claims: list[dict[str, Any]] = []
        self.headers: list[dict[str, Any]] = []
        self._contoso, self._pair, self._algorithm = contoso, pair, algorithm
        contoso.proves = self.proves

    def proves(self, seen: Seen) -> bool:
        text = seen.form["client_assertion"]
        endpoint = f"{self._contoso.sts.url}/{self._contoso.tenant}/oauth2/token"
        public = self._pair.private_key.public_key()
        options = {"require": ["aud", "iss", "sub", "jti", "nbf", "iat", "exp"]}
        try:
            claims = jwt.decode(text, public, [self._algorithm], options, audience=endpoint)
        except jwt.InvalidTokenError:
            return False
        self.claims.append(claims)
        self.headers.append(jwt.get_unverified_header(text))
        return seen.form["client_assertion_type"] == JWT_BEARER


@pytest.mark.parametrize(
    ("tenant", "algorithm", "name"),
    [(TENANT, "PS256", "x5t#S256"), ("adfs", "RS256", "x5t"), ("ADFS", "RS256", "x5t")],
)
def test_the_token_service_gets_an_assertion_it_can_check(
    opened: Opened, contoso: Contoso, pair: Pair, tenant: str, algorithm: str, name: str
):
    contoso.tenant = tenant
    registered = Registered(contoso, pair, algorithm)
    client = opened(xrm.auth.Certificate(CLIENT_ID, pair.pem()))
    assert client.whoami()
    (asked,) = contoso.sts.seen
    assert asked.form.keys() == {
        "grant_type", "client_id", "client_assertion_type", "client_assertion", "resource",
    }  # fmt: skip
    assert asked.form["client_id"] == CLIENT_ID
    assert asked.form["resource"] == f"{contoso.org.url}/"
    thumbprint = base64url(pair.sha1 if name == "x5t" else pair.sha256)
    assert registered.headers == [{"typ": "JWT", "alg": algorithm, name: thumbprint}]
    (claims,) = registered.claims
    assert (claims["iss"], claims["sub"]) == (CLIENT_ID, CLIENT_ID)
    assert claims["exp"] - 600 == claims["nbf"] == claims["iat"]


def test_each_request_has_an_assertion_of_its_own(opened: Opened, contoso: Contoso, pair: Pair):
    registered = Registered(contoso, pair)
    contoso.sts.planned = [as_json(429, {}, Retry_After="0"), as_json(503, {}, Retry_After="0")]
    client = opened(xrm.auth.Certificate(CLIENT_ID, pair.pem()))
    client.whoami()
    contoso.revoke()
    client.whoami()
    sent = [seen.form["client_assertion"] for seen in contoso.sts.seen]
    ids = {jwt.decode(text, options={"verify_signature": False})["jti"] for text in sent}
    assert (len(sent), len(ids), len(registered.claims)) == (4, 4, 2)


def test_the_chain_goes_along_when_asked_for(opened: Opened, contoso: Contoso, pair: Pair):
    registered = Registered(contoso, pair)
    opened(xrm.auth.Certificate(CLIENT_ID, pair.pem(), send_chain=True)).whoami()
    (header,) = registered.headers
    assert [base64.b64decode(item) for item in header["x5c"]] == [pair.der]


def test_the_clock_is_the_clients(opened: Opened, contoso: Contoso, pair: Pair):
    contoso.proves = lambda _: True
    opened(xrm.auth.Certificate(CLIENT_ID, pair.pem()), clock=lambda: 1_700_000_000.9).whoami()
    sent = contoso.sts.seen[0].form["client_assertion"]
    claims = jwt.decode(sent, options={"verify_signature": False})
    assert (claims["nbf"], claims["exp"]) == (1_700_000_000, 1_700_000_600)


def traditional(pair: Pair, password: str) -> bytes:
    """The key as `openssl rsa -aes256` writes it, with what openssl prints around blocks."""
    seal = BestAvailableEncryption(password.encode())
    key = pair.private_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, seal)
    return b"Bag Attributes\n    friendlyName: x\n" + pair.certificate_pem + b"subject=x\n\n" + key


@pytest.mark.parametrize(
    ("form", "password"),
    [
        (lambda pair, other: pair.pem(), None),
        (lambda pair, other: pair.pem(), "not needed"),
        (lambda pair, other: pair.certificate_pem + pair.key_pem(), None),
        (lambda pair, other: other.certificate_pem + pair.pem(), None),
        (lambda pair, other: pair.pem().replace(b"\n", b"\r\n"), None),
        (lambda pair, other: pair.pem("pä ss"), "pä ss"),
        (lambda pair, other: traditional(pair, "word"), "word"),
        (lambda pair, other: pair.pfx(), None),
        (lambda pair, other: pair.pfx("pä ss", other), "pä ss"),
    ],
)
def test_every_form_of_file(
    tmp_path: Path, pair: Pair, stranger: Pair, form: Any, password: str | None
):
    data = form(pair, stranger)
    file = tmp_path / "app.file"
    file.write_bytes(data)
    for source in (data, file, str(file)):
        credential = xrm.auth.Certificate(CLIENT_ID, source, password=password)
        assert credential.thumbprint == pair.sha1
        assert credential.thumbprint_sha256 == pair.sha256
    if data.startswith(b"-----BEGIN"):
        assert xrm.auth.Certificate(CLIENT_ID, data.decode(), password=password)


def test_the_chain_is_put_in_order(stranger: Pair):
    from xrm.client.credentials import key_file

    root = certificates.make("root")
    middle = certificates.make("middle", issuer=root)
    leaf = certificates.make("leaf", issuer=middle)
    mixed = root.certificate_pem + stranger.certificate_pem + leaf.pem() + middle.certificate_pem
    assert key_file.read(mixed, None).chain == (leaf.der, middle.der, root.der)
    sealed = leaf.pfx("x", stranger, root, middle)
    assert key_file.read(sealed, Secret("x")).chain == (leaf.der, middle.der, root.der)


NO_KEY, SEVERAL, NO_CERTIFICATE = "no private key", "several private keys", "no certificate"
WRONG = "password is wrong"


@pytest.mark.parametrize(
    ("form", "password", "says"),
    [
        (lambda pair, other: pair.certificate_pem, None, NO_KEY),
        (lambda pair, other: pair.key_pem(), None, NO_CERTIFICATE),
        (lambda pair, other: pair.key_pem() + pair.pem(), None, SEVERAL),
        (lambda pair, other: pair.key_pem() + other.certificate_pem, None, "does not belong"),
        (lambda pair, other: pair.pem("word"), None, "is encrypted"),
        (lambda pair, other: pair.pem("word"), "NEVER-SHOWN", WRONG),
        (lambda pair, other: traditional(pair, "word"), None, "is encrypted"),
        (lambda pair, other: traditional(pair, "word"), "NEVER-SHOWN", WRONG),
        (lambda pair, other: pair.pfx("word"), None, WRONG),
        (lambda pair, other: pair.pfx("word"), "NEVER-SHOWN", WRONG),
        (lambda pair, other: pair.der, None, "neither PEM nor PFX"),
        (lambda pair, other: b"text", None, "neither PEM nor PFX"),
        (lambda pair, other: pair.pem()[:-200], None, NO_CERTIFICATE),
        (lambda pair, other: b"x" + pair.pem()[40:], None, NO_KEY),
        (lambda pair, other: pair.pem().replace(b"MII", b"MIJ"), None, "cannot be read"),
        (lambda pair, other: certificates.make(curve=True).pem(), None, "not an RSA key"),
        (lambda pair, other: certificates.make(curve=True).pfx(), None, "not an RSA key"),
        (lambda pair, other: certificates.make(bits=1024).pem(), None, "2048 to 8192"),
    ],
)
def test_a_file_that_cannot_be_used(
    pair: Pair, stranger: Pair, form: Any, password: str | None, says: str
):
    with pytest.raises(errors.ConfigurationError, match=says) as caught:
        xrm.auth.Certificate(CLIENT_ID, form(pair, stranger), password=password)
    told = "".join(traceback.format_exception(caught.value))
    assert "NEVER-SHOWN" not in told
    assert caught.value.next_step or says == "cannot be read"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("absent.pem", r"absent\.pem"),
        (".", "cannot be read"),
        ("a\0b", "not a path"),
        ("", "are needed"),
    ],
)
def test_a_path_that_cannot_be_read(given: str, says: str):
    with pytest.raises(errors.ConfigurationError, match=says):
        xrm.auth.Certificate(CLIENT_ID, given)


def test_a_file_is_read_up_to_1_mib(tmp_path: Path):
    file = tmp_path / "large.pem"
    file.write_bytes(b"-" * (1024 * 1024 + 1))
    with pytest.raises(errors.ConfigurationError, match="over 1 MiB"):
        xrm.auth.Certificate(CLIENT_ID, file)


def test_content_in_place_of_a_path_is_not_shown(pair: Pair):
    text = base64.b64encode(pair.pfx()).decode()
    with pytest.raises(errors.ConfigurationError) as caught:
        xrm.auth.Certificate(CLIENT_ID, text)
    assert text[:40] not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (day(2020, 1, 1), day(2021, 2, 3), "expired on 2021-02-03"),
        (day(2100, 4, 5), day(2110, 1, 1), "not valid before 2100-04"),
    ],
)
def test_a_refusal_tells_of_a_certificate_out_of_its_time(
    opened: Opened, contoso: Contoso, first: Any, last: Any, says: str
):
    dated = certificates.make(first=first, last=last)
    document = {"error": "invalid_client", "error_description": "AADSTS700027: No.\r\nTrace ID: 1"}
    contoso.sts.planned = [as_json(401, document)]
    with pytest.raises(errors.TokenRefusedError) as caught:
        opened(xrm.auth.Certificate(CLIENT_ID, dated.pem())).whoami()
    assert says in caught.value.next_step
    assert caught.value.code == "AADSTS700027"


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (700027, "Add this certificate"),
        (50012, "Add this certificate"),
        (700024, "clock"),
        (700021, "ClientId"),
        (700023, "Authority"),
        (1000502, "valid now"),
        (7000229, "consent"),
        (7000112, "enable the application"),
    ],
)
def test_a_refusal_says_what_to_do(
    opened: Opened, contoso: Contoso, pair: Pair, number: int, says: str
):
    document = {"error": "invalid_client", "error_description": f"AADSTS{number}: No."}
    contoso.sts.planned = [as_json(401, document)]
    with pytest.raises(errors.TokenRefusedError) as caught:
        opened(xrm.auth.Certificate(CLIENT_ID, pair.pem())).whoami()
    assert says in caught.value.next_step


def test_another_certificate_is_refused(
    opened: Opened, contoso: Contoso, pair: Pair, stranger: Pair
):
    Registered(contoso, pair)
    with pytest.raises(errors.TokenRefusedError):
        opened(xrm.auth.Certificate(CLIENT_ID, stranger.pem())).whoami()


def test_nothing_secret_shows(
    opened: Opened, contoso: Contoso, pair: Pair, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    def refuse(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        said.append(seen.form["client_assertion"])
        return as_json(401, {"error_description": f"AADSTS700027: You sent {said[-1]}"})

    contoso.sts.answer = refuse
    credential = xrm.auth.Certificate(CLIENT_ID, pair.pem("NEVER-SHOWN"), password="NEVER-SHOWN")
    client = opened(credential)
    with pytest.raises(errors.TokenRefusedError) as caught:
        client.whoami()
    assert repr(credential) == f"Certificate('{CLIENT_ID}', tenant=None, thumbprint='{pair.sha1}')"
    shown = [repr(credential._key), repr(client.client), repr(vars(client.client))]
    shown += ["".join(traceback.format_exception(caught.value)), repr(vars(caught.value))]
    shown += [record.getMessage() for record in caplog.records]
    private = pair.private_key
    assert isinstance(private, rsa.RSAPrivateKey)
    secrets = ["NEVER-SHOWN", said[0], "RSAPrivateKey", str(private.private_numbers().d)]
    assert [text for text in shown for secret in secrets if secret in text] == []
    assert "***" in str(caught.value)


def test_the_missing_extra_is_named(tmp_path: Path, pair: Pair):
    file = tmp_path / "app.pem"
    file.write_bytes(pair.pem())
    for package in ("cryptography", "joserfc"):
        code = (
            f"import sys; sys.modules[{package!r}] = None\n"
            f"import xrm\nxrm.auth.ClientSecret('a', 'b')\n"
            f"try: xrm.auth.Certificate('a', {str(file)!r})\n"
            "except xrm.errors.ConfigurationError as error: print(error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert package in done.stdout
        assert "pip install 'xrm[certificate]'" in done.stdout


def test_a_certificate_with_a_damaged_name_is_refused(pair: Pair):
    whole = pair.certificate.public_bytes(Encoding.DER)
    # "app" in the subject becomes octets that are no UTF-8: the certificate still loads.
    der = whole.replace(b"app", b"a\xff\xff")
    block = (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    )
    key = whole_files(pair)["pem"].partition(b"-----BEGIN CERTIFICATE")[0]
    with pytest.raises(errors.ConfigurationError, match="cannot be read"):
        xrm.auth.Certificate(CLIENT_ID, key + block)


@given(
    form=st.sampled_from(["pem", "sealed pem", "pfx"]),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=3)), min_size=1, max_size=3),
)
def test_a_damaged_file_is_read_or_refused(pair: Pair, form: str, cuts: list[tuple[int, bytes]]):
    data = damaged(whole_files(pair)[form], cuts)
    with suppress(errors.ConfigurationError):
        credential = xrm.auth.Certificate(CLIENT_ID, data or b"x", password="word")
        assert len(credential.thumbprint) == 40


@given(st.binary(min_size=1))
def test_other_octets_are_refused(octets: bytes):
    for data in (octets, b"0\x82" + octets, b"-----BEGIN PRIVATE KEY-----" + octets):
        with pytest.raises(errors.ConfigurationError):
            xrm.auth.Certificate(CLIENT_ID, data)


@cache
def whole_files(pair: Pair) -> dict[str, bytes]:
    return {"pem": pair.pem(), "sealed pem": pair.pem("word"), "pfx": pair.pfx("word")}


def damaged(data: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    for at, put in cuts:
        start = at % len(data)
        data = data[:start] + put + data[start + len(put) + 1 :]
    return data
