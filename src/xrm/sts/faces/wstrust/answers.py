"""Envelopes of answers and of faults, and what HTTP alone refuses."""

from xrm.sts.faces.adfs.visit import Visit
from xrm.wire.http import NO_STORE, Headers, Response
from xrm.wire.soap.envelope import Envelope, content_type, write_response
from xrm.wire.soap.faults import Fault, write_fault
from xrm.wire.wssecurity.writing import answer_header

_ALWAYS: Headers = (*NO_STORE, ("X-Content-Type-Options", "nosniff"))


def answer(visit: Visit, body: str, envelope: Envelope, action: str) -> Response:
    """Return 200 with the envelope of a response."""
    document = write_response(
        body,
        version="1.2",
        action=action,
        relates_to=envelope.message_id,
        security=answer_header(visit.service.clock()),
    )
    return _document(200, document)


def fault(
    visit: Visit, said: Fault, envelope: Envelope | None = None, *, secured: bool = True
) -> Response:
    """Return 500 with a fault, the status of them all, whoever is to blame.

    Not `secured` are those of a message whose own security is not in order.
    """
    document = write_response(
        write_fault(said, "1.2"),
        version="1.2",
        action=said.action,
        relates_to=None if envelope is None else envelope.message_id,
        security=answer_header(visit.service.clock()) if secured else "",
    )
    return _document(500, document)


def nothing(status: int, extra: Headers = ()) -> Response:
    """Return a refusal of HTTP's own, which has no body."""
    return Response(status, (*extra, *_ALWAYS))


def page(body: bytes) -> Response:
    """Return 200 with a description that anybody may read."""
    kind: Headers = (("Content-Type", "text/xml; charset=utf-8"), *_ALWAYS)
    return Response(200, kind, body)


def _document(status: int, document: bytes) -> Response:
    return Response(status, (("Content-Type", content_type("1.2")), *_ALWAYS), document)
