"""A person at the pages of the token service, as far as forms go: no script is run, none needed."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from xrm.cli.walk.asking import Facts, Unexpected

_MOST_PAGES = 12
_ADFS = "ctl00$ContentPlaceHolder1$"


class _Page(HTMLParser):
    """The first form of a page: where it goes, what it holds, its first button; and the heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.heading = ""
        self._in_heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._in_heading = self._in_heading or tag == "h1"
        if tag == "form" and self.action is None:
            self.action = said.get("action", "")
        elif tag == "button" and "step" not in self.fields:
            self.fields["step"] = said.get("value", "")
        elif tag == "input" and said.get("type") != "checkbox":
            self.fields.setdefault(said.get("name", ""), said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data


class Person:
    """Who answers what the pages ask, as the demonstration's salesperson would."""

    def __init__(self, facts: Facts, http: Any, *, code: str = "") -> None:
        self._service = f"{facts['authority'].rstrip('/')}/"
        self._http = http
        self._answers = {
            "username": facts["username"],
            "password": facts["password"],
            "code": code,
            # By the names that the page of AD FS has for them.
            f"{_ADFS}UsernameTextBox": facts["username"],
            f"{_ADFS}PasswordTextBox": facts["password"],
        }

    def go(self, address: str) -> str:
        """Go to a page, answer that and what follows; return where it leads in the end.

        That is an address outside the service, or the heading of a page that asks nothing more.
        Each page is accepted: what it asks is given, and its first button pressed. Raises
        Unexpected for an answer that is no page.
        """
        answer = self._http.get(address)
        for _ in range(_MOST_PAGES):
            if answer.has_redirect_location:
                address = urljoin(str(answer.url), answer.headers["location"])
                if not address.startswith(self._service):
                    return address
                answer = self._http.get(address)
                continue
            page = self._read(answer)
            if page.action is None:
                return page.heading
            address = urljoin(str(answer.url), page.action)
            answer = self._http.post(address, data=page.fields | self._given(page))
        raise Unexpected(f"the pages do not end: {address}")

    def _read(self, answer: Any) -> _Page:
        page = _Page(answer.text)
        if answer.status_code != 200:
            raise Unexpected(f"{answer.url.path}: {answer.status_code} {page.heading}".strip())
        return page

    def _given(self, page: _Page) -> dict[str, str]:
        # The form that carries an answer to a program has a `code`, too, and keeps it.
        return {name: text for name, text in self._answers.items() if text and name in page.fields}
