"""The federation metadata document of a farm: as a token service and as a relying party.

It names every certificate tokens may be signed with, the current one first, so that whoever reads
it now and then follows a rotation of keys without being told.
"""

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.passive.offered import CLAIMS
from xrm.sts.faces.adfs import people
from xrm.sts.faces.adfs.visit import Endpoint, Visit
from xrm.sts.faces.wstrust import routes as wstrust
from xrm.sts.service import TokenService
from xrm.wire.http import Response
from xrm.wire.wsfed import metadata
from xrm.wire.wsfed.description import ApplicationRole, Description, TokenServiceRole
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

_ALLOWED = "GET, HEAD"
_MEX = "adfs/services/trust/mex"


def describe(service: TokenService, farm: Farm) -> Description:
    """Return what a farm says of itself."""
    active = tuple(
        f"{farm.url}{path.removeprefix('adfs')}" for path in wstrust.ENDPOINTS if path != _MEX
    )
    issued = tuple(address for address in active if "issuedtoken" in address)
    signing = tuple(
        key.certificate_der for key in service.keys.published() if key.certificate_der is not None
    )
    name = f"{farm.tenant.name} AD FS"
    types = (SAML_20_TYPE, SAML_11_TYPE)
    return Description(
        entity=farm.identifier,
        application=ApplicationRole(
            passive=(farm.passive,),
            scopes=(*issued, farm.passive, farm.identifier),
            encryption=(service.parts.farm_keys.certificate(farm),),
            active=issued[:1],
            claims=CLAIMS,
            name=name,
        ),
        token_service=TokenServiceRole(
            signing=signing,
            passive=(farm.passive,),
            active=active,
            exchange=f"{farm.trust}mex",
            claims=CLAIMS,
            token_types=types,
            name=name,
        ),
    )


def _answer(visit: Visit) -> Response:
    """Answer a request for the metadata (WS-Federation 1.2, 3.1)."""
    if visit.request.method not in _ALLOWED.split(", "):
        return people.refused_method(visit, _ALLOWED)
    service = visit.service
    key = service.directory.singly().signing_key()
    document = metadata.write(
        describe(service, visit.farm),
        document_id=f"_{service.ids()}",
        key=key.private_key,
        certificate=key.certificate_der,
    )
    lines = (
        ("Content-Type", "application/samlmetadata+xml; charset=utf-8"),
        ("Cache-Control", "no-cache"),
        *people.always(visit),
    )
    return Response(200, lines, b"" if visit.request.method == "HEAD" else document)


def _too_large(visit: Visit) -> Response:
    return people.refused_method(visit, _ALLOWED)


METADATA = Endpoint(_answer, _too_large)
