"""The routing table: (listener, Host, path prefix) -> mount. The one place that says what is where.

To add a face of the token service or of organizations: a line in `_of_sts` or `_of_organization`,
with the prefix it answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

import orjson

from xrm.org.faces import data2011, discovery, soap, web, webapi
from xrm.org.organization import Organization
from xrm.server import samples
from xrm.server.addresses import (
    Origin,
    Place,
    Urls,
    accepted_hosts,
    certificate_names,
    hosts_below,
    normal_host,
)
from xrm.server.controls import CLOCK_PATH, Controls
from xrm.server.estate import Estate
from xrm.server.organizations import (
    BY_HOST,
    BY_PATH,
    DEPLOYMENTS,
    Branches,
    Discovery,
    Entry,
    Faces,
    Kind,
    Line,
    at_shared_host,
    nowhere,
    passive_trust,
)
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
    # One port on two addresses: names below localhost mean 127.0.0.1, wherever the origin is.
    org_ports = {place.port for place in places if "org" in place.origins}
    rows: list[Row] = []
    for listener, place in enumerate(places):
        if "samples" in place.origins:
            rows += _samples(listener, names, place, estate)
            continue
        hosts = {o: accepted_hosts(names, place, public[o]) for o in place.origins}
        if len(hosts) == 1:
            ((origin, every),) = hosts.items()
            rows += _rows(listener, every, origin, mounts.at[origin])
        else:
            rows += _shared(listener, hosts["sts"] | hosts["org"], estate.urls, mounts)
        if place.port in org_ports:
            for label, there in mounts.hosts.items():
                own = hosts_below(label, estate.settings, place, estate.urls)
                rows += _rows(listener, own, "org", there)
    return tuple(rows)


_Mounts = list[tuple[str, Mount, Dress]]


@dataclass(frozen=True, slots=True)
class _Every:
    """What is at each origin, and at hosts below the organizations' domain by their first label.

    `either` is at the root of an origin shared by path.
    """

    at: dict[Origin, _Mounts]
    hosts: dict[str, _Mounts]
    either: Mount


def _rows(listener: int, hosts: frozenset[str], origin: Origin, mounts: _Mounts) -> list[Row]:
    return [Row(listener, hosts, prefix, mount, origin, dress) for prefix, mount, dress in mounts]


def _samples(listener: int, names: Sequence[str], place: Place, estate: Estate) -> list[Row]:
    """Return the one row of the samples at a place, where each page learns what it has to know."""
    urls, shelf = estate.urls, samples.Shelf.find()

    def configure(page: str) -> samples.Configuration:
        return samples.Configuration.of(
            organization_url=estate.organization.url,
            # Where the libraries have the name of a tenant, they have this word for AD FS.
            tenant="adfs" if estate.by_claims else estate.tenant.domain,
            client_id=estate.demonstration.spa_client_id,
            page=page,
            authority=urls.sts,
        )

    public = urls.samples_https if place.secure else urls.samples
    mount = samples.mount(shelf, samples.packages(shelf), configure, secure=place.secure)
    hosts = accepted_hosts(names, place, public)
    return _rows(listener, hosts, "samples", [("/", mount, "plain")])


def _shared(listener: int, every: frozenset[str], urls: Urls, mounts: _Every) -> list[Row]:
    """Return the rows of two origins on one listener: by public Host, the rest by path."""
    sts, org = (frozenset({_public_host(url)}) for url in (urls.sts, urls.org))
    rows: list[Row] = []
    if sts != org:
        rows += _rows(listener, org, "org", mounts.at["org"])
        rows += _rows(listener, sts, "sts", mounts.at["sts"])
        every -= sts | org
    by_path = [row for row in mounts.at["org"] if row[0].startswith(ORG_PREFIXES)]
    of_sts = [row for row in mounts.at["sts"] if row[0] != "/"]
    rows += _rows(listener, every, "org", by_path)
    rows += _rows(listener, every, "sts", [*of_sts, ("/", mounts.either, "oauth")])
    return rows


def _public_host(url: str) -> str:
    return normal_host(urlsplit(url).netloc) or ""


def _mounts(estate: Estate) -> _Every:
    """Return the faces of each origin; an organization's pages leave room for the others."""
    faces = Faces(estate.organizations, partial(_lines, estate))
    root, of_sts = _root(estate), _of_sts(estate)
    own = _of_organization(estate.organization) if _is_online(estate) else []
    pages = Branches(faces, BY_PATH, root, nowhere.HOSTLESS)
    return _Every(
        at={"sts": of_sts, "org": [*_of_origin(estate, root), *own, ("/", pages, "plain")]},
        hosts=_of_hosts(estate, faces),
        either=Branches(faces, BY_PATH, of_sts[-1][1], nowhere.HOSTLESS),
    )


