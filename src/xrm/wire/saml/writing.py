"""Assertions as elements, in the order and with the names AD FS gives them."""

import base64
import copy
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from lxml import etree

from xrm.wire import xmlenc
from xrm.wire.saml import names
from xrm.wire.saml.assertion import Assertion, Claim, Confirmation, SamlError
from xrm.wire.saml.names import INSTANCE, SAML11, SAML20
from xrm.wire.xmldsig import DS, sign_enveloped

_11 = f"{{{SAML11}}}"
_20 = f"{{{SAML20}}}"
_DS = f"{{{DS}}}"


def write(assertion: Assertion) -> etree._Element:
    """Return an assertion as an unsigned element. Raises SamlError.

    It cannot be written if a claim has no value, if SAML 1.1 cannot split a claim type into
    namespace and name, or if a text has a character that XML has not.
    """
    if any(not claim.values for claim in assertion.claims):
        raise SamlError("A claim has no value.")
    if not assertion.claims and not assertion.method:
        raise SamlError("The assertion states nothing.")
    try:
        return _write_11(assertion) if assertion.version == "1.1" else _write_20(assertion)
    except SamlError:
        raise
    except ValueError as error:
        raise SamlError("A text of the assertion cannot stand in XML.") from error


def sign(assertion: Assertion, *, key: RSAPrivateKey, certificate: bytes) -> etree._Element:
    """Return an assertion with its signature: last in SAML 1.1, after the issuer in 2.0.

    `certificate` (X.509 in DER) is that of the key. It goes into other documents as text, since
    lxml may change a prefix of what it moves. Raises SamlError as `write` does.
    """
    element = write(assertion)
    place = len(element) if assertion.version == "1.1" else 1
    sign_enveloped(element, key=key, certificate=certificate, reference=assertion.id, at=place)
    return element


def _write_11(assertion: Assertion) -> etree._Element:
    attributes = {
        "MajorVersion": "1",
        "MinorVersion": "1",
        "AssertionID": assertion.id,
        "Issuer": assertion.issuer,
        "IssueInstant": _instant(assertion.issued),
    }
    root = etree.Element(f"{_11}Assertion", attributes, nsmap={"saml": SAML11})
    conditions = etree.SubElement(root, f"{_11}Conditions", _life(assertion))
    _add_audiences(conditions, _11, "AudienceRestrictionCondition", assertion.audiences)
    subject = _subject_11(assertion)
    if assertion.claims:
        statement = etree.SubElement(root, f"{_11}AttributeStatement")
        statement.append(subject)
        for claim in assertion.claims:
            _add_claim(statement, _11, _split(claim), claim)
        subject = copy.copy(subject) if assertion.method else subject
    if assertion.method:
        stated = {
            "AuthenticationMethod": names.spelled_method(assertion.method, "1.1"),
            "AuthenticationInstant": _authenticated(assertion),
        }
        etree.SubElement(root, f"{_11}AuthenticationStatement", stated).append(subject)
    return root


def _subject_11(assertion: Assertion) -> etree._Element:
    confirmation = assertion.confirmation
    subject = etree.Element(f"{_11}Subject", nsmap={"saml": SAML11})
    if assertion.name_id:
        name = etree.SubElement(subject, f"{_11}NameIdentifier", _format(assertion))
        name.text = assertion.name_id
    confirmed = etree.SubElement(subject, f"{_11}SubjectConfirmation")
    method = etree.SubElement(confirmed, f"{_11}ConfirmationMethod")
    if confirmation.kind == "bearer":
        method.text = names.BEARER["1.1"]
    else:
        method.text = names.HOLDER_OF_KEY["1.1"]
        _add_key(confirmed, confirmation)
    return subject


