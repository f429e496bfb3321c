"""Messages: one file each, one line in the registry.

A handler declares what the message is, names the rights it needs, and runs it in a Context; a
composite one is made of messages and has the pipeline run them. From the declaration follow its
Web API action or function and every other spelling. To add one: its file here, and its line
below.
"""

from xrm.org.messages.add_members_team import AddMembersTeam
from xrm.org.messages.add_privileges_role import AddPrivilegesRole
from xrm.org.messages.assign import Assign
from xrm.org.messages.associate import Associate
from xrm.org.messages.bulk_delete import BulkDelete
from xrm.org.messages.create import Create
from xrm.org.messages.create_multiple import CreateMultiple
from xrm.org.messages.delete import Delete
from xrm.org.messages.disassociate import Disassociate
from xrm.org.messages.execute_multiple import ExecuteMultiple
from xrm.org.messages.execute_transaction import ExecuteTransaction
from xrm.org.messages.grant_access import GrantAccess
from xrm.org.messages.handler import Composite, Handler
from xrm.org.messages.modify_access import ModifyAccess
from xrm.org.messages.remove_members_team import RemoveMembersTeam
from xrm.org.messages.remove_privilege_role import RemovePrivilegeRole
from xrm.org.messages.replace_privileges_role import ReplacePrivilegesRole
from xrm.org.messages.retrieve import Retrieve
from xrm.org.messages.retrieve_all_entities import RetrieveAllEntities
from xrm.org.messages.retrieve_attribute import RetrieveAttribute
from xrm.org.messages.retrieve_available_languages import RetrieveAvailableLanguages
from xrm.org.messages.retrieve_current_organization import RetrieveCurrentOrganization
from xrm.org.messages.retrieve_deprovisioned_languages import RetrieveDeprovisionedLanguages
from xrm.org.messages.retrieve_entity import RetrieveEntity
from xrm.org.messages.retrieve_installed_language_packs import RetrieveInstalledLanguagePacks
from xrm.org.messages.retrieve_metadata_changes import RetrieveMetadataChanges
from xrm.org.messages.retrieve_multiple import RetrieveMultiple
from xrm.org.messages.retrieve_option_set import RetrieveOptionSet
from xrm.org.messages.retrieve_principal_access import RetrievePrincipalAccess
from xrm.org.messages.retrieve_provisioned_languages import RetrieveProvisionedLanguages
from xrm.org.messages.retrieve_relationship import RetrieveRelationship
from xrm.org.messages.retrieve_role_privileges_role import RetrieveRolePrivilegesRole
from xrm.org.messages.retrieve_shared_principals_and_access import RetrieveSharedPrincipalsAndAccess
from xrm.org.messages.retrieve_total_record_count import RetrieveTotalRecordCount
from xrm.org.messages.retrieve_user_privileges import RetrieveUserPrivileges
from xrm.org.messages.retrieve_version import RetrieveVersion
from xrm.org.messages.revoke_access import RevokeAccess
from xrm.org.messages.set_state import SetState
from xrm.org.messages.update import Update
from xrm.org.messages.update_multiple import UpdateMultiple
from xrm.org.messages.upsert import Upsert
from xrm.org.messages.upsert_multiple import UpsertMultiple
from xrm.org.messages.who_am_i import WhoAmI

REGISTRY: tuple[Handler | Composite, ...] = (
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
    RetrieveAllEntities(),
    RetrieveAttribute(),
    RetrieveEntity(),
    RetrieveMetadataChanges(),
    RetrieveOptionSet(),
    RetrieveRelationship(),
    RetrieveMultiple(),
    RetrieveProvisionedLanguages(),
    RetrieveAvailableLanguages(),
    RetrieveInstalledLanguagePacks(),
    RetrieveDeprovisionedLanguages(),
    RetrieveRolePrivilegesRole(),
    Update(),
    Upsert(),
    AddMembersTeam(),
    Assign(),
    ExecuteMultiple(),
    ExecuteTransaction(),
    GrantAccess(),
    ModifyAccess(),
    RemoveMembersTeam(),
    RetrieveCurrentOrganization(),
    RetrievePrincipalAccess(),
    RetrieveSharedPrincipalsAndAccess(),
    RetrieveTotalRecordCount(),
    RetrieveUserPrivileges(),
    RetrieveVersion(),
    RevokeAccess(),
    SetState(),
    WhoAmI(),
)

HANDLERS: dict[str, Handler | Composite] = {
    handler.declaration.name: handler for handler in REGISTRY
}
