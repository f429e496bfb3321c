"""What an administrator registers at a farm, and the names its people have there."""

from dataclasses import replace

import pytest

from support import certificates as pairs
from support.signing_in import make_person
from support.trusting import Realm, pair_of
from xrm.sts import registration
from xrm.sts.adfs import parties, people, providers, rules
from xrm.sts.adfs.trust import certificates
from xrm.sts.audit import read_events
from xrm.sts.model import Authentication, IssuanceRule
from xrm.sts.registration import RegistrationError
from xrm.wire.saml import claim_types

URL = "https://crm.contoso.example/"
AUTH = "https://auth.contoso.example/"


@pytest.fixture
def realm(fresh):
    return Realm.open(fresh)


def add(realm, **members):
    options = {"name": "Org", "identifiers": [URL], **members}
    return parties.add(realm.service, realm.farm, **options)


def find(realm, address):
    return parties.find(realm.service, realm.farm, address)


def test_party_is_kept_changed_and_removed(realm):
    made = add(realm, endpoints=[URL + "signin"], certificate=pair_of("org").certificate_pem)
    assert made.certificate == pair_of("org").der
    assert find(realm, URL) == made
    changed = parties.update(realm.service, realm.farm, made.party_id, identifiers=[AUTH])
    assert find(realm, URL) is None
    assert find(realm, AUTH + "x") == changed
    assert parties.listing(realm.service, realm.farm) == [changed]
    assert parties.remove(realm.service, realm.farm, made.party_id) == changed
    assert find(realm, AUTH) is None
    operations = [event.operation for event in read_events(realm.service, limit=3)]
    assert operations == ["adfs.party.remove", "adfs.party.update", "adfs.party.add"]


def test_longest_identifier_above_an_address_is_meant(realm):
    add(realm)
    inner = add(realm, name="Inner", identifiers=[URL + "inner"])
    assert find(realm, URL + "inner/a") == inner
    assert find(realm, URL + "inner?a") == inner
    assert find(realm, URL + "innermost").identifiers == (URL,)
    urn = add(realm, name="Urn", identifiers=["urn:federation:MicrosoftOnline"])
    assert find(realm, "urn:federation:MicrosoftOnline") == urn
    assert find(realm, "urn:federation:MicrosoftOnline/a") is None


def test_exact_identifier_comes_before_what_lies_below(realm):
    add(realm)
    exact = add(realm, name="Service", identifiers=[URL + "a/b"])
    assert find(realm, URL + "a/b") == exact


def test_farms_of_two_tenants_have_parties_of_their_own(fresh, realm):
    other = registration.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    made = add(Realm.open(fresh, other))
    assert find(realm, URL) is None
    with pytest.raises(RegistrationError) as caught:
        parties.remove(realm.service, realm.farm, made.party_id)
    assert caught.value.kind == "absent"


def test_ensure_makes_a_party_once_and_leaves_what_others_set(realm):
    def ensure(*identifiers, **members):
        return parties.ensure(
            realm.service, realm.farm, name="Org", identifiers=identifiers, **members
        )

    made = ensure(URL)
    assert made.rules == rules.ORGANIZATION
    parties.update(realm.service, realm.farm, made.party_id, lifetime=5, name="Ours", rules=())
    again = ensure(URL, AUTH, endpoints=(AUTH,), certificate=pair_of("org").certificate_pem)
    assert again.party_id == made.party_id
    assert (again.lifetime, again.name, again.rules) == (5, "Ours", ())
    assert (again.identifiers, again.endpoints) == ((URL, AUTH), (AUTH,))
    count = len(read_events(realm.service, limit=100))
    assert ensure(URL, AUTH, endpoints=(AUTH,), certificate=pair_of("org").der) == again
    assert len(read_events(realm.service, limit=100)) == count


@pytest.mark.parametrize(
    "members",
    [
        {"name": ""},
        {"name": "a" * 257},
        {"identifiers": []},
        {"identifiers": ["crm"]},
        {"identifiers": ["https://a b/"]},
        {"identifiers": ["https://ä/"]},
        {"identifiers": [f"https://{number}/" for number in range(17)]},
        {"endpoints": ["http://crm.contoso.example/"]},
        {"endpoints": ["https://user@crm.contoso.example/"]},
        {"endpoints": ["https://crm.contoso.example/#a"]},
        {"endpoints": ["https://[::1/"]},
        {"certificate": b"none"},
        {"lifetime": -1},
        {"lifetime": 10_081},
        {"saml": "3.0"},
        {"rules": [IssuanceRule(claim="urn:a")]},
        {"rules": [IssuanceRule(claim="urn:a", source="urn:b", value="c")]},
        {"rules": [IssuanceRule(claim="", value="c")]},
        {"rules": [IssuanceRule(claim="urn:a", value="c")] * 101},
    ],
)
def test_party_that_cannot_be(realm, members):
    with pytest.raises(RegistrationError):
        add(realm, **members)
    assert parties.listing(realm.service, realm.farm) == []


def test_certificate_of_another_kind_of_key(realm):
    for pair in (pairs.make(curve=True), pairs.make(bits=1024)):
        with pytest.raises(RegistrationError):
            add(realm, certificate=pair.der)


@pytest.mark.parametrize("members", [{"name": "Other"}, {"identifiers": [AUTH]}])
def test_names_and_identifiers_are_one_partys(realm, members):
    """The same identifier, or the same name in other letters."""
    add(realm)
    with pytest.raises(RegistrationError) as caught:
        add(realm, **{"name": "ORG", **members})
    assert caught.value.kind == "taken"
    other = add(realm, name="Third", identifiers=["urn:c"])
    with pytest.raises(RegistrationError):
        parties.update(realm.service, realm.farm, other.party_id, identifiers=[URL])
    assert find(realm, "urn:c") == other


