"""Answers of a farm in outline: element by element those that were recorded of AD FS.

Each outline is one of a real farm: to a client of CRM on premises, to Microsoft's libraries for a
federated sign-in in either version, and of refusals.
"""

import pytest
from lxml import etree

from support.outlines import below, lines, outline
from support.trusting import Password, asking
from xrm.sts.adfs import rules
from xrm.wire.wstrust import TRUST_13, TRUST_2005
from xrm.wire.wstrust.versions import SAML_20_TYPE

ORG = "https://crm.contoso.example/"
CLEAR = "https://clear.contoso.example/"
MARIA = Password("maria@contoso.example")
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
XENC = "http://www.w3.org/2001/04/xmlenc#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
PROFILE = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1"

HEADER = lines(
    """
    s:Header
      a:Action [s:mustUnderstand]
      a:RelatesTo
      o:Security [s:mustUnderstand]
        u:Timestamp [u:Id]
          u:Created
          u:Expires
    """
)
BEGINNING = lines(
    """
    {0}:Lifetime
      wsu:Created
      wsu:Expires
    wsp:AppliesTo
      wsa:EndpointReference
        wsa:Address
    {0}:RequestedSecurityToken
    """
)
END = lines(
    """
    {0}:RequestedAttachedReference
      o:SecurityTokenReference [k:TokenType]
        o:KeyIdentifier [ValueType]
    {0}:RequestedUnattachedReference
      o:SecurityTokenReference [k:TokenType]
        o:KeyIdentifier [ValueType]
    {0}:TokenType
    {0}:RequestType
    {0}:KeyType
    """
)
ENCRYPTED = lines(
    """
    xenc:EncryptedData [Type]
      xenc:EncryptionMethod [Algorithm]
      KeyInfo
        e:EncryptedKey
          e:EncryptionMethod [Algorithm]
            DigestMethod [Algorithm]
          KeyInfo
            o:SecurityTokenReference
              X509Data
                X509IssuerSerial
                  X509IssuerName
                  X509SerialNumber
          e:CipherData
            e:CipherValue
      xenc:CipherData
        xenc:CipherValue
    """
)
PROOF = lines(
    """
    {0}:RequestedProofToken
      {0}:BinarySecret
    """
)
SIGNATURE = lines(
    """
    ds:Signature
      ds:SignedInfo
        ds:CanonicalizationMethod [Algorithm]
        ds:SignatureMethod [Algorithm]
        ds:Reference [URI]
          ds:Transforms
            ds:Transform [Algorithm]
            ds:Transform [Algorithm]
          ds:DigestMethod [Algorithm]
          ds:DigestValue
      ds:SignatureValue
      KeyInfo
        X509Data
          X509Certificate
    """
)
SUBJECT = lines(
    """
    saml:Subject
      saml:NameIdentifier [Format]
      saml:SubjectConfirmation
        saml:ConfirmationMethod
    """
)
ATTRIBUTE = lines(
    """
    saml:Attribute [AttributeName AttributeNamespace]
      saml:AttributeValue
    """
)
ASSERTION = "\n".join(
    [
        "saml:Assertion [AssertionID IssueInstant Issuer MajorVersion MinorVersion]",
        "  saml:Conditions [NotBefore NotOnOrAfter]",
        "    saml:AudienceRestrictionCondition",
        "      saml:Audience",
        "  saml:AttributeStatement",
        *(below(below(part)) for part in (SUBJECT, ATTRIBUTE, ATTRIBUTE)),
        "  saml:AuthenticationStatement [AuthenticationInstant AuthenticationMethod]",
        below(below(SUBJECT)),
        below(SIGNATURE),
    ]
)
FAULT = lines(
    """
    s:Fault
      s:Code
        s:Value
        s:Subcode
          s:Value
      s:Reason
        s:Text [xml:lang]
    """
)


def answer(prefix, token, *more):
    """Return the outline of an answer, by the prefix of its version."""
    parts = [BEGINNING, below(token), *more, END]
    inside = lines("\n".join(parts), f"{prefix}:RequestSecurityTokenResponse")
    if prefix == "trust":
        inside = lines(inside, "trust:RequestSecurityTokenResponseCollection")
    body = lines(inside.replace("{0}", prefix), "s:Body")
    return "\n".join(["s:Envelope", below(HEADER), below(body)])


def told(root, name):
    """Return what the elements of a name say, in their order."""
    return [one.text for one in root.iter(f"{{*}}{name}")]


