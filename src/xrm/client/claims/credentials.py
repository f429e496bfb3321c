"""What is given to a sign-in, and what comes of it (AuthenticationCredentials)."""

from dataclasses import dataclass, field, replace

from xrm.client.claims.tokens import SecurityTokenResponse
from xrm.client.errors import ConfigurationError
from xrm.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationCredentials:
    """Who signs in, and where from; after `authenticate`, with the answer.

    `home_realm` is the address of the description (mex) of the person's own token service.
    `supporting_credentials` are those of a device: accepted with a warning, and never sent.
    `applies_to` names whom the token is for in place of the service's address.
    """

    user_name: str = ""
    password: Secret | str = field(default="", repr=False)
    home_realm: str | None = None
    applies_to: str | None = None
    supporting_credentials: object | None = None
    security_token_response: SecurityTokenResponse | None = None

    @property
    def user_principal_name(self) -> str:
        """The name, where it is a user principal name (UserPrincipalName)."""
        return self.user_name if "@" in self.user_name else ""

    def answered(self, response: SecurityTokenResponse) -> "AuthenticationCredentials":
        """Return the same with what a token service answered."""
        return replace(self, security_token_response=response)

    def response(self) -> SecurityTokenResponse:
        """Return what a token service answered. Raises ConfigurationError before it did."""
        if self.security_token_response is None:
            raise ConfigurationError("nobody has signed in with these credentials yet")
        return self.security_token_response
