"""A person who signs in at a farm's pages over TLS, without a browser: forms as they are."""

import html
import re
from urllib.parse import urljoin

import httpx2

from support.farms import PASSWORD_FIELD, USERNAME
from support.served import Served

MOST_PAGES = 10
_INPUT = re.compile(r"<input [^>]*>")
_NAME, _VALUE = re.compile(r' name="([^"]*)"'), re.compile(r' value="([^"]*)"')
_ACTION = re.compile(r'<form method="post" action="([^"]*)"')
_STEP = re.compile(r'<button name="step" value="([^"]*)"')


def walk(served: Served, address: str, *, username: str = "", password: str = "") -> str:
    """Return where the pages that follow an address end: elsewhere, or at the last page's text."""
    given = {
        USERNAME: username or served["username"],
        PASSWORD_FIELD: password or served["password"],
    }
    own = served["authority"].rstrip("/")
    with served.http() as http:
        answer = http.get(address)
        for _ in range(MOST_PAGES):
            if answer.is_redirect:
                leads_to = urljoin(address, answer.headers["location"])
                if not leads_to.startswith(own):
                    return leads_to
                answer = http.get(leads_to)
                continue
            form = filled(answer, given)
            if form is None:
                return answer.text
            address = urljoin(str(answer.url), form[0])
            answer = http.post(address, data=form[1])
    raise AssertionError("the pages do not end")


def filled(answer: httpx2.Response, given: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """Return where a page's form is posted and its fields, filled in; None where it has none."""
    action = _ACTION.search(answer.text)
    if action is None:
        return None
    fields: dict[str, str] = {}
    for text in _INPUT.findall(answer.text):
        name, value = _NAME.search(text), _VALUE.search(text)
        if name is not None:
            fields[name[1]] = html.unescape(value[1]) if value is not None else ""
    fields |= {name: value for name, value in given.items() if name in fields}
    step = _STEP.search(answer.text)
    if step is not None:
        fields["step"] = step[1]
    return html.unescape(action[1]), fields
