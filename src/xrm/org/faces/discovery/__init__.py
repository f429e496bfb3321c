"""Discovery: in which organizations of this server a caller is a user, and where they are.

instances   the global discovery service: /api/discovery/v2.0/Instances (OData, JSON, CORS)
rows        an organization as that service tells of it
service     Discovery.svc (SOAP); requests: what it may be asked
"""

from xrm.org.faces.discovery.instances import GlobalDiscovery
from xrm.org.faces.discovery.service import DiscoveryService
from xrm.org.ports import Instances
from xrm.wire.http import Mount

__all__ = ["mount", "mount_global"]


def mount(instances: Instances) -> Mount:
    """Return the discovery service of a server."""
    return DiscoveryService(instances)


def mount_global(instances: Instances, *, inline: bool) -> Mount:
    """Return the global discovery service; `inline` where its databases may be read on the loop."""
    return GlobalDiscovery(instances, inline=inline)
