"""Negation, metadata and the small values of the model."""

import pickle
import uuid

import pytest

from xrm.model.metadata import Catalogue, read_table
from xrm.model.operators import COMPLEMENT, OPERATORS
from xrm.model.privileges import Depth, Right
from xrm.model.query import ColumnComparison, Condition, Group, negate
from xrm.model.secret import Secret
from xrm.model.values import guid, read_guid

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
A, B = Condition("a", "eq", (1,)), Condition("b", "gt", (2,))


@pytest.mark.parametrize("operator", COMPLEMENT)
def test_an_operator_and_its_complement(operator):
    condition = Condition("a", operator, (1,))
    assert negate(condition).operator == COMPLEMENT[operator] != operator
    assert negate(negate(condition)) == condition
    assert OPERATORS[COMPLEMENT[operator]].arity == OPERATORS[operator].arity


def test_what_has_no_complement_is_about_the_caller_or_the_clock():
    alone = set(OPERATORS) - set(COMPLEMENT)
    own = {"eq-userteams", "eq-useroruserteams", "eq-userlanguage"}
    assert alone == own | {name for name, row in OPERATORS.items() if row.date_only}


def test_negation_goes_through_groups():
    found = negate(Group("and", (A, Group("or", (B, ColumnComparison("a", "le", "b"))))))
    assert found == Group(
        "or",
        (
            Condition("a", "ne", (1,)),
            Group("and", (Condition("b", "le", (2,)), ColumnComparison("a", "gt", "b"))),
        ),
    )


@pytest.mark.parametrize("text", [KEY, KEY.upper()])
def test_an_identifier_is_lower_case(text):
    assert read_guid(text) == guid(uuid.UUID(text)) == KEY


@pytest.mark.parametrize(
    "text", ["", "x", KEY[:-1], f"{{{KEY}}}", KEY.replace("-", ""), f"{KEY}\n"]
)
def test_what_is_no_identifier(text):
    with pytest.raises(ValueError, match="not an identifier"):
        read_guid(text)


def test_depths_are_those_of_the_mask_and_ordered():
    assert [Depth.named(depth.label) for depth in Depth] == list(Depth)
    assert [depth.value for depth in Depth] == [1, 2, 4, 8]
    assert max(Depth.BASIC, Depth.DEEP, Depth.LOCAL) is Depth.DEEP
    with pytest.raises(KeyError):
        Depth.named("Everything")


def test_a_secret_is_not_shown():
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{[secret]}"):
        assert "hunter2" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_are_compared_by_their_text():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("\u00e9")}) == 2
    assert not Secret("")


FACTS = {
    "logical_name": "thing",
    "schema_name": "Thing",
    "entity_set_name": "things",
    "display_name": "Thing",
    "object_type_code": 10_000,
    "ownership": "UserOwned",
    "primary_id": "thingid",
    "primary_name": "name",
    "default_status": {"0": 1},
    "columns": [
        {"logical_name": "thingid", "schema_name": "ThingId", "type": "Uniqueidentifier"},
        {"logical_name": "name", "schema_name": "Name", "type": "String", "max_length": 5},
        {
            "logical_name": "statuscode",
            "schema_name": "StatusCode",
            "type": "Status",
            "options": [{"value": 1, "label": "Active", "state": 0}],
        },
        {
            "logical_name": "day",
            "schema_name": "Day",
            "type": "DateTime",
            "date_behavior": "DateOnly",
            "unknown_fact": True,
        },
    ],
    "privileges": [{"name": "prvReadThing", "right": "Read", "id": KEY, "depths": ["Global"]}],
    "relationships": {
        "many_to_one": [
            {
                "schema_name": "thing_parent",
                "column": "parentid",
                "target": "thing",
                "referencing_navigation": "ParentId",
                "referenced_navigation": "thing_parents",
            }
        ],
        "many_to_many": [{"schema_name": "unfinished"}],
    },
}


def test_a_table_is_what_its_file_says():
    table = read_table(FACTS)
    assert table.is_user_owned
    assert table.default_status == {0: 1}
    assert table.columns["name"].max_length == 5
    assert table.columns["day"].date_only
    assert table.columns["statuscode"].options[0].state == 0
    assert table.privileges[Right.READ].depths == (Depth.GLOBAL,)
    assert table.many_to_many == ()
    found = table.navigation("ParentId")
    assert found is not None
    assert found.column == "parentid"
    assert table.navigation("parentid") is None
    catalogue = Catalogue([table])
    assert catalogue["thing"] is catalogue.sets["things"] is table


@pytest.mark.parametrize("fact", ["logical_name", "columns", "privileges", "primary_id"])
def test_a_table_without_a_fact_is_refused(fact):
    with pytest.raises(KeyError):
        read_table({name: value for name, value in FACTS.items() if name != fact})
