"""Writers of records, many at once, within one another, in pairs, by key, to another owner."""

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.people import TOMASZ
from support.sites import COLUMNS, MARK, Site, Writer

BATCH = 12
"""Leads of one message; each says so, by which all of them are found."""
TASKS = 3
DEEP, ASSIGNED = f"{MARK} deep", f"{MARK} assigned"
KEY = "externaluseridentifier"


def _rows(site: Site, path: str) -> Iterator[dict[str, Any]]:
    """Yield all records a query finds, as the administration sees them."""
    root, link = site.served["web_api_url"], path
    while link:
        answer = site.send("GET", link.removeprefix(root), token=site.organization_admin_token)
        assert answer.status_code == 200, answer.text
        yield from answer.json()["value"]
        link = answer.json().get("@odata.nextLink", "")


def _sent(site: Site, method: str, path: str, body: Any) -> None:
    answer = site.send(method, path, token=site.organization_admin_token, body=body)
    assert answer.status_code in (200, 204), answer.text


def _create_many(site: Site) -> str:
    said = str(uuid.uuid4())
    lead = {"@odata.type": "Microsoft.Dynamics.CRM.lead", "numberofemployees": BATCH}
    lead |= dict.fromkeys(COLUMNS, f"{MARK} {said}")
    path = "leads/Microsoft.Dynamics.CRM.CreateMultiple"
    _sent(site, "POST", path, {"Targets": [lead] * BATCH})
    return said


def _are_many(site: Site, said: str) -> None:
    path = f"leads?$select=leadid&$filter=subject eq '{MARK} {said}'"
    assert len(list(_rows(site, path))) == BATCH


def _all_or_none(site: Site) -> None:
    tests = f"numberofemployees eq {BATCH} and startswith(subject,'{MARK}')"
    path = f"leads?$select=subject&$filter={tests}"
    counts = Counter(row["subject"] for row in _rows(site, path))
    assert set(counts.values()) == {BATCH}


def _account(kind: str) -> tuple[str, dict[str, Any]]:
    """Return an account with a contact and tasks of its own."""
    key = str(uuid.uuid4())
    body = {
        "accountid": key,
        "name": kind,
        "contact_customer_accounts": [{"lastname": kind}],
        "Account_Tasks": [{"subject": kind}] * TASKS,
    }
    return key, body


def _create_deep(site: Site) -> str:
    key, body = _account(DEEP)
    _sent(site, "POST", "accounts", body)
    return key


def _family(site: Site, account: str) -> list[str]:
    """Return the owners of an account's contacts and tasks."""
    contacts = f"contacts?$select=_ownerid_value&$filter=_parentcustomerid_value eq {account}"
    tasks = f"tasks?$select=_ownerid_value&$filter=_regardingobjectid_value eq {account}"
    return [row["_ownerid_value"] for path in (contacts, tasks) for row in _rows(site, path)]


def _is_deep(site: Site, key: str) -> None:
    answer = site.send("GET", f"accounts({key})?$select=name", token=site.organization_admin_token)
    assert answer.status_code == 200, answer.text
    assert len(_family(site, key)) == 1 + TASKS


def _families(site: Site, kind: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the owner of each account of a kind, with the owners of what belongs to it."""
    accounts = {
        row["accountid"]: row["_ownerid_value"]
        for row in _rows(site, f"accounts?$select=_ownerid_value&$filter=name eq '{kind}'")
    }
    found: dict[str, list[str]] = {key: [] for key in accounts}
    for path, lookup in (
        (f"contacts?$filter=lastname eq '{kind}'", "_parentcustomerid_value"),
        (f"tasks?$filter=subject eq '{kind}'", "_regardingobjectid_value"),
    ):
        for row in _rows(site, f"{path}&$select=_ownerid_value,{lookup}"):
            found[row[lookup]].append(row["_ownerid_value"])
    yield from ((accounts[key], owners) for key, owners in found.items())


def _families_are_whole(site: Site) -> None:
    found = list(_families(site, DEEP))
    assert found
    for _, owners in found:
        assert len(owners) == 1 + TASKS


def _pair(site: Site) -> tuple[str, str]:
    account, lead = (str(uuid.uuid4()) for _ in range(2))
    _sent(site, "POST", "accounts", {"accountid": account, "name": f"{MARK} pair"})
    _sent(site, "POST", "leads", {"leadid": lead, "lastname": "Pair"})
    root = site.served["web_api_url"]
    body = {"@odata.id": f"{root}leads({lead})"}
    _sent(site, "POST", f"accounts({account})/accountleads_association/$ref", body)
    return account, lead


def _is_paired(site: Site, fact: tuple[str, str]) -> None:
    account, lead = fact
    path = f"accounts({account})/accountleads_association?$select=leadid"
    assert [row["leadid"] for row in _rows(site, path)] == [lead]


def _define_key(site: Site) -> None:
    named = ("contact", f"{MARK}_upserts", "--column", KEY)
    site.served.run("key", "create", *named, *site.database)


def _upsert(site: Site) -> str:
    """Upsert a record twice at the same moment."""
    said = f"{MARK} {uuid.uuid4()}"
    path, body = f"contacts({KEY}='{said}')", {"lastname": said}
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(_sent, site, "PATCH", path, body) for _ in range(2)]
    for each in both:
        each.result()
    return said


def _is_one(site: Site, said: str) -> None:
    path = f"contacts?$select=lastname&$filter={KEY} eq '{said}'"
    assert [row["lastname"] for row in _rows(site, path)] == [said]


def _keys_are_unique(site: Site) -> None:
    path = f"contacts?$select={KEY}&$filter=startswith({KEY},'{MARK}')"
    found = Counter(row[KEY] for row in _rows(site, path))
    assert set(found.values()) == {1}


def _assign(site: Site) -> str:
    """Assign an account, which what belongs to it follows."""
    key, body = _account(ASSIGNED)
    _sent(site, "POST", "accounts", body)
    _sent(site, "PATCH", f"accounts({key})", {"ownerid@odata.bind": f"/systemusers({TOMASZ})"})
    return key


def _is_assigned(site: Site, key: str) -> None:
    answer = site.send(
        "GET", f"accounts({key})?$select=_ownerid_value", token=site.organization_admin_token
    )
    assert answer.json().get("_ownerid_value") == TOMASZ, answer.text
    assert _family(site, key) == [TOMASZ] * (1 + TASKS)


def _families_have_one_owner(site: Site) -> None:
    found = list(_families(site, ASSIGNED))
    assert found
    for owner, owners in found:
        assert owners == [owner] * (1 + TASKS)


RECORDS = (
    Writer("many", _create_many, _are_many, whole=_all_or_none),
    Writer("deep", _create_deep, _is_deep, whole=_families_are_whole),
    Writer("pair", _pair, _is_paired),
    Writer("upsert", _upsert, _is_one, prepare=_define_key, whole=_keys_are_unique),
    Writer("assign", _assign, _is_assigned, whole=_families_have_one_owner),
)
