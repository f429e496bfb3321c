"""The client credentials grant: an application speaks for itself (RFC 6749 4.4)."""

from xrm.model.errors import signin
from xrm.sts import resources
from xrm.sts.directory import View, guid
from xrm.sts.grants.redemption import Brought, Redemption
from xrm.sts.model import Granted, TokenRequest
from xrm.sts.parts import Parts


class ClientCredentials:
    """`grant_type=client_credentials`. The subject is the client's own principal."""

    names = ("client_credentials",)
    public = False
    writes = False
    shared: frozenset[str] = frozenset()

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return nothing: the client speaks for itself."""
        return Brought()

    def redeem(self, at: Redemption) -> Granted:
        """Return the client itself as subject, for the one resource it asks.

        A token is granted whether or not the resource gave the client any role, unless the
        resource demands one: Dynamics decides by its own application users (RFC 6749 4.4.2).
        Raises what `resources.asked_for_all` raises, AADSTS90009 for a token for itself under
        another name than its id, 501051 for a demanded role that is missing.
        """
        client, view = at.client, at.view
        name, resource = resources.asked_for_all(at.request, at.tenant, view, client.application)
        if resource.application.application_id == client.application_id and not guid(name):
            raise signin.SELF_BY_NAME(
                f"The application '{client.application_id}' asks a token for itself. That works "
                "only when the resource is named by its application id."
            )
        roles = view.roles(client.principal.object_id, resource)
        if resource.principal.assignment_required and not roles:
            raise signin.NOT_ASSIGNED(
                f"The application '{client.application_id}' is not assigned to a role of the "
                f"application {signin.quote(name)}."
            )
        return Granted(
            subject=client.principal,
            audience=name,
            resource=resource.application.application_id,
            version=resource.version,
            roles=roles,
            party=resource.party,
            optional=resource.application.optional_access_claims,
        )
