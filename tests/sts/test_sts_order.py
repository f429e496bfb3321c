"""The order of checks: of any two faults the earlier one is answered."""

from dataclasses import replace
from itertools import combinations
from urllib.parse import urlencode

import pytest

from support.credentials import basic, signed, thumbprints
from xrm.sts import registration
from xrm.sts.store import PRINCIPALS

ORGANIZATION = "https://localhost:8444/"
FORM = ("content-type", "application/x-www-form-urlencoded")
OTHER = "22222222-2222-3333-4444-555555555555"

BEFORE = [
    (900561, {"method": "GET"}),
    (9000411, {"suffix": b"&twice=1&twice=2"}),
    (90002, {"tenant": "fabrikam.example"}),
    (70003, {"grant_type": "unknown"}),
    (90011, {"basic": "11111111-2222-3333-4444-555555555555"}),
]
CLIENT = [
    (900144, {"client_id": None, "basic": None}),
    (700016, {"client_id": OTHER}),
    (50194, {"tenant": "common"}),
    (7000112, {"client_id": "disabled"}),
]
BY_SECRET = [
    (7000216, {"client_secret": None}),
    (700025, {"client_id": "public"}),
    (7000215, {"client_secret": "wrong"}),
    (7000222, {"client_id": "lapsed", "client_secret": "a lapsed one"}),
]
BY_ASSERTION = [
    (7000216, {"client_assertion": None, "client_secret": None}),
    (700025, {"client_id": "public"}),
    (900144, {"client_assertion_type": None}),
    (90011, {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}),
    (50027, {"client_assertion": "eyJ.eyJ"}),
    (90014, {"claim iss": None}),
    (5002741, {"claim aud": ["https://localhost:8443/a", "https://localhost:8443/b"]}),
    (5002738, {"algorithm": "RS512"}),
    (5002723, {"header": {}}),
    (700024, {"claim exp": 1_700_000_000}),
    (50048, {"claim sub": OTHER}),
    (700021, {"claim iss": OTHER, "claim sub": OTHER}),
    (700023, {"claim aud": "https://localhost:8443/fabrikam.example/oauth2/token"}),
    (700026, {"client_id": "bare"}),
    (700027, {"header": "the stranger's"}),
    (700027, {"signed by": "the stranger"}),
]
AFTER = [
    (901002, {"resource": ORGANIZATION}),
    (1002012, {"scope": "https://elsewhere.example/user"}),
    (500011, {"scope": "https://elsewhere.example/.default"}),
    (500014, {"scope": "switched-off"}),
    (501051, {"scope": "choosy"}),
]
# Beside an assertion a secret is one credential too many.
TWO_WAYS = [(9002313, {"client_secret": "any"})]
NAMED = ("client_id", "client_secret", "scope")
SECRET_FAULTS = [*BEFORE, *CLIENT, *BY_SECRET, *AFTER]
ASSERTION_FAULTS = [*BEFORE, *TWO_WAYS, *CLIENT, *BY_ASSERTION, *AFTER]


def pairs(faults):
    # Two faults of one part of the request cannot be made at once.
    return [two for two in combinations(faults, 2) if not set(two[0][1]) & set(two[1][1])]


@pytest.fixture(scope="session")
def names(certified):
    """What stands for what is made here: client ids, scopes."""
    service, tenant = certified.service, certified.tenant
    made = {
        name: registration.create_application(service, tenant, name=name)
        for name in ("disabled", "public", "lapsed", "bare", "switched-off", "choosy")
    }
    registration.set_enabled(service, made["disabled"], enabled=False)
    registration.amend_application(
        service, made["public"], lambda one: replace(one, public_client=True)
    )
    off = registration.find_principal(service, tenant, made["switched-off"].application_id)
    registration.set_principal_enabled(service, off, enabled=False)
    require_assignment(certified, made["choosy"])
    lapsed = registration.add_secret(
        service, made["lapsed"], description="", expires_at=certified.clock() - 1
    )
    ids = {name: str(one.application_id) for name, one in made.items()}
    ids["a lapsed one"] = lapsed.secret.reveal()
    return ids | {name: f"{ids[name]}/.default" for name in ("switched-off", "choosy")}


def require_assignment(world, application):
    principal = registration.find_principal(world.service, world.tenant, application.application_id)
    with world.database.write() as tx:
        world.service.store.put(tx, PRINCIPALS, replace(principal, assignment_required=True))
        tx.changed()


def asserting(world, pair, stranger, faults):
    """Return a form with an assertion, at fault in what it says or how it is signed."""
    client_id = faults.get("client_id") or str(world.application.application_id)
    claims = {"iss": client_id, "sub": client_id}
    claims |= {name[6:]: faults.pop(name) for name in [*faults] if name.startswith("claim ")}
    header = faults.pop("header", thumbprints(pair))
    header = thumbprints(stranger) if header == "the stranger's" else header
    key = stranger if faults.pop("signed by", None) else pair
    algorithm = faults.pop("algorithm", "RS256")
    text = signed(key, world.claims("v2", **claims), algorithm=algorithm, header=header)
    return world.asserting(text, "v2", **faults)


def send(world, form, *, method="POST", tenant=None, suffix=b"", other=None):
    headers = (FORM, basic(other, "")) if other else (FORM,)
    body = urlencode(form).encode() + suffix
    return world.send(method, world.path("v2", tenant), headers=headers, body=body)


def answered(world, pair, stranger, names, faults, *, by_secret):
    faults = {
        name: names.get(value, value) if name in NAMED else value for name, value in faults.items()
    }
    method, tenant = faults.pop("method", "POST"), faults.pop("tenant", None)
    suffix, other = faults.pop("suffix", b""), faults.pop("basic", None)
    form = world.form("v2", **faults) if by_secret else asserting(world, pair, stranger, faults)
    return send(world, form, method=method, tenant=tenant, suffix=suffix, other=other)


@pytest.fixture
def ask(certified, pair, stranger, names, document):
    def asking(faults, *, by_secret):
        answer = answered(certified, pair, stranger, names, faults, by_secret=by_secret)
        return document(answer)["error_codes"]

    return asking


@pytest.mark.parametrize(("number", "fault"), SECRET_FAULTS)
def test_each_fault_beside_a_secret(ask, number, fault):
    assert ask(fault, by_secret=True) == [number]


@pytest.mark.parametrize(("number", "fault"), ASSERTION_FAULTS)
def test_each_fault_beside_an_assertion(ask, number, fault):
    assert ask(fault, by_secret=False) == [number]


@pytest.mark.parametrize(("first", "second"), pairs(SECRET_FAULTS))
def test_of_two_faults_beside_a_secret_the_earlier_is_answered(ask, first, second):
    assert ask({**first[1], **second[1]}, by_secret=True) == [first[0]]


@pytest.mark.parametrize(("first", "second"), pairs(ASSERTION_FAULTS))
def test_of_two_faults_beside_an_assertion_the_earlier_is_answered(ask, first, second):
    assert ask({**first[1], **second[1]}, by_secret=False) == [first[0]]
