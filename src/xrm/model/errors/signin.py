"""The catalogue of sign-in errors: AADSTS number, OAuth code and HTTP status, one row each.

A row holds what is constant; the raise site adds the sentence: `raise signin.BAD_SECRET("...")`.
Rows and pairs follow Microsoft's list of error codes and recorded answers; where neither
settles a code or a status, the row says "inferred", so that a correction is one line.
"""

from dataclasses import dataclass

_LONGEST_QUOTE = 120


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One kind of failure. Calling a row makes the error to raise.

    `v1_code` is the OAuth code where the v1 endpoints differ. `documented` says whether the
    service adds an `error_uri` to this error; it leaves it out of some.
    """

    number: int
    code: str
    status: int = 400
    v1_code: str = ""
    documented: bool = True

    def __call__(self, sentence: str) -> "SignInError":
        return SignInError(self, sentence)

    def spelled_for_v1(self) -> str:
        """Return the OAuth code the v1 endpoints use."""
        return self.v1_code or self.code


class SignInError(Exception):
    """A sign-in was refused: the row of the catalogue and a sentence for the developer."""

    def __init__(self, row: SignInRow, sentence: str) -> None:
        super().__init__(f"AADSTS{row.number}: {sentence}")
        self.row = row
        self.sentence = sentence


def quote(value: str) -> str:
    """Return a caller's value fit for a sentence: in quotes, printable, at most 120 characters."""
    shown = "".join(c if c.isprintable() else "?" for c in value[: _LONGEST_QUOTE + 1])
    return f"'{shown}'" if len(shown) <= _LONGEST_QUOTE else f"'{shown[:_LONGEST_QUOTE]}...'"


# The request itself.
POST_ONLY = SignInRow(900561, "invalid_request")  # status inferred
MALFORMED = SignInRow(9002313, "invalid_request")
TOO_LARGE = SignInRow(9002313, "invalid_request", 413)  # inferred
# The service names this number for a repeated parameter at authorize; that the token endpoint
# uses it too is inferred.
DUPLICATE = SignInRow(9000411, "invalid_request")
MISSING = SignInRow(900144, "invalid_request")
BAD_VALUE = SignInRow(90023, "invalid_request")

# The tenant.
UNKNOWN_TENANT = SignInRow(90002, "invalid_tenant", v1_code="invalid_request")
BAD_TENANT = SignInRow(900023, "invalid_request")
NO_TENANT = SignInRow(50059, "invalid_request")
NOT_FOR_CONSUMERS = SignInRow(9001023, "invalid_request")  # for this grant: inferred
UNKNOWN_INSTANCE = SignInRow(50049, "invalid_instance")

# The grant.
UNSUPPORTED_GRANT = SignInRow(70003, "unsupported_grant_type", documented=False)

# The client.
UNKNOWN_CLIENT = SignInRow(700016, "unauthorized_client")
NOT_A_CLIENT_ID = SignInRow(700038, "unauthorized_client", documented=False)
DISABLED_CLIENT = SignInRow(7000112, "unauthorized_client")
TWO_CLIENTS = SignInRow(90011, "invalid_request")
NO_CREDENTIAL = SignInRow(7000216, "invalid_client", 401)
BAD_SECRET = SignInRow(7000215, "invalid_client", 401)
EXPIRED_SECRET = SignInRow(7000222, "invalid_client", 401)
BAD_ASSERTION = SignInRow(700027, "invalid_client", 401)

# The resource and the scope.
RESOURCE_ON_V2 = SignInRow(901002, "invalid_request")
UNKNOWN_RESOURCE = SignInRow(500011, "invalid_resource")
BAD_SCOPE = SignInRow(70011, "invalid_scope")
SEVERAL_RESOURCES = SignInRow(700022, "invalid_scope")
NOT_DEFAULT_SCOPE = SignInRow(1002012, "invalid_scope", documented=False)

# The service.
TRANSIENT = SignInRow(90033, "temporarily_unavailable", 503)
INTERNAL = SignInRow(50000, "server_error", 500)

ROWS: tuple[SignInRow, ...] = (
    POST_ONLY,
    MALFORMED,
    TOO_LARGE,
    DUPLICATE,
    MISSING,
    BAD_VALUE,
    UNKNOWN_TENANT,
    BAD_TENANT,
    NO_TENANT,
    NOT_FOR_CONSUMERS,
    UNKNOWN_INSTANCE,
    UNSUPPORTED_GRANT,
    UNKNOWN_CLIENT,
    NOT_A_CLIENT_ID,
    DISABLED_CLIENT,
    TWO_CLIENTS,
    NO_CREDENTIAL,
    BAD_SECRET,
    EXPIRED_SECRET,
    BAD_ASSERTION,
    RESOURCE_ON_V2,
    UNKNOWN_RESOURCE,
    BAD_SCOPE,
    SEVERAL_RESOURCES,
    NOT_DEFAULT_SCOPE,
    TRANSIENT,
    INTERNAL,
)
