"""Install and start the servers of `bench/peers`, in a cache folder outside the tree."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme

from bench import exchange, leads, people, records
from bench.exchange import Exchange
from bench.machine import Cores
from bench.people import SignIn
from bench.records import Side
from bench.servers.kept import ROOT, copied
from bench.servers.processes import Server, free_port, running, wait_until_listening
from xrm.org.metadata import catalogue

SOURCE = Path(__file__).parent.with_name("peers")
INSTALL = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
RESOURCE = "https://contoso.crm.example/"
CLIENT_ID = "5e1c9d7a-2b48-4f63-9c0e-a1b2c3d4e5f6"
PUBLIC_CLIENT_ID = "0f4c6b1e-8a57-4d2b-9e36-7c5d1a2b3e4f"
REDIRECT = "https://desk.contoso.example/signed-in"

OIDC_PROVIDER = "oidc-provider"
MOCK_SERVER = "oauth2-mock-server"
CAP = "@sap/cds"
CAP_ROOT = "/api/data/v9.2/"
METADATA = ROOT / "src" / "xrm" / "org" / "metadata" / "tables" / "lead.json"


class Peers:
    """The installed peers."""

    def __init__(self, cache: Path, cores: Cores) -> None:
        self._folder = cache / "peers"
        self._cores = cores
        self._key = self._folder / "tls.key"
        self._certificate = self._folder / "tls.pem"
        self._trusted = self._folder / "ca.pem"

    def install(self) -> None:
        """Copy the scripts and, when the versions changed, install the packages with npm."""
        shutil.copytree(SOURCE, self._folder, dirs_exist_ok=True)
        wanted = (SOURCE / "package.json").read_text()
        stamp = self._folder / "installed.json"
        if not stamp.exists() or stamp.read_text() != wanted:
            if not shutil.which("npm"):
                raise SystemExit("The peers need npm (on Debian: apt-get install npm).")
            subprocess.run(INSTALL, cwd=self._folder, check=True)
            if not Path(self._node()).exists():
                raise SystemExit("npm left Node.js out: its package `node` needs install scripts.")
            stamp.write_text(wanted)
        self._issue_certificate()

    def versions(self) -> dict[str, str]:
        """Return the installed versions by package."""
        names = json.loads((SOURCE / "package.json").read_text())["dependencies"]
        files = {name: self._folder / "node_modules" / name / "package.json" for name in names}
        return {name: json.loads(file.read_text())["version"] for name, file in files.items()}

    @contextlib.contextmanager
    def oidc_provider(self) -> Iterator[Server]:
        """Serve tokens with oidc-provider."""
        secret = secrets.token_urlsafe(30)
        headers, body = exchange.token_form(
            client_id=CLIENT_ID, client_secret=secret, resource=RESOURCE
        )
        names = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": secret, "RESOURCE": RESOURCE}
        names |= {"PUBLIC_CLIENT_ID": PUBLIC_CLIENT_ID, "REDIRECT": REDIRECT}
        with self._serve(OIDC_PROVIDER, lambda _: ["oidc_provider.mjs"], names) as (group, origin):
            token = self._token(origin, headers, body)
            yield Server(OIDC_PROVIDER, group, {"token": token} | self._people(origin))

    @contextlib.contextmanager
    def mock_server(self) -> Iterator[Server]:
        """Serve tokens with oauth2-mock-server."""
        headers, body = exchange.token_form(client_id=CLIENT_ID, client_secret="any", aud=RESOURCE)
        with self._serve(MOCK_SERVER, lambda _: ["mock_server.mjs"], {}) as (group, origin):
            token = self._token(origin, headers, body)
            asked = SignIn(origin, self._trusted, "/authorize", "/token", "any", REDIRECT, {}, {})
            refreshes = {people.REFRESH: asked.refreshes("any")}
            yield Server(MOCK_SERVER, group, {"token": token} | refreshes)

    @contextlib.contextmanager
    def cap(self, sample: leads.Sample) -> Iterator[Server]:
        """Serve the leads with CAP out of an SQLite file, with the indexes that xrm has."""
        serve = "node_modules/@sap/cds/bin/serve.js"
        versions = SOURCE / "package.json"
        decided_by = [versions, SOURCE / "fill.js", SOURCE / "db", Path(leads.__file__), METADATA]

        def script(port: int) -> list[str]:
            return ["--no-warnings", serve, "--port", str(port)]

        def make(folder: Path) -> None:
            self._fill(folder, sample.count)

        name = f"cds-{sample.count}"
        with copied(self._folder.parent, name, decided_by=decided_by, make=make) as folder:
            names = {"NODE_ENV": "production"} | _database(folder)
            with self._serve(name, script, names) as (group, origin):
                side = Side(origin, self._trusted, CAP_ROOT, {})
                exchanges = records.reads(side, sample, _page(side, sample))
                exchanges |= records.writes(side, sample, Prefer="return=minimal")
                yield Server(CAP, group, exchanges)

    def _people(self, origin: str) -> dict[str, Exchange | SignIn]:
        """Return what people ask of oidc-provider, which takes any password."""
        asked = {"resource": RESOURCE, "scope": "openid user_impersonation"}
        sign_in = SignIn(
            origin=origin,
            trusted=self._trusted,
            authorize="/auth",
            token="/token",
            client_id=PUBLIC_CLIENT_ID,
            redirect=REDIRECT,
            asked=asked,
            typed={"login": "ada", "password": "any"},
            redirected=303,
        )
        return people.exchanges(sign_in)

    def _token(self, origin: str, headers: dict[str, str], body: str) -> Exchange:
        return Exchange(
            origin, self._trusted, ("/token",), exchange.check_token, "POST", headers, (body,)
        )

    def _issue_certificate(self) -> None:
        authority = trustme.CA()
        leaf = authority.issue_cert("localhost", "127.0.0.1")
        leaf.private_key_pem.write_to_path(self._key)
        self._certificate.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        authority.cert_pem.write_to_path(self._trusted)

    def _fill(self, folder: Path, count: int) -> None:
        columns = catalogue()["lead"].columns
        stored = (*leads.COLUMNS, "modifiedon", "ownerid")
        indexed = [name for name in stored if columns[name].indexed]
        filler = subprocess.Popen(
            [self._node(), "--no-warnings", "fill.js", *indexed],
            cwd=self._folder,
            env=os.environ | _database(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert filler.stdin is not None
        with filler.stdin as lines:
            for row in leads.make(count):
                owner = str(uuid.UUID(int=row.pop("owner"), version=4))
                lines.write(json.dumps(row | {"ownerid": owner}) + "\n")
        if filler.wait():
            raise SystemExit("The database of @sap/cds could not be filled.")

    def _node(self) -> str:
        return str(self._folder / "node_modules" / "node" / "bin" / "node")

    @contextlib.contextmanager
    def _serve(
        self, name: str, script: Callable[[int], list[str]], environment: dict[str, str]
    ) -> Iterator[tuple[int, str]]:
        port = free_port()
        log = self._folder / f"{name.rpartition('/')[2]}.log"
        names = {"PORT": str(port), "TLS_KEY": str(self._key)}
        names |= {"TLS_CERTIFICATE": str(self._certificate)} | environment
        with running(
            [self._node(), *script(port)],
            cores=self._cores,
            folder=self._folder,
            log=log,
            environment=names,
        ) as process:
            wait_until_listening(process, port, log)
            yield process.pid, f"https://localhost:{port}"


def _page(side: Side, sample: leads.Sample) -> Exchange:
    """Return the page whose cost is measured; CAP's own links count rows to be skipped, too."""
    options = (f"$top={leads.PAGE_SIZE}", f"$skip={(sample.page - 1) * leads.PAGE_SIZE}")
    return side.ask((records.pages(*options),), records.check_page(sample.page_start))


def _database(folder: Path) -> dict[str, str]:
    """Return the variables by which CAP takes its database from a folder."""
    url = str(folder / "leads.db")
    return {"CDS_CONFIG": json.dumps({"requires": {"db": {"credentials": {"url": url}}}})}
