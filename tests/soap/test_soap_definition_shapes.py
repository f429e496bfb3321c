"""Definitions in Execute's answers: their members stand in the order of recorded ones.

Members that later versions of the service added may stand between; none recorded is missing.
"""

import pytest
from lxml import etree

from support.soap_elements import INSTANCE, SERVICES, ZERO, Given, Typed, simple, string
from support.soaping import SVC, Soap

COLUMN = """
    MetadataId HasChanged AttributeOf AttributeType CanBeSecuredForCreate CanBeSecuredForRead
    CanBeSecuredForUpdate CanModifyAdditionalSettings ColumnNumber DeprecatedVersion Description
    DisplayName EntityLogicalName IsAuditEnabled IsCustomAttribute IsCustomizable IsManaged
    IsPrimaryId IsPrimaryName IsRenameable IsSecured IsValidForAdvancedFind IsValidForCreate
    IsValidForRead IsValidForUpdate LinkedAttributeId LogicalName RequiredLevel SchemaName
    AttributeTypeName IntroducedVersion
"""
MONEY = f"{COLUMN} CalculationOf ImeMode MaxValue MinValue Precision PrecisionSource"
TABLE = """
    MetadataId HasChanged ActivityTypeMask Attributes AutoCreateAccessTeams AutoRouteToOwnerQueue
    CanBeInManyToMany CanBePrimaryEntityInRelationship CanBeRelatedEntityInRelationship
    CanCreateAttributes CanCreateCharts CanCreateForms CanCreateViews CanModifyAdditionalSettings
    CanTriggerWorkflow Description DisplayCollectionName DisplayName IconLargeName IconMediumName
    IconSmallName IsAIRUpdated IsActivity IsActivityParty IsAuditEnabled IsAvailableOffline
    IsBusinessProcessEnabled IsChildEntity IsConnectionsEnabled IsCustomEntity IsCustomizable
    IsDocumentManagementEnabled IsDuplicateDetectionEnabled IsEnabledForCharts IsEnabledForTrace
    IsImportable IsIntersect IsMailMergeEnabled IsManaged IsMappable IsQuickCreateEnabled
    IsReadOnlyInMobileClient IsReadingPaneEnabled IsRenameable IsValidForAdvancedFind
    IsValidForQueue IsVisibleInMobile IsVisibleInMobileClient LogicalName ManyToManyRelationships
    ManyToOneRelationships ObjectTypeCode OneToManyRelationships OwnershipType PrimaryIdAttribute
    PrimaryNameAttribute Privileges RecurrenceBaseEntityLogicalName ReportViewName SchemaName
    IntroducedVersion PrimaryImageAttribute
"""
PUBLISHED = {
    "MetadataId": simple("guid", ZERO),
    "RetrieveAsIfPublished": simple("boolean", "true"),
}


def column(name: str) -> dict[str, Given]:
    return {"EntityLogicalName": string("account"), "LogicalName": string(name), **PUBLISHED}


def table(filters: str) -> dict[str, Given]:
    named = {"LogicalName": string("account"), **PUBLISHED}
    return {"EntityFilters": Typed("m:EntityFilters", filters), **named}


@pytest.fixture(scope="module")
def modern(soap: Soap) -> Soap:
    return Soap(soap.client, "1.2", SVC)


@pytest.mark.covers("message: RetrieveAttribute", "message: RetrieveEntity")
@pytest.mark.parametrize(
    ("message", "given", "kind", "members"),
    [
        ("RetrieveAttribute", column("revenue"), "MoneyAttributeMetadata", MONEY),
        ("RetrieveAttribute", column("name"), "StringAttributeMetadata", COLUMN),
        ("RetrieveAttribute", column("industrycode"), "PicklistAttributeMetadata", COLUMN),
        ("RetrieveAttribute", column("primarycontactid"), "LookupAttributeMetadata", COLUMN),
        ("RetrieveEntity", table("Entity"), "EntityMetadata", TABLE),
    ],
)
def test_members_stand_in_the_recorded_order(
    modern: Soap, message: str, given: dict[str, Given], kind: str, members: str
) -> None:
    reply = modern.execute(message, given, kind=f"a:{message}Request")
    result = reply.result
    assert (result.prefix, etree.QName(result).namespace) == (None, SERVICES)
    assert result.get(f"{{{INSTANCE}}}type") == f"b:{message}Response"
    value = next(each for each in result.iter() if etree.QName(each).localname == "value")
    assert value.get(f"{{{INSTANCE}}}type") == f"d:{kind}"
    recorded = members.split()
    found = [etree.QName(child).localname for child in value]
    assert [name for name in found if name in recorded] == recorded
    assert {child.prefix for child in value} == {"d"}


def test_a_label_has_the_recorded_shape(modern: Soap) -> None:
    """Labels are of the data's namespace, what they inherit is of the definitions' own."""
    reply = modern.execute("RetrieveAttribute", column("revenue"))
    label = next(e for e in reply.result.iter() if etree.QName(e).localname == "DisplayName")
    labels, user = label
    assert [f"{each.prefix}:{etree.QName(each).localname}" for each in (labels, user)] == [
        "b:LocalizedLabels", "b:UserLocalizedLabel",
    ]  # fmt: skip
    assert [f"{each.prefix}:{etree.QName(each).localname}" for each in user] == [
        "d:MetadataId", "d:HasChanged", "b:IsManaged", "b:Label", "b:LanguageCode",
    ]  # fmt: skip
    assert [etree.QName(each).localname for each in labels] == ["LocalizedLabel"]
