"""httpx2, asynchronous."""

import threading
import time

import httpx2

from xrm.client import tls
from xrm.client.errors import ConfigurationError
from xrm.client.flow import Answer, HttpRequest
from xrm.client.transports import failure
from xrm.client.transports.reaching import reached

_CONNECTIONS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


class AsyncHttpTransport:
    """HTTP/1.1 by httpx2. Opens nothing before the first request.

    `timeout` is in seconds, for connecting, for each silence and for an answer as a whole.
    `proxies` says whether the proxies of the environment are used.
    """

    def __init__(self, *, verify: tls.Verify, timeout: float, proxies: bool, agent: str) -> None:
        self._verify = verify
        self._timeout = timeout
        self._proxies = proxies
        self._agent = agent
        self._http: httpx2.AsyncClient | None = None
        self._closed = False
        self._guard = threading.Lock()

    async def send(self, request: HttpRequest) -> Answer:
        """Return the answer. Raises TransportError or UnexpectedAnswerError."""
        http = self._http or self._opened()
        give_up_at = time.monotonic() + self._timeout
        url, headers, told = reached(request)
        try:
            async with http.stream(
                request.method, url, headers=list(headers), content=request.body, extensions=told
            ) as answer:
                body = await self._body(answer, request, give_up_at)
                lines = tuple(answer.headers.multi_items())
                return Answer(answer.status_code, lines, body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise failure.translated(error, request) from None

    async def close(self) -> None:
        """Close every connection; nothing can be sent afterwards."""
        with self._guard:
            http, self._http, self._closed = self._http, None, True
        if http is not None:
            await http.aclose()

    async def _body(
        self, answer: httpx2.Response, request: HttpRequest, give_up_at: float
    ) -> bytes:
        parts, size = [], 0
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > request.limit:
                raise failure.too_large(request, answer.status_code)
            if time.monotonic() > give_up_at:
                raise failure.timed_out(request)
            parts.append(part)
        return b"".join(parts)

    def _opened(self) -> httpx2.AsyncClient:
        with self._guard:
            if self._closed:
                raise ConfigurationError("this client is closed")
            if self._http is None:
                self._http = httpx2.AsyncClient(
                    verify=tls.context(self._verify),
                    timeout=self._timeout,
                    limits=_CONNECTIONS,
                    follow_redirects=False,
                    cookies=failure.no_cookies(),
                    trust_env=self._proxies,
                    headers={"User-Agent": self._agent},
                )
            return self._http
