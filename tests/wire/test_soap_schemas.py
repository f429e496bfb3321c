"""The XSD of the services: libxml2 is the judge of what it is, and of what is written by it."""

import re

import pytest
from lxml import etree

from support import soap_documents
from support.soap_answers import ANSWERS, COLUMNS
from support.soap_documents import DISCOVERY, ORGANIZATION
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.operations import ORGANIZATION as OPERATIONS
from xrm.wire.soap.operations import write_result
from xrm.wire.soap.versions import scope_of
from xrm.wire.soap.wsdl.schemas import schemas_of

XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
METADATA = "http://schemas.microsoft.com/xrm/2011/Metadata"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return soap_documents.xml_schema(soap_documents.documents())


@pytest.fixture(scope="module")
def single() -> etree._Element:
    return etree.fromstring(soap_documents.documents().document("singleWsdl") or b"")


def written(answer: str) -> str:
    operation, result = ANSWERS[answer]
    known = soap_documents.contracts()
    row = OPERATIONS[operation]
    return write_result(row, result, scope_of("1.2"), known)


@pytest.mark.parametrize("address", [ORGANIZATION, DISCOVERY])
@pytest.mark.covers("wsdl: ?xsd=xsdN")
def test_libxml2_takes_the_schemas(address: str):
    assert soap_documents.xml_schema(soap_documents.documents(address))


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_written_is_valid(schema: etree.XMLSchema, answer: str):
    schema.assertValid(etree.fromstring(written(answer)))


@pytest.mark.parametrize(
    ("answer", "found", "instead"),
    [
        ("a guid", "dbe9d7c9-", "dbe9d7c9"),
        ("records", r"(<b:EntityName>\w+</b:EntityName>)(<b:Min.*?</b:Min\w+>)", r"\2\1"),
        ("a record", "b:RowVersion>", "b:Version>"),
        ("a record", ">A. Datum", "><b/>A. Datum"),
        ("a record", ">4300<", ">4.3<"),
        ("a table's definition", ">UserOwned<", ">UserOwned Nobody<"),
        ("a table's definition", ">RemoveLink<", ">RemoveLink Cascade<"),
        ("a table's definition", ":LookupAttributeMetadata", ":LookupMetadata"),
        ("a table's definition", ":LookupAttributeMetadata", ":EntityKeyMetadata"),
        ("a table's definition", "IsHidden>false", "IsHidden>no"),
    ],
)
def test_what_is_not_of_the_contracts_is_invalid(
    schema: etree.XMLSchema, answer: str, found: str, instead: str
):
    text = written(answer)
    changed = re.sub(found, instead, text)
    assert changed != text
    assert not schema.validate(etree.fromstring(changed))


def children(single: etree._Element, name: str) -> list[str]:
    """Return a type's elements in order, those of its bases first."""
    (found,) = single.xpath("//xs:complexType[@name=$name]", namespaces=XS, name=name)
    base = str(found.xpath("string(.//xs:extension/@base)", namespaces=XS))
    own = [str(each) for each in found.xpath(".//xs:sequence/xs:element/@name", namespaces=XS)]
    return [*(children(single, base.partition(":")[2]) if base else []), *own]


