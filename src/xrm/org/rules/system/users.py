"""Users: what the platform fills in from the directory and keeps, of services and of people.

An application user is a service's user, named by its application id; its columns cannot be
changed after. A person's licence is the directory's word, which the platform alone brings in.
"""

from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Values
from xrm.org.context import Context
from xrm.org.rules.system.roles import check_still_administered, is_tenant_administrator
from xrm.org.store.records import Row

READ_WRITE = 0
ADMINISTRATIVE = 1
NON_INTERACTIVE = 4
"""Access modes."""
UNLICENSED_MODES = frozenset({ADMINISTRATIVE, NON_INTERACTIVE})
"""Those in which a person needs no licence."""
FIXED = frozenset(
    {
        "applicationid",
        "applicationiduri",
        "azureactivedirectoryobjectid",
        "fullname",
        "firstname",
        "lastname",
        "internalemailaddress",
        "domainname",
        "islicensed",
    }
)


_STATE = frozenset({"accessmode", "isdisabled"})


def concerns(table: Table) -> bool:
    """Tell whether a table is that of users."""
    return table.logical_name == "systemuser"


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return what the platform fills in for a new application user, nothing for a person.

    Raises ServiceError if the directory has no such application, or it has a user already;
    0x80040203 for a user in no business unit, 0x80041d4d for a person who is said to have a
    licence, 0x80041d2c for one who is there already.
    """
    _check_placed(values)
    application_id = values.get("applicationid")
    if not isinstance(application_id, str):
        _check_new_person(context, table, values)
        return {}
    store = context.organization.store
    if store.having(context.transaction, table, "applicationid", application_id):
        raise service.ServiceError(
            service.DUPLICATE_RECORD, "A record with matching key values already exists."
        )
    known = context.organization.directory.application(UUID(application_id))
    if known is None:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            f"The directory has no application with the id {application_id}.",
        )
    address = f"{known.name}{known.application_id}@{known.tenant_domain}".replace(" ", "")
    return {
        "applicationiduri": known.uri,
        "azureactivedirectoryobjectid": str(known.object_id),
        "fullname": known.name,
        "firstname": known.name[:64],
        "lastname": None,
        "domainname": address,
        "internalemailaddress": address[:100],
        "accessmode": NON_INTERACTIVE,
        "islicensed": False,
        "isdisabled": False,
    }


def _check_placed(values: Values) -> None:
    if values.get("businessunitid") is None:
        # All that belongs to a user is reached by its unit; a user lies in one from the start.
        raise service.ServiceError(
            service.INVALID_ARGUMENT, "Attribute 'businessunitid' cannot be NULL"
        )


def _check_new_person(context: Context, table: Table, values: Values) -> None:
    name, store = values.get("domainname"), context.organization.store
    if isinstance(name, str) and store.named(context.transaction, table, name, column="domainname"):
        raise service.ServiceError(
            service.USER_EXISTS,
            "The specified Active Directory user already exists as a Dynamics 365 user.",
        )
    if values.get("islicensed") and not context.caller.is_system:
        raise service.ServiceError(
            service.LICENSE_OF_NEW_USER,
            "The property IsLicensed cannot be set for Sync User Creation.",
        )


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check that a change leaves alone what the platform keeps, and an administrator enabled.

    Raises ServiceError 0x80041d48, or 0x80040d40 for the access mode, of an application user;
    0x80041d48 for a person who would become one; 0x80041d4c or 0x8004d24c for the licence of a
    person; 0x80041d2f or 0x80041d65 where an administrator would be disabled.
    """
    if before.table.logical_name != "systemuser" or not values.keys() & (FIXED | _STATE):
        return
    if before["applicationid"] is not None:
        _check_application_user(values)
    elif context.caller.is_system:
        # The directory has the last word on its people, and only the platform brings it.
        return
    else:
        _check_person(before, values)
    if values.get("isdisabled") is True and before.get("isdisabled") is not True:
        _check_disabled(context, before)


def _check_application_user(values: Values) -> None:
    if "accessmode" in values and values["accessmode"] != NON_INTERACTIVE:
        raise service.ServiceError(
            service.ACCESS_MODE_FIXED, "The access mode of an application user cannot be changed."
        )
    if values.keys() & FIXED:
        raise service.ServiceError(
            service.APPLICATION_USER_FIXED,
            "Only the business unit, the roles and the state of an application user can be "
            "changed.",
        )


def _check_person(before: Row, values: Values) -> None:
    if values.get("applicationid") is not None:
        # Else whoever may change users could sign in as any of them, by a service of its own.
        raise service.ServiceError(
            service.APPLICATION_USER_FIXED, "A user cannot be made an application user."
        )
    if "islicensed" in values:
        raise service.ServiceError(
            service.LICENSE_FIXED, "The property IsLicensed cannot be modified."
        )
    enabling = values.get("isdisabled") is False and before.get("isdisabled") is True
    of_directory = before.get("azureactivedirectoryobjectid") is not None
    licensed = before.get("islicensed") or before.get("accessmode") in UNLICENSED_MODES
    if enabling and of_directory and not licensed:
        raise service.ServiceError(
            service.LICENSE_NEEDED, "The user cannot be enabled without a license."
        )


def _check_disabled(context: Context, before: Row) -> None:
    if is_tenant_administrator(context, before):
        raise service.ServiceError(
            service.TENANT_ADMINISTRATOR_ENABLED,
            "An administrator of the tenant cannot be disabled in the organization. Take the "
            "directory role away first.",
        )
    check_still_administered(
        context,
        before.key,
        service.LAST_ADMINISTRATOR_ENABLED,
        "A user cannot be disabled if they are the only user that has the System Administrator "
        "Role.",
    )
