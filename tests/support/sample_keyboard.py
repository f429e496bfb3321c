"""A person at a sample who has a keyboard and nothing else."""

from typing import Any

from playwright.sync_api import expect

from support.samples import Api, Visitor

MOST_STOPS = 60
_LEAD = "leads?$filter=lastname eq 'Abara'&$select=companyname,leadqualitycode"
_HAS_FOCUS = "it => it === document.activeElement"


def works_by_keyboard(visitor: Visitor) -> None:
    """Sign in, create a lead, edit and delete it, and sign out, without once pointing."""
    api = Api(visitor.served)
    visitor.open()
    _press(visitor, "#sign-in")
    _sign_in(visitor)
    _press(visitor, "#tabs :is(button, a):not([aria-current])")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Leads")
    visitor.settled()

    _press(visitor, ".records header button")
    _type(visitor, subject="By keys", firstname="A", lastname="Abara", leadqualitycode="Cold")
    assert visitor.said() == "A Abara was created."
    assert [row["leadqualitycode"] for row in api.ask("GET", _LEAD)["value"]] == [3]

    expect(visitor.page.get_by_role("button", name="Edit A Abara")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    _type(visitor, companyname="Abara & Daughters")
    assert visitor.said() == "A Abara was saved."
    assert [row["companyname"] for row in api.ask("GET", _LEAD)["value"]] == ["Abara & Daughters"]

    _deletes(visitor)
    assert visitor.said() == "A Abara was deleted."
    assert api.ask("GET", _LEAD)["value"] == []
    _press(visitor, "#sign-out", key="Shift+Tab")
    expect(visitor.page.locator("#sign-in")).to_have_text("Sign in", timeout=20_000)


def _sign_in(visitor: Visitor) -> None:
    """Type where the pages have put the focus."""
    for field in ("username", "password"):
        expect(visitor.page.locator(f"input[name={field}]")).to_be_focused(timeout=20_000)
        visitor.page.keyboard.type(visitor.served[field])
        visitor.page.keyboard.press("Enter")
    visitor.settled()


def _type(visitor: Visitor, **values: str) -> None:
    """Fill the open form in, going from field to field, and send it off from the last."""
    expect(visitor.page.get_by_role("dialog").locator("#field-subject")).to_be_focused()
    for name, text in values.items():
        _reach(visitor, f"#field-{name}")
        visitor.page.keyboard.type(text)
    _press(visitor, "dialog button[type=submit]")


def _deletes(visitor: Visitor) -> None:
    """Ask for it, think better of it, and ask again."""
    button = visitor.page.get_by_role("button", name="Delete A Abara")
    question = visitor.page.get_by_role("dialog")
    expect(visitor.page.get_by_role("button", name="Edit A Abara")).to_be_focused()
    visitor.page.keyboard.press("Tab")
    expect(button).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(button).to_be_focused()
    visitor.page.keyboard.press("Enter")
    _press(visitor, "dialog .danger", key="Shift+Tab")


def _press(visitor: Visitor, selector: str, *, key: str = "Tab") -> None:
    _reach(visitor, selector, key=key)
    visitor.page.keyboard.press("Enter")


def _reach(visitor: Visitor, selector: str, *, key: str = "Tab") -> None:
    """Go on from stop to stop until an element has the focus."""
    wanted: Any = visitor.page.locator(selector).first
    wanted.wait_for()
    for _ in range(MOST_STOPS):
        if wanted.evaluate(_HAS_FOCUS):
            return
        visitor.page.keyboard.press(key)
    raise AssertionError(f"no key leads to {selector}")
