"""Device codes: a device shows a short code, a person types it elsewhere (RFC 8628)."""

import secrets
from dataclasses import replace
from uuid import UUID

from xrm.db import Transaction
from xrm.model.secret import Secret
from xrm.sts.handles.secrets import digest, new_secret
from xrm.sts.model import Authentication, PendingDevice
from xrm.sts.store import DEVICES, Store

LIFETIME = 900
"""Seconds in which a person may type the code."""
INTERVAL = 5
"""Seconds a device waits between two questions."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
_LENGTH = 9


def begin(
    store: Store,
    tx: Transaction,
    *,
    flavour: str,
    segment: str,
    application_id: UUID,
    asked: str,
    scope: str = "",
    peer: str,
    now: float,
) -> tuple[Secret, PendingDevice]:
    """Keep a new pending device and return it with its device code, which is not kept."""
    code = new_secret()
    device = PendingDevice(
        digest=digest(code.reveal()),
        user_code="".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)),
        flavour=flavour,
        segment=segment,
        application_id=application_id,
        asked=asked,
        scope=scope,
        created=int(now),
        expires=int(now) + LIFETIME,
        interval=INTERVAL,
        peer=peer,
    )
    store.put(tx, DEVICES, device, new=True)
    return code, device


def by_user_code(store: Store, tx: Transaction, text: str, *, now: float) -> PendingDevice | None:
    """Return the device that shows a code, as a person types it, or None."""
    typed = "".join(text.split()).replace("-", "").upper()
    if len(typed) != _LENGTH or not typed.isascii():
        return None
    found = store.find(tx, DEVICES, user_code=typed)
    return found[0] if found and now < found[0].expires else None


def settle(store: Store, tx: Transaction, device: PendingDevice, by: Authentication | None) -> bool:
    """Note a person's decision, None for a refusal; tell whether there was one to be made."""
    standing = store.hold(tx, DEVICES, device.digest)
    if standing is None:
        return False
    undecided = standing.status == "pending"
    if undecided:
        approved = replace(standing, status="approved", authentication=by)
        standing = approved if by is not None else replace(standing, status="declined")
        store.put(tx, DEVICES, standing)
    return undecided
