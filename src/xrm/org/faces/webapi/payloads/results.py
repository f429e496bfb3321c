"""A message's result into JSON, by the types that it declares."""

from collections.abc import Callable, Mapping
from typing import Any

from xrm.model.message import Declaration
from xrm.model.metadata import Catalogue
from xrm.model.shapes import COMPLEX, ENUMERATIONS, PAIRS
from xrm.org.faces.webapi.definitions.complexes import SPELLED
from xrm.org.faces.webapi.urls.names import key_name
from xrm.org.faces.webapi.urls.resources import NAMESPACE

_PLAIN = frozenset({"Edm.Guid", "Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Int64"})


def is_spelled(declaration: Declaration) -> bool:
    """Tell whether the Web API answers with a message's results; it keeps some to itself."""
    results = declaration.results.values()
    return bool(results) and all(_is_known(kind) for kind in results)


def _is_known(kind: str) -> bool:
    item = item_of(kind) or kind
    tables = (COMPLEX, ENUMERATIONS, PAIRS, SPELLED)
    return item in _PLAIN or item == "EntityReference" or any(item in table for table in tables)


def item_of(kind: str) -> str | None:
    """Return the type of a collection's items, None for what is no collection."""
    is_collection = kind.startswith("Collection(") and kind.endswith(")")
    return kind[11:-1] if is_collection else None


def spell(catalogue: Catalogue, declaration: Declaration, result: Any) -> dict[str, Any]:
    """Return the document of a result without its context: a property for each declared."""
    declared = declaration.results
    if not isinstance(result, Mapping) or result.keys() != declared.keys():
        (only,) = declared
        result = {only: result}
    return {name: _spell(catalogue, kind, result[name]) for name, kind in declared.items()}


def _spell(catalogue: Catalogue, kind: str, value: Any) -> Any:
    item = item_of(kind)
    if value is None or kind in _PLAIN:
        return value
    if (write := _WHOLE.get(kind)) is not None:
        return write(value)
    if item is not None:
        return [_spell(catalogue, item, each) for each in value]
    if kind in ENUMERATIONS:
        return value if isinstance(value, str) else ", ".join(value)
    if kind == "EntityReference":
        table = catalogue[value.logical_name]
        return {"@odata.type": f"#{NAMESPACE}{value.logical_name}", key_name(table): value.id}
    members = COMPLEX[kind].members.items()
    return {name: _spell(catalogue, of, value[name]) for name, of in members if name in value}


def _pairs(value: Mapping[Any, Any]) -> dict[str, Any]:
    keys, values = list(value), list(value.values())
    return {"Count": len(keys), "IsReadOnly": False, "Keys": keys, "Values": values}


_WHOLE: Mapping[str, Callable[[Any], Any]] = {**SPELLED, **dict.fromkeys(PAIRS, _pairs)}
"""What spells a value by its type alone."""