@pytest.mark.covers("soap form: members in the order of the contract")
@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("LocalizedLabel", "MetadataId HasChanged IsManaged Label LanguageCode"),
        ("BooleanManagedProperty", "CanBeChanged ManagedPropertyLogicalName Value"),
        (
            "LookupAttributeMetadata",
            "MetadataId HasChanged AttributeOf AttributeType CanBeSecuredForCreate "
            "CanBeSecuredForRead CanBeSecuredForUpdate CanModifyAdditionalSettings ColumnNumber "
            "DeprecatedVersion Description DisplayName EntityLogicalName IsAuditEnabled "
            "IsCustomAttribute IsCustomizable IsManaged IsPrimaryId IsPrimaryName IsRenameable "
            "IsSecured IsValidForAdvancedFind IsValidForCreate IsValidForRead IsValidForUpdate "
            "LinkedAttributeId LogicalName RequiredLevel SchemaName AttributeTypeName "
            "IntroducedVersion IsLogical SourceType Format Targets",
        ),
        (
            "DateTimeAttributeMetadata",
            "SchemaName Settings AttributeTypeName IntroducedVersion IsLogical SourceType "
            "AutoNumberFormat Format ImeMode FormulaDefinition SourceTypeMask "
            "CanChangeDateTimeBehavior DateTimeBehavior",
        ),
        (
            "OneToManyRelationshipMetadata",
            "MetadataId HasChanged IsCustomRelationship IsCustomizable IsManaged "
            "IsValidForAdvancedFind SchemaName SecurityTypes IntroducedVersion RelationshipType "
            "AssociatedMenuConfiguration CascadeConfiguration ReferencedAttribute "
            "ReferencedEntity ReferencingAttribute ReferencingEntity",
        ),
        (
            "ManyToManyRelationshipMetadata",
            "SchemaName SecurityTypes Entity1AssociatedMenuConfiguration "
            "Entity1IntersectAttribute Entity1LogicalName Entity2AssociatedMenuConfiguration "
            "Entity2IntersectAttribute Entity2LogicalName IntersectEntityName",
        ),
        (
            "EntityMetadata",
            "MetadataId HasChanged ActivityTypeMask Attributes AutoRouteToOwnerQueue "
            "CanBeInManyToMany CanTriggerWorkflow Description DisplayCollectionName DisplayName "
            "IsActivity IsAuditEnabled IsCustomEntity LogicalName ManyToManyRelationships "
            "ManyToOneRelationships ObjectTypeCode OneToManyRelationships OwnershipType "
            "PrimaryIdAttribute PrimaryNameAttribute Privileges SchemaName IntroducedVersion "
            "PrimaryImageAttribute CollectionSchemaName Keys LogicalCollectionName EntitySetName",
        ),
        ("StatusOptionMetadata", "MetadataId HasChanged Description IsManaged Label Value State"),
        (
            "EntityQueryExpression",
            "Criteria Properties AttributeQuery KeyQuery LabelQuery RelationshipQuery",
        ),
    ],
)
def test_members_stand_in_the_order_of_the_service(single: etree._Element, name: str, order: str):
    wanted = order.split()
    assert [each for each in children(single, name) if each in wanted] == wanted


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("Label", "http://schemas.microsoft.com/xrm/2011/Contracts"),
        ("EntityMetadataCollection", "http://schemas.microsoft.com/xrm/2011/Contracts"),
        ("ArrayOfEntityMetadata", METADATA),
        ("AttributeTypeDisplayName", "http://schemas.microsoft.com/xrm/2013/Metadata"),
        ("ImageAttributeMetadata", "http://schemas.microsoft.com/xrm/2013/Metadata"),
        ("DateTimeBehavior", "http://schemas.microsoft.com/xrm/7.1/Metadata"),
        ("EntityKeyMetadata", "http://schemas.microsoft.com/xrm/7.1/Metadata"),
        ("EntityKeyIndexStatus", "http://schemas.microsoft.com/xrm/7.1/Contracts"),
        ("MultiSelectPicklistAttributeMetadata", "http://schemas.microsoft.com/xrm/9.0/Metadata"),
        ("EntityKeyQueryExpression", "http://schemas.microsoft.com/xrm/8.0"),
        ("EntityQueryExpression", f"{METADATA}/Query"),
        ("RetrieveEntityRequest", "http://schemas.microsoft.com/xrm/2011/Contracts"),
        ("WhoAmIResponse", "http://schemas.microsoft.com/crm/2011/Contracts"),
        ("AccessRights", "http://schemas.microsoft.com/crm/2011/Contracts"),
        ("guid", "http://schemas.microsoft.com/2003/10/Serialization/"),
        ("ArrayOfguid", "http://schemas.microsoft.com/2003/10/Serialization/Arrays"),
        (
            "KeyValuePairOfDeletedMetadataFiltersArrayOfguidPlUv_PKtF",
            "http://schemas.datacontract.org/2004/07/System.Collections.Generic",
        ),
    ],
)
def test_what_was_added_later_is_in_the_namespace_of_its_version(
    single: etree._Element, name: str, namespace: str
):
    path = "//xs:schema[xs:*[not(self::xs:element)][@name=$name]]/@targetNamespace"
    assert single.xpath(path, namespaces=XS, name=name) == [namespace]


def test_each_contract_has_a_type_and_an_element(single: etree._Element):
    for contract in soap_documents.contracts().values():
        if contract.namespace == "http://schemas.microsoft.com/xrm/2011/Contracts/Discovery":
            continue
        path = "//xs:schema[@targetNamespace=$space]/xs:*[@name=$name]"
        names = {"space": contract.namespace, "name": contract.wire_name}
        found = [etree.QName(each).localname for each in single.xpath(path, namespaces=XS, **names)]
        kind = "simpleType" if contract.words else "complexType"
        assert found == [kind, "element"], contract.name


def test_every_kind_of_column_is_written():
    derived = {name for name in CONTRACTS if CONTRACTS.fits(name, "AttributeMetadata")}
    shown = {column.type for column in COLUMNS}
    assert derived - shown == {"EnumAttributeMetadata", "ManagedPropertyAttributeMetadata"}


def test_the_discovery_service_describes_no_table():
    single = soap_documents.documents(DISCOVERY).document("singleWsdl") or b""
    assert b'name="OrganizationDetail"' in single
    assert b'name="DiscoveryServiceFault"' in single
    assert b'"EntityMetadata"' not in single


def test_a_type_there_is_not_is_refused_when_the_schemas_are_made():
    contracts = [each for each in CONTRACTS.values() if each.name != "Label"]
    with pytest.raises(KeyError, match="Label"):
        [schema.imports for schema in schemas_of(OPERATIONS, contracts)]
