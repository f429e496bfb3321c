"""Registrations of the demonstration: made at first use, with what they require consented to."""

from collections.abc import Sequence

from xrm.sts import TokenService, first_party
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION, Application, Tenant
from xrm.sts.registration import consent, create_application, find_application, require
from xrm.sts.registration.applications import Amendment


def registered(
    service: TokenService,
    home: Tenant,
    name: str,
    *,
    amend: Amendment,
    scopes: Sequence[str] = (),
    roles: Sequence[str] = (),
) -> Application:
    """Return the registration of a name, made where there is none.

    It then requires to act for people at the organization, and these scopes and roles of
    Microsoft Graph; all of it is granted, for all people.
    """
    found = find_application(service, home, name)
    if found is not None:
        return found
    made = create_application(service, home, name=name, amend=amend)
    graph = first_party.APPLICATIONS[GRAPH_APPLICATION]
    dynamics = first_party.APPLICATIONS[CRM_APPLICATION]
    made = require(service, made, resource=dynamics, value_or_id="user_impersonation")
    for scope in scopes:
        made = require(service, made, resource=graph, value_or_id=scope, kind="Scope")
    for role in roles:
        made = require(service, made, resource=graph, value_or_id=role, kind="Role")
    consent(service, home, made.application_id)
    return made
