"""Errors of the organization: code, name and HTTP status, one row each.

The rows hold what is constant; the raise site adds the sentence. Codes and names are those the
platform documents; statuses are those of its Web API.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue."""

    code: int
    name: str
    status: int

    @property
    def hex(self) -> str:
        """The code as the Web API spells it."""
        return f"0x{self.code:08x}"


class ServiceError(Exception):
    """An organization's refusal, to be spelled by the face that meets it.

    `details` are what a program may read of it beside the sentence (ErrorDetails of a SOAP fault).
    """

    def __init__(
        self, fault: Fault, message: str, details: Mapping[str, int | str] | None = None
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.details = details or {}


class TransactionError(ServiceError):
    """The refusal of one message of several that are kept together, by its place among them."""

    def __init__(self, error: ServiceError, request_index: int) -> None:
        super().__init__(error.fault, error.message, error.details)
        self.request_index = request_index


NOT_FOUND = Fault(0x80040217, "ObjectDoesNotExist", 404)
INVALID_ARGUMENT = Fault(0x80040203, "InvalidArgument", 400)
URI = Fault(0x80060888, "InvalidUri", 400)
UNKNOWN_SEGMENT = Fault(0x80060888, "ResourceNotFound", 404)
METHOD_NOT_ALLOWED = Fault(0x80060888, "MethodNotAllowed", 405)
PAYLOAD = Fault(0x80048D19, "InvalidPayload", 400)
TOO_LONG = Fault(0x80044331, "StringLengthTooLong", 400)
CHOICE_OUT_OF_RANGE = Fault(0x8004431A, "PicklistValueOutOfRange", 400)
INTEGER_OUT_OF_RANGE = Fault(0x8004432F, "IntegerValueOutOfRange", 400)
DECIMAL_OUT_OF_RANGE = Fault(0x80044330, "DecimalValueOutOfRange", 400)
TOO_MANY_CONDITIONS = Fault(0x8004430C, "TooManyConditionsInQuery", 400)
TOO_MANY_LINKS = Fault(0x8004430D, "TooManyLinkEntitiesInQuery", 400)
STATE_STATUS = Fault(0x80048408, "InvalidStateCodeStatusCode", 400)
PRIVILEGE_DENIED = Fault(0x80040220, "PrivilegeDenied", 403)
ACCESS_DENIED = Fault(0x80048306, "unManagedIdsAccessDenied", 403)
NOT_A_MEMBER = Fault(0x80072560, "UserNotMemberOfOrg", 403)
USER_DISABLED = Fault(0x80040225, "unManagedidsusernotenabled", 403)
ORGANIZATION_DISABLED = Fault(0x8004A104, "OrganizationDisabled", 403)
NO_SUCH_ORGANIZATION = Fault(0x8004B067, "OrgDoesNotExistInDiscoveryService", 404)
DUPLICATE_RECORD = Fault(0x80040237, "DuplicateRecord", 412)
VERSION_MISMATCH = Fault(0x80060882, "ConcurrencyVersionMismatch", 412)
CANNOT_DELETE = Fault(0x80040227, "CannotDeleteDueToAssociation", 405)
VERSION_NOT_GIVEN = Fault(0x80060883, "ConcurrencyVersionNotProvided", 400)
VERSION_NOT_KEPT = Fault(0x8006088D, "OptimisticConcurrencyNotEnabled", 400)
KEY_REFUSED = Fault(0x8006088F, "InvalidEntityKeyOperation", 400)
KEY_NOT_FOUND = Fault(0x80060891, "RecordNotFoundByEntityKey", 404)
KEY_VIOLATED = Fault(0x80060892, "DuplicateRecordEntityKey", 412)
KEY_NAME_TAKEN = Fault(0x80060893, "EntityKeyNameExists", 400)
KEY_COLUMNS_TAKEN = Fault(0x80060894, "EntityKeyWithSelectedAttributesExists", 400)
KEY_TOO_LARGE = Fault(0x80060895, "IndexSizeConstraintViolated", 400)
LANGUAGE_CODE = Fault(0x80044195, "InvalidLanguageCode", 400)
JOB_WITHOUT_NAME = Fault(0x80048457, "JobNameIsEmptyOrNull", 400)
NO_ENTITY = Fault(0x80041102, "QueryBuilderNoEntity", 400)
NO_ATTRIBUTE = Fault(0x80041103, "QueryBuilderNoAttribute", 400)
NO_LINK_TO_ORDER_BY = Fault(0x80041126, "QueryBuilderLinkNodeForOrderNotFound", 400)
# What a question in FetchXML or QueryExpression is refused for; documented by code, name and
# sentence.
INVALID_XML = Fault(0x80040201, "InvalidXml", 400)
RAW_ORDER_TRUTH = Fault(0x800410FD, "QueryBuilderDeserializeInvalidUseRawOrderBy", 400)
BAD_CONDITION = Fault(0x80041106, "QueryBuilderBad_Condition", 400)
INVALID_TYPE_VALUE = Fault(0x80041108, "QueryBuilderInvalid_Value", 400)
ALIAS_UNKNOWN = Fault(0x8004110A, "QueryBuilderAlias_Does_Not_Exist", 400)
NOT_POSITIVE = Fault(0x8004110C, "QueryBuilderValue_GreaterThanZero", 400)
ATTRIBUTE_PAIR = Fault(0x80041111, "QueryBuilderAttributePairMismatch", 400)
DISTINCT_TRUTH = Fault(0x80041115, "QueryBuilderDeserializeInvalidDistinct", 400)
MAPPING = Fault(0x80041116, "QueryBuilderDeserializeInvalidMapping", 400)
LINK_TYPE = Fault(0x80041117, "QueryBuilderDeserializeInvalidLinkType", 400)
NO_LOCK_TRUTH = Fault(0x80041118, "QueryBuilderDeserializeInvalidNoLock", 400)
DESCENDING_TRUTH = Fault(0x80041119, "QueryBuilderDeserializeInvalidDescending", 400)
AGGREGATE = Fault(0x8004111A, "QueryBuilderDeserializeInvalidAggregate", 400)
ROW_VERSION_TRUTH = Fault(0x8004111B, "QueryBuilderDeserializeInvalidGetMinActiveRowVersion", 400)
INVALID_NODE = Fault(0x8004111C, "QueryBuilderDeserializeInvalidNode", 400)
UTC_OFFSET = Fault(0x8004111D, "QueryBuilderDeserializeInvalidUtcOffset", 400)
ATTRIBUTE_MISSING = Fault(0x8004111E, "QueryBuilderAttributeNotFound", 400)
CONDITION_OPERATOR = Fault(0x80041120, "QueryBuilderInvalidConditionOperator", 400)
JOIN_OPERATOR = Fault(0x80041121, "QueryBuilderInvalidJoinOperator", 400)
FILTER_TYPE = Fault(0x80041122, "QueryBuilderInvalidFilterType", 400)
ELEMENT_MISSING = Fault(0x80041123, "QueryBuilderElementNotFound", 400)
NO_XML = Fault(0x80041124, "QueryBuilderDeserializeEmptyXml", 400)
OTHER_ENTITY = Fault(0x80041128, "QueryBuilderEntitiesDontMatch", 400)
PAGING_ORDER = Fault(0x80041129, "QueryBuilderPagingOrderBy", 400)
PAGING_COOKIE = Fault(0x8004112A, "QueryBuilderInvalidPagingCookie", 400)
DISTINCT_NOTHING = Fault(0x8004112C, "QueryBuilderNoAttrsDistinctConflict", 400)
GROUP_TRUTH = Fault(0x8004112E, "QueryBuilderDeserializeInvalidGroupBy", 400)
DUPLICATE_ALIAS = Fault(0x80041130, "QueryBuilderDuplicateAlias", 400)
ALIAS_OF_ORDER = Fault(0x80041132, "QueryBuilderAliasNotAllowedForNonAggregateOrderBy", 400)
ATTRIBUTE_OF_ORDER = Fault(0x80041133, "QueryBuilderAttributeRequiredForNonAggregateOrderBy", 400)
QUICK_FIND_TRUTH = Fault(0x80041138, "QueryBuilderSerializationInvalidIsQuickFindFilter", 400)
INVALID_VALUE = Fault(0x80041139, "QueryBuilderInvalidAttributeValue", 400)
PAGE_WITHOUT_COOKIE = Fault(0x8004430A, "OverRetrievalUpperLimitWithoutPagingCookie", 400)
TOO_MANY_PARAMETERS = Fault(0x8004430E, "TooManyConditionParametersInQuery", 400)
LIST_OF_MEMO = Fault(0x80044153, "unManagedidsfetchbetweentext", 400)
UNEXPECTED_ARGUMENT = Fault(0x80040216, "UnExpectedArgument", 400)
NOT_IMPLEMENTED = Fault(0x80040219, "NotImplemented", 501)
NOT_SUPPORTED = Fault(0x80040315, "NotSupported", 405)
# The first is known by code and sentences, its name is not.
METADATA_QUERY = Fault(0x80044183, "MetadataQuery", 400)
EXPIRED_VERSION_STAMP = Fault(0x80044352, "ExpiredVersionStamp", 400)
METADATA_FUNCTION = Fault(0x8006088A, "CrmHttpError", 501)
UNEXPECTED = Fault(0x80040216, "UnExpected", 500)
SQL_TIMEOUT = Fault(0x80044151, "unManagedidssqltimeouterror", 500)
SQL_ERROR = Fault(0x80044150, "unManagedidssqlerror", 500)
MEDIA_TYPE = Fault(0x80060888, "UnsupportedMediaType", 415)
TOO_LARGE = Fault(0x80060888, "RequestTooLarge", 413)
APPLICATION_USER_FIXED = Fault(0x80041D48, "ApplicationUserCannotBeUpdated", 400)
ACCESS_MODE_FIXED = Fault(0x80040D40, "CannotChangeAccessModeOfApplicationUser", 400)
# Documented by code and name; that the Web API answers them with 400 is inferred.
SPECIAL_USER_FIXED = Fault(0x80041D33, "CannotModifySpecialUser", 400)
SUPPORT_USER = Fault(0x80041D41, "SupportUserCannotBeCreateNorUpdated", 400)
ORGANIZATION_NAME_FIXED = Fault(0x80041D36, "unManagedidsbizmgmtcantchangeorgname", 400)
ONE_ROOT_UNIT = Fault(0x80041D35, "MultipleOrganizationsNotAllowed", 400)
ACCOUNT_LOOP = Fault(0x80040507, "AccountLoopBeingCreated", 400)
CONTACT_LOOP = Fault(0x8004050A, "ContactLoopBeingCreated", 400)
USER_EXISTS = Fault(0x80041D2C, "UserAlreadyExists", 400)
USER_LOOP = Fault(0x80041D25, "UserLoopBeingCreated", 400)
UNIT_LOOP = Fault(0x80041D21, "BusinessManagementLoopBeingCreated", 400)
ROOT_UNIT_ENABLED = Fault(0x80041D63, "RootBusinessUnitCannotBeDisabled", 400)
UNIT_ENABLED = Fault(0x80041D60, "BusinessUnitIsNotDisabledAndCannotBeDeleted", 400)
UNIT_HAS_CHILD = Fault(0x80041D61, "BusinessUnitHasChildAndCannotBeDeleted", 400)
ADMINISTRATOR_ROLE_FIXED = Fault(0x80041D31, "CannotModifySysAdmin", 400)
ADMINISTRATOR_ROLE_KEPT = Fault(0x80041D2E, "CannotDeleteSysAdmin", 400)
CUSTOMIZER_ROLE_KEPT = Fault(0x80041D4A, "CannotDeleteSystemCustomizer", 400)
LAST_ADMINISTRATOR_ENABLED = Fault(0x80041D2F, "CannotDisableSysAdmin", 400)
LAST_ADMINISTRATOR_KEPT = Fault(0x80041D30, "CannotRemoveFromSysAdmin", 400)
TENANT_ADMINISTRATOR_KEPT = Fault(0x80041D64, "CannotRemoveTenantAdminFromSysAdminRole", 400)
TENANT_ADMINISTRATOR_ENABLED = Fault(0x80041D65, "CannotDisableTenantAdmin", 400)
SUPPORT_USER_ROLES = Fault(0x80041D51, "CannotAssignRolesToSupportUser", 400)
LICENSE_OF_NEW_USER = Fault(0x80041D4D, "CannotCreateSyncUserIsLicensedField", 400)
LICENSE_FIXED = Fault(0x80041D4C, "CannotUpdateSyncUserIsLicensedField", 400)
LICENSE_NEEDED = Fault(0x8004D24C, "UserCannotEnableWithoutLicense", 400)
ROLE_EXISTS = Fault(0x80041403, "RoleAlreadyExists", 400)
ROLE_WITHOUT_UNIT = Fault(0x80041406, "unManagedidsrolesmissbusinessid", 400)
ROLE_WITHOUT_NAME = Fault(0x80041407, "unManagedidsrolesmissrolename", 400)
INVALID_DEPTH = Fault(0x8004140B, "InvalidPrivilegeDepth", 400)
PRIVILEGE_TWICE = Fault(0x8004140F, "DuplicatedPrivilege", 400)
# Documented by code, name and sentence; the statuses are inferred, but for the second.
INVALID_OWNER = Fault(0x80040229, "InvalidOwnerID", 400)
ASSIGNEE_DENIED = Fault(0x80040299, "AssigneeAccessDenied", 403)
TEAM_WITHOUT_NAME = Fault(0x80041D0B, "MissingTeamName", 400)
TEAM_ADMINISTRATOR = Fault(0x80041D0A, "TeamAdministratorMissedPrivilege", 400)
DEFAULT_TEAM_KEPT = Fault(0x80048307, "CannotDeleteDefaultTeam", 400)
DEFAULT_TEAM_UNIT = Fault(0x80048308, "CannotSetParentDefaultTeam", 400)
DEFAULT_TEAM_NAME = Fault(0x8004830A, "CannotUpdateNameDefaultTeam", 400)
DEFAULT_TEAM_JOINED = Fault(0x8004830B, "CannotAddMembersToDefaultTeam", 400)
DEFAULT_TEAM_LEFT = Fault(0x8004830C, "CannotRemoveMembersFromDefaultTeam", 400)
DEFAULT_TEAM_OWNS = Fault(0x80041D62, "BusinessUnitDefaultTeamOwnsRecords", 400)
TEAM_OWNS = Fault(0x8004830E, "CannotDeleteTeamOwningRecords", 400)
ACCESS_TEAM_ROLES = Fault(0x80048331, "CannotAssignRolesOrProfilesToAccessTeam", 400)
ACCESS_TEAM_OWNER = Fault(0x80048340, "CannotAssignToAccessTeam", 400)
SHARED_WITH_OWNER = Fault(0x80040214, "CannotShareWithOwner", 400)
INVALID_SHAREE = Fault(0x8004020C, "InvalidSharee", 400)
SHAREE_DENIED = Fault(0x80040231, "PrincipalPrivilegeDenied", 403)
MANAGED_TEAM_SHARED = Fault(0x80048339, "CannotShareSystemManagedTeam", 400)
TEAM_OF_OTHER_UNIT = Fault(0x8004140D, "TeamInWrongBusiness", 400)
INVALID_TIME = Fault(0x80040239, "InvalidDateTime", 400)
STATE_BY_MESSAGE = Fault(0x80100005, "CannotUseOpportunitySetStateMessage", 400)
LEAD_CLOSED = Fault(0x80040519, "LeadAlreadyInClosedState", 400)
BASE_TOO_SMALL = Fault(0x80048CEB, "BaseCurrencyUnderflow", 400)
BASE_TOO_LARGE = Fault(0x80048CEC, "BaseCurrencyOverflow", 400)
CURRENCY_CODE = Fault(0x80048CF2, "InvalidIsoCurrencyCode", 400)
CURRENCY_CODE_TWICE = Fault(0x80048CF3, "DuplicateIsoCurrencyCode", 400)
BASE_CURRENCY_ACTIVE = Fault(0x80048CF4, "BaseCurrencyCannotBeDeactivated", 400)
BASE_CURRENCY_RATE = Fault(0x80048CF5, "ExchangeRateOfBaseCurrencyNotUpdatable", 400)
CURRENCY_NEEDED = Fault(0x80048CFB, "CurrencyCannotBeNullDueToNonNullMoneyFields", 400)
INVALID_RATE = Fault(0x80048CFD, "InvalidExchangeRate", 400)
BASE_CURRENCY_KEPT = Fault(0x80048CFF, "BaseCurrencyNotDeletable", 400)
NO_SUCH_MESSAGE = Fault(0x80040800, "SdkEntityDoesNotSupportMessage", 501)
TIME_ZONE_CODE = Fault(0x800608F7, "InvalidTimeZoneCode", 400)
PAGING_LIMIT = Fault(0x80044305, "UserSettingsOverMaxPagingLimit", 400)

CATALOGUE: tuple[Fault, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Fault)
)
