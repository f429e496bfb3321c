"""`org.soap` and the SDK's proxies against a running server, in both worlds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

import xrm
from support.contoso import Driver
from xrm import errors, soap
from xrm.testing import Person, Server, Service

SVC = "XRMServices/2011/Organization.svc"
NOWHERE = UUID(int=5)


@pytest.fixture(scope="module")
def xrm_server() -> Iterator[Server]:
    """A server of the module's own: the records it makes stay there."""
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def service(xrm_server: Server) -> Service:
    return xrm_server.service(role="System Administrator")


def credential(service: Service, **more: Any) -> xrm.auth.ClientSecret:
    return xrm.auth.ClientSecret(str(service.client_id), service.client_secret.reveal(), **more)


@pytest.fixture
def driver(kind: str, xrm_server: Server, service: Service) -> Iterator[Driver]:
    """Either client, of a service that may do everything."""
    made = Driver(
        kind,
        service.organization_url,
        credential(service),
        verify=xrm_server.facts.ca_bundle,
    )
    yield made
    made.end()


def proxied(kind: str, name: str, uri: str, *arguments: Any, **options: Any) -> Driver:
    cls = getattr(soap, f"Async{name}" if kind == "async" else name)
    return Driver.around(kind, cls(uri, *arguments, **options))


def new_lead(driver: Driver, **values: Any) -> soap.EntityReference:
    entity = soap.Entity("lead", {"subject": "Blue cars", "lastname": "Doe", **values})
    return soap.EntityReference("lead", driver.ran(driver.client.soap.create(entity)))


def user_of(driver: Driver, person: Person) -> UUID:
    """The user a person is in the organization."""
    query = soap.QueryByAttribute("systemuser", soap.ColumnSet("domainname"))
    query.add_attribute_value("azureactivedirectoryobjectid", person.object_id)
    asked = getattr(driver.client, "soap", driver.client)
    (user,) = driver.ran(asked.retrieve_multiple(query))
    assert isinstance(user.id, UUID)
    return user.id


def test_a_record_goes_there_and_back(driver: Driver) -> None:
    org = driver.client.soap
    me = driver.ran(org.execute(soap.WhoAmI()))
    lead = new_lead(driver, revenue=soap.Money(Decimal("12.50")), numberofemployees=7)
    found = driver.ran(org.retrieve("lead", lead.id, True))
    assert found["ownerid"] == soap.EntityReference("systemuser", me.user_id)
    assert (found["revenue"], found["numberofemployees"]) == (soap.Money(Decimal("12.50")), 7)
    assert found.formatted_values["revenue"] == "$12.50"
    assert isinstance(found["versionnumber"], soap.Long)
    driver.ran(org.update(soap.Entity.of(lead, {"subject": "Red cars", "revenue": None})))
    again = driver.ran(org.retrieve("lead", str(lead.id), ["subject", "revenue"]))
    assert again["subject"] == "Red cars"
    assert "revenue" not in again
    driver.ran(org.delete("lead", lead.id))
    with pytest.raises(errors.NotFoundError) as caught:
        driver.ran(org.retrieve("lead", lead.id))
    assert (caught.value.code, caught.value.status) == ("0x80040217", 500)


def test_related_records_are_created_together_and_parted(driver: Driver) -> None:
    org = driver.client.soap
    relationship = soap.Relationship("account_primary_contact")
    contact = soap.Entity("contact", {"lastname": "Ada"})
    account = soap.Entity("account", {"name": f"Deep {uuid4()}"})
    contact.related_entities[relationship] = soap.EntityCollection([account], "account")
    key = driver.ran(org.create(contact))
    asked = soap.QueryByAttribute("account", soap.ColumnSet("name"))
    asked.add_attribute_value("primarycontactid", key)
    (found,) = driver.ran(org.retrieve_multiple(asked))
    assert found["name"] == account["name"]
    reference = found.to_entity_reference()
    driver.ran(org.disassociate("contact", key, relationship, [reference]))
    assert len(driver.ran(org.retrieve_multiple(asked))) == 0
    driver.ran(org.associate("contact", key, "account_primary_contact", [reference]))
    assert len(driver.ran(org.retrieve_multiple(asked))) == 1


