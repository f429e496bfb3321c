"""The doors of OrganizationData.svc, in JSON and in Atom: see `doors`."""

from html import escape
from typing import Any

import orjson
from lxml import etree

from support.estate import Client
from support.organization_data import NAMES, SERVICES, Data, Said, atom_entry, key_of
from support.spelled import Number, Outcome, Values, exact, schema
from xrm.org.metadata import catalogue


def data_set(table: str) -> str:
    """Return the name of a table's set in OrganizationData.svc."""
    return f"{catalogue()[table].schema_name}Set"


class DataJson:
    """OrganizationData.svc in JSON."""

    name = "json"

    def create(self, client: Client, table: str, values: Values) -> Outcome:
        return _said(Data(client).post(data_set(table), self._object(table, values)))

    def update(self, client: Client, table: str, key: str, values: Values) -> Outcome:
        path = f"{data_set(table)}(guid'{key}')"
        return _said(Data(client).write("MERGE", path, self._object(table, values)))

    def delete(self, client: Client, table: str, key: str) -> Outcome:
        return _said(Data(client).send("DELETE", f"{data_set(table)}(guid'{key}')"))

    def open(self, client: Client, table: str, key: str) -> Outcome:
        return _said(Data(client).get(f"{data_set(table)}(guid'{key}')"))

    def ask(self, client: Client, table: str, column: str) -> Outcome:
        return _said(Data(client).get(data_set(table), select=schema(table, column)))

    def _object(self, table: str, values: Values) -> dict[str, Any]:
        return {
            schema(table, name): orjson.Fragment(each.data.digits)
            if isinstance(each.data, Number)
            else each.data
            for name, each in values.items()
        }

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        name, data = schema(table, column), Data(client)
        path = f"{data_set(table)}(guid'{key}')"
        own = f"{schema(table, catalogue()[table].primary_id)} eq guid'{key}'"
        one = exact(data.get(path, select=name).body)["d"][name]
        alone = exact(data.get(f"{path}/{name}").body)["d"][name]
        (row,) = exact(data.get(data_set(table), select=name, filter=own).body)["d"]["results"]
        return [_bare(value) for value in (one, alone, row[name])]


def _bare(value: Any) -> Any:
    """Return the members of a complex value that say something of it."""
    if not isinstance(value, dict):
        return value
    assert value["__metadata"]["type"].startswith(SERVICES)
    return {name: each for name, each in value.items() if name not in ("__metadata", "RowVersion")}


class DataAtom:
    """OrganizationData.svc in Atom."""

    name = "atom"

    def create(self, client: Client, table: str, values: Values) -> Outcome:
        entry = self._entry(table, values)
        return _said(Data(client).entry("POST", data_set(table), entry))

    def update(self, client: Client, table: str, key: str, values: Values) -> Outcome:
        path, entry = f"{data_set(table)}(guid'{key}')", self._entry(table, values)
        return _said(Data(client).entry("MERGE", path, entry))

    def delete(self, client: Client, table: str, key: str) -> Outcome:
        return _said(Data(client).entry("DELETE", f"{data_set(table)}(guid'{key}')", ""))

    def open(self, client: Client, table: str, key: str) -> Outcome:
        return _said(Data(client).get(f"{data_set(table)}(guid'{key}')", atom=True))

    def ask(self, client: Client, table: str, column: str) -> Outcome:
        name = schema(table, column)
        return _said(Data(client).get(data_set(table), atom=True, select=name))

    def _entry(self, table: str, values: Values) -> str:
        properties = "".join(
            _element(schema(table, name), *each.atom) for name, each in values.items()
        )
        return atom_entry(properties, kind=catalogue()[table].schema_name)

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        name, data = schema(table, column), Data(client)
        path = f"{data_set(table)}(guid'{key}')"
        own = f"{schema(table, catalogue()[table].primary_id)} eq guid'{key}'"
        answers = (
            data.get(path, atom=True, select=name),
            data.get(f"{path}/{name}", atom=True),
            data.get(data_set(table), atom=True, select=name, filter=own),
        )
        tag = f"{{{NAMES['d']}}}{name}"
        return [_read(next(said.xml.iter(tag))) for said in answers]


def _element(name: str, kind: str, content: Any) -> str:
    """Return a property as .NET's client writes it."""
    typed = f' m:type="{kind}"' if kind else ""
    if content is None:
        return f'<d:{name}{typed} m:null="true" />'
    if isinstance(content, dict):
        inner = "".join(_element(each, "", text) for each, text in content.items())
        return f"<d:{name}{typed}>{inner}</d:{name}>"
    text = escape(str(content), quote=False).replace("\r", "&#xD;")
    return f"<d:{name}{typed}>{text}</d:{name}>"


def _read(element: etree._Element) -> tuple[str, Any]:
    """Return the type of a property and its content: a text, None, or members by name."""
    kind, null = (element.get(f"{{{NAMES['m']}}}{name}") for name in ("type", "null"))
    if null == "true":
        return kind or "", None
    if not len(element):
        return kind or "", element.text or ""
    members = {etree.QName(child).localname: _read(child)[1] for child in element}
    members.pop("RowVersion", None)
    return kind or "", members


def _said(said: Said) -> Outcome:
    if said.status in (200, 201, 204):
        location = said.header("Location")
        return Outcome(key_of(location) if location else "")
    status, code, message = said.error
    number = f"0x{int(code) & 0xFFFFFFFF:08x}" if code else ""
    return Outcome("", status, number, message)
