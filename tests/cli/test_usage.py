"""Every verb explains itself; wrong usage is 2, a failure is 1 with a reason and no traceback."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

VERBS = [
    ("serve",),
    ("walk",),
    ("init",),
    ("tenant", "create"),
    ("tenant", "list"),
    ("tenant", "show"),
    ("tenant", "domain", "add"),
    ("app", "create"),
    ("app", "update"),
    ("app", "delete"),
    ("app", "disable"),
    ("app", "enable"),
    ("app", "list"),
    ("app", "show"),
    ("app", "secret", "add"),
    ("app", "secret", "list"),
    ("app", "secret", "remove"),
    ("app", "certificate", "add"),
    ("app", "certificate", "list"),
    ("app", "certificate", "remove"),
    ("app", "permission", "add"),
    ("app", "permission", "remove"),
    ("app", "permission", "list"),
    ("app", "permission", "grant"),
    ("app", "permission", "revoke"),
    ("app", "consent"),
    ("app", "manifest", "get"),
    ("app", "manifest", "set"),
    ("app-user", "create"),
    ("app-user", "list"),
    ("app-user", "show"),
    ("app-user", "enable"),
    ("app-user", "disable"),
    ("role", "list"),
    ("role", "show"),
    ("role", "copy"),
    ("role", "edit"),
    ("role", "delete"),
    ("role", "assign"),
    ("role", "remove"),
    ("user", "create"),
    ("user", "list"),
    ("user", "show"),
    ("user", "update"),
    ("user", "password"),
    ("user", "revoke-sessions"),
    ("user", "disable"),
    ("user", "enable"),
    ("user", "delete"),
    ("user", "role", "list"),
    ("user", "role", "add"),
    ("user", "role", "remove"),
    ("user", "license", "list"),
    ("user", "license", "add"),
    ("user", "license", "remove"),
    ("key", "create"),
    ("key", "list"),
    ("key", "delete"),
    ("keys", "list"),
    ("keys", "rotate"),
    ("token", "get"),
    ("token", "decode"),
    ("whoami",),
    ("query",),
    ("ca", "path"),
    ("ca", "env"),
    ("log",),
]
LISTINGS = [verb for verb in VERBS if verb != ("serve",)]

WITHOUT_SERVER = """
import sys
from importlib.abc import MetaPathFinder

GONE = {"apsw", "argon2", "cryptography", "granian", "joserfc", "sqlalchemy", "trustme", "psycopg"}

class Uninstalled(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in GONE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Uninstalled())
from xrm.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run_without_server(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_SERVER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, input=stdin)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_each_verb_explains_itself(xrm, verb):
    ran = xrm(*verb, "--help")
    assert ran.status == 0
    assert "Usage: xrm " + " ".join(verb) in ran.out
    assert ran.err == ""


@pytest.mark.parametrize("verb", LISTINGS, ids=" ".join)
def test_each_verb_that_answers_can_answer_in_json(xrm, verb):
    assert "--json" in xrm(*verb, "--help").out


def test_what_an_argument_is_called_is_written_in_capitals(xrm):
    for verb in VERBS:
        written = xrm(*verb, "--help").out.partition("[OPTIONS]")[2].splitlines()[0]
        assert written == written.upper(), verb


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_is_no_data_directory(xrm, tmp_path, monkeypatch, below):
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XRM_DATA", str(file / below))
    for verb in (("app", "list"), ("init",), ("serve",)):
        ran = xrm(*verb)
        assert (ran.status, ran.out) == (1, "")
        assert f"{file} is a file" in ran.err, verb
        assert "Errno" not in ran.err


def test_a_demonstration_nobody_asked_for_is_told(xrm, tmp_path):
    wrong = tmp_path / "wrong"
    told = f"{wrong} was empty: the demonstration was set up there."
    ran = xrm("app", "list", "--data", wrong, "--json")
    assert ran.json()
    assert ran.err.splitlines() == [told]
    assert xrm("app", "list", "--data", wrong, "--json").err == ""
    assert "was empty" not in xrm("init", "--data", tmp_path / "right").err


def test_the_version_is_the_package_s(xrm):
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert xrm("--version").out == f"xrm {project['project']['version']}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("serve", "--port", "70000"),
        ("serve", "--workers", "0"),
        ("serve", "--memory", "--data", "somewhere"),
        ("app", "create"),
        ("app", "create", "Name", "--id", "no-guid"),
        ("app", "create", "Name", "--audience", "nobody"),
        ("app", "secret", "add", "Name", "--expires", "soon"),
        ("app", "secret", "remove", "Name", "no-guid"),
        ("tenant", "create", "Name", "--domain", "a.example", "--id", "no-guid"),
        ("query", "leads", "--top", "0"),
        ("query", "leads", "--top", "5001"),
        ("role", "assign", "only-one"),
        ("whoami", "--url", "https://localhost:1"),
        ("whoami", "--client-id", "a", "--client-secret", "b"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(xrm, arguments):
    ran = xrm(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.strip()


@pytest.mark.parametrize("verb", [("whoami",), ("query", "leads"), ("token", "get")], ids=" ".join)
def test_without_anything_to_ask_the_next_step_is_named(xrm, tmp_path, verb):
    ran = xrm(*verb, "--data", tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert "xrm serve" in ran.err
    assert "XRM_CONNECTION_STRING" in ran.err


def test_walk_needs_a_running_server(xrm, tmp_path):
    ran = xrm("walk", "--data", tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert "No server is running" in ran.err


def test_a_server_file_of_a_dead_process_counts_as_no_server(xrm, tmp_path):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    (tmp_path / "servers").mkdir()
    (tmp_path / "servers" / "1.lock").touch()
    (tmp_path / "servers" / "1.json").write_text(json.dumps({"pid": int(gone.stdout)}))
    assert "No server is running" in xrm("walk", "--data", tmp_path).err


def test_an_error_of_the_client_is_two_lines(xrm, monkeypatch):
    monkeypatch.setenv("XRM_CLIENT_SECRET", "s")
    ran = xrm("whoami", "--url", "ftp://example.test", "--client-id", "a")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("xrm: ")
    assert len(ran.err.splitlines()) == 2


def test_a_connection_string_that_cannot_be_read_is_a_failure(xrm, monkeypatch):
    monkeypatch.setenv("XRM_CONNECTION_STRING", "AuthType=Nonsense;Url=https://example.test")
    ran = xrm("whoami")
    assert (ran.status, ran.out) == (1, "")
    assert "Traceback" not in ran.err


def test_server_verbs_say_what_to_install_when_the_extra_is_absent(tmp_path):
    for verb in (["serve"], ["app", "list"], ["init"]):
        ran = run_without_server(*verb, "--data", str(tmp_path))
        assert ran.returncode == 1, verb
        assert "pip install 'xrm[server]'" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_client_verbs_work_when_the_extra_is_absent(tmp_path):
    assert "xrm serve" in run_without_server("whoami", "--data", str(tmp_path)).stderr
    refused = run_without_server(
        "whoami", "--url", "https://localhost:1", "--client-id", "a", "--client-secret", "b",
        "--authority", "https://localhost:1/common",
    )  # fmt: skip
    assert refused.returncode == 1
    assert "install" not in refused.stderr
    decoded = run_without_server("token", "decode", stdin="e30.e30.c2ln")
    assert decoded.returncode == 0


def test_output_to_a_closed_pipe_is_no_failure(tmp_path):
    command = f"{sys.executable} -m xrm.cli --help | head -n 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
