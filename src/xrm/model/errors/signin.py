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
SINGLE_TENANT = SignInRow(50194, "invalid_request")
NOT_FOR_CONSUMERS = SignInRow(9001023, "invalid_request")  # for this grant: inferred
UNKNOWN_INSTANCE = SignInRow(50049, "invalid_instance")

# The grant.
UNSUPPORTED_GRANT = SignInRow(70003, "unsupported_grant_type", documented=False)

# The client.
UNKNOWN_CLIENT = SignInRow(700016, "unauthorized_client")
NOT_A_CLIENT_ID = SignInRow(700038, "unauthorized_client", documented=False)
MISSING_PRINCIPAL = SignInRow(7000229, "invalid_client", 401)
PERSONAL_AT_TENANT = SignInRow(9002346, "invalid_request")  # pair inferred
PERSONAL_AT_SHARED = SignInRow(9002331, "invalid_request")  # pair inferred
DISABLED_CLIENT = SignInRow(7000112, "unauthorized_client")
TWO_CLIENTS = SignInRow(90011, "invalid_request")
NO_CREDENTIAL = SignInRow(7000216, "invalid_client", 401)
BAD_SECRET = SignInRow(7000215, "invalid_client", 401)
EXPIRED_SECRET = SignInRow(7000222, "invalid_client", 401)
PUBLIC_CLIENT = SignInRow(700025, "invalid_client", 401)

# The client's assertion, in the order of its checks. Where a code was recorded, its status is
# the one that goes with the code.
ASSERTION_TYPE = SignInRow(90011, "invalid_request")  # recorded in 2016
MALFORMED_ASSERTION = SignInRow(50027, "invalid_request")
MISSING_CLAIM = SignInRow(90014, "invalid_request")
SEVERAL_AUDIENCES = SignInRow(5002741, "invalid_client", 401)  # pair inferred
ASSERTION_ALGORITHM = SignInRow(5002738, "invalid_client", 401)
NO_THUMBPRINT = SignInRow(5002723, "invalid_client", 401)
ASSERTION_TIME = SignInRow(700024, "invalid_client", 401)
SUBJECT_NOT_ISSUER = SignInRow(50048, "invalid_client", 401)  # pair inferred
OTHER_ISSUER = SignInRow(700021, "invalid_client", 401)
ASSERTION_AUDIENCE = SignInRow(700023, "invalid_client", 401)
NO_KEYS = SignInRow(700026, "invalid_client", 401)
BAD_ASSERTION = SignInRow(700027, "invalid_client", 401)
UNSUPPORTED_KEY = SignInRow(5002730, "invalid_request")
USED_ASSERTION = SignInRow(50012, "invalid_client", 401)  # for this: inferred

# The resource and the scope.
RESOURCE_ON_V2 = SignInRow(901002, "invalid_request")
UNKNOWN_RESOURCE = SignInRow(500011, "invalid_resource")
DISABLED_RESOURCE = SignInRow(500014, "invalid_resource")
SELF_BY_NAME = SignInRow(90009, "invalid_request")
NOT_ASSIGNED = SignInRow(501051, "invalid_grant")
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
    SINGLE_TENANT,
    NOT_FOR_CONSUMERS,
    UNKNOWN_INSTANCE,
    UNSUPPORTED_GRANT,
    UNKNOWN_CLIENT,
    NOT_A_CLIENT_ID,
    MISSING_PRINCIPAL,
    PERSONAL_AT_TENANT,
    PERSONAL_AT_SHARED,
    DISABLED_CLIENT,
    TWO_CLIENTS,
    NO_CREDENTIAL,
    BAD_SECRET,
    EXPIRED_SECRET,
    PUBLIC_CLIENT,
    ASSERTION_TYPE,
    MALFORMED_ASSERTION,
    MISSING_CLAIM,
    SEVERAL_AUDIENCES,
    ASSERTION_ALGORITHM,
    NO_THUMBPRINT,
    ASSERTION_TIME,
    SUBJECT_NOT_ISSUER,
    OTHER_ISSUER,
    ASSERTION_AUDIENCE,
    NO_KEYS,
    BAD_ASSERTION,
    UNSUPPORTED_KEY,
    USED_ASSERTION,
    RESOURCE_ON_V2,
    UNKNOWN_RESOURCE,
    DISABLED_RESOURCE,
    SELF_BY_NAME,
    NOT_ASSIGNED,
    BAD_SCOPE,
    SEVERAL_RESOURCES,
    NOT_DEFAULT_SCOPE,
    TRANSIENT,
    INTERNAL,
)
