"""What the profiles differ in beside the rules of docs/openid.md: rows of docs/profiles.md."""

import re

import pytest

from support.profiled import PROFILES, profiled
from support.signing_in import redeem

NOBODY = "nobody@contoso.example"


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("rows"), request.param) as opened:
        yield opened


def plain(page, name):
    """Return a page without what differs from one to the next anyway."""
    text = re.sub(r'name="state" value="[^"]*"|<wbr>', "", page.text)
    return text.replace(name, "<name>")


def tried(at, name):
    """Return the page after a name, and the page after a wrong password."""
    visitor = at.visitor()
    named = visitor.submit(at.asked(visitor), "name", username=name)
    if "password" not in named.steps:
        return named, None
    wrong = visitor.submit(named, "password", username=name, password="Wrong-horse-8")
    return named, wrong


def test_whether_there_is_such_an_account(at):
    known = at.person.user_principal_name
    named, wrong = tried(at, known)
    nobody, nobodys = tried(at, NOBODY)
    if at.name == "faithful":
        assert "could not find an account" in nobody.text
        assert nobodys is None
        return
    assert plain(named, known) == plain(nobody, NOBODY)
    assert plain(wrong, known) == plain(nobodys, NOBODY)
    assert "incorrect" in wrong.text


def test_a_hint_tells_no_more_than_the_name(at):
    page = at.asked(at.visitor(), login_hint=NOBODY)
    assert "password" in page.steps
    known = at.asked(at.visitor(), login_hint=at.person.user_principal_name)
    assert plain(page, NOBODY) == plain(known, at.person.user_principal_name)


def test_a_program_that_sends_passwords(at):
    """Where the profile takes passwords from programs, it tells them what the pages tell."""
    form = {"grant_type": "password", "password": "Wrong-horse-8", "scope": "openid"}
    answers = [
        redeem(at.service, at.tenant, at.desk, username=name, **form).refusal[2]
        for name in (at.person.user_principal_name, NOBODY)
    ]
    assert answers == ([50126, 50034] if at.name == "faithful" else [70003, 70003])
