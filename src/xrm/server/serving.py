"""serve: from settings to a running server, and to a clean stop."""

import asyncio
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from socket import socket
from typing import Any

from xrm.server import addresses, controls, published, samples, tls
from xrm.server.addresses import Place, Urls
from xrm.server.estate import Estate
from xrm.server.folder import EstateError, Folder
from xrm.server.organizations import DEPLOYMENTS
from xrm.server.process import listening, single
from xrm.server.process.supervisor import Supervisor
from xrm.server.published import Presence, Published
from xrm.server.settings import Settings
from xrm.server.tls import Certificate

Ready = Callable[[Published], object]

log = logging.getLogger("xrm.server")


class Stop:
    """Asks a server to stop, from any thread: for programs that serve inside themselves."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._told: Callable[[], object] | None = None

    def ask(self) -> None:
        """Stop the server as SIGTERM would; one that has not started yet stops at once."""
        self._asked.set()
        if self._told is not None:
            self._told()

    def tell(self, stopping: Callable[[], object]) -> None:
        """Call `stopping` when asked, or now if that was before."""
        self._told = stopping
        if self._asked.is_set():
            stopping()


def serve(settings: Settings, *, ready: Ready | None = None, stop: Stop | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or `stop`, and return the exit status, 0.

    `ready` is called once, in a thread of its own, when a TLS connection to every listener has
    been accepted. Raises EstateError when the server cannot start; the text says why.
    """
    set_up_logging(settings)
    listening.raise_file_limit()
    if settings.workers > 1 and sys.platform == "win32":
        raise EstateError("several workers cannot share a socket on Windows; use --workers 1")
    with _data(settings) as where:
        _serve(where, Folder(where.folder), ready or (lambda _facts: None), stop or Stop())
    return 0


def set_up_logging(settings: Settings) -> None:
    """Log to standard error at the level of the settings; a host's own set-up is left alone."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("xrm").setLevel(settings.log_level.upper())


@contextmanager
def _data(settings: Settings) -> Iterator[Settings]:
    """Yield settings with a data directory: the one set, or one thrown away at the end."""
    if not settings.memory:
        yield settings
        return
    path = Path(tempfile.mkdtemp(prefix="xrm-"))
    try:
        yield replace(settings, data=path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Start:
    """A server bound and prepared, about to serve."""

    settings: Settings
    folder: Folder
    presence: Presence
    urls: Urls
    places: Sequence[Place]
    sockets: Sequence[socket]
    certificate: Certificate
    ready: Ready
    stop: Stop


def _serve(settings: Settings, folder: Folder, ready: Ready, stop: Stop) -> None:
    if settings.samples:
        samples.fetch(samples.Shelf.find())
    places, sockets = _bind(settings)
    try:
        urls = addresses.publish(settings, places)
        with _present(settings, folder) as presence:
            with folder.locked():
                certificate = tls.ensure(folder, addresses.certificate_names(settings, urls))
            estate = Estate.open(settings, urls=urls)
            _check_deployment(settings, estate)
            estate.publish()
            start = _Start(
                settings, folder, presence, urls, places, sockets, certificate, ready, stop
            )
            (_one if settings.workers == 1 else _several)(start, estate)
    finally:
        for sock in sockets:
            sock.close()


def _check_deployment(settings: Settings, estate: Estate) -> None:
    """Raise EstateError where the settings and what is there contradict each other."""
    first = estate.organizations.first
    if settings.deployment in (None, first.deployment):
        return
    estate.close()
    raise EstateError(
        f"deployment: the organization {first.unique_name} is {first.deployment} already; xrm org "
        f"update {first.unique_name} --deployment {settings.deployment} makes it another"
    )


@contextmanager
def _present(settings: Settings, folder: Folder) -> Iterator[Presence]:
    """Be one of the servers of a data directory; the last to leave takes the controls with it."""
    with folder.locked():
        first = not published.living(folder)
        controls.prepare(folder, wanted=settings.test_controls, first=first)
        presence = Presence(folder)
    try:
        yield presence
    finally:
        with folder.locked():
            presence.leave()
            if not published.living(folder):
                controls.clear(folder)


def _bind(settings: Settings) -> tuple[list[Place], list[socket]]:
    """Return the places with their real ports, and the sockets that listen there."""
    sockets: list[socket] = []
    places = addresses.places(settings)
    try:
        for place in places:
            sockets.append(addresses.bind(place))
    except EstateError:
        for sock in sockets:
            sock.close()
        raise
    bound = zip(places, sockets, strict=True)
    return [replace(place, port=sock.getsockname()[1]) for place, sock in bound], sockets


def _one(start: _Start, estate: Estate) -> None:
    """Serve in this process."""

    async def main() -> bool:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        start.stop.tell(lambda: loop.call_soon_threadsafe(stopping.set))
        with single.stopped_by_signals(stopping):
            return await single.run(
                estate,
                places=start.places,
                sockets=start.sockets,
                certificate=start.certificate,
                started=_announcer(start, estate),
                stopping=stopping,
            )

    idle = False
    try:
        with asyncio.Runner(loop_factory=listening.loop_factory()) as runner:
            idle = runner.run(main())
    finally:
        # A thread that did not end may still use the databases; the audit is written anyway.
        (estate if idle else estate.sts).close()


def _several(start: _Start, estate: Estate) -> None:
    """Serve in worker processes; this one only keeps them."""
    started = _announcer(start, estate)
    estate.close()

    async def main() -> None:
        stopping = asyncio.Event()
        supervisor = Supervisor(
            start.settings, urls=start.urls, places=start.places, sockets=start.sockets
        )
        with single.stopped_by_signals(stopping):
            await supervisor.run(started=started, stopping=stopping)

    asyncio.run(main())


def _announcer(start: _Start, estate: Estate) -> Callable[[], Coroutine[Any, Any, None]]:
    facts = _facts(start, estate)

    async def started() -> None:
        await single.probe(start.places, start.certificate.ca_bundle)
        start.presence.announce(facts)
        await asyncio.to_thread(start.ready, facts)

    return started


def _facts(start: _Start, estate: Estate) -> Published:
    shown, urls = estate.demonstration, start.urls
    organizations, entry = estate.organizations, estate.organizations.first
    url = estate.organization.url
    everywhere = DEPLOYMENTS[entry.deployment].everywhere
    return Published(
        authority=urls.sts,
        tenant_id=estate.tenant.tenant_id,
        tenant_domain=estate.tenant.domain,
        organization_url=url,
        web_api_url=f"{url}api/data/v9.2/",
        organization_service_url=f"{url}XRMServices/2011/Organization.svc",
        organization_data_url=f"{url}XRMServices/2011/OrganizationData.svc",
        discovery_service_url=organizations.sites.discovery_service(
            entry.deployment, entry.unique_name, first=True
        ),
        global_discovery_url=urls.global_discovery if everywhere else None,
        graph_url=f"{urls.sts}/graph/v1.0",
        deployment=entry.deployment,
        adfs_url=organizations.farm(estate.tenant).url,
        organizations_url=urls.org,
        ifd_host=urls.ifd,
        samples_url=urls.samples or None,
        samples_https_url=urls.samples_https or None,
        profile=start.settings.profile,
        data_dir=start.folder.path,
        ca_bundle=start.certificate.ca_bundle,
        pid=os.getpid(),
        **{item.name: getattr(shown, item.name) for item in fields(shown)},
    )
