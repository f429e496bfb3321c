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
    service adds an `error_uri` to this error; it leaves it out of some. `suberror` says more to
    the MSAL libraries; `at_authorize` is the OAuth code of a redirect, where it differs, and
    `standard` the one the standards have, where the service says another.
    """

    number: int
    code: str
    status: int = 400
    v1_code: str = ""
    documented: bool = True
    suberror: str = ""
    at_authorize: str = ""
    standard: str = ""

    def __call__(self, sentence: str) -> "SignInError":
        return SignInError(self, sentence)

    def spelled_for(self, version: str, *, own: bool = True) -> str:
        """Return the OAuth code that the endpoints of a version use, `v1` or `v2`.

        Without `own` it is the standards', where the service has a word of its own.
        """
        if self.standard and not own:
            return self.standard
        return self.v1_code or self.code if version == "v1" else self.code

    def told_for(self, version: str, *, own: bool = True) -> str:
        """Return the OAuth code of a redirect to the application (RFC 6749 4.1.2.1)."""
        code = self.at_authorize or self.spelled_for(version)
        if own:
            return code
        # A grant is what comes of this endpoint: nothing there can be an invalid one.
        return self.standard or ("access_denied" if code == "invalid_grant" else code)

    def status_for(self, *, own: bool = True) -> int:
        """Return the HTTP status, which goes with the OAuth code (RFC 6749 5.2)."""
        if own or not self.standard:
            return self.status
        return 401 if self.standard == "invalid_client" else 400


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
TOO_LONG = SignInRow(90015, "invalid_request")
# The service names this number for a repeated parameter at authorize; that the token endpoint
# uses it too is inferred.
DUPLICATE = SignInRow(9000411, "invalid_request")
MISSING = SignInRow(900144, "invalid_request")
BAD_VALUE = SignInRow(90023, "invalid_request")

# The tenant.
UNKNOWN_TENANT = SignInRow(
    90002, "invalid_tenant", v1_code="invalid_request", standard="invalid_request"
)
NO_DOCUMENT = SignInRow(90002, "invalid_request", 404)  # of the strict profile
BAD_TENANT = SignInRow(900023, "invalid_request")
NO_TENANT = SignInRow(50059, "invalid_request")
SINGLE_TENANT = SignInRow(50194, "invalid_request")
NOT_FOR_CONSUMERS = SignInRow(9001023, "invalid_request")  # for this grant: inferred
UNKNOWN_INSTANCE = SignInRow(50049, "invalid_instance")

# The grant.
UNSUPPORTED_GRANT = SignInRow(70003, "unsupported_grant_type", documented=False)

# The client.
UNKNOWN_CLIENT = SignInRow(700016, "unauthorized_client", standard="invalid_client")
NOT_A_CLIENT_ID = SignInRow(
    700038, "unauthorized_client", documented=False, standard="invalid_client"
)
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
ASSERTION_TYPE = SignInRow(90011, "invalid_request", standard="invalid_client")  # recorded in 2016
MALFORMED_ASSERTION = SignInRow(50027, "invalid_request", standard="invalid_client")
MISSING_CLAIM = SignInRow(90014, "invalid_request", standard="invalid_client")
SEVERAL_AUDIENCES = SignInRow(5002741, "invalid_client", 401)  # pair inferred
ASSERTION_ALGORITHM = SignInRow(5002738, "invalid_client", 401)
NO_THUMBPRINT = SignInRow(5002723, "invalid_client", 401)
ASSERTION_TIME = SignInRow(700024, "invalid_client", 401)
SUBJECT_NOT_ISSUER = SignInRow(50048, "invalid_client", 401)  # pair inferred
OTHER_ISSUER = SignInRow(700021, "invalid_client", 401)
ASSERTION_AUDIENCE = SignInRow(700023, "invalid_client", 401)
NO_KEYS = SignInRow(700026, "invalid_client", 401)
BAD_ASSERTION = SignInRow(700027, "invalid_client", 401)
UNSUPPORTED_KEY = SignInRow(5002730, "invalid_request", standard="invalid_client")
USED_ASSERTION = SignInRow(50012, "invalid_client", 401)  # for this: inferred

# The resource and the scope.
RESOURCE_ON_V2 = SignInRow(901002, "invalid_request")
UNKNOWN_RESOURCE = SignInRow(500011, "invalid_resource", standard="invalid_scope")
DISABLED_RESOURCE = SignInRow(500014, "invalid_resource", standard="invalid_scope")
SELF_BY_NAME = SignInRow(90009, "invalid_request")
NOT_ASSIGNED = SignInRow(501051, "invalid_grant")
BAD_SCOPE = SignInRow(70011, "invalid_scope")
SEVERAL_RESOURCES = SignInRow(700022, "invalid_scope")
NOT_DEFAULT_SCOPE = SignInRow(1002012, "invalid_scope", documented=False)

# What an application wants in a person's name.
NO_SCOPE = SignInRow(28003, "invalid_scope")
ABSENT_SCOPE = SignInRow(650053, "invalid_client", standard="invalid_scope")
NOT_REQUIRED = SignInRow(650057, "invalid_client", standard="invalid_scope")
NOTHING_REQUIRED = SignInRow(650056, "invalid_client", standard="invalid_scope")
TARGETS_DISAGREE = SignInRow(9010010, "invalid_target")
NO_CONSENT = SignInRow(
    65001, "invalid_grant", suberror="consent_required", at_authorize="interaction_required"
)
DECLINED = SignInRow(65004, "access_denied")
ADMIN_CONSENT = SignInRow(90094, "access_denied")
PERSON_NOT_ASSIGNED = SignInRow(50105, "invalid_grant", at_authorize="interaction_required")

# The authorize endpoint: what is wrong before client and redirect URI are trusted.
REDIRECT_MISMATCH = SignInRow(50011, "invalid_request", at_authorize="invalid_request")
NO_REPLY_ADDRESS = SignInRow(900971, "invalid_request")
NONE_REGISTERED = SignInRow(500113, "invalid_request")
NOT_A_URI = SignInRow(90102, "invalid_request")
FLOW_EXPIRED = SignInRow(50089, "invalid_grant")
OTHER_BROWSER = SignInRow(165000, "invalid_request")  # number inferred

# The authorize endpoint: what the application is told.
NO_RESPONSE_TYPE = SignInRow(900144, "invalid_request")
RESPONSE_TYPE = SignInRow(70005, "unsupported_response_type")
ID_TOKEN_DISABLED = SignInRow(700054, "unsupported_response_type")
ACCESS_TOKEN_DISABLED = SignInRow(70005, "unsupported_response_type")
RESPONSE_MODE = SignInRow(70007, "invalid_request")
NO_NONCE = SignInRow(90014, "invalid_request")
CHALLENGE_SIZE = SignInRow(501491, "invalid_request")
CHALLENGE_METHOD = SignInRow(50149, "invalid_request")
NO_CHALLENGE = SignInRow(50147, "invalid_request")
SPA_CHALLENGE = SignInRow(9002325, "invalid_request")
BAD_CLAIMS = SignInRow(9002313, "invalid_request")
REQUEST_OBJECT = SignInRow(90023, "request_not_supported")  # number inferred
REQUEST_URI = SignInRow(90023, "request_uri_not_supported")  # number inferred
SILENT = SignInRow(50058, "login_required")
SEVERAL_ACCOUNTS = SignInRow(16000, "interaction_required")
NO_SUCH_SESSION = SignInRow(160021, "interaction_required")

# Codes and refresh tokens.
BAD_GRANT = SignInRow(70000, "invalid_grant", suberror="bad_token")
EXPIRED_GRANT = SignInRow(70008, "invalid_grant")
SPENT_CODE = SignInRow(54005, "invalid_grant")
OTHER_TENANTS_CODE = SignInRow(700005, "invalid_grant")
NO_REDIRECT_AT_TOKEN = SignInRow(700009, "invalid_grant")
OTHER_REDIRECT = SignInRow(500112, "invalid_client", 401, standard="invalid_grant")
BAD_VERIFIER = SignInRow(501481, "invalid_grant")
NEVER_CHALLENGED = SignInRow(501471, "invalid_grant")
CROSS_ORIGIN = SignInRow(9002326, "invalid_request")
SPA_WITHOUT_ORIGIN = SignInRow(9002327, "invalid_request")
SECRET_FROM_BROWSER = SignInRow(90023, "invalid_request")
IDLE_TOKEN = SignInRow(700082, "invalid_grant", suberror="bad_token")
SPA_TOKEN_OVER = SignInRow(700084, "invalid_grant")
REVOKED = SignInRow(50173, "invalid_grant", suberror="bad_token")
OTHER_CLIENT = SignInRow(70000, "invalid_grant", suberror="client_mismatch")

# People.
NO_SUCH_PERSON = SignInRow(50034, "invalid_grant")
WRONG_PASSWORD = SignInRow(50126, "invalid_grant")
LOCKED = SignInRow(50053, "invalid_grant")
EXPIRED_PASSWORD = SignInRow(
    50055,
    "user_password_expired",
    suberror="user_password_expired",
    standard="invalid_grant",
)
NO_PASSWORD = SignInRow(50056, "invalid_grant")
DISABLED_PERSON = SignInRow(50057, "invalid_grant")
FOREIGN_PERSON = SignInRow(50020, "invalid_grant")
CONFIDENTIAL_CLIENT = SignInRow(7000218, "invalid_client", 401)

# Devices.
DEVICE_PENDING = SignInRow(70016, "authorization_pending")
DEVICE_SLOW = SignInRow(70016, "slow_down")
DEVICE_DECLINED = SignInRow(65004, "authorization_declined", standard="access_denied")
BAD_DEVICE_CODE = SignInRow(70018, "bad_verification_code", standard="invalid_grant")
EXPIRED_DEVICE_CODE = SignInRow(
    70020, "expired_token", v1_code="code_expired", standard="expired_token"
)

# On behalf of.
MALFORMED_USER_ASSERTION = SignInRow(50027, "invalid_request", standard="invalid_grant")
BAD_USER_ASSERTION = SignInRow(50013, "invalid_grant")
OTHER_AUDIENCE = SignInRow(500131, "invalid_grant")
EXPIRED_USER_ASSERTION = SignInRow(500133, "invalid_grant")
NOT_ON_BEHALF = SignInRow(7000114, "invalid_grant")
ID_TOKEN_ON_BEHALF = SignInRow(240002, "invalid_grant")  # pair inferred

# Federated people.
UNKNOWN_REALM = SignInRow(50107, "invalid_grant")
BAD_SAML_TOKEN = SignInRow(50008, "invalid_grant")
NOT_IN_DIRECTORY = SignInRow(51004, "invalid_grant")

# The service.
TRANSIENT = SignInRow(90033, "temporarily_unavailable", 503)
INTERNAL = SignInRow(50000, "server_error", 500)

ROWS: tuple[SignInRow, ...] = (
    POST_ONLY,
    MALFORMED,
    TOO_LARGE,
    TOO_LONG,
    DUPLICATE,
    MISSING,
    BAD_VALUE,
    NO_DOCUMENT,
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
    NO_SCOPE,
    ABSENT_SCOPE,
    NOT_REQUIRED,
    NOTHING_REQUIRED,
    TARGETS_DISAGREE,
    NO_CONSENT,
    DECLINED,
    ADMIN_CONSENT,
    PERSON_NOT_ASSIGNED,
    REDIRECT_MISMATCH,
    NO_REPLY_ADDRESS,
    NONE_REGISTERED,
    NOT_A_URI,
    FLOW_EXPIRED,
    OTHER_BROWSER,
    NO_RESPONSE_TYPE,
    RESPONSE_TYPE,
    ID_TOKEN_DISABLED,
    ACCESS_TOKEN_DISABLED,
    RESPONSE_MODE,
    NO_NONCE,
    CHALLENGE_SIZE,
    CHALLENGE_METHOD,
    NO_CHALLENGE,
    SPA_CHALLENGE,
    BAD_CLAIMS,
    REQUEST_OBJECT,
    REQUEST_URI,
    SILENT,
    SEVERAL_ACCOUNTS,
    NO_SUCH_SESSION,
    BAD_GRANT,
    EXPIRED_GRANT,
    SPENT_CODE,
    OTHER_TENANTS_CODE,
    NO_REDIRECT_AT_TOKEN,
    OTHER_REDIRECT,
    BAD_VERIFIER,
    NEVER_CHALLENGED,
    CROSS_ORIGIN,
    SPA_WITHOUT_ORIGIN,
    SECRET_FROM_BROWSER,
    IDLE_TOKEN,
    SPA_TOKEN_OVER,
    REVOKED,
    OTHER_CLIENT,
    NO_SUCH_PERSON,
    WRONG_PASSWORD,
    LOCKED,
    EXPIRED_PASSWORD,
    NO_PASSWORD,
    DISABLED_PERSON,
    FOREIGN_PERSON,
    CONFIDENTIAL_CLIENT,
    DEVICE_PENDING,
    DEVICE_SLOW,
    DEVICE_DECLINED,
    BAD_DEVICE_CODE,
    EXPIRED_DEVICE_CODE,
    MALFORMED_USER_ASSERTION,
    BAD_USER_ASSERTION,
    OTHER_AUDIENCE,
    EXPIRED_USER_ASSERTION,
    NOT_ON_BEHALF,
    ID_TOKEN_ON_BEHALF,
    UNKNOWN_REALM,
    BAD_SAML_TOKEN,
    NOT_IN_DIRECTORY,
    TRANSIENT,
    INTERNAL,
)
