"""A caller of Organization.svc, and what answers hold, without the house's readers and writers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree

from support.estate import Client
from support.soap_elements import (
    ADDRESSING,
    DATA,
    DECLARED,
    INSTANCE,
    SERVICES,
    SOAP11,
    SOAP12,
    Given,
    Typed,
    columns,
    entity,
    request,
)
from xrm.org.faces.soap import mount
from xrm.org.organization import Organization
from xrm.wire.http import Headers, Mount, Request, Response

WEB = "/XRMServices/2011/Organization.svc/web"
SVC = "/XRMServices/2011/Organization.svc"


@dataclass(frozen=True)
class Reply:
    """An answer: its status, and its document taken apart."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> etree._Element:
        root = etree.fromstring(self.response.body)
        found = [child for child in root if etree.QName(child).localname == "Body"]
        return found[0][0]

    @property
    def action(self) -> str:
        root = etree.fromstring(self.response.body)
        return root.findtext(f".//{{{ADDRESSING}}}Action") or ""

    @property
    def result(self) -> etree._Element:
        """The one element in the wrapper of a response."""
        assert self.status == 200, self.response.body
        return self.body[0]

    @property
    def fault(self) -> tuple[str, str]:
        """The code of the service, as the Web API has it, and its sentence."""
        assert self.status == 500, self.response
        detail = self.body.find(f".//{{{DATA}}}OrganizationServiceFault")
        assert detail is not None, self.response.body
        code = int(detail.findtext(f"{{{DATA}}}ErrorCode") or "0")
        return f"0x{code & 0xFFFFFFFF:08x}", detail.findtext(f"{{{DATA}}}Message") or ""

    @property
    def code(self) -> str:
        return self.fault[0]

    @property
    def subcode(self) -> str:
        """The local name of a fault's own code: of the Subcode, or of the faultcode of 1.1."""
        assert self.status == 500, self.response
        texts = [each.text or "" for each in self.body.iter() if _local(each) == "Value"]
        texts = texts or [self.body.findtext("faultcode") or ""]
        return texts[-1].strip().rpartition(":")[2]

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The rows of an EntityCollection."""
        found = [each for each in self.result.iter() if _local(each) == "Entity"]
        return [attributes(each) for each in found]

    def said(self, name: str) -> str | None:
        """Return the text of the first element of a name in the result."""
        return next((each.text for each in self.result.iter() if _local(each) == name), None)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def attributes(found: etree._Element) -> dict[str, Any]:
    """Return the attributes of an Entity: texts, or of the SDK's own types what they hold."""
    held = found.find(f"{{{DATA}}}Attributes")
    return named(held) if held is not None else {}


def named(held: etree._Element) -> dict[str, Any]:
    """Return a collection of keys and values."""
    return {pair[0].text or "": plain(pair[1]) for pair in held}


def plain(element: etree._Element) -> Any:
    """Return what an element holds: its text, or that of its children by name."""
    if element.get(f"{{{INSTANCE}}}nil") == "true":
        return None
    if len(element):
        return {_local(child): plain(child) for child in element}
    return element.text or ""


def type_of(element: etree._Element) -> str:
    """Return the type an element tells, as its namespace and name."""
    prefix, _, local = (element.get(f"{{{INSTANCE}}}type") or "").rpartition(":")
    return f"{{{element.nsmap.get(prefix or None, '')}}}{local}"


def results(reply: Reply) -> dict[str, Any]:
    """Return the results of an ExecuteResult."""
    held = reply.result.find(f"{{{DATA}}}Results")
    assert held is not None
    return named(held)