def _is_online(estate: Estate) -> bool:
    """Tell whether the first organization is: then it is at the root of the origin."""
    return not estate.by_claims


def _root(estate: Estate) -> Mount:
    """Return what is at the root of the organizations' origin, beside their paths."""
    first = estate.organizations.first
    if _is_online(estate):
        return _page(estate, first, estate.organization)
    if first.deployment == "ifd":
        return nowhere.HOSTLESS
    return nowhere.at_root(estate.organization.url)


def _of_origin(estate: Estate, otherwise: Mount) -> _Mounts:
    """Return the faces that organizations share at the root of their origin."""
    online = _discovery(estate, "online")
    inline = estate.organization.database.inline
    everywhere, svc = discovery.mount_global(online, inline=inline), discovery.mount(online)
    if not _is_online(estate):
        everywhere = nowhere.while_there(everywhere, online.is_anywhere, otherwise)
        svc = nowhere.while_there(svc, online.is_anywhere, otherwise)
    if estate.organizations.first.deployment == "on-premises":
        svc = discovery.mount(_discovery(estate, "on-premises"))
    return [("/api/discovery/", everywhere, "odata"), *_of_discovery(svc)]


def _of_hosts(estate: Estate, faces: Faces) -> dict[str, _Mounts]:
    """Return the faces at hosts of the internet-facing deployment, by their first label."""
    svc = discovery.mount(_discovery(estate, "ifd"))
    nobody = nowhere.Answering(lambda _request: not_ours("plain"))
    return {
        "dev": [*_of_discovery(svc), ("/", nowhere.ABSENT, "plain")],
        "auth": [("/", at_shared_host(estate.organizations), "plain")],
        "*": [("/", Branches(faces, BY_HOST, nobody, nobody), "plain")],
    }


def _lines(estate: Estate, entry: Entry, organization: Organization) -> list[Line]:
    """Return the faces below the address of one organization."""
    mounts = _of_organization(organization)
    if DEPLOYMENTS[entry.deployment].own_discovery:
        own = _discovery(estate, entry.deployment, resource=organization.url)
        mounts = [*_of_discovery(discovery.mount(own)), *mounts]
    lines = [Line(prefix, mount) for prefix, mount, _ in mounts]
    return [*lines, Line("/", _page(estate, entry, organization))]


def _page(estate: Estate, entry: Entry, organization: Organization) -> Mount:
    shared = _shared_services(estate, entry)
    links, notes = (_links(estate.urls), _notes(estate)) if entry.first else ([], [])
    claims = DEPLOYMENTS[entry.deployment].claims
    passive = passive_trust(estate.organizations, entry) if claims else None
    return web.mount(organization, shared=shared, links=links, notes=notes, passive=passive)


def _discovery(estate: Estate, kind: Kind, *, resource: str = "") -> Discovery:
    return Discovery(
        estate.organizations,
        kind,
        clock=estate.organization.clock,
        quoted_challenge=estate.settings.quoted_challenge,
        resource=resource,
    )


def _of_discovery(mount: Mount) -> _Mounts:
    below = "/xrmservices/2011/discovery.svc"
    return [(below, mount, "plain"), (f"{below}/", mount, "plain")]


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


def _shared_services(estate: Estate, entry: Entry) -> list[web.Service]:
    """Return the services of discovery that know an organization, as its page tells them."""
    address = estate.organizations.sites.discovery_service(
        entry.deployment, entry.unique_name, first=entry.first
    )
    shared = [web.soap("Discovery", address)]
    if DEPLOYMENTS[entry.deployment].everywhere:
        shared.append(web.Service("Global discovery", estate.urls.global_discovery, "OData 4.0"))
    return shared


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


def not_ours(dress: Dress) -> Response:
    """Return the refusal of a request whose Host or target is none of this server's."""
    message = "The request's Host or target is not served here."
    return refusal(dress, 400, "invalid_request", message)


def refusal(dress: Dress, status: int, code: str, message: str) -> Response:
    """Return a refusal of the server itself, before or instead of a face's answer."""
    content: dict[str, object] = {"error": code, "error_description": message}
    if dress == "odata":
        content = {"error": {"code": code, "message": message}}
    headers = (("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"))
    return Response(status, headers, orjson.dumps(content))
