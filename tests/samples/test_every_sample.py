"""What every sample does alike, in Chromium."""

import pytest
from playwright.sync_api import expect

from support.browser import Browser
from support.sample_keyboard import works_by_keyboard
from support.samples import (
    Visitor,
    is_no_user,
    loses_the_role,
    may_not_delete,
    meets_another_s_change,
    new_person,
)
from support.served import Served

pytestmark = pytest.mark.parametrize("sample", ["spa-adal", "spa-adal-angular", "spa-msal"])


def test_a_person_who_is_no_user_of_the_organization(served: Served, browser: Browser, sample: str):
    visitor = Visitor(served, browser, sample)
    visitor.sign_in(*new_person(served, f"wanda-{sample}"))
    is_no_user(visitor)


def test_a_role_removed_meanwhile(served: Served, browser: Browser, sample: str):
    person = new_person(served, f"rolf-{sample}", role="Salesperson")
    visitor = Visitor(served, browser, sample)
    visitor.sign_in(*person)
    loses_the_role(visitor, person)


def test_a_record_somebody_else_changed(served: Served, browser: Browser, sample: str):
    visitor = Visitor(served, browser, sample)
    visitor.sign_in()
    meets_another_s_change(visitor)
    may_not_delete(visitor)


def test_without_a_network(served: Served, browser: Browser, sample: str):
    visitor = Visitor(served, browser, sample)
    visitor.sign_in()
    visitor.context.set_offline(True)
    visitor.show("Leads")
    assert visitor.trouble()[0] == "The organization cannot be reached"
    visitor.context.set_offline(False)
    visitor.press("Load the records again")
    expect(visitor.page.locator(".records tbody th")).to_have_count(10)


def test_the_keyboard_alone_is_enough(served: Served, browser: Browser, sample: str):
    works_by_keyboard(Visitor(served, browser, sample))
