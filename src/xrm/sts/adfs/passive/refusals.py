"""What a passive request is refused with: the number AD FS has for it, and words for a page.

Numbers are those of AD FS's own messages where one is known, 0 where none is.
"""

from dataclasses import dataclass

from xrm.model.errors.signin import SignInError, SignInRow

_ADMINISTRATOR = "Whoever runs the web site has to change what it sends."


@dataclass(frozen=True, slots=True)
class PassiveRow(SignInRow):
    """One kind of refusal, with the title of its page and what to do about it."""

    title: str = "An error occurred"
    advice: str = _ADMINISTRATOR

    def __call__(self, sentence: str) -> "PassiveError":
        return PassiveError(self, sentence)


class PassiveError(SignInError):
    """A passive request was refused; a page says so."""

    def __init__(self, row: PassiveRow, sentence: str) -> None:
        super().__init__(row, sentence)
        self.passive = row
        self.args = (f"MSIS{row.number}: {sentence}" if row.number else sentence,)


MALFORMED = PassiveRow(0, "invalid_request", title="The request cannot be read")
NO_HANDLER = PassiveRow(
    7065,
    "invalid_request",
    title="This is no request to sign in",
    advice="This address is called by web sites. Begin at the site you want to sign in to.",
)
UNKNOWN_PARTY = PassiveRow(
    7007,
    "invalid_request",
    title="The web site is not known here",
    advice="The site must be registered as a relying party by exactly the name it sends as "
    "'wtrealm'. On this server: xrm adfs party list",
)
NO_ENDPOINT = PassiveRow(
    0,
    "invalid_request",
    title="The web site takes no sign-in by browsers",
    advice="Its registration holds no address of WS-Federation. Add the one that takes tokens.",
)
UNKNOWN_HOME = PassiveRow(
    0,
    "invalid_request",
    title="Your token service is not trusted here",
    advice="The request names a token service ('whr') that is not among the claims providers.",
)
UNSUPPORTED_METHOD = PassiveRow(
    7102,
    "invalid_request",
    title="This way to sign in is not offered",
    advice="The site asks for a way to sign in ('wauth') that is not offered here. Passwords are.",
)
LOOP = PassiveRow(
    7042,
    "invalid_request",
    title="The web site keeps asking",
    advice="It was given several tokens within seconds and asked again each time: most likely "
    "it does not take them. Check the site's certificates, its clock and its own name.",
)
BAD_TOKEN = PassiveRow(
    0,
    "access_denied",
    title="Your token service's answer cannot be used",
    advice="Go back to the site and sign in again. If that does not help, compare the trust with "
    "the other token service: its name, its certificates, the clocks.",
)
EXPIRED = PassiveRow(
    0,
    "access_denied",
    title="This page is too old, or belongs to another browser",
    advice="Cookies must be allowed for this address. Go back to the site and sign in again.",
)
REFUSED = PassiveRow(
    0,
    "access_denied",
    title="You cannot be signed in",
    advice="An administrator of this server can tell more by the activity id.",
)
FAILED = PassiveRow(
    0,
    "server_error",
    title="Something went wrong here",
    advice="Try again in a moment. The server's log names the cause under the activity id.",
)
