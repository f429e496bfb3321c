"""xrm ca: where the local certificate authority is, and what each client needs to trust it."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from xrm.cli import connecting, output
from xrm.cli.options import Data, Json, settings

PANEL = "Trust and look back"


def add(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    group = typer.Typer(no_args_is_help=True, help="The local certificate authority: path, env.")
    group.command()(path)
    group.command()(env)
    app.add_typer(group, name="ca", rich_help_panel=PANEL)


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable by which clients are told to trust the local CA."""

    name: str
    clients: str
    reason: str


VARIABLES = (
    Variable(
        "XRM_CA_BUNDLE",
        "xrm: the client of this project",
        "Read before SSL_CERT_FILE; verify= in the program does the same.",
    ),
    Variable(
        "REQUESTS_CA_BUNDLE",
        "Python: msal, adal, azure-identity, requests",
        "They verify with requests, which reads this bundle in place of its own.",
    ),
    Variable(
        "SSL_CERT_FILE",
        "OpenSSL: Python's ssl and httpx, Go, .NET on Linux, Ruby",
        "It takes the place of the system's bundle: public sites are not trusted meanwhile.",
    ),
    Variable(
        "CURL_CA_BUNDLE",
        "curl and libcurl",
        "Some builds of curl do not read SSL_CERT_FILE; --cacert does the same for one call.",
    ),
    Variable(
        "NODE_EXTRA_CA_CERTS",
        "Node.js: msal-node, @azure/identity, adal-node, fetch",
        "Added to Node's own authorities; read once, when the process starts.",
    ),
)


@dataclass(frozen=True, slots=True)
class Library:
    """What one library must be told in code before it accepts an authority that is not Azure's."""

    name: str
    setting: str
    reason: str


LIBRARIES = (
    Library(
        "msal (Python)",
        "instance_discovery=False",
        "or it asks login.microsoftonline.com whether the authority is real",
    ),
    Library(
        "adal (Python)",
        "validate_authority=False",
        "or it asks login.microsoftonline.com whether the authority is real",
    ),
    Library(
        "azure-identity (Python)",
        'authority="{authority}", disable_instance_discovery=True',
        "as msal, on which it is built",
    ),
    Library(
        "msal-node",
        'knownAuthorities: ["{host}"]',
        "with the port, unless that is 443",
    ),
    Library(
        "@azure/identity",
        'authorityHost: "{authority}", disableInstanceDiscovery: true',
        "as msal-node, on which it is built",
    ),
    Library("adal-node", "validateAuthority = false", "the second argument of the context"),
    Library(
        "Microsoft Graph client (JavaScript)",
        'baseUrl: "{authority}/graph", customHosts: new Set(["localhost"])',
        "the host without its port, or it sends no token",
    ),
    Library("MSAL.NET", "WithInstanceDiscovery(false)", "or it asks the public cloud first"),
    Library("MSAL Java", ".instanceDiscovery(false)", "or it asks the public cloud first"),
    Library("MSAL Go", "WithInstanceDiscovery(false)", "or it asks the public cloud first"),
)


def path(data: Data = None, as_json: Json = False) -> None:
    """Print the path of the local CA's certificate (PEM)."""
    bundle = _bundle(data)
    if as_json:
        output.json({"ca_bundle": bundle})
    else:
        output.say(str(bundle))


def env(data: Data = None, as_json: Json = False) -> None:
    """Print the settings each client needs, for a shell: eval "$(xrm ca env)"."""
    bundle = _bundle(data)
    facts = connecting.running(data)
    authority = str(facts.get("authority") or "https://localhost:8443")
    if as_json:
        output.json(_as_json(bundle, authority))
        return
    for variable in VARIABLES:
        output.say(f"# {variable.clients}")
        output.say(f"#   {variable.reason}")
        output.say(f"export {variable.name}={shlex.quote(str(bundle))}")
    output.say("# Java: keytool -importcert -noprompt -alias xrm -storepass changeit \\")
    output.say(f"#   -file {shlex.quote(str(bundle))} -keystore xrm.p12")
    output.say("#   and run it with -Djavax.net.ssl.trustStore=xrm.p12; it reads no variable.")
    output.say("#")
    output.say("# In code, so that a library accepts an authority that is not Azure's own:")
    for library in LIBRARIES:
        output.say(f"#   {library.name}: {_filled(library, authority)}")
        output.say(f"#     {library.reason}")


def _filled(library: Library, authority: str) -> str:
    base = authority.rstrip("/")
    host = base.partition("://")[2]
    return library.setting.replace("{authority}", base).replace("{host}", host)


def _as_json(bundle: Path, authority: str) -> dict[str, Any]:
    return {
        "environment": [
            {
                "name": each.name,
                "value": str(bundle),
                "clients": each.clients,
                "reason": each.reason,
            }
            for each in VARIABLES
        ],
        "libraries": [
            {"name": each.name, "setting": _filled(each, authority), "reason": each.reason}
            for each in LIBRARIES
        ],
    }


def _kept(folder: Path) -> Path:
    from xrm.server import tls
    from xrm.server.folder import Folder

    return tls.ca_bundle(Folder(folder)) if folder.is_dir() else folder


def _bundle(data: Path | None) -> Path:
    """Return the CA certificate's path; the CA is made at the first start of a server."""
    known = connecting.running(data).get("ca_bundle")
    found = Path(known) if known else _kept(settings(data=data).folder)
    if not found.is_file():
        raise output.Failure(
            f"There is no local certificate authority in {found}.",
            next_step="xrm serve makes it at its first start; --data names another directory.",
        )
    return found.absolute()
