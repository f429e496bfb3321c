"""What a browser asks, what it carries from page to page, and what it is shown next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.model import Flavour, FlavourName, RedirectUri, SignedIn, Tenant, Trace
from xrm.sts.resources import Asked as Permission

PurposeName = Literal["authorize", "device", "approve", "leave", "passive"]
ResponseMode = Literal["query", "fragment", "form_post"]


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser sends of itself: its binding, which ties pages to it, and its session."""

    binding: Secret
    session: Secret | None = None


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """A request of a browser at one of the endpoints people sign in at.

    `embedded` says that it is not the browser's page that comes, but something within another;
    `notes` are what cookies of the face remember beside the session.
    """

    purpose: PurposeName
    flavour: Flavour
    segment: str
    parameters: Mapping[str, str] = field(repr=False)
    browser: Browser = field(repr=False)
    trace: Trace
    embedded: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journey:
    """Where a browser stands between two pages; sealed, it is the `state` of a form.

    `browser` is a digest of its binding. `person` is who goes on, as of their sign-in at
    `proved`, in microseconds; `fresh` tells that they gave their password on this journey. `done`
    holds the prompts that have been seen to, `shown` a digest of what the page asks the person to
    accept. `expires` is in seconds since the epoch. `home` is the token service a person belongs
    to, as far as it is known, and `notes` those of the request that began it.
    """

    purpose: PurposeName
    flavour: FlavourName
    segment: str
    parameters: Mapping[str, str]
    browser: str
    expires: int
    username: str = ""
    person: UUID | None = None
    fresh: bool = False
    done: tuple[str, ...] = ()
    shown: str = ""
    device: str = ""
    home: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What a page says of the request: the application, its tenant, where the answer goes."""

    application: str = ""
    application_id: UUID | None = None
    publisher: str = ""
    tenant: Tenant | None = None
    redirect: RedirectUri | None = None


@dataclass(frozen=True, slots=True)
class AskName:
    """Ask for the account's name."""

    error: str = ""


@dataclass(frozen=True, slots=True)
class AskPassword:
    """Ask for the password of `username`, or of the journey's."""

    error: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class AskNewPassword:
    """Ask for a new password for `Journey.username`."""

    error: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """Let an account be chosen, to go on with or to sign out."""

    accounts: tuple[SignedIn, ...]
    to_leave: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A token service people may belong to: its identifier, its name, where browsers are sent."""

    identifier: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class AskHome:
    """Ask which token service the person belongs to (home realm discovery)."""

    choices: tuple[Home, ...]


@dataclass(frozen=True, slots=True)
class GoHome:
    """Send the browser to the token service of the person's domain, by name, for `username`."""

    url: str
    name: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask whether the application may have these permissions.

    `lasting` says that it asks to stay when the person has gone; `may` whether this person may
    consent at all, `may_for_all` whether for everybody; `for_all` that nothing else is offered.
    """

    username: str
    permissions: tuple[Permission, ...]
    reserved: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    may: bool = True
    may_for_all: bool = False
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class AskDeviceCode:
    """Ask for the code a device shows."""

    code: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class AskDevice:
    """Ask whether the person began the sign-in of a device, which asks from an address."""

    username: str
    peer: str = ""


@dataclass(frozen=True, slots=True)
class DeviceSettled:
    """Say how the sign-in of a device ended."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class AskLeave:
    """Ask whether the person wants to sign out."""

    username: str


@dataclass(frozen=True, slots=True)
class Left:
    """Say that the person is signed out; `frames` tell the applications, then on to `url`.

    `within` are the addresses of token services that may frame the page.
    """

    username: str
    frames: tuple[str, ...]
    url: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stayed:
    """Say that the person is still signed in."""

    username: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Say why somebody who has just signed in cannot go on; they stay signed in."""

    error: SignInError


@dataclass(frozen=True, slots=True)
class Tell:
    """Answer the application: fields for its address, by a mode; `error` is a refusal's number."""

    url: str
    mode: ResponseMode
    fields: Mapping[str, str] = field(repr=False)
    error: int = 0


Step = (
    AskName
    | AskPassword
    | AskNewPassword
    | Choose
    | AskHome
    | GoHome
    | AskConsent
    | AskDeviceCode
    | AskDevice
    | DeviceSettled
    | AskLeave
    | Left
    | Stayed
    | Refuse
    | Tell
)


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """What the browser's session cookie becomes; None takes it away. `seconds` keeps it."""

    secret: Secret | None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a browser gets: a step, the journey that goes along with its page, the cookie."""

    step: Step
    journey: Journey | None = None
    about: About = About()
    cookie: SessionCookie | None = None
