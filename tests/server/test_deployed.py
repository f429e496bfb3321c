"""A server whose first organization has a host of its own, with others beside it."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
import requests
from lxml import etree
from zeep import Client
from zeep.transports import Transport

from support.hosting import Hosted
from support.org_walking import Walker
from support.served import Served, serving

SETTINGS = {
    "sqlite": (),
    "sqlite, two workers": ("--workers", "2"),
    "postgresql": ("--database",),
}
API = "api/data/v9.2/"
SVC = "XRMServices/2011/Organization.svc"
DISCOVERY = "XRMServices/2011/Discovery.svc"
HOSTLESS = "Invalid URI: The hostname could not be parsed."
POLICY = "{http://schemas.microsoft.com/xrm/2011/Contracts/Services}"
FARM, SECOND_FARM = "/adfs", "/fabrikam.localhost/adfs"


@dataclass(frozen=True)
class Deployed:
    """The server and the addresses of its organizations, by name."""

    hosted: Hosted
    urls: dict[str, str]

    @property
    def served(self) -> Served:
        return self.hosted.served

    def get(self, address: str, **headers: str) -> httpx2.Response:
        return self.hosted.http.get(address, headers=headers)


@pytest.fixture(scope="module", params=SETTINGS)
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """An ifd organization, and beside it one of each kind, two of them the second tenant's."""
    settings = SETTINGS[request.param]
    if settings == ("--database",):
        settings = (*settings, request.getfixturevalue("postgres_database"))
    data = ("--data", str(tmp_path_factory.mktemp("deployed") / "data"))
    started = serving(*data, "--port", "0", "--deployment", "ifd", *settings)
    with started as served, served.http() as http:
        hosted = Hosted(served, (*data, *(settings if "--database" in settings else ())), http)
        for name, kind, tenant in (
            ("adatum", "ifd", "fabrikam.localhost"),
            ("woodgrove", "on-premises", "contoso.localhost"),
            ("fabrikam", "online", "fabrikam.localhost"),
        ):
            hosted.run("org", "create", name, "--deployment", kind, "--tenant", tenant)
        listed = hosted.run("org", "list")
        yield Deployed(hosted, {each["name"]: each["url"] for each in listed})


def test_where_they_lie(deployed: Deployed) -> None:
    origin, host = deployed.served["organizations_url"], deployed.served["ifd_host"]
    port = origin.rpartition(":")[2].rstrip("/")
    assert (origin, host) == (f"https://localhost:{port}/", f"xrm.localhost:{port}")
    assert deployed.urls == {
        "contoso": f"https://contoso.{host}/",
        "adatum": f"https://adatum.{host}/",
        "woodgrove": f"{origin}woodgrove/",
        "fabrikam": f"{origin}fabrikam/",
    }


def test_the_json_line_tells_of_the_first_as_it_is_deployed(deployed: Deployed) -> None:
    served, url = deployed.served, deployed.urls["contoso"]
    assert (served["deployment"], served["organization_url"]) == ("ifd", url)
    assert served["adfs_url"] == f"{served['authority']}/adfs"
    assert served["web_api_url"] == f"{url}{API}"
    assert served["organization_service_url"] == f"{url}{SVC}"
    assert served["discovery_service_url"] == f"https://dev.{served['ifd_host']}/{DISCOVERY}"
    assert served["global_discovery_url"] is None


@pytest.mark.parametrize(
    ("name", "authority"),
    [("contoso", FARM), ("adatum", SECOND_FARM), ("woodgrove", FARM), ("fabrikam", None)],
)
def test_the_challenge_names_where_its_people_sign_in(
    deployed: Deployed, name: str, authority: str | None
) -> None:
    url = deployed.urls[name]
    base = deployed.served["authority"]
    where = base + (authority or f"/{deployed.served['second_tenant_id']}")
    said = f"Bearer authorization_uri={where}/oauth2/authorize, resource_id={url}"
    for path in (f"{API}accounts", f"{SVC}/web?SDKClientVersion=9.1.0.0", f"{SVC}/web"):
        answer = deployed.get(url + path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, said), path


@pytest.mark.covers("wsdl: AuthenticationPolicy Federation", "wsdl: AuthenticationPolicy online")
@pytest.mark.parametrize(
    ("name", "kinds", "farm"),
    [
        ("contoso", ["Federation"], FARM),
        ("adatum", ["Federation"], SECOND_FARM),
        ("woodgrove", ["Federation"], FARM),
        ("fabrikam", ["LiveId"], None),
    ],
)
def test_the_description_is_that_of_its_deployment(
    deployed: Deployed, name: str, kinds: list[str], farm: str | None
) -> None:
    url = deployed.urls[name]
    root = etree.fromstring(deployed.get(f"{url}{SVC}?wsdl=wsdl0").content)
    assert [each.text for each in root.iter(f"{POLICY}Authentication")] == kinds
    locations = [each.get("location") for each in root.iter("{*}import")]
    assert locations == [f"{url}{SVC}?wsdl=wsdl1"]
    text = etree.tostring(root).decode()
    assert ("EndorsingSupportingTokens" in text) == (farm is not None)
    if farm is not None:
        identifier = next(root.iter(f"{POLICY}Identifier")).text
        issuer = deployed.served["authority"].replace("https:", "http:")
        assert identifier == f"{issuer}{farm}/services/trust"
        assert f">{deployed.served['authority']}{farm}/services/trust/mex<" in text


