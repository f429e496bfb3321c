"""The demonstration: Contoso, a tenant and an organization filled on first use, and Fabrikam.

services     the registered services, their permissions, users and records
programs     what people sign in to;  registering: how both are registered
staff        the people, and their place in the organization
at_farm      the samples as a client of AD FS
vault        secrets and passwords, kept sealed
contoso/     the records
"""

from xrm.server.demonstration.at_farm import publish_pages
from xrm.server.demonstration.programs import publish
from xrm.server.demonstration.services import demonstrate, has_begun, tenant
from xrm.server.demonstration.staff import place
from xrm.server.demonstration.vault import Vault

__all__ = ["Vault", "demonstrate", "has_begun", "place", "publish", "publish_pages", "tenant"]
