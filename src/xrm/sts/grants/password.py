"""The password grant: the application has asked the person itself (RFC 6749 4.3)."""

from xrm.model.errors import signin
from xrm.model.secret import Secret
from xrm.sts.accounts.proof import named_in
from xrm.sts.directory import View
from xrm.sts.grants.delegation import begun, delegate
from xrm.sts.grants.redemption import Brought, Redemption
from xrm.sts.handles import refresh
from xrm.sts.model import Granted, TokenRequest
from xrm.sts.parts import Parts


class Password:
    """`grant_type=password`, for applications that people trust with their password."""

    names = ("password",)
    public = True
    writes = True
    shared = frozenset({"organizations"})

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return the tenant of the name's domain."""
        domain = request.form.get("username", "").rpartition("@")[2]
        tenant = view.tenant_of_domain(domain) if domain else None
        return Brought(tenant_id=tenant.tenant_id if tenant else None)

    def redeem(self, at: Redemption) -> Granted:
        """Return what the person's application may have.

        Raises AADSTS70003 where the profile refuses the grant, 900144, and what `Proof.prove`
        and `delegate` raise.
        """
        if not at.parts.profile.password_grant:
            raise signin.UNSUPPORTED_GRANT("The grant type 'password' is not supported here.")
        username, password = at.field("username"), Secret(at.field("password"))
        # Nobody's password is here whose domain is federated; it takes as long to say so.
        federated = at.parts.farm is None and at.view.federation(username) is not None
        proof = at.parts.proof.silent() if federated else at.parts.proof
        person, authentication = proof.prove(
            lambda: None if federated else named_in(at.view, username, at.tenant),
            username=at.view.canonical(username),
            password=password,
            peer=at.request.trace.peer,
            now=at.now,
        )
        standing = begun(at, authentication)
        founding = refresh.Founding(refresh.founded(standing, now=at.now))
        return delegate(at, person, standing, spends=founding)
