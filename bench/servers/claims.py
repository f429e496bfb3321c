"""Start `xrm serve` with an internet-facing organization, for people who sign in by claims."""

import contextlib
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import claims
from bench.claims import Calls, Farm
from bench.exchange import ANSWER_TIMEOUT_SECONDS, Exchange
from bench.machine import Cores
from bench.servers import ours
from bench.servers.people import PASSWORD, add_unhashed
from bench.servers.processes import Server
from xrm.client.claims.trust import Person
from xrm.model.secret import Secret
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts import adfs
from xrm.sts.adfs import parties, rules
from xrm.sts.adfs.oauth import clients

SITE = "https://site.example/"
"""A relying party without a certificate: tokens for it are not encrypted."""
_PROGRAM = "benchmark"


@contextlib.contextmanager
def serve(cores: Cores, cache: Path) -> Iterator[Server]:
    """Serve a new demonstration and return what is asked of its farm and of its organization."""
    with tempfile.TemporaryDirectory(prefix="claims-", dir=cache) as folder:
        with prepared(Path(folder)) as (_, name):
            pass
        with ours.serve(cores, cache, Path(folder), "--deployment", "ifd") as served:
            unhashed = Person(name, Secret(PASSWORD))
            yield served.server(_exchanges(served.announced, unhashed))


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[tuple[Estate, str]]:
    """Set up the demonstration with whom and what is measured; yield it and an account's name."""
    estate = Estate.open(Settings(data=folder, deployment="ifd"))
    try:
        farm = adfs.Farm(estate.sts.base_url, estate.tenant)
        parties.add(estate.sts, farm, name="Site", identifiers=(SITE,), rules=rules.ORGANIZATION)
        clients.add(estate.sts, farm, client_id=_PROGRAM, name="Benchmark", kind="native")
        estate.organizations.publish(estate.organizations.first)
        yield estate, add_unhashed(estate)
    finally:
        estate.close()


def _exchanges(facts: dict[str, str], unhashed: Person) -> dict[str, Exchange]:
    url, trusted = facts["organization_url"], Path(facts["ca_bundle"])
    person = Person(facts["username"], Secret(facts["password"]))
    farm = Farm(facts["adfs_url"], trusted)
    token, user_id = claims.signed_in(url, trusted, person)
    calls = Calls(url, trusted, user_id)
    return {
        claims.SIGN_IN: replace(farm.issues(person, url, "symmetric"), slow=True),
        claims.HOLDER: farm.issues(unhashed, url, "symmetric"),
        claims.BEARER: farm.issues(unhashed, SITE, "bearer"),
        claims.BY_CLAIMS: calls.by_claims(token),
        claims.BY_ACCESS_TOKEN: calls.by_access_token(_access_token(farm, person, url)),
    }


def _access_token(farm: Farm, person: Person, resource: str) -> str:
    """Return an access token of a person for an organization (RFC 6749 4.3)."""
    where = urlsplit(farm.address)
    body = {
        "grant_type": "password",
        "client_id": _PROGRAM,
        "resource": resource,
        "username": person.name,
        "password": person.password.reveal(),
    }
    connection = http.client.HTTPSConnection(
        where.hostname or "",
        where.port,
        context=ssl.create_default_context(cafile=str(farm.trusted)),
        timeout=ANSWER_TIMEOUT_SECONDS,
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with contextlib.closing(connection):
        connection.request("POST", f"{where.path}/oauth2/token", urlencode(body), headers)
        return str(json.loads(connection.getresponse().read())["access_token"])
