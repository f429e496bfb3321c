"""A farm with a person and parties, asked through its endpoints of WS-Trust."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.certificates import Pair
from support.partners import BACK, CLEAR, SERVICE, befriend
from support.signing_in import cheap_passwords
from support.trusting import Realm

ORG = "https://crm.contoso.example/"


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


class Scene:
    """A realm of contoso.example, its person, and a party with a certificate and one without."""

    def __init__(self, world: Any) -> None:
        self.realm = Realm.open(world)
        self.world = world
        self.service, self.clock = world.service, world.clock
        self.maria = self.realm.person("maria", display_name="Maria")
        self.org = self.realm.party(ORG)
        self.clear = self.realm.party(CLEAR, encrypts=False)


@pytest.fixture
def scene(fresh: Any) -> Scene:
    """A scene of the test's own."""
    return Scene(fresh)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Scene]:
    """A scene for tests that change nothing."""
    world = build_world(tmp_path_factory.mktemp("farm"))
    yield Scene(world)
    world.service.close()
    world.database.close()


@pytest.fixture(scope="module")
def partner(shared: Scene) -> Pair:
    """A trusted partner, and a person who may ask in the name of others."""
    shared.realm.person("broker")
    shared.back = shared.realm.party(BACK, encrypts=False, delegates=[SERVICE.name])
    return befriend(shared)
