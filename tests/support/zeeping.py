"""zeep's own types, made and read as its users do: nothing here knows the house's writers."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msal
import pytest
import requests
from lxml import etree
from zeep import Client, xsd
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport

from support.served import Served

XS = "http://www.w3.org/2001/XMLSchema"
XRM = "http://schemas.microsoft.com/xrm/2011/Contracts"
XRM_2012 = "http://schemas.microsoft.com/xrm/2012/Contracts"
XRM_9_0 = "http://schemas.microsoft.com/xrm/9.0/Contracts"
CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
METADATA = "http://schemas.microsoft.com/xrm/2011/Metadata"
QUERY = f"{METADATA}/Query"
GENERIC = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
ZERO = UUID(int=0)
BINDINGS = ("CustomBinding", "BasicHttpBinding")
ADDRESS = "XRMServices/2011/Organization.svc"


class EntityFilters(xsd.String):
    """What a caller writes for flags among parameters: zeep forgets the names of list types."""

    _default_qname = etree.QName(METADATA, "EntityFilters")


class Typed:
    """Makes the values of a client's types; lists are those of the type that is named."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def make(self, name: str, /, *values: Any, namespace: str = XRM, **members: Any) -> Any:
        return self._client.get_type(f"{{{namespace}}}{name}")(*values, **members)

    def simple(self, kind: str, value: Any, namespace: str = XS) -> xsd.AnyObject:
        return xsd.AnyObject(self._client.get_type(f"{{{namespace}}}{kind}"), value)

    def guid(self, value: object) -> xsd.AnyObject:
        return self.simple("guid", str(value), SERIALIZATION)

    def text(self, value: str) -> xsd.AnyObject:
        return self.simple("string", value)

    def texts(self, *values: str) -> Any:
        return self.make("ArrayOfstring", list(values), namespace=ARRAYS)

    def money(self, amount: str) -> Any:
        return self.make("Money", Decimal(amount))

    def option(self, value: int) -> Any:
        return self.make("OptionSetValue", value)

    def reference(self, table: str, key: object) -> Any:
        return self.make("EntityReference", Id=str(key), LogicalName=table)

    def entity(self, table: str, key: object = ZERO, **values: Any) -> Any:
        held = self.pairs("AttributeCollection", **values)
        return self.make("Entity", Attributes=held, Id=str(key), LogicalName=table)

    def pairs(self, name: str, /, **values: Any) -> Any:
        pair = "KeyValuePairOfstringanyType"
        held = [
            self.make(pair, key=key, value=value, namespace=GENERIC)
            for key, value in values.items()
        ]
        return self.make(name, held)

    def request(self, message: str, namespace: str = XRM, **parameters: Any) -> Any:
        held = self.pairs("ParameterCollection", **parameters)
        named = {"RequestName": message, "Parameters": held}
        return self.make(f"{message}Request", namespace=namespace, **named)

    def untyped(self, message: str, **parameters: Any) -> Any:
        """Return a request of the base type, which names its message."""
        held = self.pairs("ParameterCollection", **parameters)
        return self.make("OrganizationRequest", RequestName=message, Parameters=held)

    def columns(self, *names: str, every: bool = False) -> Any:
        return self.make("ColumnSet", AllColumns=every, Columns=self.texts(*names))

    def test(self, column: str, operator: str, *values: Any) -> Any:
        """Return a condition."""
        held = self.make("ArrayOfanyType", list(values), namespace=ARRAYS)
        return self.make(
            "ConditionExpression",
            AttributeName=column,
            CompareColumns=False,
            Operator=operator,
            Values=held,
        )

    def criteria(self, *tests: Any, word: str = "And", filters: tuple[Any, ...] = ()) -> Any:
        return self.make(
            "FilterExpression",
            Conditions=self.make("ArrayOfConditionExpression", list(tests)),
            FilterOperator=word,
            Filters=self.make("ArrayOfFilterExpression", list(filters)),
        )

    def order(self, column: str, kind: str = "Ascending") -> Any:
        order = self.make("OrderExpression", AttributeName=column, OrderType=kind)
        return self.make("ArrayOfOrderExpression", [order])

    def page(self, count: int, number: int, cookie: str | None = None) -> Any:
        return self.make(
            "PagingInfo",
            Count=count,
            PageNumber=number,
            PagingCookie=cookie,
            ReturnTotalRecordCount=True,
        )

    def link(self, table: str, on: tuple[str, str], **members: Any) -> Any:
        """Return links of one: `on` are the column of the holder and that of the linked table."""
        given = {"JoinOperator": "Inner", **members}
        link = self.make(
            "LinkEntity",
            LinkFromAttributeName=on[0],
            LinkToAttributeName=on[1],
            LinkToEntityName=table,
            **given,
        )
        return self.make("ArrayOfLinkEntity", [link])

    def expression(self, table: str, columns: Any, criteria: Any, **members: Any) -> Any:
        """Return a QueryExpression."""
        return self.make(
            "QueryExpression",
            ColumnSet=columns,
            Criteria=criteria,
            Distinct=False,
            EntityName=table,
            **members,
        )


