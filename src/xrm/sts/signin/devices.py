"""The purpose of a device: its code typed, the person signed in, the sign-in confirmed (RFC 8628).

The code is no proof of anything: who types it is asked whether they began this, and a wrong one
is counted by address, so that nobody finds one by trying.
"""

from collections.abc import Mapping
from dataclasses import replace

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts import clients, resources
from xrm.sts.clients import Presented
from xrm.sts.directory import SHARED_SEGMENTS, View
from xrm.sts.handles import devices
from xrm.sts.model import Application, PendingDevice, Tenant, TokenRequest, User
from xrm.sts.registration.consenting import consent_to
from xrm.sts.service import TokenService
from xrm.sts.signin import consents
from xrm.sts.signin.journey import (
    About,
    AskConsent,
    AskDevice,
    AskDeviceCode,
    DeviceSettled,
    Outcome,
)
from xrm.sts.signin.visit import Visit, found_out, who
from xrm.sts.store import DEVICES

_WRONG = "That code is not right. Check it and try again."


class Devices:
    """`/oauth2/deviceauth`, the page at which a device's code is typed."""

    def about(self, visit: Visit) -> About:
        """Return what the pages say of the application that the device runs."""
        device = _device(visit)
        application = visit.view.registration(device.application_id) if device else None
        if application is None:
            return About()
        return About(application=application.name, application_id=application.application_id)

    def go_on(self, visit: Visit) -> Outcome:
        """Return the page that comes next: the code, who it is, consent, the confirmation."""
        device = _device(visit)
        if device is None:
            typed = visit.journey.parameters.get("user_code", "")
            return Outcome(AskDeviceCode(code=typed), visit.journey)
        about, tenant = self.about(visit), _tenant(visit, device)
        found = who(visit, hint="", tenant=tenant)
        if not isinstance(found, tuple):
            return found_out(visit, found, about)
        person, _ = found
        if tenant is not None and tenant.tenant_id != person.tenant_id:
            raise signin.FOREIGN_PERSON(
                f"The user account {signin.quote(person.user_principal_name)} does not exist in "
                f"the tenant {signin.quote(tenant.name)}. Sign in with another account."
            )
        visit = visit.with_journey(person=person.object_id)
        missing = _missing(visit, device, person)
        visit = visit.with_journey(shown=_mark(missing))
        asking = AskDevice(person.user_principal_name, device.peer)
        return Outcome(asking if missing is None else missing, visit.journey, about)

    def take(self, visit: Visit, step: str, fields: Mapping[str, str]) -> Outcome:
        """Take a code, a consent or the confirmation."""
        if step == "code":
            return self._coded(visit, fields.get("code", ""))
        device, found = _device(visit), visit.person()
        if step not in ("accept", "decline") or device is None or found is None:
            return self.go_on(visit)
        person, account = found
        about = self.about(visit)
        missing = _missing(visit, device, person)
        if step == "accept" and visit.journey.shown != _mark(missing):
            return self.go_on(visit)
        if step == "accept" and missing is not None:
            return self._consented(visit, device, person, missing, fields)
        by = account.authentication if step == "accept" else None
        with visit.service.database.write() as tx:
            settled = devices.settle(visit.service.store, tx, device, by)
        if not settled:
            gone = visit.with_journey(device="", done=())
            return Outcome(AskDeviceCode(error=_WRONG), gone.journey)
        return Outcome(DeviceSettled(by is not None), visit.journey, about)

    def _coded(self, visit: Visit, typed: str) -> Outcome:
        lockout, service = visit.service.parts.lockout, visit.service
        try:
            lockout.check(None, visit.peer, now=visit.now)
        except SignInError as error:
            return Outcome(AskDeviceCode(typed, error.sentence), visit.journey)
        with service.database.read() as tx:
            device = devices.by_user_code(service.store, tx, typed, now=visit.now)
        if device is None or device.status != "pending" or not _is_here(visit, device):
            # Every wrong code counts, as every wrong password does.
            lockout.failed(None, visit.peer, Secret(typed), now=visit.now)
            return Outcome(AskDeviceCode(typed, _WRONG), visit.journey)
        return self.go_on(visit.with_journey(device=device.digest, person=None, done=()))

    def _consented(
        self,
        visit: Visit,
        device: PendingDevice,
        person: User,
        asked: AskConsent,
        fields: Mapping[str, str],
    ) -> Outcome:
        for_all = fields.get("for_all") == "true"
        if not asked.may or (for_all and not asked.may_for_all):
            raise signin.ADMIN_CONSENT("The grant requires admin permission.")
        consent_to(
            visit.service,
            visit.view.tenant(str(person.tenant_id)),
            device.application_id,
            asked.permissions,
            reserved=asked.reserved,
            person=None if for_all else person.object_id,
        )
        return self.go_on(_renewed(visit))


