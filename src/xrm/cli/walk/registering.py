"""An application registered through Microsoft Graph, used and deleted again; other tenants."""

from typing import Any

from xrm.cli.walk.asking import (
    Facts,
    Unexpected,
    bearer,
    http_client,
    post_form,
    read_leads,
    tenant,
)
from xrm.cli.walk.libraries import Step

_GRAPH = "https://graph.microsoft.com"
_NAME = "Registered on a walk"


def through_graph(facts: Facts) -> Step:
    """Prepare plain HTTP alone: register, add a secret, make a user, give a role, read leads.

    What an earlier walk registered is found again; the secret goes at the end.
    """

    def step() -> str:
        with http_client(facts) as http:
            graph = bearer(_admin_token(facts, http, _GRAPH))
            made = _registered(facts, http, graph)
            url = f"{facts['graph_url']}/applications/{made['id']}"
            wish = {"passwordCredential": {"displayName": "walk"}}
            secret = _sent(http, "POST", f"{url}/addPassword", graph, wish)
            try:
                return _use(facts, http, made["appId"], secret["secretText"])
            finally:
                gone = {"keyId": secret["keyId"]}
                http.post(f"{url}/removePassword", json=gone, headers=graph)

    return step


def _registered(facts: Facts, http: Any, graph: dict[str, str]) -> dict[str, Any]:
    url = facts["graph_url"]
    asked = f"{url}/applications?$filter=displayName eq '{_NAME}'"
    found = _sent(http, "GET", asked, graph)["value"]
    if found:
        return dict(found[0])
    made = _sent(http, "POST", f"{url}/applications", graph, {"displayName": _NAME})
    _sent(http, "POST", f"{url}/servicePrincipals", graph, {"appId": made["appId"]})
    return made


def _use(facts: Facts, http: Any, application_id: str, secret: str) -> str:
    _make_user(facts, http, application_id)
    form = {
        "grant_type": "client_credentials",
        "client_id": application_id,
        "client_secret": secret,
        "resource": facts["organization_url"],
    }
    token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
    return "registered, " + read_leads(facts, token, http)


def _make_user(facts: Facts, http: Any, application_id: str) -> None:
    """Make the application's user in the root business unit and give it a role."""
    web_api = facts["web_api_url"]
    admin = bearer(_admin_token(facts, http, facts["organization_url"]))
    there = f"systemusers?$select=fullname&$filter=applicationid eq {application_id}"
    if _sent(http, "GET", web_api + there, admin)["value"]:
        return
    units = "businessunits?$select=name&$filter=_parentbusinessunitid_value eq null"
    (unit,) = _sent(http, "GET", web_api + units, admin)["value"]
    roles = "roles?$select=name&$filter=name eq 'Salesperson'"
    (role,) = _sent(http, "GET", web_api + roles, admin)["value"]
    record = {
        "applicationid": application_id,
        "businessunitid@odata.bind": f"businessunits({unit['businessunitid']})",
    }
    user = http.post(web_api + "systemusers", json=record, headers=admin)
    if user.status_code != 204:
        raise Unexpected(f"systemusers: {user.status_code} {user.text[:200]}")
    link = f"{user.headers['odata-entityid']}/systemuserroles_association/$ref"
    _sent(http, "POST", link, admin, {"@odata.id": f"{web_api}roles({role['roleid']})"})


def elsewhere(facts: Facts) -> Step:
    """Prepare the multi-tenant service at a tenant that has not taken it in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["multi_tenant_client_id"],
        "client_secret": facts["multi_tenant_client_secret"],
        "scope": f"{_GRAPH}/.default",
    }

    def step() -> str:
        url = f"{facts['authority']}/{facts['second_tenant_id']}/oauth2/v2.0/token"
        with http_client(facts) as http:
            answer = http.post(url, data=form).json()
        if "access_token" in answer:
            return "the other tenant has taken it in"
        if answer["error_codes"] != [700016]:
            raise Unexpected(answer["error_description"].splitlines()[0])
        return "refused as it must be: AADSTS700016"

    return step


def _admin_token(facts: Facts, http: Any, resource: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["admin_client_id"],
        "client_secret": facts["admin_client_secret"],
        "resource": resource,
    }
    return post_form(http, f"{tenant(facts)}/oauth2/token", form)


def _sent(
    http: Any, method: str, url: str, headers: dict[str, str], body: object = None
) -> dict[str, Any]:
    answer = http.request(method, url, headers=headers, json=body)
    if answer.status_code >= 300:
        raise Unexpected(f"{method} {url}: {answer.status_code} {answer.text[:200]}")
    return dict(answer.json()) if answer.content else {}
