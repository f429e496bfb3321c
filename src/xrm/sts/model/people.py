"""People: their accounts, their sessions, and what devices and browsers hold of them."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class User:
    """A person's account. `password` is an argon2id hash in the PHC string format, "" for none.

    `roles` are directory role templates, `licences` product ids; `number` grows with every
    change of any account, so that a follower knows what it has not seen. Sessions and refresh
    tokens of sign-ins before `sessions_from`, in microseconds since the epoch, are worth nothing
    (signInSessionsValidFromDateTime); `password_changed` is in seconds.
    """

    object_id: UUID
    tenant_id: UUID
    user_principal_name: str
    display_name: str
    given_name: str = ""
    surname: str = ""
    mail_nickname: str = ""
    mail: str = ""
    usage_location: str = ""
    enabled: bool = True
    deleted: bool = False
    created: int = 0
    number: int = 0
    roles: tuple[UUID, ...] = ()
    licences: tuple[UUID, ...] = ()
    password: str = field(default="", repr=False)
    must_change_password: bool = False
    password_changed: int = 0
    sessions_from: int = 0


@dataclass(frozen=True, slots=True)
class UserName:
    """A user principal name in lower case; it belongs to one person only."""

    name: str
    object_id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """A claim another token service made of a person: its type, and its values."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authentication:
    """How and when a person proved who they are; `time` is in microseconds since the epoch.

    `methods` are those of the `amr` claim (RFC 8176). Who was brought by another token service
    has no account here: `home` is its identifier, `claims` what a farm has accepted of it.
    """

    person: UUID
    tenant_id: UUID
    time: int
    methods: tuple[str, ...] = ("pwd",)
    home: str = ""
    claims: tuple[Told, ...] = ()

    @property
    def seconds(self) -> int:
        """Return the time in whole seconds, as tokens say it."""
        return self.time // 1_000_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person in a browser's session; `applications` are those that were told so.

    Who signed out stays to be chosen, `signed_in` no more.
    """

    authentication: Authentication
    username: str
    name: str
    signed_in: bool = True
    applications: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The people of one browser. `digest` is that of its cookie's secret; times in seconds.

    `session_id` is the `sid` that applications are told.
    """

    digest: str
    session_id: UUID
    accounts: tuple[SignedIn, ...]
    created: int
    ends: int
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Everything that descends from one sign-in at one application: its refresh tokens.

    `sequence` is the number of the last token given, where tokens are rotated. Times in seconds.
    """

    family_id: UUID
    tenant_id: UUID
    person: UUID
    application_id: UUID
    created: int
    ends: int
    sequence: int = 0
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class SpentCode:
    """The mark that an authorization code was redeemed, and the family that came of it."""

    digest: str
    family_id: UUID
    expires: int


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device that waits for a person to sign it in (RFC 8628 3.2). Times in seconds.

    `digest` is that of the device code; `user_code` the one the person types; `segment` the
    tenant of the path, `asked` the resource or the scopes, as they were sent, `scope` the scopes
    beside a resource; `peer` the address the device asks from.
    """

    digest: str
    user_code: str
    flavour: str
    segment: str
    application_id: UUID
    asked: str
    created: int
    expires: int
    interval: int
    polled: float = 0
    status: Literal["pending", "approved", "declined"] = "pending"
    authentication: Authentication | None = None
    peer: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed sign-ins under one key, an account or an address, until `ends`.

    `seen` are salted digests of the last wrong passwords: the same one again counts once.
    """

    key: str
    failures: int
    ends: int
    locked_until: int = 0
    seen: tuple[str, ...] = ()
