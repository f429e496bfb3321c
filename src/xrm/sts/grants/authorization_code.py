"""The authorization code grant: what a person allowed at the authorize endpoint (RFC 6749 4.1)."""

from dataclasses import replace

from xrm.model.errors import signin
from xrm.sts.accounts import standing
from xrm.sts.directory import SHARED_SEGMENTS, View
from xrm.sts.grants.delegation import delegate
from xrm.sts.grants.redemption import ANY_WORK_ACCOUNT, Brought, Redemption
from xrm.sts.handles import codes, refresh
from xrm.sts.handles.codes import Code, CodeUse
from xrm.sts.model import Granted, Tenant, TokenRequest
from xrm.sts.parts import Parts


class AuthorizationCode:
    """`grant_type=authorization_code`, with PKCE (RFC 7636)."""

    names = ("authorization_code",)
    public = True
    writes = True
    shared = ANY_WORK_ACCOUNT

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return the code opened."""
        code = codes.read(parts.sealer, request.form.get("code", ""))
        if code is None:
            return Brought()
        return Brought(code, code.standing.tenant_id, code.standing.kind)

    def redeem(self, at: Redemption) -> Granted:
        """Return what the person allowed.

        Raises AADSTS900144, 70000 for a code that is none, of another client or version, 700005
        at another tenant's path, 70008 when its time is over, 700009 or 500112 for the redirect
        URI, 501481 or 501471 for the verifier, 9010010 for another resource than was authorized,
        and what `accounts.standing.check` and `delegate` raise.
        """
        at.field("code")
        code = _own_code(at)
        _check_redirect(at, code)
        codes.check_challenge(code, at.request.form.get("code_verifier", ""))
        held = code.standing
        person = standing.check(at.view.person_of(held.authentication), held.authentication)
        named = at.request.form.get("resource", "")
        if named and held.resource and named.rstrip("/") != held.resource.rstrip("/"):
            raise signin.TARGETS_DISAGREE(
                f"The resource {signin.quote(named)} is not the one that was authorized, "
                f"{signin.quote(held.resource)}."
            )
        if lasts := at.request.flavour.lasts:
            held = replace(held, spa_until=held.authentication.seconds + lasts)
        elif held.kind == "Spa":
            held = replace(held, spa_until=int(at.now) + refresh.SPA_LIFETIME)
        use = CodeUse(code, refresh.founded(held, now=at.now))
        return delegate(at, person, held, nonce=code.nonce, spends=use)


def segment_key(segment: str, tenant: Tenant | None) -> str:
    """Return how codes remember the tenant of a path: its id, or the shared segment."""
    return str(tenant.tenant_id) if tenant is not None else segment.lower()


def _own_code(at: Redemption) -> Code:
    code = at.brought.held
    if not isinstance(code, Code):
        raise signin.BAD_GRANT("The provided authorization code is invalid or malformed.")
    if code.standing.application_id != at.client.application_id:
        raise signin.OTHER_CLIENT("The authorization code was issued to another application.")
    shared = at.request.segment.lower() in SHARED_SEGMENTS
    if code.segment != segment_key(at.request.segment, None if shared else at.tenant):
        raise signin.OTHER_TENANTS_CODE(
            "The provided authorization code is intended for use at another tenant. Redeem it at "
            "the tenant whose authorize endpoint it came from."
        )
    if code.flavour != at.request.flavour.name:
        raise signin.BAD_GRANT(
            f"The authorization code came from the {code.flavour} authorize endpoint. Redeem it "
            "at the token endpoint of that version."
        )
    if at.now >= code.expires:
        raise signin.EXPIRED_GRANT(
            "The provided authorization code or refresh token has expired due to inactivity. Send "
            "a new interactive authorization request for this person and resource."
        )
    return code


def _check_redirect(at: Redemption, code: Code) -> None:
    sent = at.request.form.get("redirect_uri", "")
    if not sent and code.explicit:
        raise signin.NO_REDIRECT_AT_TOKEN(
            "The reply address must be provided with an authorization code that was requested "
            "with one."
        )
    if sent and sent != code.redirect_uri:
        raise signin.OTHER_REDIRECT(
            f"The reply address {signin.quote(sent)} does not match the reply address "
            f"{signin.quote(code.redirect_uri)} of the authorization request."
        )
