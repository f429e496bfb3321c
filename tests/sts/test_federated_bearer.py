"""A federated person's assertion for tokens (RFC 7522): whose it must be, and what it must say."""

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from lxml import etree

from support.federating import AUDIENCE, DOMAIN, ISSUER, Federated, federate, person_of
from support.saml_tokens import pair
from support.signing_in import (
    ORGANIZATION,
    PASSWORD,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
)
from xrm.model.errors import signin
from xrm.sts import registration
from xrm.sts.registration import federation
from xrm.sts.registration.people import delete_user, revoke_sessions, set_user_enabled
from xrm.wire import saml
from xrm.wire.saml import Claim, Confirmation, claim_types, names

GRANT = "invalid_grant"
VERSIONS: tuple[saml.Version, ...] = ("1.1", "2.0")
BASE = "https://localhost:8443"


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@dataclass
class Scene:
    """A federated tenant, another one, and people of all kinds."""

    realm: Federated
    world: Any
    stranger: Any
    disabled: Any


def build(world: Any) -> Scene:
    realm = Federated.open(world)
    other = registration.create_tenant(world.service, name="Fabrikam", domain="fabrikam.example")
    disabled = person_of(world.service, realm.tenant, "dan")
    set_user_enabled(world.service, disabled, enabled=False)
    return Scene(realm, world, make_person(world.service, other, "grace"), disabled)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Scene]:
    """A scene for tests that change nothing of it; each assertion has an id of its own."""
    world = build_world(tmp_path_factory.mktemp("federated"))
    yield build(world)
    world.service.close()
    world.database.close()


@pytest.fixture
def own(fresh: Any) -> Scene:
    return build(fresh)


def new_id() -> str:
    return f"_{uuid.uuid4()}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("endpoint", ["v1", "v2"])
def test_an_assertion_earns_tokens(scene: Scene, version: saml.Version, endpoint: str) -> None:
    realm = scene.realm
    reply = realm.redeem(realm.token(version, id=new_id()), version=endpoint, client_info="1")
    assert reply.status == 200, reply.document
    claims = claims_of(reply.document["access_token"])
    wanted = {
        "oid": str(realm.fred.object_id),
        "upn": f"fred@{DOMAIN}",
        "tid": str(realm.tenant.tenant_id),
        "amr": ["pwd"],
        "scp": "user_impersonation",
    }
    assert {name: claims[name] for name in wanted} == wanted
    assert "client_info" in reply.document
    assert claims_of(reply.document["id_token"])["oid"] == str(realm.fred.object_id)
    again = redeem(
        realm.service,
        realm.tenant,
        realm.application,
        version=endpoint,
        refresh_token=reply.document["refresh_token"],
        **({"resource": ORGANIZATION} if endpoint == "v1" else {}),
    )
    assert claims_of(again.document["access_token"])["amr"] == ["pwd"]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (names.WINDOWS, "wia"),
        (names.KERBEROS, "wia"),
        (names.CERTIFICATE, "x509"),
        (names.TLS_CLIENT, "x509"),
        (names.UNSPECIFIED, "fed"),
        ("urn:of:our:own", "fed"),
    ],
)
def test_how_they_signed_in_is_told(scene: Scene, method: str, said: str) -> None:
    reply = scene.realm.redeem(scene.realm.token(id=new_id(), method=method))
    assert claims_of(reply.document["access_token"])["amr"] == [said]


def test_plain_base64_is_read_too(scene: Scene) -> None:
    token = scene.realm.token(id=new_id())
    text = base64.b64encode(etree.tostring(token)).decode()
    assert {"+", "/", "="} & set(text)
    assert scene.realm.redeem(text).status == 200


