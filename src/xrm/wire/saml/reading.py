"""An assertion whose signature was verified, read strictly: what is not understood is refused."""

from collections.abc import Iterable

from lxml import etree

from xrm.wire.saml import names, parts
from xrm.wire.saml.assertion import Assertion, Claim, Confirmation, SamlError
from xrm.wire.saml.names import INSTANCE, SAML11, SAML20
from xrm.wire.saml.parts import Reader

_11 = f"{{{SAML11}}}"
_20 = f"{{{SAML20}}}"
_TYPE = f"{{{INSTANCE}}}type"
_ORIGINAL_ISSUER = "{http://schemas.xmlsoap.org/ws/2009/09/identity/claims}OriginalIssuer"
_MOST_ATTRIBUTES = 500
_MOST_VALUES = 5000


def read(element: etree._Element, *, key: Reader = None) -> Assertion:
    """Return what an assertion says. Its element is one whose signature was verified.

    `key` is the reader's, to whom the symmetric key of a holder is encrypted: without it such an
    assertion is refused, with `parts.OF_ANOTHER` its key is left unread. Not judged here:
    times, audiences, issuer. Raises SamlError for what is not SAML 1.1 or 2.0, for a condition or
    statement that is not understood, and for subjects that differ.
    """
    if element.tag == f"{_11}Assertion":
        return _read_11(element, key)
    if element.tag == f"{_20}Assertion":
        return _read_20(element, key)
    raise SamlError("That is not an assertion.")


def _read_11(root: etree._Element, key: Reader) -> Assertion:
    required = ("MajorVersion", "MinorVersion", "AssertionID", "Issuer", "IssueInstant")
    major, minor, identifier, issuer, issued = parts.attributes(root, required)
    if (major, minor) != ("1", "1"):
        raise SamlError("The assertion is of another version.")
    conditions, statements = parts.split(root, f"{_11}Conditions", f"{_11}Advice")
    method, authenticated = _authentication_11(statements)
    subject = parts.same([_about(statement) for statement in statements])
    name_id, name_format, confirmation = _subject_11(subject, key)
    not_before, not_on_or_after = parts.life(conditions)
    return Assertion(
        version="1.1",
        id=parts.identifier(identifier),
        issuer=issuer,
        issued=parts.instant(issued),
        not_before=not_before,
        not_on_or_after=not_on_or_after,
        audiences=parts.audiences(
            conditions,
            restriction=f"{_11}AudienceRestrictionCondition",
            tolerated=(f"{_11}DoNotCacheCondition",),
        ),
        name_id=name_id,
        name_format=name_format,
        confirmation=confirmation,
        claims=_claims(statements, f"{_11}AttributeStatement", skip=1),
        method=method,
        authenticated=authenticated,
    )


def _about(statement: etree._Element) -> etree._Element:
    if not len(statement) or statement[0].tag != f"{_11}Subject":
        raise SamlError("A statement is about no one.")
    return statement[0]


def _authentication_11(statements: list[etree._Element]) -> tuple[str, float | None]:
    """Return how and when someone signed in, of the only statement that says so."""
    found = _authentication(statements, f"{_11}AttributeStatement", f"{_11}AuthenticationStatement")
    if found is None:
        return "", None
    required = ("AuthenticationMethod", "AuthenticationInstant")
    method, moment = parts.attributes(found, required)
    # A locality tells where someone signed in, which decides nothing.
    if any(child.tag != f"{_11}SubjectLocality" for child in found[1:]):
        raise SamlError("A statement is not understood.")
    return names.known_method(method), parts.instant(moment)


def _subject_11(subject: etree._Element, key: Reader) -> tuple[str, str, Confirmation]:
    parts.attributes(subject, ())
    name_id, name_format = _name(subject, f"{_11}NameIdentifier", f"{_11}SubjectConfirmation")
    confirmed = parts.only(subject, f"{_11}SubjectConfirmation")
    parts.attributes(confirmed, ())
    method = parts.text(parts.only(confirmed, f"{_11}ConfirmationMethod"))
    if method == names.BEARER["1.1"] and len(confirmed) == 1:
        return name_id, name_format, Confirmation()
    if method != names.HOLDER_OF_KEY["1.1"] or len(confirmed) != 2:
        raise SamlError("The confirmation of the subject is not understood.")
    secret, public = parts.held_key(confirmed[1], key)
    return name_id, name_format, Confirmation(kind="holder-of-key", secret=secret, key=public)


def _read_20(root: etree._Element, key: Reader) -> Assertion:
    identifier, issued, version = parts.attributes(root, ("ID", "IssueInstant", "Version"))
    if version != "2.0":
        raise SamlError("The assertion is of another version.")
    conditions, others = parts.split(root, f"{_20}Conditions", f"{_20}Advice")
    if [child.tag for child in others[:2]] != [f"{_20}Issuer", f"{_20}Subject"]:
        raise SamlError("The assertion is of no issuer, or about no one.")
    statements = others[2:]
    method, authenticated = _authentication_20(statements)
    name_id, name_format, confirmation = _subject_20(others[1], key)
    not_before, not_on_or_after = parts.life(conditions)
    return Assertion(
        version="2.0",
        id=parts.identifier(identifier),
        issuer=_issuer(others[0]),
        issued=parts.instant(issued),
        not_before=not_before,
        not_on_or_after=not_on_or_after,
        audiences=parts.audiences(
            conditions,
            restriction=f"{_20}AudienceRestriction",
            tolerated=(f"{_20}OneTimeUse",),
        ),
        name_id=name_id,
        name_format=name_format,
        confirmation=confirmation,
        claims=_claims(statements, f"{_20}AttributeStatement", skip=0),
        method=method,
        authenticated=authenticated,
    )


