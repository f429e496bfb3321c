"""pyodata, an OData 2.0 client written by others, against a running OrganizationData.svc."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyodata
import pytest
import requests
from pyodata.exceptions import HttpError
from pyodata.v2.model import Config
from pyodata.v2.service import Service

from support.served import Served

ADDRESS = "XRMServices/2011/OrganizationData.svc/"


@pytest.fixture
def session(served: Served) -> Iterator[requests.Session]:
    with requests.Session() as session:
        form = {
            "grant_type": "client_credentials",
            "client_id": served["client_id"],
            "client_secret": served["client_secret"],
            "resource": served["organization_url"],
        }
        answer = session.post(f"{served.tenant_authority}/oauth2/token", data=form, timeout=30)
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield session


@pytest.fixture
def service(served: Served, session: requests.Session) -> Service:
    config = Config(retain_null=True)
    found = pyodata.Client(served["organization_url"] + ADDRESS, session, config=config)
    found.config["http"]["update_method"] = "MERGE"
    return found


@pytest.mark.covers("odata2: $metadata", "odata2: MERGE", "odata2: DELETE", "odata2: POST")
def test_a_record_is_created_read_changed_and_deleted(service: Service) -> None:
    contacts = service.entity_sets.ContactSet
    born = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    made = contacts.create_entity().set(
        FirstName="Ada",
        LastName="Byron",
        CreditLimit={"Value": "1200.50"},
        GenderCode={"Value": 2},
        NumberOfChildren=3,
        DoNotPhone=True,
        LastOnHoldTime=born,
    )
    record = made.execute()
    assert record.FullName == "Ada Byron"
    assert record.GenderCode == {"Value": 2}
    assert record.LastOnHoldTime == born
    assert record.StateCode == {"Value": 0}

    key = record.ContactId
    contacts.update_entity(key).set(LastName="Lovelace", NumberOfChildren=4).execute()
    read = contacts.get_entity(key).select("ContactId,FullName,NumberOfChildren,DoNotPhone")
    again = read.execute()
    assert (again.FullName, again.NumberOfChildren, again.DoNotPhone) == ("Ada Lovelace", 4, True)
    # What was not selected is fetched by a question of its own.
    assert again.GenderCode == {"Value": 2}

    contacts.delete_entity(key).execute()
    with pytest.raises(HttpError) as caught:
        contacts.get_entity(key).execute()
    assert caught.value.response.status_code == 404


@pytest.mark.covers(
    "odata2: $filter", "odata2: $orderby", "odata2: $top", "odata2: $skip", "odata2: $inlinecount",
    "odata2: $skiptoken", "odata2: __next", "odata2: $count",
)  # fmt: skip
def test_lists_are_filtered_sorted_and_paged(service: Service, session: requests.Session) -> None:
    tasks = service.entity_sets.TaskSet
    batch = service.create_batch()
    changes = service.create_changeset()
    for number in range(120):
        changes.add_request(tasks.create_entity().set(Subject=f"Paged {number:03d}"))
    batch.add_request(changes)
    assert len(batch.execute()[0]) == 120

    asked = tasks.get_entities().select("ActivityId,Subject").order_by("Subject desc")
    asked = asked.filter("startswith(Subject,'Paged ') and Subject ne 'Paged 000'")
    page = asked.count(inline=True).execute()
    assert (page.total_count, len(page)) == (119, 50)
    subjects = [task.Subject for task in page]
    while page.next_url:
        page = tasks.get_entities().next_url(page.next_url).execute()
        subjects += [task.Subject for task in page]
    assert subjects == [f"Paged {number:03d}" for number in range(119, 0, -1)]

    some = tasks.get_entities().select("Subject").order_by("Subject").skip(5).top(3)
    found = some.filter("startswith(Subject,'Paged ')").execute()
    assert [task.Subject for task in found] == ["Paged 005", "Paged 006", "Paged 007"]
    counted = tasks.get_entities().filter("Subject eq 'Paged 007'").count().execute()
    assert counted == 1


@pytest.mark.covers("odata2: $expand", "odata2: deep insert", "odata2: navigation")
def test_records_are_created_together_and_read_together(service: Service) -> None:
    accounts = service.entity_sets.AccountSet
    made = accounts.create_entity().set(
        Name="Deep",
        account_primary_contact={"LastName": "Within"},
        Account_Tasks=[{"Subject": "First"}, {"Subject": "Second"}],
    )
    account = made.execute()
    assert account.PrimaryContactId["Name"] == "Within"
    read = accounts.get_entity(account.AccountId).expand("Account_Tasks,account_primary_contact")
    whole = read.execute()
    assert sorted(task.Subject for task in whole.Account_Tasks) == ["First", "Second"]
    assert whole.account_primary_contact.LastName == "Within"
    contact = account.nav("account_primary_contact").execute()
    assert contact.FullName == "Within"
    tasks = account.nav("Account_Tasks").get_entities().select("Subject").execute()
    assert sorted(task.Subject for task in tasks) == ["First", "Second"]


@pytest.mark.covers("odata2: $links")
def test_records_are_linked(service: Service, session: requests.Session) -> None:
    made = [
        service.entity_sets.AccountSet.create_entity().set(Name="Linked").execute(),
        service.entity_sets.LeadSet.create_entity().set(Subject="One", LastName="L").execute(),
    ]
    account, lead = made
    links = f"{account.url}/$links/accountleads_association"
    json = {"Accept": "application/json"}
    assert session.post(links, json={"uri": lead.url}, timeout=30).status_code == 204
    found = account.nav("accountleads_association").get_entities().select("LeadId").execute()
    assert [each.LeadId for each in found] == [lead.LeadId]
    read = session.get(links, headers=json, timeout=30).json()["d"]["results"]
    assert [each["uri"].rpartition("/")[2] for each in read] == [lead.get_path()]
    assert session.delete(f"{links}(guid'{lead.LeadId}')", timeout=30).status_code == 204
    assert account.nav("accountleads_association").get_entities().execute() == []


@pytest.mark.covers("odata2: $batch", "odata2: change set")
def test_a_change_set_is_kept_whole_or_not_at_all(service: Service) -> None:
    leads = service.entity_sets.LeadSet
    good, bad = service.create_changeset(), service.create_changeset()
    good.add_request(leads.create_entity().set(Subject="Kept", LastName="A"))
    bad.add_request(leads.create_entity().set(Subject="Not kept", LastName="A"))
    nobody = "00000000-0000-0000-0000-000000000001"
    bad.add_request(leads.update_entity(nobody).set(Subject="Nobody's"))
    question = leads.get_entities().select("Subject").filter("endswith(Subject,'ept')")

    batch = service.create_batch()
    batch.add_request(good)
    batch.add_request(question)
    ((made,), found) = batch.execute()
    assert made.Subject == "Kept"
    assert [each.Subject for each in found] == ["Kept"]

    batch = service.create_batch()
    batch.add_request(bad)
    with pytest.raises(HttpError) as caught:
        batch.execute()
    assert caught.value.response.status_code == 404
    assert [each.Subject for each in question.execute()] == ["Kept"]
    leads.delete_entity(made.LeadId).execute()