def begin(service: TokenService, request: TokenRequest) -> tuple[Secret, PendingDevice]:
    """Return the device code and the pending device of a request (RFC 8628 3.1).

    Raises AADSTS900144 without a client or what it wants, what `clients.known` raises for the
    client, 7000218 for one that is not public, 70011 and 901002 for what it wants.
    """
    view, now = service.directory.singly(), service.clock()
    shared = request.segment.lower() in SHARED_SEGMENTS
    tenant = None if shared else view.tenant(request.segment)
    application = _public(view, tenant, request)
    wanted = resources.wanted(request.flavour, request.form)
    asked = wanted.name if request.flavour.name == "adfs" else _asked(request)
    with service.database.write() as tx:
        service.store.expire(tx, DEVICES, now)
        return devices.begin(
            service.store,
            tx,
            flavour=request.flavour.name,
            segment=request.segment.lower() if tenant is None else str(tenant.tenant_id),
            application_id=application.application_id,
            asked=asked,
            scope=request.form.get("scope", "") if request.flavour.asks_by == "resource" else "",
            peer=request.trace.peer,
            now=now,
        )


def _asked(request: TokenRequest) -> str:
    return _parameter(request, request.flavour.asks_by)


def _public(view: View, tenant: Tenant | None, request: TokenRequest) -> Application:
    """Return the application a device runs, once it may."""
    claimed = Presented(_parameter(request, "client_id"))
    application = view.application(claimed.client_id)
    if tenant is not None:
        registered = clients.known(view, tenant, claimed)
        application = registered.application
        if not registered.enabled:
            raise signin.DISABLED_CLIENT(f"The application '{claimed.client_id}' is disabled.")
    personal = request.segment.lower() == "consumers"
    if application is None or personal or (tenant is None and not application.multi_tenant):
        raise clients.refusal_without_tenant(view, request.segment, claimed)
    if not application.public_client:
        raise signin.CONFIDENTIAL_CLIENT(
            "The request body must contain the following parameter: 'client_assertion' or "
            "'client_secret'."
        )
    return application


def _parameter(request: TokenRequest, name: str) -> str:
    value = request.form.get(name, "").strip(" ")
    if not value:
        raise signin.MISSING(f"The request body must contain the following parameter: '{name}'.")
    return value


def _device(visit: Visit) -> PendingDevice | None:
    if not visit.journey.device:
        return None
    device = visit.view.record(DEVICES, visit.journey.device)
    return device if device is not None and visit.now < device.expires else None


def _is_here(visit: Visit, device: PendingDevice) -> bool:
    """Tell whether a device was begun at this side of the service: at Entra ID, or at this farm."""
    farm = visit.service.farm
    if farm is None:
        return device.flavour in visit.service.flavours
    return device.flavour == "adfs" and device.segment == str(farm.tenant.tenant_id)


def _tenant(visit: Visit, device: PendingDevice) -> Tenant | None:
    return None if device.segment in SHARED_SEGMENTS else visit.view.tenant(device.segment)


def _missing(visit: Visit, device: PendingDevice, person: User) -> AskConsent | None:
    """Return the consent the device's application still needs, None where it needs none."""
    flavour = visit.service.flavours[device.flavour]
    view, tenant = visit.view, visit.view.tenant(str(person.tenant_id))
    wanted = resources.wanted(flavour, {"scope": device.scope, flavour.asks_by: device.asked})
    application = view.registration(device.application_id)
    if application is None:
        raise signin.UNKNOWN_CLIENT("The application of the device is not registered any more.")
    registered = view.client(tenant, application.client_id)
    if registered is None:
        missing = resources.all_asked(view, tenant, application, wanted)
    else:
        missing = resources.settle(
            view,
            tenant,
            application=application,
            principal=registered.principal,
            person=person.object_id,
            wanted=wanted,
            flavour=flavour,
        ).missing
        if not missing:
            return None
    return AskConsent(
        username=person.user_principal_name,
        permissions=missing,
        reserved=wanted.reserved,
        may=consents.may_consent(person, missing),
        may_for_all=consents.is_administrator(person),
    )


def _mark(missing: AskConsent | None) -> str:
    """Return a digest of what the page asks: a consent, or whether the person began this."""
    return "device" if missing is None else consents.mark_of(missing)


def _renewed(visit: Visit) -> Visit:
    return replace(visit, view=visit.service.directory.singly())
