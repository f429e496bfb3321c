"""What each page shows, as plain values. Names may hold anything: the pages make them harmless.

A page with a form posts its `Form`'s state beside the fields named here; the button pressed comes
as `step`, on the page of accounts as `account`.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Form:
    """Where a page posts: a path of this origin, and a sealed text that comes back as `state`.

    `field` is another name for that field. Raises ValueError when the action is no path of this
    origin.
    """

    action: str
    state: str
    field: str = "state"

    def __post_init__(self) -> None:
        # "//host" and "/\host" are other hosts to a browser.
        if not self.action.startswith("/") or self.action[1:2] in {"/", "\\"}:
            raise ValueError("a form posts to a path of its own origin")


@dataclass(frozen=True, slots=True)
class SignInName:
    """Ask for the account's name. Fields: `username`. Steps: `name`; `cancel` if it is offered."""

    form: Form
    application: str
    tenant: str
    username: str = ""
    error: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class SignInPassword:
    """Ask for the password. Fields: `username`, `password`, `keep` ("true"). Steps: `password`,
    `other`. `can_keep` offers to stay signed in, `can_change` another account.
    """

    form: Form
    application: str
    tenant: str
    username: str
    error: str = ""
    can_keep: bool = True
    can_change: bool = True


@dataclass(frozen=True, slots=True)
class FarmSignIn:
    """Ask for name and password at once, in fields named as those of AD FS: programs that sign in
    by its page look for the words Username and Password, and for the id of the error.

    `example` shows what a user name looks like. Fields: `USERNAME`, `PASSWORD`. The state comes as
    `STATE`, and there is one step.
    """

    form: Form
    application: str
    tenant: str
    username: str = ""
    error: str = ""
    example: str = ""


USERNAME = "ctl00$ContentPlaceHolder1$UsernameTextBox"
PASSWORD = "ctl00$ContentPlaceHolder1$PasswordTextBox"  # noqa: S105 - the name of a field
STATE = "__VIEWSTATE"


@dataclass(frozen=True, slots=True)
class Realm:
    """A token service to choose; `key` is what comes back as `home`."""

    key: str
    name: str
    host: str


@dataclass(frozen=True, slots=True)
class HomeRealm:
    """Let the token service be chosen that a person belongs to. Fields: `home`. No steps."""

    form: Form
    application: str
    realms: tuple[Realm, ...]
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to choose; `key` is what comes back as `account`."""

    key: str
    name: str
    username: str
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """Let one account be chosen, to go on with or to sign out. Fields: `account`. Steps: `other`
    (another account), when signing in.
    """

    form: Form
    application: str
    tenant: str
    accounts: tuple[Account, ...]
    purpose: Literal["sign-in", "sign-out"] = "sign-in"


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One permission in words, of one resource."""

    resource: str
    title: str
    description: str
    admin_only: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """Ask whether an application may have permissions. Fields: `for_all` ("true"). Steps: `accept`,
    `decline`.

    `publisher` is who says to have made it, "" when nobody does; `home` the organization it is
    registered in; `returns_to` the host the person goes back to. `may_grant_for_all` offers to
    accept for everybody; `for_all_only` leaves no other choice, and `for_all` comes always.
    """

    form: Form
    application: str
    application_id: str
    publisher: str
    home: str
    username: str
    permissions: tuple[PermissionLine, ...]
    may_grant_for_all: bool
    for_all_only: bool = False
    returns_to: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """Say that only an administrator may accept. Steps: `other` (sign in with an administrator's
    account), `decline` (go back to the application).
    """

    form: Form
    application: str
    publisher: str
    username: str
    permissions: tuple[PermissionLine, ...]
    application_id: str = ""
    returns_to: str = ""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Ask for a new password in place of one that has expired. Fields: `password` (the current
    one), `new_password`, `again`. Steps: `change`. `rules` says what a password must be.
    """

    form: Form
    username: str
    error: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """Ask for the code a device shows. Fields: `code`. Steps: `code`."""

    form: Form
    code: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class DeviceConfirm:
    """Ask whether the person began the sign-in of a device. Steps: `accept`, `decline`.

    `location` says where the device asked from, "" when that is not known.
    """

    form: Form
    application: str
    username: str
    location: str


@dataclass(frozen=True, slots=True)
class DeviceDone:
    """Say how the sign-in of a device ended."""

    application: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Say that the person is signed out. `frames` are the addresses by which applications are told;
    then the page goes on to `continue_to`, if there is one. `within` are the addresses of token
    services that may show it in a frame, as they tell this one.
    """

    username: str
    frames: tuple[str, ...]
    continue_to: str = ""
    continue_name: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoingHome:
    """Say that the person signs in at the token service of their domain, and go on to it."""

    username: str
    name: str
    continue_to: str


@dataclass(frozen=True, slots=True)
class SignOutConfirm:
    """Ask whether the person wants to sign out. Steps: `sign-out`, `stay`."""

    form: Form
    username: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Say why a sign-in failed: its AADSTS number, what that means and what to do about it.

    `code` is the OAuth error; `return_to` an address the person may go back to, or "".
    """

    number: int
    title: str
    sentence: str
    advice: str
    code: str
    correlation_id: str
    trace_id: str
    timestamp: str
    application: str = ""
    return_to: str = ""


@dataclass(frozen=True, slots=True)
class FarmFailure:
    """Say why a sign-in at AD FS failed. `code` is its MSIS number, "" where there is none."""

    title: str
    sentence: str
    advice: str
    activity_id: str
    timestamp: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class FormPost:
    """Carry an answer to the application by a form that submits itself (OAuth 2.0 Form Post
    Response Mode 2). Raises ValueError at `answer` when the action is no web address.

    `name` is that of the form, "" for none.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class NativeClient:
    """The address at which programs with a browser of their own watch for the answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """Say one thing."""

    title: str
    text: str


WithForm = (
    SignInName
    | SignInPassword
    | FarmSignIn
    | HomeRealm
    | Accounts
    | Consent
    | ApprovalNeeded
    | NewPassword
    | DeviceCode
    | DeviceConfirm
    | SignOutConfirm
)
Page = (
    WithForm
    | DeviceDone
    | GoingHome
    | SignedOut
    | Failure
    | FarmFailure
    | FormPost
    | NativeClient
    | Message
)
