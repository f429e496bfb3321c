"""What the token endpoints refuse: requests, tenants, clients, resources, scopes."""

from uuid import UUID

import pytest

from support.credentials import basic
from xrm.sts import registration
from xrm.sts.model import CRM_APPLICATION

ORGANIZATION = "https://localhost:8444/"
FORM = ("content-type", "application/x-www-form-urlencoded")

REFUSALS = [
    # version, changes to a good form, status, error, number
    ("v1", {"grant_type": None}, 400, "invalid_request", 900144),
    ("v1", {"grant_type": ""}, 400, "invalid_request", 900144),
    ("v1", {"grant_type": "no_such_grant"}, 400, "unsupported_grant_type", 70003),
    ("v1", {"grant_type": "Client_Credentials"}, 400, "unsupported_grant_type", 70003),
    ("v1", {"client_id": None}, 400, "invalid_request", 900144),
    ("v1", {"client_id": "nobody"}, 400, "unauthorized_client", 700016),
    (
        *("v1", {"client_id": "11111111-2222-3333-4444-555555555555"}),
        *(400, "unauthorized_client", 700016),
    ),
    ("v1", {"client_id": str(UUID(int=0))}, 400, "unauthorized_client", 700038),
    ("v1", {"client_secret": None}, 401, "invalid_client", 7000216),
    ("v1", {"client_secret": ""}, 401, "invalid_client", 7000216),
    ("v1", {"client_secret": "wrong"}, 401, "invalid_client", 7000215),
    ("v1", {"client_id": str(CRM_APPLICATION)}, 401, "invalid_client", 7000215),
    ("v1", {"resource": None}, 400, "invalid_request", 900144),
    ("v1", {"resource": "https://elsewhere.example/"}, 400, "invalid_resource", 500011),
    ("v1", {"resource": "https://localhost:8444//"}, 400, "invalid_resource", 500011),
    ("v1", {"resource": "https://\u017focalhost:8444/"}, 400, "invalid_resource", 500011),
    ("v1", {"resource": "https://localhost:8444/\0"}, 400, "invalid_resource", 500011),
    ("v2", {"scope": None}, 400, "invalid_request", 900144),
    ("v2", {"scope": "  "}, 400, "invalid_request", 900144),
    ("v2", {"resource": ORGANIZATION}, 400, "invalid_request", 901002),
    ("v2", {"scope": "https://localhost:8444/user_impersonation"}, 400, "invalid_scope", 1002012),
    ("v2", {"scope": "https://localhost:8444//user_impersonation"}, 400, "invalid_scope", 1002012),
    ("v2", {"scope": "https://localhost:8444/x.default"}, 400, "invalid_scope", 1002012),
    ("v2", {"scope": "openid"}, 400, "invalid_scope", 1002012),
    ("v2", {"scope": "https://localhost:8444/.default openid"}, 400, "invalid_scope", 70011),
    ("v2", {"scope": "https://localhost:8444/.default\n"}, 400, "invalid_scope", 70011),
    (
        *("v2", {"scope": "https://localhost:8444/.default https://b.example/.default"}),
        *(400, "invalid_scope", 700022),
    ),
    ("v2", {"scope": "https://elsewhere.example/.default"}, 400, "invalid_resource", 500011),
    ("v2", {"scope": "/.default"}, 400, "invalid_resource", 500011),
]


@pytest.mark.parametrize(("version", "changes", "status", "error", "number"), REFUSALS)
def test_refusals(world, document, version, changes, status, error, number):
    answer = world.post(world.path(version), world.form(version, **changes))
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (status, error, [number])


TENANTS = [
    ("11111111-2222-3333-4444-555555555555", "invalid_request", "invalid_tenant", 90002),
    ("fabrikam.example", "invalid_request", "invalid_tenant", 90002),
    ("contoso", "invalid_request", "invalid_request", 900023),
    ("adfs", "invalid_request", "invalid_request", 900023),
    ("con%2Ftoso.example", "invalid_request", "invalid_request", 900023),
    ("%FF", "invalid_request", "invalid_request", 900023),
    ("-contoso.example", "invalid_request", "invalid_request", 900023),
    ("contoso.example.", "invalid_request", "invalid_request", 900023),
    ("%E2%84%AAontoso.example", "invalid_request", "invalid_request", 900023),
    ("common", "invalid_request", "invalid_request", 50194),
    ("Organizations", "invalid_request", "invalid_request", 50194),
    ("consumers", "invalid_request", "invalid_request", 9001023),
]


@pytest.mark.parametrize(("name", "v1_error", "v2_error", "number"), TENANTS)
def test_tenant_refusals(world, document, name, v1_error, v2_error, number):
    for version, error in (("v1", v1_error), ("v2", v2_error)):
        answer = world.post(world.path(version, name), world.form(version))
        found = document(answer)
        assert (answer.status, found["error"], found["error_codes"]) == (400, error, [number])


