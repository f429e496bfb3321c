"""What racers redeem and decide, each through the front door: see `support.racing`."""

from dataclasses import dataclass
from typing import Any

from support.credentials import ASSERTION_TYPE
from support.racing import Course, Go
from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    Reply,
    Visitor,
    asking,
    authorize_path,
    redeem,
    sign_in,
)
from xrm.model.secret import Secret
from xrm.sts import TokenService
from xrm.sts.model import Application

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LOGOUT = "/common/oauth2/v2.0/logout"
SCOPE = f"{IMPERSONATION} offline_access"


@dataclass(frozen=True)
class Said:
    """What came of a token request: the number of the refusal or 0, and the refresh token."""

    number: int
    refresh_token: str = ""


def said(reply: Reply) -> Said:
    """Return what came of a token request."""
    document = reply.document
    if reply.status == 200:
        return Said(0, document.get("refresh_token", ""))
    return Said(document["error_codes"][0])


def ask(course: Course, service: TokenService | None = None, **form: str | None) -> Said:
    """Ask the token endpoint of the tenant for the application of the course."""
    return said(redeem(service or course.faithful, course.tenant, course.application, **form))


def signed_in(course: Course, person: int = 0, service: TokenService | None = None) -> Visitor:
    """Return a browser in which one of the people is signed in."""
    visitor = Visitor(service or course.faithful)
    page = visitor.get(authorize_path(course.tenant), asking(course.application))
    name = course.people[person].user_principal_name
    assert "code" in sign_in(visitor, page, name).told
    return visitor


def silently(course: Course, visitor: Visitor, **changes: str | None) -> Reply:
    """Ask for a code without a page."""
    fields = asking(course.application, **{"prompt": "none", **changes})
    return visitor.get(authorize_path(course.tenant), fields)


def make_codes(course: Course, count: int) -> list[str]:
    """Return new codes."""
    visitor = signed_in(course)
    return [silently(course, visitor).told["code"] for _ in range(count)]


def redeem_code(course: Course, code: str, _number: int) -> Go:
    """Redeem a code."""
    return lambda: ask(course, code=code)


def begin_device(course: Course) -> dict[str, Any]:
    """Return the codes of a device that wants to be signed in."""
    form = {"client_id": str(course.application.application_id), "scope": SCOPE}
    path = f"/{course.tenant.tenant_id}/oauth2/v2.0/devicecode"
    return Visitor(course.faithful).post(path, form).document


def confirming(visitor: Visitor, user_code: str) -> Reply:
    """Return the page on which somebody who is signed in is asked whether they mean a device."""
    page = visitor.get("/common/oauth2/deviceauth")
    page = visitor.submit(page, "code", code=user_code)
    assert "accept" in page.steps, page.heading
    return page


def make_devices(course: Course, count: int) -> list[str]:
    """Return the codes of devices that a person has approved."""
    visitor = signed_in(course)
    codes = []
    for _ in range(count):
        begun = begin_device(course)
        visitor.submit(confirming(visitor, begun["user_code"]), "accept")
        codes.append(begun["device_code"])
    return codes


def redeem_device(course: Course, code: str, _number: int) -> Go:
    """Redeem a device code."""
    return lambda: ask(course, grant_type=DEVICE_GRANT, device_code=code)


def redeem_assertion(course: Course, item: tuple[str, str], _number: int) -> Go:
    """Redeem an assertion of a client."""
    form = {
        "grant_type": "client_credentials",
        "client_id": item[0],
        "scope": ORGANIZATION + ".default",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": item[1],
    }
    return lambda: ask(course, **form)


def make_refresh_tokens(course: Course, count: int) -> list[tuple[str, str]]:
    """Return new refresh tokens of the strict profile, with the codes they came of."""
    visitor = signed_in(course, service=course.strict)
    codes = [silently(course, visitor).told["code"] for _ in range(count)]
    return [(ask(course, course.strict, code=code).refresh_token, code) for code in codes]


def rotate(course: Course, item: tuple[str, str], _number: int) -> Go:
    """Redeem a refresh token where tokens are rotated."""
    return lambda: ask(course, course.strict, refresh_token=item[0])


def rotate_or_replay(course: Course, item: tuple[str, str], number: int) -> Go:
    """Refresh, one of the racers; the others bring the code again."""
    token, code = item
    if number == 0:
        return lambda: ask(course, course.strict, refresh_token=token)
    return lambda: ask(course, course.strict, code=code)


_signed_in: dict[tuple[int, int], Visitor] = {}


def _standing(course: Course, number: int) -> Visitor:
    """Return the browser of a racer: every other one is another person's."""
    key = (id(course), number)
    if key not in _signed_in:
        _signed_in[key] = signed_in(course, number % 2)
    return _signed_in[key]


def decide(course: Course, begun: dict[str, Any], number: int) -> Go:
    """Accept or decline a device: as two people do, while the device itself asks again."""
    if number >= 6:
        return lambda: ask(course, grant_type=DEVICE_GRANT, device_code=begun["device_code"])
    visitor = _standing(course, number)
    page = confirming(visitor, begun["user_code"])
    step = "decline" if number in (4, 5) else "accept"
    return lambda: visitor.submit(page, step).heading


def miss(course: Course, tried: tuple[str, str], number: int) -> Go:
    """Count a wrong password for a name from an address, without the time it takes to compare."""
    lockout, now = course.faithful.parts.lockout, course.faithful.clock()
    return lambda: lockout.failed(*tried, Secret(f"wrong {number}"), now=now)


def guess(course: Course, username: str, number: int) -> Go:
    """Send a wrong password, another one each."""
    return lambda: with_password(course, username, f"wrong {number}")


def with_password(course: Course, username: str, password: str) -> Said:
    """Send a password."""
    return ask(course, grant_type="password", username=username, password=password, scope=SCOPE)


def leave_or_come(course: Course, jar: dict[str, str], number: int) -> Go:
    """Sign out of a browser, or sign another person in there, at once.

    Tell who was signed out or in by that, and the cookies after it.
    """
    visitor = Visitor(course.faithful, jar=dict(jar))
    if number % 2:
        name = course.people[0].user_principal_name.partition("@")[0]

        def leave() -> tuple[str, dict[str, str]]:
            # The page names whom it has signed out, nobody where that session was over.
            return name if f"{name}@" in visitor.get(LOGOUT).text else "", visitor.jar

        return leave
    fields = asking(course.application, prompt="login")
    page = visitor.get(authorize_path(course.tenant), fields)
    page = visitor.submit(page, "name", username=course.people[1].user_principal_name)

    def come() -> tuple[str, dict[str, str]]:
        assert "code" in sign_in(visitor, page, course.people[1].user_principal_name).told
        return "", visitor.jar

    return come


def leave_or_use(course: Course, item: tuple[dict[str, str], Application], number: int) -> Go:
    """Sign one of two people out of a browser, or let an application be told of them, at once."""
    jar, told = item
    visitor, name = Visitor(course.faithful, jar=dict(jar)), course.people[0].user_principal_name
    if number == 0:
        leaving = {"logout_hint": name}
        return lambda: visitor.get(LOGOUT, leaving).heading
    client_id = str(told.application_id)
    return lambda: silently(course, visitor, client_id=client_id, login_hint=name).error