def test_the_three_kinds_of_query_agree_over_pages(driver: Driver) -> None:
    org, tag = driver.client.soap, f"tag-{uuid4()}"
    wanted = {new_lead(driver, subject=tag, firstname=str(n)).id for n in range(5)}
    by_expression = soap.QueryExpression("lead", soap.ColumnSet("firstname"))
    by_expression.criteria.add_condition("subject", soap.ConditionOperator.EQUAL, tag)
    by_expression.add_order("firstname")
    by_attribute = soap.QueryByAttribute(
        "lead",
        soap.ColumnSet("firstname"),
        attributes=["subject"],
        values=[tag],
        orders=[soap.OrderExpression("firstname")],
    )
    by_fetch = soap.FetchExpression(
        '<fetch><entity name="lead"><attribute name="firstname"/><order attribute="firstname"/>'
        f'<filter><condition attribute="subject" operator="eq" value="{tag}"/></filter>'
        "</entity></fetch>"
    )
    for query in (by_expression, by_attribute, by_fetch):
        rows = driver.listed(org.query(query, page_size=2))
        assert [row["firstname"] for row in rows] == ["0", "1", "2", "3", "4"]
        assert {row.id for row in rows} == wanted


def test_a_linked_table_comes_under_its_alias(driver: Driver) -> None:
    org = driver.client.soap
    lead = new_lead(driver)
    query = soap.QueryExpression("lead", soap.ColumnSet("subject"))
    query.criteria.add_condition("leadid", "Equal", lead.id)
    link = query.add_link("systemuser", "owninguser", "systemuserid")
    link.entity_alias, link.columns = "u", soap.ColumnSet("fullname")
    (found,) = driver.ran(org.retrieve_multiple(query))
    alias = found["u.fullname"]
    assert (alias.entity_logical_name, alias.attribute_logical_name) == ("systemuser", "fullname")
    assert alias.value


def test_access_is_granted_told_and_revoked(driver: Driver, xrm_server: Server) -> None:
    org = driver.client.soap
    lead = new_lead(driver)
    who = soap.EntityReference("systemuser", user_of(driver, xrm_server.person()))
    rights = soap.AccessRights.READ_ACCESS | soap.AccessRights.WRITE_ACCESS
    granted = soap.PrincipalAccess(access_mask=rights, principal=who)
    assert (
        driver.ran(org.execute(soap.GrantAccess(target=lead, principal_access=granted)))
        == soap.GrantAccessResponse()
    )
    asked = soap.RetrieveSharedPrincipalsAndAccess(target=lead)
    (told,) = driver.ran(org.execute(asked)).principal_accesses
    assert (told.principal, told.access_mask) == (who, rights)
    driver.ran(org.execute(soap.RevokeAccess(target=lead, revokee=who)))
    assert driver.ran(org.execute(asked)).principal_accesses == []


def test_several_messages_in_one(driver: Driver) -> None:
    org = driver.client.soap
    gone = soap.Delete(target=soap.EntityReference("lead", NOWHERE))
    settings = soap.ExecuteMultipleSettings(continue_on_error=True, return_responses=True)
    found = driver.ran(
        org.execute(soap.ExecuteMultiple(requests=[gone, soap.WhoAmI()], settings=settings))
    )
    assert found.is_faulted
    refused, answered = found.responses
    assert type(refused.fault) is errors.NotFoundError
    assert isinstance(answered.response, soap.WhoAmIResponse)
    made = soap.Create(target=soap.Entity("lead", {"lastname": "Never"}))
    with pytest.raises(errors.NotFoundError) as caught:
        driver.ran(org.execute(soap.ExecuteTransaction(requests=[made, gone])))
    assert caught.value.request_index == 1
    kept = driver.ran(org.execute(soap.ExecuteTransaction(requests=[made], return_responses=True)))
    (created,) = kept.responses
    assert isinstance(created, soap.CreateResponse)
    driver.ran(org.delete("lead", created.id))


