"""The demonstration: Contoso, a tenant and an organization filled on first use, and Fabrikam.

services     the registered services, their permissions, users and records
vault        their secrets, kept sealed
contoso/     the records
"""

from xrm.server.demonstration.services import demonstrate, has_begun, tenant
from xrm.server.demonstration.vault import Vault

__all__ = ["Vault", "demonstrate", "has_begun", "tenant"]
