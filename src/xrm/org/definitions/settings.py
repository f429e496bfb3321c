"""What the service says alike of every standard table, column and relationship.

They are its defaults for what a solution of its own brings; nothing here can be customized.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from xrm.model.metadata import Column, Table

_OF_TABLES = (
    ("CanBeInManyToMany", True, False, ""),
    ("CanBePrimaryEntityInRelationship", True, False, ""),
    ("CanBeRelatedEntityInRelationship", True, False, ""),
    ("CanCreateAttributes", True, False, ""),
    ("CanCreateCharts", True, False, ""),
    ("CanCreateForms", True, False, ""),
    ("CanCreateViews", True, False, ""),
    ("CanModifyAdditionalSettings", True, True, ""),
    ("IsAuditEnabled", False, True, "canmodifyauditsettings"),
    ("IsConnectionsEnabled", False, True, "canmodifyconnectionsettings"),
    ("IsCustomizable", True, False, ""),
    ("IsDuplicateDetectionEnabled", False, True, "canmodifyduplicatedetectionsettings"),
    ("IsMailMergeEnabled", False, True, "canmodifymailmergesettings"),
    ("IsMappable", True, False, ""),
    ("IsReadOnlyInMobileClient", False, True, "canmodifymobileclientreadonly"),
    ("IsRenameable", True, False, ""),
    ("IsValidForQueue", False, True, "canmodifyqueuesettings"),
    ("IsVisibleInMobile", True, True, "canmodifymobilevisibility"),
    ("IsVisibleInMobileClient", True, True, "canmodifymobileclientvisibility"),
    ("CanChangeTrackingBeEnabled", False, False, ""),
)
"""Name, value, whether it can be changed, and the name of the managed property if another."""


def managed(name: str, value: Any, *, changeable: bool) -> dict[str, Any]:
    """Return a managed property: its value, and whether a solution lets it be changed."""
    return {"Value": value, "CanBeChanged": changeable, "ManagedPropertyLogicalName": name}


@cache
def of_tables() -> Mapping[str, Any]:
    """Return what is said of every table."""
    plain = {
        "ActivityTypeMask": 0,
        "AutoRouteToOwnerQueue": False,
        "CanTriggerWorkflow": True,
        "ChangeTrackingEnabled": False,
        "EnforceStateTransitions": False,
        "IsActivityParty": False,
        "IsAvailableOffline": False,
        "IsBPFEntity": False,
        "IsBusinessProcessEnabled": False,
        "IsChildEntity": False,
        "IsDocumentManagementEnabled": False,
        "IsEnabledForCharts": True,
        "IsEnabledForTrace": False,
        "IsImportable": True,
        "IsLogicalEntity": False,
        "IsQuickCreateEnabled": False,
        "IsReadingPaneEnabled": True,
        "IsValidForAdvancedFind": True,
        "TableType": "Standard",
    }
    for name, value, changeable, called in _OF_TABLES:
        plain[name] = managed(called or name.lower(), value, changeable=changeable)
    return plain


def of_column(table: Table, column: Column) -> dict[str, Any]:
    """Return what is said of a column: more may be changed of one that can be written."""
    is_key = column.logical_name == table.primary_id
    writable = column.valid_for_create or column.valid_for_update
    return {
        "CanBeSecuredForCreate": False,
        "CanBeSecuredForRead": False,
        "CanBeSecuredForUpdate": False,
        "IsSecured": False,
        "CanModifyAdditionalSettings": managed(
            "canmodifyadditionalsettings", writable, changeable=False
        ),
        "IsAuditEnabled": managed("canmodifyauditsettings", not is_key, changeable=not is_key),
        "IsCustomizable": managed("iscustomizable", True, changeable=False),
        "IsGlobalFilterEnabled": managed("canmodifyglobalfiltersettings", False, changeable=True),
        "IsRenameable": managed("isrenameable", writable, changeable=False),
        "IsSortableEnabled": managed("canmodifyissortablesettings", False, changeable=True),
        "IsValidForAdvancedFind": managed("canmodifysearchsettings", writable, changeable=writable),
        "RequiredLevel": managed(
            "canmodifyrequirementlevelsettings",
            column.required,
            changeable=writable and column.required != "SystemRequired",
        ),
    }


def customizable(value: bool) -> dict[str, Any]:
    """Return whether what the service brings itself may be customized."""
    return managed("iscustomizable", value, changeable=False)
