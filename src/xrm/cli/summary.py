"""What `xrm serve` prints when it is ready: where everything is, and what to paste where."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.text import Text

from xrm.cli import output
from xrm.cli.connecting import tenant_authority
from xrm.cli.options import settings

Facts = dict[str, Any]


def show(facts: Facts) -> None:
    """Print the summary of a server that is ready."""
    output.say()
    _heading("xrm is ready")
    output.facts(_places(facts), indent=2)
    by_claims = facts["deployment"] != "online"
    for heading, found in _by_claims(facts) if by_claims else _by_entra(facts):
        output.say()
        _heading(heading)
        output.facts(found, indent=2)
    known = (
        ("As a connection string", _connection_string(facts)),
        ("In Python, with xrm and that connection string", _own(facts)),
    )
    others = (("In a shell", _curl(facts)), ("In Python, with msal", _msal(facts)))
    for title, lines in known if by_claims else (others[0], *known, others[1]):
        output.say()
        _heading(title)
        for line in lines:
            output.say(f"  {line}")
    output.say()
    output.say(
        f"{_command()} ca env says what other libraries need; {_command()} --help, the rest."
    )


def _by_entra(facts: Facts) -> Iterator[tuple[str, dict[str, object]]]:
    """Return who may sign in, by heading."""
    service = {"Client id": facts["client_id"], "Client secret": facts["client_secret"]}
    yield "The demonstration service, in the role Salesperson", service
    title = "Its neighbours: by certificate, for several tenants, for administration"
    yield title, _neighbours(facts)
    yield "People, and the programs they sign in to", _people(facts)


def _by_claims(facts: Facts) -> Iterator[tuple[str, dict[str, object]]]:
    """Return who may sign in where that is at AD FS: the services are known at Entra ID alone."""
    people = _people(facts)
    yield "People", {name: people[name] for name in ("Salesperson", "Administrator")}


def _places(facts: Facts) -> dict[str, object]:
    hosted = [facts[name] for name in ("samples_url", "samples_https_url") if facts.get(name)]
    samples = {"Samples": "  ".join(hosted)} if hosted else {}
    farm = {} if facts["deployment"] == "online" else {"AD FS": facts["adfs_url"]}
    discovery = (facts["discovery_service_url"], facts["global_discovery_url"])
    return {
        "Token service": facts["authority"],
        **farm,
        "Tenant": f"{facts['tenant_domain']}  {facts['tenant_id']}",
        "Organization": facts["organization_url"],
        "Web API": facts["web_api_url"],
        "SOAP": facts["organization_service_url"],
        "OData 2.0": facts["organization_data_url"],
        "Discovery": "  ".join(filter(None, discovery)),
        "Microsoft Graph": facts["graph_url"],
        **samples,
        "Data": facts["data_dir"],
        "Trust this CA": facts["ca_bundle"],
    }


def _neighbours(facts: Facts) -> dict[str, object]:
    def pair(name: str) -> str:
        return f"{facts[f'{name}_client_id']}  {facts[f'{name}_client_secret']}"

    certificate = _short(Path(facts["certificate_path"]))
    return {
        "By certificate": f"{facts['certificate_client_id']}  {certificate}",
        "Multi-tenant": pair("multi_tenant"),
        "Administration": pair("admin"),
        "Second tenant": facts["second_tenant_id"],
    }


def _people(facts: Facts) -> dict[str, object]:
    def known(name: str, password: str) -> str:
        return f"{facts[name]}  {facts.get(password) or '(its password was changed)'}"

    return {
        "Salesperson": known("username", "password"),
        "Administrator": known("admin_username", "admin_password"),
        "Desktop app": facts["public_client_id"],
        "Single-page app": f"{facts['spa_client_id']}  {facts['spa_redirect_uri']}",
    }


def stop_hint() -> None:
    """Print how the server is stopped."""
    output.say()
    output.console().print(Text("Serving. Ctrl-C stops it.", style="bold"))


def connection_string(facts: Facts) -> str:
    """Return the connection string of the demonstration service, or of its salesperson.

    Where people sign in by claims there is no service.
    """
    if facts["deployment"] != "online":
        return (
            f"AuthType=IFD;Url={facts['organization_url']};"
            f"Username={facts['username']};Password={facts.get('password') or ''}"
        )
    return (
        f"AuthType=ClientSecret;Url={facts['organization_url']};"
        f"ClientId={facts['client_id']};ClientSecret={facts['client_secret']}"
    )


def _heading(text: str) -> None:
    output.console().print(Text(text, style="bold cyan"))


def _short(path: Path) -> str:
    """Return a path as this folder's shell may write it."""
    with suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return shlex.quote(str(path))


def _command() -> str:
    """Return how this command is called here: in a virtual environment it may not be on PATH."""
    called = Path(sys.argv[0])
    return "xrm" if shutil.which("xrm") or called.name != "xrm" else _short(called)


def _data_flag(facts: Facts) -> str:
    """Return the flag by which other verbs find this server; "" where they look anyhow."""
    folder = Path(facts["data_dir"])
    return "" if folder == settings().folder else f" --data {_short(folder)}"


def _curl(facts: Facts) -> Iterator[str]:
    yield f"export CURL_CA_BUNDLE={shlex.quote(str(facts['ca_bundle']))}"
    yield f"curl {tenant_authority(facts)}/oauth2/token \\"
    yield "  -d grant_type=client_credentials \\"
    yield f"  -d client_id={facts['client_id']} \\"
    yield f"  --data-urlencode client_secret={shlex.quote(facts['client_secret'])} \\"
    yield f"  -d resource={facts['organization_url']}"
    yield f'curl -H "Authorization: Bearer $({_command()} token get{_data_flag(facts)})" \\'
    yield f"  '{facts['web_api_url'].rstrip('/')}/leads?$select=subject'"


def _msal(facts: Facts) -> Iterator[str]:
    yield "import os, msal"
    yield f'os.environ["REQUESTS_CA_BUNDLE"] = "{facts["ca_bundle"]}"'
    yield f'app = msal.ConfidentialClientApplication("{facts["client_id"]}",'
    yield f'    authority="{tenant_authority(facts)}",'
    yield f'    client_credential="{facts["client_secret"]}",'
    yield "    instance_discovery=False)"
    scope = facts["organization_url"] + ".default"
    yield f'token = app.acquire_token_for_client(["{scope}"])["access_token"]'


def _connection_string(facts: Facts) -> Iterator[str]:
    yield f"export XRM_CONNECTION_STRING={shlex.quote(connection_string(facts))}"


def _own(facts: Facts) -> Iterator[str]:
    yield "import xrm"
    if facts["deployment"] != "online":
        yield "from xrm.soap import ColumnSet, QueryExpression"
        yield f'with xrm.connect(verify="{facts["ca_bundle"]}") as org:'
        yield '    leads = QueryExpression("lead", ColumnSet("subject"))'
        yield "    for lead in org.soap.query(leads):"
        yield '        print(lead["subject"])'
        return
    yield f'with xrm.connect(verify="{facts["ca_bundle"]}") as org:'
    yield '    for lead in org.query("leads", select="subject"):'
    yield '        print(lead["subject"])'