def test_at_common_the_issuer_tells_the_tenant(scene: Scene) -> None:
    realm = scene.realm
    several = make_application(
        realm.service, realm.tenant, "Several federated", audience="AzureADMultipleOrgs"
    )
    registration.consent(realm.service, realm.tenant, several.application_id)
    at = Federated(
        realm.service, realm.tenant, realm.clock, several, fred=realm.fred, maria=realm.maria
    )
    for segment in ("common", "organizations"):
        reply = at.redeem(at.token(id=new_id()), tenant=segment)
        assert reply.status == 200, reply.document
        assert claims_of(reply.document["access_token"])["tid"] == str(realm.tenant.tenant_id)
    refused = at.redeem(at.token(id=new_id()), tenant="consumers")
    assert refused.refusal == (400, "invalid_request", 9001023)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"issuer": f"{ISSUER}/"}, 50107),
        ({"issuer": ISSUER.upper()}, 50107),
        ({"issuer": "http://localhost:8443/adfs/services/trust"}, 50107),
        ({"issuer": BASE}, 50107),
        ({"issuer": "x" * 2000}, 50107),
        ({"audiences": ()}, 50008),
        ({"audiences": (AUDIENCE.lower(),)}, 50008),
        ({"audiences": (f"{AUDIENCE}/",)}, 50008),
        ({"audiences": (BASE,)}, 50008),
        ({"audiences": (ORGANIZATION,)}, 50008),
        ({"name_id": "", "claims": ()}, 50008),
        ({"name_id": "fred", "claims": ()}, 50008),
        ({"name_id": "ZnJlZA==", "claims": ()}, 50008),
        ({"name_id": base64.b64encode(bytes(16)).decode(), "claims": ()}, 51004),
        ({"claims": (Claim(claim_types.ENTRA_UPN, ("maria@contoso.example",)),)}, 50008),
        ({"claims": (Claim(claim_types.UPN, ("maria@contoso.example",)),)}, 50008),
        (
            {"claims": (Claim(claim_types.ENTRA_UPN, (f"fred@{DOMAIN}", "ann@contoso.example")),)},
            50008,
        ),
    ],
)
def test_what_it_says_must_be_right(
    scene: Scene, version: saml.Version, changes: dict[str, Any], number: int
) -> None:
    token = scene.realm.token(version, id=new_id(), **changes)
    assert scene.realm.redeem(token).refusal == (400, GRANT, number)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_about_one_person_whom_its_issuer_speaks_for(
    scene: Scene, version: saml.Version
) -> None:
    realm = scene.realm
    mixed = (*realm.claims(realm.fred)[:1], *realm.claims(realm.maria)[1:])
    cases = {
        "name and id of two": ({"claims": mixed}, 50008),
        "two ids": ({"claims": (*realm.claims(), *realm.claims(realm.maria)[1:])}, 50008),
        "the id of one, the name of another": ({"name_id": "x"}, 50008),
        "a managed domain's": ({"person": realm.maria}, 51004),
        "another tenant's": ({"person": scene.stranger}, 51004),
        "a disabled one's": ({"person": scene.disabled}, 50057),
    }
    for what, (changes, number) in cases.items():
        reply = realm.redeem(realm.token(version, id=new_id(), **changes))
        assert reply.refusal == (400, GRANT, number), what


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("begins", "ends", "status"),
    [
        (0, 3600, 200),
        (299, 3600, 200),
        (301, 3600, 400),
        (-7200, -299, 200),
        (-7200, -300, 400),
        (-7200, -301, 400),
        (10, 10, 400),
        (20, 10, 400),
    ],
)
def test_it_is_good_for_a_time(
    scene: Scene, version: saml.Version, begins: int, ends: int, status: int
) -> None:
    now = scene.realm.clock()
    life = {"not_before": now + begins, "not_on_or_after": now + ends}
    reply = scene.realm.redeem(scene.realm.token(version, id=new_id(), **life))
    assert reply.status == status, reply.document
    if status == 400:
        assert reply.refusal == (400, GRANT, 50008)


@pytest.mark.parametrize(
    ("confirmation", "status"),
    [
        (Confirmation(recipient=f"{BASE}/login.srf"), 200),
        (Confirmation(recipient=f"{BASE}/common/oauth2/token"), 200),
        (Confirmation(recipient=BASE), 200),
        (Confirmation(recipient=f"{BASE}.evil.example/login.srf"), 400),
        (Confirmation(recipient="https://crm.example/"), 400),
        (Confirmation(not_on_or_after=-301), 400),
        (Confirmation(not_on_or_after=-299), 200),
    ],
)
def test_where_and_until_when_it_is_brought(
    scene: Scene, confirmation: Confirmation, status: int
) -> None:
    until = confirmation.not_on_or_after
    if until is not None:
        confirmation = replace(confirmation, not_on_or_after=scene.realm.clock() + until)
    token = scene.realm.token("2.0", id=new_id(), confirmation=confirmation)
    assert scene.realm.redeem(token).status == status


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_holders_assertion_is_nobodys_to_bear(scene: Scene, version: saml.Version) -> None:
    held = [
        Confirmation(kind="holder-of-key", secret=bytes(32), certificate=pair("other").der),
        Confirmation(kind="holder-of-key", key=pair("other").private_key.public_key()),
    ]
    for confirmation in held:
        token = scene.realm.token(version, id=new_id(), confirmation=confirmation)
        assert scene.realm.redeem(token).refusal == (400, GRANT, 50008)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_counts_once(own: Scene, version: saml.Version) -> None:
    realm = own.realm
    token = realm.token(version, id=new_id())
    assert realm.redeem(token).status == 200
    assert realm.redeem(token).refusal == (400, GRANT, 50008)
    own.world.clock.now += 3600 + 299  # as long as it would count, it is remembered
    assert realm.redeem(token).refusal == (400, GRANT, 50008)


