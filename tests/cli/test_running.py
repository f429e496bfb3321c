"""The verbs beside a running server: signing in, asking, and changes that count at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xrm.cli import connecting
from xrm.cli.walk.child import attempt
from xrm.cli.walk.signins import SIGN_INS

ONLINE = [each for each in SIGN_INS if "online" in each.deployments]
IN_A_BROWSER = [each for each in SIGN_INS if each.module == "playwright"]
"""Those of the sample pages: tests/cli/test_walking_samples.py."""


@contextmanager
def walking(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start `xrm serve --walk` with a process group of its own, as at a terminal."""
    process = subprocess.Popen(
        [sys.executable, "-m", "xrm.cli", "serve", "--walk", "--memory", "--port=0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name[:4] != "XRM_"},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def here(xrm, server):
    """Return `here(*arguments)`: a verb on the running server's data directory."""
    return lambda *arguments: xrm(*arguments, "--data", server["data_dir"])


def test_the_line_says_what_scripts_need(server):
    assert {
        "authority",
        "tenant_id",
        "tenant_domain",
        "organization_url",
        "web_api_url",
        *("organization_service_url", "organization_data_url"),
        *("discovery_service_url", "global_discovery_url"),
        "client_id",
        "client_secret",
        "no_user_client_id",
        "no_user_client_secret",
        *("username", "password", "admin_username", "admin_password"),
        *("public_client_id", "spa_client_id", "spa_redirect_uri", "profile"),
        "data_dir",
        "ca_bundle",
        "pid",
    } <= server.keys()
    assert server["organization_url"].endswith("/")
    assert Path(server["ca_bundle"]).is_file()


def test_whoami_asks_the_server_that_runs_here(here, server):
    found = here("whoami", "--json").json()
    assert found["organization_url"].rstrip("/") == server["organization_url"].rstrip("/")
    assert found["user_id"] in here("whoami").out


def test_a_connection_string_of_the_environment_is_used(xrm, server, monkeypatch):
    monkeypatch.setenv(
        "XRM_CONNECTION_STRING",
        f"AuthType=ClientSecret;Url={server['organization_url']};"
        f"ClientId={server['client_id']};ClientSecret={server['client_secret']}",
    )
    expected = xrm("whoami", "--json", "--data", server["data_dir"]).json()
    assert xrm("whoami", "--json", "--ca", server["ca_bundle"]).json() == expected


def test_flags_come_first(xrm, server, monkeypatch):
    monkeypatch.setenv("XRM_CONNECTION_STRING", "AuthType=Nonsense;Url=https://elsewhere.test")
    monkeypatch.setenv("XRM_CLIENT_SECRET", server["no_user_client_secret"])
    ran = xrm(
        "whoami", "--url", server["organization_url"], "--client-id", server["no_user_client_id"],
        "--ca", server["ca_bundle"],
    )  # fmt: skip
    assert (ran.status, ran.out) == (1, "")
    assert "0x80072560" in ran.err
    assert "application user" in ran.err


def test_a_wrong_secret_is_told_and_not_repeated(xrm, server, monkeypatch):
    monkeypatch.setenv("XRM_CLIENT_SECRET", "wrong-wrong-wrong")
    ran = xrm(
        "token", "get", "--url", server["organization_url"], "--client-id", server["client_id"],
        "--ca", server["ca_bundle"],
    )  # fmt: skip
    assert (ran.status, ran.out) == (1, "")
    assert "AADSTS7000215" in ran.err
    assert "wrong-wrong" not in ran.err


def test_an_untrusted_certificate_is_told(xrm, server, tmp_path, monkeypatch):
    monkeypatch.setenv("XRM_CLIENT_SECRET", "s")
    ran = xrm(
        "whoami", "--url", server["organization_url"], "--client-id", "a", "--data", tmp_path
    )  # fmt: skip
    assert (ran.status, ran.out) == (1, "")
    assert "certificate" in ran.err.lower()


def test_query_reads_leads(here):
    rows = here("query", "leads", "--select", "subject", "--json").json()
    assert rows
    assert all("subject" in row for row in rows)
    first = here("query", "leads", "--select", "subject", "--order-by", "subject", "--top", 1)
    assert sorted(row["subject"] for row in rows)[0] in first.out
    assert "1 record." in first.err


def test_without_select_each_record_is_a_block_of_its_filled_columns(here):
    lines = here("query", "leads", "--filter", "subject ne null", "--top", 1).out.splitlines()
    # The further lines of a text stand under its first.
    lines = [line for line in lines if not line.startswith(" ")]
    names = [line.split()[0] for line in lines]
    assert {"subject", "leadid", "address1_composite"} <= set(names)
    assert not any("@" in name for name in names)
    assert all(len(line.split()) > 1 for line in lines)


def test_query_filters(here):
    none = here("query", "leads", "--filter", "subject eq 'there is no such lead'", "--json")
    assert none.json() == []
    assert here("query", "leads", "--filter", "subject eq").status == 1


def test_a_token_can_be_decoded_and_verified(here, server):
    token = here("token", "get").out.strip()
    decoded = here("token", "decode", token, "--verify", "--json").json()
    assert decoded["verified"] is True
    assert decoded["claims"]["tid"] == server["tenant_id"]
    assert decoded["claims"]["appid"] == server["client_id"]
    assert "Signature  right" in here("token", "decode", token, "--verify").out


def test_an_edited_token_is_not_verified(here):
    head, body, signature = here("token", "get").out.strip().split(".")
    edited = f"{head}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}"
    ran = here("token", "decode", f"{head}.{body}.{signature[::-1]}", "--verify")
    assert (ran.status, ran.out) == (1, "")
    assert here("token", "decode", edited, "--verify").status == 1


def test_what_is_registered_counts_at_the_next_request(xrm, here, server, monkeypatch):
    made = here("app", "create", "Newcomer", "--secret", "--json").json()
    monkeypatch.setenv("XRM_CLIENT_SECRET", made["secret"])
    asked = (
        "query", "leads", "--select", "subject", "--json", "--url", server["organization_url"],
        "--client-id", made["application_id"], "--ca", server["ca_bundle"],
    )  # fmt: skip
    assert "0x80072560" in xrm(*asked).err
    here("app-user", "create", "Newcomer", "--role", "Salesperson")
    assert xrm(*asked).status == 0
    here("role", "remove", "Newcomer", "Salesperson")
    assert xrm(*asked).status == 1
    here("role", "assign", "Newcomer", "Salesperson")
    assert xrm(*asked).status == 0


def test_walk_tries_every_sign_in(here):
    walked = here("walk", "--json").json()
    assert [(line["what"], line["state"]) for line in walked] == [
        (each.what, "left out" if each in IN_A_BROWSER else "done") for each in ONLINE
    ], walked
    assert {line["result"] for line in walked if line["state"] == "left out"} == {
        "the samples are not hosted: xrm serve --samples"
    }


@pytest.mark.parametrize(
    ("changes", "left_out", "why"),
    [
        ({"password": None}, 6, "the password of sales@contoso.localhost was changed"),
        ({"profile": "strict"}, 3, "the strict profile takes no password from a program"),
    ],
)
def test_walk_leaves_out_what_cannot_be_tried(server, changes, left_out, why):
    facts = server | changes
    people = [each for each in ONLINE if each.account == "salesperson" and each not in IN_A_BROWSER]
    lines = [attempt(each, facts) for each in people[:3] + people[3:] * ("password" in changes)]
    assert [(line["state"], line["result"], line["ms"]) for line in lines] == [
        ("left out", why, None)
    ] * left_out


@pytest.mark.parametrize("deployment", ["ifd", "on-premises"])
def test_walk_signs_in_at_ad_fs_where_the_organization_is_claims_based(deployment):
    with walking("--deployment", deployment, "--org-port", "0") as process:
        shown = ""
        while "Ctrl-C stops it" not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        lines = [line for line in shown.splitlines() if line.startswith("  ok  ")]
        wanted = [
            each.what
            for each in SIGN_INS
            if deployment in each.deployments and each not in IN_A_BROWSER
        ]
        assert [name for name in wanted if any(name in line for line in lines)] == wanted, shown
        assert len(lines) == len(wanted)
        assert all(line.endswith("28 leads") for line in lines), shown
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_walk_leaves_the_environment_alone(here):
    before = dict(os.environ)
    assert here("walk").status == 0
    assert dict(os.environ) == before


def test_a_sign_in_that_fails_makes_walk_fail(here, server, monkeypatch):
    wrong = server | {"client_secret": "wrong"}
    monkeypatch.setattr(connecting, "with_secrets", lambda _: wrong)
    ran = here("walk")
    assert ran.status == 1
    assert "FAILED" in ran.out
    assert "AADSTS7000215" in ran.out


def test_the_log_tells_who_signed_in(here, server):
    here("token", "get")
    events = here("log", "--json").json()
    assert any(each["client"] == server["client_id"] for each in events)


def test_serve_walks_when_it_has_several_workers():
    with walking("--workers", "2") as process:
        shown = ""
        while "Ctrl-C stops it" not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        assert shown.count("  ok  ") == len(ONLINE) - len(IN_A_BROWSER), shown
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_ctrl_c_ends_the_walk_too_and_nothing_is_said_to_have_failed():
    with walking() as process:
        assert "  ok  " in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(30) == 0
        assert "FAILED" not in rest
        assert "Serving" not in rest
        assert process.stderr.read() == ""
