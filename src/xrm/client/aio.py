"""The asynchronous shell: it performs the steps of flows and decides nothing else.

`sync` is generated from this file by tools/sync_client.py.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar, cast
from uuid import UUID

import xrm
from xrm.client import connection_string as strings
from xrm.client import discovery, tls
from xrm.client.cache import Token, TokenCache
from xrm.client.credentials import Credential, TokenCredential, external
from xrm.client.credentials.bearer import Bearer
from xrm.client.credentials.external import adopt, ask_async
from xrm.client.discovery import Place
from xrm.client.errors import ConnectionStringError, XrmError
from xrm.client.flow import Answer, AskCredential, Flow, HttpRequest, Pause, SignIn, Step
from xrm.client.origin import read_service
from xrm.client.retry import Retry, Sender
from xrm.client.services.webapi import Columns, Record, WebApi, WhoAmI
from xrm.client.tls import Verify
from xrm.client.transports import AsyncTransport
from xrm.model.ports import Clock, system_clock
from xrm.model.secret import Secret

if TYPE_CHECKING:
    from xrm.client.soap.aio import AsyncRun, AsyncSoap
    from xrm.client.soap.organization import Organization

T = TypeVar("T")
TIMEOUT = 120.0


class AsyncConnection(TypedDict, total=False):
    """How a client reaches its service: parameters of AsyncClient."""

    verify: Verify
    trust: Sequence[str]
    timeout: float
    retry: Retry | None
    transport: AsyncTransport | None


class AsyncClosing:
    """What is closed at the end, with all its connections; `with` closes it."""

    _held: "AsyncTransport | AsyncClient"

    async def close(self) -> None:
        """Close every connection (Dispose)."""
        await self._held.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncClient(AsyncClosing):
    """One organization, as one caller. Keeps no state but tokens and connections; an operation
    of one task does not disturb another's. Use it within one event loop.

    `url` is the organization's address (https, or http on this machine). `credential` is one of
    `xrm.auth`, or anything with azure-core's `get_token`. `verify` is the path of a CA bundle
    (default: XRM_CA_BUNDLE, else SSL_CERT_FILE, else the system's). `trust` lists hosts, beside
    Microsoft's, at which the organization may ask to sign in. `timeout` is in seconds, for each
    exchange. Does no I/O before the first operation. Raises ConfigurationError.

    Every operation may raise SignInError, ServiceError, TransportError, UnexpectedAnswerError.
    """

    def __init__(
        self,
        url: str,
        credential: Credential | TokenCredential,
        *,
        verify: Verify = None,
        trust: Sequence[str] = (),
        timeout: float = TIMEOUT,
        retry: Retry | None = None,
        transport: AsyncTransport | None = None,
        clock: Clock = system_clock,
    ) -> None:
        tls.check(verify)
        self._service = read_service(url)
        self._credential = adopt(credential)
        self._trust = discovery.read_trust(trust)
        self._sender = Sender(retry or Retry(), clock, secrets.SystemRandom().random)
        self._bearer = Bearer(self._sender)
        self._api = WebApi(self._service, clock)
        self._held = self._transport = transport or self._http(verify, timeout)
        self._cache = TokenCache(asyncio.Lock)
        self._locating = asyncio.Lock()
        self._place: Place | None = discovery.trusting(
            self._credential.place(self._service), self._trust
        )
        self._fixed = self._place is not None
        self._soap: AsyncSoap | None = None

    @property
    def url(self) -> str:
        """The organization's address, without a slash at the end."""
        return self._service.url

    def __repr__(self) -> str:
        return f"AsyncClient({self.url!r}, {self._credential!r})"

    async def whoami(self) -> WhoAmI:
        """Ask the organization whom it takes the caller for."""
        return self._api.read_whoami(await self._call(self._api.whoami()))

    def query(
        self,
        entity_set: str,
        *,
        select: Columns | None = None,
        filter: str | None = None,  # noqa: A002 - the option's own name
        order_by: Columns | None = None,
        top: int | None = None,
        page_size: int | None = None,
        annotations: bool | str = False,
    ) -> AsyncIterator[Record]:
        """Stream the records of a table, by its entity set name (`leads`), page by page.

        A page is fetched when its first record is wanted; nothing is cut off. `filter` is an
        OData expression; `order_by` takes `name` and `-name` (descending); `top` bounds the
        records in all, `page_size` those in one page (both at most 5000). With `annotations`
        the records carry formatted values beside the plain ones.
        """
        asked = self._api.query(
            entity_set,
            select=select,
            filter=filter,
            order_by=order_by,
            top=top,
            page_size=page_size,
            annotations=annotations,
        )
        return self._records(asked, top)

    async def create(self, entity_set: str, values: Mapping[str, Any]) -> UUID:
        """Create a record and return its id. Never sent twice where it may have arrived."""
        request = self._api.create(entity_set, values)
        return self._api.read_created(await self._call(request))

    async def retrieve(
        self,
        entity_set: str,
        record_id: UUID | str,
        *,
        select: Columns | None = None,
        annotations: bool | str = False,
    ) -> Record:
        """Return one record. Raises NotFoundError when there is none."""
        request = self._api.retrieve(entity_set, record_id, select=select, annotations=annotations)
        return self._api.read_record(await self._call(request))

    async def update(
        self,
        entity_set: str,
        record_id: UUID | str,
        values: Mapping[str, Any],
        *,
        if_match: str = "*",
    ) -> None:
        """Change the columns named in `values`; other columns stay.

        `if_match` takes a record's `@odata.etag`: PreconditionFailedError when it has changed
        since. Raises NotFoundError rather than create the record.
        """
        request = self._api.update(entity_set, record_id, values, if_match=if_match)
        self._api.read_done(await self._call(request))

    async def delete(
        self, entity_set: str, record_id: UUID | str, *, if_match: str | None = None
    ) -> None:
        """Delete a record. After a lost connection the record may be gone already: the second
        sending then raises NotFoundError."""
        request = self._api.delete(entity_set, record_id, if_match=if_match)
        self._api.read_done(await self._call(request))

    @property
    def soap(self) -> "AsyncSoap":
        """The same organization by SOAP: Organization.svc, as the same caller."""
        if self._soap is None:
            from xrm.client.soap.aio import AsyncSoap

            self._soap = AsyncSoap(*self.flows())
        return self._soap

    def flows(self) -> "tuple[AsyncRun, Organization]":
        """Return what SOAP needs: who performs its flows, and Organization.svc as flows."""
        from xrm.client.soap.doors.finding import door_of
        from xrm.client.soap.organization import Organization
        from xrm.client.soap.refusal import SoapSender

        sender = self._sender
        soap = SoapSender(sender.retry, sender.clock, sender.chance)
        return self._run, Organization(self._service, door_of(self._credential, soap))

    async def authority(self) -> str:
        """Return where a token is asked for: the authority given, else the organization's word."""
        place = self._place or await self._located(SignIn())
        if place.authority is None:
            place = await self._run(
                discovery.locate(self._service, self._sender, tenant=None, trust=self._trust)
            )
        return discovery.named(place).url

    async def access_token(self) -> Secret:
        """Return a token for the organization, from the cache or a new one."""
        external.check_bearer(self._credential)
        return (await self._signed_in(SignIn())).secret

    def _http(self, verify: Verify, timeout: float) -> AsyncTransport:
        from xrm.client.transports.aio import AsyncHttpTransport

        proxies = not self._service.origin.loopback
        agent = f"xrm/{xrm.__version__}"
        return AsyncHttpTransport(verify=verify, timeout=timeout, proxies=proxies, agent=agent)

    async def _records(self, asked: HttpRequest | None, left: int | None) -> AsyncIterator[Record]:
        while asked is not None and left != 0:
            page = self._api.read_page(await self._call(asked), asked)
            for record in page.records[:left]:
                yield record
            left = None if left is None else max(0, left - len(page.records))
            asked = page.following

    async def _call(self, request: HttpRequest) -> Answer:
        external.check_bearer(self._credential)
        return await self._run(self._bearer.call(request))

    async def _run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                try:
                    brought = await self._perform(step)
                except XrmError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(brought)
        except StopIteration as end:
            return cast(T, end.value)
        finally:
            flow.close()

    async def _perform(self, step: Step) -> Any:
        match step:
            case HttpRequest():
                return await self._transport.send(step)
            case Pause():
                return await asyncio.sleep(step.seconds)
            case SignIn():
                return await self._signed_in(step)
            case AskCredential():
                return await ask_async(step)

    async def _signed_in(self, step: SignIn) -> Token:
        place = self._place
        if place is None or (step.challenge is not None and not self._fixed):
            place = await self._located(step)
        key, clock = self._credential.key(place), self._sender.clock
        token = self._cache.fresh(key, now=clock(), stale=step.stale)
        if token is not None:
            return token
        async with self._cache.lock(key):
            token = self._cache.fresh(key, now=clock(), stale=step.stale)
            if token is None:
                token = await self._run(self._credential.sign_in(place, self._sender))
                self._cache.keep(key, token)
        return token

    async def _located(self, step: SignIn) -> Place:
        tenant, trust = self._credential.tenant, self._trust
        async with self._locating:
            if step.challenge is not None:
                self._place = discovery.believe(
                    step.challenge, self._service, tenant=tenant, trust=trust
                )
            elif self._place is None:
                self._place = await self._run(
                    discovery.locate(self._service, self._sender, tenant=tenant, trust=trust)
                )
            return self._place


def connect(
    connection_string: str | None = None,
    *,
    verify: Verify = None,
    trust: Sequence[str] = (),
    timeout: float = TIMEOUT,
    retry: Retry | None = None,
) -> AsyncClient:
    """Return a client for a connection string, or for the one in XRM_CONNECTION_STRING.

    The grammar and the keys are those of .NET; AuthType is ClientSecret, Certificate or IFD. The
    other parameters are the client's own. Sends nothing; a certificate's file is read. Raises
    ConnectionStringError or ConfigurationError.
    """
    text = connection_string
    if text is None:
        text = os.environ.get(strings.VARIABLE, "")
    if not text.strip():
        raise ConnectionStringError(
            "there is no connection string",
            next_step=f"Pass one, or set {strings.VARIABLE}.",
        )
    said = strings.read(text)
    return AsyncClient(
        said.url, said.credential, verify=verify, trust=trust, timeout=timeout, retry=retry
    )
