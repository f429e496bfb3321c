"""People of the demonstration organization, and who owns one of its leads."""

from typing import Any

from support.estate import Client

TOMASZ = "6384e0b3-7b55-4bcb-91f1-20682cc85dc0"
"""In Europe."""
JUERGEN = "00b6e67a-7a2a-4c2b-8180-60a7da1de808"
"""In Germany."""
PRIYA = "9a2f79e6-0b1a-4bce-901b-a04516f81cdd"
"""In North America."""
MARGARET = "ab37b23d-c031-4ced-86aa-2691c368e777"
"""In the root."""


def owner_of(admin: Client, key: str) -> tuple[Any, ...]:
    """Return a lead's owner, owning user and owning business unit."""
    found = admin.get(f"leads({key})").document
    return found["_ownerid_value"], found["_owninguser_value"], found["_owningbusinessunit_value"]
