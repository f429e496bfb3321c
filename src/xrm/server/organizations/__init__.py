"""Several organizations in one server: each with its own database, tenant, address and state.

deployments  the table of deployments: addresses and sign-in of each kind; Sites
registry     which there are: a namespace of its own, read by every process
hosting      Organizations: opened when they are asked for, created, disabled, deleted
publishing   they are made known at Entra ID, or at their tenants' farms
passive      how browsers sign in at those that take claims
branches     the mount that sends a request to the organization whose path or host it bears
nowhere      what is answered where a request names none
following    their users follow the accounts of their tenants
discovery    in which of them a bearer has a user

Whether one is disabled is kept in its own database, where every message looks.
"""

from xrm.server.organizations.branches import BY_HOST, BY_PATH, Branches, Faces, Line
from xrm.server.organizations.deployments import DEPLOYMENTS, Kind, Sites
from xrm.server.organizations.discovery import Discovery
from xrm.server.organizations.hosting import Organizations, Storage
from xrm.server.organizations.passive import at_shared_host, passive_trust
from xrm.server.organizations.registry import (
    NAMESPACE,
    Entry,
    OrganizationError,
    Registry,
)

__all__ = [
    "BY_HOST",
    "BY_PATH",
    "DEPLOYMENTS",
    "NAMESPACE",
    "Branches",
    "Discovery",
    "Entry",
    "Faces",
    "Kind",
    "Line",
    "OrganizationError",
    "Organizations",
    "Registry",
    "Sites",
    "Storage",
    "at_shared_host",
    "passive_trust",
]