def pairs_of(held: Any, pair: str = "KeyValuePairOfstringanyType") -> dict[str, Any]:
    """Return a collection of keys and values as a dictionary."""
    return {each.key: each.value for each in getattr(held, pair)} if held is not None else {}


def values_of(record: Any) -> dict[str, Any]:
    """Return the values of an Entity by column."""
    return pairs_of(record.Attributes)


def results_of(response: Any) -> dict[str, Any]:
    """Return the results of an OrganizationResponse by name."""
    return pairs_of(response.Results)


@dataclass(frozen=True)
class Caller:
    """One who calls the service by one of its bindings."""

    client: Client
    service: Any
    typed: Typed

    def create(self, table: str, **values: Any) -> str:
        return str(self.service.Create(entity=self.typed.entity(table, **values)))

    def retrieve(self, table: str, key: str, *columns: str) -> Any:
        asked = self.typed.columns(*columns)
        return self.service.Retrieve(entityName=table, id=key, columnSet=asked)

    def update(self, table: str, key: str, **values: Any) -> None:
        self.service.Update(entity=self.typed.entity(table, key, **values))

    def delete(self, table: str, key: str) -> None:
        self.service.Delete(entityName=table, id=key)

    def execute(self, message: str, namespace: str = XRM, **parameters: Any) -> Any:
        request = self.typed.request(message, namespace, **parameters)
        return self.service.Execute(request=request)

    def ask(self, query: Any) -> Any:
        return self.service.RetrieveMultiple(query=query)

    def rows(self, query: Any) -> list[dict[str, Any]]:
        found = self.ask(query).Entities
        return [values_of(each) for each in found.Entity] if found else []


def caller(client: Client, binding: str) -> Caller:
    """Return one who calls by `CustomBinding` (SOAP 1.2) or `BasicHttpBinding` (1.1)."""
    service = client.bind("OrganizationService", f"{binding}_IOrganizationService")
    return Caller(client, service, Typed(client))


def _trusting(served: Served) -> requests.Session:
    session = requests.Session()
    session.verify = served["ca_bundle"]
    session.trust_env = False  # the bundle the environment names would go before it
    return session


def app_token(served: Served, whose: str = "") -> str:
    """Return what msal gets for the demonstration's service, or for the administration."""
    app = msal.ConfidentialClientApplication(
        served[f"{whose}client_id"],
        authority=served.tenant_authority,
        client_credential=served[f"{whose}client_secret"],
        instance_discovery=False,
        http_client=_trusting(served),
    )
    result = app.acquire_token_for_client([f"{served['organization_url']}.default"])
    assert "access_token" in result, result
    return str(result["access_token"])


def loaded(served: Served, query: str, token: str = "") -> Client:
    """Return zeep with the description, with a token for its calls."""
    session = _trusting(served)
    client = Client(
        f"{served['organization_url']}{ADDRESS}?{query}",
        transport=Transport(session=session),
        plugins=[HistoryPlugin()],
    )
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    return client


def code_of(fault: Fault) -> str:
    """Return the ErrorCode of a fault's detail as the Web API writes it."""
    code = fault.detail.findtext(f".//{{{XRM}}}ErrorCode")
    return f"0x{int(code) & 0xFFFFFFFF:08x}"


def refused(call: Callable[[], object]) -> str:
    """Return the code of the fault that a call ends with."""
    with pytest.raises(Fault) as caught:
        call()
    return code_of(caught.value)
