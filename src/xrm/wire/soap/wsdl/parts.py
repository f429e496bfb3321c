"""The parts of a WSDL 1.1 document: messages, port types, bindings and ports."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from xrm.wire.soap.contract import Contract
from xrm.wire.soap.operations import Operation
from xrm.wire.soap.wsdl.deployments import Site
from xrm.wire.soap.wsdl.policies import PREFIXES, WSA, WSAW, WSP

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP_1_1 = "http://schemas.xmlsoap.org/wsdl/soap/"
SOAP_1_2 = "http://schemas.xmlsoap.org/wsdl/soap12/"
IDENTITY = "http://schemas.xmlsoap.org/ws/2006/02/addressingidentity"
_HTTP = "http://schemas.xmlsoap.org/soap/http"


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its description names it: its operations share a namespace and a port type."""

    name: str
    operations: Mapping[str, Operation]

    @property
    def namespace(self) -> str:
        """The namespace of the service's operations."""
        return self._any.namespace

    @property
    def port(self) -> str:
        """The name of the port type."""
        return self._any.port

    @property
    def binding(self) -> str:
        """The binding with WS-Security, which is SOAP 1.2 with WS-Addressing."""
        return f"CustomBinding_{self.port}"

    @property
    def plain_binding(self) -> str:
        """The binding of the endpoint for bearer tokens, which is SOAP 1.1."""
        return f"BasicHttpBinding_{self.port}"

    @property
    def _any(self) -> Operation:
        return next(iter(self.operations.values()))


def definitions(service: Service, *, named: bool = False) -> etree._Element:
    """Return an empty `wsdl:definitions` in the service's namespace.

    A document that others import has no name: old readers copy attributes of what they import.
    """
    prefixes = {"wsdl": WSDL, "soap": SOAP_1_1, "soap12": SOAP_1_2, "tns": service.namespace}
    attributes = {"name": service.name} if named else {}
    attributes["targetNamespace"] = service.namespace
    return etree.Element(
        f"{{{WSDL}}}definitions",
        attributes,
        nsmap={**prefixes, **PREFIXES},
    )


def add_import(root: etree._Element, service: Service, location: str) -> None:
    """Add the import of another document of the service."""
    _add(root, "import", namespace=service.namespace, location=location)


def add_abstract(root: etree._Element, service: Service, faults: Mapping[str, Contract]) -> None:
    """Add messages and the port type; `faults` are the fault contracts by name."""
    for operation in service.operations.values():
        fault = faults[operation.fault]
        ends = (
            ("InputMessage", "parameters", f"tns:{operation.name}"),
            ("OutputMessage", "parameters", f"tns:{operation.name}Response"),
            (f"{operation.fault}Fault_FaultMessage", "detail", f"fault:{fault.wire_name}"),
        )
        for ending, part, name in ends:
            message = _add(root, "message", name=_message_name(operation, ending))
            element = f"{{{WSDL}}}part"
            declared = {"fault": fault.namespace} if part == "detail" else None
            etree.SubElement(message, element, {"name": part, "element": name}, nsmap=declared)
    port_type = _add(root, "portType", name=service.port)
    for operation in service.operations.values():
        _operation(_add(port_type, "operation", name=operation.name), operation)


def _message_name(operation: Operation, ending: str) -> str:
    return f"{operation.port}_{operation.name}_{ending}"


def _operation(parent: etree._Element, operation: Operation) -> None:
    fault = f"{operation.fault}Fault"
    kinds = (
        ("input", operation.action, "InputMessage"),
        ("output", operation.reply_action, "OutputMessage"),
        ("fault", operation.fault_action, f"{fault}_FaultMessage"),
    )
    for kind, action, message in kinds:
        element = _add(parent, kind)
        element.set(f"{{{WSAW}}}Action", action)
        if kind == "fault":
            element.set("name", fault)
        element.set("message", f"tns:{_message_name(operation, message)}")


def add_bindings(root: etree._Element, service: Service, site: Site, policy: str) -> None:
    """Add the bindings; that with WS-Security refers to the policy of that name."""
    binding = _binding(root, service, service.binding, SOAP_1_2)
    reference = etree.Element(f"{{{WSP}}}PolicyReference", {"URI": f"#{policy}"})
    binding.insert(0, reference)
    if site.deployment.plain:
        _binding(root, service, service.plain_binding, SOAP_1_1)


def _binding(root: etree._Element, service: Service, name: str, soap: str) -> etree._Element:
    binding = _add(root, "binding", name=name, type=f"tns:{service.port}")
    etree.SubElement(binding, f"{{{soap}}}binding", {"transport": _HTTP})
    for operation in service.operations.values():
        bound = _add(binding, "operation", name=operation.name)
        action = {"soapAction": operation.action, "style": "document"}
        etree.SubElement(bound, f"{{{soap}}}operation", action)
        for kind in ("input", "output"):
            etree.SubElement(_add(bound, kind), f"{{{soap}}}body", {"use": "literal"})
        fault = f"{operation.fault}Fault"
        literal = {"use": "literal", "name": fault}
        etree.SubElement(_add(bound, "fault", name=fault), f"{{{soap}}}fault", literal)
    return binding


def add_service(root: etree._Element, service: Service, site: Site) -> None:
    """Add the service with its ports."""
    element = _add(root, "service", name=service.name)
    port = _port(element, service.binding, SOAP_1_2, site.address)
    if site.deployment.identified and site.account:
        _identify(port, site)
    if site.deployment.plain:
        _port(element, service.plain_binding, SOAP_1_1, f"{site.address}/web")


def _port(parent: etree._Element, name: str, soap: str, address: str) -> etree._Element:
    port = _add(parent, "port", name=name, binding=f"tns:{name}")
    etree.SubElement(port, f"{{{soap}}}address", {"location": address})
    return port


def _identify(port: etree._Element, site: Site) -> None:
    reference = etree.SubElement(port, f"{{{WSA}}}EndpointReference")
    etree.SubElement(reference, f"{{{WSA}}}Address").text = site.address
    identity = etree.SubElement(reference, f"{{{IDENTITY}}}Identity", nsmap={None: IDENTITY})
    kind = "Spn" if "/" in site.account else "Upn"
    etree.SubElement(identity, f"{{{IDENTITY}}}{kind}").text = site.account


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{WSDL}}}{tag}", attributes)
