"""Assertions read strictly: what is not understood, or would mean two things, is refused."""

import base64
import copy

import pytest
from lxml import etree

from support import certificates
from support.saml_tokens import AUDIENCE, DS, NOW, PROOF, UPN, VERSIONS, assertion, pair
from xrm.wire import saml
from xrm.wire.saml import claim_types, names, parts

PARTY = "party"
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML20 = "urn:oasis:names:tc:SAML:2.0:assertion"


def written(version="1.1", **changes) -> etree._Element:
    return saml.write(assertion(version, **changes))


def one(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{*}}{name}"))


def refused(root: etree._Element, key=None) -> str:
    with pytest.raises(saml.SamlError) as caught:
        saml.read(root, key=key)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name_id": "", "name_format": ""},
        {"audiences": ("https://one/", "https://two/", "urn:three")},
        {"audiences": ()},
        {"claims": ()},
        {"method": "", "authenticated": None},
        {"method": saml.KERBEROS},
        {
            "claims": (
                saml.Claim(claim_types.ROLE, ("a", "b")),
                saml.Claim(claim_types.ROLE, ("c",)),
            )
        },
        {"name_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
    ],
)
def test_what_was_written_is_read(version, changes):
    assert saml.read(written(version, **changes)) == assertion(version, **changes)


def test_claims_are_found_by_their_type():
    read = saml.read(
        written(
            claims=(
                saml.Claim(claim_types.ROLE, ("a", "b")),
                saml.Claim(claim_types.UPN, (UPN,)),
                saml.Claim(claim_types.ROLE, ("c",)),
            )
        )
    )
    assert read.values(claim_types.ROLE) == ("a", "b", "c")
    assert read.values(claim_types.UPN) == (UPN,)
    assert read.values(claim_types.NAME) == ()


def test_bounds_of_a_confirmation_are_read():
    bounds = saml.Confirmation(recipient=AUDIENCE, not_on_or_after=NOW + 300)
    assert saml.read(written("2.0", confirmation=bounds)).confirmation == bounds


def held(**members) -> saml.Confirmation:
    return saml.Confirmation(kind="holder-of-key", **members)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_secret_of_a_holder_is_read_by_its_relying_party(version):
    element = written(version, confirmation=held(secret=PROOF, certificate=pair(PARTY).der))
    read = saml.read(element, key=pair(PARTY).private_key)
    assert read.confirmation == held(secret=PROOF)
    assert "someone else" in refused(element)
    assert "cannot be read" in refused(element, pair("stranger").private_key)
    shown = saml.read(element, key=parts.OF_ANOTHER).confirmation
    assert (shown.kind, shown.secret, shown.key) == ("holder-of-key", None, None)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_public_key_of_a_holder_is_read(version):
    public = pair("holder").private_key.public_key()
    element = written(version, confirmation=held(key=public))
    read = saml.read(element).confirmation
    assert (read.kind, read.secret) == ("holder-of-key", None)
    assert read.key.public_numbers() == public.public_numbers()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_a_holder_stands_for_its_key(version):
    element = written(version, confirmation=held(key=pair().private_key.public_key()))
    for info in element.iter(parts.KEY_INFO):
        ds = info.tag.removesuffix("KeyInfo")
        del info[:]
        certificate = etree.SubElement(
            etree.SubElement(info, f"{ds}X509Data"), f"{ds}X509Certificate"
        )
        certificate.text = _der("holder")
    read = saml.read(element).confirmation.key
    assert read.public_numbers() == pair("holder").private_key.public_key().public_numbers()


def _der(name: str) -> str:
    lines = pair(name).certificate_pem.decode().splitlines()
    return "\n".join(lines[1:-1])


