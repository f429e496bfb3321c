"""What a refusal of the token service advises, by what was wrong."""

from collections.abc import Callable

import pytest

import xrm
from support.claims_client import ifd, who_am_i
from support.contoso import Driver
from support.overheard import MovedClock
from xrm import errors
from xrm.testing import Person

HOUR = 3600


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_off(
    opened: Callable[..., Driver], person: Person, clock: MovedClock, hours: int
) -> None:
    clock.offset = hours * HOUR
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(ifd(person)))
    assert refused.value.code == "InvalidSecurity"
    assert "clock" in refused.value.next_step
    clock.offset = 0
    assert who_am_i(opened(ifd(person))).user_id.int


def test_a_password_that_is_wrong(opened: Callable[..., Driver], person: Person) -> None:
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(xrm.auth.IFD(person.username, "not it")))
    assert refused.value.code == "FailedAuthentication"
    assert "password" in refused.value.next_step
