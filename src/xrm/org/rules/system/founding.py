"""What every organization needs: its user SYSTEM, one tree of units, its first two roles.

No caller may take these away or turn them into something else.
"""

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Table
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context
from xrm.org.provisioning import SUPPORT
from xrm.org.rules.system import teams
from xrm.org.store.records import Row

PARENT = "parentbusinessunitid"
ADMINISTRATOR = "627090ff-40a3-4053-8790-584edc5be201"
CUSTOMIZER = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
"""Role templates, which a role keeps whatever it is named."""
_KEPT_ROLES = {
    ADMINISTRATOR: (service.ADMINISTRATOR_ROLE_KEPT, "System Administrator"),
    CUSTOMIZER: (service.CUSTOMIZER_ROLE_KEPT, "System Customizer"),
}
_FIXED = "The System Administrator Role cannot be modified."


def concerns(table: Table) -> bool:
    """Tell whether new records of a table are checked."""
    return table.logical_name in ("systemuser", "businessunit")


def check_new(_context: Context, table: Table, values: Values) -> None:
    """Check that a new record is no second SYSTEM user and no second root business unit.

    Raises ServiceError 0x80041d41 or 0x80041d35.
    """
    if table.logical_name == "systemuser":
        _check_mode(values)
    elif table.logical_name == "businessunit" and values.get(PARENT) is None:
        raise _second_root()


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check that a change leaves standing what the organization is founded on.

    Raises ServiceError 0x80041d21, d31, d33, d35, d36, d41 or d63.
    """
    table, key = before.table, before.key
    if table.logical_name == "systemuser":
        _check_user(context, table, key)
        _check_mode(values)
    elif table.logical_name == "businessunit":
        _check_unit(context, table, key, values)
    elif table.logical_name == "role":
        check_privileges(context, key)
    elif table.logical_name == "organization" and "name" in values:
        raise ServiceError(
            service.ORGANIZATION_NAME_FIXED, "The organization name cannot be changed."
        )


def check_delete(context: Context, table: Table, key: Guid) -> None:
    """Check that a record may go, whatever points to it.

    Raises ServiceError 0x80040227, 0x80041d2e, d33, d4a, d60, d61 or d62, 0x80048307 or
    0x8004830e.
    """
    if table.logical_name == "systemuser":
        _check_user(context, table, key)
        raise ServiceError(
            service.CANNOT_DELETE, "A user cannot be deleted; disable the user instead."
        )
    if table.logical_name == "businessunit":
        _check_unit_goes(context, table, key)
    elif table.logical_name == "team":
        teams.check_delete(context, key)
    elif table.logical_name == "role":
        kept = _KEPT_ROLES.get(_template(context, table, key) or "")
        if kept is not None:
            fault, name = kept
            raise ServiceError(fault, f"The {name} Role cannot be deleted.")


def _check_user(context: Context, table: Table, key: Guid) -> None:
    if _one(context, table, key, "accessmode") == SUPPORT:
        raise ServiceError(
            service.SPECIAL_USER_FIXED,
            "No modifications to the 'SYSTEM' or 'INTEGRATION' user are permitted.",
        )


def _check_mode(values: Values) -> None:
    if values.get("accessmode") == SUPPORT:
        raise ServiceError(service.SUPPORT_USER, "The support user cannot be created or updated.")


def _check_unit(context: Context, table: Table, key: Guid, values: Values) -> None:
    root = _one(context, table, key, PARENT) is None
    if root and values.get("isdisabled") is True:
        raise ServiceError(service.ROOT_UNIT_ENABLED, "Root Business unit cannot be disabled.")
    if PARENT not in values:
        return
    above = values[PARENT]
    if above is None and not root:
        raise _second_root()
    while isinstance(above, EntityReference):
        if above.id == key:
            raise ServiceError(
                service.UNIT_LOOP,
                "Creating this parental association would create a loop in business hierarchy.",
            )
        above = _one(context, table, above.id, PARENT)


def _check_unit_goes(context: Context, table: Table, key: Guid) -> None:
    if _one(context, table, key, PARENT) is None:
        raise ServiceError(service.CANNOT_DELETE, "The root business unit cannot be deleted.")
    if _one(context, table, key, "isdisabled") is not True:
        raise ServiceError(service.UNIT_ENABLED, "Not disabled business unit cannot be deleted.")
    here, store = EntityReference("businessunit", key), context.organization.store
    if store.referrers(context.transaction, table, PARENT, here):
        raise ServiceError(
            service.UNIT_HAS_CHILD, "Business unit has a child business unit and cannot be deleted."
        )
    teams.remove_default(context, key)


def check_privileges(context: Context, role: Guid) -> None:
    """Check that what a role grants may be changed. Raises ServiceError 0x80041d31."""
    if is_administrator_role(context, role):
        raise ServiceError(service.ADMINISTRATOR_ROLE_FIXED, _FIXED)


def is_administrator_role(context: Context, role: Guid) -> bool:
    """Tell whether a role is the System Administrator of the organization, and no copy."""
    return _template(context, context.table("role"), role) == ADMINISTRATOR


def _second_root() -> ServiceError:
    return ServiceError(
        service.ONE_ROOT_UNIT, "Only one organization and one root business are allowed."
    )


def _template(context: Context, table: Table, key: Guid) -> Guid | None:
    template = _one(context, table, key, "roletemplateid")
    return template.id if isinstance(template, EntityReference) else None


def _one(context: Context, table: Table, key: Guid, name: str) -> Value:
    found = context.organization.store.fetch(context.transaction, table, key, (name,))
    return None if found is None else found[name]
