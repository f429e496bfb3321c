"""Secrets and assertions stay where they are used, and take the same path right or wrong."""

import hmac
import logging
from types import SimpleNamespace

import pytest

from support.credentials import signed
from xrm.model.secret import Secret
from xrm.sts import clients, registration
from xrm.sts.audit import read_events
from xrm.sts.clients import secret as secrets
from xrm.sts.clients import single_use
from xrm.sts.model import V1, TokenRequest

WRONG = "a-wrong-secret-of-mine"


@pytest.fixture
def own(fresh, pair):
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    return fresh


def every_outcome(world, pair, stranger):
    """Send good and bad credentials of every kind; return all that must not be seen."""
    good = signed(pair, world.claims(jti="the-id-of-one-assertion"))
    texts = [
        good,
        good,
        signed(stranger, world.claims()),
        signed(pair, world.claims(aud="https://elsewhere.example/")),
        signed(pair, world.claims(exp=0)),
        good[:-20],
        good.replace(".", "", 1),
    ]
    forms = [world.asserting(text) for text in texts]
    forms += [world.form(), world.form(client_secret=WRONG)]
    forms += [world.asserting(good, client_secret=WRONG), world.form(client_id="x")]
    statuses = [world.post(world.path(), form).status for form in forms]
    assert statuses == [200, 401, 401, 401, 401, 401, 400, 200, 401, 400, 400]
    parts = [part for text in texts for part in text.split(".") if len(part) > 20]
    return [world.secret.reveal(), WRONG, "the-id-of-one-assertion", *texts, *parts]


def test_nothing_of_a_credential_is_logged(own, pair, stranger, caplog):
    caplog.set_level(logging.DEBUG)
    hidden = every_outcome(own, pair, stranger)
    assert not [text for text in hidden if text in caplog.text]


def test_nothing_of_a_credential_is_in_the_audit(own, pair, stranger):
    hidden = every_outcome(own, pair, stranger)
    seen = repr(read_events(own.service, limit=1000))
    assert seen.count("operation='token'") == 11
    assert not [text for text in hidden if text in seen]


def test_nothing_of_a_credential_is_in_the_database(own, tmp_path, pair, stranger):
    hidden = every_outcome(own, pair, stranger)
    own.service.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert str(own.application.application_id).encode() in kept
    assert not [text for text in hidden if text.encode() in kept]


def test_nothing_of_a_credential_is_logged_when_the_service_fails(
    own, pair, stranger, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)

    def broken(*_arguments, **_options):
        raise RuntimeError("an inner detail")

    text = signed(pair, own.claims())
    with monkeypatch.context() as patch:
        patch.setattr(single_use.SingleUse, "spend", broken)
        assert own.post(own.path(), own.asserting(text)).status == 500
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "_matches", broken)
        assert own.post(own.path(), own.form()).status == 500
    assert "an inner detail" in caplog.text
    assert not [part for part in (own.secret.reveal(), *text.split(".")) if part in caplog.text]


def test_no_record_or_exception_shows_a_credential(own, pair):
    text = signed(pair, own.claims())
    basic = (str(own.application.application_id), own.secret)
    request = TokenRequest(V1, "contoso.example", own.asserting(text), basic)
    claimed = clients.presented(TokenRequest(V1, "contoso.example", own.asserting(text)))
    shown = [repr(request), repr(claimed), repr(own.service.issue(_without_basic(request)))]
    with pytest.raises(Exception, match="50012") as caught:
        own.service.issue(_without_basic(request))
    error = caught.value
    while error is not None:
        shown += [repr(error), str(error)]
        error = error.__cause__ or error.__context__
    shown += [repr(one) for one in registration.list_secrets(own.service, own.application)]
    shown += [repr(one) for one in registration.list_certificates(own.service, own.application)]
    hidden = [own.secret.reveal(), text, *text.split(".")]
    assert not [one for one in shown if any(part in one for part in hidden)]


def _without_basic(request):
    return TokenRequest(request.flavour, request.segment, request.form)


@pytest.fixture
def compared(monkeypatch):
    """Count how often a secret is compared, and by what."""
    calls = []

    def compare_digest(first, second):
        calls.append((len(first), len(second)))
        return hmac.compare_digest(first, second)

    monkeypatch.setattr(secrets, "hmac", SimpleNamespace(compare_digest=compare_digest))
    return calls


def test_every_secret_is_compared_whichever_fits(fresh, compared):
    made = [
        registration.add_secret(fresh.service, fresh.application, description="x").secret
        for _ in range(4)
    ]
    expired = registration.add_secret(
        fresh.service, fresh.application, description="old", expires_at=fresh.clock() - 1
    ).secret
    for secret in (fresh.secret, *made, expired, Secret(WRONG), Secret("x" * 5000)):
        compared.clear()
        fresh.post(fresh.path(), fresh.form(client_secret=secret.reveal()))
        # Always whole digests of one length: neither a prefix nor the length of a guess shows.
        assert compared == [(32, 32)] * 6


@pytest.mark.parametrize(
    "client_id", ["11111111-2222-3333-4444-555555555555", "nobody", "another tenant's"]
)
def test_an_unknown_client_costs_a_comparison_too(fresh, document, compared, client_id):
    other = registration.create_tenant(fresh.service, name="Fabrikam", domain="f.example")
    theirs = registration.create_application(fresh.service, other, name="Theirs")
    fresh.post(fresh.path(), fresh.form(client_secret=WRONG))
    known = list(compared)
    compared.clear()
    client_id = str(theirs.application_id) if client_id.startswith("another") else client_id
    answer = fresh.post(fresh.path(), fresh.form(client_id=client_id, client_secret=WRONG))
    assert document(answer)["error_codes"] == [700016]
    assert compared == known == [(32, 32)]