def test_one_that_is_refused_is_not_used_up(own: Scene) -> None:
    token = own.realm.token(id=new_id())
    wanted = {"scope": "https://graph.microsoft.com/User.Read"}
    assert own.realm.redeem(token, **wanted).refusal == (400, GRANT, 65001)
    assert own.realm.redeem(token).status == 200


def test_a_revoked_sign_in_counts_no_more(own: Scene) -> None:
    realm = own.realm
    before = realm.token(id=new_id())
    own.world.clock.now += 10
    revoke_sessions(realm.service, realm.fred)
    assert realm.redeem(before).refusal == (400, GRANT, 50173)
    own.world.clock.now += 1
    assert realm.redeem(realm.token(id=new_id())).status == 200


def test_a_deleted_person(own: Scene) -> None:
    token = own.realm.token(id=new_id())
    delete_user(own.realm.service, own.realm.fred)
    assert own.realm.redeem(token).refusal == (400, GRANT, 51004)


def test_each_domain_has_its_own_certificates(own: Scene) -> None:
    """The key of one domain's service says nothing of the people of another domain."""
    realm = own.realm
    tenant = registration.add_domain(realm.service, realm.tenant, "labs.contoso.example")
    lab = person_of(realm.service, tenant, "lea", "labs.contoso.example")
    federate(realm.service, tenant, "labs.contoso.example", certificates=[pair("labs").der])
    of_labs, of_corp = {"person": lab}, {"person": realm.fred}
    assert realm.redeem(realm.token(key="labs", id=new_id(), **of_labs)).status == 200
    assert realm.redeem(realm.token(key="corp", id=new_id(), **of_corp)).status == 200
    crossed = realm.token(key="labs", id=new_id(), **of_corp)
    assert realm.redeem(crossed).refusal == (400, GRANT, 51004)
    crossed = realm.token(key="corp", id=new_id(), **of_labs)
    assert realm.redeem(crossed).refusal == (400, GRANT, 51004)


def test_another_tenant_believes_its_own_issuers_only(own: Scene) -> None:
    realm = own.realm
    other = realm.service.directory.singly().tenant("fabrikam.example")
    several = make_application(
        realm.service, realm.tenant, "Everywhere", audience="AzureADMultipleOrgs"
    )
    registration.consent(realm.service, other, several.application_id)
    realm.application = several
    reply = realm.redeem(realm.token(id=new_id()), tenant=other)
    assert reply.refusal == (400, GRANT, 50107)


def test_a_managed_domain_again(own: Scene) -> None:
    realm = own.realm
    federation.manage(realm.service, realm.tenant, DOMAIN)
    assert realm.redeem(realm.token(id=new_id())).refusal == (400, GRANT, 50107)
    with_password = redeem(
        realm.service, realm.tenant, realm.application, grant_type="password",
        username=f"fred@{DOMAIN}", password=PASSWORD, scope="openid",
    )  # fmt: skip
    assert with_password.status == 200, with_password.document


def test_the_password_of_a_federated_person_is_none_here(scene: Scene) -> None:
    realm = scene.realm
    for name in (f"fred@{DOMAIN}", f"FRED@{DOMAIN.upper()}", f"nobody@{DOMAIN}"):
        reply = redeem(
            realm.service, realm.tenant, realm.application, grant_type="password",
            username=name, password=PASSWORD, scope="openid",
        )  # fmt: skip
        assert reply.refusal == (400, GRANT, 50126), name
    managed = redeem(
        realm.service, realm.tenant, realm.application, grant_type="password",
        username="maria@contoso.example", password=PASSWORD, scope="openid",
    )  # fmt: skip
    assert managed.status == 200


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"assertion": None}, (400, "invalid_request", 900144)),
        ({"assertion": ""}, (400, "invalid_request", 900144)),
        ({"scope": None}, (400, "invalid_request", 900144)),
        ({"client_secret": "x"}, (401, "invalid_client", 700025)),
        ({"scope": "https://nobody.example/.default"}, (400, "invalid_resource", 500011)),
    ],
)
def test_what_else_is_refused(
    scene: Scene, changes: dict[str, Any], refusal: tuple[int, str, int]
) -> None:
    token = scene.realm.token(id=new_id())
    assert scene.realm.redeem(token, **changes).refusal == refusal


def test_rows_are_told_with_their_numbers() -> None:
    found = (signin.UNKNOWN_REALM, signin.BAD_SAML_TOKEN, signin.NOT_IN_DIRECTORY)
    assert [(row.number, row.code, row.status) for row in found] == [
        (50107, GRANT, 400),
        (50008, GRANT, 400),
        (51004, GRANT, 400),
    ]
