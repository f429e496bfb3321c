"""The doors of the organization side by side: each writes a record, and reads one of its values.

A value is spelled once for each door, by hand; a door takes and returns its own spelling.
"""

import re
from dataclasses import replace
from typing import Any

import orjson
from lxml import etree

from support.data_doors import DataAtom, DataJson
from support.estate import JSON, Answer, Client
from support.fetching import document, fetch, filtered, holds, selected
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
from support.spelled import Number, Outcome, Spelled, Values, exact
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


def web_set(table: str) -> str:
    """Return the name of a table's set in the Web API."""
    return catalogue()[table].entity_set_name


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
        rows = [exact(one.body), *exact(many.body)["value"]]
        (beside,) = exact(linked.body)["value"]
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


Door = Web | Organization | DataJson | DataAtom
DOORS: tuple[Door, ...] = (Web(), Organization(), DataJson(), DataAtom())
