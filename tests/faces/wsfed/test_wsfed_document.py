"""The federation metadata document a farm serves."""

import pytest
from saml2 import md

from support.farms import BASE, Farms
from xrm.sts.adfs import rules
from xrm.sts.adfs.passive.offered import CLAIMS
from xrm.sts.model import Authentication
from xrm.wire.http import Request
from xrm.wire.wsfed.description import Description
from xrm.wire.wsfed.metadata_reading import MetadataError, read

PATH = "/FederationMetadata/2007-06/FederationMetadata.xml"
OTHER = f"/fabrikam.example{PATH}"


def document(farms: Farms, path: str = PATH) -> bytes:
    reply = farms.visitor().get(path)
    assert reply.status == 200
    return reply.response.body


def described(farms: Farms, path: str = PATH) -> Description:
    return read(document(farms, path), certificates=farms.certificates()[:1])


def test_it_says_where_and_who_the_farm_is(farms: Farms):
    found = described(farms)
    service, application = found.token_service, found.application
    assert service is not None
    assert application is not None
    assert found.entity == "http://localhost:8443/adfs/services/trust"
    assert service.passive == application.passive == (f"{BASE}/adfs/ls/",)
    assert f"{BASE}/adfs/services/trust/13/usernamemixed" in service.active
    assert service.exchange == f"{BASE}/adfs/services/trust/mex"
    assert service.token_types == (
        "urn:oasis:names:tc:SAML:2.0:assertion",
        "urn:oasis:names:tc:SAML:1.0:assertion",
    )
    assert application.scopes[-2:] == (f"{BASE}/adfs/ls/", found.entity)
    assert application.encryption == (farms.service.parts.farm_keys.certificate(farms.farm),)


def test_every_endpoint_it_names_is_there(farms: Farms):
    service = described(farms).token_service
    assert service is not None
    for address in (*service.active, service.exchange, *service.passive):
        request = Request("POST", address.removeprefix(BASE), headers=(("content-type", "x/y"),))
        assert farms.visitor().answered(request).status != 404


def test_every_claim_the_farm_knows_is_offered(farms: Farms):
    authentication = Authentication(farms.ada.object_id, farms.contoso.tenant_id, 0)
    known = {one.type for one in rules.of_account(farms.farm.account(farms.ada), authentication)}
    assert known <= {claim.uri for claim in CLAIMS}


def test_a_farm_below_a_domain_has_one_of_its_own(farms: Farms):
    found = described(farms, OTHER)
    assert found.entity == "http://localhost:8443/fabrikam.example/adfs/services/trust"
    assert found.token_service is not None
    assert found.token_service.passive == (f"{BASE}/fabrikam.example/adfs/ls/",)
    assert farms.visitor().get(f"/contoso.example{PATH}").status == 404
    assert farms.visitor().get(f"/nobody.example{PATH}").status == 404


def test_pysaml2_reads_it(farms: Farms):
    found = md.entity_descriptor_from_string(document(farms))
    assert found.entity_id == farms.farm.identifier
    assert len(found.role_descriptor) == 2


def test_it_follows_a_rotation_of_keys(farms: Farms):
    before = described(farms)
    current, following, *_ = farms.certificates()
    farms.service.rotate_keys()
    after = described(farms)
    assert before.token_service is not None
    assert after.token_service is not None
    assert before.token_service.signing[:2] == (current, following)
    assert after.token_service.signing[0] == following
    # What was signed before is still to be believed for a while.
    assert current in after.token_service.signing
    with pytest.raises(MetadataError):
        read(document(farms), certificates=[current])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(farms: Farms, method: str):
    reply = farms.visitor().send(method, PATH)
    assert (reply.status, reply.response.header("allow")) == (405, "GET, HEAD")


def test_its_headers(farms: Farms):
    response = farms.visitor().get(PATH.lower()).response
    assert response.header("content-type") == "application/samlmetadata+xml; charset=utf-8"
    assert response.header("x-content-type-options") == "nosniff"
    assert farms.visitor().send("HEAD", PATH).response.body == b""


def test_ids_are_of_one_document(farms: Farms):
    ids = {md.entity_descriptor_from_string(document(farms)).id for _ in range(2)}
    assert len(ids) == 2
