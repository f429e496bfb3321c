"""What a user's access mode takes away, whatever its roles grant, on both engines."""

import uuid

import pytest

from support.rights import ADMINISTRATOR, MISSING, made_by_platform
from xrm.model.values import EntityReference
from xrm.org import administration, people
from xrm.org.ports import DirectoryPerson

ADMINISTRATIVE, READ = 1, 2


@pytest.fixture
def person(estate, client):
    """Return `person(mode)`: an administrator of the organization in an access mode."""

    def in_mode(mode):
        known = DirectoryPerson(
            uuid.uuid4(), f"{uuid.uuid4()}@contoso.example", "P", "", "P", "", True, True, False
        )
        estate.directory.people[known.object_id] = known
        people.follow(estate.organization, known)
        found = f"azureactivedirectoryobjectid eq {known.object_id}"
        (key,) = client.column("systemusers", "systemuserid", filter=found)
        administration.assign_role(estate.organization, uuid.UUID(key), ADMINISTRATOR)
        assert client.patch(f"systemusers({key})", {"accessmode": mode}).status == 204
        changes = {"oid": str(known.object_id), "sub": "somebody", "scp": "user_impersonation"}
        token = estate.token(client.application_id, **changes)
        return type(client)(estate, token, uuid.UUID(key))

    return in_mode


@pytest.fixture(scope="module")
def lead(estate, client):
    owner = EntityReference("systemuser", str(client.user_id))
    return made_by_platform(estate, "lead", {"lastname": "Row", "ownerid": owner})


def test_administrative_leaves_the_settings_only(person, lead):
    caller = person(ADMINISTRATIVE)
    for table in ("leads", "accounts", "contacts", "opportunities", "tasks"):
        answer = caller.get(table)
        assert answer.error == MISSING
        assert "accessMode=1" in answer.document["error"]["message"]
    assert caller.get(f"leads({lead})").error == MISSING
    assert caller.post("accounts", {"name": "X"}).error == MISSING
    assert caller.delete(f"leads({lead})").error == MISSING
    for table in ("systemusers", "roles", "businessunits", "teams", "transactioncurrencies"):
        assert caller.get(table).status == 200
    where = f"systemusers({caller.user_id})"
    assert caller.patch(where, {"title": "Administrator"}).status == 204


def test_read_leaves_reading_only(person, lead):
    caller = person(READ)
    for table in ("leads", "accounts", "systemusers", "roles"):
        assert caller.get(table).status == 200
    assert caller.get(f"leads({lead})").status == 200
    changes = (
        caller.patch(f"leads({lead})", {"subject": "X"}),
        caller.delete(f"leads({lead})"),
        caller.post("leads", {"lastname": "X"}),
        caller.patch(f"systemusers({caller.user_id})", {"title": "X"}),
    )
    for answer in changes:
        assert answer.error == MISSING
        assert "accessMode=2" in answer.document["error"]["message"]


@pytest.mark.parametrize("mode", [0, 4])
def test_the_others_take_nothing(person, lead, mode):
    caller = person(mode)
    assert caller.get(f"leads({lead})").status == 200
    assert caller.patch(f"leads({lead})", {"subject": "X"}).status == 204


def test_a_mode_counts_from_the_next_request(person, client, lead):
    caller = person(0)
    assert caller.get(f"leads({lead})").status == 200
    where = f"systemusers({caller.user_id})"
    assert client.patch(where, {"accessmode": ADMINISTRATIVE}).status == 204
    assert caller.get(f"leads({lead})").error == MISSING
    assert client.patch(where, {"accessmode": READ}).status == 204
    assert caller.get(f"leads({lead})").status == 200
