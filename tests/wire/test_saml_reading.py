"""Assertions read strictly: what is not understood, or would mean two things, is unread."""

import copy

import pytest
from lxml import etree

from support.saml_tokens import AUDIENCE, NOW, UPN, VERSIONS, assertion, one, unread, written
from xrm.wire import saml
from xrm.wire.saml import claim_types, names

SAML20 = "urn:oasis:names:tc:SAML:2.0:assertion"


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
    unread(root)


@pytest.mark.parametrize("tag", ["{urn:x}Assertion", f"{{{SAML20}}}Response", "Assertion"])
def test_something_else_is_not_an_assertion(tag):
    assert unread(etree.Element(tag)) == "That is not an assertion."


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
            unread(root)


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
    unread(written(version, **changes))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_group_claim_of_a_thousand_values_is_read(version):
    claims = (saml.Claim(claim_types.GROUP_SID, tuple(f"S-1-5-21-{n}" for n in range(1000))),)
    assert saml.read(written(version, claims=claims)).claims == claims
