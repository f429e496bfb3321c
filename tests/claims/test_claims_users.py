"""Who a token's person is in the organization, and what the farm's claims do not decide."""

from collections.abc import Iterator

import pytest

from support.claiming import ALICE, MARIA, NAME, UPN, WHO, Claims, build_claims
from support.soap_elements import entity, reference, string
from support.soaping import Reply, results
from xrm.org import administration
from xrm.wire import saml

NO_MEMBER, DISABLED_USER, DISABLED_ORGANIZATION = "0x80072560", "0x80040225", "0x8004a104"
ADMINISTRATOR_OF_THE_DEPLOYMENT = saml.Claim(NAME, ("CONTOSO\\alice",))


@pytest.fixture
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claims]:
    built = build_claims(f"sqlite://{tmp_path_factory.mktemp('users')}")
    yield built
    built.estate.database.close()


def asked(claims: Claims, name: str, *more: saml.Claim, header: str = "") -> Reply:
    said = (saml.Claim(UPN, (name,)), *more)
    return claims.message(claims.token(claims=said), more=header).send()


def who(reply: Reply) -> str:
    return str(results(reply)["UserId"])


@pytest.mark.parametrize(
    "name", [ALICE, ALICE.upper(), "Alice@Contoso.Example", "CONTOSO\\alice", "contoso\\ALICE"]
)
def test_a_user_is_known_by_either_form_of_the_name(claims: Claims, name: str) -> None:
    assert who(asked(claims, name)) == str(claims.user_id(ALICE))


@pytest.mark.parametrize(
    "name",
    [
        "nobody@contoso.example",
        "FABRIKAM\\alice",
        "alice@fabrikam.example",
        "alice",
        "CONTOSO\\",
        "\\alice",
        "@contoso.example",
        f" {ALICE}",
        f"{ALICE} ",
        "\uff41lice@contoso.example",
        "alice@conto\u017fo.example",
        "CONTO\u017fO\\alice",
        "alic\u00e9@contoso.example",
        f"{ALICE}\\alice",
    ],
)
def test_who_has_no_user_is_told_so(claims: Claims, name: str) -> None:
    assert asked(claims, name).code == NO_MEMBER


def _create(claims: Claims, name: str) -> str:
    unit = str(results(claims.message().send())["BusinessUnitId"])
    columns = {
        "domainname": string(name),
        "lastname": string("B"),
        "businessunitid": reference("businessunit", unit),
    }
    content = f"<entity>{entity('systemuser', columns).content}</entity>"
    said = claims.message(operation="Create", content=content).send()
    return said.result.text or ""


def test_a_user_may_be_kept_under_the_windows_name(claims: Claims) -> None:
    made = _create(claims, "CONTOSO\\bob")
    administration.assign_role(
        claims.organization, claims.user_id("CONTOSO\\bob"), "System Administrator"
    )
    for name in ("CONTOSO\\Bob", "bob@contoso.example"):
        assert who(asked(claims, name)) == made
    assert asked(claims, "bob@fabrikam.example").code == NO_MEMBER


def test_the_form_a_name_is_written_in_goes_first(claims: Claims) -> None:
    made = _create(claims, "CONTOSO\\alice")
    administration.assign_role(
        claims.organization, claims.user_id("CONTOSO\\alice"), "System Administrator"
    )
    assert who(asked(claims, "CONTOSO\\alice")) == made
    assert who(asked(claims, ALICE)) == str(claims.user_id(ALICE)) != made


def test_an_application_is_nobody_a_farm_names(claims: Claims) -> None:
    application = claims.estate.register("Service")
    administration.create_application_user(claims.organization, application)
    address = f"Service{application}@contoso.example"
    assert asked(claims, address).code == NO_MEMBER


def test_a_disabled_user_is_refused_from_the_next_message_on(claims: Claims) -> None:
    token = claims.token(MARIA)
    before = claims.message(token).send()
    assert before.status == 200
    claims.follow(MARIA, enabled=False)
    assert claims.message(token).send().code == DISABLED_USER
    assert asked(claims, MARIA).code == DISABLED_USER
    claims.follow(MARIA)
    assert claims.message(token).send().status == 200


def test_a_deleted_persons_name_is_nobodys(claims: Claims) -> None:
    claims.follow(MARIA, deleted=True, user_principal_name=f"0123{MARIA}")
    assert asked(claims, MARIA).code == NO_MEMBER


def test_a_disabled_organization_takes_no_messages(claims: Claims) -> None:
    administration.set_organization_enabled(claims.organization, enabled=False)
    for name in (ALICE, MARIA):
        assert asked(claims, name).code == DISABLED_ORGANIZATION
    reply = asked(claims, ALICE, ADMINISTRATOR_OF_THE_DEPLOYMENT)
    assert reply.code == DISABLED_ORGANIZATION
    assert reply.response.body.count(b"Security") == 2
    administration.set_organization_enabled(claims.organization, enabled=True)
    assert asked(claims, ALICE).status == 200


def test_the_name_of_a_deployments_administrator_gives_no_right(claims: Claims) -> None:
    assert asked(claims, "nobody@contoso.example", ADMINISTRATOR_OF_THE_DEPLOYMENT).code == (
        NO_MEMBER
    )
    reply = asked(claims, MARIA, ADMINISTRATOR_OF_THE_DEPLOYMENT)
    assert who(reply) == str(claims.user_id(MARIA))
    content = f"<entity>{entity('account', {'name': string('X')}).content}</entity>"
    said = (saml.Claim(UPN, (MARIA,)), ADMINISTRATOR_OF_THE_DEPLOYMENT)
    message = claims.message(claims.token(claims=said), operation="Create", content=content)
    assert message.send().code == "0x80040220"


def test_claims_nobody_knows_change_nothing(claims: Claims) -> None:
    role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
    reply = asked(claims, MARIA, saml.Claim(role, ("System Administrator",)))
    assert who(reply) == str(claims.user_id(MARIA))


def test_a_message_may_run_for_another_user(claims: Claims) -> None:
    maria = str(claims.user_id(MARIA))
    space = "http://schemas.microsoft.com/xrm/2011/Contracts"
    header = f'<c:CallerId xmlns:c="{space}">{{}}</c:CallerId>'
    assert who(asked(claims, ALICE, header=header.format(maria))) == maria
    own = str(claims.user_id(ALICE))
    assert who(asked(claims, ALICE, header=header.format(own))) == own
    assert asked(claims, MARIA, header=header.format(own)).code == "0x80040220"
    by_http = claims.message().send(headers=(("mscrmcallerid", maria),))
    assert who(by_http) == maria


def test_a_message_without_operation_or_body_is_refused_after_its_proof(claims: Claims) -> None:
    assert claims.message(operation="Nothing").send().subcode == "ActionNotSupported"
    broken = claims.message(key=bytes(8), operation="Nothing").send()
    assert broken.subcode == "InvalidSecurity"
    assert claims.message(content=WHO).send().status == 200
