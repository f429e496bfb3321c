"""OrganizationData.svc asked in process: requests made, answers read in either form."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from lxml import etree

from support.estate import URL, Client
from xrm.org.faces.data2011 import mount
from xrm.wire.http import Headers, Request, Response

ROOT = "/XRMServices/2011/OrganizationData.svc/"
BASE = f"{URL}xrmservices/2011/OrganizationData.svc/"
SERVICES = "Microsoft.Crm.Sdk.Data.Services."
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "d": "http://schemas.microsoft.com/ado/2007/08/dataservices",
    "m": "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata",
    "app": "http://www.w3.org/2007/app",
}
JSON = ("accept", "application/json")
ATOM = ("accept", "application/atom+xml,application/xml")


@dataclass(frozen=True)
class Said:
    """An answer, with what it holds at hand."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.body

    def header(self, name: str) -> str | None:
        return self.response.header(name)

    @property
    def d(self) -> Any:
        """What stands under `d`."""
        assert self.status in (200, 201), self.body
        document = orjson.loads(self.body)
        assert set(document) == {"d"}
        return document["d"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.d["results"]
        return found

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and sentence, from either form; the form is checked."""
        if (self.header("Content-Type") or "").startswith("application/json"):
            document = orjson.loads(self.body)
            assert set(document) == {"error"}
            error = document["error"]
            assert set(error) == {"code", "message"}
            assert error["message"].keys() == {"lang", "value"}
            return self.status, error["code"], error["message"]["value"]
        root = self.xml
        assert root.tag == f"{{{NAMES['m']}}}error"
        code, message = root
        assert message.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
        return self.status, code.text or "", message.text or ""


@dataclass(frozen=True)
class Data:
    """A caller of OrganizationData.svc."""

    client: Client

    def send(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        headers: Headers = (JSON,),
        body: bytes = b"",
    ) -> Said:
        proof = (("authorization", f"Bearer {self.client.token}"),) if self.client.token else ()
        where = path if path.startswith("/") else ROOT + path
        request = Request(method, where, query, (*proof, *headers), body)
        head = Request(method, where, query, request.headers)
        response = mount(self.client.estate.organization).route(head).face(request)
        assert not [name for name, _ in response.headers if name.lower().startswith("access-")]
        return Said(response)

    def get(self, path: str, *, atom: bool = False, **options: object) -> Said:
        query = "&".join(f"${name}={quote(str(value))}" for name, value in options.items())
        return self.send("GET", path, query, headers=(ATOM if atom else JSON,))

    def write(self, method: str, path: str, record: Any, *more: tuple[str, str]) -> Said:
        """Send JSON; MERGE, PUT and DELETE as the methods they are."""
        headers = (JSON, ("content-type", "application/json; charset=utf-8"), *more)
        return self.send(method, path, headers=headers, body=orjson.dumps(record))

    def post(self, path: str, record: Any, *more: tuple[str, str]) -> Said:
        return self.write("POST", path, record, *more)

    def entry(self, method: str, path: str, body: str, *more: tuple[str, str]) -> Said:
        """Send an Atom entry, or what else is XML."""
        headers = (ATOM, ("content-type", "application/atom+xml"), *more)
        return self.send(method, path, headers=headers, body=body.encode())

    def made(self, set_name: str, **values: object) -> str:
        """Create a record and return its path."""
        said = self.post(set_name, values)
        assert said.status == 201, said.body
        return (said.header("Location") or "").removeprefix(BASE)

    def values(self, set_name: str, name: str, **options: object) -> list[Any]:
        return [row[name] for row in self.get(set_name, select=name, **options).rows]

    def follow(self, url: str) -> Said:
        parts = urlsplit(url)
        return self.send("GET", parts.path, parts.query)


def key_of(path: str) -> str:
    """Return the identifier in a record's path."""
    return path.split("'")[1]


def atom_entry(properties: str, *, links: str = "", kind: str = "") -> str:
    """Return an Atom entry that sets properties, as .NET's client writes it."""
    spaces = " ".join(
        f'xmlns{"" if name == "a" else ":" + name}="{NAMES[name]}"' for name in ("a", "d", "m")
    )
    scheme = f"{NAMES['d']}/scheme"
    category = f'<category term="{SERVICES}{kind}" scheme="{scheme}" />' if kind else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><entry {spaces}>{category}<title />{links}'
        '<author><name /></author><id /><content type="application/xml">'
        f"<m:properties>{properties}</m:properties></content></entry>"
    )
