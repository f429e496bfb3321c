"""The page on the client: its examples run, and it names every error and option."""

import inspect
import re
from pathlib import Path

import pytest

import xrm
from support import certificates
from support.contoso import CLIENT_ID, SECRET, Contoso, refusal
from xrm import errors
from xrm.wire.assertion import verify

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_run(
    contoso: Contoso,
    ca_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    example: str,
):
    quoted = SECRET.replace('"', '""')
    monkeypatch.setenv("XRM_CA_BUNDLE", str(ca_bundle))
    monkeypatch.setenv(
        "XRM_CONNECTION_STRING",
        f'AuthType=ClientSecret;Url={contoso.org.url};ClientId={CLIENT_ID};ClientSecret="{quoted}"',
    )
    monkeypatch.setenv("ORGANIZATION_URL", contoso.org.url)
    monkeypatch.setenv("CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    pair = certificates.make()
    (tmp_path / "app.pfx").write_bytes(pair.pfx(SECRET))
    monkeypatch.setenv("CERTIFICATE_PASSWORD", SECRET)
    monkeypatch.chdir(tmp_path)
    if "auth.Certificate" in example:
        contoso.proves = lambda seen: verify(seen.form["client_assertion"], pair.der, "PS256")
    if "NotFoundError" in example:
        gone = refusal(404, "0x80040217", "lead With Id = 0 Does Not Exist")
        contoso.org.planned = [(401, contoso.challenge(), b""), gone]
    exec(compile(example, "docs/client.md", "exec"), {})
    assert contoso.org.seen


def test_every_error_is_named():
    assert [name for name in errors.__all__ if f"{name}`" not in PAGE] == []


def test_every_option_of_a_client_is_named():
    internal = {"self", "url", "credential", "transport", "clock"}
    options = set(inspect.signature(xrm.Client.__init__).parameters) - internal
    assert {name for name in options if f"{name}=" not in PAGE} == set()
