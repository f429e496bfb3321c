"""What each page shows, as plain values. Names may hold anything: the pages make them harmless."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Something else to look at: what it is, and its address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Service:
    """A door for programs: its address, what it speaks, and where it is described, if it is."""

    title: str
    url: str
    speaks: str
    description: Link | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A value developers need, no secret: what it is, and the value."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. `trouble` says why they may not use the organization, "" if they may.

    `form` is the text that proves a form to sign out is this page's.
    """

    name: str
    username: str
    form: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The organization. `authority` is the tenant's base URL at the token service.

    `metadata` is where the organization's federation metadata is, "" where people sign in at
    Entra ID.
    """

    organization: str
    url: str
    services: tuple[Service, ...]
    authority: str
    tenant_id: str
    person: Person | None = None
    links: tuple[Link, ...] = ()
    notes: tuple[Note, ...] = ()
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Say one thing; `detail` is what the token service said, `signs_in` offers to sign in.

    `leaves` is an address that signs somebody out who cannot stay, "" for none: then `detail` is
    their name. `leads_home` offers the organization's page.
    """

    title: str
    text: str
    detail: str = ""
    signs_in: bool = False
    leaves: str = ""
    leads_home: bool = True


Page = Home | Message