@pytest.mark.parametrize("name", ["contoso", "woodgrove"])
def test_zeep_loads_the_description_at_its_own_address(deployed: Deployed, name: str) -> None:
    session = requests.Session()
    session.verify, session.trust_env = deployed.served["ca_bundle"], False
    address = deployed.urls[name] + SVC
    client = Client(f"{address}?wsdl", transport=Transport(session=session))
    (service,) = client.wsdl.services.values()
    found = {
        key.split("_")[0]: port.binding_options["address"] for key, port in service.ports.items()
    }
    assert found == {"CustomBinding": address, "BasicHttpBinding": f"{address}/web"}


@pytest.mark.parametrize(
    "path",
    [f"contoso/{API}accounts", f"CONTOSO/{API}", f"adatum/{API}", f"{API}accounts"],
)
def test_without_its_host_the_web_api_fails_at_the_url(deployed: Deployed, path: str) -> None:
    answer = deployed.get(deployed.served["organizations_url"] + path)
    assert answer.status_code == 500
    assert answer.json() == {"error": {"code": "0x80040216", "message": HOSTLESS}}


@pytest.mark.parametrize("path", ["", f"{SVC}?wsdl", f"contoso/{SVC}?wsdl", "contoso/", "contoso"])
def test_without_its_host_there_is_no_page_and_no_description(
    deployed: Deployed, path: str
) -> None:
    answer = deployed.get(deployed.served["organizations_url"] + path)
    assert (answer.status_code, HOSTLESS in answer.text) == (500, True)
    assert answer.headers["content-type"].startswith("text/html")


def asked_by_host(deployed: Deployed, host: str) -> int:
    """Return the status of a request to the organizations' listener with any Host."""
    port = int(deployed.served["ifd_host"].rpartition(":")[2])
    context = ssl.create_default_context(cafile=deployed.served["ca_bundle"])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="x.xrm.localhost") as wire,
    ):
        wire.sendall(f"GET /{API} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(wire.recv(64).split()[1])


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("contoso", 401),
        ("CONTOSO", 401),
        ("nobody", 400),
        ("woodgrove", 400),
        ("fabrikam", 400),
        ("a.contoso", 400),
        ("*", 400),
        ("", 400),
        ("dev", 404),
        ("auth", 404),
    ],
)
def test_hosts_below_the_domain(deployed: Deployed, label: str, status: int) -> None:
    assert asked_by_host(deployed, f"{label}.{deployed.served['ifd_host']}") == status


@pytest.mark.parametrize("domain", ["example.com", "localhost.example", "contoso.xrm.localhost"])
def test_other_hosts_are_refused(deployed: Deployed, domain: str) -> None:
    port = deployed.served["ifd_host"].rpartition(":")[2]
    assert asked_by_host(deployed, f"contoso.{domain}:{port}") == 400


def test_the_token_services_listener_has_none_of_them(deployed: Deployed) -> None:
    port = int(deployed.served["authority"].rpartition(":")[2])
    address = f"https://contoso.xrm.localhost:{port}/adfs/ls/"
    assert deployed.get(address).status_code == 400


def test_the_wildcard_covers_one_label(deployed: Deployed) -> None:
    port = int(deployed.served["ifd_host"].rpartition(":")[2])
    context = ssl.create_default_context(cafile=deployed.served["ca_bundle"])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:  # noqa: SIM117
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(plain, server_hostname="a.b.xrm.localhost")


@pytest.mark.parametrize(
    ("base", "farm"),
    [
        ("https://dev.{host}/", True),
        ("https://contoso.{host}/", True),
        ("{origin}woodgrove/", True),
        ("{origin}", False),
    ],
)
def test_discovery_describes_itself_for_each_deployment(
    deployed: Deployed, base: str, farm: bool
) -> None:
    host, origin = deployed.served["ifd_host"], deployed.served["organizations_url"]
    address = base.format(host=host, origin=origin) + DISCOVERY
    root = etree.fromstring(deployed.get(f"{address}?singleWsdl").content)
    ports = [each.get("location") for each in root.iter("{*}address")]
    assert ports == [address, f"{address}/web"]
    issuer = f"{deployed.served['authority'].replace('https:', 'http:')}/adfs/services/trust"
    assert (f">{issuer}<" in etree.tostring(root).decode()) == farm
    challenge = deployed.get(f"{address}/web").headers["www-authenticate"]
    where = "adfs" if farm else "common"
    resource = address.removesuffix(DISCOVERY)
    authority = f"{deployed.served['authority']}/{where}/oauth2/authorize"
    assert challenge == f"Bearer authorization_uri={authority}, resource_id={resource}"


