"""The routing table: (listener, Host, path prefix) -> mount. The one place that says what is where.

To add a face of the token service or of organizations: a line in `_of_sts` or `_of_organization`,
with the prefix it answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import orjson

from xrm.org.faces import data2011, discovery, soap, web, webapi
from xrm.org.organization import Organization
from xrm.server import samples
from xrm.server.addresses import Origin, Place, Urls, accepted_hosts, certificate_names, normal_host
from xrm.server.controls import CLOCK_PATH, Controls
from xrm.server.estate import Estate
from xrm.server.organizations import Branches, Discovery, Entry, Line
from xrm.sts.faces import adfs, entra, graph
from xrm.wire.http import Mount, Response

Dress = Literal["oauth", "odata", "plain"]

ORG_PREFIXES = ("/api/", "/xrmservices/")
"""Where an organization answers when it shares host and port with the token service."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. A prefix ends with a slash, or is a path and matches it alone.

    `origin` names the lane of long requests; `dress` how a refusal of the server itself looks.
    """

    listener: int
    hosts: frozenset[str]
    prefix: str
    mount: Mount
    origin: Origin
    dress: Dress

    def matches(self, path: str) -> bool:
        """Tell whether a raw path, in lower case, belongs here."""
        if self.prefix.endswith("/"):
            return path.startswith(self.prefix)
        return path == self.prefix


def table(estate: Estate, places: Sequence[Place]) -> tuple[Row, ...]:
    """Return the rows in the order they are tried."""
    mounts = _mounts(estate)
    names = certificate_names(estate.settings, estate.urls)
    public: dict[Origin, str] = {"sts": estate.urls.sts, "org": estate.urls.org}
    rows: list[Row] = []
    for listener, place in enumerate(places):
        if "samples" in place.origins:
            rows += _samples(listener, names, place, estate)
            continue
        hosts = {o: accepted_hosts(names, place, public[o]) for o in place.origins}
        if len(hosts) == 1:
            ((origin, every),) = hosts.items()
            rows += _rows(listener, every, origin, mounts[origin])
        else:
            rows += _shared(listener, hosts["sts"] | hosts["org"], estate.urls, mounts)
    return tuple(rows)


_Mounts = list[tuple[str, Mount, Dress]]


def _rows(listener: int, hosts: frozenset[str], origin: Origin, mounts: _Mounts) -> list[Row]:
    return [Row(listener, hosts, prefix, mount, origin, dress) for prefix, mount, dress in mounts]


def _samples(listener: int, names: Sequence[str], place: Place, estate: Estate) -> list[Row]:
    """Return the one row of the samples at a place, where each page learns what it has to know."""
    urls, shelf = estate.urls, samples.Shelf.find()

    def configure(page: str) -> samples.Configuration:
        return samples.Configuration.of(
            organization_url=urls.org,
            tenant=estate.tenant.domain,
            client_id=estate.demonstration.spa_client_id,
            page=page,
            authority=urls.sts,
        )

    public = urls.samples_https if place.secure else urls.samples
    mount = samples.mount(shelf, samples.packages(shelf), configure, secure=place.secure)
    hosts = accepted_hosts(names, place, public)
    return _rows(listener, hosts, "samples", [("/", mount, "plain")])


def _shared(
    listener: int, every: frozenset[str], urls: Urls, mounts: dict[Origin, _Mounts]
) -> list[Row]:
    """Return the rows of two origins on one listener: by public Host, the rest by path."""
    sts, org = (frozenset({_public_host(url)}) for url in (urls.sts, urls.org))
    rows: list[Row] = []
    if sts != org:
        rows += _rows(listener, org, "org", mounts["org"]) + _rows(
            listener, sts, "sts", mounts["sts"]
        )
        every -= sts | org
    by_path = [row for row in mounts["org"] if row[0].startswith(ORG_PREFIXES)]
    return (
        rows + _rows(listener, every, "org", by_path) + _rows(listener, every, "sts", mounts["sts"])
    )


def _public_host(url: str) -> str:
    return normal_host(urlsplit(url).netloc) or ""


def _mounts(estate: Estate) -> dict[Origin, _Mounts]:
    """Return the faces of each origin; an organization's pages leave room for the others."""
    shared, first = _shared_services(estate.urls), estate.organization
    shown = web.mount(first, shared=shared, links=_links(estate.urls), notes=_notes(estate))

    def lines(_entry: Entry, organization: Organization) -> list[Line]:
        services = [Line(prefix, mount) for prefix, mount, _ in _of_organization(organization)]
        return [*services, Line("/", web.mount(organization, shared=shared))]

    pages: _Mounts = [("/", Branches(estate.organizations, lines, shown), "plain")]
    return {
        "sts": _of_sts(estate),
        "org": [*_of_origin(estate), *_of_organization(first), *pages],
    }


