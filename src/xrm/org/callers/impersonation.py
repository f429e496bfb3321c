"""Headers by which one user acts in the name of another."""

from collections.abc import Iterable
from dataclasses import replace

from xrm.model.errors import service
from xrm.model.values import Guid, read_guid
from xrm.org.callers.identity import Identity, OnBehalf
from xrm.wire.http import Request

BY_OBJECT = "CallerObjectId"
"""Names a user by its id in the directory."""
BY_USER = "MSCRMCallerID"
"""Names a user by its id in the organization; the older of the two."""
_NOBODY = "00000000-0000-0000-0000-000000000000"


def on_behalf(request: Request, identity: Identity) -> Identity:
    """Return an identity with the user in whose name the request's headers ask to run.

    Raises ServiceError 0x80040203 for a header that holds no GUID.
    """
    if not request.header_values(BY_OBJECT.lower()) and not request.header_values(BY_USER.lower()):
        return identity
    return acting(
        identity,
        by_object=_lines(request, BY_OBJECT),
        by_user=_lines(request, BY_USER),
    )


def acting(
    identity: Identity, *, by_object: Iterable[str] = (), by_user: Iterable[str] = ()
) -> Identity:
    """Return an identity with the user that ids name, of the directory or the organization.

    Raises ServiceError 0x80040203 for what is no GUID, or for two that differ. That
    CallerObjectId goes before MSCRMCallerID, and that an empty one or one of zeros says nothing,
    is inferred.
    """
    if (object_id := _guid(by_object, BY_OBJECT)) is not None:
        return replace(identity, on_behalf=OnBehalf(object_id=object_id))
    if (user_id := _guid(by_user, BY_USER)) is not None:
        return replace(identity, on_behalf=OnBehalf(user_id=user_id))
    return identity


def _lines(request: Request, name: str) -> list[str]:
    return request.header_values(name.lower())


def _guid(given: Iterable[str], name: str) -> Guid | None:
    lines = {line.strip() for line in given} - {""}
    if not lines:
        return None
    try:
        (text,) = lines
        found = read_guid(text)
    except ValueError:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"The header '{name}' does not hold the id of a user."
        ) from None
    return None if found == _NOBODY else found
