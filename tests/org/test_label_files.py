"""The label files are whole: every text of the catalogue translated, and nothing else."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

import xrm.org.metadata
from support import datafiles

FOLDER = Path(xrm.org.metadata.__file__).parent / "labels"
FILES = sorted(FOLDER.glob("*.json"))
PARTS = {"name", "tables", "options", "options_of_columns", "columns"}
COLUMNS_TRANSLATED = {"1031"}
"""Languages with the names of columns."""
TECHNICAL = {"organization"}
"""Tables whose columns only administrators see; their names stay English."""
TABLES = {name: datafiles.table(name) for name in datafiles.TABLES}
FIELDS = re.compile(r"\{[^}]*\}")


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def labels(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(file.read_bytes())
    return found


def options(table: dict[str, Any]) -> dict[str, set[str]]:
    return {
        f"{table['logical_name']}.{column['logical_name']}": {
            option["label"] for option in column.get("options", ())
        }
        for column in table["columns"]
    }


OF_COLUMNS = {name: found for table in TABLES.values() for name, found in options(table).items()}
EVERY_OPTION = set().union(*OF_COLUMNS.values()) - {""}
EVERY_COLUMN = {
    column["display_name"]
    for name, table in TABLES.items()
    if name not in TECHNICAL
    for column in table["columns"]
}
GLOBAL = {
    f"{name}.{column['logical_name']}"
    for name, table in TABLES.items()
    for column in table["columns"]
    if "option_set" in column
}


def test_there_are_languages_of_both_directions():
    assert [file.stem for file in FILES] == ["1025", "1031", "1036", "3082"]


def test_every_table_has_both_names(labels: dict[str, Any]):
    assert labels.keys() == PARTS
    assert labels["tables"].keys() == TABLES.keys()
    for names in labels["tables"].values():
        assert names.keys() == {"display_name", "display_collection_name"}


def test_every_choice_is_translated_and_nothing_else(labels: dict[str, Any]):
    assert labels["options"].keys() == EVERY_OPTION


def test_what_a_column_calls_otherwise_is_among_its_choices(labels: dict[str, Any]):
    for name, own in labels["options_of_columns"].items():
        assert own.keys() <= OF_COLUMNS[name], name
        # A choice of several columns is one, whichever of them it is read from.
        assert name not in GLOBAL
        for label, text in own.items():
            assert text != labels["options"][label], (name, label)


def test_the_columns_are_translated_wholly_or_not_at_all(file: Path, labels: dict[str, Any]):
    wanted = EVERY_COLUMN if file.stem in COLUMNS_TRANSLATED else set()
    assert labels["columns"].keys() == wanted


def test_texts_are_clean(labels: dict[str, Any]):
    texts = [*labels["options"].items(), *labels["columns"].items()]
    texts += [pair for own in labels["options_of_columns"].values() for pair in own.items()]
    texts += [("", text) for names in labels["tables"].values() for text in names.values()]
    for label, text in texts:
        assert text.strip(), label
        assert FIELDS.findall(text) == FIELDS.findall(label), label
        assert text.startswith(" ") == label.startswith(" "), label
        assert text == text.rstrip(), label


def test_choices_of_one_column_stay_apart(labels: dict[str, Any]):
    for name, choices in OF_COLUMNS.items():
        own = labels["options"] | labels["options_of_columns"].get(name, {})
        told = [own[each] for each in choices if each]
        assert len(set(told)) == len(told), name
