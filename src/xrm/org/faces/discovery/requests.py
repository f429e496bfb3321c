"""The requests of Discovery.svc, answered from what a bearer has."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.org.metadata.particulars import VERSION, endpoints
from xrm.org.ports import Instance, Instances
from xrm.wire.soap.values import Items, Pairs, Struct, Word

_BY_CLAIMS = "c:"
"""What the id of a person stands behind where claims say who that is."""
_NOWHERE = UUID(int=0)


def answer(instances: Instances, known: Sequence[Instance], request: Struct) -> Struct:
    """Return the response of a request; `known` are the organizations the bearer has.

    Raises ServiceError for what is not there, or is no request of this service.
    """
    run = _REQUESTS.get(request.type)
    if run is None:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"The request '{request.type}' is not one of discovery."
        )
    return run(instances, known, request.members)


_Members = Mapping[str, Any]


def _all(_instances: Instances, known: Sequence[Instance], _asked: _Members) -> Struct:
    details = Items("OrganizationDetailCollection", [_detail(one) for one in known])
    return Struct("RetrieveOrganizationsResponse", {"Details": details})


def _one(_instances: Instances, known: Sequence[Instance], asked: _Members) -> Struct:
    found = _named(known, asked.get("UniqueName") or "")
    return Struct("RetrieveOrganizationResponse", {"Detail": _detail(found)})


def _user(instances: Instances, known: Sequence[Instance], asked: _Members) -> Struct:
    identifier = asked.get("OrganizationId") or _NOWHERE
    name = asked.get("OrganizationName") or ""
    by_id = [one for one in known if one.organization_id == identifier]
    found = by_id[0] if by_id and not name else _named(known, name)
    external = str(asked.get("ExternalId") or "")
    if external[: len(_BY_CLAIMS)].lower() == _BY_CLAIMS:
        external = external[len(_BY_CLAIMS) :]
    user = instances.user_of(found, external)
    if user is None:
        raise service.ServiceError(
            service.NOT_FOUND, f"The user with the external id '{external[:100]}' does not exist."
        )
    return Struct("RetrieveUserIdByExternalIdResponse", {"UserId": UUID(user)})


_REQUESTS: Mapping[str, Callable[[Instances, Sequence[Instance], _Members], Struct]] = {
    "RetrieveOrganizationsRequest": _all,
    "RetrieveOrganizationRequest": _one,
    "RetrieveUserIdByExternalIdRequest": _user,
}


def _named(known: Sequence[Instance], name: str) -> Instance:
    """Return the organization of a unique name. Raises ServiceError if the bearer has none."""
    wanted = name.casefold()
    for one in known:
        if one.unique_name == wanted:
            return one
    raise service.ServiceError(
        service.NO_SUCH_ORGANIZATION, f"The organization '{name[:100]}' does not exist."
    )


def _detail(instance: Instance) -> Struct:
    addresses = {
        Word("DiscoveryEndpointType", kind): address
        for kind, address in endpoints(instance.url).items()
    }
    state = "Enabled" if instance.enabled else "Disabled"
    return Struct(
        "DiscoveryOrganizationDetail",
        {
            "Endpoints": Pairs("DiscoveryEndpointCollection", addresses),
            "FriendlyName": instance.friendly_name,
            "OrganizationId": instance.organization_id,
            "OrganizationVersion": VERSION,
            "State": Word("DiscoveryOrganizationState", state),
            "UniqueName": instance.unique_name,
            "UrlName": instance.url_name,
        },
    )
