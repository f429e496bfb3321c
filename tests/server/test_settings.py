"""Settings: precedence, unusable values, and that every one is documented."""

import base64
from pathlib import Path

import pytest

from xrm.server.settings import TABLE, Settings, SettingsError, default_folder

KEY = base64.b64encode(bytes(range(32))).decode()


def load(flags=None, environ=None):
    return Settings.load(flags or {}, environ or {"XDG_DATA_HOME": "/nonexistent"})


def test_a_flag_goes_before_the_environment_and_that_before_the_file(tmp_path: Path):
    (tmp_path / "xrm.toml").write_text("port = 1\norg_port = 2\nworkers = 3\n")
    environ = {"XRM_PORT": "10", "XRM_ORG_PORT": "20"}
    settings = load({"data": tmp_path, "port": 100, "workers": None}, environ)
    assert (settings.port, settings.org_port, settings.workers) == (100, 20, 3)
    assert settings.host == "127.0.0.1"


def test_the_file_may_be_named(tmp_path: Path):
    named = tmp_path / "other.toml"
    named.write_text(f"data = '{tmp_path}'\nnames = ['a.example', 'B.example']\n")
    settings = load(environ={"XRM_CONFIG": str(named)})
    assert settings.folder == tmp_path
    assert settings.names == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 8443", "prot"),
        ("port = 'many'", "port"),
        ("port = true", "port"),
        ("port = 65536", "port"),
        ("port = -1", "port"),
        ("workers = 0", "workers"),
        ("memory = 'perhaps'", "memory"),
        ("public_url = 'http://a.example'", "public_url"),
        ("public_url = 'https://a.example/path'", "public_url"),
        ("public_url = 'https://u@a.example'", "public_url"),
        ("public_url = 'https://a.example:x'", "public_url"),
        ("org_url = 'https://'", "org_url"),
        ("synchronous = 'off'", "synchronous"),
        ("deployment = 'Online'", "deployment"),
        ("ifd_domain = 'localhost'", "ifd_domain"),
        ("ifd_domain = '*.contoso.example'", "ifd_domain"),
        ("ifd_domain = 'contoso.example:444'", "ifd_domain"),
        ("sealing_key = 'c2hvcnQ='", "sealing_key"),
        ("names = [1]", "names"),
        ("data = 'elsewhere'", "data"),
        ("port = ", "xrm.toml"),
    ],
)
def test_an_unusable_file_is_refused_and_the_key_named(tmp_path: Path, text: str, said: str):
    (tmp_path / "xrm.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load({"data": tmp_path})


def test_an_unusable_value_names_its_flag_or_variable():
    with pytest.raises(SettingsError, match="--org-port"):
        load({"org_port": 70000})
    with pytest.raises(SettingsError, match="XRM_WORKERS"):
        load(environ={"XRM_WORKERS": "two"})
    with pytest.raises(SettingsError, match="XRM_CONFIG"):
        load(environ={"XRM_CONFIG": "/nonexistent/xrm.toml"})


@pytest.mark.parametrize("value", ["on", "required", "true", "1", True, "", 1])
def test_client_certificates_cannot_be_required(value):
    with pytest.raises(SettingsError, match=r"client certificates are not supported.*SDK"):
        load({"client_certificates": value})


@pytest.mark.parametrize("value", ["off", "no", False])
def test_that_none_is_asked_for_may_be_said(value):
    assert load({"client_certificates": value}).client_certificates == "off"


def test_the_sealing_key_is_never_shown_and_never_in_an_error():
    settings = load(environ={"XRM_SEALING_KEY": KEY})
    assert KEY not in repr(settings)
    with pytest.raises(SettingsError) as raised:
        load(environ={"XRM_SEALING_KEY": "c2VjcmV0"})
    assert "c2VjcmV0" not in str(raised.value)


def test_plain_settings_come_back_the_same(tmp_path: Path):
    flags = {"data": tmp_path, "names": "a.example,::1", "sealing_key": KEY, "memory": True}
    settings = load(flags)
    assert Settings.from_plain(settings.to_plain()) == settings


def test_the_data_directory_is_the_users_own():
    assert default_folder({"XDG_DATA_HOME": "/somewhere"}).parts[-2:] == ("somewhere", "xrm")
    assert default_folder({"XDG_DATA_HOME": "relative"}).is_absolute()


def test_every_setting_says_what_it_means():
    for row in TABLE:
        assert row.env == f"XRM_{row.name.upper()}"
        assert row.doc.endswith(".")
        assert row.default