def envelope(body: str, *, version: str = "1.1", headers: str = "", action: str = "") -> bytes:
    space = SOAP11 if version == "1.1" else SOAP12
    if version == "1.2":
        headers = (
            f'<w:Action xmlns:w="{ADDRESSING}" s:mustUnderstand="1">{action}</w:Action>'
            f'<w:MessageID xmlns:w="{ADDRESSING}">urn:uuid:1</w:MessageID>{headers}'
        )
    head = f"<s:Header>{headers}</s:Header>" if headers else ""
    return (
        f'<s:Envelope xmlns:s="{space}"{DECLARED}>{head}<s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def action_of(operation: str) -> str:
    return f"{SERVICES}/IOrganizationService/{operation}"


_MOUNTS: WeakKeyDictionary[Organization, Mount] = WeakKeyDictionary()


def _mounted(organization: Organization) -> Mount:
    """Return the service of an organization; it is mounted once, as a server does it."""
    known = _MOUNTS.get(organization)
    if known is None:
        known = _MOUNTS[organization] = mount(organization)
    return known


@dataclass(frozen=True)
class Soap:
    """A caller of Organization.svc, in process."""

    client: Client
    version: str = "1.1"
    path: str = WEB

    def call(
        self,
        operation: str,
        content: str = "",
        *,
        headers: Headers = (),
        soap_headers: str = "",
        query: str = "",
    ) -> Reply:
        """Call an operation with the content of its wrapper."""
        body = f'<{operation} xmlns="{SERVICES}">{content}</{operation}>'
        action = action_of(operation)
        document = envelope(body, version=self.version, headers=soap_headers, action=action)
        if self.version == "1.1":
            own: Headers = (
                ("content-type", "text/xml; charset=utf-8"),
                ("soapaction", f'"{action}"'),
            )
        else:
            own = (("content-type", "application/soap+xml; charset=utf-8"),)
        return self.post(document, (*own, *headers), query)

    def post(self, document: bytes, headers: Headers, query: str = "") -> Reply:
        return self.send("POST", headers=headers, query=query, body=document)

    def send(
        self, method: str, *, headers: Headers = (), query: str = "", body: bytes = b""
    ) -> Reply:
        if self.client.token:
            headers = (("authorization", f"Bearer {self.client.token}"), *headers)
        sent = Request(method, self.path, query, headers, body)
        head = Request(method, self.path, query, headers)
        return Reply(_mounted(self.client.estate.organization).route(head).face(sent))

    def create(self, table: str, values: Mapping[str, Given] | None = None, **more: Any) -> Reply:
        return self.call("Create", f"<entity>{entity(table, values, **more).content}</entity>")

    def created(self, table: str, values: Mapping[str, Given] | None = None, **more: Any) -> str:
        return self.create(table, values, **more).result.text or ""

    def update(self, table: str, values: Mapping[str, Given], **more: Any) -> Reply:
        return self.call("Update", f"<entity>{entity(table, values, **more).content}</entity>")

    def delete(self, table: str, key: object) -> Reply:
        return self.call("Delete", f"<entityName>{table}</entityName><id>{key}</id>")

    def retrieve(self, table: str, key: object, *names: str, every: bool = False) -> Reply:
        asked = columns(*names, every=every, tag="columnSet")
        return self.call("Retrieve", f"<entityName>{table}</entityName><id>{key}</id>{asked}")

    def query(self, asked: Typed) -> Reply:
        return self.call("RetrieveMultiple", asked.element("query"))

    def execute(
        self, name: str, parameters: Mapping[str, Given] | None = None, **more: Any
    ) -> Reply:
        return self.call("Execute", request(name, parameters, **more).element("request"))

    def pair(self, operation: str, target: Typed, relationship: str, *others: Typed) -> Reply:
        listed = "".join(
            f"<a:EntityReference>{each.content}</a:EntityReference>" for each in others
        )
        name, key = (plain_text(target, tag) for tag in ("LogicalName", "Id"))
        return self.call(
            operation,
            f"<entityName>{name}</entityName><entityId>{key}</entityId>"
            f"<relationship><a:SchemaName>{relationship}</a:SchemaName></relationship>"
            f"<relatedEntities>{listed}</relatedEntities>",
        )


def plain_text(given: Typed, tag: str) -> str:
    return given.content.partition(f"<a:{tag}>")[2].partition("<")[0]
