"""The data directory: who reads it, what seals it, who serves from it, its certificates."""

import stat
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography import x509

from xrm.model.secret import Secret
from xrm.server import folder as folders
from xrm.server import published, tls
from xrm.server.folder import EstateError, Folder, hold, is_held, seal, unseal
from xrm.server.published import Presence, Published


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


def test_a_lock_is_seen_for_as_long_as_it_is_held(folder):
    path = folder.path / "some.lock"
    assert not is_held(path)
    held = hold(path)
    assert is_held(path)
    assert is_held(path), "a look changes nothing"
    held.close()
    assert not is_held(path)


def facts_of(folder, pid):
    made = {item.name: f"the {item.name}" for item in fields(Published)}
    return Published(**made | {"client_secret": Secret("s3cret"), "pid": pid})


def test_the_first_server_that_lives_and_is_ready_is_the_one_that_runs(folder):
    assert published.running(folder) == {}
    one, two, three = (Presence(folder) for _ in range(3))
    assert published.running(folder) == {}, "nobody is ready"
    for presence, pid in ((three, 3), (two, 2)):
        presence.announce(facts_of(folder, pid))
        assert published.running(Folder(folder.path))["pid"] == pid
    one.announce(facts_of(folder, 1))
    assert published.running(folder)["pid"] == 1
    one.leave()
    four = Presence(folder)
    four.announce(facts_of(folder, 4))
    assert [published.running(folder)["pid"], published.living(folder)] == [2, [2, 3, 4]]
    two.leave()
    three.leave()
    assert published.running(folder)["pid"] == 4
    four.leave()
    assert published.running(folder) == {}
    assert list((folder.path / "servers").iterdir()) == []


def test_the_facts_of_a_server_hold_no_secret(folder):
    presence = Presence(folder)
    presence.announce(facts_of(folder, 1))
    (written,) = (folder.path / "servers").glob("*.json")
    assert "s3cret" not in written.read_text()
    assert "client_secret" not in published.running(folder)
    presence.leave()


def test_a_password_that_is_not_known_is_null(folder):
    facts = replace(facts_of(folder, 1), password=None, admin_password=Secret("s3cret"))
    written = orjson.loads(facts.to_json())
    assert (written["password"], written["admin_password"]) == (None, "s3cret")
    presence = Presence(folder)
    presence.announce(facts)
    assert published.running(folder)["password"] is None
    assert "admin_password" not in published.running(folder)
    presence.leave()


def test_what_a_killed_server_left_is_no_server_and_goes_with_the_next(folder):
    code = (
        "import os, sys; from pathlib import Path; from xrm.server.folder import Folder;"
        "from xrm.server.published import Presence; folder = Folder(Path(sys.argv[1]));"
        "presence = Presence(folder); folder.write_json('servers/1.json', {'pid': os.getpid()});"
        "print('there', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "there\n"
        assert published.running(folder) == {"pid": process.pid}
        process.kill()
    assert published.running(folder) == {}
    assert len(list((folder.path / "servers").iterdir())) == 2
    presence = Presence(folder)
    assert [path.name for path in (folder.path / "servers").iterdir()] == ["1.lock"]
    presence.leave()


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


def test_servers_of_other_names_keep_their_certificates(folder):
    first = tls.ensure(folder, tls.ALWAYS)
    kept = leaf(first)
    assert leaf(tls.ensure(folder, tls.names_of(["org.example"]))) != kept
    assert leaf(first) == kept
    assert tls.ensure(folder, tls.ALWAYS) == first


@pytest.mark.parametrize("lost", ["key", "chain"])
def test_half_a_certificate_is_made_anew(folder, lost):
    getattr(tls.ensure(folder, tls.ALWAYS), lost).write_bytes(b"nonsense")
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