def test_a_change_may_ask_for_the_version_it_knows(driver: Driver) -> None:
    org = driver.client.soap
    lead = new_lead(driver)
    before = driver.ran(org.retrieve("lead", lead.id, ["subject"]))
    driver.ran(org.update(soap.Entity.of(lead, {"subject": "Other"})))
    before["subject"] = "Mine"
    update = soap.Update(
        target=before, concurrency_behavior=soap.ConcurrencyBehavior.IF_ROW_VERSION_MATCHES
    )
    with pytest.raises(errors.PreconditionFailedError):
        driver.ran(org.execute(update))


def test_definitions_are_read(driver: Driver) -> None:
    org = driver.client.soap
    filters = soap.EntityFilters.ENTITY | soap.EntityFilters.ATTRIBUTES
    table = driver.ran(
        org.execute(
            soap.RetrieveEntity(
                entity_filters=filters, logical_name="lead", retrieve_as_if_published=False
            )
        )
    ).entity_metadata
    named = {column.logical_name: column for column in table.attributes or ()}
    assert isinstance(named["subject"], soap.StringAttributeMetadata)
    assert isinstance(named["revenue"], soap.MoneyAttributeMetadata)
    query = soap.EntityQueryExpression(
        criteria=soap.MetadataFilterExpression(
            filter_operator=soap.LogicalOperator.AND,
            conditions=[
                soap.MetadataConditionExpression(
                    condition_operator=soap.MetadataConditionOperator.EQUALS,
                    property_name="LogicalName",
                    value="lead",
                )
            ],
        ),
        properties=soap.MetadataPropertiesExpression(
            all_properties=False, property_names=["LogicalName"]
        ),
    )
    changes = driver.ran(org.execute(soap.RetrieveMetadataChanges(query=query)))
    assert [each.logical_name for each in changes.entity_metadata] == ["lead"]
    assert changes.server_version_stamp


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (soap.RetrieveVersion(), lambda found: found.version.startswith("9.")),
        (
            soap.RetrieveCurrentOrganization(access_type=soap.EndpointAccessType.DEFAULT),
            lambda found: found.detail.endpoints[soap.EndpointType.ORGANIZATION_SERVICE].endswith(
                SVC
            ),
        ),
        (
            soap.RetrieveTotalRecordCount(entity_names=["lead"]),
            lambda found: found.entity_record_count_collection["lead"] > 20,
        ),
        (soap.RetrieveAvailableLanguages(), lambda found: 1033 in found.locale_ids),
        (
            soap.RetrieveOptionSet(name="budgetstatus", retrieve_as_if_published=False),
            lambda found: found.option_set_metadata.name == "budgetstatus",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_messages_tell(driver: Driver, message: Any, told: Any) -> None:
    assert told(driver.ran(driver.client.soap.execute(message)))


def test_any_message_goes_by_its_name(driver: Driver) -> None:
    org = driver.client.soap
    found = driver.ran(org.execute(soap.Request("WhoAmI")))
    assert found.name == "WhoAmI"
    assert found.results["UserId"] == driver.ran(org.execute(soap.WhoAmI())).user_id
    lead = new_lead(driver)
    state = {"EntityMoniker": lead, "State": soap.OptionSetValue(2)}
    driver.ran(org.execute(soap.Request("SetState", {**state, "Status": soap.OptionSetValue(5)})))
    assert driver.ran(org.retrieve("lead", lead.id, ["statecode"]))[
        "statecode"
    ] == soap.OptionSetValue(2)
    with pytest.raises(errors.ServiceError) as caught:
        driver.ran(org.execute(soap.Request("NoSuchMessage")))
    assert caught.value.code == "0x80040800"


def test_somebody_elses_name(driver: Driver, xrm_server: Server) -> None:
    person = xrm_server.person()
    user_id = user_of(driver, person)
    for other in (
        driver.client.soap.acting_as(user_id),
        driver.client.soap.acting_as(caller_object_id=str(person.object_id)),
    ):
        assert driver.ran(other.execute(soap.WhoAmI())).user_id == user_id
    assert driver.ran(driver.client.soap.execute(soap.WhoAmI())).user_id != user_id


class Lead(soap.Entity, table="lead"):
    """A lead as a class of one's own."""

    subject = soap.Column[str]()
    last_name = soap.Column[str]("lastname")


def test_the_organization_proxy(kind: str, xrm_server: Server, service: Service) -> None:
    proxy = proxied(
        kind,
        "OrganizationServiceProxy",
        f"{service.organization_url}{SVC}",
        credential(service),
        verify=xrm_server.facts.ca_bundle,
        sdk_client_version="9.1.0.1",
        timeout=30.0,
    )
    client = proxy.client
    assert (client.timeout, client.sdk_client_version, client.caller_id) == (30.0, "9.1.0.1", None)
    assert service.client_secret.reveal() not in repr(client)
    client.enable_proxy_types(Lead)
    key = proxy.create(Lead(subject="Blue", last_name="Doe"))
    found = proxy.retrieve("lead", key)
    assert isinstance(found, Lead)
    assert (found.subject, found.last_name) == ("Blue", "Doe")
    found.subject = "Red"
    proxy.update(found.to_entity(Lead))
    client.caller_id = str(user_of(proxy, xrm_server.person()))
    assert proxy.execute(soap.WhoAmI()).user_id == client.caller_id
    client.caller_id = None
    proxy.delete("lead", key)
    proxy.close()
    with pytest.raises(errors.ConfigurationError, match="closed"):
        proxy.execute(soap.WhoAmI())
    proxy.end()


def test_a_proxy_takes_only_classes_that_name_a_table() -> None:
    class Nameless(soap.Entity):
        """No table."""

    client = xrm.Client("https://org.example", xrm.auth.ClientSecret("a", "b"))
    for kind in (Nameless, soap.Entity, str):
        with pytest.raises(errors.ConfigurationError):
            client.soap.with_types(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["", "XRMServices/2011/Discovery.svc", "api/discovery/v2.0/"])
def test_the_discovery_proxy(kind: str, path: str, xrm_server: Server, service: Service) -> None:
    facts = xrm_server.facts
    proxy = proxied(
        kind,
        "DiscoveryServiceProxy",
        f"{service.organization_url}{path}",
        credential(service, tenant=str(facts.tenant_id)),
        verify=facts.ca_bundle,
    )
    (instance,) = proxy.instances()
    (detail,) = proxy.retrieve_organizations()
    assert instance.organization_id == detail.organization_id
    assert f"{instance.api_url}/" == service.organization_url
    endpoint = detail.endpoints[soap.DiscoveryEndpointType.ORGANIZATION_SERVICE]
    assert endpoint == f"{service.organization_url}{SVC}"
    assert proxy.retrieve_organization(detail.unique_name) == detail
    with pytest.raises(errors.ServiceError):
        proxy.retrieve_organization("nobody")
    person = xrm_server.person()
    found = proxy.retrieve_user_id_by_external_id(f"C:{person.username}", detail.unique_name)
    assert isinstance(found, UUID)
    with pytest.raises(errors.NotFoundError):
        proxy.retrieve_user_id_by_external_id("C:nobody@nowhere.example", detail.unique_name)
    proxy.end()


def test_what_is_found_leads_to_the_organization(xrm_server: Server, service: Service) -> None:
    facts = xrm_server.facts
    known = credential(service, tenant=str(facts.tenant_id))
    where = service.organization_url
    with soap.DiscoveryServiceProxy(where, known, verify=facts.ca_bundle) as discovery:
        (instance,) = discovery.instances()
    with soap.OrganizationServiceProxy(
        instance.api_url, known, verify=facts.ca_bundle
    ) as organization:
        told = organization.execute(soap.WhoAmI())
    assert told.organization_id == instance.organization_id
