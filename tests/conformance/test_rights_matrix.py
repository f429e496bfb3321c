"""Eight rights at each depth, on rows of each standing, by every operation, on both engines.

Somebody holds every right on accounts, contacts and leads for the whole organization, but one
right on accounts at the depth in question, or not at all. What it then may is said by hand:
Basic is what it or its team owns or is shared, Local adds its business unit, Deep those below,
Global the rest.
"""

import uuid
from itertools import product

import pytest

from support.rights import BEYOND, MISSING, holder, identity, made_by_platform, share
from xrm.model.errors.service import ServiceError
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.rules.rights.reach import check_reach

EVERYTHING = sum(ACCESS_RIGHTS.values())
DEPTHS = (None, *Depth)
ROWS = ("own", "team", "shared", "shared with team", "unit", "below", "beside")
BASIC = {"own", "team", "shared", "shared with team"}
REACHED = {
    None: set(),
    Depth.BASIC: BASIC,
    Depth.LOCAL: BASIC | {"unit"},
    Depth.DEEP: BASIC | {"unit", "below"},
    Depth.GLOBAL: BASIC | {"unit", "below", "beside"},
}


def expected(depth, row):
    """Return the error of an operation on a row, None where it is allowed."""
    if depth is None:
        return MISSING
    return None if row in REACHED[depth] else BEYOND


class World:
    """Units, and whom the rows belong to that are not the subject's."""

    def __init__(self, estate, client):
        self.estate, self.client = estate, client
        root = client.get("WhoAmI").document["BusinessUnitId"]
        self.home = self.unit(root)
        self.below = self.unit(self.home[0])
        self.beside = self.unit(root)
        self.owners = {
            "unit": estate.user("Basic User", unit=self.home[1]).user_id,
            "below": estate.user("Basic User", unit=self.below[1]).user_id,
            "beside": estate.user("Basic User", unit=self.beside[1]).user_id,
        }
        self.contact = made_by_platform(estate, "contact", {"lastname": "Anybody"})

    def unit(self, parent):
        name = f"Unit {uuid.uuid4()}"
        above = {"parentbusinessunitid@odata.bind": f"businessunits({parent})"}
        return self.client.post("businessunits", {"name": name} | above).created, name

    def subject(self, right, depth):
        """Return a caller, and its team, which lies in another unit."""
        grants = {
            f"prv{each.value}{table}": Depth.GLOBAL
            for each, table in product(Right, ("Account", "Contact", "Lead"))
        }
        grants |= {"prvReadUser": Depth.GLOBAL, "prvReadTeam": Depth.GLOBAL}
        del grants[f"prv{right.value}Account"]
        if depth is not None:
            grants[f"prv{right.value}Account"] = depth
        subject = holder(self.estate, grants, unit=self.home[1])
        return subject, self.team(subject)

    def team(self, *members):
        record = {
            "name": f"Team {uuid.uuid4()}",
            "businessunitid@odata.bind": f"businessunits({self.beside[0]})",
            "administratorid@odata.bind": f"systemusers({self.client.user_id})",
        }
        made = self.client.post("teams", record).created
        for each in members:
            target = {"@odata.id": f"/api/data/v9.2/systemusers({each.user_id})"}
            where = f"teams({made})/teammembership_association/$ref"
            assert self.client.post(where, target).status == 204
        return made

    def row(self, subject, team, standing):
        """Make an account of that standing to the subject."""
        owner = EntityReference("systemuser", str(self.owners.get(standing, self.owners["beside"])))
        user = EntityReference("systemuser", str(subject.user_id))
        group = EntityReference("team", team)
        owner = {"own": user, "team": group}.get(standing, owner)
        key = made_by_platform(self.estate, "account", {"name": "Row", "ownerid": owner})
        if standing.startswith("shared"):
            principal = group if standing.endswith("team") else user
            # One of both masks is enough, whichever.
            masks = (
                {"own": 0, "inherited": EVERYTHING} if principal is user else {"own": EVERYTHING}
            )
            share(self.estate, EntityReference("account", key), principal, **masks)
        return key


@pytest.fixture(scope="module")
def world(estate, client):
    return World(estate, client)


def retrieve(world, subject, key):
    return subject.get(f"accounts({key})", select="name")


def update(world, subject, key):
    return subject.patch(f"accounts({key})", {"name": "Changed"})


def delete(world, subject, key):
    return subject.delete(f"accounts({key})")


def set_lookup(world, subject, key):
    bound = {"primarycontactid@odata.bind": f"contacts({world.contact})"}
    return subject.patch(f"accounts({key})", bound)


def pair(world, subject, key):
    lead = made_by_platform(world.estate, "lead", {"lastname": "Paired"})
    target = {"@odata.id": f"/api/data/v9.2/leads({lead})"}
    return subject.post(f"accounts({key})/accountleads_association/$ref", target)


