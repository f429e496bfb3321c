"""When a request is sent again: the flow alone, step by step, without a clock that runs."""

import pytest

from xrm.client.flow import Answer, HttpRequest, Pause
from xrm.client.retry import Retry, Sender, retry_after
from xrm.errors import CertificateError, ConnectionFailedError, TimedOutError, TransportError

READ = HttpRequest("GET", "https://org/x")
CREATE = HttpRequest("POST", "https://org/x", repeatable=False)
LOST, SLOW, STRANGER = (
    ConnectionFailedError("lost"),
    TimedOutError("slow"),
    CertificateError("stranger"),
)


def busy(status: int = 429, after: str | None = "2") -> Answer:
    return Answer(status, (("Retry-After", after),) if after is not None else ())


def drive(
    request: HttpRequest, events: list[Answer | TransportError], retry: Retry | None = None
) -> tuple[list[float], Answer | TransportError]:
    """Return the pauses made, and how it ended; each pause moves the clock."""
    now, pauses = [0.0], []
    flow = Sender(retry or Retry(), lambda: now[0], lambda: 0.0).send(request)
    coming = iter(events)
    try:
        step = next(flow)
        while True:
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                now[0] += step.seconds
                step = flow.send(None)
                continue
            assert step is request
            event = next(coming)
            step = flow.throw(event) if isinstance(event, TransportError) else flow.send(event)
    except StopIteration as end:
        assert list(coming) == []
        return pauses, end.value
    except TransportError as error:
        assert list(coming) == []
        return pauses, error


OK, REFUSED = Answer(200), Answer(500)


@pytest.mark.parametrize(
    ("request_", "events", "pauses"),
    [
        (READ, [OK], []),
        (READ, [REFUSED], []),
        (READ, [busy(), busy(503), OK], [2, 2]),
        (READ, [busy(after=None), busy(after=None), busy(after=None), OK], [0.25, 0.5, 1]),
        (READ, [busy(after="61")], []),
        (READ, [busy(after="60"), OK], [60]),
        (READ, [busy(after="60")] * 5, [60] * 4),
        (READ, [busy(after="0")] * 6, [0] * 5),
        (CREATE, [busy(), OK], [2]),
        (CREATE, [busy(503)], []),
        (CREATE, [LOST], []),
        (CREATE, [SLOW], []),
        (READ, [LOST, OK], [0.25]),
        (READ, [SLOW, busy(), OK], [0.25, 2]),
        (READ, [LOST, LOST, LOST], [0.25, 0.5]),
        (READ, [STRANGER], []),
    ],
)
def test_what_is_sent_again(
    request_: HttpRequest, events: list[Answer | TransportError], pauses: list[float]
):
    assert drive(request_, events) == (pauses, events[-1])


@pytest.mark.parametrize(
    ("retry", "sendings"),
    [
        (Retry(attempts=1), 1),
        (Retry(attempts=3), 3),
        (Retry(deadline=5), 3),
        (Retry(longest_wait=1), 1),
    ],
)
def test_patience_is_the_callers(retry: Retry, sendings: int):
    pauses, end = drive(READ, [busy()] * sendings, retry)
    assert isinstance(end, Answer)
    assert pauses == [2] * (sendings - 1)


def test_what_counts_once_is_made_anew_for_each_repeat():
    made = iter([HttpRequest("POST", f"https://sts/{n}") for n in range(9)])
    flow = Sender(Retry(), lambda: 0.0, lambda: 0.0).send(next(made), again=lambda: next(made))
    sent = []
    step = next(flow)
    for event in (busy(), LOST, busy(503)):
        sent.append(step)
        pause = flow.throw(event) if isinstance(event, TransportError) else flow.send(event)
        assert isinstance(pause, Pause)
        step = flow.send(None)
    sent.append(step)
    assert [request.url for request in sent] == [f"https://sts/{n}" for n in range(4)]
    with pytest.raises(StopIteration):
        flow.send(OK)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("1.5", 1.5),
        ("-4", 0.0),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("9" * 65, None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str | None, seconds: float | None):
    assert retry_after(busy(after=text), now=100.0) == seconds
