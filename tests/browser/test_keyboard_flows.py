"""Whatever people do at the pages of a running server, the keyboard alone does it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from support.browser import Browser
from support.keyboard import Keyboard
from support.served import Served, serving
from support.signing_in import challenge

NATIVE = "/common/oauth2/nativeclient"
DAY = 86_400
ACCOUNTS = "Choose an account"
PASSWORD = "Enter your password"
PERMISSIONS = "Contoso Desktop App asks for permissions"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0", "--org-port", "0") as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Any:
    return browser.page(ca=served["ca_bundle"])


@pytest.fixture
def keys(page: Any) -> Keyboard:
    return Keyboard(page)


def base(served: Served) -> str:
    parts = urlsplit(served["authority"])
    return f"{parts.scheme}://{parts.netloc}"


def authorize(served: Served, **changes: str) -> str:
    fields = {
        "client_id": served["public_client_id"],
        "response_type": "code",
        "redirect_uri": base(served) + NATIVE,
        "scope": f"{served['organization_url']}/user_impersonation openid profile",
        "state": "12345",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{served.tenant_authority}/oauth2/v2.0/authorize?{urlencode(fields)}"


def told(page: Any) -> dict[str, str]:
    """Return what the program was told at its redirect URI."""
    parts = urlsplit(page.url)
    assert parts.path == NATIVE, page.inner_text("h1")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def enter(keys: Keyboard, username: str, password: str) -> None:
    """Sign in by name and password, each in the field that has the focus, and Enter."""
    assert (keys.heading, keys.stop) == ("Sign in", "username")
    keys.type(username)
    keys.go()
    assert (keys.heading, keys.stop) == (PASSWORD, "password")
    keys.type(password)
    keys.go()


def both_signed_in(page: Any, keys: Keyboard, served: Served) -> None:
    """Sign the salesperson in, and then the administrator."""
    page.goto(authorize(served))
    enter(keys, served["username"], served["password"])
    page.goto(authorize(served, prompt="select_account"))
    assert (keys.heading, keys.stop) == (ACCOUNTS, "")
    account = page.locator("[name=account]").get_attribute("value")
    keys.tab(f"account={account}", "step=other")
    keys.go("Space")
    enter(keys, served["admin_username"], served["admin_password"])
    assert "code" in told(page)


def test_sign_in_with_faults_on_the_way(page: Any, keys: Keyboard, served: Served):
    page.goto(authorize(served))
    keys.type("nobody@contoso.localhost")
    keys.go()
    assert (keys.heading, keys.stop) == ("Sign in", "username")
    assert keys.told == "We could not find an account with that user name."
    keys.type(served["username"])
    keys.tab("step=name")
    keys.go("Space")
    assert (keys.heading, keys.stop) == (PASSWORD, "password")
    keys.tab("keep=true", "step=password", "step=other")
    keys.go("Space")
    assert (keys.heading, keys.stop) == ("Sign in", "username")
    keys.type(served["username"])
    keys.go()
    assert (keys.heading, keys.stop) == (PASSWORD, "password")
    keys.type("wrong")
    keys.go()
    assert (keys.heading, keys.stop) == (PASSWORD, "password")
    assert keys.told.startswith("Your account or password is incorrect.")
    keys.type(served["password"])
    keys.tab("keep=true")
    keys.tick()
    keys.back("password")
    keys.tab("keep=true", "step=password")
    keys.go()
    assert told(page)["state"] == "12345"
    # Whoever stays signed in has a cookie that outlives the browser.
    kept = [one for one in page.context.cookies() if one["name"].endswith("-session")]
    assert [one["expires"] - page.evaluate("Date.now() / 1000") > 80 * DAY for one in kept] == [
        True
    ]


def test_an_account_of_several_is_chosen(page: Any, keys: Keyboard, served: Served):
    both_signed_in(page, keys, served)
    page.goto(authorize(served, prompt="select_account"))
    assert (keys.heading, keys.stop) == (ACCOUNTS, "")
    found = page.locator("[name=account]").all()
    first, second = (f"account={one.get_attribute('value')}" for one in found)
    keys.tab(first, second, "step=other")
    keys.back(second, first)
    keys.tab(second)
    chosen = found[1].inner_text()
    keys.go("Space")
    assert "code" in told(page)
    assert served["username"] in chosen


@pytest.mark.parametrize("accepted", [True, False])
def test_permissions_are_given_or_not(page: Any, keys: Keyboard, served: Served, accepted: bool):
    page.goto(authorize(served, prompt="consent"))
    enter(keys, served["username"], served["password"])
    assert (keys.heading, keys.stop) == (PERMISSIONS, "")
    keys.tab("step=accept", *([] if accepted else ["step=decline"]))
    keys.go()
    assert told(page).get("error") == (None if accepted else "access_denied")
    assert ("code" in told(page)) is accepted


def test_an_administrator_gives_permissions_for_all(page: Any, keys: Keyboard, served: Served):
    page.goto(authorize(served, prompt="consent"))
    enter(keys, served["admin_username"], served["admin_password"])
    assert (keys.heading, keys.stop) == (PERMISSIONS, "")
    keys.tab("for_all=true")
    keys.tick()
    keys.tab("step=accept", "step=decline")
    keys.back("step=accept")
    keys.go("Space")
    assert "code" in told(page)


def test_an_administrator_is_asked_for_the_whole_organization(
    page: Any, keys: Keyboard, served: Served
):
    fields = {"client_id": served["public_client_id"], "redirect_uri": base(served) + NATIVE}
    page.goto(f"{served.tenant_authority}/adminconsent?{urlencode(fields)}")
    enter(keys, served["admin_username"], served["admin_password"])
    assert (keys.heading, keys.stop) == (f"{PERMISSIONS} in your whole organization", "")
    keys.tab("step=accept")
    keys.go()
    assert told(page)["admin_consent"] == "True"


def test_who_may_not_give_permissions_goes_back(page: Any, keys: Keyboard, served: Served):
    fields = {"client_id": served["public_client_id"], "redirect_uri": base(served) + NATIVE}
    page.goto(f"{served.tenant_authority}/adminconsent?{urlencode(fields)}")
    enter(keys, served["username"], served["password"])
    assert (keys.heading, keys.stop) == ("An administrator must approve Contoso Desktop App", "")
    keys.tab("step=other", "step=decline")
    keys.go()
    assert told(page)["error"] == "access_denied"


@pytest.mark.parametrize("accepted", [True, False])
def test_a_device_is_signed_in_or_not(page: Any, keys: Keyboard, served: Served, accepted: bool):
    scope = f"{served['organization_url']}/.default"
    with served.http() as http:
        asked = {"client_id": served["public_client_id"], "scope": scope}
        device = http.post(f"{served.tenant_authority}/oauth2/v2.0/devicecode", data=asked).json()
    page.goto(device["verification_uri"])
    assert (keys.heading, keys.stop) == ("Enter the code", "code")
    keys.type("AAAAAAAAA")
    keys.go()
    assert (keys.heading, keys.stop) == ("Enter the code", "code")
    assert "code" in keys.told
    keys.type(device["user_code"])
    keys.tab("step=code")
    keys.go("Space")
    enter(keys, served["username"], served["password"])
    assert (keys.heading, keys.stop) == ("Are you trying to sign in to Contoso Desktop App?", "")
    keys.tab("step=accept", *([] if accepted else ["step=decline"]))
    keys.go()
    wanted = "You are signed in to " if accepted else "You were not signed in to "
    assert keys.heading == f"{wanted}Contoso Desktop App"


def test_a_password_that_has_expired_is_changed(page: Any, keys: Keyboard, served: Served):
    made = served.run("user", "create", "kim@contoso.localhost", "--name", "Kim Ode")
    page.goto(authorize(served))
    enter(keys, "kim@contoso.localhost", made["password"])
    assert (keys.heading, keys.stop) == ("Change your password", "password")
    for again in ("Else-Where-77", "Some-Where-77"):
        assert keys.stop == "password"
        keys.type(made["password"])
        keys.tab("new_password")
        keys.type("Some-Where-77")
        keys.tab("again")
        keys.type(again)
        keys.tab("step=change")
        keys.back("again")
        keys.go()
    assert "code" in told(page)


def test_sign_out_at_once(page: Any, keys: Keyboard, served: Served):
    page.goto(authorize(served))
    enter(keys, served["username"], served["password"])
    page.goto(f"{served.tenant_authority}/oauth2/v2.0/logout")
    assert keys.heading == "You are signed out"
    page.goto(authorize(served, prompt="none"))
    assert told(page)["error"] == "login_required"


def test_one_of_several_signs_out(page: Any, keys: Keyboard, served: Served):
    both_signed_in(page, keys, served)
    page.goto(f"{served.tenant_authority}/oauth2/v2.0/logout")
    assert keys.stop == ""
    found = page.locator("[name=account]").all()
    first, second = (f"account={one.get_attribute('value')}" for one in found)
    keys.tab(first, second)
    keys.go()
    assert keys.heading == "You are signed out"
    page.goto(authorize(served, prompt="select_account"))
    states = page.locator("[name=account] small").all_inner_texts()
    assert sorted(states) == ["Signed in", "Signed out"]


def test_sign_out_is_confirmed_or_not(browser: Browser):
    with serving("--memory", "--port", "0", "--profile", "strict") as strict:
        page = browser.page(ca=strict["ca_bundle"])
        keys = Keyboard(page)
        page.goto(authorize(strict))
        enter(keys, strict["username"], strict["password"])
        for stops, wanted in ((2, "You are still signed in"), (1, "You are signed out")):
            page.goto(f"{strict.tenant_authority}/oauth2/v2.0/logout")
            assert (keys.heading, keys.stop) == ("Do you want to sign out?", "")
            keys.tab(*("step=sign-out", "step=stay")[:stops])
            keys.go()
            assert keys.heading == wanted
