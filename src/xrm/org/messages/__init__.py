"""Messages: one file each, one line in the registry.

A handler declares what the message is, names the rights it needs, and runs it in a Context.
From the declaration follow its Web API action or function and every other spelling. To add
one: its file here, and its line below.
"""

from xrm.org.messages.add_privileges_role import AddPrivilegesRole
from xrm.org.messages.associate import Associate
from xrm.org.messages.bulk_delete import BulkDelete
from xrm.org.messages.create import Create
from xrm.org.messages.create_multiple import CreateMultiple
from xrm.org.messages.delete import Delete
from xrm.org.messages.disassociate import Disassociate
from xrm.org.messages.handler import Handler
from xrm.org.messages.remove_privilege_role import RemovePrivilegeRole
from xrm.org.messages.replace_privileges_role import ReplacePrivilegesRole
from xrm.org.messages.retrieve import Retrieve
from xrm.org.messages.retrieve_available_languages import RetrieveAvailableLanguages
from xrm.org.messages.retrieve_deprovisioned_languages import RetrieveDeprovisionedLanguages
from xrm.org.messages.retrieve_installed_language_packs import RetrieveInstalledLanguagePacks
from xrm.org.messages.retrieve_multiple import RetrieveMultiple
from xrm.org.messages.retrieve_provisioned_languages import RetrieveProvisionedLanguages
from xrm.org.messages.retrieve_role_privileges_role import RetrieveRolePrivilegesRole
from xrm.org.messages.update import Update
from xrm.org.messages.update_multiple import UpdateMultiple
from xrm.org.messages.upsert import Upsert
from xrm.org.messages.upsert_multiple import UpsertMultiple
from xrm.org.messages.who_am_i import WhoAmI

REGISTRY: tuple[Handler, ...] = (
    AddPrivilegesRole(),
    Associate(),
    Create(),
    UpsertMultiple(),
    UpdateMultiple(),
    CreateMultiple(),
    BulkDelete(),
    Delete(),
    Disassociate(),
    RemovePrivilegeRole(),
    ReplacePrivilegesRole(),
    Retrieve(),
    RetrieveMultiple(),
    RetrieveProvisionedLanguages(),
    RetrieveAvailableLanguages(),
    RetrieveInstalledLanguagePacks(),
    RetrieveDeprovisionedLanguages(),
    RetrieveRolePrivilegesRole(),
    Update(),
    Upsert(),
    WhoAmI(),
)

HANDLERS = {handler.declaration.name: handler for handler in REGISTRY}
