"""Each setting is a flag of `xrm serve`; a flag goes before the environment."""

import base64
from pathlib import Path

import pytest

from xrm.cli.flags import NO_FLAG
from xrm.cli.verbs import serving
from xrm.server.settings import TABLE, Settings

GIVEN = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("1234", 1234),
    "org_port": ("4321", 4321),
    "data": ("/somewhere/else", Path("/somewhere/else")),
    "memory": (None, True),
    "public_url": ("https://sts.example/", "https://sts.example"),
    "org_url": ("https://org.example:444", "https://org.example:444"),
    "deployment": ("on-premises", "on-premises"),
    "ifd_domain": ("CRM.contoso.example", "crm.contoso.example"),
    "client_certificates": ("off", "off"),
    "workers": ("3", 3),
    "test_controls": (None, True),
    "database": ("postgresql://db.example/xrm", "postgresql://db.example/xrm"),
    "names": ("a.example, B.example,10.0.0.1", ("a.example", "b.example", "10.0.0.1")),
    "profile": ("strict", "strict"),
    "synchronous": ("normal", "normal"),
    "quoted_challenge": (None, True),
    "pool_threads": ("2", 2),
    "pool_queue": ("3", 3),
    "inline_steps": ("5000", 5000),
    "body_time_limit": ("4", 4),
    "statement_time_limit": ("5", 5),
    "stop_time_limit": ("6", 6),
    "token_lifetime": ("600", 600),
    "opener_policy": ("same-origin", "same-origin"),
    "samples": (None, True),
    "samples_port": ("8500", 8500),
    "samples_https_port": ("8501", 8501),
    "log_level": ("debug", "debug"),
}
"""Setting -> what is written after its flag (None: nothing), and what it must come to."""
TRUE_OR_FALSE = [name for name, (text, _) in GIVEN.items() if text is None]
ONE_VALUE = {"client_certificates"}
ANY_TEXT = {"host", "database", "names"}
ROWS = [row for row in TABLE if row.name not in NO_FLAG]


@pytest.fixture
def serve(xrm, monkeypatch):
    """Return `serve(*arguments) -> Settings`: those with which the server would have started."""
    chosen: list[Settings] = []

    def start(self, settings: Settings) -> int:
        chosen.append(settings)
        return 0

    monkeypatch.setattr(serving._Reporter, "serve", start)

    def run(*arguments: str) -> Settings:
        ran = xrm("serve", *arguments)
        assert ran.status == 0, ran.err
        return chosen.pop()

    return run


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_setting_is_a_flag(serve, row):
    text, expected = GIVEN[row.name]
    flag = f"--{row.name.replace('_', '-')}"
    differs = getattr(serve(), row.name) != expected
    assert differs or row.name in ONE_VALUE, "the case must differ from the default"
    assert getattr(serve(flag, *([] if text is None else [text])), row.name) == expected


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.name not in ANY_TEXT])
def test_a_value_that_cannot_be_used_is_wrong_usage(xrm, name):
    flag = f"--{name.replace('_', '-')}"
    ran = xrm("serve", f"{flag}=")
    assert (ran.status, ran.out) == (2, "")
    assert flag in ran.err


@pytest.mark.parametrize("name", TRUE_OR_FALSE)
def test_what_a_variable_says_is_true_a_flag_can_deny(serve, monkeypatch, name):
    monkeypatch.setenv(f"XRM_{name.upper()}", "true")
    flag = name.replace("_", "-")
    assert getattr(serve(), name) is True
    assert getattr(serve(f"--no-{flag}"), name) is False


def test_a_flag_goes_before_the_environment(serve, monkeypatch):
    monkeypatch.setenv("XRM_LOG_LEVEL", "error")
    assert serve().log_level == "error"
    assert serve("--log-level", "info").log_level == "info"


def test_the_sealing_key_is_no_flag(xrm, serve, monkeypatch):
    key = base64.b64encode(bytes(32)).decode()
    assert xrm("serve", "--sealing-key", key).status == 2
    monkeypatch.setenv("XRM_SEALING_KEY", key)
    sealing = serve().sealing_key
    assert sealing is not None
    assert sealing.reveal() == key


def test_the_help_names_each_flag_and_says_what_it_means(xrm, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    shown = xrm("serve", "--help").out
    for row in ROWS:
        assert f"--{row.name.replace('_', '-')} " in shown
        assert row.doc.replace("`", "") in shown


def test_a_setting_that_demands_client_certificates_is_refused_at_start(xrm, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "xrm.toml").write_text("client_certificates = 'required'\n")
    ran = xrm("serve", "--data", tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert "client certificates are not supported" in ran.err
    ran = xrm("serve", "--memory", "--client-certificates", "on")
    assert ran.status == 2
    assert "client certificates are not supported" in ran.err
