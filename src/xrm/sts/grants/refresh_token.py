"""The refresh token grant: a sign-in of before, gone on with (RFC 6749 6)."""

from xrm.model.errors import signin
from xrm.sts import first_party
from xrm.sts.directory import View
from xrm.sts.grants.delegation import delegate
from xrm.sts.grants.redemption import ANY_WORK_ACCOUNT, Brought, Redemption
from xrm.sts.handles import refresh
from xrm.sts.handles.refresh import Lengthening, RefreshToken, Rotation
from xrm.sts.model import Granted, Spend, TokenRequest
from xrm.sts.parts import Parts
from xrm.sts.store import FAMILIES


class RefreshTokenGrant:
    """`grant_type=refresh_token`. What the token serves beyond its sign-in is the profile's."""

    names = ("refresh_token",)
    public = True
    writes = False
    shared = ANY_WORK_ACCOUNT

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return the refresh token opened."""
        token = refresh.read(parts.sealer, request.form.get("refresh_token", ""))
        if token is None:
            return Brought()
        return Brought(token, token.standing.tenant_id, token.standing.kind)

    def redeem(self, at: Redemption) -> Granted:
        """Return what the person allowed, as far as it still stands.

        Raises AADSTS900144, 70000 for a token that is none or belongs to another client, 50020
        at a tenant its person is not in, and what `refresh.check` and `delegate` raise.
        """
        at.field("refresh_token")
        token = at.brought.held
        if not isinstance(token, RefreshToken):
            raise signin.BAD_GRANT("The provided refresh token is invalid or malformed.")
        held = token.standing
        if not _is_clients(at, token):
            raise signin.OTHER_CLIENT("The refresh token was issued to another application.")
        if held.tenant_id != at.tenant.tenant_id:
            # A token serves every tenant its person is in, and nobody is a guest here.
            raise signin.FOREIGN_PERSON(
                "The account of the refresh token does not exist in the tenant "
                f"{signin.quote(at.tenant.name)}."
            )
        family = at.view.record(FAMILIES, str(held.family_id))
        person = refresh.check(token, family, at.view.person_of(held.authentication), now=at.now)
        spends: Spend | None = None
        if at.parts.profile.rotates_refresh_tokens:
            spends = Rotation(token)
        elif family is not None and refresh.is_to_be_lengthened(family, held, now=at.now):
            spends = Lengthening(held)
        # OpenID Connect Core 12.2 would have it left out; Entra ID repeats it.
        nonce = token.nonce if at.parts.profile.repeats_nonce else ""
        return delegate(at, person, held, nonce=nonce, spends=spends)


def _is_clients(at: Redemption, token: RefreshToken) -> bool:
    """Tell whether the client may use a token: its own, or one of its family's applications."""
    mine, issued_to = at.client.application_id, token.standing.application_id
    shares = at.parts.profile.shares_families
    return mine == issued_to or (shares and {mine, issued_to} <= first_party.FAMILY)
