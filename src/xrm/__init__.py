"""Sign in to Dynamics 365 from Python, against the real service or one on your own machine.

    import xrm
    with xrm.connect("AuthType=ClientSecret;Url=...;ClientId=...;ClientSecret=...") as org:
        for lead in org.query("leads", select=["subject"]):
            ...

connect, Client                the ways in; connect_async, AsyncClient alike
auth, errors                   credentials; the one hierarchy of errors
ServiceManagement              what a service says of itself, and sign-in by it
soap                           the SDK's values, queries and messages, for `org.soap`
Retry, WhoAmI                  patience with a busy service; who the service takes you for

Names load on first use, so that `import xrm` costs next to nothing. To add a public name:
one line in `_HOMES`, one under TYPE_CHECKING, one in `__all__`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xrm import auth, errors, soap
    from xrm.client.aio import AsyncClient
    from xrm.client.aio import connect as connect_async
    from xrm.client.claims.management.aio import AsyncServiceManagement
    from xrm.client.claims.management.sync import ServiceManagement
    from xrm.client.retry import Retry
    from xrm.client.services.webapi import WhoAmI
    from xrm.client.sync import Client, connect

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AsyncServiceManagement",
    "Client",
    "Retry",
    "ServiceManagement",
    "WhoAmI",
    "__version__",
    "auth",
    "connect",
    "connect_async",
    "errors",
    "soap",
]

_HOMES = {
    "AsyncClient": "xrm.client.aio:AsyncClient",
    "AsyncServiceManagement": "xrm.client.claims.management.aio:AsyncServiceManagement",
    "Client": "xrm.client.sync:Client",
    "ServiceManagement": "xrm.client.claims.management.sync:ServiceManagement",
    "Retry": "xrm.client.retry:Retry",
    "WhoAmI": "xrm.client.services.webapi:WhoAmI",
    "connect": "xrm.client.sync:connect",
    "connect_async": "xrm.client.aio:connect",
}
_MODULES = ("auth", "errors", "soap")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"xrm.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'xrm' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
