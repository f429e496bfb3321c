"""What a question is refused for, in the service's sentences."""

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.model.metadata import Column, Table

_SHOWN = 100
_SENTENCES: dict[Fault, str] = {
    service.INVALID_XML: "Invalid XML.",
    service.RAW_ORDER_TRUTH: "The only valid values for useraworderby attribute are 'true', "
    "'false', '1', and '0'.",
    service.BAD_CONDITION: "Incorrect filter condition or conditions.",
    service.INVALID_TYPE_VALUE: "Invalid value specified for type.",
    service.ALIAS_UNKNOWN: "The specified alias for the given entity in the condition does not "
    "exist.",
    service.NOT_POSITIVE: "A value greater than zero must be specified.",
    service.ATTRIBUTE_PAIR: "AttributeFrom and AttributeTo must be either both specified or both "
    "omitted.",
    service.DISTINCT_TRUTH: "The only valid values for distinct attribute are 'true', 'false', "
    "'1', and '0'.",
    service.MAPPING: "The only valid values for mapping are 'logical' or 'internal' which is "
    "deprecated.",
    service.LINK_TYPE: "Invalid link-type specified, valid values are: 'natural', 'inner', 'in', "
    "'matchfirstrowusingcrossapply','exists' and 'outer'.",
    service.NO_LOCK_TRUTH: "The only valid values for no-lock attribute are 'true', 'false', "
    "'1', and '0'.",
    service.DESCENDING_TRUTH: "The only valid values for descending attribute are 'true', "
    "'false', '1', and '0'.",
    service.AGGREGATE: "An error occurred while processing Aggregates in Query",
    service.ROW_VERSION_TRUTH: "The only valid values for GetMinActiveRowVersion attribute are "
    "'true', 'false', '1', and '0'.",
    service.INVALID_NODE: "The element node encountered is invalid.",
    service.UTC_OFFSET: "The utc-offset attribute is not supported for deserialization.",
    service.ATTRIBUTE_MISSING: "A required attribute was not specified.",
    service.CONDITION_OPERATOR: "Unsupported condition operator.",
    service.JOIN_OPERATOR: "Unsupported join operator.",
    service.FILTER_TYPE: "Unsupported filter type. Valid values are 'and', or 'or'.",
    service.ELEMENT_MISSING: "A required element was not specified.",
    service.NO_XML: "Xml String can't be null.",
    service.OTHER_ENTITY: "The entity name specified in fetchxml does not match the entity name "
    "specified in the Entity or Query Expression.",
    service.PAGING_ORDER: "Order by columns do not match those in paging cookie.",
    service.PAGING_COOKIE: "Invalid page number in paging cookie.",
    service.DISTINCT_NOTHING: "The no-attrs tag cannot be used in conjuction with Distinct set to "
    "true.",
    service.GROUP_TRUTH: "The only valid values for groupby attribute are 'true', 'false', '1', "
    "and '0'.",
    service.DUPLICATE_ALIAS: "FetchXML should have unique aliases.",
    service.ALIAS_OF_ORDER: "An alias cannot be specified for an order clause for a non-aggregate "
    "Query. Use an attribute.",
    service.ATTRIBUTE_OF_ORDER: "An attribute is required for an order clause for a non-aggregate "
    "Query.",
    service.QUICK_FIND_TRUTH: "The only valid values for isquickfindfields attribute are 'true', "
    "'false', '1', and '0'.",
    service.PAGE_WITHOUT_COOKIE: "Over upper limit of records that can be requested without a "
    "paging cookie. A paging cookie is required when retrieving a high page number.",
    service.TOO_MANY_CONDITIONS: "Number of conditions in query exceeded maximum limit.",
    service.TOO_MANY_LINKS: "Number of link entities in query exceeded maximum limit.",
    service.TOO_MANY_PARAMETERS: "Number of parameters in a condition exceeded maximum limit.",
    service.LIST_OF_MEMO: "between, not-between, in, and not-in operators are not allowed on "
    "attributes of type text or ntext.",
}


def refused(fault: Fault, detail: str = "") -> ServiceError:
    """Return the refusal of a fault that has one sentence; `detail` follows it."""
    sentence = _SENTENCES[fault]
    return ServiceError(fault, f"{sentence} {detail}" if detail else sentence)


def unsupported(what: str) -> ServiceError:
    """Return the refusal of what the service has and this server does not."""
    return ServiceError(service.NOT_IMPLEMENTED, f"{what} is not supported by this server yet.")


def no_table(name: str) -> ServiceError:
    """Return the refusal of a table there is not."""
    return ServiceError(
        service.NO_ENTITY,
        f"The entity with a name = '{name[:_SHOWN]}' with namemapping = 'Logical' was not found "
        "in the MetadataCache.",
    )


def no_column(table: Table, name: str) -> ServiceError:
    """Return the refusal of a column a table does not have."""
    return ServiceError(
        service.NO_ATTRIBUTE,
        f"'{table.logical_name}' entity doesn't contain attribute with Name = "
        f"'{name[:_SHOWN]}' and NameMapping = 'Logical'.",
    )


def column_of(table: Table, name: str) -> Column:
    """Return a column that may be read. Raises ServiceError 0x80041103 for any other."""
    column = table.columns.get(name)
    if column is None or not column.valid_for_read:
        raise no_column(table, name)
    return column