def provider(realm, **members):
    options = {
        "name": "Fabrikam",
        "identifier": "http://fs.fabrikam.example/adfs/services/trust",
        "certificates": [pair_of("org").der],
        **members,
    }
    return providers.add(realm.service, realm.farm, **options)


def test_provider_is_kept_changed_and_removed(realm):
    made = provider(realm)
    changed = providers.update(realm.service, realm.farm, made.provider_id, name="Partner")
    assert changed == replace(made, name="Partner")
    assert providers.listing(realm.service, realm.farm) == [changed]
    assert providers.remove(realm.service, realm.farm, made.provider_id) == changed
    with pytest.raises(RegistrationError):
        providers.remove(realm.service, realm.farm, made.provider_id)


@pytest.mark.parametrize(
    "members",
    [
        {"certificates": []},
        {"certificates": [b""]},
        {"certificates": [b"x"]},
        {"identifier": "fabrikam"},
        {"identifier": "http://localhost:8443/adfs/services/trust"},
        {"passive": "http://fs.fabrikam.example/"},
        {"metadata": "file:///etc/passwd"},
    ],
)
def test_provider_that_cannot_be(realm, members):
    with pytest.raises(RegistrationError):
        provider(realm, **members)


def test_issuer_is_trusted_once(realm):
    provider(realm)
    for members in ({"name": "Other"}, {"identifier": "urn:other"}):
        with pytest.raises(RegistrationError):
            provider(realm, **members)


def test_certificate_is_one_persons(realm):
    maria, piet = realm.person("maria"), realm.person("piet")
    certificates.add(realm.service, realm.farm, maria, pair_of("org").certificate_pem)
    for person in (maria, piet):
        with pytest.raises(RegistrationError):
            certificates.add(realm.service, realm.farm, person, pair_of("org").der)
    for wrong in (b"", b"none"):
        with pytest.raises(RegistrationError):
            certificates.add(realm.service, realm.farm, piet, wrong)
    with pytest.raises(RegistrationError):
        certificates.remove(realm.service, realm.farm, "00")


def test_names_of_people_are_one_persons(realm):
    """Two people of two domains may share the front of their names, not an account."""
    service, tenant = realm.service, realm.tenant
    registration.add_domain(service, tenant, "second.example")
    maria = make_person(service, tenant, "maria")
    other = registration.people.create_user(
        service, tenant, user_principal_name="maria@second.example", display_name="Other"
    ).user
    long = make_person(service, tenant, "a-name-of-more-than-twenty")
    accounts = [realm.farm.account(person) for person in (maria, other, long)]
    names = [account.name for account in accounts]
    assert names[0] == "CONTOSO\\maria"
    assert names[1] == f"CONTOSO\\maria${other.object_id.hex[:6]}"
    assert names[2] == f"CONTOSO\\a-name-of-mor${long.object_id.hex[:6]}"
    assert len({account.sid for account in accounts}) == 3
    view = service.directory.singly()
    for person, name in zip((maria, other, long), names, strict=True):
        found = people.named(view, realm.farm, name.swapcase())
        assert found.person is not None
        assert found.person.object_id == person.object_id
        assert found.username.lower() == person.user_principal_name.lower()
    for name in ("CONTOSO\\a-name-of-more-than-twenty", "CONTOSO\\maria$000000", "CONTOSO\\"):
        assert people.named(view, realm.farm, name).person is None


def test_rules_pass_transform_and_set(realm):
    account = realm.farm.account(realm.person("maria", given_name="Maria", surname="Silva"))
    party = add(
        realm,
        rules=[
            IssuanceRule(claim=claim_types.NAME, source=claim_types.WINDOWS_ACCOUNT_NAME),
            IssuanceRule(claim=claim_types.NAME, source=claim_types.UPN),
            IssuanceRule(claim=claim_types.ROLE, value="Reader"),
            IssuanceRule(claim=claim_types.SURNAME, source=claim_types.SURNAME),
            IssuanceRule(claim="urn:none", source=claim_types.GROUP_SID),
            IssuanceRule(claim="urn:how", source=claim_types.AUTHENTICATION_METHOD),
            IssuanceRule(claim="urn:when", source=claim_types.AUTHENTICATION_INSTANT),
        ],
    )
    authentication = Authentication(account.person.object_id, realm.tenant.tenant_id, 10**15)
    claims = rules.claims_of(account, party, authentication)
    assert {claim.type: claim.values for claim in claims} == {
        claim_types.NAME: ("CONTOSO\\maria", "maria@contoso.example"),
        claim_types.ROLE: ("Reader",),
        claim_types.SURNAME: ("Silva",),
        "urn:how": (
            "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
        ),
        "urn:when": ("2001-09-09T01:46:40.000Z",),
    }


def test_entra_is_told_upn_and_immutable_id(realm):
    account = realm.farm.account(realm.person("maria"))
    party = add(realm, rules=rules.MICROSOFT_ONLINE)
    authentication = Authentication(account.person.object_id, realm.tenant.tenant_id, 0)
    claims = {one.type: one.values for one in rules.claims_of(account, party, authentication)}
    assert claims == {
        "http://schemas.xmlsoap.org/claims/UPN": ("maria@contoso.example",),
        claim_types.IMMUTABLE_ID: (account.immutable_id,),
        claim_types.NAME_IDENTIFIER: (account.immutable_id,),
    }
