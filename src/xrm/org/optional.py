"""Parameters any message takes: what is to be left out while it runs, and who may ask for that.

There is no custom logic and no duplicate rule here yet, so that only the right to ask is checked.
"""

from collections.abc import Mapping
from typing import Any

from xrm.org.metadata import miscellaneous_privilege
from xrm.org.security.caller import Caller, require_privilege

_PRIVILEGES = {
    "BypassCustomPluginExecution": "prvBypassCustomPlugins",
    "BypassBusinessLogicExecution": "prvBypassCustomBusinessLogic",
    "BypassBusinessLogicExecutionStepIds": "prvBypassCustomBusinessLogic",
}


def check(caller: Caller, parameters: Mapping[str, Any]) -> None:
    """Check that the caller may leave out what a message is asked to leave out.

    Raises ServiceError 0x80040220 without the privilege.
    """
    for parameter, privilege in _PRIVILEGES.items():
        if parameters.get(parameter):
            require_privilege(caller, privilege, miscellaneous_privilege(privilege))
