"""The device code grant: a person has typed the device's code elsewhere (RFC 8628 3.4)."""

from dataclasses import dataclass, replace

from xrm.db import Transaction
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import standing
from xrm.sts.directory import SHARED_SEGMENTS, View
from xrm.sts.grants.authorization_code import segment_key
from xrm.sts.grants.delegation import begun, delegate
from xrm.sts.grants.redemption import ANY_WORK_ACCOUNT, Brought, Redemption
from xrm.sts.handles import refresh
from xrm.sts.handles.secrets import digest
from xrm.sts.model import Family, Granted, PendingDevice, TokenRequest
from xrm.sts.parts import Parts
from xrm.sts.store import DEVICES, FAMILIES, Store

_FASTER = 5
"""Seconds by which a device that asks too often waits longer (RFC 8628 3.5)."""


class DeviceCode:
    """`grant_type` in its long form and in the short one that ADAL and msal-node send."""

    names = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")
    public = True
    writes = True
    shared = ANY_WORK_ACCOUNT

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return the pending device of the code."""
        code = _code(request)
        device = view.record(DEVICES, digest(code)) if code else None
        if device is None:
            return Brought()
        by = device.authentication
        return Brought(device, by.tenant_id if by is not None else None)

    def redeem(self, at: Redemption) -> Granted:
        """Return what the person allowed the device.

        Raises AADSTS900144, 70018 for a code that is none, of another client or tenant, 70020
        when its time is over, 70016 as long as nobody has decided, 65004 when they declined, and
        what `accounts.standing.check` and `delegate` raise.
        """
        if not _code(at.request):
            at.field("device_code")
        device = _own_device(at)
        if at.now >= device.expires:
            raise signin.EXPIRED_DEVICE_CODE(
                "The provided value for the input parameter 'device_code' is not valid. This "
                "device code has expired."
            )
        if device.status == "declined":
            raise signin.DEVICE_DECLINED("The person declined to sign in the device.")
        if device.status == "pending" or device.authentication is None:
            raise _polled(at, device)
        person = standing.check(at.view.person_of(device.authentication), device.authentication)
        by_name = at.request.flavour.asks_by == "resource"
        resource, scope = (device.asked, device.scope) if by_name else ("", device.asked)
        held = replace(begun(at, device.authentication), resource=resource, scope=scope)
        use = DeviceUse(device, refresh.founded(held, now=at.now))
        return delegate(at, person, held, spends=use)


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """The one redemption of a device code."""

    device: PendingDevice
    family: Family

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:  # noqa: ARG002
        """Remove the device, and keep the family it founds."""
        if store.take(tx, DEVICES, self.device.digest) is None:
            return _unknown()
        store.put(tx, FAMILIES, self.family, new=True)
        return None


def _code(request: TokenRequest) -> str:
    return request.form.get("device_code") or request.form.get("code", "")


def _own_device(at: Redemption) -> PendingDevice:
    device = at.brought.held
    shared = at.request.segment.lower() in SHARED_SEGMENTS
    segment = segment_key(at.request.segment, None if shared else at.tenant)
    if (
        not isinstance(device, PendingDevice)
        or device.application_id != at.client.application_id
        or device.segment != segment
        or device.flavour != at.request.flavour.name
    ):
        raise _unknown()
    return device


def _unknown() -> SignInError:
    return signin.BAD_DEVICE_CODE(
        "The provided value for the input parameter 'device_code' is not valid."
    )


def _polled(at: Redemption, device: PendingDevice) -> SignInError:
    """Note that a device asked, and return what it is told."""
    store, too_fast = at.parts.store, at.now < device.polled + device.interval
    slowed = too_fast and at.parts.profile.slows_polling
    with at.parts.database.write() as tx:
        standing = store.hold(tx, DEVICES, device.digest)
        if standing is not None:
            interval = standing.interval + (_FASTER if slowed else 0)
            polled = replace(standing, polled=at.now, interval=interval)
            store.put(tx, DEVICES, polled)
    if slowed:
        return signin.DEVICE_SLOW(
            "The device asks too often. Wait for longer between two questions: "
            f"{device.interval + _FASTER} seconds."
        )
    return signin.DEVICE_PENDING(
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    )
