"""A browser before the organization's page, and somebody who is a user there."""

import pytest

from support.page_tokens import Visitor, person
from xrm.org.people import follow


@pytest.fixture(scope="module")
def ada(estate):
    """Somebody who is a user of the organization."""
    found = person(estate)
    follow(estate.organization, found)
    return found


@pytest.fixture
def visitor(estate):
    """A browser that has never been here."""
    return Visitor(estate)
