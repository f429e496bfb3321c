"""People who sign in by code and PKCE: what their browser and their program ask of a server.

A sign-in is a conversation: the pages are followed form by form, as a browser follows them, and
the code is redeemed. What can be asked again and again, a refresh and an authorization with a
live session, is an `Exchange` made of one such sign-in.
"""

import asyncio
import base64
import contextlib
import hashlib
import html
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from bench import generator
from bench.exchange import Exchange, check_token
from bench.load import TAIL_SECONDS, Burst, Pressure
from bench.machine import Cores, group_cpu_seconds, pinned

SIGN_IN = "sign-in"
UNHASHED = "sign-in, password hardly hashed"
REFRESH = "refresh"
SILENT = "authorize, signed in"
KINDS = (SIGN_IN, UNHASHED, REFRESH, SILENT)

MOST_PAGES = 8
_VERIFIER = "benchmark-benchmark-benchmark-benchmark-1234"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where a person signs in to which program, and what they type into fields of these names.

    `asked` goes along with the authorization request and with each token request. `redirected`
    is the status by which the server answers the program.
    """

    origin: str
    trusted: Path
    authorize: str
    token: str
    client_id: str
    redirect: str
    asked: Mapping[str, str]
    typed: Mapping[str, str]
    redirected: int = 302

    @property
    def begin(self) -> str:
        """The path and query of the authorization request (RFC 7636 4.3)."""
        octets = hashlib.sha256(_VERIFIER.encode()).digest()
        fields = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect,
            "code_challenge": base64.urlsafe_b64encode(octets).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.authorize}?{urlencode({**fields, **self.asked})}"

    def redemption(self, code: str) -> str:
        """Return the form that redeems a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect}
        return self._form(**fields, code_verifier=_VERIFIER)

    def refreshes(self, token: str) -> Exchange:
        """Return refreshes by a token that stays good."""
        body = self._form(grant_type="refresh_token", refresh_token=token)
        return Exchange(
            self.origin, self.trusted, (self.token,), check_tokens, "POST", _FORM, (body,)
        )

    def silently(self, cookies: str) -> Exchange:
        """Return authorization requests of a browser in which somebody is signed in."""
        path, headers = f"{self.begin}&prompt=none", {"Cookie": cookies}
        more: dict[str, Any] = {"headers": headers, "status": self.redirected}
        return Exchange(self.origin, self.trusted, (path,), check_code, **more)

    def _form(self, **fields: str) -> str:
        return urlencode({"client_id": self.client_id, **fields, **self.asked})


def check_tokens(path: str, answer: dict[str, Any]) -> None:
    """Check that the answer carries an access token, an id token and a refresh token."""
    check_token(path, answer)
    assert answer["id_token"].count(".") == 2
    assert answer["refresh_token"]


def check_code(_path: str, location: str) -> None:
    """Check that the program is told a code."""
    assert dict(parse_qsl(urlsplit(location).query)).get("code"), location


@dataclass(slots=True)
class Browser:
    """A browser on one kept-alive connection."""

    asked: SignIn
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie_line(self) -> str:
        """The cookies as a header's value."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def send(self, method: str, path: str, body: str = "") -> generator.Answer:
        """Send a request with the cookies there are, and keep those that come back."""
        asked = self.asked
        headers = {"Cookie": self.cookie_line} if self.cookies else {}
        headers |= _FORM if method == "POST" else {}
        exchange = Exchange(asked.origin, asked.trusted, (), check_code, method, headers)
        self.writer.write(generator.spell(exchange, path, body))
        answer = await generator.read_answer(self.reader)
        for line in answer.all("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer

    async def sign_in(self) -> dict[str, Any]:
        """Sign a person in who is not, redeem the code, and return the answer to that."""
        self.cookies.clear()
        answer = await self.send("GET", self.asked.begin)
        for _ in range(MOST_PAGES):
            if answer.status == 200:
                action, fields = _form_of(answer.body.decode())
                typed = {name: text for name, text in self.asked.typed.items() if name in fields}
                answer = await self.send("POST", _path(action), urlencode(fields | typed))
                continue
            assert 300 <= answer.status < 400, answer.body[:500]
            location = urljoin(self.asked.origin, answer.all("location")[0])
            if not location.startswith(self.asked.origin):
                return await self._redeem(location)
            answer = await self.send("GET", _path(location))
        raise AssertionError(f"the pages do not end: {answer.body[:500]!r}")

    async def _redeem(self, location: str) -> dict[str, Any]:
        check_code("", location)
        code = dict(parse_qsl(urlsplit(location).query))["code"]
        answer = await self.send("POST", self.asked.token, self.asked.redemption(code))
        assert answer.status == 200, answer.body[:500]
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens


@contextlib.asynccontextmanager
async def _open(asked: SignIn) -> AsyncIterator[Browser]:
    where = urlsplit(asked.origin)
    context = ssl.create_default_context(cafile=str(asked.trusted))
    reader, writer = await asyncio.open_connection(where.hostname, where.port, ssl=context)
    try:
        yield Browser(asked, reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def exchanges(asked: SignIn) -> dict[str, Exchange | SignIn]:
    """Return sign-ins, and what can be asked once somebody has signed in."""

    tokens, cookies = asyncio.run(_once(asked))
    token = tokens["refresh_token"]
    return {SIGN_IN: asked, REFRESH: asked.refreshes(token), SILENT: asked.silently(cookies)}


def check(asked: SignIn) -> None:
    """Sign somebody in once and check the tokens; raise AssertionError if they are none."""
    check_tokens(asked.token, asyncio.run(_once(asked))[0])


async def _once(asked: SignIn) -> tuple[dict[str, Any], str]:
    """Sign somebody in; return the tokens and the browser's cookies."""
    async with _open(asked) as browser:
        return await browser.sign_in(), browser.cookie_line


def burst(asked: SignIn, group: int, pressure: Pressure, cores: Cores) -> Burst:
    """Have as many people as there are connections sign in, one after the other, for a while.

    Each one who has begun is waited for.
    """
    with pinned(cores.load):
        before = group_cpu_seconds(group)
        done = asyncio.run(_crowd(asked, pressure))
    time.sleep(TAIL_SECONDS)
    return Burst(done=done, cpu_seconds=group_cpu_seconds(group) - before)


async def _crowd(asked: SignIn, pressure: Pressure) -> int:
    until = time.monotonic() + pressure.seconds

    async def person() -> int:
        done = 0
        async with _open(asked) as browser:
            while not done or time.monotonic() < until:
                await browser.sign_in()
                done += 1
        return done

    return sum(await asyncio.gather(*(person() for _ in range(pressure.connections))))


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


_TAG = re.compile(r"<(form|input|button)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def _form_of(page: str) -> tuple[str, dict[str, str]]:
    """Return where the first form of a page goes and what it sends: inputs and its first button."""
    action, fields = "", dict[str, str]()
    for kind, text in _TAG.findall(page):
        said = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}
        if kind == "form":
            if action:
                break
            action = said["action"]
        elif "name" in said and said.get("type") != "checkbox":
            fields.setdefault(said["name"], said.get("value", ""))
    assert action, page[:500]
    return action, fields
