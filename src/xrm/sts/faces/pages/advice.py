"""What an AADSTS number means to a person, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """A title in plain words, and the next thing to do."""

    title: str
    advice: str


ADVICE: dict[int, Advice] = {
    50011: Advice(
        "The address to return to is not registered",
        "Register the redirect URI exactly as it is sent, with scheme, port, path and letter "
        "case: xrm app update APP --redirect-uri.",
    ),
    500113: Advice(
        "The application has no address to return to",
        "Register a redirect URI for it: xrm app update APP --redirect-uri.",
    ),
    700016: Advice(
        "The application is not known here",
        "Check the client id, and that the request goes to the tenant the application is "
        "registered in: xrm app list.",
    ),
    90002: Advice(
        "There is no such tenant",
        "Check the tenant's id or domain in the address: xrm tenant list.",
    ),
    900023: Advice(
        "The tenant's name is not one", "A tenant is named by its id or by a verified domain."
    ),
    900144: Advice(
        "The request is incomplete", "The application must send the parameter that is named above."
    ),
    90023: Advice(
        "A value in the request is not valid", "The application must send one of the known values."
    ),
    50194: Advice(
        "The application is for one tenant only",
        "Ask at its own tenant's address, or let people of every tenant use it: "
        "xrm app update APP --audience.",
    ),
    7000112: Advice(
        "The application is disabled", "An administrator can enable it: xrm app update, or enable."
    ),
    50020: Advice(
        "This account belongs to another tenant",
        "Sign out and use an account of the tenant the application asks for.",
    ),
    50105: Advice(
        "You are not assigned to this application",
        "Ask an administrator to assign you to it, or to let everybody use it.",
    ),
    50057: Advice("The account is disabled", "Ask an administrator: xrm user enable."),
    50089: Advice("This page is too old", "Go back to the application and sign in again."),
    165000: Advice(
        "This page belongs to another browser",
        "Go back to the application and sign in again, with cookies allowed for this address.",
    ),
    90094: Advice(
        "An administrator has to agree",
        "Ask one to sign in, or to consent: xrm app permission grant.",
    ),
    500011: Advice(
        "What the application asks for is not known in this tenant",
        "Check the resource's address: an organization is named by its URL.",
    ),
    9000411: Advice("A parameter came twice", "The application must send each parameter once."),
    9002313: Advice("The request cannot be read", "The application sends it malformed."),
    900561: Advice("This address takes forms only", "Begin at the application."),
    50000: Advice(
        "Something went wrong here",
        "The server's log names the cause, under the trace id below.",
    ),
    90033: Advice("The service is busy", "Try again in a moment."),
}

_OTHERS = Advice(
    "You cannot be signed in",
    "Compare the request with the application's registration: xrm app show prints it, and "
    "xrm app update changes it.",
)


def of(number: int) -> Advice:
    """Return what a number means; those that people rarely meet share one advice."""
    return ADVICE.get(number, _OTHERS)
