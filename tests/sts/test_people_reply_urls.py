"""Reply URLs of a tenant's principal: where the organization's own page is answered."""

import pytest

from support.signing_in import (
    Visitor,
    authorize_path,
    cheap_passwords,
    claims_of,
    make_person,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.model import CRM_APPLICATION

PAGE = "https://localhost:8444/"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture
def scene(fresh):
    registration.add_reply_url(fresh.service, fresh.tenant, CRM_APPLICATION, PAGE)
    make_person(fresh.service, fresh.tenant, "ada")
    return fresh


def asking(**changes):
    return {
        "client_id": str(CRM_APPLICATION),
        "response_type": "id_token",
        "response_mode": "form_post",
        "scope": "openid profile",
        "redirect_uri": PAGE,
        "nonce": "n-1",
        "state": "s-1",
    } | changes


def test_the_page_gets_an_id_token_without_consent(scene):
    visitor = Visitor(scene.service)
    page = visitor.get(authorize_path(scene.tenant, "v1"), asking())
    told = sign_in(visitor, page, "ada@contoso.example", consent="")
    assert (told.mode, told.target) == ("form_post", PAGE)
    assert told.told.keys() == {"id_token", "state", "session_state"}
    claims = claims_of(told.told["id_token"])
    assert (claims["aud"], claims["nonce"], claims["ver"]) == (str(CRM_APPLICATION), "n-1", "1.0")
    # A session is enough from then on.
    assert visitor.get(authorize_path(scene.tenant, "v1"), asking()).mode == "form_post"


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost:9999/",
        "https://localhost/",
        "https://LOCALHOST:8444/",
        "https://localhost:8444",
        "https://localhost:8444/x",
        "https://localhost:8444/?x",
        "http://localhost:8444/",
        "https://127.0.0.1:8444/",
    ],
)
def test_no_other_address_is_answered_not_even_at_another_port(scene, address):
    refused = Visitor(scene.service).get(
        authorize_path(scene.tenant, "v1"), asking(redirect_uri=address)
    )
    assert refused.number == 50011


def test_another_tenant_and_no_tenant_know_nothing_of_it(scene):
    other = registration.create_tenant(scene.service, name="Fabrikam", domain="fabrikam.example")
    for segment in (other, "common"):
        refused = Visitor(scene.service).get(authorize_path(segment, "v1"), asking())
        assert refused.number == 500113


def test_the_page_is_given_no_access_token(scene):
    asked = asking(response_type="id_token token", resource=PAGE)
    refused = Visitor(scene.service).get(authorize_path(scene.tenant, "v1"), asked)
    assert refused.error == ("unsupported_response_type", 70005)


def test_signing_out_leads_back_to_it(scene):
    visitor = Visitor(scene.service)
    page = visitor.get(authorize_path(scene.tenant, "v1"), asking())
    token = sign_in(visitor, page, "ada@contoso.example", consent="").told["id_token"]
    path = f"/{scene.tenant.tenant_id}/oauth2/logout"
    leaving = {"post_logout_redirect_uri": PAGE, "id_token_hint": token}
    assert f'href="{PAGE}"' in visitor.get(path, leaving).text
    # The id token alone is enough once the session has gone; another port of the host is not.
    assert f'href="{PAGE}"' in visitor.get(path, leaving).text
    elsewhere = leaving | {"post_logout_redirect_uri": "https://localhost:9999/"}
    assert "localhost:9999" not in visitor.get(path, elsewhere).text


def test_the_last_eight_stay(scene):
    service, tenant = scene.service, scene.tenant
    urls = [f"https://localhost:{port}/" for port in range(9000, 9008)]
    for url in (*urls, urls[3]):
        kept = registration.add_reply_url(service, tenant, CRM_APPLICATION, url)
    assert kept.reply_urls == (*urls[:3], *urls[4:], urls[3])
    assert registration.find_principal(service, tenant, CRM_APPLICATION) == kept


def test_an_application_that_is_not_there_has_none(scene):
    with pytest.raises(registration.RegistrationError) as refused:
        registration.add_reply_url(scene.service, scene.tenant, scene.tenant.tenant_id, PAGE)
    assert refused.value.kind == "absent"
