"""WhoAmI: the caller's identifiers."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need


class WhoAmI:
    """Return UserId, BusinessUnitId and OrganizationId of the caller."""

    declaration = Declaration(
        "WhoAmI",
        "function",
        results={
            "BusinessUnitId": "Edm.Guid",
            "UserId": "Edm.Guid",
            "OrganizationId": "Edm.Guid",
        },
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may ask who it is."""
        return ()

    def run(self, context: Context, _message: Message) -> dict[str, str]:
        """Return the identifiers, in the order in which SOAP tells them."""
        caller = context.caller
        return {
            "UserId": caller.user_id,
            "BusinessUnitId": caller.business_unit_id,
            "OrganizationId": caller.organization_id,
        }