LONG_NUMBER = base64.b64encode((2**8200 + 1).to_bytes(1026, "big")).decode()
HELD_KEYS = [
    "",
    "<KeyName>x</KeyName>",
    "<KeyValue/>",
    "<KeyValue><DSAKeyValue/></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>",
    "<KeyValue><RSAKeyValue><Modulus>*</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>",
    f"<KeyValue><RSAKeyValue><Modulus>{'/' * 20_000}</Modulus><Exponent>AQAB</Exponent>"
    "</RSAKeyValue></KeyValue>",
    f"<KeyValue><RSAKeyValue><Modulus>{LONG_NUMBER}</Modulus><Exponent>AQAB</Exponent>"
    "</RSAKeyValue></KeyValue>",
    "<X509Data><X509Certificate>AAAA</X509Certificate></X509Data>",
    "<X509Data><X509SubjectName>CN=x</X509SubjectName></X509Data>",
    '<RetrievalMethod URI="http://127.0.0.1:9/"/>',
    "<KeyName>x</KeyName><KeyName>x</KeyName>",
    '<b:BinarySecret xmlns:b="http://docs.oasis-open.org/ws-sx/ws-trust/200512">AAAA</b:BinarySecret>',
]


@pytest.mark.parametrize("info", HELD_KEYS, ids=range(len(HELD_KEYS)))
@pytest.mark.parametrize("version", VERSIONS)
def test_other_keys_of_a_holder_are_refused(version, info):
    element = written(version, confirmation=held(key=pair().private_key.public_key()))
    other = f'<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">{info}</KeyInfo>'
    for found in list(element.iter(parts.KEY_INFO)):
        found.getparent().replace(found, etree.fromstring(other))
    refused(element)


def test_an_elliptic_key_of_a_holder_is_refused():
    element = written("2.0", confirmation=held(key=pair().private_key.public_key()))
    der = base64.b64encode(certificates.make("elliptic", curve=True).der).decode()
    (info,) = element.iter(parts.KEY_INFO)
    info[0] = etree.fromstring(
        f'<X509Data xmlns="{DS}"><X509Certificate>{der}</X509Certificate></X509Data>'
    )
    assert "not understood" in refused(element)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bearer_holds_no_key(version):
    """A key beside `bearer` would have one reader ask for it and another one not."""
    public = pair().private_key.public_key()
    element = written(version, confirmation=held(key=public), method="", authenticated=None)
    if version == "1.1":
        one(element, "ConfirmationMethod").text = names.BEARER["1.1"]
    else:
        one(element, "SubjectConfirmation").set("Method", names.BEARER["2.0"])
    assert "confirmation of the subject" in refused(element)


def attribute(name, key, value):
    def change(root):
        one(root, name).set(key, value)

    return change


def without(name, key):
    def change(root):
        del one(root, name).attrib[key]

    return change


def text(name, value):
    def change(root):
        one(root, name).text = value

    return change


def removed(name):
    def change(root):
        found = one(root, name)
        found.getparent().remove(found)

    return change


def added(name, child):
    def change(root):
        namespace = etree.QName(root).namespace
        etree.SubElement(one(root, name), child if "{" in child else f"{{{namespace}}}{child}")

    return change


def doubled(name):
    def change(root):
        found = one(root, name)
        found.addnext(copy.deepcopy(found))

    return change


def renamed(name, other):
    def change(root):
        found = one(root, name)
        found.tag = found.tag.replace(f"}}{name}", f"}}{other}")

    return change


