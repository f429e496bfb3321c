"""Attacks on the proof of clients, one test each; replay has a module of its own."""

import base64
import datetime
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support import certificates
from support.credentials import base64url, forged, signed, thumbprints
from xrm.sts import registration

START = 1_800_000_000
DAY = 24 * 3600


def refused(world, text, document, **changes):
    answer = world.post(world.path(), world.asserting(text, **changes))
    assert "access_token" not in document(answer)
    return document(answer)["error_codes"]


def by_secret(world, document, path, client_id, secret):
    form = world.form(client_id=str(client_id), client_secret=secret.reveal())
    return document(world.post(path, form)).get("error_codes")


def another(world, name="Other"):
    """Return another application of the tenant and its secret."""
    made = registration.create_application(world.service, world.tenant, name=name)
    return made, registration.add_secret(world.service, made, description="x").secret


def test_an_assertion_for_another_audience(certified, pair, document):
    text = signed(pair, certified.claims(aud="https://localhost:8444/"))
    assert refused(certified, text, document) == [700023]


def test_an_assertion_for_another_tenant(fresh, pair, document):
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    other = registration.create_tenant(fresh.service, name="Fabrikam", domain="f.example")
    for segment in (str(other.tenant_id), "f.example"):
        text = signed(pair, fresh.claims(aud=f"https://localhost:8443/{segment}/oauth2/token"))
        assert refused(fresh, text, document) == [700023]


def test_an_assertion_for_another_client(certified, pair, document):
    other, _ = another(certified)
    registration.add_certificate(certified.service, other, pair.der)
    client_id = str(other.application_id)
    text = signed(pair, certified.claims())
    assert refused(certified, text, document, client_id=client_id) == [700021]
    text = signed(pair, certified.claims(iss=client_id, sub=client_id))
    assert refused(certified, text, document) == [700021]
    text = signed(pair, certified.claims(iss=client_id))
    assert refused(certified, text, document) == [50048]


def test_the_thumbprint_of_another_applications_certificate(certified, pair, document):
    other, _ = another(certified)
    theirs = certificates.make("theirs")
    registration.add_certificate(certified.service, other, theirs.der)
    text = signed(theirs, certified.claims())
    assert refused(certified, text, document) == [700027]
    # What is answered to it does not tell it from one nobody has.
    nobodys = certificates.make("nobody's")
    answers = [
        document(certified.post(certified.path(), certified.asserting(signed(key, claims))))
        for key, claims in ((theirs, certified.claims()), (nobodys, certified.claims()))
    ]
    first, second = (
        one["error_description"].partition(" Trace ID")[0].replace(key.sha1, "...")
        for one, key in zip(answers, (theirs, nobodys), strict=True)
    )
    assert first == second
    header = thumbprints(theirs)
    assert refused(certified, signed(pair, certified.claims(), header=header), document) == [700027]


def test_no_algorithm_at_all(certified, pair, document):
    for name in ("none", "None", "NONE", ""):
        header = {"alg": name, "typ": "JWT", **thumbprints(pair)}
        text = forged(header, certified.claims(), lambda _: b"")
        assert refused(certified, text, document) == [50027]
        text = forged(header, certified.claims(), lambda _: b"x")
        assert refused(certified, text, document) == [5002738]


def test_the_public_key_as_a_shared_secret(certified, pair, document):
    public = pair.private_key.public_key()
    secrets = [
        pair.der,
        pair.certificate_pem,
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ]
    for secret in secrets:
        header = {"alg": "HS256", "typ": "JWT", **thumbprints(pair)}
        text = forged(
            header,
            certified.claims(),
            lambda content, key=secret: hmac.new(key, content, hashlib.sha256).digest(),
        )
        assert refused(certified, text, document) == [5002738]


@pytest.mark.parametrize(
    ("named", "scheme"),
    [
        ("PS256", padding.PKCS1v15()),
        ("RS256", padding.PSS(padding.MGF1(hashes.SHA256()), 32)),
        ("PS256", padding.PSS(padding.MGF1(hashes.SHA256()), 20)),
    ],
)
def test_a_signature_of_another_algorithm_than_named(certified, pair, document, named, scheme):
    header = {"alg": named, "typ": "JWT", **thumbprints(pair)}
    text = forged(
        header,
        certified.claims(),
        lambda content: pair.private_key.sign(content, scheme, hashes.SHA256()),
    )
    assert refused(certified, text, document) == [700027]


def test_claims_changed_after_signing(certified, pair, document):
    header, _, signature = signed(pair, certified.claims(exp=START - 9999)).split(".")
    _, payload, _ = signed(pair, certified.claims()).split(".")
    assert refused(certified, f"{header}.{payload}.{signature}", document) == [700027]


