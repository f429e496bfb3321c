"""What an AADSTS number means, and what to do about it: to people here, to programs beside.

A command is one of `xrm` that helps where the server is one's own; capitals stand for a value.
"""

from dataclasses import dataclass

from xrm.sts.faces.pages.advice_to_programs import TO_PROGRAMS


@dataclass(frozen=True, slots=True)
class Advice:
    """A title in plain words, the next thing to do, and the command that does it, if one does."""

    title: str
    advice: str
    command: str = ""

    @property
    def text(self) -> str:
        """Return what to do, the command with it."""
        return f"{self.advice} On this server: {self.command}" if self.command else self.advice


_AGAIN = "Go back to the application and sign in again."

TO_PEOPLE: dict[int, tuple[str, ...]] = {
    # The application, its tenant, the address to return to.
    50011: (
        "The address to return to is not registered",
        "The application sent an address that its registration does not hold. Register it exactly "
        "as it is sent, with scheme, port, path and letter case; of localhost the port is free.",
        "xrm app update APP --add-redirect-uri KIND=ADDRESS",
    ),
    500113: (
        "The application has no address to return to",
        "Its registration holds none. Register where it waits for the answer.",
        "xrm app update APP --add-redirect-uri KIND=ADDRESS",
    ),
    900971: (
        "There is no address to return to",
        "The application must send a redirect URI, and its registration must hold it.",
        "xrm app update APP --add-redirect-uri KIND=ADDRESS",
    ),
    90102: ("The address to return to is no address", "The application must send a whole URI."),
    700016: (
        "The application is not known here",
        "Check the client id, and that the request goes to the tenant the application is "
        "registered in or has been consented to in.",
        "xrm app list",
    ),
    700038: ("The client id is none", "The application must send its id, which is a GUID."),
    7000112: (
        "The application is disabled",
        "An administrator can enable it, at its home or in this tenant.",
        "xrm app enable APP",
    ),
    90002: (
        "There is no such tenant",
        "Check the tenant's id or domain in the address.",
        "xrm tenant list",
    ),
    900023: (
        "The tenant's name is not one",
        "A tenant is named by its id or by a domain it has verified.",
        "xrm tenant list",
    ),
    50059: (
        "It is not clear which tenant is meant",
        "The application must ask at a tenant's own address, not at 'common'.",
        "xrm tenant list",
    ),
    50194: (
        "The application is for one tenant only",
        "Ask at its own tenant's address, or let people of every tenant use it.",
        "xrm app update APP --audience multiple",
    ),
    9002346: (
        "The application is for personal accounts only",
        "This server keeps none. Let work accounts use the application.",
        "xrm app update APP --audience multiple",
    ),
    9002331: (
        "The application is for personal accounts only",
        "This server keeps none. Let work accounts use the application.",
        "xrm app update APP --audience multiple",
    ),
    # What the application asks.
    900144: (
        "The request is incomplete",
        "The application must send the parameter that is named, once and not empty.",
    ),
    90023: (
        "A value in the request is not valid",
        "The application must send one of the values that are known.",
    ),
    9000411: ("A parameter came twice", "The application must send each parameter once."),
    9002313: (
        "The request cannot be read",
        "The application sent something that is malformed or too large.",
    ),
    90015: (
        "The request is too long",
        "The application must send less: a short state, and only the scopes it needs now.",
    ),
    900561: (
        "This address takes forms only",
        "It is no page to open in a browser. Begin at the application.",
    ),
    70005: (
        "The kind of answer is not supported",
        "Ask for code, id_token, id_token token, code id_token or token; an id_token needs the "
        "scope openid, a token has to be switched on in the registration.",
        "xrm app update APP --implicit-access-tokens",
    ),
    700054: (
        "The application may not be given an id token here",
        "Ask for a code, or switch id tokens on in the registration.",
        "xrm app update APP --implicit-id-tokens",
    ),
    70007: (
        "The answer cannot be sent that way",
        "The response mode is query, fragment or form_post. Tokens never go in the query, and a "
        "form goes to a web address only.",
    ),
    90014: (
        "The request is incomplete",
        "The application must send what is named; with an id token that is a nonce, by which it "
        "knows the token again.",
    ),
    501491: (
        "The PKCE challenge has the wrong size",
        "It has 43 to 128 letters; hashed (S256) it has 43.",
    ),
    50149: ("The PKCE method is not known", "Send code_challenge_method=S256."),
    50147: (
        "The PKCE challenge is missing",
        "The application must send a code_challenge with the method S256.",
    ),
    9002325: (
        "A single-page application needs PKCE",
        "Send a code_challenge; or register the address as that of a web application, if it is "
        "one.",
        "xrm app update APP --add-redirect-uri web=ADDRESS",
    ),
    70011: (
        "The scope is not valid",
        "A scope is the resource's address, a slash and a permission, such as "
        "https://localhost:8444/user_impersonation. '.default' stands alone.",
        "xrm app permission list APP",
    ),
    28003: ("No scope was asked", "The application must say what it wants to do, as a scope."),
    650053: (
        "The permission does not exist",
        "The resource knows no scope of that name. One without an address before it is taken for "
        "Microsoft Graph's.",
        "xrm app permission list APP",
    ),
    650056: (
        "The application asks for nothing, or may not have it",
        "Its registration must list a permission of the resource.",
        "xrm app permission add APP --resource dynamics --scope user_impersonation",
    ),
    650057: (
        "The resource is not in the application's registration",
        "Add a permission of it to the registration.",
        "xrm app permission add APP --resource dynamics --scope user_impersonation",
    ),
    901002: (
        "The parameter 'resource' belongs to the v1 addresses",
        "At a v2.0 address the application sends a scope instead.",
    ),
    500011: (
        "What the application asks for is not known in this tenant",
        "Check the resource's address: an organization is named by its URL, and known in its own "
        "tenant only.",
        "xrm tenant show TENANT",
    ),
    500014: (
        "What the application asks for is disabled in this tenant",
        "An administrator can enable it.",
        "xrm app enable APP",
    ),
    # Who signs in, and what they allow.
    50020: (
        "This account belongs to another tenant",
        "Sign out and use an account of the tenant the application asks for.",
        "xrm user list",
    ),
    50034: (
        "There is no such account",
        "Check the user name and the tenant; accounts can be created.",
        "xrm user create UPN",
    ),
    50126: (
        "The user name or the password is wrong",
        "Try again. An administrator can set a new password.",
        "xrm user password UPN",
    ),
    50053: (
        "The account is locked for a while",
        "It was tried too many times with a wrong password, or many accounts were tried from this "
        "address. Wait a minute or longer. A new password ends the wait of an account.",
        "xrm user password UPN",
    ),
    50055: (
        "The password has expired or is temporary",
        "Sign in with a browser: the page lets you choose a new one.",
        "xrm user password UPN --permanent",
    ),
    50056: (
        "The account has no password",
        "An administrator can set one.",
        "xrm user password UPN",
    ),
    50057: (
        "The account is disabled",
        "An administrator can enable it.",
        "xrm user enable UPN",
    ),
    50105: (
        "You are not assigned to this application",
        "Its administrator lets only chosen people in. Ask to be assigned to it.",
        "xrm app show APP",
    ),
    50058: (
        "Nobody is signed in",
        "The application asked without showing a page, and this browser has no session here. It "
        "must ask again with pages allowed. In a hidden frame the browser may hold back cookies.",
    ),
    16000: (
        "Several accounts are signed in",
        "The application asked without showing a page, and it is not clear who is meant. It must "
        "send a login_hint, or ask again with pages allowed.",
    ),
    160021: (
        "That session is over",
        "The application means a session that this browser does not have any more. It must ask "
        "again with pages allowed.",
    ),
    65001: (
        "Nobody has agreed to what the application asks",
        "Sign in with a browser and agree, or let an administrator agree for everybody.",
        "xrm app consent APP",
    ),
    65004: (
        "You did not agree",
        "The application gets nothing. If that was a mistake, go back to it and begin again.",
    ),
    90094: (
        "An administrator has to agree",
        "Ask one to sign in to the application, or to agree for everybody.",
        "xrm app permission grant APP",
    ),
    50089: (
        "This page is too old",
        f"It was open for more than half an hour, or is not whole. {_AGAIN}",
    ),
    165000: (
        "This page belongs to another browser",
        f"Cookies must be allowed for this address. {_AGAIN}",
    ),
    # The server.
    50000: (
        "Something went wrong here",
        "The server's log names the cause under the trace id.",
    ),
    90033: ("The service is busy", "Try again in a moment."),
}

ADVICE = {number: Advice(*row) for number, row in (TO_PROGRAMS | TO_PEOPLE).items()}
"""The advice on each number of `xrm.model.errors.signin.ROWS`."""


def of(number: int) -> Advice:
    """Return what a number of the catalogue means."""
    return ADVICE[number]
