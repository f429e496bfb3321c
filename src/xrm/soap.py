"""The SDK in Python: what `org.soap` takes and gives, by SOAP (Organization.svc).

    from xrm.soap import Entity, WhoAmI
    me = org.soap.execute(WhoAmI())
    lead_id = org.soap.create(Entity("lead", {"subject": "Blue cars", "lastname": "Doe"}))

Entity, EntityReference, OptionSetValue, Money, ...      values; Column for classes of one's own
QueryExpression, QueryByAttribute, FetchExpression, ...  queries
WhoAmI, GrantAccess, RetrieveEntity, ...                 messages, with their responses; Request
AccessRights, EntityMetadata, ...                        types of their parameters and results
OrganizationServiceProxy, DiscoveryServiceProxy          the SDK's proxies; Async... alike
discover_authority                                       where a service says to sign in

Names load on first use. The classes of messages and their types are generated.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xrm.client.messages import *  # noqa: F403
    from xrm.client.soap.columns import *  # noqa: F403
    from xrm.client.soap.contracts import *  # noqa: F403
    from xrm.client.soap.declared import *  # noqa: F403
    from xrm.client.soap.discovery import *  # noqa: F403
    from xrm.client.soap.proxies.aio import *  # noqa: F403
    from xrm.client.soap.proxies.sync import *  # noqa: F403
    from xrm.client.soap.queries import *  # noqa: F403
    from xrm.client.soap.values import *  # noqa: F403

_HOMES = (
    "messages",
    "soap.columns",
    "soap.contracts",
    "soap.declared",
    "soap.queries",
    "soap.values",
    "soap.discovery",
    "soap.proxies.sync",
    "soap.proxies.aio",
)
"""Where the names are, those first that load neither lxml nor HTTP; all of each `__all__`."""


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    for home in () if name.startswith("_") else _HOMES:
        module = import_module(f"xrm.client.{home}")
        if name in module.__all__:
            value = globals()[name] = getattr(module, name)
            return value
    raise AttributeError(f"module 'xrm.soap' has no attribute {name!r}")


def __dir__() -> list[str]:
    homes = (import_module(f"xrm.client.{home}") for home in _HOMES)
    return sorted({name for home in homes for name in home.__all__})
