"""Disassociate: take records out of another's collection."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages import pairing
from xrm.org.messages.associate import PARAMETERS, each_related, needs
from xrm.org.messages.handler import Need


class Disassociate:
    """Take records out of the collection of one: pairs, or lookups that point to it."""

    declaration = Declaration("Disassociate", "record", parameters=PARAMETERS, namespace="xrm")
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need a right on both sides."""
        return needs(context, message)

    def run(self, context: Context, message: Message) -> None:
        """Take them out."""
        each_related(context, message, pairing.part)