@pytest.mark.parametrize("member", ["x5c", "jwk", "x5u", "jku"])
def test_a_key_inside_the_token_is_not_trusted(certified, pair, stranger, document, member):
    numbers = stranger.private_key.public_key().public_numbers()
    inside = {
        "x5c": [base64.b64encode(stranger.der).decode()],
        "jwk": {
            "kty": "RSA",
            "n": base64url(numbers.n.to_bytes(256, "big")),
            "e": "AQAB",
        },
        "x5u": "https://attacker.example/certificate.pem",
        "jku": "https://attacker.example/keys",
    }
    # The victim's thumbprint, the attacker's key.
    header = {**thumbprints(pair), member: inside[member]}
    text = signed(stranger, certified.claims(), header=header)
    assert refused(certified, text, document) == [700027]


def test_an_attackers_certificate_beside_a_good_signature(certified, pair, stranger, document):
    header = {**thumbprints(pair), "x5c": [base64.b64encode(stranger.der).decode()]}
    text = signed(pair, certified.claims(), header=header)
    assert refused(certified, text, document) == [700027]


def test_two_thumbprints_that_name_different_certificates(certified, pair, stranger, document):
    for first, second in ((pair, stranger), (stranger, pair)):
        header = {**thumbprints(first, ["x5t"]), **thumbprints(second, ["x5t#S256"])}
        text = signed(pair, certified.claims(), header=header)
        assert refused(certified, text, document) == [700027]


def day(number):
    return datetime.datetime.fromtimestamp(START, datetime.UTC) + datetime.timedelta(number)


def test_an_expired_certificate(fresh, document):
    short = certificates.make("short", first=day(-1), last=day(1))
    registration.add_certificate(fresh.service, fresh.application, short.der)
    assert fresh.post(fresh.path(), fresh.asserting(signed(short, fresh.claims()))).status == 200
    fresh.clock.now += DAY
    text = signed(short, fresh.claims())
    assert refused(fresh, text, document) == [700027]
    answer = fresh.post(fresh.path(), fresh.asserting(text))
    description = document(answer)["error_description"]
    assert "[Reason - The key used is expired., Thumbprint" in description
    assert "Found key 'Start=01/14/2027 08:00:00, End=01/16/2027 08:00:00'" in description


def test_a_certificate_that_is_not_valid_yet(fresh, document):
    early = certificates.make("early", first=day(1), last=day(2))
    registration.add_certificate(fresh.service, fresh.application, early.der)
    assert refused(fresh, signed(early, fresh.claims()), document) == [700027]
    fresh.clock.now += DAY
    assert fresh.post(fresh.path(), fresh.asserting(signed(early, fresh.claims()))).status == 200


def test_a_registration_that_ends_before_its_certificate(fresh, pair, document):
    registration.add_certificate(
        fresh.service, fresh.application, pair.der, start=START + DAY, end=START + 2 * DAY
    )
    assert refused(fresh, signed(pair, fresh.claims()), document) == [700027]
    fresh.clock.now += DAY
    assert fresh.post(fresh.path(), fresh.asserting(signed(pair, fresh.claims()))).status == 200
    fresh.clock.now += DAY
    assert refused(fresh, signed(pair, fresh.claims()), document) == [700027]


def test_the_secret_of_another_application(world, document):
    _, secret = another(world)
    mine = world.application.application_id
    assert by_secret(world, document, world.path(), mine, secret) == [7000215]


def test_the_secret_of_a_deleted_application(fresh, document):
    other, secret = another(fresh)
    assert by_secret(fresh, document, fresh.path(), other.application_id, secret) is None
    registration.delete_application(fresh.service, other)
    assert by_secret(fresh, document, fresh.path(), other.application_id, secret) == [700016]
    # Registered anew under its old id, it knows nothing of the old secret.
    registration.create_application(
        fresh.service, fresh.tenant, name="Heir", application_id=other.application_id
    )
    assert by_secret(fresh, document, fresh.path(), other.application_id, secret) == [7000215]


def test_the_certificate_of_a_deleted_application(fresh, pair, document):
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    registration.delete_application(fresh.service, fresh.application)
    assert refused(fresh, signed(pair, fresh.claims()), document) == [700016]
    registration.create_application(
        fresh.service,
        fresh.tenant,
        name="Heir",
        application_id=fresh.application.application_id,
    )
    assert refused(fresh, signed(pair, fresh.claims()), document) == [700026]


def test_the_credentials_of_a_disabled_application(fresh, pair, document):
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    registration.set_enabled(fresh.service, fresh.application, enabled=False)
    client_id = fresh.application.application_id
    assert by_secret(fresh, document, fresh.path(), client_id, fresh.secret) == [7000112]
    assert refused(fresh, signed(pair, fresh.claims()), document) == [7000112]


def test_a_disabled_application_does_not_tell_whether_a_secret_was_right(fresh, document):
    registration.set_enabled(fresh.service, fresh.application, enabled=False)
    answers = [
        document(fresh.post(fresh.path(), fresh.form(client_secret=secret)))["error_codes"]
        for secret in (fresh.secret.reveal(), "wrong")
    ]
    assert answers == [[7000112], [7000112]]
