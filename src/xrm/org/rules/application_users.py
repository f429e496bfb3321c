"""Application users: a service's user, named by its application id.

The platform fills in what it knows from the directory; those columns cannot be changed after.
"""

from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Guid, Values
from xrm.org.context import Context

NON_INTERACTIVE = 4
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


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return what the platform fills in for a new application user, else nothing.

    Raises ServiceError if the directory has no such application, or it has a user already.
    """
    application_id = values.get("applicationid")
    if table.logical_name != "systemuser" or not isinstance(application_id, str):
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


def check_change(context: Context, table: Table, key: Guid, values: Values) -> None:
    """Check that a change leaves an application user's fixed columns alone.

    Raises ServiceError 0x80041d48, or 0x80040d40 for the access mode.
    """
    if table.logical_name != "systemuser" or not values.keys() & (FIXED | {"accessmode"}):
        return
    store = context.organization.store
    before = store.fetch(context.transaction, table, key, ("applicationid",)) or {}
    if before.get("applicationid") is None:
        return
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
