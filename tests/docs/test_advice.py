"""The advice on each AADSTS number: there for every row, in plain words, and its commands exist."""

import shlex

import pytest
import typer

from support.profiled import profiled
from xrm.cli import _application
from xrm.model.errors import signin
from xrm.sts.faces.pages import advice

NUMBERS = sorted({row.number for row in signin.ROWS})
COMMANDS = [(number, advice.ADVICE[number].command) for number in NUMBERS]
COMMANDS = [pair for pair in COMMANDS if pair[1]]


def test_every_row_is_in_the_catalogue():
    rows = {row for row in vars(signin).values() if isinstance(row, signin.SignInRow)}
    assert rows == set(signin.ROWS)
    assert sorted(advice.ADVICE) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_explained(number):
    said = advice.of(number)
    assert len(said.title) > 10
    assert not said.title.endswith(".")
    assert len(said.advice) > 10
    assert said.advice.endswith(".")
    assert said.text.startswith(said.advice)
    assert "xrm " not in said.advice, "a command has a place of its own"


def test_the_address_that_errors_name_explains_each(tmp_path):
    with profiled(tmp_path, "faithful") as at:
        for number in NUMBERS:
            page = at.visitor().get("/error", {"code": str(number)})
            assert (page.status, page.heading) == (200, advice.of(number).title)
            assert f"AADSTS{number} (" in page.text
        assert at.visitor().get("/error", {"code": "12345678"}).status == 404
        assert at.visitor().get("/error").status == 404


@pytest.mark.parametrize(("number", "command"), COMMANDS)
def test_a_command_that_is_named_exists(number, command):
    """Words in lower case are verbs, then options; what is in capitals stands for a value."""
    program, *words = shlex.split(command)
    assert program == "xrm"
    found = typer.main.get_command(_application())
    while words and hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    assert not hasattr(found, "commands"), command
    options = {name for parameter in found.params for name in parameter.opts}
    options |= {name for parameter in found.params for name in parameter.secondary_opts}
    assert {word for word in words if word.startswith("--")} <= options
    places = [parameter for parameter in found.params if parameter.param_type_name == "argument"]
    given = [word for word in words if word.isupper()]
    assert len(given) >= len([place for place in places if place.required]), command
