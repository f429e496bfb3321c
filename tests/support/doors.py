"""The doors of the organization side by side: each writes a record, and reads one of its values.

A value is spelled once for each door, by hand; a door takes and returns its own spelling.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import orjson
from lxml import etree

from support.estate import JSON, Answer, Client
from support.fetching import document, fetch, filtered, holds, selected
from support.organization_data import NAMES, SERVICES, Data, Said, atom_entry, key_of
from support.soap_elements import (
    ZERO,
    Given,
    Typed,
    columns,
    condition,
    criteria,
    expression,
    money,
    option,
    reference,
    simple,
)
from support.soap_elements import fetch as fetched
from support.soaping import Reply, Soap, plain, type_of
from xrm.org.metadata import catalogue

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
TARGET = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_SDK = "{http://schemas.microsoft.com/xrm/2011/Contracts}"
_WHOLE = ("Money", "OptionSetValue", "EntityReference", "BooleanManagedProperty")
_KINDS = dict.fromkeys(_WHOLE, _SDK)
_KINDS["guid"] = "{http://schemas.microsoft.com/2003/10/Serialization/}"
_NO_XML = re.compile(rb"&#x(1?[0-8BCEF]|1[09AD]|FFFE|FFFF);")
"""References to characters that XML 1.0 has not, which .NET writes and lxml does not read."""


@dataclass(frozen=True)
class Number:
    """A number of JSON that is no whole one, digit by digit."""

    digits: str


@dataclass(frozen=True)
class Spelled:
    """A value as each door has it.

    `web` is JSON; `soap` a type and its content, None for no value; `data` the JSON of version 2;
    `atom` the type of an element and its content. `shown` is the formatted value. `bind` names
    the navigation property by which the Web API sets a lookup, `target` the table it leads to.
    """

    web: Any
    soap: tuple[str, Any] | None
    data: Any
    atom: tuple[str, Any]
    shown: str | None = None
    bind: str = ""
    target: str = ""


Values = Mapping[str, Spelled]


@dataclass(frozen=True)
class Outcome:
    """What became of a request: the key of a new record, or the code and sentence of an error."""

    key: str = ""
    status: int = 0
    code: str = ""
    message: str = ""


def web_set(table: str) -> str:
    """Return the name of a table's set in the Web API."""
    return catalogue()[table].entity_set_name


def data_set(table: str) -> str:
    """Return the name of a table's set in OrganizationData.svc."""
    return f"{catalogue()[table].schema_name}Set"


def _schema(table: str, column: str) -> str:
    held = catalogue()[table].columns.get(column)
    return column if held is None else held.schema_name


class Web:
    """The Web API."""

    name = "web"

    def create(self, client: Client, table: str, values: Values) -> Outcome:
        return self._outcome(self._send(client, "POST", web_set(table), values))

    def update(self, client: Client, table: str, key: str, values: Values) -> Outcome:
        path = f"{web_set(table)}({key})"
        return self._outcome(
            self._send(client, "PATCH", path, values, headers=(("if-match", "*"),))
        )

    def delete(self, client: Client, table: str, key: str) -> Outcome:
        return self._outcome(client.delete(f"{web_set(table)}({key})"))

    def open(self, client: Client, table: str, key: str) -> Outcome:
        return self._outcome(client.get(f"{web_set(table)}({key})"))

    def ask(self, client: Client, table: str, column: str) -> Outcome:
        return self._outcome(client.get(web_set(table), select=column))

    def _send(
        self, client: Client, method: str, path: str, values: Values, headers: Any = ()
    ) -> Answer:
        pairs = []
        for name, each in values.items():
            value: Any = each.web
            if each.bind:
                value = None if value is None else f"/{web_set(each.target)}({value})"
            if isinstance(value, Number):
                value = orjson.Fragment(value.digits)
            said = f"{each.bind}@odata.bind" if each.bind else name
            pairs.append(f'"{said}":{orjson.dumps(value).decode()}')
        body = f"{{{','.join(pairs)}}}".encode()
        return client.send(method, path, headers=(JSON, *headers), body=body)

    def _outcome(self, answer: Answer) -> Outcome:
        if answer.status == 204:
            return Outcome(answer.created if answer.header("OData-EntityId") else "")
        if answer.status == 200:
            return Outcome()
        status, code = answer.error
        return Outcome("", status, code, answer.document["error"]["message"])

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        held = catalogue()[table]
        name = f"_{column}_value" if held.columns[column].is_lookup else column
        one = client.get(f"{web_set(table)}({key})", select=name)
        text = document(table, selected(column) + filtered(holds(held.primary_id, "eq", key)))
        many = fetch(client, web_set(table), text)
        linked = fetch(client, web_set(table), _linked(table, key, column))
        rows = [_exact(one.body), *_exact(many.body)["value"]]
        (beside,) = _exact(linked.body)["value"]
        return [*(row.get(name) for row in rows), beside.get(f"same.{column}")]

    def shown(self, client: Client, table: str, key: str, column: str) -> str | None:
        """Return the formatted value."""
        name = f"_{column}_value" if catalogue()[table].columns[column].is_lookup else column
        prefer = (("prefer", 'odata.include-annotations="*"'),)
        answer = client.get(f"{web_set(table)}({key})", select=name, headers=prefer)
        found: str | None = answer.document.get(f"{name}{FORMATTED}")
        return found


def _linked(table: str, key: str, column: str) -> str:
    """Return FetchXML for a column of a record, read as that of the record beside itself."""
    own = catalogue()[table].primary_id
    return document(
        table,
        selected(own)
        + filtered(holds(own, "eq", key))
        + f"<link-entity name='{table}' from='{own}' to='{own}' alias='same'>"
        + f"{selected(column)}</link-entity>",
    )


