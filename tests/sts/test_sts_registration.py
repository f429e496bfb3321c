"""Registration of tenants, applications, secrets and resources."""

from uuid import UUID

import pytest

from xrm.sts import registration as r
from xrm.sts.model import CONSUMERS_TENANT, CRM_APPLICATION, Application

SOME_ID = UUID("5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11")


def test_a_tenant_is_found_by_id_and_domain(fresh):
    tenant = r.create_tenant(fresh.service, name="Litware", domain="Lit.Example", tenant_id=SOME_ID)
    assert (tenant.tenant_id, tenant.domain) == (SOME_ID, "lit.example")
    for name in (SOME_ID, str(SOME_ID).upper(), "lit.example", "LIT.example"):
        assert r.find_tenant(fresh.service, name) == tenant
    assert r.find_tenant(fresh.service, "nobody.example") is None
    assert [one.name for one in r.list_tenants(fresh.service)] == ["Contoso", "Litware"]


@pytest.mark.parametrize(
    ("name", "domain", "tenant_id"),
    [
        ("", "a.example", None),
        ("x" * 257, "a.example", None),
        ("line\nbreak", "a.example", None),
        ("A", "nodots", None),
        ("A", "a..example", None),
        ("A", "a.example/x", None),
        ("A", "contoso.example", None),
        ("A", "CONTOSO.example", None),
        ("A", "a.example", CONSUMERS_TENANT),
    ],
)
def test_an_unusable_tenant_is_refused_and_leaves_nothing(fresh, name, domain, tenant_id):
    with pytest.raises(r.RegistrationError):
        r.create_tenant(fresh.service, name=name, domain=domain, tenant_id=tenant_id)
    assert r.list_tenants(fresh.service) == [fresh.tenant]


def test_applications(fresh):
    service, tenant = fresh.service, fresh.tenant
    made = r.create_application(service, tenant, name=" Importer ", application_id=SOME_ID)
    assert made.name == "Importer"
    assert r.list_applications(service, tenant) == [made, fresh.application]
    for name in (SOME_ID, str(SOME_ID).upper(), "importer", "IMPORTER"):
        assert r.find_application(service, tenant, name) == made
    assert r.find_application(service, tenant, "nothing") is None
    principal = r.find_principal(service, tenant, SOME_ID)
    assert principal.object_id != made.object_id
    assert r.find_principal(service, tenant, CRM_APPLICATION).name == "Dataverse"


def test_applications_belong_to_their_tenant(fresh):
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    application_id = fresh.application.application_id
    assert r.find_application(fresh.service, other, application_id) is None
    assert r.list_applications(fresh.service, other) == []
    with pytest.raises(r.RegistrationError, match="already registered"):
        r.create_application(fresh.service, other, name="Copy", application_id=application_id)
    assert r.find_principal(fresh.service, other, application_id) is None


@pytest.mark.parametrize("reserved", [CRM_APPLICATION, UUID(int=0)])
def test_reserved_application_ids(fresh, reserved):
    with pytest.raises(r.RegistrationError, match="reserved"):
        r.create_application(fresh.service, fresh.tenant, name="X", application_id=reserved)


def test_a_name_of_several_applications_is_refused(fresh):
    first = r.create_application(fresh.service, fresh.tenant, name="Twin")
    second = r.create_application(fresh.service, fresh.tenant, name="twin")
    with pytest.raises(r.RegistrationError) as caught:
        r.find_application(fresh.service, fresh.tenant, "TWIN")
    assert str(first.application_id) in str(caught.value)
    assert str(second.application_id) in str(caught.value)


def test_secrets(fresh):
    made = r.add_secret(fresh.service, fresh.application, description="night job", days=30)
    text, credential = made.secret.reveal(), made.credential
    assert len(text) >= 43
    assert text.isalnum()
    assert credential.hint == text[:3]
    assert credential.description == "night job"
    assert credential.end - credential.start == 30 * 24 * 3600
    assert text not in repr(made)
    assert credential.digest.hex() not in repr(made)
    listed = r.list_secrets(fresh.service, fresh.application)
    assert [one.end for one in listed] == sorted(one.end for one in listed)
    assert credential in listed


def test_equal_secrets_are_kept_differently(fresh):
    first = r.add_secret(fresh.service, fresh.application, description="a").credential
    second = r.add_secret(fresh.service, fresh.application, description="b").credential
    assert first.salt != second.salt


def test_a_secret_may_be_made_already_expired(fresh, document):
    past = fresh.clock() - 60
    made = r.add_secret(fresh.service, fresh.application, description="old", expires_at=past)
    assert made.credential.start < made.credential.end == int(past)
    answer = fresh.post(fresh.path(), fresh.form(client_secret=made.secret.reveal()))
    assert document(answer)["error_codes"] == [7000222]


def test_a_secret_needs_days_and_an_application(fresh):
    with pytest.raises(r.RegistrationError, match="one day"):
        r.add_secret(fresh.service, fresh.application, description="x", days=0)
    stranger = Application(SOME_ID, fresh.tenant.tenant_id, SOME_ID, "Stranger")
    with pytest.raises(r.RegistrationError, match="no application"):
        r.add_secret(fresh.service, stranger, description="x")


def test_a_resource_may_be_added_twice(fresh):
    for _ in range(2):
        r.add_resource(fresh.service, fresh.tenant, "https://sales.example/")
    form = fresh.form(resource="https://sales.example")
    assert fresh.post(fresh.path(), form).status == 200


@pytest.mark.parametrize(
    "url",
    ["", "sales.example", "http://sales.example", "https://", "https:///", "https://a b",
     "https://a?x", "https://a#x", "https://\u00e4.example", "https://a\n"],
)  # fmt: skip
def test_an_unusable_resource_is_refused(fresh, url):
    with pytest.raises(r.RegistrationError):
        r.add_resource(fresh.service, fresh.tenant, url)