def _write_20(assertion: Assertion) -> etree._Element:
    attributes = {
        "ID": assertion.id,
        "IssueInstant": _instant(assertion.issued),
        "Version": "2.0",
    }
    root = etree.Element(f"{_20}Assertion", attributes, nsmap={None: SAML20})
    etree.SubElement(root, f"{_20}Issuer").text = assertion.issuer
    subject = etree.SubElement(root, f"{_20}Subject")
    if assertion.name_id:
        name = etree.SubElement(subject, f"{_20}NameID", _format(assertion))
        name.text = assertion.name_id
    _add_confirmation_20(subject, assertion.confirmation)
    conditions = etree.SubElement(root, f"{_20}Conditions", _life(assertion))
    _add_audiences(conditions, _20, "AudienceRestriction", assertion.audiences)
    if assertion.claims:
        statement = etree.SubElement(root, f"{_20}AttributeStatement")
        for claim in assertion.claims:
            _add_claim(statement, _20, {"Name": claim.type}, claim)
    if assertion.method:
        stated = etree.SubElement(
            root, f"{_20}AuthnStatement", {"AuthnInstant": _authenticated(assertion)}
        )
        context = etree.SubElement(stated, f"{_20}AuthnContext")
        reference = etree.SubElement(context, f"{_20}AuthnContextClassRef")
        reference.text = names.spelled_method(assertion.method, "2.0")
    return root


def _add_confirmation_20(subject: etree._Element, confirmation: Confirmation) -> None:
    bearer = confirmation.kind == "bearer"
    method = (names.BEARER if bearer else names.HOLDER_OF_KEY)["2.0"]
    confirmed = etree.SubElement(subject, f"{_20}SubjectConfirmation", {"Method": method})
    bounds = {}
    if confirmation.not_on_or_after is not None:
        bounds["NotOnOrAfter"] = _instant(confirmation.not_on_or_after)
    if confirmation.recipient:
        bounds["Recipient"] = confirmation.recipient
    if not bearer:
        bounds[f"{{{INSTANCE}}}type"] = "KeyInfoConfirmationDataType"
    if bounds:
        data = etree.SubElement(
            confirmed, f"{_20}SubjectConfirmationData", bounds, nsmap={"a": INSTANCE}
        )
        if not bearer:
            _add_key(data, confirmation)


def _add_key(parent: etree._Element, confirmation: Confirmation) -> None:
    info = etree.SubElement(parent, f"{_DS}KeyInfo", nsmap={None: DS})
    if confirmation.secret is not None and confirmation.certificate is not None:
        info.append(xmlenc.encrypt_key(confirmation.secret, confirmation.certificate))
    elif confirmation.key is not None:
        _add_rsa(info, confirmation.key)
    else:
        raise SamlError("The key to be held is missing, or the certificate to encrypt it to.")


def _add_rsa(info: etree._Element, key: RSAPublicKey) -> None:
    numbers = key.public_numbers()
    value = etree.SubElement(info, f"{_DS}KeyValue")
    rsa = etree.SubElement(value, f"{_DS}RSAKeyValue")
    for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)):
        octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
        etree.SubElement(rsa, _DS + name).text = base64.b64encode(octets).decode()


def _add_audiences(
    conditions: etree._Element, namespace: str, name: str, audiences: tuple[str, ...]
) -> None:
    if audiences:
        restriction = etree.SubElement(conditions, namespace + name)
        for audience in audiences:
            etree.SubElement(restriction, f"{namespace}Audience").text = audience


def _add_claim(
    statement: etree._Element, namespace: str, named: dict[str, str], claim: Claim
) -> None:
    attribute = etree.SubElement(statement, f"{namespace}Attribute", named)
    for value in claim.values:
        etree.SubElement(attribute, f"{namespace}AttributeValue").text = value


def _split(claim: Claim) -> dict[str, str]:
    """Return a claim type as SAML 1.1 writes it: what is after the last slash is its name."""
    namespace, _, name = claim.type.rpartition("/")
    if not namespace or not name:
        raise SamlError("A claim type without a namespace and a name is not for SAML 1.1.")
    return {"AttributeName": name, "AttributeNamespace": namespace}


def _format(assertion: Assertion) -> dict[str, str]:
    return {"Format": assertion.name_format or names.UNSPECIFIED_NAME}


def _life(assertion: Assertion) -> dict[str, str]:
    return {
        "NotBefore": _instant(assertion.not_before),
        "NotOnOrAfter": _instant(assertion.not_on_or_after),
    }


def _authenticated(assertion: Assertion) -> str:
    moment = assertion.authenticated
    return _instant(assertion.issued if moment is None else moment)


def _instant(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return f"{text[:23]}Z"
