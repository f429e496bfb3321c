"""ExecuteTransaction: run messages together, all or none."""

from typing import Any

from xrm.model.errors.service import TransactionError
from xrm.model.message import Declaration, Message
from xrm.org.messages.execute_multiple import nested, requests_of
from xrm.org.messages.handler import Composite, Execution

_COMPOSITE = ("ExecuteMultiple", "ExecuteTransaction")


class ExecuteTransaction(Composite):
    """Run messages in order in one transaction and return their results, where it is asked to.

    Raises TransactionError, with the place of the first that is refused; nothing is kept then.
    """

    declaration = Declaration(
        "ExecuteTransaction",
        "record",
        parameters={
            "Requests": "Collection(OrganizationRequest)",
            "ReturnResponses": "Edm.Boolean",
        },
        results={"Responses": "Collection(OrganizationResponse)"},
        optional=frozenset({"ReturnResponses"}),
        namespace="xrm",
    )

    def run(self, execution: Execution, message: Message) -> dict[str, Any]:
        """Run them."""
        requests = requests_of(message)
        for index, request in enumerate(requests):
            if request.name in _COMPOSITE:
                error = nested(request.name, self.declaration.name)
                raise TransactionError(error, index)
        results = execution.together(requests)
        if not message.parameters.get("ReturnResponses"):
            return {"Responses": []}
        named = zip((each.name for each in requests), results, strict=True)
        return {"Responses": list(named)}
