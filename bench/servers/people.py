"""Start `xrm serve` for people who sign in, one of whom has a password that costs nothing."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from argon2 import PasswordHasher

from bench import people
from bench.machine import Cores
from bench.people import SignIn
from bench.servers import ours
from bench.servers.processes import Server
from xrm.model.secret import Secret
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts.registration.people import create_user
from xrm.sts.registration.people.writing import amend

UNHASHED, PASSWORD = "unhashed", "Correct-horse-9"
_LEAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The least that argon2 takes: what is left of a sign-in is all the rest of it."""


@contextlib.contextmanager
def serve(cores: Cores, cache: Path) -> Iterator[Server]:
    """Serve a new demonstration and return what its people ask of it."""
    with tempfile.TemporaryDirectory(prefix="people-", dir=cache) as folder:
        estate = Estate.open(Settings(data=Path(folder)))
        try:
            username = add_unhashed(estate)
        finally:
            estate.close()
        with ours.serve(cores, cache, Path(folder)) as served:
            facts = served.announced
            tenant = f"/{facts['tenant_id']}/oauth2/v2.0"
            organization = facts["organization_url"]
            asked = SignIn(
                origin=facts["authority"].rstrip("/"),
                trusted=Path(facts["ca_bundle"]),
                authorize=f"{tenant}/authorize",
                token=f"{tenant}/token",
                client_id=facts["public_client_id"],
                redirect="http://localhost",
                asked={"scope": f"{organization}/user_impersonation openid profile offline_access"},
                typed={"username": facts["username"], "password": facts["password"]},
            )
            unhashed = replace(asked, typed={"username": username, "password": PASSWORD})
            found = people.exchanges(asked) | {people.UNHASHED: unhashed}
            people.check(unhashed)
            yield served.server(found)


def add_unhashed(estate: Estate) -> str:
    """Add an account whose password, `PASSWORD`, is compared for nothing; return its name."""
    name = f"{UNHASHED}@{estate.tenant.domain}"
    made = create_user(
        estate.sts,
        estate.tenant,
        user_principal_name=name,
        display_name="Unhashed",
        password=Secret(PASSWORD),
        must_change_password=False,
    )
    kept = _LEAST.hash(PASSWORD)
    amend(estate.sts, made.user, "user.password", lambda one: replace(one, password=kept))
    return name
