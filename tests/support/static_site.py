"""Files of an application's own origin, for scripts that call the services from there."""

import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

HERE = "localhost"
"""The services' own site: only the port is another."""
ELSEWHERE = "127.0.0.1"
"""Another site, as near: browsers hinder what is far from asking what is on the machine."""


@dataclass
class StaticSite:
    """What is served, by path: files, or texts made up by a test. Texts can be changed any time."""

    port: int
    files: dict[str, Path | str]

    def origin(self, host: str = HERE) -> str:
        """Return the origin, by the name of the machine or by its number."""
        return f"http://{host}:{self.port}"


class _Server(ThreadingHTTPServer):
    files: Mapping[str, Path | str]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        path = urlsplit(self.path).path
        found = self.server.files.get(path)
        if found is None:
            self.send_error(404)
            return
        body = found.encode() if isinstance(found, str) else found.read_bytes()
        name = PurePosixPath(path).name if not path.endswith("/") else "index.html"
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(name)[0] or "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def static_site(files: Mapping[str, Path | str]) -> Iterator[StaticSite]:
    """Serve files on a port of loopback that nobody else has."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    site = StaticSite(server.server_port, dict(files))
    server.files = site.files
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
