"""What the engine refuses, in the words of AD FS: an MSIS number and its text, no list of codes.

Numbers and texts follow recorded answers where there are any; a row without a number of its own
says what is wrong under the number AD FS has for whatever it could not do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError, SignInRow

_ANYTHING = 9604
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Worded:
    """A refusal as a farm words it.

    `error` is the OAuth code at the token endpoint, `told` that of a redirect; `number` is that
    of MSIS, `status` the HTTP status at the token endpoint.
    """

    error: str
    told: str
    number: int
    text: str
    status: int

    @property
    def description(self) -> str:
        """Return the text with its number."""
        return f"MSIS{self.number}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Row:
    """One kind of refusal; in the text `{name}` stands for a parameter of the request."""

    number: int
    text: str = ""
    error: str = ""
    status: int = 0
    told: str = ""


_CLIENT = _Row(
    9607,
    "The 'client_id' parameter in the request is invalid. No registered client is found with this "
    "identifier.",
    "invalid_client",
    400,
)
_CREDENTIAL = _Row(
    9622,
    "Client authentication failed. Please verify the credential provided for client "
    "authentication is valid.",
    "invalid_client",
    400,
)
_PASSWORD = _Row(9659, "Invalid 'username' or 'password'.", "invalid_grant", told="access_denied")
_CODE = _Row(
    9612, "The authorization code received in 'code' parameter is invalid.", "invalid_grant"
)
_REFRESH = _Row(
    9615,
    "The refresh token received in 'refresh_token' parameter has expired.",
    "invalid_grant",
    401,
)
_FORBIDDEN = _Row(
    9605,
    "The client is not allowed to access the requested resource.",
    "unauthorized_client",
    400,
    "access_denied",
)
_RESOURCE = _Row(
    9602,
    "The received 'resource' parameter is invalid. The authorization server can not find a "
    "registered resource with the specified identifier.",
    "invalid_resource",
    400,
)
_SILENT = _Row(9462, "Nobody is signed in, and nobody may be asked.", told="interaction_required")

_ROWS: dict[SignInRow, _Row] = {
    signin.UNKNOWN_CLIENT: _CLIENT,
    signin.NOT_A_CLIENT_ID: _CLIENT,
    signin.DISABLED_CLIENT: _CLIENT,
    signin.MISSING_PRINCIPAL: _CLIENT,
    signin.UNSUPPORTED_GRANT: _Row(
        9611, "The authorization server does not support the requested 'grant_type'."
    ),
    signin.UNKNOWN_RESOURCE: _RESOURCE,
    signin.DISABLED_RESOURCE: _RESOURCE,
    signin.NOT_REQUIRED: _FORBIDDEN,
    signin.ABSENT_SCOPE: _Row(
        9321,
        "Received invalid OAuth request. The client '{client_id}' is forbidden to access the "
        "resource with the scope '{scope}'.",
        "invalid_scope",
    ),
    signin.WRONG_PASSWORD: _PASSWORD,
    signin.NO_SUCH_PERSON: _PASSWORD,
    signin.LOCKED: _PASSWORD,
    signin.DISABLED_PERSON: _PASSWORD,
    signin.NO_PASSWORD: _PASSWORD,
    signin.EXPIRED_PASSWORD: _Row(
        _ANYTHING, "The password has expired and has to be changed first.", "invalid_grant"
    ),
    signin.BAD_GRANT: _CODE,
    signin.SPENT_CODE: _CODE,
    signin.OTHER_CLIENT: _CODE,
    signin.OTHER_TENANTS_CODE: _CODE,
    signin.EXPIRED_GRANT: _CODE,
    signin.BAD_VERIFIER: _CODE,
    signin.NEVER_CHALLENGED: _CODE,
    signin.IDLE_TOKEN: _REFRESH,
    signin.SPA_TOKEN_OVER: _REFRESH,
    signin.REVOKED: _REFRESH,
    signin.OTHER_REDIRECT: _Row(
        9609,
        "The 'redirect_uri' parameter is invalid. It is not the one the authorization code was "
        "asked with.",
        "invalid_grant",
        400,
    ),
    signin.SILENT: _SILENT,
    signin.SEVERAL_ACCOUNTS: _SILENT,
    signin.NO_SUCH_SESSION: _SILENT,
    signin.DEVICE_DECLINED: _Row(_ANYTHING, "The person declined.", "access_denied"),
    signin.BAD_DEVICE_CODE: _Row(_ANYTHING, "The device code is invalid.", "invalid_grant"),
    signin.EXPIRED_DEVICE_CODE: _Row(_ANYTHING, "The device code has expired.", "expired_token"),
} | dict.fromkeys(
    (
        signin.NO_CREDENTIAL,
        signin.CONFIDENTIAL_CLIENT,
        signin.PUBLIC_CLIENT,
        signin.BAD_SECRET,
        signin.EXPIRED_SECRET,
        signin.ASSERTION_TYPE,
        signin.MALFORMED_ASSERTION,
        signin.MISSING_CLAIM,
        signin.SEVERAL_AUDIENCES,
        signin.ASSERTION_ALGORITHM,
        signin.NO_THUMBPRINT,
        signin.ASSERTION_TIME,
        signin.SUBJECT_NOT_ISSUER,
        signin.OTHER_ISSUER,
        signin.ASSERTION_AUDIENCE,
        signin.NO_KEYS,
        signin.BAD_ASSERTION,
        signin.UNSUPPORTED_KEY,
        signin.USED_ASSERTION,
    ),
    _CREDENTIAL,
)

_ON_PAGES: dict[SignInRow, _Row] = dict.fromkeys(
    (signin.UNKNOWN_CLIENT, signin.NOT_A_CLIENT_ID, signin.DISABLED_CLIENT),
    _Row(
        9223,
        "Received invalid OAuth authorization request. The received 'client_id' is invalid as no "
        "registered client was found with this client identifier. Make sure that the client is "
        "registered. Received client_id: '{client_id}'.",
    ),
) | {
    signin.REDIRECT_MISMATCH: _Row(
        9224,
        "Received invalid OAuth authorization request. The received 'redirect_uri' parameter is "
        "not a valid registered redirect URI for the client identifier: '{client_id}'. Received "
        "redirect_uri: '{redirect_uri}'.",
    ),
    signin.NONE_REGISTERED: _Row(
        9221, "Received invalid OAuth authorization request. The 'redirect_uri' parameter is empty."
    ),
    signin.UNKNOWN_RESOURCE: _Row(
        9329,
        "Received invalid OAuth authorization request. The 'resource' parameter's value does not "
        "correspond to any valid registered relying party. Received resource: '{resource}'.",
    ),
}
"""What AD FS says of these on a page."""


def worded(error: SignInError, parameters: Mapping[str, str], *, on_page: bool = False) -> Worded:
    """Return a refusal as AD FS words it, of a request with these parameters."""
    row = error.row
    own = (_ON_PAGES.get(row) if on_page else None) or _ROWS.get(row) or _Row(_ANYTHING)
    code = own.error or row.spelled_for("v2", own=False)
    text = own.text.format_map(_Shown(parameters)) if own.text else error.sentence
    told = own.told or row.at_authorize or code
    status = own.status or (row.status if row.status in (413, 500, 503) else 400)
    told = "access_denied" if told == "invalid_grant" else told
    return Worded(code, told, own.number, text, status)


class _Shown(dict[str, str]):
    """Parameters fit for a sentence: printable and not too long, "" for one that is missing."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__(parameters)

    def __missing__(self, key: str) -> str:
        return ""

    def __getitem__(self, key: str) -> str:
        value = self.get(key, "")
        shown = "".join(one if one.isprintable() else "?" for one in value[:_LONGEST])
        return shown if len(value) <= _LONGEST else f"{shown}..."
