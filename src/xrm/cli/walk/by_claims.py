"""A person who signs in at AD FS, to an organization that is claims-based.

By WS-Trust a program needs no registration there. By OAuth it is a client of the farm, which an
administrator registers: the walk does that once, in the data directory, and finds it again.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from xrm.cli.claims import decode
from xrm.cli.walk.asking import (
    Facts,
    LeftOut,
    Unexpected,
    bearer,
    check_password,
    http_client,
    leads_url,
    posted,
)
from xrm.cli.walk.browsing import Person
from xrm.cli.walk.libraries import Step

_NAME = "Registered on a walk"
_REDIRECT = "http://localhost:8401/"
_LEADS = "<fetch><entity name='lead'><attribute name='subject'/></entity></fetch>"


def own_client(facts: Facts) -> Step:
    """Prepare this project's client: a token by WS-Trust, then SOAP signed with its key."""
    import xrm
    from xrm.soap import FetchExpression, WhoAmI

    check_password(facts)
    credential = xrm.auth.IFD(facts["username"], facts["password"])

    def step() -> str:
        url, trusted = facts["organization_url"], facts["ca_bundle"]
        with xrm.Client(url, credential, verify=trusted) as organization:
            organization.soap.execute(WhoAmI())
            query = FetchExpression(_LEADS)
            leads = organization.soap.retrieve_multiple(query).entities
        return f"SAML from AD FS, {len(leads)} leads"

    return step


def password(facts: Facts) -> Step:
    """Prepare plain HTTP to the token endpoint of AD FS: name and password in the form."""
    check_password(facts)
    form = {
        "grant_type": "password",
        "client_id": _client_of(facts),
        "username": facts["username"],
        "password": facts["password"],
        "resource": facts["organization_url"],
    }

    def step() -> str:
        with http_client(facts) as http:
            token = posted(http, f"{facts['adfs_url']}/oauth2/token", form)["access_token"]
        return _leads(facts, token)

    return step


def msal_code(facts: Facts) -> Step:
    """Prepare MSAL with an authorization code and PKCE, got at the page of AD FS."""
    import msal  # type: ignore[import-untyped]

    check_password(facts)
    client_id = _client_of(facts)

    def step() -> str:
        program = msal.PublicClientApplication(client_id, authority=facts["adfs_url"])
        scopes = [f"{facts['organization_url']}user_impersonation"]
        flow = program.initiate_auth_code_flow(scopes, redirect_uri=_REDIRECT)
        with http_client(facts) as http:
            end = Person(facts, http).go(flow["auth_uri"])
        if not end.startswith(_REDIRECT):
            raise Unexpected(f"the pages end at: {end}")
        answer = program.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(urlsplit(end).query)))
        if "access_token" not in answer:
            raise Unexpected(answer.get("error_description", answer["error"]).splitlines()[0])
        return _leads(facts, answer["access_token"])

    return step


def adal_password(facts: Facts) -> Step:
    """Prepare ADAL with name and password at AD FS."""
    import adal

    check_password(facts)
    proof = (facts["organization_url"], facts["username"], facts["password"], _client_of(facts))

    def step() -> str:
        context = adal.AuthenticationContext(
            facts["adfs_url"], validate_authority=False, api_version=None
        )
        return _leads(facts, context.acquire_token_with_username_password(*proof)["accessToken"])

    return step


def _client_of(facts: Facts) -> str:
    """Return the id of the walk's client at the farm. Raises LeftOut where none can be made."""
    from xrm.cli.options import estate
    from xrm.server.folder import Folder
    from xrm.sts.adfs import Farm
    from xrm.sts.adfs.oauth import clients

    folder = Path(facts["data_dir"])
    if not (Folder(folder).database / "sts.db").exists():
        raise LeftOut("clients of AD FS are registered in the data directory, which holds none")
    with estate(folder, None) as opened:
        farm = Farm(opened.sts.base_url, opened.tenant)
        found = clients.find(opened.sts, farm, _NAME)
        if found is None:
            found = clients.add(
                opened.sts,
                farm,
                client_id=str(opened.sts.ids()),
                name=_NAME,
                kind="native",
                redirect_uris=(_REDIRECT,),
            )
    return found.client_id


def _leads(facts: Facts, token: str) -> str:
    """Read leads with a token and return in a few words what came. Raises Unexpected.

    The transport is our client's: names below localhost need no lookup there.
    """
    import orjson

    from xrm.client.flow import HttpRequest
    from xrm.client.transports.sync import HttpTransport

    http = HttpTransport(verify=facts["ca_bundle"], timeout=30.0, proxies=False, agent="walk")
    try:
        headers = tuple(bearer(token).items())
        answer = http.send(HttpRequest("GET", leads_url(facts), headers))
    finally:
        http.close()
    if answer.status != 200:
        raise Unexpected(f"leads: {answer.status} {answer.body[:200].decode(errors='replace')}")
    content: dict[str, Any] = orjson.loads(answer.body)
    version = decode(token).claims.get("ver", "?")
    return f"token v{version} of AD FS, {len(content['value'])} leads"
