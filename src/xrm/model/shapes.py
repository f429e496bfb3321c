"""The types that messages declare for their parameters and results, beside those of columns.

Simple types carry their Edm name (Edm.String, Edm.Boolean, Edm.Int32, Edm.Int64, Edm.Decimal,
Edm.Double, Edm.DateTimeOffset, Edm.Guid, Edm.Binary). These are of the model or the SDK itself:

| type                              | value                                                  |
|-----------------------------------|--------------------------------------------------------|
| Entity, EntityReference           | those of `model.values`                                |
| EntityCollection                  | a list of Entity; as a result, the rows of a query     |
| EntityReferenceCollection         | a list of EntityReference                              |
| ColumnSet                         | a tuple of column names, None for all                  |
| Query, QueryExpression            | `model.query.Query`                                    |
| Relationship                      | its schema name                                        |
| OptionSetValue                    | int                                                    |
| OrganizationRequest               | `model.message.Message`                                |
| OrganizationResponse              | a tuple: the name of the message, its result           |
| UpsertResponse                    | the results of Upsert, a mapping                       |
| ExecuteMultipleResponseItem       | a mapping: RequestIndex, then Response or Fault        |

Every other name is a row here; `Collection(X)` is a sequence of X. A value of a complex type is
a mapping by its members' names; one of an enumeration is a member's name, of a flags enumeration
a sequence of names; one of pairs is a mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xrm.model.message import Namespace
from xrm.model.privileges import ACCESS_RIGHTS, Depth


@dataclass(frozen=True, slots=True)
class Complex:
    """A type with members, by name and type, in the order of its data contract.

    `optional` are those a parameter of the type need not have.
    """

    name: str
    members: Mapping[str, str]
    namespace: Namespace = "crm"
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A type whose values are words, each with a number; several at once where it is `flags`."""

    name: str
    members: Mapping[str, int]
    flags: bool = False
    namespace: Namespace = "crm"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A type of keys with a value each."""

    name: str
    key: str
    value: str
    namespace: Namespace = "crm"


_COMPLEX: tuple[Complex, ...] = (
    Complex("PrincipalAccess", {"AccessMask": "AccessRights", "Principal": "EntityReference"}),
    Complex(
        "RolePrivilege",
        {
            "BusinessUnitId": "Edm.Guid",
            "Depth": "PrivilegeDepth",
            "PrivilegeId": "Edm.Guid",
            "PrivilegeName": "Edm.String",
        },
        optional=frozenset({"BusinessUnitId", "PrivilegeName"}),
    ),
    Complex(
        "OrganizationDetail",
        {
            "DatacenterId": "Edm.Guid",
            "Endpoints": "EndpointCollection",
            "EnvironmentId": "Edm.String",
            "FriendlyName": "Edm.String",
            "Geo": "Edm.String",
            "OrganizationId": "Edm.Guid",
            "OrganizationVersion": "Edm.String",
            "State": "OrganizationState",
            "TenantId": "Edm.String",
            "UniqueName": "Edm.String",
            "UrlName": "Edm.String",
        },
        "xrm2014",
    ),
    Complex(
        "ExecuteMultipleSettings",
        {"ContinueOnError": "Edm.Boolean", "ReturnResponses": "Edm.Boolean"},
        "xrm2012",
        frozenset({"ContinueOnError", "ReturnResponses"}),
    ),
)

_ENUMERATIONS: tuple[Enumeration, ...] = (
    Enumeration(
        "AccessRights",
        {"None": 0} | {f"{right.value}Access": bit for right, bit in ACCESS_RIGHTS.items()},
        flags=True,
    ),
    Enumeration("PrivilegeDepth", {depth.label: place for place, depth in enumerate(Depth)}),
    Enumeration(
        "EndpointAccessType", {"Default": 0, "Internet": 1, "Intranet": 2}, namespace="xrm2014"
    ),
    Enumeration(
        "EndpointType",
        {"OrganizationService": 0, "OrganizationDataService": 1, "WebApplication": 2},
        namespace="xrm2014",
    ),
    Enumeration("OrganizationState", {"Enabled": 0, "Disabled": 1}, namespace="xrm2014"),
)

_PAIRS: tuple[Pairs, ...] = (
    Pairs("EndpointCollection", "EndpointType", "Edm.String", "xrm2014"),
    Pairs("EntityRecordCountCollection", "Edm.String", "Edm.Int64", "xrm9.0"),
)

COMPLEX = {row.name: row for row in _COMPLEX}
ENUMERATIONS = {row.name: row for row in _ENUMERATIONS}
PAIRS = {row.name: row for row in _PAIRS}
