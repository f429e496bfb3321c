"""Identity: who a request proves to be, before the organization has looked for a user."""

from dataclasses import dataclass

from xrm.model.values import Guid


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The user in whose name a request is to run: its id here, else its id in the directory."""

    user_id: Guid | None = None
    object_id: Guid | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A principal of the trusted tenant. `application_id` for a service, else a person.

    A person of whom Entra ID speaks is known by `object_id`; one of whom a farm of AD FS speaks
    by `user_name`, `user@domain` or `DOMAIN\\account`, and `object_id` is empty.
    """

    object_id: Guid
    application_id: Guid | None
    on_behalf: OnBehalf | None = None
    user_name: str = ""

    @classmethod
    def named(cls, user_name: str) -> "Identity":
        """Return the person whom a farm names."""
        return cls("", None, user_name=user_name)


class NotAuthenticated(Exception):
    """No usable proof came with the request; `reason` is None when none came at all."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "no credentials")
        self.reason = reason
