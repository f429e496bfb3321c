"""What the AADSTS numbers mean that programs meet at the token endpoints, in rows of advice."""

_RENEW = "xrm app secret add APP"
_CERTIFICATES = "xrm app certificate list APP"
_ASSERTION = "The signed assertion (JWT) that proves the application"
_SIGN_IN = "The person has to sign in again; nothing else helps."

TO_PROGRAMS: dict[int, tuple[str, ...]] = {
    # The request and the client's proof.
    70003: (
        "The grant type is not supported",
        "grant_type is client_credentials, authorization_code, refresh_token, device_code, "
        "password (not in the strict profile) or jwt-bearer for on-behalf-of.",
    ),
    9001023: (
        "This grant does not work at that address",
        "Ask at a tenant's own address: its id or domain in place of 'common' or 'consumers'.",
        "xrm tenant list",
    ),
    50049: (
        "The instance is not known",
        "The library asked about another server than this. Switch its instance discovery off.",
        "xrm ca env",
    ),
    90011: (
        "Two things in the request contradict each other",
        "The client id of the form is not that of the proof, or the assertion's type is wrong.",
    ),
    7000229: (
        "The application has no service principal in this tenant",
        "It is registered, but has not been taken into the tenant. Consent takes it in.",
        "xrm app permission grant APP",
    ),
    7000216: (
        "The application did not prove itself",
        "Send a client secret or a signed assertion.",
        _RENEW,
    ),
    7000218: (
        "The application did not prove itself",
        "Send a client secret or a signed assertion; or say that it is a public client, which "
        "keeps no secret.",
        "xrm app update APP --public",
    ),
    7000215: (
        "The client secret is wrong",
        "Send the secret itself, not its id, and encode it for the form.",
        _RENEW,
    ),
    7000222: ("The client secret has expired", "Make a new one.", _RENEW),
    700025: (
        "A public client must not send a secret",
        "Leave the secret or assertion out; or say that the application can keep one.",
        "xrm app update APP --confidential",
    ),
    50027: ("The assertion cannot be read", f"{_ASSERTION} is no JWT in its compact form."),
    5002741: ("The assertion names several audiences", "Name one: the token endpoint's address."),
    5002738: (
        "The assertion is signed by an unknown algorithm",
        "Sign with RS256 or PS256 and a key of the registered certificate.",
        _CERTIFICATES,
    ),
    5002723: (
        "The assertion does not say which certificate it was signed with",
        "Put the thumbprint into its header, as x5t or x5t#S256.",
        _CERTIFICATES,
    ),
    700024: (
        "The assertion is not valid now",
        f"{_ASSERTION} has expired or begins later. Compare the clocks.",
    ),
    50048: ("The assertion's subject is not its issuer", "Both are the application's id."),
    700021: ("The assertion is another application's", "Its issuer must be the client id."),
    700023: (
        "The assertion is meant for somebody else",
        "Its audience must be this token endpoint's address.",
    ),
    700026: (
        "The application has no certificate",
        "Register the one it signs with.",
        "xrm app certificate add APP FILE",
    ),
    700027: (
        "The assertion's signature is not right",
        "It must be signed by a certificate that is registered for the application and valid.",
        _CERTIFICATES,
    ),
    5002730: ("The key has a type that is not supported", "Use an RSA key."),
    50012: (
        "The assertion was used before",
        "Sign a new one for each request, with a jti of its own.",
    ),
    # What is asked.
    90009: (
        "An application asks a token for itself",
        "Name it by its id, not by an identifier URI.",
    ),
    501051: (
        "The application is not assigned to a role",
        "The resource lets in only applications that have one of its roles.",
        "xrm app permission add APP --resource RESOURCE --role ROLE",
    ),
    700022: ("More than one resource was asked", "Ask for one resource in each request."),
    1002012: (
        "The scope must end in /.default",
        "An application that speaks for itself asks for all it was given at once.",
    ),
    9010010: (
        "The resource is not the one that was authorized",
        "Send the same at both addresses, or leave it out at the token endpoint.",
    ),
    # Codes and refresh tokens.
    70000: (
        "The code or token is not a valid one",
        "It is cut off, changed, of another application or tenant, or not what the grant takes. "
        "Begin a new sign-in.",
    ),
    70008: (
        "The code or token has expired",
        "A code is good for ten minutes. Begin a new sign-in.",
    ),
    54005: (
        "The code was redeemed before",
        "A code is good once. Everything that came of it is revoked now: begin a new sign-in.",
    ),
    700005: (
        "The code belongs to another tenant's address",
        "Redeem it at the tenant whose authorize address it came from.",
    ),
    700009: (
        "The redirect URI is missing",
        "Send the same one as to the authorize address.",
    ),
    500112: (
        "The redirect URI is another one",
        "Send the same one as to the authorize address, letter by letter.",
    ),
    501481: (
        "The PKCE verifier is wrong or missing",
        "Send the code_verifier whose hash was the challenge.",
    ),
    501471: (
        "The code was asked without PKCE",
        "Send a code_challenge to the authorize address, or no code_verifier here.",
    ),
    9002326: (
        "A browser may not redeem this",
        "The address is not registered as that of a single-page application. Register it so if "
        "the program runs in a browser.",
        "xrm app update APP --add-redirect-uri spa=ADDRESS",
    ),
    9002327: (
        "Only a browser may redeem this",
        "The address is registered as that of a single-page application. Register it as native "
        "or web if the program does not run in a browser.",
        "xrm app update APP --add-redirect-uri native=ADDRESS",
    ),
    700082: ("The refresh token was not used for 90 days", _SIGN_IN),
    700084: ("A single-page application's day is over", _SIGN_IN),
    50173: (
        "The sign-in was revoked",
        f"By a new password, by an administrator, or because a token came twice. {_SIGN_IN}",
    ),
    # Devices.
    70016: (
        "The sign-in of the device waits for a person",
        "Go on asking, no faster than the interval says.",
    ),
    70018: ("The device code is not known", "Ask for a new one and show it to the person."),
    70020: (
        "The device code has expired",
        "It is good for a quarter of an hour. Ask for a new one.",
    ),
    # On behalf of a person.
    50013: (
        "The person's token cannot be taken",
        "It must be a valid access token that this service issued to the application itself.",
    ),
    240002: (
        "An id token was sent in place of an access token",
        "Send the access token that the calling program holds for the application.",
    ),
    50107: (
        "Nobody's domain is federated with the issuer of the token",
        "The issuer that the token names must be that of a federated domain, letter for letter.",
        "xrm tenant domain federate TENANT DOMAIN --farm",
    ),
    50008: (
        "The token of the other token service cannot be taken",
        "It must be for urn:federation:MicrosoftOnline and for whoever bears it, be good at this "
        "time, name one person by the immutable id, and come once. Sign in again.",
    ),
    51004: (
        "The token is about somebody who has no account here",
        "The person must have an account in a domain that the other token service speaks for; "
        "its immutable id is the object id's.",
        "xrm user list",
    ),
    500131: (
        "The person's token is meant for another application",
        "Its audience must be the application that sends it.",
        "xrm token decode TOKEN",
    ),
    500133: ("The person's token has expired", "Ask the calling program for a new one."),
    7000114: (
        "The application may not act on behalf of people",
        "It must prove itself by a secret or certificate, and the token must be a person's.",
    ),
}
"""AADSTS number -> title, what to do, and a command where one helps."""
