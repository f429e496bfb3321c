"""Start `xrm serve` on a throwaway data directory and fill it through its own Web API."""

import contextlib
import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import exchange, leads
from bench.exchange import Exchange
from bench.machine import Cores
from bench.servers.processes import Server, running

NAME = "xrm"
_SERVE = "import sys; from xrm.cli import main; sys.exit(main())"


@contextlib.contextmanager
def serve(cores: Cores, cache: Path) -> Iterator["Ours"]:
    """Serve the demonstration tenant and organization from one process on free ports."""
    command = [sys.executable, "-c", _SERVE, "serve", "--memory", "--json"]
    command += ["--port", "0", "--org-port", "0"]
    log = cache / "xrm.log"
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
        self._origin = announced["organization_url"].rstrip("/")
        self._root = urlsplit(announced["web_api_url"]).path.rstrip("/") + "/"

    def fill(self, rows: list[dict[str, Any]]) -> list[str]:
        """Create the rows as the demonstration service, which owns them then; return the keys."""
        headers = self._authorization() | {"Content-Type": "application/json"}
        keys = []
        with self._connection(self._origin) as connection:
            for row in rows:
                body = json.dumps(leads.writable(row))
                connection.request("POST", f"{self._root}leads", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                assert answer.status == 204, f"{answer.status} {text[:500]!r}"
                keys.append(answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")"))
        return keys

    def server(self, keys: list[str]) -> Server:
        """Return what to ask for each kind of work."""
        exchanges = {"token": self._token_v1(), "token v2": self._token_v2()}
        if keys:
            exchanges |= self._reads(keys)
        return Server(NAME, self._group, exchanges)

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
        return Exchange(
            self._announced["authority"].rstrip("/"),
            self._trusted,
            (f"/{self._announced['tenant_id']}{path}",),
            exchange.check_token,
            "POST",
            headers,
            body,
        )

    def _reads(self, keys: list[str]) -> dict[str, Exchange]:
        authorization = self._authorization()
        paths = {
            "row": (exchange.row_paths(self._root, keys), exchange.check_row),
            "list": ((exchange.list_path(self._root),), exchange.check_list),
            "search": ((exchange.search_path(self._root),), exchange.check_search),
        }
        return {
            kind: Exchange(self._origin, self._trusted, asked, check, "GET", authorization)
            for kind, (asked, check) in paths.items()
        }

    def _authorization(self) -> dict[str, str]:
        asked = self._token_v1()
        with self._connection(asked.origin) as connection:
            connection.request("POST", asked.paths[0], asked.body, dict(asked.headers))
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
