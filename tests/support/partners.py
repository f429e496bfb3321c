"""A partner whose people a farm lets in, the tokens it makes, and the farm asked with them.

    pair = befriend(scene)
    reply = sign_in(scene, hidden(scene, genuine(scene, pair)))
    assert about(scene, reply) == EVE

An attacker has such a token about Eve, and wants to be Root. A scene has a realm, its service and
clock, and a party that takes tokens in the clear.
"""

from typing import Any

from lxml import etree

from support import token_elements
from support.certificates import Pair
from support.trusting import Password, Reply, Token, asking, pair_of
from xrm.sts.adfs import providers
from xrm.wire.saml import Assertion, Claim, Confirmation, claim_types
from xrm.wire.saml.names import PASSWORD as BY_PASSWORD
from xrm.wire.soap.envelope import WSSE

CLEAR = "https://clear.contoso.example/"
BACK = "https://behind.contoso.example/"
PARTNER = "http://partner.example/adfs/services/trust"
EVE, ROOT = "eve@partner.example", "root@partner.example"
SECRET = bytes(range(32))
SERVICE = Password("broker@contoso.example")
MARIA = Password("maria@contoso.example")
GOOD = asking(applies_to=CLEAR, key="bearer")
PLACE = "<place/>"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FAILED = ("Sender", f"{{{TRUST}}}FailedAuthentication")
INVALID = ("Sender", f"{{{TRUST}}}InvalidSecurityToken")
INSECURE = ("Sender", f"{{{WSSE}}}InvalidSecurity")


def befriend(scene: Any, *names: str) -> Pair:
    """Have the farm trust the partner, by the certificates of these names; return the first."""
    pairs = [pair_of(name) for name in names or ("partner",)]
    providers.add(
        scene.service,
        scene.realm.farm,
        name="Partner",
        identifier=PARTNER,
        certificates=[pair.certificate_pem for pair in pairs],
    )
    return pairs[0]


def written(scene, name: str = EVE, **changes: Any) -> Assertion:
    """Return what the partner says of somebody who holds SECRET."""
    now = scene.clock()
    certificate = scene.service.parts.farm_keys.certificate(scene.realm.farm)
    return Assertion(
        **{
            "id": "_genuine",
            "issuer": PARTNER,
            "issued": now,
            "not_before": now,
            "not_on_or_after": now + 600,
            "audiences": (scene.realm.farm.identifier,),
            "confirmation": Confirmation(
                kind="holder-of-key", secret=SECRET, certificate=certificate
            ),
            "claims": (Claim(claim_types.UPN, (name,)),),
            "method": BY_PASSWORD,
            "authenticated": now,
            **changes,
        }
    )


def genuine(scene, pair, name: str = EVE, **changes: Any) -> etree._Element:
    """Return such a token, signed."""
    return token_elements.sign(
        written(scene, name, **changes), key=pair.private_key, certificate=pair.der
    )


def text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def hidden(scene, element: etree._Element) -> str:
    """Return a token encrypted to the farm."""
    certificate = scene.service.parts.farm_keys.certificate(scene.realm.farm)
    return text(token_elements.encrypt(element, certificate))


def sign_in(scene, tokens: str, more: str = "") -> Reply:
    """Return the answer to who shows these texts as a token, signed with SECRET."""
    by = Token(etree.fromstring(PLACE), SECRET)
    body = etree.tostring(scene.realm.message(GOOD, by), encoding="unicode")
    assert PLACE in body
    body = body.replace(PLACE, tokens).replace("</s:Header>", f"{more}</s:Header>")
    return scene.realm.post(scene.realm.path(GOOD, by), body.encode())


def speak_for(scene, tokens: str) -> Reply:
    """Return the answer to who asks in the name of whom these texts are about."""
    request = asking(applies_to=BACK, key="bearer", on_behalf_of=etree.fromstring(PLACE))
    body = etree.tostring(scene.realm.message(request, SERVICE), encoding="unicode")
    assert PLACE in body
    path = scene.realm.path(request, SERVICE)
    return scene.realm.post(path, body.replace(PLACE, tokens).encode())


def about(scene, reply: Reply, party: Any = None) -> str:
    """Return whom an issued token is about."""
    assertion = (party or scene.clear).read(reply, scene.realm.certificates)
    return str(assertion.values(claim_types.UPN)[0])
