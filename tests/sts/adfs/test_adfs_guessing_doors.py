"""Guesses at the doors of a farm: WS-Trust, OAuth and the page count as one."""

from collections.abc import Iterator

import pytest

from support.farm_clients import ADA, Desk, refused
from support.farms import LS, asking, farms_in, give_password
from support.signing_in import PASSWORD, cheap_passwords
from support.trusting import Password, Realm
from support.trusting import asking as requesting
from xrm.sts.audit import read_events

CLEAR = "https://clear.contoso.example/"
LOCKED = 50053
NAMES = [ADA, "CONTOSO\\ada", "contoso.example\\Ada", ADA.upper()]


class Doors:
    """The three doors of a farm: each tells whether it lets somebody in."""

    def __init__(self, desk: Desk) -> None:
        farms = desk.farms
        self.desk, self.farms = desk, farms
        self.realm = Realm(farms.service, farms.clock, farms.contoso, farms.contoso)
        self.realm.party(CLEAR, encrypts=False)

    def trust(self, name: str = ADA, password: str = PASSWORD) -> bool:
        request = requesting(applies_to=CLEAR, key="bearer")
        return self.realm.ask(request, Password(name, password)).status == 200

    def oauth(self, name: str = ADA, password: str = PASSWORD) -> bool:
        answer = self.desk.by_password(name, password=password)
        assert answer.status == 200 or refused(answer)[1] == "invalid_grant"
        return answer.status == 200

    def page(self, name: str = ADA, password: str = PASSWORD) -> bool:
        visitor = self.farms.visitor()
        reply = give_password(visitor, visitor.get(LS, asking()), name, password)
        return "wresult" in reply.told

    @property
    def last(self) -> int:
        return read_events(self.farms.service, limit=1)[0].error


@pytest.fixture
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("doors")) as farms:
        yield Doors(Desk(farms))


def test_the_right_password_opens_each(doors: Doors) -> None:
    assert (doors.trust(), doors.oauth(), doors.page()) == (True, True, True)


def test_wrong_ones_at_all_doors_lock_the_account_at_each(doors: Doors) -> None:
    ways = [doors.trust, doors.oauth, doors.page]
    for number in range(10):
        name = NAMES[number % len(NAMES)]
        assert not ways[number % 3](name, f"wrong {number}")
    assert not any(way() for way in ways)
    assert not doors.trust()
    assert doors.last == LOCKED
    doors.farms.clock.ahead += 61
    assert all(way() for way in ways)


def test_one_password_for_many_names_locks_the_address_at_each(doors: Doors) -> None:
    for number in range(50):
        assert not doors.trust(f"person{number}@contoso.example", "Summer-2027")
        assert not doors.oauth(f"someone{number}@contoso.example", "Summer-2027")
    assert not doors.trust()
    assert doors.last == LOCKED
    assert not doors.oauth()
    assert not doors.page()
