"""What a person does at the pages of a farm in Chromium, and a server whose farm pages ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.farms import PASSWORD_FIELD, USERNAME
from support.salesperson import SALESPERSON_LEADS, found_with
from support.served import Served, serving


@contextmanager
def serving_ifd(*arguments: str) -> Iterator[Served]:
    """Serve an internet-facing organization, whose people sign in at the farm."""
    ports = arguments or ("--port", "0")
    with serving("--memory", *ports, "--deployment", "ifd") as served:
        yield served


def fill_in(page: Any, served: Served) -> None:
    """Sign the salesperson in."""
    page.locator(f'[name="{USERNAME}"]').fill(served["username"])
    page.locator(f'[name="{PASSWORD_FIELD}"]').fill(served["password"])
    page.keyboard.press("Enter")


def add_page(served: Served, name: str, *options: str, kind: str = "spa") -> str:
    """Register a page at the farm and return its client id; options are more of the command's."""
    made = served.run("adfs", "client", "add", name, "--kind", kind, *options)
    return str(made["client_id"])


def check_salesperson(served: Served, token: str) -> None:
    """Assert that the organization takes a token for the salesperson, with that role's reach."""
    found = found_with(served, token)
    assert (found.username, found.leads) == (served["username"], SALESPERSON_LEADS)
    assert found.refusal == (403, "0x80040220")
