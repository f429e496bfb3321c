"""People: the systemusers of a tenant's people follow the directory, as the platform has it.

A person with a licence gets a user without roles. An administrator of the tenant gets one with
the role System Administrator, in access mode Administrative where there is no licence. A person
who is disabled, deleted or without a licence stays as a disabled user with its roles. An
application user is never touched.
"""

from collections.abc import Iterable
from typing import Any

from xrm.db import Transaction
from xrm.db.counters import last_number
from xrm.model.message import Message
from xrm.model.metadata import Table
from xrm.model.values import Entity, EntityReference, Guid, Values
from xrm.org import pipeline
from xrm.org.administration import platform_of
from xrm.org.organization import Organization
from xrm.org.ports import DirectoryPerson
from xrm.org.rules.system.founding import ADMINISTRATOR
from xrm.org.rules.system.roles import ASSIGNMENT
from xrm.org.rules.system.users import ADMINISTRATIVE, READ_WRITE, UNLICENSED_MODES
from xrm.org.security.caller import Caller

FOLLOWED = "directory"
"""The counter that holds the number of the last change followed."""
EXISTS, SOFT_DELETED = 0, 1
"""States of `azurestate`."""
_BY_DIRECTORY = "The directory disabled the account, or took its license."
_STATE = ("applicationid", "accessmode", "isdisabled", "islicensed", "disabledreason")


def followed(organization: Organization) -> int:
    """Return the number of the last change of the directory that was followed, 0 if none was."""
    return last_number(organization.database, FOLLOWED)


def follow(organization: Organization, person: DirectoryPerson) -> None:
    """Make a person's user what the directory says of the person now; again changes nothing."""
    platform = platform_of(organization)
    with pipeline.writing(organization) as transaction:
        _Following(organization, platform, transaction).follow(person)


def follow_all(organization: Organization, changes: Iterable[tuple[int, DirectoryPerson]]) -> int:
    """Follow numbered changes in order and return the number of the last one followed.

    Each change and its number are kept together, so that a process that is killed goes on where
    it was; a change followed before, here or by another process, is left out.
    """
    platform = platform_of(organization)
    for number, person in changes:
        with pipeline.writing(organization) as transaction:
            last = transaction.next_number(FOLLOWED, 0) - 1
            if number <= last:
                continue
            _Following(organization, platform, transaction).follow(person)
            transaction.next_number(FOLLOWED, number - last)
    return followed(organization)


class _Following:
    """One transaction in which users follow."""

    def __init__(
        self, organization: Organization, platform: Caller, transaction: Transaction
    ) -> None:
        self._organization = organization
        self._platform = platform
        self._transaction = transaction
        self._users: Table = organization.catalogue["systemuser"]

    def follow(self, person: DirectoryPerson) -> None:
        user = self._user(person)
        if user is None:
            if not _is_served(person, READ_WRITE):
                return
            user = self._create(person)
        else:
            self._change(user, person)
        # Documented: when the directory role goes, the role here stays.
        if person.administrator and _is_served(person, READ_WRITE):
            self._make_administrator(user)

    def _user(self, person: DirectoryPerson) -> Guid | None:
        """Return the user with the person's object id, else one waiting under its name."""
        store, transaction = self._organization.store, self._transaction
        column = "azureactivedirectoryobjectid"
        for key in store.having(transaction, self._users, column, str(person.object_id)):
            if self._one(key, "applicationid") is None:
                return key
        name = person.user_principal_name
        for key in store.named(transaction, self._users, name, column="domainname"):
            if self._one(key, "applicationid") is None and self._one(key, column) is None:
                return key
        return None

    def _create(self, person: DirectoryPerson) -> Guid:
        values = _said(person) | {
            "accessmode": _mode(person, {"accessmode": READ_WRITE, "islicensed": False}),
            "isdisabled": False,
            "businessunitid": EntityReference("businessunit", self._platform.business_unit_id),
            "organizationid": self._platform.organization_id,
        }
        key: Guid = self._execute("Create", Target=Entity("systemuser", None, values))
        return key

    def _change(self, user: Guid, person: DirectoryPerson) -> None:
        wanted = _said(person)
        before = self._fetch(user, (*_STATE, *wanted))
        mode = wanted["accessmode"] = _mode(person, before)
        if not _is_served(person, mode):
            if not before["isdisabled"]:
                wanted |= {"isdisabled": True, "disabledreason": _BY_DIRECTORY}
        elif before["disabledreason"] == _BY_DIRECTORY:
            # One whom an administrator disabled here stays so (inferred).
            wanted |= {"isdisabled": False, "disabledreason": None}
        changed = {name: value for name, value in wanted.items() if before[name] != value}
        if changed:
            self._execute("Update", Target=Entity("systemuser", user, changed))

    def _make_administrator(self, user: Guid) -> None:
        organization, transaction = self._organization, self._transaction
        association, template = organization.associations[ASSIGNMENT], "roletemplateid"
        for role in organization.store.having(
            transaction, organization.catalogue["role"], template, ADMINISTRATOR
        ):
            if not organization.associations.has(transaction, association, (user, role)):
                self._execute(
                    "Associate",
                    Target=EntityReference("systemuser", user),
                    Relationship=ASSIGNMENT,
                    RelatedEntities=[EntityReference("role", role)],
                )

    def _execute(self, name: str, **parameters: Any) -> Any:
        message = Message(name, parameters)
        return pipeline.execute_within(
            self._organization, message, self._platform, self._transaction
        )

    def _fetch(self, user: Guid, names: tuple[str, ...]) -> Values:
        store = self._organization.store
        return store.fetch(self._transaction, self._users, user, names) or {}

    def _one(self, user: Guid, name: str) -> Any:
        return self._fetch(user, (name,)).get(name)


def _said(person: DirectoryPerson) -> Values:
    """Return the columns the directory decides alone, as far as they can hold it."""
    nameless = not person.given_name and not person.surname
    return {
        "azureactivedirectoryobjectid": str(person.object_id),
        "domainname": person.user_principal_name,
        "internalemailaddress": (person.mail or person.user_principal_name)[:100],
        "firstname": person.given_name[:256] or None,
        "lastname": (person.display_name if nameless else person.surname)[:256] or None,
        "islicensed": person.licensed and not person.deleted,
        "azurestate": SOFT_DELETED if person.deleted else EXISTS,
    }


def _mode(person: DirectoryPerson, before: Values) -> Any:
    """Return the access mode: Administrative for an administrator without a licence.

    Who has chosen another mode keeps it; a licence that arrives makes Administrative
    Read-Write. A licence that goes leaves the mode: Administrative and Non-interactive need
    none.
    """
    mode = before["accessmode"]
    if person.administrator and not person.licensed and mode not in UNLICENSED_MODES:
        return ADMINISTRATIVE
    if person.licensed and not before["islicensed"] and mode == ADMINISTRATIVE:
        return READ_WRITE
    return mode


def _is_served(person: DirectoryPerson, mode: Any) -> bool:
    """Tell whether a person's user is enabled in this access mode."""
    entitled = person.licensed or person.administrator or mode in UNLICENSED_MODES
    return person.enabled and not person.deleted and entitled