def asked(scene, by=MARIA, **members):
    """Return the answer of a farm, in outline and taken apart."""
    reply = scene.realm.ask(asking(**members), by, message_id="urn:uuid:71")
    return outline(reply.http.body), reply.root


def test_a_client_on_premises_is_answered_as_recorded(shared):
    found, root = asked(shared, applies_to=f"{ORG}XRMServices/2011/Organization.svc")
    assert found == answer("trust", ENCRYPTED, PROOF)
    assert told(root, "Action") == [f"{TRUST}/RSTRC/IssueFinal"]
    assert told(root, "Address") == [ORG]
    assert [one.get("Algorithm") for one in root.iter() if one.get("Algorithm")] == [
        f"{XENC}aes256-cbc",
        f"{XENC}rsa-oaep-mgf1p",
        f"{DSIG}sha1",
    ]
    assert next(root.iter(f"{{{XENC}}}EncryptedData")).get("Type") == f"{XENC}Element"
    references = list(root.iter("{*}SecurityTokenReference"))[1:]
    for one in references:
        assert set(one.attrib.values()) == {f"{PROFILE}.1#SAMLV1.1"}
        assert one[0].get("ValueType") == f"{PROFILE}.0#SAMLAssertionID"
    assert told(root, "TokenType") == ["urn:oasis:names:tc:SAML:1.0:assertion"]
    assert told(root, "RequestType") == [f"{TRUST}/Issue"]
    assert told(root, "KeyType") == [f"{TRUST}/SymmetricKey"]
    assert [len(text) for text in told(root, "BinarySecret")] == [44]


@pytest.mark.parametrize(
    ("version", "prefix", "space"), [(TRUST_13, "trust", TRUST), (TRUST_2005, "t", FEBRUARY)]
)
def test_a_library_is_answered_as_recorded(shared, version, prefix, space):
    party = shared.realm.party(
        f"https://{prefix}.contoso.example/", encrypts=False, rules=rules.MICROSOFT_ONLINE
    )
    found, root = asked(shared, version=version, applies_to=party.url, key="bearer")
    assert found == answer(prefix, ASSERTION)
    assert told(root, "Action") == [
        f"{TRUST}/RSTRC/IssueFinal" if version is TRUST_13 else f"{FEBRUARY}/RSTR/Issue"
    ]
    assert set(told(root, "ConfirmationMethod")) == {"urn:oasis:names:tc:SAML:1.0:cm:bearer"}
    assert [one.get("Algorithm") for one in root.iter() if one.get("Algorithm")] == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        f"{DSIG}enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        f"{XENC}sha256",
    ]
    bearer = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"
    assert told(root, "KeyType") == [f"{TRUST}/Bearer" if version is TRUST_13 else bearer]
    assert told(root, "RequestType") == [f"{space}/Issue"]


def test_a_saml_2_0_assertion_stands_as_recorded(shared):
    """Of Entra, the only one there is: its signature comes straight after the issuer."""
    reply = shared.realm.ask(asking(applies_to=CLEAR, key="bearer", token_type=SAML_20_TYPE), MARIA)
    (token,) = reply.root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    assert token.prefix is None
    assert [etree.QName(one).localname for one in token] == [
        *("Issuer", "Signature", "Subject", "Conditions", "AttributeStatement"),
        "AuthnStatement",
    ]
    assert dict(token.attrib).keys() == {"ID", "IssueInstant", "Version"}
    confirmation = token.find("{*}Subject/{*}SubjectConfirmation")
    assert outline(confirmation) == "SubjectConfirmation [Method]"
    assert confirmation.get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@pytest.mark.parametrize(
    ("members", "by", "code"),
    [
        ({"applies_to": ORG}, Password("maria@contoso.example", "no"), "FailedAuthentication"),
        ({"applies_to": CLEAR}, MARIA, "RequestFailed"),
    ],
)
@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_a_refusal_is_told_as_recorded(shared, members, by, code, version):
    found, root = asked(shared, by, version=version, **members)
    assert found == "\n".join(["s:Envelope", below(HEADER), below(lines(FAULT, "s:Body"))])
    assert told(root, "Action") == ["http://www.w3.org/2005/08/addressing/soap/fault"]
    assert told(root, "Value") == ["s:Sender", f"a:{code}"]
    (_, inner) = root.iter("{*}Value")
    assert inner.nsmap["a"] == version.namespace
    (text,) = root.iter("{*}Text")
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert (text.text or "").startswith("ID3242:" if code.startswith("Failed") else "MSIS3127:")
