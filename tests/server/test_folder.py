"""The data directory: who may read it, what seals it, who holds it, and its certificates."""

import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from xrm.server import folder as folders
from xrm.server import tls
from xrm.server.folder import EstateError, Folder, seal, unseal


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "data")


def leaf(certificate):
    return x509.load_pem_x509_certificate(certificate.chain.read_bytes())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_reads_it(folder):
    folder.sealing_key(None)
    tls.ensure(folder, tls.ALWAYS)
    for path in [folder.path, *folder.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_directory_open_to_others_is_closed(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    assert stat.S_IMODE(Folder(tmp_path / "data").path.stat().st_mode) == 0o700


def test_a_directory_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EstateError, match="cannot use the data directory"):
        Folder(tmp_path / "file" / "data")


def test_the_sealing_key_is_made_once(folder):
    assert folder.sealing_key(None) == Folder(folder.path).sealing_key(None)


def test_sealed_content_opens_only_with_its_key_and_name(folder):
    key = folder.sealing_key(None)
    sealed = seal(key, "name", b"content")
    assert b"content" not in sealed
    assert unseal(key, "name", sealed) == b"content"
    for other_key, name, content in [
        (bytes(32), "name", sealed),
        (key, "other", sealed),
        (key, "name", sealed[:-1]),
        (key, "name", b""),
    ]:
        with pytest.raises(EstateError):
            unseal(other_key, name, content)


def test_one_server_at_a_time(folder):
    held = folder.serving_lock()
    with pytest.raises(EstateError, match="already running"):
        Folder(folder.path).serving_lock(patience=0)
    held.close()
    Folder(folder.path).serving_lock(patience=0).close()


def test_a_file_is_written_whole_or_not_at_all(folder, monkeypatch):
    path = folder.path / "file"
    folders.write_private(path, b"before")

    def fails(_descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(folders.os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        folders.write_private(path, b"after")
    assert path.read_bytes() == b"before"
    assert [p.name for p in folder.path.iterdir() if p.is_file()] == ["file"]


def test_the_certificate_stays_until_its_names_change(folder):
    first = leaf(tls.ensure(folder, tls.ALWAYS))
    assert leaf(tls.ensure(folder, tls.ALWAYS)) == first
    names = tls.names_of(["org.example", "::1"])
    second = leaf(tls.ensure(folder, names))
    borne = second.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(borne.get_values_for_type(x509.DNSName)) == {"localhost", "org.example"}
    assert {str(a) for a in borne.get_values_for_type(x509.IPAddress)} == {
        "127.0.0.1",
        "127.0.0.2",
        "::1",
    }
    assert second.issuer == first.issuer, "the authority stays"


def test_the_certificate_is_renewed_before_its_end(folder, monkeypatch):
    first = leaf(tls.ensure(folder, tls.ALWAYS))
    assert first.not_valid_after_utc - first.not_valid_before_utc <= timedelta(days=398)

    class Later(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.now(UTC) + timedelta(days=370)

    monkeypatch.setattr(tls, "datetime", Later)
    assert leaf(tls.ensure(folder, tls.ALWAYS)) != first


@pytest.mark.parametrize("lost", ["server.key", "server.pem"])
def test_half_a_certificate_is_made_anew(folder, lost):
    tls.ensure(folder, tls.ALWAYS)
    (folder.tls / lost).write_bytes(b"nonsense")
    certificate = tls.ensure(folder, tls.ALWAYS)
    leaf(certificate)
    assert certificate.key.read_bytes().startswith(b"-----BEGIN")


def test_a_broken_authority_is_an_error_in_words(folder):
    tls.ensure(folder, tls.ALWAYS)
    (folder.tls / "ca.key").unlink()
    with pytest.raises(EstateError, match="certificate authority"):
        tls.ensure(folder, tls.ALWAYS)


def test_a_name_no_certificate_can_bear_is_an_error_in_words(folder):
    with pytest.raises(EstateError, match="names"):
        tls.ensure(folder, (*tls.ALWAYS, "not a name!"))
