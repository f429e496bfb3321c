"""The demonstration's salesperson, as the organization takes a token for that person."""

from dataclasses import dataclass

import jwt

from support.served import Served

# What the demonstration's Salespeople in Contoso Europe may read, people and services alike
# (counted by hand from the owners' business units; see server/demonstration/contoso/expected.json).
SALESPERSON_LEADS = 28


@dataclass(frozen=True)
class Found:
    """Whom the organization sees, how many leads, and how it refuses a new business unit."""

    username: str
    object_id: str
    leads: int
    refusal: tuple[int, str]


def check_salesperson(served: Served, token: str, *, client_id: str = "") -> None:
    """Assert that the organization takes a token for the salesperson, and what it lets that do.

    `client_id` is that of the program, the demonstration's if unset.
    """
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["ver"], claims["scp"]) == ("1.0", "user_impersonation")
    assert claims["appid"] == (client_id or served["public_client_id"])
    assert found_with(served, token) == Found(
        served["username"], claims["oid"], SALESPERSON_LEADS, (403, "0x80040220")
    )


def found_with(served: Served, token: str) -> Found:
    """Ask the organization with a token."""
    api = served["web_api_url"]
    with served.http() as http:
        http.headers |= {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        me = http.get(f"{api}WhoAmI").json()["UserId"]
        columns = "domainname,azureactivedirectoryobjectid"
        user = http.get(f"{api}systemusers({me})?$select={columns}").json()
        leads = http.get(f"{api}leads?$select=subject").json()["value"]
        refused = http.post(f"{api}businessunits", json={"name": "Mine"})
    return Found(
        user["domainname"],
        user["azureactivedirectoryobjectid"],
        len(leads),
        (refused.status_code, refused.json()["error"]["code"] if refused.is_error else ""),
    )
