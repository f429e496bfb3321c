"""The results of a message, by the types its declaration names."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model import shapes
from xrm.model.errors.service import ServiceError
from xrm.model.values import EntityReference
from xrm.org.faces.soap.writing import collections, definitions
from xrm.org.messages import HANDLERS
from xrm.wire.soap.messages import contract_type
from xrm.wire.soap.values import Items, Long, Pairs, Struct, Word

PARAMETERS = "ParameterCollection"


class Results:
    """Spell what messages answer. `refuse` makes a fault of the refusal of one of several."""

    def __init__(self, refuse: Callable[[ServiceError], Struct]) -> None:
        self._refuse = refuse
        self._others: Mapping[str, Callable[[Any], Any]] = {
            "Entity": _entity,
            "EntityCollection": collections.collection,
            "EntityReference": reference,
            "OrganizationResponse": self._response,
            "UpsertResponse": lambda value: self.response("Upsert", value),
            "ExecuteMultipleResponseItem": self._item,
        }

    def response(self, name: str, result: Any, kind: str | None = None) -> Struct:
        """Return the response of a message; of its own type unless another is said."""
        return Struct(
            kind or f"{name}Response",
            {"ResponseName": name, "Results": Pairs(PARAMETERS, self.named(name, result))},
        )

    def named(self, name: str, result: Any) -> dict[str, Any]:
        """Return the results of a message by name."""
        declared = HANDLERS[name].declaration.results
        if not declared or result is None:
            return {}
        if not isinstance(result, Mapping):
            (only,) = declared
            result = {only: result}
        return {
            each: self.value(declared[each], value)
            for each, value in result.items()
            if each in declared
        }

    def value(self, kind: str, value: Any) -> Any:
        """Return a value of a declared type."""
        if value is None:
            return None
        if kind.startswith("Collection("):
            inner = kind[len("Collection(") : -1]
            return Items(contract_type(kind), [self.value(inner, each) for each in value])
        if (write := _SIMPLE.get(kind)) is not None:
            return write(value)
        if (write := self._others.get(kind)) is not None:
            return write(value)
        return self._shaped(kind, value)

    def _shaped(self, kind: str, value: Any) -> Any:
        if (shape := shapes.COMPLEX.get(kind)) is not None:
            members = {
                name: self.value(each, value.get(name)) for name, each in shape.members.items()
            }
            return Struct(kind, members)
        if kind in shapes.ENUMERATIONS:
            return Word(kind, value if isinstance(value, str) else " ".join(value))
        if (pairs := shapes.PAIRS.get(kind)) is not None:
            return Pairs(
                kind,
                {
                    self.value(pairs.key, key): self.value(pairs.value, each)
                    for key, each in value.items()
                },
            )
        return definitions.definition(kind, value)

    def _response(self, value: tuple[str, Any]) -> Struct:
        return self.response(*value)

    def _item(self, value: Mapping[str, Any]) -> Struct:
        fault, response = value.get("Fault"), value.get("Response")
        return Struct(
            "ExecuteMultipleResponseItem",
            {
                "Fault": None if fault is None else self._refuse(fault),
                "RequestIndex": value["RequestIndex"],
                "Response": None if response is None else self._response(response),
            },
        )


def reference(value: EntityReference) -> Struct:
    """Return an EntityReference."""
    return Struct(
        "EntityReference",
        {"Id": UUID(value.id), "LogicalName": value.logical_name, "Name": None},
    )


def _entity(value: Any) -> Any:
    return collections.entity(value)


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "Edm.String": str,
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.Int64": Long,
    "Edm.Decimal": Decimal,
    "Edm.Double": float,
    "Edm.DateTimeOffset": lambda value: value,
    "Edm.Guid": UUID,
    "OptionSetValue": lambda value: Struct("OptionSetValue", {"Value": value}),
}