def _of_origin(estate: Estate) -> _Mounts:
    """Return the faces that all organizations share, at the root of their origin."""
    known = Discovery(
        estate.organizations,
        sts=estate.urls.sts,
        clock=estate.organization.clock,
        quoted_challenge=estate.settings.quoted_challenge,
    )
    inline = estate.organization.database.inline
    everywhere, svc = discovery.mount_global(known, inline=inline), discovery.mount(known)
    below = "/xrmservices/2011/discovery.svc"
    return [
        ("/api/discovery/", everywhere, "odata"),
        (below, svc, "plain"),
        (f"{below}/", svc, "plain"),
    ]


def _of_sts(estate: Estate) -> _Mounts:
    policy = estate.settings.opener_policy
    pages = entra.mount(estate.sts, opener_policy="" if policy == "off" else policy)
    every = adfs.mount(estate.sts, first=estate.tenant.tenant_id, otherwise=pages)
    mounts: _Mounts = [("/graph/", graph.mount(estate.sts), "odata"), ("/", every, "oauth")]
    if estate.settings.test_controls:
        mounts.insert(0, (CLOCK_PATH, Controls(estate.folder), "plain"))
    return mounts


def _of_organization(organization: Organization) -> _Mounts:
    """Return the faces of an organization for programs."""
    api, data = webapi.mount(organization), data2011.mount(organization)
    svc, below = soap.mount(organization), "/xrmservices/2011/organization.svc"
    return [
        ("/api/", api, "odata"),
        (below, svc, "plain"),
        (f"{below}/", svc, "plain"),
        ("/xrmservices/2011/organizationdata.svc", data, "odata"),
        ("/xrmservices/2011/organizationdata.svc/", data, "odata"),
        # SOAP and OData v2 are for no script of another origin, whether they are there or not.
        ("/xrmservices/", webapi.unshared(api), "odata"),
    ]


def _shared_services(urls: Urls) -> tuple[web.Service, ...]:
    return (
        web.soap("Discovery", urls.discovery_service),
        web.Service("Global discovery", urls.global_discovery, "OData 4.0"),
    )


def _links(urls: Urls) -> list[web.Link]:
    hosted = (urls.samples, urls.samples_https)
    return [web.Link(f"Samples ({urlsplit(url).scheme})", url) for url in hosted if url]


def _notes(estate: Estate) -> list[web.Note]:
    """Return the client ids of the programs people sign in to, which are no secret."""
    shown = estate.demonstration
    return [
        web.Note("Desktop client id", str(shown.public_client_id)),
        web.Note("Browser client id", str(shown.spa_client_id)),
    ]


def refusal(dress: Dress, status: int, code: str, message: str) -> Response:
    """Return a refusal of the server itself, before or instead of a face's answer."""
    content: dict[str, object] = {"error": code, "error_description": message}
    if dress == "odata":
        content = {"error": {"code": code, "message": message}}
    headers = (("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"))
    return Response(status, headers, orjson.dumps(content))
