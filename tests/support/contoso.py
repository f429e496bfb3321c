"""A token service and an organization on this machine, over TLS, and one face for both clients.

What arrived is kept in `seen`, so that a test can say that nothing did.
"""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

import xrm

TENANT = "8fe3a4bf-329a-41e5-a96a-097955938686"
CLIENT_ID = "4cefc50a-0c50-432a-93e3-c6d7b4876dea"
SECRET = "wQ8~p+ss/w=rd;'\"%&-NEVER-SHOWN"
USER_ID = "b0a19d47-1111-4222-8333-0123456789ab"
UNIT_ID = "b0a19d47-2222-4222-8333-0123456789ab"
ORG_ID = "b0a19d47-3333-4222-8333-0123456789ab"


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


Reply = tuple[int, dict[str, str], bytes]


def as_json(status: int, document: Any, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, json.dumps(document).encode()


def refusal(status: int, code: str, message: str, **headers: str) -> Reply:
    return as_json(status, {"error": {"code": code, "message": message}}, **headers)


@dataclass
class Origin:
    """One https origin: `answer` decides, `seen` remembers, `planned` answers come first."""

    answer: Callable[[Seen], Reply]
    seen: list[Seen] = field(default_factory=list)
    planned: list[Reply] = field(default_factory=list)
    url: str = ""

    def reply(self, request: Seen) -> Reply:
        self.seen.append(request)
        return self.planned.pop(0) if self.planned else self.answer(request)


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one write
        disable_nagle_algorithm = True

        def serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, self.path, headers, self.rfile.read(length))
            status, said, body = origin.reply(request)
            self.send_response(status)
            for name, value in said.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.serve()

        def do_POST(self) -> None:
            self.serve()

        def do_PATCH(self) -> None:
            self.serve()

        def do_DELETE(self) -> None:
            self.serve()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that breaks off is no fault here."""


@contextmanager
def served(origin: Origin, authority: trustme.CA) -> Iterator[Origin]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server = _Server(("127.0.0.1", 0), _handler(origin))
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    origin.url = f"https://localhost:{server.server_port}"
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Contoso:
    """A token service and an organization that trusts it. `token` is the one that counts."""

    def __init__(self) -> None:
        self.sts = Origin(self._sign_in)
        self.org = Origin(self._ask)
        self.issued = 0
        self.valid: set[str] = set()
        self.lifetime: object = "3599"
        self.authority: str | None = None
        self.resource: str | None = None
        self.quoted = False
        self.tenant = TENANT
        self.proves: Callable[[Seen], bool] = lambda seen: seen.form.get("client_secret") == SECRET

    def revoke(self) -> None:
        self.valid.clear()

    def challenge(self) -> dict[str, str]:
        authority = self.authority or f"{self.sts.url}/{self.tenant}"
        resource = self.resource or f"{self.org.url}/"
        form = 'Bearer authorization_uri="{}", resource_id="{}"'
        form = form if self.quoted else form.replace('"', "")
        return {"WWW-Authenticate": form.format(f"{authority}/oauth2/authorize", resource)}

    def _sign_in(self, request: Seen) -> Reply:
        if request.path != f"/{self.tenant}/oauth2/token":
            return as_json(404, {"error": "invalid_request"})
        if not self.proves(request):
            return as_json(
                401,
                {
                    "error": "invalid_client",
                    "error_description": "AADSTS7000215: Invalid client secret provided. You sent "
                    f"{request.form.get('client_secret')}\r\nTrace ID: 1\r\nCorrelation ID: 2",
                    "error_codes": [7000215],
                    "trace_id": "11111111-aaaa-4bbb-8ccc-000000000001",
                    "correlation_id": "22222222-aaaa-4bbb-8ccc-000000000002",
                },
            )
        self.issued += 1
        token = f"TOKEN.{self.issued}.NEVER-SHOWN"
        self.valid.add(token)
        return as_json(
            200, {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token}
        )

    def _ask(self, request: Seen) -> Reply:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
            return 401, self.challenge(), b""
        if request.method == "POST":
            address = f"{self.org.url}/api/data/v9.2/leads({USER_ID})"
            return 204, {"OData-EntityId": address}, b""
        if request.method != "GET":
            return 204, {}, b""
        path = urlsplit(request.path).path
        if path.endswith("/WhoAmI"):
            ids = {"UserId": USER_ID, "BusinessUnitId": UNIT_ID, "OrganizationId": ORG_ID}
            return as_json(200, ids)
        if path.endswith("/leads"):
            return self._leads(request)
        return as_json(200, {"leadid": USER_ID, "subject": "One"})

    def _leads(self, request: Seen) -> Reply:
        """Seven leads, three on a page."""
        skipped = int(parse_qs(urlsplit(request.path).query).get("$skiptoken", ["0"])[0])
        page = {"value": [{"subject": f"Lead {n}"} for n in range(skipped, min(skipped + 3, 7))]}
        if skipped + 3 < 7:
            link = f"{self.org.url}/api/data/v9.2/leads?$select=subject&$skiptoken={skipped + 3}"
            page["@odata.nextLink"] = link  # type: ignore[assignment]
        return as_json(200, page)


class Driver:
    """Either client behind blocking calls, so that one test serves both."""

    def __init__(self, kind: str, *arguments: Any, **options: Any) -> None:
        self.kind = kind
        self._runner = asyncio.Runner() if kind == "async" else None
        self.client = getattr(xrm, {"async": "AsyncClient", "sync": "Client"}[kind])(
            *arguments, **options
        )

    @classmethod
    def around(cls, kind: str, client: Any) -> "Driver":
        """Return a driver of a client that is there already."""
        driver = cls.__new__(cls)
        driver.kind, driver.client = kind, client
        driver._runner = asyncio.Runner() if kind == "async" else None
        return driver

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = getattr(self.client, name)
        if self._runner is None:
            return operation  # type: ignore[no-any-return]
        runner = self._runner
        return lambda *arguments, **options: runner.run(operation(*arguments, **options))

    def records(self, *arguments: Any, take: int | None = None, **options: Any) -> list[Any]:
        """Read a query to its end, or only so many records of it."""
        return self.listed(self.client.query(*arguments, **options), take)

    def ran(self, outcome: Any) -> Any:
        """Return what an operation of either client brings."""
        return outcome if self._runner is None else self._runner.run(outcome)

    def listed(self, found: Any, take: int | None = None) -> list[Any]:
        """Read what either client streams to its end, or only so many of it."""
        if self._runner is None:
            return list(islice(found, take))

        async def read() -> list[Any]:
            rows: list[Any] = []
            async for row in found:
                rows.append(row)
                if len(rows) == take:
                    break
            await found.aclose()
            return rows

        return self._runner.run(read())

    def together(self, times: int, name: str) -> list[Any]:
        """Run an operation so many times at once."""
        operation = getattr(self.client, name)
        if self._runner is not None:

            async def gathered() -> list[Any]:
                return await asyncio.gather(*(operation() for _ in range(times)))

            return self._runner.run(gathered())
        results: list[Any] = []
        threads = [
            threading.Thread(target=lambda: results.append(operation())) for _ in range(times)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def end(self) -> None:
        self.close()
        if self._runner is not None:
            self._runner.close()
