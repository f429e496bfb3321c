"""Draw the exchanges of docs/claims.md into docs/images, as SVG, from the tables below.

`python tools/exchanges.py [--check]`; with --check nothing is written, and what is not current
fails. A picture follows the reader's setting, light or dark. Widths of text are estimated:
tests/docs/test_exchange_pictures.py measures them in a browser.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from exchange_drawing import Drawing, Exchange, Note, Party, Phase, answer, ask
from generated import kept

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

_CLIENT = Party("Client", "SDK proxy, PHP, Python")
_ADFS = Party("AD FS", "the organization's farm")
_SERVICE = Party("Organization", "Organization.svc")
_API = Party("Organization", "Web API")

EXCHANGES: dict[str, Exchange] = {
    "claims-active": Exchange(
        "Active sign-in: a program has a name and a password",
        (_ADFS, _CLIENT, _SERVICE),
        (
            Phase("Once: the services describe themselves"),
            ask(1, 2, "GET Organization.svc?wsdl"),
            answer(
                2, 1, "WSDL with AuthenticationPolicy", "Federation, the token service, its mex"
            ),
            ask(1, 0, "GET /adfs/services/trust/mex"),
            answer(0, 1, "WSDL of the token service", "which endpoint takes what"),
            Phase("Once an hour: a token"),
            ask(
                1,
                0,
                "RequestSecurityToken",
                "to 13/usernamemixed: name, password, AppliesTo the organization's address",
            ),
            Note(
                0,
                "Proves the password, makes claims by the rules of the relying party, signs "
                "the token, encrypts it to the organization",
            ),
            answer(
                0,
                1,
                "RequestSecurityTokenResponse",
                "the encrypted token, its proof key, its end",
            ),
            Phase("Each message"),
            ask(
                1,
                2,
                "Execute, with a Security header",
                "timestamp, token, HMAC over the timestamp by the proof key",
            ),
            Note(
                2,
                "Decrypts and verifies a token it has not seen, finds the proof key in it; "
                "checks HMAC, time and replay; finds the user by UPN",
            ),
            answer(2, 1, "ExecuteResponse", "with a timestamp, unsigned"),
        ),
    ),
    "claims-passive": Exchange(
        "Passive sign-in: a person has a browser",
        (_ADFS, Party("Browser", "carries the messages"), Party("Web site", "a relying party")),
        (
            Phase("Sign-in"),
            ask(1, 2, "GET a page"),
            answer(2, 1, "Redirect to /adfs/ls/", "wa=wsignin1.0, wtrealm, wctx"),
            ask(1, 0, "GET /adfs/ls/?wa=wsignin1.0…"),
            Note(0, "wtrealm must be a known identifier, wreply below one of its endpoints"),
            answer(0, 1, "The sign-in page", "name and password in one form"),
            ask(1, 0, "POST the form"),
            answer(
                0,
                1,
                "A form that posts itself",
                "wresult holds the token, wctx comes back; a cookie for single sign-on",
            ),
            ask(1, 2, "POST wresult and wctx"),
            Note(2, "Verifies the signature, issuer, audience and time; starts its own session"),
            answer(2, 1, "The page, and a cookie"),
            Phase("Sign-out"),
            ask(1, 0, "GET /adfs/ls/?wa=wsignout1.0"),
            answer(0, 1, "A page with one frame for each site", "where the browser was signed in"),
            ask(1, 2, "GET …?wa=wsignoutcleanup1.0"),
            answer(2, 1, "Session ended"),
        ),
    ),
    "claims-chained": Exchange(
        "A home realm: the person's own token service comes first",
        (
            Party("Home AD FS", "the person's farm"),
            Party("Client", "knows the home's mex"),
            _ADFS,
            _SERVICE,
        ),
        (
            Phase("What the home realm gives is for the organization's farm alone"),
            ask(1, 0, "RequestSecurityToken", "name and password; AppliesTo the other farm"),
            Note(0, "Proves the password, signs, encrypts to the other farm"),
            answer(0, 1, "…Response", "token and proof key"),
            Phase("One token for another"),
            ask(1, 2, "RequestSecurityToken", "to issuedtoken…: the token, HMAC by its key"),
            Note(
                2,
                "Believes the issuer as a claims provider: UPN and Name, never a name of its own "
                "people",
            ),
            answer(2, 1, "…Response", "token and proof key for the organization"),
            Phase("Each message, as ever"),
            ask(1, 3, "Execute", "with the second token"),
            answer(3, 1, "ExecuteResponse"),
        ),
    ),
    "claims-federated": Exchange(
        "A federated domain: Entra ID believes the domain's AD FS",
        (
            Party("AD FS", "of the domain"),
            Party("Client", "adal, msal"),
            Party("Entra ID", "the tenant"),
            Party("Organization", "online"),
        ),
        (
            Phase("Who signs this person in?"),
            ask(1, 2, "User realm", "GET /common/userrealm/…"),
            answer(2, 1, "Federated", "and where mex is"),
            ask(1, 0, "GET …/trust/mex"),
            answer(0, 1, "WSDL", "where usernamemixed is"),
            Phase("The password goes to AD FS alone"),
            ask(1, 0, "RequestSecurityToken", "Bearer, for Entra ID's name at AD FS"),
            answer(0, 1, "SAML assertion", "UPN and immutable id"),
            Phase("The assertion for tokens"),
            ask(1, 2, "POST /oauth2/token", "SAML-bearer grant with the assertion"),
            Note(
                2,
                "Issuer of that domain, its signature, its time, used once; the account by its "
                "immutable id",
            ),
            answer(2, 1, "Tokens", "access and refresh token"),
            ask(1, 3, "Bearer token", "as of any other sign-in"),
            answer(3, 1, "Records"),
        ),
    ),
    "claims-oauth": Exchange(
        "OAuth at AD FS: the Web API of an internet-facing organization",
        (_ADFS, Party("Client", "msal, adal.js"), _API),
        (
            Phase("Where to sign in"),
            ask(1, 2, "GET /api/data/v9.2/", "without a token"),
            answer(2, 1, "401", "authorization_uri=https://…/adfs/oauth2/authorize, resource_id"),
            Phase("A code and PKCE; single-page applications of old take tokens in the fragment"),
            ask(1, 0, "/adfs/oauth2/authorize", "client_id, redirect_uri, resource or scope"),
            Note(
                0,
                "Client and redirect URI are registered; nobody is asked for consent: what a "
                "client may have is registered, too",
            ),
            answer(0, 1, "A code", "after the sign-in page, or by its cookie"),
            ask(1, 0, "POST /adfs/oauth2/token", "code and verifier"),
            answer(
                0, 1, "Access, id and refresh token", "claims by the rules of the relying party"
            ),
            Phase("Each request"),
            ask(1, 2, "Authorization: Bearer"),
            Note(2, "Key and issuer of the farm, the audience; the user by upn"),
            answer(2, 1, "Records"),
        ),
    ),
}


def pictures() -> dict[Path, str]:
    """Return each picture's file and what it is to hold."""
    return {IMAGES / f"{name}.svg": Drawing(it).svg() for name, it in EXCHANGES.items()}


def main(arguments: Sequence[str]) -> int:
    """Write the pictures, or with --check compare them; return the exit status."""
    return kept(pictures(), sorted(IMAGES.glob("claims-*.svg")), check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
