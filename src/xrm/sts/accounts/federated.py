"""People of federated domains: believed on an assertion of the token service of their domain.

Entra ID knows them by the immutable id, which their directory shares with it; the issuer of an
assertion decides for whose domains it speaks.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from lxml import etree

from xrm.model.errors import signin
from xrm.sts.directory import View
from xrm.sts.keys import SKEW
from xrm.sts.model import Authentication, DomainFederation, Tenant, UsedAssertion, User
from xrm.sts.parts import Parts
from xrm.wire import saml
from xrm.wire.saml import Assertion, SamlError, claim_types, names
from xrm.wire.saml.names import SAML11, SAML20
from xrm.wire.xmldsig import SignatureError, verify_enveloped

AUDIENCE = "urn:federation:MicrosoftOnline"
_ASSERTIONS = (f"{{{SAML11}}}Assertion", f"{{{SAML20}}}Assertion")
_MICROSECONDS = 1_000_000
_METHODS: Mapping[str, str] = {
    names.PASSWORD: "pwd",
    names.KERBEROS: "wia",
    names.WINDOWS: "wia",
    names.CERTIFICATE: "x509",
    names.TLS_CLIENT: "x509",
}
"""Ways to sign in elsewhere, as `amr` has them; any other is `fed`."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Who an assertion is about; `use` is its mark, by which it counts once."""

    person: User
    authentication: Authentication
    use: UsedAssertion


def believed(
    view: View, element: etree._Element, *, tenant: Tenant | None, parts: Parts, now: float
) -> Believed:
    """Return the person of an assertion in clear, of this tenant where one is named.

    Raises AADSTS50107 for an issuer nobody's domain is federated with, 50013 for a signature that
    is not its, 50008 for an assertion that is not for Entra ID, or not of now, or names nobody,
    51004 and 50057 for the account, 50173 where the person's sign-ins were revoked since.
    """
    if element.tag not in _ASSERTIONS:
        raise _bad("it is no assertion in clear")
    verified, domains = _verified(view, element, tenant, parts)
    assertion = _read(verified)
    if assertion.issuer != domains[0].issuer:
        raise _bad("its issuer is another than it says")
    _check(assertion, origin=parts.base_url, now=now)
    person = _person(view, assertion, {each.domain for each in domains})
    return Believed(
        person,
        _authentication(person, assertion, now=now),
        UsedAssertion(_mark(assertion), int(assertion.not_on_or_after) + SKEW + 1),
    )


def issuer_of(element: etree._Element) -> str:
    """Return the issuer an assertion names, "" for none; nothing is proven by it."""
    return element.get("Issuer") or element.findtext(f"{{{SAML20}}}Issuer") or ""


def _verified(
    view: View, element: etree._Element, tenant: Tenant | None, parts: Parts
) -> tuple[etree._Element, list[DomainFederation]]:
    """Return what the issuer signed, and the domains whose certificates say so."""
    issuer = issuer_of(element)
    domains = view.federated_with(issuer)
    if tenant is not None:
        domains = [each for each in domains if each.tenant_id == tenant.tenant_id]
    if not domains:
        raise signin.UNKNOWN_REALM(
            f"The requested federation realm object {signin.quote(issuer)} does not exist."
        )
    found = None
    for listed in dict.fromkeys(each.certificates for each in domains):
        # A farm of this service signs with the service's keys, whichever they are now.
        certificates = listed or parts.keys.certificates()
        try:
            verified = verify_enveloped(element, certificates=certificates)
        except SignatureError as error:
            found = error
            continue
        return verified, [each for each in domains if each.certificates == listed]
    raise signin.BAD_USER_ASSERTION("Assertion failed signature validation.") from found


def _read(verified: etree._Element) -> Assertion:
    try:
        return saml.read(verified)
    except SamlError as error:
        raise _bad(str(error)) from error


def _check(assertion: Assertion, *, origin: str, now: float) -> None:
    confirmation = assertion.confirmation
    if confirmation.kind != "bearer":
        raise _bad("it is not for whoever bears it")
    if AUDIENCE not in assertion.audiences:
        raise _bad("it is for another audience")
    if not f"{confirmation.recipient or origin}/".startswith(f"{origin}/"):
        raise _bad("it is to be brought elsewhere")
    ends = assertion.not_on_or_after
    until = ends if confirmation.not_on_or_after is None else confirmation.not_on_or_after
    begins = assertion.not_before
    if min(ends, until) + SKEW <= now or begins - SKEW > now or begins >= ends:
        raise _bad("it is not of now")


def _authentication(person: User, assertion: Assertion, *, now: float) -> Authentication:
    """Return the sign-in that an assertion tells of, unless the account's do not count."""
    if not person.enabled:
        raise signin.DISABLED_PERSON("The user account is disabled.")
    when = assertion.issued if assertion.authenticated is None else assertion.authenticated
    time = int(min(when, now) * _MICROSECONDS)
    if time < person.sessions_from:
        raise signin.REVOKED("The sign-in of the assertion was revoked; sign in again.")
    methods = (_METHODS.get(assertion.method, "fed"),)
    return Authentication(person.object_id, person.tenant_id, time, methods)


def _person(view: View, assertion: Assertion, domains: set[str]) -> User:
    """Return the account of the immutable id, if its name is of a domain the issuer speaks for."""
    kinds = (claim_types.IMMUTABLE_ID, claim_types.NAME_IDENTIFIER)
    named = {value for kind in kinds for value in assertion.values(kind)}
    named |= {assertion.name_id} - {""}
    if len(named) != 1:
        raise _bad("it names several people, or nobody")
    person = view.user(_object_id(named.pop()))
    principal = (*assertion.values(claim_types.ENTRA_UPN), *assertion.values(claim_types.UPN))
    if person is None or person.user_principal_name.rpartition("@")[2].lower() not in domains:
        raise signin.NOT_IN_DIRECTORY(
            "The user account does not exist in the directory. To sign in to this application, "
            "the account must be added to the directory."
        )
    if any(name.lower() != person.user_principal_name.lower() for name in principal):
        raise _bad("its names are of two people")
    return person


def _object_id(immutable: str) -> UUID:
    try:
        return UUID(bytes_le=b64decode(immutable, validate=True))
    except ValueError:
        raise _bad("its immutable id is none") from None


def _mark(assertion: Assertion) -> str:
    return sha256(f"federated {assertion.issuer} {assertion.id}".encode()).hexdigest()


def _bad(reason: str) -> signin.SignInError:
    return signin.BAD_SAML_TOKEN(
        f"The SAML token is invalid: {reason}. Contact your federation provider."
    )
