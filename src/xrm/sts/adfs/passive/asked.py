"""A request for a token, read and held against its relying party."""

from collections.abc import Mapping
from dataclasses import dataclass

from xrm.model.errors import signin
from xrm.sts.adfs import parties
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.passive import addresses, refusals
from xrm.sts.directory import View
from xrm.sts.model import RelyingParty, SamlVersion
from xrm.wire.saml.names import PASSWORD, UNSPECIFIED, known_method
from xrm.wire.wsfed import messages, results
from xrm.wire.wsfed.messages import SignIn
from xrm.wire.wstrust import TRUST_2005, TrustVersion
from xrm.wire.wstrust.versions import TOKEN_TYPES

_PASSWORDS = frozenset(
    {
        PASSWORD,
        UNSPECIFIED,
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    }
)
"""The ways to sign in that the page of a farm is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that can be answered, once somebody has signed in.

    `saml` is the version of the assertion, None for the party's own.
    """

    message: SignIn
    party: RelyingParty
    reply: str
    trust: TrustVersion = TRUST_2005
    saml: SamlVersion | None = None


def read(view: View, farm: Farm, parameters: Mapping[str, str]) -> Asked:
    """Return what is asked. Raises PassiveError: a page says what is wrong."""
    message = message_of(parameters)
    if not isinstance(message, SignIn):
        raise refusals.NO_HANDLER("The message asks for no sign-in.")
    party = parties.identified(view, farm, message.realm)
    if party is None:
        raise refusals.UNKNOWN_PARTY(
            f"The requested relying party trust {signin.quote(message.realm)} is unspecified or "
            "unsupported."
        )
    reply = addresses.reply_of(party, message.reply)
    if not reply:
        raise refusals.NO_ENDPOINT("The relying party has no endpoint of WS-Federation.")
    if message.method and known_method(message.method) not in _PASSWORDS:
        raise refusals.UNSUPPORTED_METHOD(
            f"The requested authentication method {signin.quote(message.method)} is not "
            "supported (urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext)."
        )
    trust, saml = _wanted(message.request)
    return Asked(message=message, party=party, reply=reply, trust=trust, saml=saml)


def message_of(parameters: Mapping[str, str]) -> messages.Message:
    """Return the message that parameters are. Raises PassiveError."""
    if "wa" not in parameters:
        raise refusals.NO_HANDLER(
            "There are no registered protocol handlers on this path to process the request."
        )
    try:
        return messages.read(parameters.items())
    except messages.MessageError as error:
        raise refusals.MALFORMED(str(error)) from error


def _wanted(request: str) -> tuple[TrustVersion, SamlVersion | None]:
    """Return how a `wreq` wants its answer: by which WS-Trust, with which assertion."""
    if not request:
        return TRUST_2005, None
    try:
        wanted = results.read_wanted(request)
    except results.ResultError as error:
        raise refusals.MALFORMED(str(error)) from error
    if wanted.operation != "issue" or wanted.key not in (None, "bearer"):
        raise refusals.MALFORMED("A browser can be given bearer tokens only.")
    if not wanted.token_type:
        return wanted.version, None
    saml = TOKEN_TYPES.get(wanted.token_type)
    if saml is None:
        raise refusals.MALFORMED("The token type that is asked for is not known.")
    return wanted.version, saml
