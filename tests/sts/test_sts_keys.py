"""Signing keys: sealed at rest, published ahead, rotated for every process at once."""

import base64
import hashlib
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from xrm.sts.keys import WrongSealingKey
from xrm.wire import jose

ORGANIZATION = "https://localhost:8444/"


def published(world, document):
    return [key["kid"] for key in document(world.get("/common/discovery/keys"))["keys"]]


def signed_with(world, document):
    answer = world.post(world.path(), world.form())
    return jwt.get_unverified_header(document(answer)["access_token"])["kid"]


def test_the_key_id_is_the_certificates_thumbprint(world, document):
    for key in document(world.get("/common/discovery/keys"))["keys"]:
        der = base64.b64decode(key["x5c"][0])
        thumbprint = base64.urlsafe_b64encode(hashlib.sha1(der).digest()).decode().rstrip("=")
        assert key["kid"] == thumbprint
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(certificate)
        assert certificate.public_key().key_size == 2048


def test_the_first_published_key_signs(world, document):
    assert signed_with(world, document) == published(world, document)[0]


def test_rotation_keeps_old_tokens_verifiable(fresh, document):
    current, upcoming = published(fresh, document)
    token = document(fresh.post(fresh.path(), fresh.form()))["access_token"]
    fresh.service.keys.rotate()
    after = published(fresh, document)
    assert after[0] == upcoming
    assert after[1] not in (current, upcoming)
    assert after[2:] == [current]
    assert signed_with(fresh, document) == upcoming
    keys = {key.kid: key for key in fresh.service.keys.published()}
    assert jose.verify(token, keys.get)["aud"] == ORGANIZATION


def test_retired_keys_go_after_two_days(fresh, document):
    (current, _) = published(fresh, document)
    fresh.service.keys.rotate()
    fresh.clock.now += 2 * 24 * 3600 + 1
    fresh.service.keys.rotate()
    after = published(fresh, document)
    assert current not in after
    assert len(after) == 3


def test_rotation_reaches_every_process(fresh, reopen, document):
    before = published(fresh, document)
    assert signed_with(fresh, document) == before[0]
    reopen().keys.rotate()
    assert signed_with(fresh, document) == before[1]
    assert published(fresh, document)[0] == before[1]


def test_a_second_service_uses_the_same_keys(fresh, reopen):
    assert reopen().keys.published() == fresh.service.keys.published()


def test_private_keys_and_secrets_are_not_in_the_database_in_clear(fresh, tmp_path):
    with fresh.database.read() as tx:
        key = fresh.service.keys.signing(tx).private_key
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    prime = key.private_numbers().p.to_bytes(128, "big")
    secret = fresh.secret.reveal().encode()
    fresh.service.close()
    fresh.database.close()
    content = b"".join(Path(file).read_bytes() for file in tmp_path.iterdir())
    assert b"password_credential" in content
    for needle in (der, prime, secret):
        assert needle not in content
        assert needle.hex().encode() not in content
        assert base64.b64encode(needle) not in content


def test_another_sealing_key_is_refused(fresh, reopen):
    with pytest.raises(WrongSealingKey):
        reopen(sealing_key=b"x" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        reopen(sealing_key=b"short")


def test_a_key_does_not_show_its_private_half(fresh):
    with fresh.database.read() as tx:
        key = fresh.service.keys.signing(tx)
    assert "private" not in repr(key)