def _exact(body: bytes) -> Any:
    return json.loads(body, parse_float=Number)


class Organization:
    """Organization.svc, by typed values."""

    name = "soap"

    def create(self, client: Client, table: str, values: Values) -> Outcome:
        key = catalogue()[table].primary_id
        given = {name: _typed(each) for name, each in values.items() if name != key}
        own = values[key].web if key in values else ZERO
        reply = Soap(client).create(table, given, key=own)
        return self._outcome(reply, made=True)

    def update(self, client: Client, table: str, key: str, values: Values) -> Outcome:
        given = {name: _typed(each) for name, each in values.items()}
        return self._outcome(Soap(client).update(table, given, key=key))

    def delete(self, client: Client, table: str, key: str) -> Outcome:
        return self._outcome(Soap(client).delete(table, key))

    def open(self, client: Client, table: str, key: str) -> Outcome:
        return self._outcome(Soap(client).retrieve(table, key, every=True))

    def ask(self, client: Client, table: str, column: str) -> Outcome:
        return self._outcome(Soap(client).query(expression(table, columns(column))))

    def _outcome(self, reply: Reply, *, made: bool = False) -> Outcome:
        if reply.status == 200:
            return Outcome(reply.result.text or "" if made else "")
        code, message = reply.fault
        return Outcome("", reply.status, code, message)

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        soap, held = Soap(client), catalogue()[table]
        tests = criteria(condition(held.primary_id, "Equal", simple("guid", key)))
        text = document(table, selected(column) + filtered(holds(held.primary_id, "eq", key)))
        replies = (
            soap.retrieve(table, key, column),
            soap.query(expression(table, columns(column), tests)),
            soap.query(fetched(text)),
        )
        linked = soap.query(fetched(_linked(table, key, column)))
        found = [_attribute(reply, column) for reply in replies]
        return [*found, _attribute(linked, f"same.{column}")]

    def shown(self, client: Client, table: str, key: str, column: str) -> str | None:
        """Return the formatted value, of a lookup its name."""
        reply = Soap(client).retrieve(table, key, column)
        if catalogue()[table].columns[column].is_lookup:
            found = _attribute(reply, column)
            return None if found is None else found[1]["Name"]
        texts = next(each for each in _readable(reply) if each.tag.endswith("FormattedValues"))
        return {pair[0].text: pair[1].text for pair in texts}.get(column)


def _typed(value: Spelled) -> Given:
    """Return a value as a client of the SDK writes it."""
    if value.soap is None:
        return None
    kind, content = value.soap
    if kind == "Money":
        return money(content["Value"])
    if kind == "OptionSetValue":
        return option(content["Value"])
    if kind == "EntityReference":
        return reference(content["LogicalName"], content["Id"])
    made = simple(kind, content)
    # A reader of XML makes line feeds of carriage returns that stand there as they are.
    return Typed(made.type, made.content.replace("\r", "&#xD;"))


def _attribute(reply: Reply, column: str) -> tuple[str, Any] | None:
    """Return the type and content of the one row's attribute, None where it has none."""
    pairs = _readable(reply).iter(f"{_SDK}KeyValuePairOfstringanyType")
    element = next((pair[1] for pair in pairs if pair[0].text == column), None)
    if element is None:
        return None
    if type_of(element) == f"{_SDK}AliasedValue":
        element = next(element.iterchildren(f"{_SDK}Value"))
    kind = type_of(element).rpartition("}")[2]
    assert type_of(element) == _KINDS.get(kind, _XSD) + kind
    content = plain(element)
    if isinstance(content, dict):
        content = {name: text for name, text in content.items() if text not in (None, "")}
    return kind, _restored(content) if isinstance(content, str) else content


def _readable(reply: Reply) -> etree._Element:
    """Return the result, characters that are none in XML as others that `_restored` knows."""
    return Reply(replace(reply.response, body=_NO_XML.sub(_instead, reply.response.body))).result


def _instead(found: re.Match[bytes]) -> bytes:
    return chr(0xF0000 + int(found[1], 16)).encode()


def _restored(text: str) -> str:
    return re.sub("[\U000f0000-\U000fffff]", lambda found: chr(ord(found[0]) - 0xF0000), text)


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
        return _said(Data(client).get(data_set(table), select=_schema(table, column)))

    def _object(self, table: str, values: Values) -> dict[str, Any]:
        return {
            _schema(table, name): orjson.Fragment(each.data.digits)
            if isinstance(each.data, Number)
            else each.data
            for name, each in values.items()
        }

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        name, data = _schema(table, column), Data(client)
        path = f"{data_set(table)}(guid'{key}')"
        own = f"{_schema(table, catalogue()[table].primary_id)} eq guid'{key}'"
        one = _exact(data.get(path, select=name).body)["d"][name]
        alone = _exact(data.get(f"{path}/{name}").body)["d"][name]
        (row,) = _exact(data.get(data_set(table), select=name, filter=own).body)["d"]["results"]
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
        name = _schema(table, column)
        return _said(Data(client).get(data_set(table), atom=True, select=name))

    def _entry(self, table: str, values: Values) -> str:
        properties = "".join(
            _element(_schema(table, name), *each.atom) for name, each in values.items()
        )
        return atom_entry(properties, kind=catalogue()[table].schema_name)

    def read(self, client: Client, table: str, key: str, column: str) -> list[Any]:
        """Return a value by each way of reading it."""
        name, data = _schema(table, column), Data(client)
        path = f"{data_set(table)}(guid'{key}')"
        own = f"{_schema(table, catalogue()[table].primary_id)} eq guid'{key}'"
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


Door = Web | Organization | DataJson | DataAtom
DOORS: tuple[Door, ...] = (Web(), Organization(), DataJson(), DataAtom())
