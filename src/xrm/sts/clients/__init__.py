"""How a client proves itself (RFC 6749 2.3), and what an unknown or disabled one is told.

presented   what a request says of its client
secret      proof by a shared secret, in the form or by HTTP Basic
assertion   proof by a certificate: a signed assertion
single_use  assertions are redeemed once
"""

from dataclasses import dataclass
from uuid import UUID

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.clients import assertion as assertions
from xrm.sts.clients import secret as secrets
from xrm.sts.clients.assertion import Authority
from xrm.sts.clients.presented import Presented, presented
from xrm.sts.clients.secret import digest, new_salt, new_secret, shown
from xrm.sts.directory import Registered, View
from xrm.sts.model import Application, Client, RedirectKind, Tenant

__all__ = [
    "Authority",
    "Presented",
    "Rule",
    "digest",
    "known",
    "new_salt",
    "new_secret",
    "not_at",
    "nothing_brought",
    "presented",
    "prove",
    "refusal_without_tenant",
]

_NIL = UUID(int=0)
_PERSONAL = "PersonalMicrosoftAccount"


def prove(
    view: View,
    tenant: Tenant,
    claimed: Presented,
    *,
    rule: "Rule",
    authority: Authority,
    now: float,
) -> Client:
    """Return the client, once its secret or its assertion is proved, or it needs none.

    Raises AADSTS700016, 700038, 7000229 or 9002346 for a client the tenant does not have,
    7000112 for a disabled one, 700025 for a public one with a credential, 7000216 or 7000218
    without one, 7000215 for a wrong secret, 7000222 for an expired one, and what
    `assertion.prove` raises.
    """
    registered = known(view, tenant, claimed)
    if not registered.enabled:
        raise signin.DISABLED_CLIENT(f"{shown(registered)} is disabled.")
    application, principal = registered.application, registered.principal
    bare = claimed.secret is None and claimed.assertion is None
    public = registered.is_public(rule.kind)
    if bare and not (public and rule.public):
        raise _without_credential(rule)
    if bare:
        return Client(application, principal, acr="0")
    if public:
        raise signin.PUBLIC_CLIENT(
            f"{shown(registered)} is a public client, which sends neither 'client_secret' nor "
            "'client_assertion'."
        )
    if claimed.secret is not None:
        secrets.prove(registered, claimed.secret, now)
        return Client(application, principal, acr="1")
    use = assertions.prove(registered, claimed, authority=authority, now=now)
    return Client(application, principal, acr="2", assertion=use)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a grant says of clients: whether public ones may come, and how this one is known.

    `kind` is that of the redirect URI, where the request follows from an answer there.
    """

    public: bool = False
    kind: RedirectKind | None = None


def _without_credential(rule: Rule) -> SignInError:
    if rule.public:
        return signin.CONFIDENTIAL_CLIENT(
            "The request body must contain the following parameter: 'client_assertion' or "
            "'client_secret'."
        )
    return signin.NO_CREDENTIAL(
        "The grant type needs 'client_secret' or 'client_assertion' in the request."
    )


def refusal_without_tenant(view: View, segment: str, claimed: Presented) -> SignInError:
    """Return why a client has nothing to ask for at a segment that stands for many tenants.

    AADSTS9001023 at `consumers`, 700016 for a client no tenant has (that it comes before the
    segment is refused follows the order of checks; inferred), 9002331 for one of personal
    accounts, 50194 for one of a single tenant, 50059 for any other.
    """
    name = segment.lower()
    if name == "consumers":
        return not_at(name)
    _check_id(claimed)
    application = view.application(claimed.client_id)
    if application is None:
        return _unknown(claimed, name)
    if application.audience == _PERSONAL:
        return signin.PERSONAL_AT_SHARED(_personal(application))
    if not application.multi_tenant:
        return signin.SINGLE_TENANT(
            f"The application '{application.application_id}' is not configured as a multi-tenant "
            f"application; '{name}' is not for it. Ask at its own tenant's endpoint."
        )
    return signin.NO_TENANT(
        "Neither the request nor its credentials say which tenant is meant. Put the tenant's id "
        "or domain in the path."
    )


def not_at(segment: str) -> SignInError:
    """Return the refusal of a grant at a segment where it does not work."""
    return signin.NOT_FOR_CONSUMERS(
        f"This grant type is not supported on '{segment}'. Ask at the tenant's own endpoint."
    )


def nothing_brought(grant: str) -> SignInError:
    """Return the refusal of a request that names no tenant, nor anything that belongs to one."""
    return signin.BAD_GRANT(f"What was sent for the grant type {signin.quote(grant)} is not valid.")


def known(view: View, tenant: Tenant, claimed: Presented) -> Registered:
    """Return a client as the tenant knows it.

    Raises AADSTS700016, 700038, 7000229 or 9002346 for one it does not have.
    """
    _check_id(claimed)
    registered = view.client(tenant, claimed.client_id)
    if registered is not None and registered.application.audience != _PERSONAL:
        return registered
    secrets.waste(claimed.secret or Secret(""))
    application = view.application(claimed.client_id)
    if application is None:
        raise _unknown(claimed, tenant.name)
    if application.audience == _PERSONAL:
        raise signin.PERSONAL_AT_TENANT(_personal(application))
    if application.tenant_id != tenant.tenant_id:
        raise _unknown(claimed, tenant.name)
    raise signin.MISSING_PRINCIPAL(
        f"The application '{application.application_id}' has no service principal in the "
        f"tenant {signin.quote(tenant.name)}, its own."
    )


def _check_id(claimed: Presented) -> None:
    if claimed.client_id == str(_NIL):
        raise signin.NOT_A_CLIENT_ID(
            f"{signin.quote(claimed.client_id)} cannot be the id of an application."
        )


def _unknown(claimed: Presented, directory: str) -> SignInError:
    return signin.UNKNOWN_CLIENT(
        f"No application with the identifier {signin.quote(claimed.client_id)} is registered "
        f"in the directory {signin.quote(directory)}. Check the id and the tenant."
    )


def _personal(application: Application) -> str:
    return (
        f"The application '{application.application_id}' is for personal accounts only. Ask at "
        "the endpoint of 'consumers'."
    )
