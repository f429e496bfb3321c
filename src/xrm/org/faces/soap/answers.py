"""Answers of the service: envelopes, faults, and what HTTP alone says."""

from uuid import UUID

from xrm.wire.http import Headers, Response
from xrm.wire.soap.contracts import Contracts
from xrm.wire.soap.envelope import Envelope, content_type, write_response
from xrm.wire.soap.faults import Fault, write_fault
from xrm.wire.soap.versions import Version
from xrm.wire.wssecurity.names import WSSE
from xrm.wire.wssecurity.writing import answer_header

_ALWAYS: Headers = (("Cache-Control", "private"), ("X-Content-Type-Options", "nosniff"))
_NO_ACTIVITY = "00000000-0000-0000-0000-000000000000"


def always(request_id: UUID) -> Headers:
    """Return the headers of every answer."""
    text = str(request_id)
    return (*_ALWAYS, ("x-ms-service-request-id", text), ("REQ_ID", text))


def answer(
    body: str,
    envelope: Envelope,
    action: str,
    request_id: UUID,
    *,
    secured: float | None = None,
) -> Response:
    """Return 200 with the envelope of a response.

    `secured` is its moment in seconds since 1970 where the request proved itself: such answers
    have a timestamp.
    """
    document = write_response(
        body,
        version=envelope.version,
        action=action,
        addressed=envelope.addressed,
        relates_to=envelope.message_id,
        activity_id=_NO_ACTIVITY,
        correlation_id=str(request_id),
        security="" if secured is None else answer_header(secured),
    )
    return _document(200, document, envelope.version, request_id)


def fault(
    said: Fault,
    request_id: UUID,
    contracts: Contracts,
    *,
    version: Version,
    envelope: Envelope | None = None,
    secured: float | None = None,
) -> Response:
    """Return 500 with a fault; `envelope` is what it answers, where that could be read.

    `secured` is as with `answer`: faults of security itself travel without. The status
    is the service's for every fault, whoever is to blame.
    """
    addressed = version == "1.2" if envelope is None else envelope.addressed
    document = write_response(
        write_fault(said, version, contracts, addressed=addressed),
        version=version,
        action=said.action,
        addressed=addressed,
        relates_to=None if envelope is None else envelope.message_id,
        activity_id="" if _is_of_security(said) else _NO_ACTIVITY,
        correlation_id=str(request_id),
        security="" if secured is None else answer_header(secured),
    )
    return _document(500, document, version, request_id)


def _is_of_security(said: Fault) -> bool:
    """Tell whether a message never came as far as the service, which names the activity."""
    return said.subcode is not None and said.subcode.namespace == WSSE


def _document(status: int, document: bytes, version: Version, request_id: UUID) -> Response:
    head: Headers = (("Content-Type", content_type(version)),)
    return Response(status, head + always(request_id), document)


def nothing(status: int, request_id: UUID, extra: Headers = ()) -> Response:
    """Return a refusal of the transport's own, which has no body."""
    return Response(status, extra + always(request_id))


def page(body: bytes, kind: str, request_id: UUID) -> Response:
    """Return 200 with a document that anybody may read."""
    return Response(200, (("Content-Type", kind), *always(request_id)), body)


def help_page(name: str, address: str) -> bytes:
    """Return what a service shows a browser: where its description is."""
    address += "?wsdl"
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{name}</title></head>\n'
        f"<body><h1>{name}</h1>\n"
        f'<p>The description of this service: <a href="{address}">{address}</a></p>\n'
        "</body></html>\n"
    ).encode()
