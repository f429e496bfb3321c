"""Several organizations in one server: each with its own database, tenant, address and state.

registry   which there are: a namespace of its own, read by every process
hosting    Organizations: opened when they are asked for, created, disabled, deleted
branches   the mount that sends a request to the organization whose path it bears
following  their users follow the accounts of their tenants
discovery  in which of them a bearer has a user

The first organization, the demonstration's, lies at the root of the origin; the others below a
segment that is their unique name. Whether one is disabled is kept in its own database, where
every message looks.
"""

from xrm.server.organizations.branches import Branches, Line
from xrm.server.organizations.discovery import Discovery
from xrm.server.organizations.hosting import Organizations, Storage
from xrm.server.organizations.registry import (
    NAMESPACE,
    Entry,
    OrganizationError,
    Registry,
)

__all__ = [
    "NAMESPACE",
    "Branches",
    "Discovery",
    "Entry",
    "Line",
    "OrganizationError",
    "Organizations",
    "Registry",
    "Storage",
]
