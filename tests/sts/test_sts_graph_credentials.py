"""Credentials that come with a registration or its change: all of it is kept, or nothing."""

import base64
from uuid import UUID

import orjson
import pytest

from support import certificates
from support.directory import Graph, permitted
from xrm.sts import registration as r
from xrm.sts.audit import read_events
from xrm.sts.store import APPLICATIONS, CERTIFICATES, CREDENTIALS, PRINCIPALS, Store


@pytest.fixture
def graph(fresh):
    return Graph(fresh, permitted(fresh, "Application.ReadWrite.All"))


@pytest.fixture(scope="module")
def pairs():
    return certificates.make("first"), certificates.make("second")


def key(pair):
    text = base64.b64encode(pair.der).decode()
    return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": text}


def sign_in(world, app_id, secret):
    answer = world.post(world.path(), world.form(client_id=app_id, client_secret=secret))
    return orjson.loads(answer.body).get("error_codes", [0])[0]


def operations(world, app_id):
    found = read_events(world.service, limit=1000)
    return [one.operation for one in reversed(found) if one.client == app_id]


def test_a_new_application_is_given_its_secrets(fresh, graph):
    asked = [{"displayName": "first"}, {"endDateTime": "2027-02-01T00:00:00Z"}, {}]
    answer = graph.send("POST", "applications", {"displayName": "A", "passwordCredentials": asked})
    made = orjson.loads(answer.body)
    assert answer.status == 201
    secrets = made["passwordCredentials"]
    assert [one["displayName"] for one in secrets] == ["first", None, None]
    assert [one["endDateTime"] for one in secrets] == [
        "2029-01-14T08:00:00Z",
        "2027-02-01T00:00:00Z",
        "2029-01-14T08:00:00Z",
    ]
    texts = [one["secretText"] for one in secrets]
    assert len(set(texts)) == 3
    assert all(16 <= len(text) <= 64 for text in texts)
    assert [one["hint"] for one in secrets] == [text[:3] for text in texts]
    graph.good("POST", "servicePrincipals", {"appId": made["appId"]})
    assert [sign_in(fresh, made["appId"], text) for text in texts] == [0, 0, 0]
    shown = graph.good("GET", f"applications/{made['id']}")["passwordCredentials"]
    assert {one["keyId"] for one in shown} == {one["keyId"] for one in secrets}
    assert [one["secretText"] for one in shown] == [None] * 3
    done = operations(fresh, made["appId"])
    assert done[:4] == ["application.create"] + ["secret.add"] * 3
    fresh.clock.now += 30 * 24 * 3600
    assert [sign_in(fresh, made["appId"], text) for text in texts] == [0, 7000222, 0]


@pytest.mark.parametrize(
    "secrets",
    [
        "x",
        {},
        ["x"],
        [{"secretText": "of-my-own-choice-1234"}],
        [{"secretText": ""}],
        [{"value": "x"}],
        [{"endDateTime": "2020-01-01T00:00:00Z"}],
        [{"endDateTime": "soon"}],
        [{"displayName": 3}],
        [{}, {"secretText": "x"}],
        [{}] * 101,
    ],
)
def test_secrets_a_new_application_is_refused(fresh, graph, secrets):
    body = {"displayName": "Refused", "passwordCredentials": secrets}
    assert graph.refused("POST", "applications", body) == (400, "Request_BadRequest")
    assert r.find_application(fresh.service, fresh.tenant, "Refused") is None


def test_nobody_chooses_the_text_of_a_secret(graph):
    made = graph.register()
    body = {"passwordCredential": {"secretText": "of-my-own-choice-1234"}}
    refused = graph.refused("POST", f"applications/{made['id']}/addPassword", body)
    assert refused == (400, "Request_BadRequest")


def kept(world):
    """Return all there is of applications, so that two states can be compared."""
    store = world.service.store
    with world.database.read() as tx:
        kinds = (APPLICATIONS, PRINCIPALS, CREDENTIALS, CERTIFICATES)
        return [store.find(tx, kind) for kind in kinds]


def stopped_at_each_write(world, monkeypatch, ask):
    """Run a call that fails at its first write, at its second, until it succeeds.

    Whatever failed must have left nothing. Returns how many writes it takes.
    """
    before = kept(world)
    real = Store.put
    for allowed in range(20):
        left = [allowed]

        def put(self, tx, kind, record, *, new=False, left=left):
            if not left[0]:
                raise RuntimeError("stopped")
            left[0] -= 1
            real(self, tx, kind, record, new=new)

        with monkeypatch.context() as patch:
            patch.setattr(Store, "put", put)
            status = ask()
        if status < 400:
            assert kept(world) != before
            return allowed
        assert status == 500
        assert kept(world) == before
    raise AssertionError("it never succeeded")


def test_a_registration_with_credentials_is_whole_or_not_there(fresh, graph, pairs, monkeypatch):
    body = {
        "displayName": "Whole",
        "identifierUris": ["api://whole"],
        "passwordCredentials": [{}, {}],
        "keyCredentials": [key(pairs[0]), key(pairs[1])],
    }
    ask = lambda: graph.send("POST", "applications", body).status  # noqa: E731
    assert stopped_at_each_write(fresh, monkeypatch, ask) == 6


def test_a_change_with_certificates_is_whole_or_not_made(fresh, graph, pairs, monkeypatch):
    made = graph.register(keyCredentials=[key(pairs[0])])
    place = f"applications/{made['id']}"
    body = {"displayName": "Changed", "keyCredentials": [key(pairs[1])]}
    ask = lambda: graph.send("PATCH", place, body).status  # noqa: E731
    assert stopped_at_each_write(fresh, monkeypatch, ask) == 2
    shown = graph.good("GET", place)
    assert shown["displayName"] == "Changed"
    assert [one["customKeyIdentifier"] for one in shown["keyCredentials"]] == [pairs[1].sha1]
    done = operations(fresh, made["appId"])
    assert done[-3:] == ["application.update", "certificate.add", "certificate.remove"]


def test_a_principal_is_disabled_from_its_first_moment(fresh, graph, monkeypatch):
    made = graph.register()
    body = {"appId": made["appId"], "accountEnabled": False, "appRoleAssignmentRequired": True}
    ask = lambda: graph.send("POST", "servicePrincipals", body).status  # noqa: E731
    assert stopped_at_each_write(fresh, monkeypatch, ask) == 3
    found = r.find_principal(fresh.service, fresh.tenant, UUID(made["appId"]))
    assert (found.enabled, found.assignment_required) == (False, True)


def test_a_certificate_is_kept_once_and_those_named_stay(fresh, graph, pairs):
    first, second = pairs
    made = graph.register(keyCredentials=[key(first)])
    place = f"applications/{made['id']}"
    (standing,) = graph.good("GET", place)["keyCredentials"]
    twice = {"keyCredentials": [key(second), key(second)]}
    assert graph.refused("PATCH", place, twice) == (400, "Request_BadRequest")
    nameless = {"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify"}]}
    assert graph.refused("PATCH", place, nameless) == (400, "Request_BadRequest")
    graph.good("PATCH", place, {"keyCredentials": [standing, key(first), key(second)]})
    shown = graph.good("GET", place)["keyCredentials"]
    assert sorted(one["customKeyIdentifier"] for one in shown) == sorted([first.sha1, second.sha1])
    assert standing["keyId"] in [one["keyId"] for one in shown]
