"""ExecuteMultiple: run messages one after the other, each for itself."""

from collections.abc import Sequence
from typing import Any

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.message import Declaration, Message
from xrm.org.messages.handler import Composite, Execution

MOST = 1000
"""Messages that one message may be made of."""


def requests_of(message: Message) -> Sequence[Message]:
    """Return the messages that a composite one is made of.

    Raises ServiceError 0x80040203 if they are not given, 0x80040315 for too many; that
    ExecuteTransaction says the same of too many is inferred.
    """
    requests: Sequence[Message] | None = message.parameters.get("Requests")
    if requests is None:
        raise ServiceError(
            service.INVALID_ARGUMENT,
            f"Required field 'Requests' is missing for RequestName='{message.name}'",
        )
    if len(requests) > MOST:
        raise ServiceError(
            service.NOT_SUPPORTED,
            f"{message.name} Request batch size exceeds the maximum batch size allowed!",
            {"MaxBatchSize": MOST},
        )
    return requests


def nested(name: str, within: str) -> ServiceError:
    """Return the error for a composite message in one that may not hold it (code inferred)."""
    return ServiceError(
        service.NOT_SUPPORTED, f"{name} cannot be executed as a request within {within}."
    )


class ExecuteMultiple(Composite):
    """Run messages in order and return what became of each.

    One that is refused ends the rest, unless ContinueOnError. Answers are returned where
    ReturnResponses says so, refusals always. An ExecuteMultiple within is refused as that item.
    """

    declaration = Declaration(
        "ExecuteMultiple",
        "record",
        parameters={
            "Requests": "Collection(OrganizationRequest)",
            "Settings": "ExecuteMultipleSettings",
        },
        results={
            "IsFaulted": "Edm.Boolean",
            "Responses": "Collection(ExecuteMultipleResponseItem)",
        },
        optional=frozenset({"Settings"}),
        namespace="xrm",
    )

    def run(self, execution: Execution, message: Message) -> dict[str, Any]:
        """Run them."""
        requests = requests_of(message)
        settings = message.parameters.get("Settings") or {}
        items: list[dict[str, Any]] = []
        faulted = False
        for index, request in enumerate(requests):
            response, fault = self._run(execution, request)
            faulted = faulted or fault is not None
            if fault is not None or settings.get("ReturnResponses"):
                items.append({"RequestIndex": index, "Response": response, "Fault": fault})
            if fault is not None and not settings.get("ContinueOnError"):
                break
        return {"IsFaulted": faulted, "Responses": items}

    def _run(
        self, execution: Execution, request: Message
    ) -> tuple[tuple[str, Any] | None, ServiceError | None]:
        try:
            if request.name == self.declaration.name:
                raise nested(request.name, request.name)
            return (request.name, execution.alone(request)), None
        except ServiceError as error:
            return None, error
