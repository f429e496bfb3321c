"""`$ref`: records paired and parted (OData 4.0 part 1, 11.4.6)."""

from xrm.model.message import Message
from xrm.model.values import EntityReference
from xrm.org.faces.webapi.resources import Resource
from xrm.org.faces.webapi.writing import Execute, read_object, read_reference
from xrm.org.organization import Organization
from xrm.wire.http import Request
from xrm.wire.odata4.errors import ODataError

_ID = "@odata.id"


def associate(
    organization: Organization, resource: Resource, request: Request, execute: Execute
) -> None:
    """Pair a record with the one a payload names by `@odata.id`. Raises ODataError."""
    if resource.related is not None:
        raise ODataError("The request URI names the related record; its payload must.")
    url = read_object(request).get(_ID)
    if not isinstance(url, str):
        raise ODataError(f"The payload must name a record by '{_ID}'.")
    _run("Associate", resource, read_reference(organization, url), execute)


def disassociate(
    organization: Organization, resource: Resource, request: Request, execute: Execute
) -> None:
    """Part a record from the one the path or `$id` names. Raises ODataError."""
    related = resource.related
    if related is None:
        try:
            asked = dict(request.parameters()).get("$id")
        except ValueError as error:
            raise ODataError("Bad Request - Error in query syntax.") from error
        if not asked:
            raise ODataError("The request URI must name the related record by its key or '$id'.")
        related = read_reference(organization, asked)
    _run("Disassociate", resource, related, execute)


def _run(name: str, resource: Resource, related: EntityReference, execute: Execute) -> None:
    assert resource.table is not None
    assert resource.association is not None
    parameters = {
        "Target": EntityReference(resource.table.logical_name, resource.key or ""),
        "Relationship": resource.association.schema_name,
        "RelatedEntities": [related],
    }
    execute(Message(name, parameters))
