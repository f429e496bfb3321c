"""The SAML-bearer grant: a federated person's assertion for tokens (RFC 7522 2.1).

The libraries send it after they have signed a person in at the token service of their domain.
"""

from base64 import urlsafe_b64decode
from dataclasses import dataclass

from lxml import etree

from xrm.db import Transaction, Violation
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import federated
from xrm.sts.directory import View
from xrm.sts.grants.delegation import begun, delegate
from xrm.sts.grants.redemption import ANY_WORK_ACCOUNT, Brought, Redemption
from xrm.sts.handles import refresh
from xrm.sts.model import Granted, TokenRequest, UsedAssertion
from xrm.sts.parts import Parts
from xrm.sts.store import USED_ASSERTIONS, Store
from xrm.wire.xml import Limits, XmlError, parse

_PREFIX = "urn:ietf:params:oauth:grant-type:"
_LIMITS = Limits(size=64 * 1024, depth=40, elements=2_000)
_LARGEST = 88 * 1024


class SamlBearer:
    """`grant_type=urn:ietf:params:oauth:grant-type:saml1_1-bearer`, and `saml2-bearer`."""

    names = (f"{_PREFIX}saml1_1-bearer", f"{_PREFIX}saml2-bearer")
    public = True
    writes = True
    shared = ANY_WORK_ACCOUNT

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return the assertion, and the tenant of the domains its issuer is named by."""
        element = _element(request.form.get("assertion", ""))
        if element is None:
            return Brought()
        domains = view.federated_with(federated.issuer_of(element))
        return Brought(element, domains[0].tenant_id if domains else None)

    def redeem(self, at: Redemption) -> Granted:
        """Return what the person's application may have.

        Raises AADSTS900144, 50008 for what is no assertion, and what `federated.believed` and
        `delegate` raise. An assertion is redeemed once.
        """
        at.field("assertion")
        if at.brought.held is None:
            raise signin.BAD_SAML_TOKEN("The SAML token is invalid: it cannot be read.")
        found = federated.believed(
            at.view, at.brought.held, tenant=at.tenant, parts=at.parts, now=at.now
        )
        standing = begun(at, found.authentication)
        founding = refresh.Founding(refresh.founded(standing, now=at.now))
        return delegate(at, found.person, standing, spends=_Once(found.use, founding))


@dataclass(frozen=True, slots=True)
class _Once:
    """The one redemption of an assertion."""

    use: UsedAssertion
    founding: refresh.Founding

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:
        """Mark the assertion, and keep the family that begins with it."""
        try:
            with tx.part():
                store.put(tx, USED_ASSERTIONS, self.use, new=True)
        except Violation:
            return signin.BAD_SAML_TOKEN("The SAML token is invalid: it was redeemed before.")
        return self.founding.spend(store, tx, now)


def _element(text: str) -> etree._Element | None:
    """Return the assertion of a parameter: base64url, as RFC 7522 has it, or plain base64."""
    if not 0 < len(text) <= _LARGEST:
        return None
    plain = text.translate(str.maketrans("+/", "-_")).rstrip("=")
    try:
        data = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
        return parse(data, limits=_LIMITS)
    except (ValueError, XmlError):
        return None
