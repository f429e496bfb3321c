"""Client secrets: made here, shown once, kept as salted digests."""

from dataclasses import dataclass

from xrm.db import Transaction
from xrm.model.secret import Secret
from xrm.sts import clients
from xrm.sts.model import Application, PasswordCredential
from xrm.sts.registration.change import LONGEST_NAME, RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import APPLICATIONS, CREDENTIALS

_DAY = 24 * 3600
_HINT = 3


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret just made: the only time its text is known."""

    secret: Secret
    credential: PasswordCredential


def add_secret(
    service: TokenService,
    application: Application,
    *,
    description: str,
    days: int = 180,
    starts_at: float | None = None,
    expires_at: float | None = None,
) -> NewSecret:
    """Make a client secret that ends after some days, or at a time in seconds since the epoch.

    A time already past is taken, so that an expired secret can be shown. Raises
    RegistrationError for days that are not positive.
    """
    made = make_secret(
        service,
        application,
        description=description,
        days=days,
        starts_at=starts_at,
        expires_at=expires_at,
    )
    with change(service) as tx:
        if service.store.get(tx, APPLICATIONS, str(application.application_id)) is None:
            text = f"no application {application.application_id} is registered"
            raise RegistrationError(text, kind="absent")
        keep_secret(service, tx, made)
    audit(service, application.tenant_id, "secret.add", application.application_id)
    return made


def make_secret(
    service: TokenService,
    application: Application,
    *,
    description: str,
    days: int = 180,
    starts_at: float | None = None,
    expires_at: float | None = None,
) -> NewSecret:
    """Make what `add_secret` adds, and keep nothing yet. Raises RegistrationError as it does."""
    if expires_at is None and days <= 0:
        raise RegistrationError("a secret must live for at least one day", member="endDateTime")
    now = int(service.clock())
    end = now + days * _DAY if expires_at is None else int(expires_at)
    secret, salt = clients.new_secret(), clients.new_salt()
    credential = PasswordCredential(
        key_id=service.ids(),
        application_id=application.application_id,
        hint=secret.reveal()[:_HINT],
        description=description[:LONGEST_NAME],
        start=min(now if starts_at is None else int(starts_at), end - 1),
        end=end,
        salt=salt,
        digest=clients.digest(secret, salt),
    )
    return NewSecret(secret, credential)


def keep_secret(service: TokenService, tx: Transaction, made: NewSecret) -> None:
    """Keep what `make_secret` made, in the transaction of a change."""
    service.store.put(tx, CREDENTIALS, made.credential, new=True)


def list_secrets(service: TokenService, application: Application) -> list[PasswordCredential]:
    """Return what is known of an application's secrets, the first to end first."""
    key = str(application.application_id)
    with service.database.read() as tx:
        found = service.store.find(tx, CREDENTIALS, application=key)
    return sorted(found, key=lambda one: (one.end, one.key_id))


def remove_secret(service: TokenService, application: Application, key_id: str) -> None:
    """Remove one secret of an application by its key id.

    Raises RegistrationError when the application has none of that id.
    """
    with change(service) as tx:
        found = service.store.get(tx, CREDENTIALS, key_id.lower())
        if found is None or found.application_id != application.application_id:
            raise RegistrationError(
                f"the application has no secret with the key id {key_id}",
                kind="absent",
                member="keyId",
            )
        service.store.delete(tx, CREDENTIALS, key_id.lower())
    audit(service, application.tenant_id, "secret.remove", application.application_id)
