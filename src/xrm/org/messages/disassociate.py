"""Disassociate: part records of a many-to-many relationship."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.associate import PARAMETERS, links, needs
from xrm.org.messages.handler import Need
from xrm.org.rules.system import roles


class Disassociate:
    """Part a record from others. Raises ServiceError 0x80040203 for a pair there is not.

    That error is inferred.
    """

    declaration = Declaration("Disassociate", "record", parameters=PARAMETERS)
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need a right on both sides."""
        return needs(context, message)

    def run(self, context: Context, message: Message) -> None:
        """Remove the pairs."""
        associations = context.organization.associations
        for link in links(context, message):
            if not associations.has(context.transaction, link.association, link.pair):
                raise service.ServiceError(
                    service.INVALID_ARGUMENT, "The records are not associated."
                )
            if link.association.schema_name == roles.ASSIGNMENT:
                roles.check_removal(context, link.first, link.second)
            associations.remove(context.transaction, link.association, link.pair)
