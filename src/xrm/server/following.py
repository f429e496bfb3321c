"""The organization's users follow the accounts of its tenant.

Whoever changes an account carries it over at once; what a killed process left is carried over
at the next opening. Doing so twice changes nothing.
"""

import logging

from xrm.org import people
from xrm.org.organization import Organization
from xrm.server.trust import person_of
from xrm.sts import TokenService
from xrm.sts.model import Tenant
from xrm.sts.registration.people import changes_since

_log = logging.getLogger(__name__)


class Following:
    """One organization behind one tenant."""

    def __init__(self, service: TokenService, tenant: Tenant, organization: Organization) -> None:
        self._service = service
        self._tenant = tenant
        self._organization = organization

    def begin(self) -> None:
        """Carry over what has changed, and from now on every change of this process."""
        self.catch_up()
        self._service.people_changed = self._try

    def catch_up(self) -> None:
        """Carry over what has changed. Raises ServiceError or StorageError."""
        seen = people.followed(self._organization)
        changed = changes_since(self._service, seen)
        own = [user for user in changed if user.tenant_id == self._tenant.tenant_id]
        if own:
            people.follow_all(self._organization, [(user.number, person_of(user)) for user in own])

    def _try(self) -> None:
        # The account has changed, whatever becomes of its user here: the next change or opening
        # tries again.
        try:
            self.catch_up()
        except Exception:
            _log.exception("the organization could not follow a change of an account")
