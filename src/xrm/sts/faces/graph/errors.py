"""Refusals of Microsoft Graph: a code and a status each; the raise site adds the sentence.

Codes follow the documents and recorded answers; the statuses marked are inferred.
"""

from dataclasses import dataclass

from xrm.sts.manifest import EnabledPermission
from xrm.sts.registration import RegistrationError


@dataclass(frozen=True, slots=True)
class GraphRow:
    """One kind of refusal. Calling a row makes the error to raise."""

    code: str
    status: int = 400

    def __call__(self, sentence: str) -> "GraphError":
        return GraphError(self, sentence)


class GraphError(Exception):
    """A request was refused: the row of the catalogue and a sentence for the developer.

    `detail` is a closer code, with the `target` it is about; `allowed` are the methods a path
    takes, where another was the fault.
    """

    def __init__(
        self,
        row: GraphRow,
        sentence: str,
        *,
        detail: str = "",
        target: str = "",
        allowed: str = "",
    ) -> None:
        super().__init__(f"{row.code}: {sentence}")
        self.row = row
        self.sentence = _printable(sentence)
        self.detail = detail
        self.target = target
        self.allowed = allowed


# Of Microsoft Graph itself: the request cannot be understood.
BAD_REQUEST = GraphRow("BadRequest")
BAD_TOKEN = GraphRow("InvalidAuthenticationToken", 401)
IDENTITY_DISABLED = GraphRow("Authorization_IdentityDisabled", 401)
IDENTITY_NOT_FOUND = GraphRow("Authorization_IdentityNotFound", 401)
WRONG_METHOD = GraphRow("Request_BadRequest", 405)
TOO_LARGE = GraphRow("RequestEntityTooLarge", 413)  # code inferred
BUSY = GraphRow("serviceNotAvailable", 503)
INTERNAL = GraphRow("InternalServerError", 500)

# Of the directory behind it.
REFUSED = GraphRow("Request_BadRequest")
UNSUPPORTED = GraphRow("Request_UnsupportedQuery")
DENIED = GraphRow("Authorization_RequestDenied", 403)
NOT_FOUND = GraphRow("Request_ResourceNotFound", 404)
TAKEN = GraphRow("Request_MultipleObjectsWithSameKeyValue", 409)
OLD_PAGE = GraphRow("Directory_ExpiredPageToken")
ENABLED_PERMISSION = GraphRow("CannotDeleteOrUpdateEnabledEntitlement")
BAD_PROOF = GraphRow("Authentication_MissingOrMalformed", 401)  # inferred


def shown(text: str) -> str:
    """Return a caller's text fit for a sentence: printable, at most 100 characters."""
    return _printable(text[:100])


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def missing(name: str) -> GraphError:
    """Return the refusal of an object that is not there."""
    return NOT_FOUND(
        f"Resource '{shown(name)}' does not exist or one of its queried reference-property "
        "objects are not present."
    )


def conflict(member: str) -> GraphError:
    """Return the refusal of a value another object has."""
    text = f"Another object with the same value for property {member} already exists."
    return GraphError(REFUSED, text, detail="ObjectConflict", target=member)


def of_registration(error: RegistrationError) -> GraphError:
    """Return a registration's refusal as this face words it."""
    if isinstance(error, EnabledPermission):
        return ENABLED_PERMISSION(str(error))
    row = NOT_FOUND if error.kind == "absent" else REFUSED
    return row(str(error))
