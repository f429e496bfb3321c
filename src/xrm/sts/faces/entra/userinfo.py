"""The userinfo endpoints (OpenID Connect Core 5.3): who an access token for Graph speaks of."""

import orjson

from xrm.sts import claims
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.graph import callers
from xrm.sts.faces.graph.errors import GraphError
from xrm.wire.http import Response

_NAMES = frozenset({"profile", "User.Read"})


def userinfo(call: Call) -> Response:
    """Answer with the claims a token's scopes allow; the token itself refuses anybody else."""
    try:
        caller = callers.authenticate(call.service, call.request)
    except GraphError as error:
        return _refused(call, 401, error.row.code, error.sentence, _why(call))
    person = caller.person
    if person is None or not caller.permissions & {"openid", *_NAMES}:
        text = "The access token holds no scope for this: 'openid' is wanted."
        return _refused(call, 403, "Authorization_RequestDenied", text, "insufficient_scope")
    # The same name as in the id tokens of the application that asks.
    content = {"sub": claims.pairwise(person.object_id, caller.application_id)}
    if caller.permissions & _NAMES:
        content["name"] = person.display_name
        content["family_name"] = person.surname
        content["given_name"] = person.given_name
    if "email" in caller.permissions:
        content["email"] = person.mail
    return answers.token_answer(
        call, orjson.dumps({name: value for name, value in content.items() if value})
    )


def _why(call: Call) -> str:
    """Return the error of a challenge: none for who brought no token (RFC 6750 3.1)."""
    scheme = (call.request.header("authorization") or "").partition(" ")[0]
    return "invalid_token" if scheme.lower() == "bearer" else ""


def _refused(call: Call, status: int, code: str, text: str, error: str) -> Response:
    document = orjson.dumps({"error": {"code": code, "message": text}})
    said = f' error="{error}", error_description="{text}"' if error else ""
    plain = answers.token_answer(call, document)
    return Response(status, (*plain.headers, ("WWW-Authenticate", f"Bearer{said}")), document)