def _issuer(element: etree._Element) -> str:
    issuer = parts.text(element, optional=("Format",))
    if not issuer:
        raise SamlError("The assertion is of no issuer.")
    return issuer


def _authentication_20(statements: list[etree._Element]) -> tuple[str, float | None]:
    found = _authentication(statements, f"{_20}AttributeStatement", f"{_20}AuthnStatement")
    if found is None:
        return "", None
    optional = ("SessionIndex", "SessionNotOnOrAfter")
    moment, _, _ = parts.attributes(found, ("AuthnInstant",), optional)
    context = parts.only(found, f"{_20}AuthnContext")
    method = parts.text(parts.only(context, f"{_20}AuthnContextClassRef"))
    return names.known_method(method), parts.instant(moment)


def _subject_20(subject: etree._Element, key: Reader) -> tuple[str, str, Confirmation]:
    parts.attributes(subject, ())
    name_id, name_format = _name(subject, f"{_20}NameID", f"{_20}SubjectConfirmation")
    confirmed = parts.only(subject, f"{_20}SubjectConfirmation")
    (method,) = parts.attributes(confirmed, ("Method",))
    if len(confirmed) > 1 or any(
        child.tag != f"{_20}SubjectConfirmationData" for child in confirmed
    ):
        raise SamlError("The confirmation of the subject is not understood.")
    data = confirmed[0] if len(confirmed) else etree.Element("none")
    # An answer names its question: whoever asked one compares it there.
    optional = ("NotOnOrAfter", "Recipient", "InResponseTo", _TYPE)
    end, recipient, _, _ = parts.attributes(data, (), optional)
    until = parts.instant(end) if end else None
    if method == names.BEARER["2.0"] and not len(data):
        return name_id, name_format, Confirmation(recipient=recipient, not_on_or_after=until)
    if method != names.HOLDER_OF_KEY["2.0"] or len(data) != 1:
        raise SamlError("The confirmation of the subject is not understood.")
    secret, public = parts.held_key(data[0], key)
    confirmation = Confirmation(
        kind="holder-of-key",
        secret=secret,
        key=public,
        recipient=recipient,
        not_on_or_after=until,
    )
    return name_id, name_format, confirmation


def _authentication(
    statements: Iterable[etree._Element], claims: str, authentication: str
) -> etree._Element | None:
    """Return the statement that says how someone signed in; there is at most one."""
    others = [statement for statement in statements if statement.tag != claims]
    if not others:
        return None
    if len(others) > 1 or others[0].tag != authentication:
        raise SamlError("A statement is not understood.")
    return others[0]


def _name(subject: etree._Element, name: str, confirmation: str) -> tuple[str, str]:
    """Return the name of the subject and its format, '' where it has no name."""
    tags = [child.tag for child in subject]
    if tags == [confirmation]:
        return "", ""
    if tags != [name, confirmation]:
        raise SamlError("The subject is not understood.")
    spelled = parts.text(subject[0], optional=("Format", "NameQualifier", "SPNameQualifier"))
    if not spelled:
        raise SamlError("The subject has an empty name.")
    return spelled, str(subject[0].get("Format", names.UNSPECIFIED_NAME))


def _claims(statements: Iterable[etree._Element], tag: str, *, skip: int) -> tuple[Claim, ...]:
    """Return the claims of the attribute statements, `skip` children into each."""
    stating = [each for each in statements if each.tag == tag]
    for each in stating:
        parts.attributes(each, ())
    found = [child for each in stating for child in each[skip:]]
    if len(found) > _MOST_ATTRIBUTES or sum(map(len, found)) > _MOST_VALUES:
        raise SamlError("The assertion states too much.")
    return tuple(_claim(attribute) for attribute in found)


def _claim(attribute: etree._Element) -> Claim:
    if attribute.tag == f"{_11}Attribute":
        required = ("AttributeName", "AttributeNamespace")
        name, namespace, _ = parts.attributes(attribute, required, (_ORIGINAL_ISSUER,))
        claim_type = f"{namespace}/{name}"
    elif attribute.tag == f"{_20}Attribute":
        optional = ("NameFormat", "FriendlyName", _ORIGINAL_ISSUER)
        claim_type = parts.attributes(attribute, ("Name",), optional)[0]
    else:
        raise SamlError("A statement is not understood.")
    if not len(attribute) or any(value.tag != f"{attribute.tag}Value" for value in attribute):
        raise SamlError("A claim has no value.")
    return Claim(claim_type, tuple(parts.text(value, optional=(_TYPE,)) for value in attribute))
