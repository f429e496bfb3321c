"""What people sign in with: passwords they change themselves, and sessions that are revoked."""

from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.faces.graph import answers, bodies, errors
from xrm.sts.faces.graph.access import CHANGE_PASSWORD, REVOKE_OWN_SESSIONS
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.objects import users
from xrm.sts.model import User
from xrm.sts.registration import RegistrationError, people
from xrm.wire.http import Response

_CURRENT, _NEW = "currentPassword", "newPassword"


def password_changed(call: Call) -> Response:
    """Answer POST /me/changePassword."""
    person = users.oneself(call, CHANGE_PASSWORD)
    body = bodies.read(call.request, (_CURRENT, _NEW))
    current, new = (Secret(bodies.text(body, name, required=True)) for name in (_CURRENT, _NEW))
    service, peer = call.service, call.request.peer
    # Who holds a person's token does not find out the password by it: a wrong one counts as it
    # does at a sign-in.
    lockout, name = service.parts.lockout, person.user_principal_name
    try:
        lockout.check(name, peer, now=service.clock())
        people.change_password(service, person, current, new)
    except SignInError as error:
        raise errors.REFUSED(error.sentence) from error
    except RegistrationError as error:
        if error.member == _CURRENT:
            lockout.failed(name, peer, current, now=service.clock())
        if error.kind == "forbidden":
            raise errors.REFUSED(f"{str(error).capitalize()}.") from error
        raise users.refused(error) from error
    return answers.done(call)


def own_revoked(call: Call) -> Response:
    """Answer POST /me/revokeSignInSessions."""
    return _revoked(call, users.oneself(call, REVOKE_OWN_SESSIONS))


def revoked(call: Call) -> Response:
    """Answer POST /users/{id}/revokeSignInSessions."""
    user = users.named(call)
    if not call.caller.is_person(str(user.object_id)):
        users.check_reach(call, user)
    return _revoked(call, user)


def _revoked(call: Call, user: User) -> Response:
    people.revoke_sessions(call.service, user)
    return answers.document(call, "Edm.Boolean", {"value": True})
