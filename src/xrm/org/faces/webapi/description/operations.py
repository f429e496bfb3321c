"""Messages as actions and functions, from their declarations alone."""

from collections.abc import Iterator

from xrm.model.message import Declaration
from xrm.org.faces.webapi.description.names import BASE, collection, own, simple
from xrm.org.faces.webapi.description.types import Types
from xrm.org.messages import REGISTRY
from xrm.wire.odata4.csdl import Operation, Property

_KINDS = {"action": "Action", "function": "Function"}


def operations(types: Types) -> Iterator[Operation]:
    """Return the operation of each message that has one, once for each type it is bound to."""
    declared = (handler.declaration for handler in REGISTRY)
    for each in sorted(declared, key=lambda declaration: declaration.name):
        if each.kind in _KINDS:
            yield from _operations(types, each)


def _operations(types: Types, declaration: Declaration) -> Iterator[Operation]:
    kind, name = _KINDS[declaration.kind], declaration.name
    result = ""
    if declaration.results:
        result = types.respond(f"{name}Response", declaration.results)
    if not declaration.bound_to:
        yield Operation(kind, name, tuple(_parameters(types, declaration)), result)
    for table in declaration.bound_to:
        first = Property("entity", own(table), nullable=False)
        if table == "entityset":
            first = Property("entityset", collection(own(BASE)), nullable=False)
        parameters = (first, *_parameters(types, declaration, bound=table != "entityset"))
        yield Operation(kind, name, parameters, result, bound=True)


def _parameters(
    types: Types, declaration: Declaration, *, bound: bool = False
) -> Iterator[Property]:
    """Return the parameters; the first of a message bound to a record is that record."""
    names = list(declaration.parameters)[1 if bound else 0 :]
    for name in names:
        called, kind = declaration.spelled.get(name, (name, declaration.parameters[name]))
        yield simple(called, types.edm(kind), nullable=name in declaration.optional)
