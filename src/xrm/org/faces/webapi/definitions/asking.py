"""Query options of definitions: what is selected, filtered and expanded; nothing else is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xrm.model.query import Filter
from xrm.org.definitions.types import TYPES, Type
from xrm.org.definitions.values import Definition
from xrm.org.faces.webapi.definitions.filtering import read_definition_filter, unknown_property
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.expand import Expansion, read_expand
from xrm.wire.odata4.matching import fits
from xrm.wire.odata4.options import Options, read_options

_TAKEN = ("$select", "$filter", "$expand")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A navigation property to expand, and what is asked of what it leads to."""

    name: str
    asked: "Asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What query options ask of definitions of a type; `select` None asks for all that is known."""

    of: Type
    select: tuple[str, ...] | None
    filter: Filter | None
    expand: tuple[Expanded, ...]

    @property
    def fragment(self) -> str:
        """What a context URL says of the properties (OData JSON 4.0, 10.3), with brackets."""
        inner = [f"{each.name}{each.asked.fragment}" for each in self.expand if each.asked.fragment]
        if self.select is None:
            return f"({','.join(inner)})" if inner else ""
        names = dict.fromkeys((*self.select, *(each.name for each in self.expand)))
        return f"({','.join((*names, *inner))})"

    def found(self, items: Sequence[Definition]) -> list[Definition]:
        """Return the definitions that fit the filter; letter case counts in theirs."""
        if self.filter is None:
            return list(items)
        return [each for each in items if fits(each.values, self.filter, str)]


def read_asked(of: Type, pairs: Iterable[tuple[str, str]]) -> Asked:
    """Return what query options ask of definitions of a type.

    Raises ODataError for an option there is not, or a property the type does not have.
    """
    expand, left = "", []
    for name, value in pairs:
        if name[:1] == "$" and name not in _TAKEN:
            raise ODataError(f"The query parameter {name[:50]} is not supported")
        if name == "$expand" and not expand:
            expand = value
        else:
            left.append((name, value))
    options = read_options(left)
    return Asked(of, _selected(of, options), _filter(of, options), _expanded(of, expand))


def _selected(of: Type, options: Options) -> tuple[str, ...] | None:
    for name in options.select or ():
        if name not in of.properties and name not in of.navigation:
            raise unknown_property(of, name)
    return options.select


def _filter(of: Type, options: Options) -> Filter | None:
    if options.filter is None:
        return None
    return read_definition_filter(options.filter, of, options.aliases)


def _expanded(of: Type, text: str) -> tuple[Expanded, ...]:
    return tuple(_expansion(of, each) for each in read_expand(text)) if text else ()


def _expansion(of: Type, each: Expansion) -> Expanded:
    target = of.navigation.get(each.name)
    if target is None:
        raise unknown_property(of, each.name)
    return Expanded(each.name, read_asked(TYPES[target], each.options))
