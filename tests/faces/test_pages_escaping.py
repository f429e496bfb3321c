"""Whatever stands in a page's fields, it is text: it adds no element, attribute or address."""

import dataclasses
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest

from support.sample_pages import RETURN, SAMPLES
from xrm.sts.faces.pages import answer
from xrm.sts.faces.pages.shown import Failure, Form, FormPost, SignedOut, SignInName

ADDRESSES = {"action", "continue_to", "return_to", "frames", "purpose"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onfocus='alert(1)' autofocus x=\"",
    "--></title></textarea></noscript></pre><img src=x onerror=alert(1)>",
    "&lt;script&gt;{{ 7*7 }}{% raw %}&#60;b&#62;",
    "\x00\x08\x7f\ud800",
)
NO_ADDRESS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://sts.example/1",
    "file:///etc/passwd",
    "/relative",
    "",
)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Elements(HTMLParser):
    """Every element with the names of its attributes, addresses with their values; and the text."""

    def __init__(self, body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[tuple[str, ...]] = Counter()
        self.values: list[str] = []
        self.text = ""
        self.feed(body.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[(tag, *sorted(name for name, _ in attrs))] += tag != "wbr"
        self.values += [value for name, value in attrs if name == "value" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(record: Any, text: str) -> Any:
    """Return a copy of a record with a text in place of each of its names and sentences."""
    changed = {
        field.name: replaced(getattr(record, field.name), text)
        for field in dataclasses.fields(record)
        if field.name not in ADDRESSES
    }
    return dataclasses.replace(record, **changed)


def replaced(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(replaced(each, text) for each in value)
    return hostile(value, text) if dataclasses.is_dataclass(value) else value


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_changes_no_element(name: str, text: str):
    harmless = Elements(answer(hostile(SAMPLES[name], "x")).body)
    found = Elements(answer(hostile(SAMPLES[name], text)).body)
    assert found.found == harmless.found


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_what_is_posted_back_is_what_was_given(text: str):
    page = SignInName(Form("/login", text), text, text, text)
    assert Elements(answer(page).body).values[:2] == [text, text]
    post = FormPost(RETURN, ((text, text), ("state", text)))
    assert Elements(answer(post).body).values == [text, text]


@pytest.mark.parametrize("name", SAMPLES)
def test_what_would_reorder_a_name_is_seen_instead(name: str):
    page = hostile(SAMPLES[name], f"a{BIDI}b")
    text = Elements(answer(page).body).text
    assert not set(text) & set(BIDI)
    assert ("a" + "\ufffd" * len(BIDI) + "b" in text) == (
        name not in {"form-post", "native-client"}
    )


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_a_link_that_is_none_is_left_out(url: str):
    failed = dataclasses.replace(SAMPLES["failure"], return_to=url)  # type: ignore[type-var]
    left = SignedOut("ann", (url,), url, "Contoso Sales")
    for page in (failed, left):
        text = answer(page).body.decode()
        assert "<a " not in text
        assert "<iframe" not in text
        assert "refresh" not in text
        assert url not in text.lower() or url in {"", "/relative"}


@pytest.mark.parametrize(
    "url", ["https://app.example/?a=1&b=%22'<x>", "app://signed-out", "HTTP://x"]
)
def test_a_link_leads_where_it_says(url: str):
    failure = SAMPLES["failure"]
    assert isinstance(failure, Failure)
    links: list[str | None] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(value for name, value in attrs if tag == "a" and name == "href")

    Links().feed(answer(dataclasses.replace(failure, return_to=url)).body.decode())
    Links().feed(answer(SignedOut("ann", (), url)).body.decode())
    assert links == [url, url]