BOTH = [
    attribute("Assertion", "Extra", "1"),
    attribute("Assertion", "IssueInstant", ""),
    removed("Conditions"),
    doubled("Conditions"),
    without("Conditions", "NotBefore"),
    without("Conditions", "NotOnOrAfter"),
    attribute("Conditions", "Extra", "1"),
    attribute("Conditions", "NotOnOrAfter", "2027-01-15T08:00:00.542Z"),
    attribute("Conditions", "NotOnOrAfter", "2027-01-15T07:00:00Z"),
    added("Conditions", "Condition"),
    added("Conditions", "{urn:x}Condition"),
    removed("Audience"),
    text("Audience", ""),
    added("Audience", "Audience"),
    attribute("Audience", "Extra", "1"),
    renamed("Audience", "Other"),
    removed("Subject"),
    removed("SubjectConfirmation"),
    doubled("SubjectConfirmation"),
    attribute("SubjectConfirmation", "Extra", "1"),
    attribute("Subject", "Extra", "1"),
    added("Subject", "EncryptedID"),
    renamed("Attribute", "EncryptedAttribute"),
    renamed("AttributeStatement", "Statement"),
    renamed("AttributeStatement", "AuthzDecisionStatement"),
    removed("AttributeValue"),
    renamed("AttributeValue", "Other"),
    added("AttributeValue", "x"),
    attribute("AttributeValue", "{http://www.w3.org/2001/XMLSchema-instance}nil", "true"),
    text("AttributeValue", "x" * 20_000),
    attribute("Attribute", "Extra", "1"),
    attribute("AttributeStatement", "Extra", "1"),
    added("Assertion", "Signature"),
    added("Assertion", "{urn:x}Statement"),
    lambda root: root.append(copy.deepcopy(root)),
]
ONLY_11 = [
    attribute("Assertion", "MajorVersion", "2"),
    attribute("Assertion", "MinorVersion", "0"),
    without("Assertion", "Issuer"),
    attribute("Assertion", "Issuer", ""),
    attribute("Assertion", "AssertionID", "1 2"),
    attribute("Assertion", "AssertionID", "_" * 300),
    doubled("AudienceRestrictionCondition"),
    text("ConfirmationMethod", "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches"),
    text("ConfirmationMethod", names.BEARER["2.0"]),
    text("ConfirmationMethod", f" {names.BEARER['1.1']}"),
    text("ConfirmationMethod", names.HOLDER_OF_KEY["1.1"]),
    doubled("ConfirmationMethod"),
    added("SubjectConfirmation", "SubjectConfirmationData"),
    added("SubjectConfirmation", "{http://www.w3.org/2000/09/xmldsig#}KeyInfo"),
    text("NameIdentifier", "mallory"),
    text("NameIdentifier", ""),
    doubled("NameIdentifier"),
    renamed("AuthenticationStatement", "AuthorizationDecisionStatement"),
    doubled("AuthenticationStatement"),
    added("AuthenticationStatement", "AuthorityBinding"),
    without("AuthenticationStatement", "AuthenticationMethod"),
    without("Attribute", "AttributeNamespace"),
    attribute("Attribute", "AttributeName", ""),
    attribute("Attribute", "Name", "x"),
]
ONLY_20 = [
    attribute("Assertion", "Version", "1.1"),
    attribute("Assertion", "ID", "1"),
    removed("Issuer"),
    doubled("Issuer"),
    text("Issuer", ""),
    attribute("Issuer", "NameQualifier", "x"),
    doubled("Subject"),
    doubled("AudienceRestriction"),
    added("Conditions", "ProxyRestriction"),
    attribute("SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
    attribute("SubjectConfirmation", "Method", names.BEARER["1.1"]),
    attribute("SubjectConfirmation", "Method", names.HOLDER_OF_KEY["2.0"]),
    added("SubjectConfirmation", "NameID"),
    renamed("NameID", "EncryptedID"),
    text("NameID", ""),
    doubled("AuthnStatement"),
    removed("AuthnContext"),
    removed("AuthnContextClassRef"),
    without("AuthnStatement", "AuthnInstant"),
    without("Attribute", "Name"),
    renamed("AuthnStatement", "AuthzDecisionStatement"),
]


@pytest.mark.parametrize(
    ("version", "change"),
    [
        *(("1.1", change) for change in (*BOTH, *ONLY_11)),
        *(("2.0", change) for change in (*BOTH, *ONLY_20)),
    ],
)
def test_what_is_not_understood_is_refused(version, change):
    root = written(version)
    saml.read(root)
    change(root)
    refused(root)


@pytest.mark.parametrize("tag", ["{urn:x}Assertion", f"{{{SAML20}}}Response", "Assertion"])
def test_something_else_is_not_an_assertion(tag):
    assert refused(etree.Element(tag)) == "That is not an assertion."


@pytest.mark.parametrize(
    ("version", "change"),
    [
        ("1.1", added("Conditions", "DoNotCacheCondition")),
        ("2.0", added("Conditions", "OneTimeUse")),
        ("1.1", added("Assertion", "Advice")),
        ("2.0", added("Assertion", "Advice")),
        ("1.1", added("AuthenticationStatement", "SubjectLocality")),
        ("2.0", added("AuthnStatement", "SubjectLocality")),
        ("2.0", attribute("AuthnStatement", "SessionIndex", "_1")),
        ("2.0", attribute("Attribute", "NameFormat", "urn:x")),
        ("2.0", attribute("Issuer", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity")),
        (
            "1.1",
            attribute(
                "Attribute",
                "{http://schemas.xmlsoap.org/ws/2009/09/identity/claims}OriginalIssuer",
                "http://x/",
            ),
        ),
        (
            "2.0",
            attribute(
                "AttributeValue", "{http://www.w3.org/2001/XMLSchema-instance}type", "xs:string"
            ),
        ),
    ],
)
def test_what_decides_nothing_is_passed_over(version, change):
    root = written(version)
    change(root)
    assert saml.read(root) == assertion(version)


def test_what_is_in_the_advice_is_not_read():
    root = written("2.0")
    advice = etree.SubElement(root, f"{{{SAML20}}}Advice")
    advice.append(written("2.0", claims=(saml.Claim(claim_types.UPN, ("mallory",)),)))
    assert saml.read(root) == assertion("2.0")


@pytest.mark.parametrize(
    ("spelled", "seconds"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000.0),
        ("2027-01-15T08:00:00.5Z", 1_800_000_000.5),
        ("2027-01-15T08:00:00.1234567Z", 1_800_000_000.123456),
    ],
)
def test_times_have_up_to_seven_digits_of_a_second(spelled, seconds):
    for version in VERSIONS:
        root = written(version)
        root.set("IssueInstant", spelled)
        assert saml.read(root).issued == seconds


@pytest.mark.parametrize(
    "spelled",
    [
        "2027-01-15T08:00:00",
        "2027-01-15T08:00:00+00:00",
        "2027-01-15T08:00:00+01:00",
        "2027-01-15T08:00:00.Z",
        "2027-01-15T08:00:00.12345678Z",
        "2027-01-15T08:00Z",
        "2027-01-15 08:00:00Z",
        "2027-01-15t08:00:00z",
        "20270115T080000Z",
        "2027-W03-5T08:00:00Z",
        "2027-13-15T08:00:00Z",
        "2027-02-30T08:00:00Z",
        "2027-01-15T24:00:00Z",
        "2027-01-15T08:60:00Z",
        "2027-01-15T08:00:60Z",
        "0000-01-15T08:00:00Z",
        "-2027-01-15T08:00:00Z",
        "12027-01-15T08:00:00Z",
        " 2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00Z\n",
        "٢٠٢٧-01-15T08:00:00Z",
        "1800000000",
        "now",
        "",
    ],
)
def test_other_times_are_refused(spelled):
    for version in VERSIONS:
        for name, key in (("Assertion", "IssueInstant"), ("Conditions", "NotOnOrAfter")):
            root = written(version)
            attribute(name, key, spelled)(root)
            refused(root)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "changes",
    [
        {"claims": tuple(saml.Claim(claim_types.ROLE, ("x",)) for _ in range(501))},
        {"claims": (saml.Claim(claim_types.ROLE, ("x",) * 5001),)},
        {"audiences": ("https://x/",) * 51},
    ],
)
def test_counts_are_bounded(version, changes):
    refused(written(version, **changes))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_group_claim_of_a_thousand_values_is_read(version):
    claims = (saml.Claim(claim_types.GROUP_SID, tuple(f"S-1-5-21-{n}" for n in range(1000))),)
    assert saml.read(written(version, claims=claims)).claims == claims
