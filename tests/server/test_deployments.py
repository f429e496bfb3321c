"""The deployments of organizations: addresses, hosts, what the farm knows, older directories."""

import sqlite3
from dataclasses import replace

import psycopg
import pytest

from xrm.server.addresses import Place, any_below, publish
from xrm.server.app import table
from xrm.server.estate import Estate
from xrm.server.folder import EstateError
from xrm.server.organizations import OrganizationError, Sites
from xrm.server.serving import serve
from xrm.server.settings import Settings
from xrm.sts.adfs import parties
from xrm.sts.registration import find_tenant

SITES = Sites("https://localhost:8444/", "crm.example:8444")
PLACES = [Place("127.0.0.1", 1111, ("sts",)), Place("127.0.0.1", 2222, ("org",))]
FIRST, OTHER = "contoso", "adatum"


@pytest.mark.parametrize(
    ("kind", "first", "other"),
    [
        ("online", "https://localhost:8444/", "https://localhost:8444/adatum/"),
        ("ifd", "https://contoso.crm.example:8444/", "https://adatum.crm.example:8444/"),
        ("on-premises", "https://localhost:8444/contoso/", "https://localhost:8444/adatum/"),
    ],
)
@pytest.mark.covers("service: organization in the path")
def test_where_organizations_lie(kind, first, other):
    assert SITES.url(kind, FIRST, first=True) == first
    assert SITES.url(kind, OTHER, first=False) == other


@pytest.mark.parametrize(
    ("kind", "first", "service"),
    [
        ("online", True, "https://localhost:8444/XRMServices/2011/Discovery.svc"),
        ("online", False, "https://localhost:8444/XRMServices/2011/Discovery.svc"),
        ("ifd", True, "https://dev.crm.example:8444/XRMServices/2011/Discovery.svc"),
        ("ifd", False, "https://dev.crm.example:8444/XRMServices/2011/Discovery.svc"),
        ("on-premises", True, "https://localhost:8444/XRMServices/2011/Discovery.svc"),
        ("on-premises", False, "https://localhost:8444/adatum/XRMServices/2011/Discovery.svc"),
    ],
)
def test_where_discovery_is(kind, first, service):
    name = FIRST if first else OTHER
    assert SITES.discovery_service(kind, name, first=first) == service


def opened(folder, places=PLACES, **values):
    settings = Settings.load({"data": folder, "synchronous": "normal", **values}, {})
    return Estate.open(settings, urls=publish(settings, places))


@pytest.fixture
def ifd(tmp_path):
    estate = opened(tmp_path, deployment="ifd", ifd_domain="crm.example")
    estate.publish()
    yield estate
    estate.close()


def the_parties(estate, tenant=None):
    farm = estate.organizations.farm(tenant or estate.tenant)
    return {party.name: party for party in parties.listing(estate.sts, farm)}


def test_the_first_organization_has_a_host_and_the_farm_knows_it(ifd):
    url = "https://contoso.crm.example:2222/"
    assert ifd.organization.url == url
    assert ifd.organization.trust.authority == "https://localhost:1111/adfs"
    known = the_parties(ifd)
    assert set(known) == {"contoso (ifd)", "Discovery (ifd)"}
    party = known["contoso (ifd)"]
    identifier = ifd.organizations.first.organization_id
    passive = "https://auth.crm.example:2222/"
    assert party.identifiers == (url, passive, f"urn:uuid:{identifier}")
    assert party.endpoints == (url, passive)
    assert party.certificate == ifd.organizations.decrypting.certificate(identifier)
    assert known["Discovery (ifd)"].identifiers[0] == "https://dev.crm.example:2222/"
    assert known["Discovery (ifd)"].certificate == party.certificate


@pytest.mark.parametrize(
    ("kind", "identifiers"),
    [
        ("ifd", ["https://adatum.crm.example:2222/"]),
        ("on-premises", ["https://localhost:2222/adatum/"]),
    ],
)
def test_another_one_is_a_party_of_its_own_until_it_is_deleted(ifd, kind, identifiers):
    entry = ifd.organizations.create(OTHER, "Adatum", ifd.tenant, deployment=kind)
    party = the_parties(ifd)[f"adatum ({kind})"]
    assert list(party.identifiers[:-1]) == identifiers
    assert party.certificate != the_parties(ifd)["contoso (ifd)"].certificate
    ifd.organizations.set_enabled(entry, enabled=False)
    ifd.organizations.delete(entry)
    assert f"adatum ({kind})" not in the_parties(ifd)


def test_one_of_another_tenant_is_known_at_that_tenants_farm(ifd):
    second = find_tenant(ifd.sts, "fabrikam.localhost")
    entry = ifd.organizations.create("fabrikam", "Fabrikam", second, deployment="ifd")
    trust = ifd.organizations.opened(entry).trust
    assert trust.authority == "https://localhost:1111/fabrikam.localhost/adfs"
    assert "fabrikam (ifd)" not in the_parties(ifd)
    # It is the first of its tenant, so the shared names are its own there.
    party = the_parties(ifd, second)["fabrikam (ifd)"]
    assert party.identifiers[1] == "https://auth.crm.example:2222/"


