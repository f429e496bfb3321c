"""What `xrm serve` says to paste works as it stands."""

import json
import os
import subprocess
import sys

import pytest

from xrm.cli import summary


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
