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
    """A principal of the trusted tenant. `application_id` for a service, else a person."""

    object_id: Guid
    application_id: Guid | None
    on_behalf: OnBehalf | None = None


class NotAuthenticated(Exception):
    """No usable proof came with the request; `reason` is None when none came at all."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "no credentials")
        self.reason = reason
