"""A person who signs in by claims with the client, and where its requests go."""

from typing import Any

import xrm
from support.contoso import Driver
from xrm import soap
from xrm.testing import Person

USERNAMEMIXED, SVC = "/services/trust/13/usernamemixed", "/Organization.svc"


def ifd(person: Person, **more: Any) -> xrm.auth.IFD:
    """Return a person's credential."""
    return xrm.auth.IFD(person.username, person.password, **more)


def who_am_i(driver: Driver) -> Any:
    """Ask over SOAP who a client is."""
    return driver.ran(driver.client.soap.execute(soap.WhoAmI()))
