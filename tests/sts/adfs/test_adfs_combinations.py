"""Every way to ask a farm for a token: operation, key, entropy, versions of trust and SAML, proof.

What an answer holds is judged by who relies on it: the party opens the token, and the key it finds
there is the one that the client makes of the answer.
"""

import itertools
from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from support.trusting import Certificate, Password, asking, pair_of, sign
from xrm.sts.adfs.trust import certificates
from xrm.wire.saml import claim_types
from xrm.wire.wstrust import TRUST_13, TRUST_2005, UseKey, p_sha1
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

ORG = "https://crm.contoso.example/"
CLEAR = "https://clear.contoso.example/"
MARIA = Password("maria@contoso.example")
ENTROPY = bytes(range(7, 39))
VERSIONS = {"1.3": TRUST_13, "2005": TRUST_2005}
TOKENS = {"1.1": SAML_11_TYPE, "2.0": SAML_20_TYPE}
KEYS = {
    "not named": {},
    "symmetric, the service's": {"key": "symmetric"},
    "symmetric, of both": {"key": "symmetric", "entropy": ENTROPY},
    "not named, of both": {"entropy": ENTROPY},
    "symmetric, 192 bits of both": {"key": "symmetric", "entropy": ENTROPY, "key_size": 192},
    "public": {"key": "public"},
    "bearer": {"key": "bearer"},
    "bearer, with entropy": {"key": "bearer", "entropy": ENTROPY},
}
PROOFS = ("password", "certificate", "token", "token of February")


@pytest.fixture(scope="module")
def proofs(shared) -> dict[str, Any]:
    """Every kind of proof of the same person."""
    pair = pair_of("combinations")
    certificates.add(shared.service, shared.realm.farm, shared.maria, pair.der)
    return {
        "password": MARIA,
        "certificate": Certificate(pair),
        "token": shared.realm.signed_in(MARIA),
        "token of February": shared.realm.signed_in(MARIA, version=TRUST_2005),
    }


def named_key(name: str) -> UseKey:
    """Return the public key of a name, as a request holds it."""
    octets = b64encode(pair_of(name).der).decode()
    return UseKey(
        etree.fromstring(
            '<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
            f"<X509Certificate>{octets}</X509Certificate></X509Data></KeyInfo>"
        )
    )


def endorsed(envelope: etree._Element) -> None:
    """Sign a message with the key that it wants to have in the token."""
    key = pair_of("endorsing").private_key
    assert isinstance(key, RSAPrivateKey)
    sign(envelope, key, ("timestamp", "to"))


def symmetric(members: dict[str, Any], material: Any, namespace: str) -> bytes:
    """Return the key that a client makes of an answer."""
    if "entropy" not in members:
        assert material.entropy is None
        assert material.computed is None
        assert len(material.proof) == 32
        return bytes(material.proof)
    assert material.proof is None
    assert material.computed == f"{namespace}/CK/PSHA1"
    size = members.get("key_size", 256)
    assert material.entropy != ENTROPY
    return p_sha1(ENTROPY, material.entropy, size)


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("saml", TOKENS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", KEYS)
def test_issue(shared, proofs, key, version, saml, proof):
    trust, members = VERSIONS[version], dict(KEYS[key])
    public = members.get("key") == "public" and proof != "certificate"
    if public:
        members["use_key"] = named_key("endorsing")
    request = asking(version=trust, applies_to=ORG, token_type=TOKENS[saml], **members)
    reply = shared.realm.ask(request, proofs[proof], change=endorsed if public else None)
    assert reply.status == 200, reply.http.body
    assert reply.root[0][0].text == trust.response_action()
    assertion = shared.org.read(reply, shared.realm.certificates)
    assert assertion.version == saml
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    held, response = assertion.confirmation, reply.response
    if key.startswith("bearer"):
        assert (held.kind, held.secret, held.key) == ("bearer", None, None)
        assert (response.key, response.material.proof) == ("bearer", None)
        assert response.material.computed is None
    elif key == "public":
        owner = "endorsing" if public else "combinations"
        assert held.key is not None
        expected = pair_of(owner).certificate.public_key().public_numbers()
        assert held.key.public_numbers() == expected
        assert (held.secret, response.key, response.material.proof) == (None, "public", None)
    else:
        assert held.secret == symmetric(members, response.material, trust.namespace)
        assert (held.kind, response.key) == ("holder-of-key", "symmetric")


LATER = list(itertools.product(("renew", "validate", "cancel"), VERSIONS, TOKENS, PROOFS))


@pytest.mark.parametrize(("operation", "version", "saml", "proof"), LATER)
def test_what_becomes_of_a_token(shared, proofs, operation, version, saml, proof):
    trust = VERSIONS[version]
    issued = asking(applies_to=CLEAR, key="bearer", token_type=TOKENS[saml])
    token = shared.realm.ask(issued, MARIA).response.token
    request = asking(version=trust, operation=operation, target=token)
    reply = shared.realm.ask(request, proofs[proof])
    assert reply.status == 200, reply.http.body
    assert reply.root[0][0].text == trust.response_action(operation)
    response = reply.response
    if operation == "renew":
        assertion = shared.clear.read(reply, shared.realm.certificates)
        assert (assertion.version, assertion.audiences) == (saml, (CLEAR,))
        assert assertion.id != token.get("AssertionID", token.get("ID"))
    elif operation == "validate":
        assert response.status.code == f"{trust.namespace}/status/valid"
        assert response.token is None
    else:
        assert response.cancelled
        again = asking(version=trust, operation="validate", target=token)
        status = shared.realm.ask(again, proofs[proof]).response.status
        assert status.code == f"{trust.namespace}/status/invalid"


@pytest.mark.parametrize("how", ["on_behalf_of", "act_as"])
@pytest.mark.parametrize("key", [name for name in KEYS if name != "public"])
@pytest.mark.parametrize("version", VERSIONS)
def test_in_the_name_of_others(shared, partner, version, key, how):
    """The broker asks; the token is Maria's, whatever the key."""
    url = f"https://{version}.{key.replace(' ', '-').replace(',', '')}.{how}.example/".lower()
    party = shared.realm.party(url.replace("_", "-"), delegates=["broker@contoso.example"])
    issued = asking(applies_to=CLEAR, key="bearer")
    token = shared.realm.ask(issued, MARIA).response.token
    members = {**KEYS[key], how: token}
    request = asking(version=VERSIONS[version], applies_to=party.url, **members)
    reply = shared.realm.ask(request, Password("broker@contoso.example"))
    assert reply.status == 200, reply.http.body
    assertion = party.read(reply, shared.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    if key.startswith("bearer"):
        assert assertion.confirmation.kind == "bearer"
        return
    namespace = VERSIONS[version].namespace
    held = assertion.confirmation.secret
    assert held == symmetric(members, reply.response.material, namespace)
