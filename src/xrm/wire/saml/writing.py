"""Assertions as text, in the order and with the names AD FS gives them.

Apart from the order of attributes in the first start tag it is the canonical form already: what
is signed is known without a parser (`xmldsig.canonical`).
"""

import base64
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from xrm.wire import xmlenc
from xrm.wire.saml import names
from xrm.wire.saml.assertion import Assertion, Claim, Confirmation, SamlError
from xrm.wire.saml.names import INSTANCE, SAML11, SAML20
from xrm.wire.wssecurity.moments import write_moment
from xrm.wire.xmldsig import DS, sign_enveloped
from xrm.wire.xmldsig.canonical import attribute, text


class _Written(NamedTuple):
    """An assertion, cut where its signature goes: the start tag as written and as signed."""

    start: str
    signed_start: str
    before: str
    after: str


def write(assertion: Assertion) -> str:
    """Return an assertion without a signature. Raises SamlError.

    It cannot be written if a claim has no value, if SAML 1.1 cannot split a claim type into
    namespace and name, or if a text has a character that XML has not.
    """
    written = _written(assertion)
    return f"{written.start}{written.before}{written.after}"


def sign(assertion: Assertion, *, key: RSAPrivateKey, certificate: bytes) -> str:
    """Return an assertion with its signature: last in SAML 1.1, after the issuer in 2.0.

    `certificate` (X.509 in DER) is that of the key. Raises SamlError as `write` does.
    """
    start, signed_start, before, after = _written(assertion)
    signature = sign_enveloped(
        f"{signed_start}{before}{after}",
        key=key,
        certificate=certificate,
        reference=assertion.id,
    )
    return f"{start}{before}{signature}{after}"


def _written(assertion: Assertion) -> _Written:
    if any(not claim.values for claim in assertion.claims):
        raise SamlError("A claim has no value.")
    if not assertion.claims and not assertion.method:
        raise SamlError("The assertion states nothing.")
    try:
        return _version_11(assertion) if assertion.version == "1.1" else _version_20(assertion)
    except SamlError:
        raise
    except ValueError as error:
        raise SamlError("A text of the assertion cannot stand in XML.") from error


def _version_11(assertion: Assertion) -> _Written:
    named, issuer = attribute(assertion.id), attribute(assertion.issuer)
    issued, space = write_moment(assertion.issued), f'<saml:Assertion xmlns:saml="{SAML11}"'
    subject, stated, restricted = _subject_11(assertion), "", ""
    if assertion.claims:
        claims = "".join(map(_attribute_11, assertion.claims))
        stated = f"<saml:AttributeStatement>{subject}{claims}</saml:AttributeStatement>"
    if assertion.method:
        method = attribute(names.spelled_method(assertion.method, "1.1"))
        stated += (
            f'<saml:AuthenticationStatement AuthenticationInstant="{_authenticated(assertion)}"'
            f' AuthenticationMethod="{method}">{subject}</saml:AuthenticationStatement>'
        )
    if assertion.audiences:
        listed = "".join(
            f"<saml:Audience>{text(one)}</saml:Audience>" for one in assertion.audiences
        )
        name = "saml:AudienceRestrictionCondition"
        restricted = f"<{name}>{listed}</{name}>"
    return _Written(
        f'{space} MajorVersion="1" MinorVersion="1" AssertionID="{named}" Issuer="{issuer}"'
        f' IssueInstant="{issued}">',
        f'{space} AssertionID="{named}" IssueInstant="{issued}" Issuer="{issuer}"'
        ' MajorVersion="1" MinorVersion="1">',
        f"<saml:Conditions {_life(assertion)}>{restricted}</saml:Conditions>{stated}",
        "</saml:Assertion>",
    )


def _subject_11(assertion: Assertion) -> str:
    confirmation, key, name = assertion.confirmation, "", ""
    bearer = confirmation.kind == "bearer"
    method = (names.BEARER if bearer else names.HOLDER_OF_KEY)["1.1"]
    if not bearer:
        key = _key(confirmation)
    if assertion.name_id:
        name = (
            f"<saml:NameIdentifier {_format(assertion)}>"
            f"{text(assertion.name_id)}</saml:NameIdentifier>"
        )
    return (
        f"<saml:Subject>{name}<saml:SubjectConfirmation><saml:ConfirmationMethod>{method}"
        f"</saml:ConfirmationMethod>{key}</saml:SubjectConfirmation></saml:Subject>"
    )


