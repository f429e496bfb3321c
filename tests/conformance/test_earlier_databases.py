"""A database that an earlier version made opens, and gains the tables and rights it lacks."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from support.datafiles import ROLES, columns, table
from support.estate import Estate, build
from xrm.org.administration import roles
from xrm.org.presentation import languages
from xrm.org.roles import Edit, edit_role, read_role

LATER = (
    *("opportunity", "principalobjectaccess", "task", "team", "transactioncurrency"),
    "usersettings",
)
"""Tables the first version did not have."""
LATER_COLUMNS = ("account.entityimage", "role.canbedeleted", "privilege.iscustomizable")
LATER_PRIVILEGES = (
    *(privilege["name"] for name in LATER for privilege in table(name)["privileges"]),
    *("prvBulkDelete", "prvBypassCustomBusinessLogic", "prvBypassCustomPlugins"),
)
NULLED = ("basecurrencyid", "localeid", "dateformatstring", "fiscalperiodtype")


def undo(estate: Estate) -> None:
    """Turn a database into what the first version left."""
    names = ", ".join(f"'{name}'" for name in LATER_PRIVILEGES)
    later = f"(SELECT privilegeid FROM privilege WHERE name IN ({names}))"
    statements = [
        *(
            f'DROP TABLE "{name}"'
            for name in (*LATER, "provisionedlanguage", "teammembership", "teamroles")
        ),
        *(
            'ALTER TABLE "{}" DROP COLUMN "{}"'.format(*column.split("."))
            for column in LATER_COLUMNS
        ),
        f"DELETE FROM roleprivileges WHERE privilegeid IN {later}",
        f"DELETE FROM privilege WHERE name IN ({names})",
        f"UPDATE organization SET {', '.join(f'{name} = NULL' for name in NULLED)}",
    ]
    with estate.database.write() as transaction:
        for statement in statements:
            transaction.run(statement, {})
        transaction.changed()


def rows(estate: Estate, statement: str) -> list[tuple[Any, ...]]:
    with estate.database.read() as transaction:
        found: list[tuple[Any, ...]] = transaction.rows(statement)
    return found


def granted(estate: Estate, role: str) -> dict[str, str]:
    found = read_role(estate.organization, role).privileges
    return {each.name: each.depth.label for each in found}


def stated(role: str) -> dict[str, str]:
    return dict(next(row["privileges"] for row in ROLES["roles"] if row["name"] == role))


@pytest.fixture
def earlier(url: str, namespace: str) -> Iterator[Estate]:
    """An organization whose database an earlier version made, as this version opens it.

    It has a user besides the platform's own. Its Salesperson does not create leads, its System
    Customizer has another name.
    """
    first = build(url, namespace)
    first.user(name="Somebody")
    edit_role(first.organization, "Salesperson", Edit(removed=["prvCreateLead"]))
    edit_role(first.organization, "System Customizer", Edit(name="Tailor"))
    undo(first)
    first.database.close()
    second = build(url, namespace)
    yield second
    second.database.close()


def test_it_gains_tables_and_columns(earlier: Estate):
    for name in (*LATER, "account", "role", "privilege"):
        shown = ", ".join(f'"{column}"' for column in columns(name))
        assert len(rows(earlier, f'SELECT {shown} FROM "{name}"')) >= 0
    assert rows(earlier, "SELECT teamid, roleid FROM teamroles") == []


def test_its_languages_can_be_enabled(earlier: Estate):
    assert [each.lcid for each in languages.enabled(earlier.organization)] == [1033]
    languages.enable(earlier.organization, 1031)
    assert [each.lcid for each in languages.enabled(earlier.organization)] == [1033, 1031]


def test_it_gains_privileges_and_the_standard_roles_have_them(earlier: Estate):
    every = {name for (name,) in rows(earlier, "SELECT name FROM privilege")}
    assert set(LATER_PRIVILEGES) <= every
    assert granted(earlier, "System Administrator") == dict.fromkeys(every, "Global")
    assert granted(earlier, "Basic User") == stated("Basic User")
    assert granted(earlier, "Delegate") == {"prvActOnBehalfOfAnotherUser": "Global"}


def test_what_people_changed_stays(earlier: Estate):
    salesperson = stated("Salesperson")
    assert salesperson["prvCreateLead"] == "Basic"
    del salesperson["prvCreateLead"]
    assert granted(earlier, "Salesperson") == salesperson
    assert granted(earlier, "Tailor") == stated("System Customizer")
    assert len(roles(earlier.organization)) == len(ROLES["roles"])


def test_it_gains_a_currency_and_settings(earlier: Estate):
    found = rows(
        earlier,
        "SELECT c.isocurrencycode, c.currencysymbol, c.currencyprecision, c.exchangerate, "
        "o.localeid, o.dateformatstring, o.fiscalperiodtype FROM organization o "
        "JOIN transactioncurrency c ON c.transactioncurrencyid = o.basecurrencyid",
    )
    rate = int(Decimal(1).scaleb(12))
    assert found == [("USD", "$", 2, rate, 1033, "M/d/yyyy", 2002)]


def test_it_gains_a_default_team(earlier: Estate):
    found = rows(
        earlier,
        "SELECT t.name, t.isdefault, t.teamtype FROM team t "
        "JOIN businessunit u ON u.businessunitid = t.businessunitid",
    )
    assert found == [("Contoso", 1, 0)]


def test_who_lies_in_a_unit_is_in_its_default_team(earlier: Estate):
    found = rows(
        earlier,
        "SELECT u.fullname FROM teammembership m JOIN team t ON t.teamid = m.teamid "
        "JOIN systemuser u ON u.systemuserid = m.systemuserid WHERE t.isdefault = 1",
    )
    assert found == [("Somebody",)]


def test_every_user_gains_settings(earlier: Estate):
    found = rows(
        earlier,
        "SELECT u.fullname, s.localeid, s.dateformatstring, s.timezonecode FROM usersettings s "
        "JOIN systemuser u ON u.systemuserid = s.systemuserid "
        "AND u.businessunitid = s.businessunitid ORDER BY u.fullname",
    )
    formats = (1033, "M/d/yyyy", 92)
    assert found == [("SYSTEM", *formats), ("Somebody", *formats)]


def test_a_default_team_without_members_gains_them_once(url: str, namespace: str):
    pairs = "SELECT teamid, systemuserid FROM teammembership ORDER BY teamid, systemuserid"
    first = build(url, namespace)
    for name in ("Somebody", "Another"):
        first.user(name=name)
    before = rows(first, pairs)
    assert len(before) == 2
    with first.database.write() as transaction:
        transaction.run("DELETE FROM teammembership", {})
    first.database.close()
    for _ in range(2):
        again = build(url, namespace)
        assert rows(again, pairs) == before
        again.database.close()


def test_opening_it_once_more_adds_nothing(earlier: Estate, url: str, namespace: str):
    def counts(estate: Estate) -> list[int]:
        tables = (
            *("privilege", "roleprivileges", "role", "team", "teammembership"),
            *("transactioncurrency", "usersettings"),
        )
        return [rows(estate, f'SELECT count(*) FROM "{name}"')[0][0] for name in tables]

    before = counts(earlier)
    again = build(url, namespace)
    try:
        assert counts(again) == before
    finally:
        again.database.close()
