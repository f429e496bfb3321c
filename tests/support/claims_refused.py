"""How a claims-based organization refuses a message: one fault, and no more than its code."""

from support.claiming import Claims
from support.soaping import Reply

FAILED = "FailedAuthentication"
INVALID = "InvalidSecurity"


def refusal(reply: Reply) -> str:
    """Return the code of a fault, which tells no more than its code does."""
    assert b"<u:Timestamp" not in reply.response.body
    assert reply.action == "http://www.w3.org/2005/08/addressing/soap/fault"
    code = reply.subcode
    assert reply.body.findtext(".//{*}Text") == {
        FAILED: "At least one security token in the message could not be validated.",
        "InvalidSecurityToken": "An error was discovered processing a security token in the "
        "message.",
        INVALID: "An error occurred when verifying security for the message.",
    }.get(code)
    return code


def bearing(claims: Claims, token: str) -> str:
    """Return how a token is refused that who bears it need not prove."""
    return refusal(claims.message(token, key=None).send())