def pair_from_there(world, subject, key):
    lead = made_by_platform(world.estate, "lead", {"lastname": "Paired"})
    target = {"@odata.id": f"/api/data/v9.2/accounts({key})"}
    return subject.post(f"leads({lead})/accountleads_association/$ref", target)


def be_target(world, subject, key):
    bound = {"parentcustomerid_account@odata.bind": f"accounts({key})"}
    return subject.patch(f"contacts({world.contact})", bound)


def be_target_of_new(world, subject, key):
    bound = {"lastname": "New", "parentcustomerid_account@odata.bind": f"accounts({key})"}
    return subject.post("contacts", bound)


def collect(world, subject, key):
    target = {"@odata.id": f"/api/data/v9.2/contacts({world.contact})"}
    return subject.post(f"accounts({key})/contact_customer_accounts/$ref", target)


def assign(world, subject, key):
    owner = world.owners["below"]
    return subject.patch(f"accounts({key})", {"ownerid@odata.bind": f"systemusers({owner})"})


OPERATIONS = {
    Right.READ: (retrieve,),
    Right.WRITE: (update,),
    Right.DELETE: (delete,),
    Right.APPEND: (set_lookup, pair, pair_from_there),
    Right.APPEND_TO: (be_target, be_target_of_new, collect),
    Right.ASSIGN: (assign,),
}
CASES = [(right, depth, op) for right in OPERATIONS for op in OPERATIONS[right] for depth in DEPTHS]


@pytest.mark.parametrize(("right", "depth", "operation"), CASES)
def test_each_right_at_each_depth(world, right, depth, operation):
    subject, team = world.subject(right, depth)
    for standing in ROWS:
        key = world.row(subject, team, standing)
        before = world.client.get(f"accounts({key})").document["versionnumber"]
        answer = operation(world, subject, key)
        error = expected(depth, standing)
        if error is None:
            assert answer.status in (200, 204), (standing, answer.document)
        else:
            assert answer.error == error, standing
            assert world.client.get(f"accounts({key})").document["versionnumber"] == before


@pytest.mark.parametrize("depth", DEPTHS)
def test_lists_have_what_reading_reaches(world, depth):
    subject, team = world.subject(Right.READ, depth)
    keys = {standing: world.row(subject, team, standing) for standing in ROWS}
    answer = subject.get("accounts", select="accountid")
    if depth is None:
        assert answer.error == MISSING
        return
    seen = {row["accountid"] for row in answer.rows}
    assert {standing for standing, key in keys.items() if key in seen} == REACHED[depth]


@pytest.mark.parametrize("depth", DEPTHS)
def test_records_are_made_for_whom_the_depth_reaches(world, depth):
    subject, _ = world.subject(Right.CREATE, depth)
    reader = world.team(subject)
    role = world.client.rows("roles", filter="name eq 'Basic User'")[0]["roleid"]
    target = {"@odata.id": f"/api/data/v9.2/roles({role})"}
    where = f"teams({reader})/teamroles_association/$ref"
    # The role would add to what the subject holds; it is there for the team to be an owner.
    assert world.client.patch(f"roles({role})", {"isinherited": 0}).status == 204
    assert world.client.post(where, target).status == 204
    owners = {"own": None, "team": f"teams({reader})"}
    owners |= {name: f"systemusers({key})" for name, key in world.owners.items()}
    for standing, owner in owners.items():
        record = {"name": "Made"} | ({"ownerid@odata.bind": owner} if owner else {})
        answer = subject.post("accounts", record)
        # The team's own role lets its members create for it.
        error = None if standing == "team" else expected(depth, standing)
        if depth is None and standing != "team":
            error = BEYOND
        if error is None:
            assert answer.status == 204, (standing, answer.document)
        else:
            assert answer.error == error, standing


@pytest.mark.parametrize("depth", DEPTHS)
def test_sharing_is_a_right_like_the_others(world, depth):
    subject, team = world.subject(Right.SHARE, depth)
    organization = world.estate.organization
    for standing in ROWS:
        key = world.row(subject, team, standing)
        with organization.database.read() as transaction:
            caller = organization.admit(transaction, identity(subject))
            context = Context(organization, transaction, caller)
            table, error = context.table("account"), expected(depth, standing)
            if error is None:
                check_reach(context, table, key, Right.SHARE)
                continue
            with pytest.raises(ServiceError) as caught:
                check_reach(context, table, key, Right.SHARE)
        assert (caught.value.fault.status, caught.value.fault.hex) == error, standing


@pytest.mark.parametrize("missing", ["prvAppendLead", "prvAppendAccount"])
def test_a_pair_takes_append_on_both_sides(world, missing):
    names = {f"prv{right}{table}" for right in ("Read", "Append") for table in ("Lead", "Account")}
    subject = holder(world.estate, dict.fromkeys(names - {missing}, Depth.GLOBAL))
    account = made_by_platform(world.estate, "account", {"name": "Side"})
    assert pair(world, subject, account).error == MISSING
    assert pair_from_there(world, subject, account).error == MISSING
