"""Several processes, each with a token service of its own over one database, that act at once.

    with racers(url) as field:
        said = field.race(redeeming, codes)

Each of the eight racers, two threads in each of four processes, is given every item in turn. It
makes ready, waits until all of them are, and goes: what they do meets. `said` is, item by item,
what each of them came to.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from threading import BrokenBarrierError
from typing import Any

from support.signing_in import ORGANIZATION, make_application, make_person
from xrm import db
from xrm.sts import TokenService, registration
from xrm.sts.model import Application, Tenant, User
from xrm.sts.profile import FAITHFUL, STRICT, Profile

PROCESSES, THREADS = 4, 2
RACERS = PROCESSES * THREADS
BASE = "https://localhost:8443"
WAIT_SECONDS = 60.0
_SEALING_KEY = bytes(range(32))
_NAMESPACE = "sts"


@dataclass(frozen=True)
class Course:
    """What a racer has before it: a service for each profile, and what is registered there."""

    faithful: TokenService
    strict: TokenService
    tenant: Tenant
    application: Application
    people: tuple[User, ...]


Go = Callable[[], Any]
Task = Callable[[Course, Any, int], Go]
"""Makes ready for an item, as the racer of a number, and returns what is done at the start."""


def open_service(url: str, profile: Profile = FAITHFUL) -> TokenService:
    """Return a service over a database opened for it alone."""
    return TokenService(
        db.open(url, _NAMESPACE, durable=False),
        base_url=BASE,
        clock=time.time,
        ids=uuid.uuid4,
        sealing_key=_SEALING_KEY,
        profile=profile,
    )


def close(service: TokenService) -> None:
    """Close a service and its database."""
    service.close()
    service.database.close()


_placed: list[tuple[Course, Any]] = []
"""In a process of racers: the course, and the barrier at which all of them start."""


def _line_up(url: str, found: tuple[Tenant, Application, tuple[User, ...]], barrier: Any) -> None:
    """Open what a process of racers needs."""
    _placed.append((Course(open_service(url), open_service(url, STRICT), *found), barrier))


def _run(task: Task, items: Sequence[Any], process: int) -> list[list[Any]]:
    """Have the racers of this process go through all items; return what each came to."""
    ((course, barrier),) = _placed

    def racer(thread: int) -> list[Any]:
        number, said = process * THREADS + thread, []
        for item in items:
            go = task(course, item, number)
            barrier.wait(WAIT_SECONDS)
            said.append(go())
        return said

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(racer, range(THREADS)))
    except BaseException:
        barrier.abort()  # the others would wait for nothing
        raise


def _call(task: Callable[[Course, Any], Any], item: Any) -> Any:
    ((course, _),) = _placed
    return task(course, item)


@dataclass(frozen=True)
class Racers:
    """The racers, and the same course as the test sees it."""

    course: Course
    pool: ProcessPoolExecutor
    barrier: Any

    def race(self, task: Task, items: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Have all racers do a task for each item at once; return the eight results of each."""
        # Each waits for all the others, so that no process takes two of these.
        running = [self.pool.submit(_run, task, items, number) for number in range(PROCESSES)]
        wait(running)
        if self.barrier.broken:  # of the racers, one failed: say how, and go on in other tests
            self.barrier.reset()
            failed = [error for each in running if (error := each.exception())]
            raise next(
                (one for one in failed if not isinstance(one, BrokenBarrierError)), failed[0]
            )
        by_racer = [said for each in running for said in each.result()]
        return list(zip(*by_racer, strict=True))

    def share(self, task: Callable[[Course, Any], list[Any]], count: int) -> list[Any]:
        """Have `task(course, number)` make so many things, some in each process."""
        parts = [len(range(number, count, PROCESSES)) for number in range(PROCESSES)]
        running = [self.pool.submit(_call, task, part) for part in parts]
        return [one for each in running for one in each.result()]


@contextmanager
def racers(url: str) -> Iterator[Racers]:
    """Set up a tenant, an application and two people in a new database, and line up."""
    service, strict = open_service(url), open_service(url, STRICT)
    tenant = registration.create_tenant(service, name="Contoso", domain="contoso.example")
    registration.add_resource(service, tenant, ORGANIZATION)
    application = make_application(service, tenant)
    registration.consent(service, tenant, application.application_id)
    people = tuple(make_person(service, tenant, name) for name in ("ada", "grace"))
    found = (tenant, application, people)
    context = get_context("spawn")
    barrier = context.Barrier(RACERS)
    try:
        with ProcessPoolExecutor(
            PROCESSES, context, initializer=_line_up, initargs=(url, found, barrier)
        ) as pool:
            yield Racers(Course(service, strict, *found), pool, barrier)
    finally:
        close(strict)
        close(service)
