"""The catalogue: every table of the organization, one data file each under tables/.

To add a system table, add its file; to add a language, its file under labels/ (languages).
particulars is what an organization tells of itself. roles.json holds the standard security
roles, defaults.json the settings and the currency a new organization has; NOTICE.md names the
sources of the facts.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import orjson

from xrm.model.metadata import Catalogue, read_table
from xrm.model.values import Guid, Values


@cache
def catalogue() -> Catalogue:
    """Return the tables of this package; read once."""
    folder = resources.files(__name__) / "tables"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return Catalogue(
        read_table(orjson.loads(file.read_bytes())) for file in files if file.name.endswith(".json")
    )


@cache
def miscellaneous_privilege(name: str) -> Guid:
    """Return the id of a privilege that belongs to no table. Raises KeyError if unknown."""
    ids: dict[str, Guid] = {row["name"]: row["id"] for row in standard_roles()["miscellaneous"]}
    return ids[name]


@cache
def privilege_ids() -> Mapping[str, Guid]:
    """Return the id of every privilege by its name: those of tables, and those of none."""
    rows = standard_roles()["miscellaneous"]
    tables = catalogue().tables.values()
    found = {each.name: each.id for table in tables for each in table.privileges.values()}
    return found | {row["name"]: row["id"] for row in rows}


@cache
def standard_roles() -> dict[str, Any]:
    """Return the standard security roles as roles.json states them."""
    document: dict[str, Any] = orjson.loads((resources.files(__name__) / "roles.json").read_bytes())
    return document


@cache
def defaults(table: str) -> Values:
    """Return the columns the first record of a table has, as defaults.json states them.

    Raises KeyError for a table that begins empty.
    """
    content = (resources.files(__name__) / "defaults.json").read_bytes()
    document: dict[str, Values] = orjson.loads(content)
    return document[table]