def test_a_client_of_another_tenant_is_unknown(world, document):
    other = registration.create_tenant(world.service, name="Fabrikam", domain="f.example")
    registration.add_resource(world.service, other, ORGANIZATION)
    answer = world.post(world.path("v1", "f.example"), world.form())
    assert document(answer)["error_codes"] == [700016]


def test_an_organization_of_another_tenant_is_unknown(world, document):
    other = registration.create_tenant(world.service, name="Litware", domain="l.example")
    application = registration.create_application(world.service, other, name="Reader")
    secret = registration.add_secret(world.service, application, description="x").secret
    form = world.form(client_id=str(application.application_id), client_secret=secret.reveal())
    answer = world.post(world.path("v1", "l.example"), form)
    assert document(answer)["error_codes"] == [500011]


@pytest.mark.parametrize(
    ("method", "headers", "body", "status", "number"),
    [
        ("GET", (), b"", 400, 900561),
        ("PUT", (FORM,), b"grant_type=client_credentials", 400, 900561),
        ("POST", (), b"grant_type=client_credentials", 400, 900144),
        ("POST", (("content-type", "application/json"),), b"{}", 400, 900144),
        ("POST", (FORM,), b"", 400, 900144),
        ("POST", (FORM,), b"grant_type=%FF", 400, 9002313),
        ("POST", (FORM,), b"grant_type=\xff", 400, 9002313),
        ("POST", (FORM,), b"a=1&" * 101, 400, 9002313),
        ("POST", (FORM,), b"grant_type=a&grant_type=a", 400, 9000411),
        ("POST", (FORM,), b"resource=a&scope=b&resource=", 400, 9000411),
        ("POST", (FORM,), b"x=" + b"a" * 65535, 413, 9002313),
        ("POST", (FORM, ("authorization", "Basic !")), b"grant_type=a", 400, 9002313),
        ("POST", (FORM, ("authorization", "Basic YWI=")), b"grant_type=a", 400, 9002313),
    ],
)
def test_malformed_requests(world, document, method, headers, body, status, number):
    answer = world.send(method, world.path(), headers=headers, body=body)
    assert (answer.status, document(answer)["error_codes"]) == (status, [number])


def test_two_clients_or_two_credentials(world, document):
    client_id, secret = str(world.application.application_id), world.secret.reveal()
    other = basic("11111111-2222-3333-4444-555555555555", secret)
    answer = world.post(world.path(), world.form(), headers=(other,))
    assert document(answer)["error_codes"] == [90011]
    answer = world.post(world.path(), world.form(), headers=(basic(client_id, secret),))
    assert document(answer)["error_codes"] == [9002313]


def test_a_body_over_the_limit_is_refused_before_it_is_read(world, document):
    from xrm.sts.faces.entra import mount
    from xrm.wire.http import Request

    head = Request("POST", world.path())
    route = mount(world.service).route(head)
    answer = route.too_large(head)
    assert route.limit == 64 * 1024
    assert (answer.status, document(answer)["error_codes"]) == (413, [9002313])


def test_a_caller_cannot_forge_the_trailer_of_a_description(world, document):
    form = world.form(grant_type="x\r\nTrace ID: forged" + "y" * 5000)
    description = document(world.post(world.path(), form))["error_description"]
    assert "\r" not in description
    assert "\n" not in description
    assert len(description) < 500


def test_expired_and_future_secrets(fresh, document):
    service, application = fresh.service, fresh.application
    made = registration.add_secret(service, application, description="short", days=1)
    form = fresh.form(client_secret=made.secret.reveal())
    assert fresh.post(fresh.path(), form).status == 200
    fresh.clock.now += 24 * 3600
    answer = fresh.post(fresh.path(), form)
    assert (answer.status, document(answer)["error"]) == (401, "invalid_client")
    assert document(answer)["error_codes"] == [7000222]
    # The other secret still works: one is added before the other ends.
    assert fresh.post(fresh.path(), fresh.form()).status == 200
    fresh.clock.now -= 3 * 24 * 3600
    assert document(fresh.post(fresh.path(), form))["error_codes"] == [7000215]


def test_a_change_counts_from_the_next_request(fresh, reopen, document):
    assert fresh.post(fresh.path(), fresh.form()).status == 200
    other = reopen()
    registration.set_enabled(other, fresh.application, enabled=False)
    assert document(fresh.post(fresh.path(), fresh.form()))["error_codes"] == [7000112]
    registration.set_enabled(other, fresh.application, enabled=True)
    made = registration.add_secret(other, fresh.application, description="second")
    form = fresh.form(client_secret=made.secret.reveal())
    assert fresh.post(fresh.path(), form).status == 200