def test_addresses_that_change_change_the_party(tmp_path):
    for port in (2222, 3333):
        places = [PLACES[0], replace(PLACES[1], port=port)]
        estate = opened(tmp_path, places, deployment="on-premises")
        try:
            estate.publish()
            known = the_parties(estate)
        finally:
            estate.close()
        assert known["contoso (on-premises)"].identifiers[0] == f"https://localhost:{port}/contoso/"
        assert known["Discovery (on-premises)"].identifiers[0] == f"https://localhost:{port}/"
        assert len(known) == 2


def test_an_organization_is_deployed_in_another_way(tmp_path):
    estate = opened(tmp_path)
    try:
        organizations = estate.organizations
        entry = organizations.create(OTHER, "Adatum", estate.tenant)
        before = estate.organizations.opened(entry)
        assert the_parties(estate) == {}
        now = organizations.deploy(entry, "ifd")
        assert organizations.find(OTHER) == now == replace(entry, deployment="ifd")
        assert organizations.opened(now) is not before
        assert organizations.opened(now).url == "https://adatum.xrm.localhost:2222/"
        assert set(the_parties(estate)) == {"adatum (ifd)", "Discovery (ifd)"}
        organizations.deploy(now, "on-premises")
        assert "adatum (ifd)" not in the_parties(estate)
        organizations.deploy(organizations.find(OTHER), "online")
        assert not any(name.startswith("adatum") for name in the_parties(estate))
        claims = organizations.opened(organizations.find(OTHER)).claims
        assert claims is not None
        assert claims.assertions.trust.online, "of the old online chain alone"
    finally:
        estate.close()


@pytest.mark.parametrize("name", ["dev", "auth", "sts", "www", "federationmetadata"])
def test_names_of_hosts_that_mean_something_else_are_refused(ifd, name):
    with pytest.raises(OrganizationError, match="cannot be an organization's name"):
        ifd.organizations.create(name, "Taken", ifd.tenant, deployment="ifd")


def test_an_older_directory_has_no_deployments_and_is_online(tmp_path):
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / "database" / "estate.db") as file:
        file.execute("ALTER TABLE hosted DROP COLUMN deployment")
    file.close()
    estate = opened(tmp_path)
    try:
        assert [one.deployment for one in estate.organizations.entries()] == ["online"]
        entry = estate.organizations.create(OTHER, "Adatum", estate.tenant, deployment="ifd")
        assert estate.organizations.find(OTHER) == entry
        assert estate.organizations.deploy(estate.organizations.first, "ifd").deployment == "ifd"
    finally:
        estate.close()


def test_an_older_database_has_no_deployments_and_is_online(tmp_path, postgres_database):
    opened(tmp_path, database=postgres_database).close()
    with psycopg.connect(postgres_database) as connection:
        connection.execute("ALTER TABLE estate.hosted DROP COLUMN deployment")
    estate = opened(tmp_path, database=postgres_database)
    try:
        assert [one.deployment for one in estate.organizations.entries()] == ["online"]
    finally:
        estate.close()


def test_a_server_does_not_start_as_what_the_organization_is_not(tmp_path):
    opened(tmp_path).close()
    settings = Settings.load({"data": tmp_path, "port": 0, "deployment": "ifd"}, {})
    with pytest.raises(EstateError, match="xrm org update contoso --deployment ifd"):
        serve(settings, ready=lambda _: None)


def routes(estate, places):
    """Return `route(host, path)`: listener, origin and prefix that answer; None for 400."""
    rows = table(estate, places)

    def route(host, path):
        for name in (host, any_below(host)):
            for row in rows:
                if name in row.hosts and row.matches(path):
                    return (row.listener, row.origin, row.prefix)
        return None

    return route


def test_hosts_below_the_domain_are_the_organizations_listeners(ifd):
    route = routes(ifd, PLACES)
    svc = "/xrmservices/2011/discovery.svc"
    assert route("contoso.crm.example:2222", "/api/data/v9.2/") == (1, "org", "/")
    assert route("dev.crm.example:2222", svc) == (1, "org", svc)
    assert route("auth.crm.example:2222", "/") == (1, "org", "/")
    for host in ("contoso.crm.example:1111", "a.b.crm.example:2222", "crm.example:2222"):
        assert route(host, "/") is None, host


def test_on_one_listener_for_all_they_are_told_apart_by_host(tmp_path):
    places = [Place("10.1.2.3", 443, ("sts", "org"))]
    urls = {"public_url": "https://sts.example", "org_url": "https://org.example"}
    estate = opened(tmp_path, places, host="10.1.2.3", ifd_domain="crm.example", **urls)
    try:
        route = routes(estate, places)
        assert route("contoso.crm.example:443", "/adfs/ls/") == (0, "org", "/")
        assert route("sts.example:443", "/adfs/ls/") == (0, "sts", "/")
        assert route("org.example:443", "/adfs/ls/") == (0, "org", "/")
    finally:
        estate.close()
