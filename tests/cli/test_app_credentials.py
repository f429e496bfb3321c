"""xrm app secret and certificate: what an application signs in with."""

import datetime
import json
import os
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from support.certificates import make


def test_secrets_are_added_listed_and_removed(app, answer):
    answer("create", "Keyed")
    first = answer("secret", "add", "Keyed", "--description", "one", "--days", 10)
    second = answer("secret", "add", "Keyed", "--expires", "2040-02-29")
    assert first["end"] - first["start"] == 10 * 86_400
    moment = datetime.datetime.fromtimestamp(second["end"], datetime.UTC)
    assert moment == datetime.datetime(2040, 2, 29, tzinfo=datetime.UTC)
    listed = answer("secret", "list", "Keyed")
    assert [(each["key_id"], each["hint"]) for each in listed] == [
        (first["key_id"], first["secret"][:3]),
        (second["key_id"], second["secret"][:3]),
    ]
    readable = app("secret", "list", "Keyed").out
    assert first["key_id"] in readable
    assert "2040-02-29" in readable
    assert first["secret"] not in readable + json.dumps(listed)
    left = answer("secret", "remove", "Keyed", first["key_id"])
    assert [each["key_id"] for each in left["secrets"]] == [second["key_id"]]
    app("secret", "remove", "Keyed", first["key_id"]).failed("no secret with the key id")


def test_a_secret_that_has_ended_is_marked(app):
    app("create", "Late")
    app("secret", "add", "Late", "--expires", "2020-01-31T12:00:00")
    assert "expired 2020-01-31" in app("show", "Late").out


def test_secrets_of_one_application_are_not_another_s(app, answer):
    answer("create", "Owner")
    made = answer("secret", "add", "Owner")
    answer("create", "Stranger")
    app("secret", "remove", "Stranger", made["key_id"]).failed("no secret")
    assert len(answer("secret", "list", "Owner")) == 1


@pytest.fixture(scope="module")
def pair():
    return make("file")


@pytest.mark.parametrize("form", ["pem", "certificate_pem", "der", "pfx", "sealed pfx"])
def test_a_certificate_is_read_from_any_file(app, answer, pair, tmp_path, monkeypatch, form):
    path = tmp_path / "certificate"
    if "pfx" in form:
        password = "s3cret" if "sealed" in form else ""
        monkeypatch.setenv("XRM_CERTIFICATE_PASSWORD", password)
        path.write_bytes(pair.pfx(password))
    elif form == "pem":
        path.write_bytes(pair.pem())
    else:
        path.write_bytes(getattr(pair, form))
    name = f"From {form}"
    answer("create", name)
    added = answer("certificate", "add", name, path, "--description", "a file")
    assert added["thumbprint"] == pair.sha1
    assert added["thumbprint_sha256"] == pair.sha256
    assert added["subject"] == "CN=file"
    (listed,) = answer("certificate", "list", name)
    assert listed.items() <= added.items()
    assert pair.sha1 in app("certificate", "list", name).out
    assert pair.sha1 in app("show", name).out
    assert answer("show", name)["certificates"] == [listed]
    removed = answer("certificate", "remove", name, pair.sha1.lower())
    assert (removed["key_id"], removed["certificates"]) == (added["key_id"], [])


def test_a_certificate_is_made_for_its_owner_alone(answer, app, tmp_path):
    path = tmp_path / "made.pem"
    answer("create", "Made")
    made = answer("certificate", "add", "Made", "--generate", "--out", path, "--days", 30)
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made["path"] == str(path)
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    key = load_pem_private_key(path.read_bytes(), None)
    assert key.key_size == 2048
    assert key.public_key() == certificate.public_key()
    assert made["subject"] == "CN=Made"
    # From five minutes before now on, so that a client's clock may be a little behind.
    assert made["end"] - made["start"] == 30 * 86_400 + 300
    again = app("certificate", "add", "Made", "--generate", "--out", path)
    again.failed("There is a file")
    assert path.read_bytes().count(b"BEGIN CERTIFICATE") == 1
    assert len(answer("certificate", "list", "Made")) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nonsense", "XRM_CERTIFICATE_PASSWORD"),
        (b"", "holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no X.509"),
        (b"0" * (1 << 21), "too large"),
    ],
    ids=["nonsense", "empty", "broken PEM", "too large"],
)
def test_a_file_that_is_no_certificate_is_refused(app, answer, tmp_path, content, said):
    path = tmp_path / "file"
    path.write_bytes(content)
    name = f"Certless {said}"
    answer("create", name)
    app("certificate", "add", name, path).failed(said)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--generate",), ("FILE", "--generate"), ("FILE", "--out", "b"), ("/nonexistent",)],
    ids=" ".join,
)
def test_where_a_certificate_comes_from_is_said_once(app, tmp_path, arguments):
    path = tmp_path / "c.pem"
    path.touch()
    given = [path if each == "FILE" else each for each in arguments]
    ran = app("certificate", "add", "Certless", *given)
    assert (ran.status, ran.out) == (2, "")


def test_a_secret_has_one_end(app):
    app("create", "One End")
    ran = app("secret", "add", "One End", "--days", "9", "--expires", "2040-02-29")
    assert (ran.status, ran.out) == (2, "")
    assert "--expires" in ran.err


def test_a_certificate_needs_a_folder_to_be_written_to(app, tmp_path):
    app("create", "Folderless")
    out = tmp_path / "missing" / "made.pem"
    ran = app("certificate", "add", "Folderless", "--generate", "--out", out)
    ran.failed(f"xrm: There is no folder {out.parent}.")


def test_a_thumbprint_may_be_written_with_colons(app, answer, tmp_path):
    answer("create", "Colons")
    made = answer("certificate", "add", "Colons", "--generate", "--out", tmp_path / "colons.pem")
    written = ":".join(made["thumbprint"][at : at + 2] for at in range(0, 40, 2))
    assert answer("certificate", "remove", "Colons", written)["certificates"] == []


def test_a_certificate_is_removed_by_what_the_list_shows_of_it(app, answer, tmp_path):
    answer("create", "Listed")
    app("certificate", "add", "Listed", "--generate", "--out", tmp_path / "listed.pem")
    heading, row = app("certificate", "list", "Listed").out.splitlines()
    shown = dict(zip(heading.split(), row.split(), strict=False))
    usage = app("certificate", "remove", "--help").out.partition("[OPTIONS]")[2].splitlines()[0]
    wanted = usage.split()[-1].strip("{}")
    assert answer("certificate", "remove", "Listed", shown[wanted])["certificates"] == []
