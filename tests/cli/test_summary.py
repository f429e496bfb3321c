"""What `xrm serve` says to paste works as it stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xrm.cli import connecting, summary


@pytest.fixture
def shown(server, capsys):
    """Return the blocks of the summary by their headings, without their indent."""
    summary.show(server)
    blocks = capsys.readouterr().out.strip().split("\n\n")
    return {
        block.splitlines()[0]: "\n".join(line[2:] for line in block.splitlines()[1:])
        for block in blocks
    }


@pytest.fixture
def environment(server, tmp_path):
    """Return an environment in which `xrm` is on the PATH, and nothing else is set."""
    command = tmp_path / "xrm"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xrm.cli "$@"\n')
    command.chmod(0o700)
    # requests prefers a bundle of the environment to the one its caller names.
    unset = ("XRM_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    return kept | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def run(command, environment):
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_summary_says_where_everything_is(server, shown):
    everything = "\n".join(shown.values())
    for name in ("authority", "tenant_id", "organization_url", "client_id", "ca_bundle"):
        assert server[name] in everything


def test_the_summary_says_who_signs_in_to_what(server, shown):
    people = shown["People, and the programs they sign in to"]
    for name in ("username", "password", "admin_username", "admin_password"):
        assert server[name] in people
    for name in ("public_client_id", "spa_client_id", "spa_redirect_uri"):
        assert server[name] in people


def test_a_password_that_was_changed_is_said_to_be(server, capsys):
    summary.show(server | {"password": None})
    shown = capsys.readouterr().out
    assert f"{server['username']}  (its password was changed)" in shown
    assert server["admin_password"] in shown


def test_verbs_know_the_passwords_the_server_knows(server):
    found = connecting.running(Path(server["data_dir"]))
    assert "password" not in found
    known = connecting.with_secrets(found)
    assert {name: known[name] for name in server} == server
    assert connecting.with_secrets(found | {"password": None})["password"] is None


def test_the_lines_for_a_shell(shown, environment, require):
    require("curl", "the example for a shell")
    out = run(["bash", "-ec", shown["In a shell"].replace("curl ", "curl -sS ")], environment)
    token, end = json.JSONDecoder().raw_decode(out)
    assert token["token_type"] == "Bearer"
    assert json.loads(out[end:])["value"]


def test_the_lines_for_the_client(shown, environment):
    shell = (
        shown["As a connection string"]
        + f"\n'{sys.executable}' - <<'END'\n"
        + shown["In Python, with xrm and that connection string"]
        + "\nEND\n"
    )
    assert run(["bash", "-ec", shell], environment).strip()


def test_the_lines_for_msal(shown, environment):
    program = shown["In Python, with msal"] + "\nprint(token.count('.'))"
    assert run([sys.executable, "-W", "ignore", "-c", program], environment) == "2\n"


def test_where_people_sign_in_at_the_farm_no_service_is_told(server, capsys):
    url = "https://contoso.xrm.localhost:8444/"
    changed = {"deployment": "ifd", "organization_url": url, "global_discovery_url": None}
    summary.show(server | changed)
    shown = capsys.readouterr().out
    assert server["adfs_url"] in shown
    assert f"AuthType=IFD;Url={url};Username={server['username']};Password=" in shown
    assert "org.soap.query(leads)" in shown
    for absent in ("Client id", "msal", server["client_secret"], "None"):
        assert absent not in shown, absent
