"""Renew, Validate, Cancel: what becomes of a token that was issued (WS-Trust 1.3 5 to 7).

AD FS offers Issue alone; these are as the specification has them. A farm reads a token that is
in clear or encrypted to itself: one that was encrypted to its party is for the party alone, and
can only be issued anew.
"""

from collections.abc import Callable, Mapping
from typing import Any

from xrm.sts.adfs import parties
from xrm.sts.adfs.issuing import Order
from xrm.sts.adfs.trust.asked import Asked, Refused
from xrm.sts.adfs.trust.issuing import answer, issued, made
from xrm.sts.adfs.trust.keys import Key
from xrm.sts.adfs.trust.presented import OF_PARTIES, NotBelieved, Presented, believed, cancel
from xrm.sts.audit import LONGEST, Event
from xrm.wire.wstrust import IssuedTokenResponse, Status
from xrm.wire.wstrust.faults import Cause
from xrm.wire.wstrust.versions import Operation


def renewed(asked: Asked) -> IssuedTokenResponse:
    """Answer a request to renew a token that is still valid, of whoever asks. Raises Refused.

    The new one is about the person as the directory knows them now, for the same party and key.
    """
    presented = _own(asked, "cannot renew")
    assertion = presented.assertion
    if assertion.not_on_or_after <= asked.now:
        raise Refused("cannot renew", "the token has expired")
    if assertion.confirmation.kind == "holder-of-key" and presented.key is None:
        raise Refused("cannot renew", "the token's key can only be read by its party")
    view = asked.service.directory.singly()
    party = parties.identified(view, asked.farm, assertion.audiences[0])
    if party is None:
        raise Refused("cannot renew", "the relying party is not known any more")
    order = Order(
        farm=asked.farm,
        party=party,
        subject=presented.subject,
        trace=asked.message.trace,
        operation="adfs.renew",
        grant=asked.caller.way,
        proof=presented.key,
        version=assertion.version,
    )
    key = Key("bearer") if presented.key is None else Key("public", presented.key)
    return answer(asked, made(asked, order, view), key)


def validated(asked: Asked) -> IssuedTokenResponse:
    """Say of a token whether the farm believes it. Raises Refused for another kind of answer."""
    version = asked.request.version
    wanted = asked.request.token_type
    if wanted not in (None, f"{version.namespace}/RSTR/Status"):
        raise Refused("request failed", "tokens are not exchanged for others")
    try:
        _shown(asked)
        status = Status(version.status(valid=True), "The token is valid.")
    except NotBelieved:
        status = Status(version.status(valid=False), "The token is not valid.")
    _audit(asked)
    return _short(asked, status=status, token_type=f"{version.namespace}/RSTR/Status")


def cancelled(asked: Asked) -> IssuedTokenResponse:
    """Make a token of whoever asks count for nothing at the farm. Raises Refused."""
    cancel(asked.service, asked.farm, _own(asked, "invalid token"))
    _audit(asked)
    return _short(asked, cancelled=True)


def _shown(asked: Asked) -> Presented:
    """Return the token a request is about. Raises NotBelieved."""
    assert asked.request.target is not None  # the reader of requests has seen to it
    return believed(asked.service, asked.farm, asked.request.target, wanted=OF_PARTIES)


def _own(asked: Asked, cause: Cause) -> Presented:
    """Return the token a request is about, which the farm issued to whoever asks."""
    try:
        presented = _shown(asked)
    except NotBelieved as error:
        raise Refused(cause, str(error)) from error
    name = asked.caller.subject.name.lower()
    if not presented.own or not name or presented.subject.name.lower() != name:
        raise Refused(cause, "the token is somebody else's")
    return presented


def _short(asked: Asked, **members: Any) -> IssuedTokenResponse:
    request = asked.request
    return IssuedTokenResponse(
        version=request.version, operation=request.operation, context=request.context, **members
    )


def _audit(asked: Asked) -> None:
    trace = asked.message.trace
    event = Event(
        time=asked.now,
        operation=f"adfs.{asked.request.operation}",
        tenant_id=asked.farm.tenant.tenant_id,
        client=asked.caller.subject.name[:LONGEST],
        grant=asked.caller.way,
        peer=trace.peer,
        correlation_id=trace.correlation_id,
        trace_id=trace.trace_id,
    )
    asked.service.audit.record(event)


OPERATIONS: Mapping[Operation, Callable[[Asked], IssuedTokenResponse]] = {
    "issue": issued,
    "renew": renewed,
    "validate": validated,
    "cancel": cancelled,
}