def test_global_discovery_knows_online_ones_alone(deployed: Deployed) -> None:
    hosted, origin = deployed.hosted, deployed.served["organizations_url"]
    hosted.register("fabrikam", "fabrikam.localhost", role="System Administrator")
    path = "api/discovery/v2.0/Instances?$select=UniqueName,ApiUrl"
    found = hosted.ask("fabrikam", origin, path).json()["value"]
    assert found == [{"UniqueName": "fabrikam", "ApiUrl": deployed.urls["fabrikam"].rstrip("/")}]
    for name in ("contoso", "woodgrove"):
        # Below an organization's address it is a path of the Web API that there is none of.
        answer = deployed.get(f"{deployed.urls[name]}{path}")
        assert answer.headers["www-authenticate"].endswith(f"resource_id={deployed.urls[name]}")


def test_an_online_one_works_beside_them_and_tells_its_addresses(deployed: Deployed) -> None:
    url = deployed.urls["fabrikam"]
    if "fabrikam" not in deployed.hosted.clients:
        deployed.hosted.register("fabrikam", "fabrikam.localhost", role="System Administrator")
    access = "Microsoft.Dynamics.CRM.EndpointAccessType'Default'"
    path = f"{API}RetrieveCurrentOrganization(AccessType={access})"
    detail = deployed.hosted.ask("fabrikam", url, path).json()["Detail"]
    assert detail["Endpoints"]["Values"] == [
        url,
        f"{url}{SVC}",
        f"{url}XRMServices/2011/OrganizationData.svc",
    ]


def test_entra_knows_no_claims_based_one(deployed: Deployed) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": deployed.served["client_id"],
        "client_secret": deployed.served["client_secret"],
        "resource": deployed.urls["contoso"],
    }
    answer = deployed.hosted.http.post(
        f"{deployed.served.tenant_authority}/oauth2/token", data=form
    )
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [500011])


def test_the_shared_host_for_sign_in_leads_to_the_first_one(deployed: Deployed) -> None:
    gone = deployed.get(f"https://auth.{deployed.served['ifd_host']}/")
    assert (gone.status_code, gone.headers["location"]) == (302, deployed.urls["contoso"])


def test_its_page_names_its_services_and_no_global_discovery(deployed: Deployed) -> None:
    for name, service in (
        ("contoso", f"https://dev.{deployed.served['ifd_host']}/{DISCOVERY}"),
        ("woodgrove", f"{deployed.urls['woodgrove']}{DISCOVERY}"),
    ):
        with deployed.served.http() as http:
            page = Walker(deployed.served, http).enter(deployed.urls[name]).text
        assert service in page
        assert f"{deployed.urls[name]}{SVC}" in page
        assert "/api/discovery/" not in page


def test_one_is_created_and_deleted_beside_the_running_server(deployed: Deployed) -> None:
    run = deployed.hosted.run
    made = run("org", "create", "proseware", "--deployment", "ifd")
    assert deployed.get(made["url"] + API).status_code == 401
    run("org", "disable", "proseware")
    run("org", "delete", "proseware", "--yes")
    assert deployed.get(made["url"] + API).status_code == 400


def test_it_is_not_deployed_otherwise_while_the_server_runs(deployed: Deployed) -> None:
    said = deployed.hosted.run("org", "update", "adatum", "--deployment", "online", check=False)
    assert "A server runs on" in said
    assert deployed.hosted.run("org", "show", "adatum")["deployment"] == "ifd"


@pytest.fixture(scope="module")
def inside() -> Iterator[Served]:
    """A server whose first organization is on-premises."""
    with serving("--memory", "--port", "0", "--deployment", "on-premises") as served:
        yield served


def test_on_premises_the_first_one_has_a_path_too(inside: Served) -> None:
    origin = inside["organizations_url"]
    url = f"{origin}contoso/"
    assert (inside["deployment"], inside["organization_url"]) == ("on-premises", url)
    assert inside["discovery_service_url"] == f"{origin}{DISCOVERY}"
    with inside.http() as http:
        root = http.get(origin, follow_redirects=False)
        assert (root.status_code, root.headers["location"]) == (302, url)
        asked = http.get(url).headers["location"]
        assert asked.startswith(f"{inside['adfs_url']}/ls/?wa=wsignin1.0&")
        assert http.get(f"{url}{API}accounts").status_code == 401
        for path in (f"{API}accounts", f"{SVC}?wsdl", "api/discovery/v2.0/Instances"):
            assert http.get(origin + path).status_code == 404, path
        for base in (origin, url):
            known = http.get(f"{base}{DISCOVERY}/web").headers["www-authenticate"]
            assert known.endswith(f"/adfs/oauth2/authorize, resource_id={base}")
        assert http.get(f"https://contoso.{inside['ifd_host']}/").status_code == 400
