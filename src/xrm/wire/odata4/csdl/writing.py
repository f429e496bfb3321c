"""Facts of a service as XML."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from xrm.wire.odata4.csdl.facts import (
    EntitySet,
    EnumType,
    Navigation,
    Operation,
    Property,
    Schema,
    StructuredType,
)

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
_REFERENCES = ("OData.Community.Keys.V1", "OData.Community.Display.V1")
_CORE = "Org.OData.Core.V1"
_KEYS = "OData.Community.Keys.V1"


def write_csdl(schema: Schema, *, annotated: bool = False) -> str:
    """Return the document; `annotated` adds what the vocabularies say of its parts."""
    return "".join(_Writer(schema, annotated=annotated).document())


def _start(name: str, *attributes: tuple[str, str], close: bool = False) -> str:
    said = "".join(f' {key}="{escape(value)}"' for key, value in attributes if value)
    return f"<{name}{said}{' /' if close else ''}>"


def _element(name: str, content: str, *attributes: tuple[str, str]) -> str:
    if not content:
        return _start(name, *attributes, close=True)
    return f"{_start(name, *attributes)}{content}</{name}>"


def _unless(value: bool) -> str:
    """Return what `Nullable` says: nothing where it is so anyway."""
    return "" if value else "false"


class _Writer:
    def __init__(self, schema: Schema, *, annotated: bool) -> None:
        self._schema = schema
        self._annotated = annotated

    def document(self) -> Iterator[str]:
        schema = self._schema
        yield '<?xml version="1.0" encoding="utf-8"?>'
        yield _start("edmx:Edmx", ("Version", "4.0"), ("xmlns:edmx", EDMX))
        yield from map(_reference, _REFERENCES)
        yield "<edmx:DataServices>"
        names = (("Namespace", schema.namespace), ("Alias", schema.alias), ("xmlns", EDM))
        yield _start("Schema", *names)
        yield from map(self._structured, schema.entities)
        yield from map(self._structured, schema.complexes)
        yield from map(_enumeration, schema.enumerations)
        yield from map(_operation, schema.operations)
        yield self._container()
        yield "</Schema></edmx:DataServices></edmx:Edmx>"

    def _structured(self, item: StructuredType) -> str:
        key = (
            "" if not item.key else _element("Key", _element("PropertyRef", "", ("Name", item.key)))
        )
        content = key + "".join(map(self._property, item.properties))
        content += "".join(map(_navigation, item.navigation))
        if self._annotated and item.alternate_keys:
            content += _alternate_keys(item.alternate_keys)
        return _element(
            "EntityType" if item.entity else "ComplexType",
            content,
            ("Name", item.name),
            ("BaseType", item.base),
            ("Abstract", "true" if item.abstract else ""),
            ("OpenType", "true" if item.open else ""),
        )

    def _property(self, item: Property) -> str:
        content = _READ_ONLY if self._annotated and item.read_only else ""
        attributes = (
            ("Name", item.name),
            ("Type", item.type),
            ("Nullable", _unless(item.nullable)),
        )
        return _element("Property", content, *attributes, *item.facets)

    def _container(self) -> str:
        sets = "".join(map(self._set, self._schema.sets))
        imports = "".join(self._import(each) for each in _unbound(self._schema.operations))
        return _element("EntityContainer", sets + imports, ("Name", self._schema.container))

    def _set(self, item: EntitySet) -> str:
        content = "".join(
            _element("NavigationPropertyBinding", "", ("Path", path), ("Target", target))
            for path, target in item.bindings
        )
        if self._annotated and item.tracked is not None:
            content += _change_tracking(item.tracked)
        return _element("EntitySet", content, ("Name", item.name), ("EntityType", item.type))

    def _import(self, item: Operation) -> str:
        name = f"{self._schema.namespace}.{item.name}"
        return _element(f"{item.kind}Import", "", ("Name", item.name), (item.kind, name))


def _reference(namespace: str) -> str:
    content = _element("edmx:Include", "", ("Namespace", namespace))
    content += _element("edmx:IncludeAnnotations", "", ("TermNamespace", namespace))
    address = f"http://vocabularies.odata.org/{namespace}.xml"
    return _element("edmx:Reference", content, ("Uri", address))


def _navigation(item: Navigation) -> str:
    content = ""
    if item.constraint is not None:
        here, there = item.constraint
        attributes = (("Property", here), ("ReferencedProperty", there))
        content = _element("ReferentialConstraint", "", *attributes)
    return _element(
        "NavigationProperty",
        content,
        ("Name", item.name),
        ("Type", item.type),
        ("Nullable", _unless(item.nullable)),
        ("Partner", item.partner),
        ("ContainsTarget", "true" if item.contained else ""),
    )


def _enumeration(item: EnumType) -> str:
    content = "".join(
        _element("Member", "", ("Name", name), ("Value", str(value)))
        for name, value in item.members
    )
    flags = "true" if item.flags else ""
    return _element("EnumType", content, ("Name", item.name), ("IsFlags", flags))


def _operation(item: Operation) -> str:
    content = "".join(
        _element(
            "Parameter",
            "",
            ("Name", each.name),
            ("Type", each.type),
            ("Nullable", _unless(each.nullable)),
            *each.facets,
        )
        for each in item.parameters
    )
    if item.result:
        content += _element("ReturnType", "", ("Type", item.result), ("Nullable", "false"))
    return _element(
        item.kind, content, ("Name", item.name), ("IsBound", "true" if item.bound else "")
    )


def _unbound(operations: Iterable[Operation]) -> Iterator[Operation]:
    return (each for each in operations if not each.bound)


def _annotation(term: str, content: str, *attributes: tuple[str, str]) -> str:
    return _element("Annotation", content, ("Term", term), *attributes)


_READ_ONLY = _annotation(f"{_CORE}.Computed", "", ("Bool", "true")) + _annotation(
    f"{_CORE}.Permissions", f"<EnumMember>{_CORE}.PermissionType/Read</EnumMember>"
)


def _value(name: str, content: str, *attributes: tuple[str, str]) -> str:
    return _element("PropertyValue", content, ("Property", name), *attributes)


def _alternate_keys(keys: Iterable[Sequence[str]]) -> str:
    content = "".join(
        _element(
            "Record",
            _value("Key", _element("Collection", "".join(map(_key_part, names)))),
            ("Type", f"{_KEYS}.AlternateKey"),
        )
        for names in keys
    )
    return _annotation(f"{_KEYS}.AlternateKeys", _element("Collection", content))


def _key_part(name: str) -> str:
    content = _value("Alias", "", ("String", name)) + _value("Name", "", ("PropertyPath", name))
    return _element("Record", content, ("Type", f"{_KEYS}.PropertyRef"))


def _change_tracking(supported: bool) -> str:
    said = "true" if supported else "false"
    content = _element("Record", _value("Supported", "", ("Bool", said)))
    return _annotation("Org.OData.Capabilities.V1.ChangeTracking", content)
