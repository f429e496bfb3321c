"""The users of organizations follow the accounts of their tenants.

Whoever changes an account carries it over at once; what a killed process left is carried over
at the next opening. Doing so twice changes nothing.
"""

from xrm.org import people
from xrm.org.organization import Organization
from xrm.server.trust import person_of
from xrm.sts import TokenService
from xrm.sts.registration.people import changes_since


def catch_up(service: TokenService, organization: Organization) -> None:
    """Carry over what has changed of accounts. Raises ServiceError or StorageError."""
    changed = changes_since(service, people.followed(organization))
    own = [user for user in changed if user.tenant_id == organization.trust.tenant_id]
    if own:
        people.follow_all(organization, [(user.number, person_of(user)) for user in own])