def _attribute_11(claim: Claim) -> str:
    inner = "</saml:AttributeValue><saml:AttributeValue>".join(map(text, claim.values))
    value = f"<saml:AttributeValue>{inner}</saml:AttributeValue>"
    return f"<saml:Attribute {_split(claim.type)}>{value}</saml:Attribute>"


@lru_cache(maxsize=256)
def _split(claim_type: str) -> str:
    """Return a claim type as SAML 1.1 writes it: what is after the last slash is its name."""
    namespace, _, name = claim_type.rpartition("/")
    if not namespace or not name:
        raise SamlError("A claim type without a namespace and a name is not for SAML 1.1.")
    return f'AttributeName="{attribute(name)}" AttributeNamespace="{attribute(namespace)}"'


def _version_20(assertion: Assertion) -> _Written:
    stated, restricted = "", ""
    if assertion.claims:
        claims = "".join(map(_attribute_20, assertion.claims))
        stated = f"<AttributeStatement>{claims}</AttributeStatement>"
    if assertion.method:
        method = text(names.spelled_method(assertion.method, "2.0"))
        stated += (
            f'<AuthnStatement AuthnInstant="{_authenticated(assertion)}"><AuthnContext>'
            f"<AuthnContextClassRef>{method}</AuthnContextClassRef></AuthnContext></AuthnStatement>"
        )
    if assertion.audiences:
        listed = "".join(f"<Audience>{text(one)}</Audience>" for one in assertion.audiences)
        restricted = f"<AudienceRestriction>{listed}</AudienceRestriction>"
    start = (
        f'<Assertion xmlns="{SAML20}" ID="{attribute(assertion.id)}"'
        f' IssueInstant="{write_moment(assertion.issued)}" Version="2.0">'
    )
    return _Written(
        start,
        start,
        f"<Issuer>{text(assertion.issuer)}</Issuer>",
        f"{_subject_20(assertion)}<Conditions {_life(assertion)}>{restricted}</Conditions>"
        f"{stated}</Assertion>",
    )


def _subject_20(assertion: Assertion) -> str:
    confirmation, bounds, key, name = assertion.confirmation, "", "", ""
    bearer = confirmation.kind == "bearer"
    method = (names.BEARER if bearer else names.HOLDER_OF_KEY)["2.0"]
    if assertion.name_id:
        name = f"<NameID {_format(assertion)}>{text(assertion.name_id)}</NameID>"
    if confirmation.not_on_or_after is not None:
        bounds += f' NotOnOrAfter="{write_moment(confirmation.not_on_or_after)}"'
    if confirmation.recipient:
        bounds += f' Recipient="{attribute(confirmation.recipient)}"'
    if not bearer:
        key = _key(confirmation)
        bounds = f' xmlns:a="{INSTANCE}"{bounds} a:type="KeyInfoConfirmationDataType"'
    if bounds:
        key = f"<SubjectConfirmationData{bounds}>{key}</SubjectConfirmationData>"
    return (
        f'<Subject>{name}<SubjectConfirmation Method="{method}">{key}</SubjectConfirmation>'
        "</Subject>"
    )


def _attribute_20(claim: Claim) -> str:
    values = "".join(f"<AttributeValue>{text(one)}</AttributeValue>" for one in claim.values)
    return f'<Attribute Name="{attribute(claim.type)}">{values}</Attribute>'


def _key(confirmation: Confirmation) -> str:
    if confirmation.secret is not None and confirmation.certificate is not None:
        return xmlenc.encrypt_key(confirmation.secret, confirmation.certificate)
    if confirmation.key is not None:
        return _rsa(confirmation.key)
    raise SamlError("The key to be held is missing, or the certificate to encrypt it to.")


def _rsa(key: RSAPublicKey) -> str:
    numbers = key.public_numbers()
    modulus, exponent = (
        base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
        for number in (numbers.n, numbers.e)
    )
    return (
        f'<KeyInfo xmlns="{DS}"><KeyValue><RSAKeyValue><Modulus>{modulus}</Modulus>'
        f"<Exponent>{exponent}</Exponent></RSAKeyValue></KeyValue></KeyInfo>"
    )


def _format(assertion: Assertion) -> str:
    return f'Format="{attribute(assertion.name_format or names.UNSPECIFIED_NAME)}"'


def _life(assertion: Assertion) -> str:
    ends = write_moment(assertion.not_on_or_after)
    return f'NotBefore="{write_moment(assertion.not_before)}" NotOnOrAfter="{ends}"'


def _authenticated(assertion: Assertion) -> str:
    moment = assertion.authenticated
    return write_moment(assertion.issued if moment is None else moment)
