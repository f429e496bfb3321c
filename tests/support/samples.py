"""A person at the sample single-page applications, in Chromium."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import expect

from support.browser import Browser
from support.requirements import require
from support.served import Served, serving

TWO_HOURS = 7_200
"""Longer than any token is good for."""
STS = "form input[name={}]:visible"


@contextmanager
def serving_samples(*arguments: str) -> Iterator[Served]:
    """Serve a demonstration organization with the samples.

    Without npm, which gives their libraries, the test is skipped: see support.requirements.
    """
    require("npm", "the samples' libraries")
    ports = ("--port", "0", "--org-port", "0")
    with serving("--memory", *ports, "--samples", *arguments) as served:
        yield served


class Visitor:
    """A person with a browser of their own (cookies, storage), at one sample of one origin."""

    def __init__(
        self, served: Served, browser: Browser, sample: str, *, secure: bool = False, **options: Any
    ) -> None:
        self.served = served
        self.address = served["samples_https_url" if secure else "samples_url"] + sample + "/"
        self.context = browser.context(ca=served["ca_bundle"], **options)
        self.page = self.tab()
        self.loads: list[str] = []
        """Addresses the page itself has gone to, not those of its frames."""
        self.page.on("framenavigated", self._noted)
        self.faults: list[str] = []
        """What went wrong in scripts."""
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def tab(self) -> Any:
        """Open one more tab of the same browser."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        return page

    def open(self) -> None:
        """Open the sample."""
        self.page.goto(self.address)

    def sign_in(self, username: str = "", password: str = "") -> None:
        """Press "Sign in" and go through the pages, as the salesperson where nobody is named."""
        self.open()
        self.page.locator("#sign-in").click()
        self.give(self.page, username, password)
        self.settled()
        if "adal" in self.address:
            # For a second after it got a token by its frame, adal.js loses the next one: its timer
            # takes the frame back to the address of before. A page loaded anew has no such timer.
            self.page.reload()
            self.settled()

    def give(self, page: Any, username: str = "", password: str = "") -> None:
        """Fill the sign-in pages in; whoever is known by a hint is only asked for the password."""
        name, secret = (page.locator(STS.format(each)) for each in ("username", "password"))
        expect(name.or_(secret)).to_be_visible(timeout=20_000)
        if name.is_visible():
            name.fill(username or self.served["username"])
            page.locator("button[value=name]").click()
        secret.fill(password or self.served["password"])
        page.locator("button[value=password]").click()

    def settled(self) -> None:
        """Wait until the records are there, or what hinders them is told."""
        expect(self.page.locator("#sign-out")).to_be_visible(timeout=20_000)
        expect(self.page.locator(".records")).to_have_attribute(
            "aria-busy", "false", timeout=20_000
        )

    def show(self, title: str) -> None:
        """Go to a table."""
        self.page.locator("#tabs").get_by_text(title, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        self.settled()

    def names(self) -> list[str]:
        """Return the names on the page of the table that is shown."""
        return [str(name) for name in self.page.locator(".records tbody th").all_inner_texts()]

    def every_name(self) -> list[str]:
        """Return the names on every page, going on by the button."""
        found = self.names()
        while self.page.get_by_role("button", name="Next page").count():
            first = self.page.locator(".records tbody th").first
            before = first.inner_text()
            self.page.get_by_role("button", name="Next page").click()
            expect(first).not_to_have_text(before)
            self.settled()
            found += self.names()
        return found

    def press(self, name: str) -> None:
        """Press a button by its name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def write(self, **values: str) -> None:
        """Fill the open form in, by the labels of its fields, and save."""
        form = self.page.get_by_role("dialog")
        for label, text in values.items():
            field = form.locator(f"#field-{label}")
            if field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(label=text)
            else:
                field.fill(text)
        form.get_by_role("button", name="Save").click()

    def said(self) -> str:
        """Return what the page says was done, once it says something."""
        region = self.page.locator("[role=status] .said")
        region.wait_for()
        return str(region.inner_text())

    def trouble(self) -> tuple[str, str]:
        """Return what went wrong as the page says it: its heading, and its details."""
        region = self.page.locator("[role=alert] .fault").last
        region.wait_for()
        title = region.locator(".title").inner_text()
        region.locator("summary").click()
        return str(title), str(region.locator("details dl").inner_text())

    def renew(self) -> None:
        """Press "Renew token now"."""
        panel = self.page.locator("details.developer")
        if panel.get_attribute("open") is None:
            panel.locator("summary").click()
        panel.get_by_role("button", name="Renew token now").click()

    def later(self, seconds: int) -> None:
        """Move the browser's clock on, and nothing else of it."""
        now = self.page.evaluate("Date.now()") / 1000
        self.page.clock.set_system_time(now + seconds)
        assert self.page.evaluate("Date.now()") / 1000 - now < seconds + 60

    def stored(self, key: str) -> Any:
        """Return an item of the page's session storage."""
        return self.page.evaluate("key => sessionStorage.getItem(key)", key)

    def preflights(self) -> list[dict[str, str]]:
        """Return a list that fills with the headers of each preflight from now on."""
        found: list[dict[str, str]] = []

        def note(event: Any) -> None:
            if event["request"]["method"] == "OPTIONS":
                headers = {k.lower(): v for k, v in event["request"]["headers"].items()}
                found.append({"url": event["request"]["url"], **headers})

        devtools = self.context.new_cdp_session(self.page)
        devtools.on("Network.requestWillBeSent", note)
        devtools.send("Network.enable")
        return found

    def silent_requests(self) -> list[str]:
        """Return a list that fills with the requests for tokens which show no page."""
        found: list[str] = []

        def note(request: Any) -> None:
            if "/authorize" in request.url and "prompt=none" in request.url:
                assert request.frame != self.page.main_frame
                found.append(request.url)

        self.page.on("request", note)
        return found

    def configure(self, configuration: str) -> None:
        """Let the sample's config.js be another one: that of a registration of one's own."""
        self.page.route(
            "**/config.js",
            lambda route: route.fulfill(body=configuration, content_type="text/javascript"),
        )

    def _noted(self, frame: Any) -> None:
        if frame == self.page.main_frame:
            self.loads.append(frame.url)


class Api:
    """The Web API as somebody who signed in otherwise: with their password, without a browser."""

    def __init__(self, served: Served) -> None:
        self._served = served
        with served.http() as http:
            answer = http.post(
                f"{served.tenant_authority}/oauth2/token",
                data={
                    "grant_type": "password",
                    "client_id": served["public_client_id"],
                    "resource": served["organization_url"],
                    "username": served["username"],
                    "password": served["password"],
                },
            )
        assert answer.status_code == 200, answer.text
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Make a request that succeeds, and return its document."""
        address = self._served["web_api_url"] + path
        with self._served.http() as http:
            answer = http.request(method, address, headers=self._headers, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def names(self, table: str, column: str) -> list[str]:
        """Return the names of a table's records that this person sees, sorted."""
        found = self.ask("GET", f"{table}?$select={column}")["value"]
        return sorted(str(row[column]) for row in found)


class Person(NamedTuple):
    """Who can sign in."""

    username: str
    password: str


def new_person(served: Served, name: str, *, role: str = "") -> Person:
    """Make a person: with a role a user of the organization, without one not even that."""
    upn = f"{name}@{served['tenant_domain']}"
    licence = ("--usage-location", "GB", "--license", "DYN365_ENTERPRISE_SALES") if role else ()
    made = served.run("user", "create", upn, "--permanent", *licence)
    if role:
        served.run("role", "assign", upn, role)
    return Person(upn, made["password"])


def register_page(served: Served, name: str, page: str, *, granted: bool) -> str:
    """Register a page as the samples' README tells it; return its config.js."""
    served.run("app", "create", name, "--spa-redirect-uri", page)
    served.run("app", "permission", "add", name, "--scope", "user_impersonation")
    manifest = served.run("app", "manifest", "get", name, "--form", "aad")
    manifest |= {"oauth2AllowImplicitFlow": True, "oauth2AllowIdTokenImplicitFlow": True}
    edited = served.log.with_name("manifest.json")
    edited.write_text(json.dumps(manifest))
    served.run("app", "manifest", "set", name, str(edited))
    if granted:
        served.run("app", "permission", "grant", name)
    return configuration(served, name, page)


def configuration(served: Served, name: str, page: str) -> str:
    """Return what `xrm app configuration` prints."""
    command = ["app", "configuration", name, "--page", page, "--data", served["data_dir"]]
    done = subprocess.run(
        [sys.executable, "-m", "xrm.cli", *command], capture_output=True, text=True, check=True
    )
    return done.stdout


def works_with_records(visitor: Visitor) -> None:
    """See the records, create, edit and delete one; each is seen at the Web API too."""
    api = Api(visitor.served)
    assert sorted(visitor.every_name()) == api.names("accounts", "name")
    visitor.show("Leads")
    assert sorted(visitor.every_name()) == api.names("leads", "fullname")
    number = len(api.names("leads", "fullname"))

    visitor.press("New lead")
    visitor.write(subject="Two scales", firstname="A0", lastname="Okafor", leadqualitycode="Hot")
    assert visitor.said() == "A0 Okafor was created."
    assert len(api.names("leads", "fullname")) == number + 1
    wanted = "leads?$filter=lastname eq 'Okafor'&$select=subject,companyname,leadqualitycode"
    [made] = api.ask("GET", wanted)["value"]
    assert (made["subject"], made["companyname"], made["leadqualitycode"]) == (
        "Two scales",
        None,
        1,
    )

    visitor.press("First page")
    visitor.settled()
    visitor.press("Edit A0 Okafor")
    visitor.write(companyname="Bàrr & <b>Sons</b>", leadqualitycode="Cold")
    assert visitor.said() == "A0 Okafor was saved."
    [kept] = api.ask("GET", wanted)["value"]
    changed = (kept["subject"], kept["companyname"], kept["leadqualitycode"])
    assert changed == ("Two scales", "Bàrr & <b>Sons</b>", 3)
    row = visitor.page.locator(f"tr[data-id='{kept['leadid']}']")
    assert "Bàrr & <b>Sons</b>" in row.inner_text()
    assert "Cold" in row.inner_text()

    visitor.press("Delete A0 Okafor")
    visitor.press("Keep it")
    assert api.ask("GET", wanted)["value"]
    visitor.press("Delete A0 Okafor")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    assert visitor.said() == "A0 Okafor was deleted."
    assert api.ask("GET", wanted)["value"] == []


def meets_another_s_change(visitor: Visitor) -> None:
    """Edit a record that somebody else has just changed: nothing is lost, and it is told."""
    api = Api(visitor.served)
    api.ask("POST", "leads", {"subject": "Between two", "lastname": "A00 Between"})
    [made] = api.ask("GET", "leads?$filter=lastname eq 'A00 Between'&$select=leadid")["value"]
    record = f"leads({made['leadid']})"
    visitor.show("Leads")
    visitor.press("Edit A00 Between")
    api.ask("PATCH", record, {"companyname": "Changed by another"})
    visitor.write(companyname="Changed here")
    title, details = visitor.trouble()
    assert title == "Somebody else changed the record"
    assert "0x80060882" in details
    assert api.ask("GET", f"{record}?$select=companyname")["companyname"] == "Changed by another"
    visitor.press("Load the records again")
    row = visitor.page.locator(f"tr[data-id='{made['leadid']}']")
    expect(row).to_contain_text("Changed by another")
    api.ask("DELETE", record)


def may_not_delete(visitor: Visitor) -> None:
    """Press Delete without the right to: the page says so, in plain words and in the service's."""
    visitor.show("Accounts")
    before = visitor.names()
    visitor.press(f"Delete {before[0]}")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    title, details = visitor.trouble()
    assert title == "You may not do that"
    assert "missing prvDeleteAccount privilege" in details
    assert visitor.names() == before


def loses_the_role(visitor: Visitor, person: Person) -> None:
    """Go on after the role was removed."""
    visitor.served.run("role", "remove", person.username, "Salesperson")
    visitor.show("Leads")
    title, details = visitor.trouble()
    assert title == "You may not do that"
    assert "0x" in details


def is_no_user(visitor: Visitor) -> None:
    """Be signed in, and nobody in the organization."""
    title, details = visitor.trouble()
    assert title == "You may not do that"
    assert "0x80072560" in details
    assert visitor.names() == []
