"""The owner by its navigation property, and the customer an opportunity derives."""

import pytest

from support.estate import ROOT, URL, Client

HERE = f"{URL}{ROOT[1:]}"
EVERY = ("prefer", 'odata.include-annotations="*"')


@pytest.fixture(scope="module")
def account(client: Client) -> str:
    return client.post("accounts", {"name": "Fourth Coffee"}).created


def test_the_owner_is_read_and_set_by_its_own_name(estate, client, account):
    here = f"accounts({account})"
    read = client.get(f"{here}/ownerid", select="fullname").document
    assert read["@odata.context"] == f"{HERE}$metadata#systemusers(fullname)/$entity"
    assert read["systemuserid"] == str(client.user_id)
    mine = {
        "@odata.context": f"{HERE}$metadata#$ref",
        "@odata.id": f"{HERE}systemusers({client.user_id})",
    }
    assert client.get(f"{here}/ownerid/$ref").document == mine
    other = estate.user("System Administrator")
    url = {"@odata.id": f"systemusers(ownerid={other.user_id})"}
    assert client.put(f"{here}/ownerid/$ref", url).status == 204
    assert client.get(here, select="_ownerid_value").document["_ownerid_value"] == str(
        other.user_id
    )
    wrong = {"@odata.id": here}
    assert client.put(f"{here}/ownerid/$ref", wrong).error == (400, "0x80060888")
    assert client.get(f"{here}/ownerid/fullname").error == (404, "0x80060888")
    assert client.delete(f"{here}/ownerid/$ref").error == (400, "0x80040203")


@pytest.mark.parametrize(("table", "name"), [("systemusers", "systemuserid"), ("teams", "teamid")])
def test_users_and_teams_are_named_by_ownerid_alone(client, table, name):
    key = client.rows(table)[0][name]
    assert client.get(f"{table}(ownerid={key})").document[name] == key
    assert client.get(f"{table}({name}={key})").error == (400, "0x80060888")


def test_one_record_of_a_collection_has_its_reference(client, account):
    inside = client.post(
        "contacts",
        {"lastname": "In", "parentcustomerid_account@odata.bind": f"accounts({account})"},
    ).created
    outside = client.post("contacts", {"lastname": "Out"}).created
    collection = f"accounts({account})/contact_customer_accounts"
    read = client.get(f"{collection}({inside})/$ref").document
    assert read["@odata.id"] == f"{HERE}contacts({inside})"
    assert client.get(f"{collection}({outside})/$ref").error == (404, "0x80040217")


def test_a_state_cannot_be_emptied(client, account):
    assert client.patch(f"accounts({account})", {"statecode": None}).error == (400, "0x80040203")
    assert client.delete(f"accounts({account})/statecode").error == (400, "0x80040203")


def test_the_customer_follows_the_account_before_the_contact(client, account):
    contact = client.post("contacts", {"lastname": "Curtis"}).created
    names = "_customerid_value,_parentaccountid_value,_parentcontactid_value"

    def customer(key: str) -> str | None:
        return client.get(f"opportunities({key})", select=names).document["_customerid_value"]

    by_account = {"parentaccountid@odata.bind": f"accounts({account})"}
    by_contact = {"parentcontactid@odata.bind": f"contacts({contact})"}
    assert customer(client.post("opportunities", {"name": "None"}).created) is None
    one = client.post("opportunities", {"name": "Contact", **by_contact}).created
    assert customer(one) == contact
    assert client.patch(f"opportunities({one})", by_account).status == 204
    assert customer(one) == account
    assert (
        customer(client.post("opportunities", {"name": "B", **by_account, **by_contact}).created)
        == account
    )
    said = {"name": "Said", **by_account, "customerid_contact@odata.bind": f"contacts({contact})"}
    assert customer(client.post("opportunities", said).created) == contact


@pytest.mark.parametrize("key", ["accountnumber='A1',", "accountnumber='A1',,name='x'", ","])
def test_a_key_with_a_comma_too_many_is_refused(client, key):
    assert client.get(f"accounts({key})").error == (400, "0x80060888")


@pytest.mark.parametrize("when", ["junk", 5, {}, "2024-13-01T00:00:00Z"])
def test_a_job_that_starts_at_no_time_does_nothing(client, when):
    key = client.post("accounts", {"name": "Kept"}).created
    query = {
        "EntityName": "accounts"[:-1],
        "Criteria": {
            "Conditions": [
                {"AttributeName": "accountid", "Operator": "Equal", "Values": [{"Value": key}]}
            ]
        },
    }
    job = {"JobName": "Job", "QuerySet": [query], "StartDateTime": when}
    assert client.post("BulkDelete", job).status == 400
    assert client.get(f"accounts({key})").status == 200


def test_users_and_teams_carry_the_key_of_their_type_too(client):
    me = f"systemusers({client.user_id})"
    read = client.get(me, select="fullname").document
    assert list(read)[2:] == ["fullname", "systemuserid", "ownerid"]
    assert read["ownerid"] == read["systemuserid"] == str(client.user_id)
    by_key = client.get("systemusers", select="ownerid", filter=f"ownerid eq {client.user_id}")
    assert by_key.document["@odata.context"].endswith("$metadata#systemusers(ownerid)")
    assert [row["systemuserid"] for row in by_key.rows] == [str(client.user_id)]
    team = client.get("teams", select="name", headers=(EVERY,)).rows[0]
    assert team["ownerid"] == team["teamid"]
    assert "ownerid" not in client.get("businessunits", select="name").rows[0]
