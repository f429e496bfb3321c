"""Definitions of tables as the Web API and SOAP tell them, asked for and picked apart."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from support.estate import Answer, Client

CRM = "Microsoft.Dynamics.CRM."
METADATA = "http://schemas.microsoft.com/xrm/2011/Metadata"


def described(client: Client, table: str, filters: str = "Entity") -> Answer:
    """Ask for a table, and the parts of it that the filters let through."""
    arguments = f"EntityFilters={CRM}EntityFilters'{filters}',LogicalName='{table}'"
    return client.send("GET", f"RetrieveEntity({arguments},RetrieveAsIfPublished=true)")


def found(answer: Answer) -> list[str]:
    """Return the names of the tables in an answer."""
    assert answer.status == 200, answer.document
    return [each["LogicalName"] for each in answer.document["EntityMetadata"]]


def told(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not null of a definition."""
    return {name: value for name, value in document.items() if value is not None}


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def text(element: etree._Element, name: str) -> str | None:
    """Return the text of a member of a definition."""
    return element.findtext(f"{{{METADATA}}}{name}")
