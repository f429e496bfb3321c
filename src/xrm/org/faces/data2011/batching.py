"""`$batch`: requests in order, change sets each kept whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from xrm.model.errors.service import ServiceError
from xrm.org import pipeline
from xrm.org.callers import Identity
from xrm.org.callers.impersonation import BY_OBJECT, BY_USER
from xrm.org.faces.data2011 import answers
from xrm.org.faces.data2011.accepting import error_form
from xrm.org.faces.data2011.exchange import Exchange, Within
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.resources import ROOT
from xrm.wire.http import Request, Response
from xrm.wire.odata2.batch import Answered, ChangeSet, Item, read_batch, write_batch
from xrm.wire.odata4.errors import ODataError

Answer = Callable[[Request, Identity, UUID, Within | None], Response]
"""Answer one request, within a change set or alone."""

_OF_THE_BATCH = (BY_OBJECT.lower(), BY_USER.lower())


def answer_batch(exchange: Exchange, answer: Answer) -> Response:
    """Answer every part of a batch: 202, with the answers in order. Raises ODataError."""
    request = exchange.request
    parts = read_batch(request.header("content-type") or "", request.body)
    found: list[Answered] = [
        _change_set(exchange, part, answer)
        if isinstance(part, ChangeSet)
        else _alone(exchange, part, answer)
        for part in parts
    ]
    ids = exchange.organization.ids
    names = [f"batchresponse_{ids()}", *(f"changesetresponse_{ids()}" for _ in found)]
    kind = f"multipart/mixed; boundary={names[0]}"
    return answers.answer(202, kind, write_batch(found, names), exchange.request_id)


def _alone(exchange: Exchange, item: Item, answer: Answer) -> Response:
    """Answer a request outside of change sets: it reads, or is kept on its own."""
    request = exchange.request
    try:
        request = _request(exchange, item, {})
        return answer(request, exchange.identity, exchange.request_id, None)
    except (ODataError, Refusal, ServiceError) as error:
        return answers.error(error, error_form(request), exchange.request_id)


def _change_set(exchange: Exchange, changes: ChangeSet, answer: Answer) -> Answered:
    """Answer the requests of a change set, or with the first error alone: nothing is kept then."""
    request, found = exchange.request, list[tuple[Response, str | None]]()
    organization = exchange.organization
    try:
        with pipeline.writing(organization) as transaction:
            caller = organization.admit(transaction, exchange.identity)
            within = Within(caller, transaction)
            for item in changes.items:
                request = _request(exchange, item, within.created)
                _check_changes(item)
                response = answer(request, exchange.identity, exchange.request_id, within)
                _remember(exchange, item, response, within)
                found.append((response, item.content_id))
    except (ODataError, Refusal, ServiceError) as error:
        return answers.error(error, error_form(request), exchange.request_id)
    return found


def _check_changes(item: Item) -> None:
    """Check that a request of a change set changes something. Raises Refusal 400."""
    if item.method == "GET":
        raise Refusal(400, "A change set holds no requests that only read.")


def _remember(exchange: Exchange, item: Item, response: Response, within: Within) -> None:
    """Keep where a record was created, for those that follow to name it by its Content-ID."""
    location = response.header("Location")
    if item.content_id is not None and location is not None:
        within.created[f"${item.content_id}"] = location.removeprefix(exchange.root)


def _request(exchange: Exchange, item: Item, created: dict[str, str]) -> Request:
    """Return a part as a request of its own, with what goes for the whole batch."""
    outer = exchange.request
    try:
        parts = urlsplit(item.url)
    except ValueError:
        raise ODataError("The URL of a request in the batch cannot be read.") from None
    path = parts.path
    if not path.startswith("/"):
        head, slash, rest = path.partition("/")
        path = f"/{ROOT}{created.get(head, head)}{slash}{rest}"
    own = {name for name, _ in item.headers}
    if not own.isdisjoint(_OF_THE_BATCH):
        raise ODataError("The batch names the user in whose name it runs, not a request of it.")
    inherited = [
        (name, value)
        for name, value in outer.headers
        if name not in own and (name == "accept" or name.startswith("mscrm."))
    ]
    request = Request(item.method, path, parts.query, (*item.headers, *inherited), item.body)
    return replace(request, peer=outer.peer, listener=outer.listener)
