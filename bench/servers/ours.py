"""Start `xrm serve` on a throwaway data directory, with leads in it or without."""

import contextlib
import http.client
import json
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from bench import exchange, leads, records, soap
from bench.exchange import Exchange
from bench.machine import Cores
from bench.people import SignIn
from bench.records import Side
from bench.servers.kept import ROOT, copied
from bench.servers.processes import Server, running
from xrm.wire import assertion

NAME = "xrm"
BY_CERTIFICATE = "token by certificate"
_ASSERTION_SECONDS = 600
_SERVE = "import sys; from xrm.cli import main; sys.exit(main())"


# What decides how the records lie on disk, besides the leads themselves.
_DECISIVE = ("db", "org/metadata", "org/rules", "org/store", "server/demonstration")


@contextlib.contextmanager
def with_leads(cores: Cores, cache: Path, count: int) -> Iterator["Ours"]:
    """Serve the demonstration with so many leads, made beforehand and kept in the cache."""
    own = [Path(leads.__file__), Path(__file__).with_name("filling.py")]
    package = ROOT / "src" / "xrm"
    decided_by = [package / name for name in _DECISIVE] + own

    def make(folder: Path) -> None:
        command = [sys.executable, "-m", "bench.servers.filling", str(folder), str(count)]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise SystemExit("The data directory of xrm could not be filled.")

    with (
        copied(cache, f"xrm-{count}", decided_by=decided_by, make=make) as folder,
        serve(cores, cache, folder) as served,
    ):
        yield served


@contextlib.contextmanager
def serve(cores: Cores, cache: Path, folder: Path | None = None, *more: str) -> Iterator["Ours"]:
    """Serve the demonstration tenant and organization from one process on free ports.

    `more` are further options of `xrm serve`.
    """
    data = ["--memory"] if folder is None else ["--data", str(folder)]
    command = [sys.executable, "-c", _SERVE, "serve", *data, "--json"]
    command += ["--port", "0", "--org-port", "0", *more]
    log = cache / f"{folder.name if folder else NAME}.log"
    with running(
        command, cores=cores, folder=cache, log=log, environment={}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"xrm serve did not start:\n{log.read_text()[-2000:]}")
        yield Ours(process.pid, json.loads(line))


class Ours:
    """Our server as it announced itself."""

    def __init__(self, group: int, announced: dict[str, Any]) -> None:
        self._group = group
        self._announced = announced
        self._trusted = Path(announced["ca_bundle"])
        self._authority = announced["authority"].rstrip("/")
        self._origin = announced["organization_url"].rstrip("/")
        self._root = urlsplit(announced["web_api_url"]).path.rstrip("/") + "/"

    @property
    def announced(self) -> dict[str, Any]:
        """The facts of the JSON line."""
        return self._announced

    def server(self, exchanges: Mapping[str, Exchange | SignIn]) -> Server:
        """Return the server with what it is to be asked."""
        return Server(NAME, self._group, dict(exchanges))

    def tokens(self) -> dict[str, Exchange]:
        """Return what is asked of the token service."""
        return {
            "token": self._token_v1(),
            "token v2": self._token_v2(),
            BY_CERTIFICATE: self._token_by_certificate(),
        }

    def records(self, sample: leads.Sample) -> dict[str, Exchange]:
        """Return what is asked of the organization."""
        side = Side(self._origin, self._trusted, self._root, self._authorization())
        return records.reads(side, sample, self._page(side, sample)) | records.writes(side, sample)

    def soap(self) -> dict[str, Exchange]:
        """Return what is asked of the organization by SOAP, and beside it."""
        side = Side(self._origin, self._trusted, self._root, self._authorization())
        return soap.exchanges(side, urlsplit(self._announced["organization_url"]).path)

    def _page(self, side: Side, sample: leads.Sample) -> Exchange:
        """Follow the links to the page whose cost is measured: there is no other way to it."""
        headers = {"Prefer": f"odata.maxpagesize={leads.PAGE_SIZE}"}
        check = records.check_page(sample.page_start)
        path = self._root + records.pages()
        with self._connection(self._origin) as connection:
            for _ in range(sample.page - 1):
                connection.request("GET", path, None, {**side.headers, **headers})
                link = urlsplit(json.loads(connection.getresponse().read())["@odata.nextLink"])
                path = f"{link.path}?{link.query}"
        return side.ask((path.removeprefix(self._root),), check, headers)

    def _token_v1(self) -> Exchange:
        return self._token("/oauth2/token", resource=self._announced["organization_url"])

    def _token_v2(self) -> Exchange:
        scope = f"{self._origin}/.default"
        return self._token("/oauth2/v2.0/token", scope=scope)

    def _token(self, path: str, **asked: str) -> Exchange:
        headers, body = exchange.token_form(
            client_id=self._announced["client_id"],
            client_secret=self._announced["client_secret"],
            **asked,
        )
        return self._tokens(path, headers, bodies=(body,))

    def _tokens(self, path: str, headers: dict[str, str], **more: Any) -> Exchange:
        return Exchange(
            self._authority,
            self._trusted,
            (f"/{self._announced['tenant_id']}{path}",),
            exchange.check_token,
            "POST",
            headers,
            **more,
        )

    def _token_by_certificate(self) -> Exchange:
        """Return v1 requests by assertion, each of which the service takes once."""
        path, client_id = "/oauth2/token", self._announced["certificate_client_id"]
        headers, _ = exchange.token_form()
        sign = _signer(
            Path(self._announced["certificate_path"]),
            client_id=client_id,
            audience=f"{self._authority}/{self._announced['tenant_id']}{path}",
        )

        def fresh() -> str:
            return exchange.token_form(
                client_id=client_id,
                client_assertion_type=assertion.TYPE,
                client_assertion=sign(),
                resource=self._announced["organization_url"],
            )[1]

        return self._tokens(path, headers, fresh=fresh)

    def _authorization(self) -> dict[str, str]:
        asked = self._token_v1()
        with self._connection(asked.origin) as connection:
            connection.request("POST", asked.paths[0], asked.bodies[0], dict(asked.headers))
            answer = json.loads(connection.getresponse().read())
        return {"Authorization": f"Bearer {answer['access_token']}"}

    @contextlib.contextmanager
    def _connection(self, origin: str) -> Iterator[http.client.HTTPSConnection]:
        where = urlsplit(origin)
        context = ssl.create_default_context(cafile=str(self._trusted))
        connection = http.client.HTTPSConnection(
            where.hostname or "",
            where.port,
            context=context,
            timeout=exchange.ANSWER_TIMEOUT_SECONDS,
        )
        with contextlib.closing(connection):
            yield connection


def _signer(file: Path, *, client_id: str, audience: str) -> Callable[[], str]:
    """Return what signs a new assertion by PS256 with the key of a PEM file."""
    pem = file.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    private_key = load_pem_private_key(pem, None)
    assert isinstance(private_key, RSAPrivateKey)
    return lambda: assertion.write(
        client_id=client_id,
        audience=audience,
        token_id=str(uuid.uuid4()),
        now=time.time(),
        lifetime=_ASSERTION_SECONDS,
        private_key=private_key,
        certificate_der=certificate,
        algorithm="PS256",
    )
