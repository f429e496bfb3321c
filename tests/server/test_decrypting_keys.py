"""The key pairs of claims-based organizations: one for all processes, sealed, renewed."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from support.estate import ENGINES, START, MovableClock, engine_url
from xrm import db
from xrm.db import Database
from xrm.server.folder import EstateError
from xrm.server.organizations.decrypting import DecryptingKeys

MINE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
SEALING = bytes(range(32))


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = engine_url(request.param, request, tmp_path)
    made = db.open(url, f"keys{uuid.uuid4().hex[:8]}", durable=False, connections=4)
    yield made
    made.close()


def opened(database: Database, sealing_key: bytes = SEALING) -> DecryptingKeys:
    """Return the keys as one process has them."""
    return DecryptingKeys(database, clock=MovableClock(), sealing_key=sealing_key)


def public(certificate: bytes) -> bytes:
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 2048
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def half(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_each_organization_has_one_pair_in_every_process(database: Database) -> None:
    one, two = opened(database), opened(database)
    certificate = one.certificate(MINE)
    assert two.certificate(MINE) == certificate != one.certificate(OTHER)
    (key,) = two.private(MINE)
    assert half(key) == public(certificate)
    assert two.private(MINE)[0] is key
    read = x509.load_der_x509_certificate(certificate)
    (name,) = read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert str(MINE) in str(name.value)
    assert read.not_valid_before_utc.timestamp() <= START < read.not_valid_after_utc.timestamp()


def test_who_asks_at_once_gets_the_same(database: Database) -> None:
    processes = [opened(database) for _ in range(3)]
    found: list[bytes] = []

    def ask(keys: DecryptingKeys) -> None:
        found.append(keys.certificate(MINE))

    threads = [threading.Thread(target=ask, args=(keys,)) for keys in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_the_pair_before_is_kept_until_the_next_time(database: Database) -> None:
    one, two = opened(database), opened(database)
    certificates = [one.certificate(MINE), *(one.roll_over(MINE) for _ in range(2))]
    assert len(set(certificates)) == 3
    assert two.certificate(MINE) == certificates[-1]
    assert [half(key) for key in two.private(MINE)] == [
        public(certificate) for certificate in reversed(certificates[1:])
    ]


def test_who_is_no_more_has_no_pair(database: Database) -> None:
    keys = opened(database)
    before, other = keys.certificate(MINE), keys.certificate(OTHER)
    keys.forget(MINE)
    assert keys.certificate(MINE) != before
    assert keys.certificate(OTHER) == other


def test_private_halves_are_kept_sealed(database: Database) -> None:
    keys = opened(database)
    (key,) = keys.private(MINE)
    secret = key.private_numbers().p.to_bytes(128, "big")
    whole = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert secret in whole
    with database.read() as transaction:
        rows = transaction.rows("SELECT organization_id, sealed FROM decrypting_key")
    assert [name for name, _ in rows] == [str(MINE)]
    assert all(secret not in bytes(sealed) for _, sealed in rows)
    with pytest.raises(EstateError, match="sealed with another key"):
        opened(database, bytes(32)).private(MINE)


def test_what_is_sealed_for_one_does_not_open_for_another(database: Database) -> None:
    keys = opened(database)
    keys.certificate(MINE)
    with database.write() as transaction:
        transaction.run(f"UPDATE decrypting_key SET organization_id = '{OTHER}'")
        transaction.changed()
    with pytest.raises(EstateError):
        keys.private(OTHER)
