"""What is written while a server is killed, and how it is looked for afterwards.

`WRITERS` is the table: each row does one thing through a front door, returns what has been
acknowledged, and checks that after a restart. A writer is added by its row.
"""

import json
import os
import time
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from support.credentials import signed
from support.registering import KEYED, number_of
from support.signing_in import REDIRECT, VERIFIER, challenge
from support.sites import COLUMNS, MARK, Site, Writer
from support.writing_records import RECORDS
from xrm.cli.walk.browsing import Person
from xrm.sts.handles.codes import LIFETIME as CODE_SECONDS

SALES_LICENCE = "1e1a282c-9c54-43a2-9310-98ef728faace"
_ASSERTION_SECONDS = 3600
"""Longer than all lives together: what refuses an old assertion is its mark alone."""


def _get_token(site: Site) -> str:
    return site.sign_in(site.served["client_id"], site.served["client_secret"])


def _is_believed(site: Site, token: str) -> None:
    answer = site.send("GET", "WhoAmI", token=token)
    assert answer.status_code == 200, answer.text


def _saying(text: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, f"{MARK} {text}")


def _create(site: Site) -> tuple[str, str]:
    key = str(uuid.uuid4())
    body = {"leadid": key, **_saying(key)}
    answer = site.send("POST", "leads", body=body)
    assert answer.status_code == 204, answer.text
    return key, key


def _update(site: Site) -> tuple[str, str]:
    key, _ = _create(site)
    said = str(uuid.uuid4())
    answer = site.send("PATCH", f"leads({key})", body=_saying(said))
    assert answer.status_code == 204, answer.text
    return key, said


def _says(site: Site, fact: tuple[str, str]) -> None:
    key, said = fact
    path = f"leads({key})?$select={','.join(COLUMNS)}"
    answer = site.send("GET", path)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in COLUMNS} == _saying(said)


def _delete(site: Site) -> str:
    key, _ = _create(site)
    answer = site.send("DELETE", f"leads({key})")
    assert answer.status_code == 204, answer.text
    return key


def _is_gone(site: Site, key: str) -> None:
    answer = site.send("GET", f"leads({key})")
    assert answer.status_code == 404, answer.text


def _register(site: Site) -> Mapping[str, str]:
    """Have the other process do one step and return all that it has acknowledged."""
    process = site.registering
    assert process.stdin
    assert process.stdout
    os.write(process.stdin.fileno(), b"\n")  # past the buffer: nothing waits in it
    line = process.stdout.readline()
    if not line.endswith("\n"):
        raise EOFError
    done: Mapping[str, str] = json.loads(line)
    return done


def _newest_key(site: Site) -> int:
    """Return the number of the last alternate key the other process has defined."""
    path = f"EntityDefinitions(LogicalName='{KEYED}')/Keys?$select=LogicalName"
    answer = site.send("GET", path, token=site.organization_admin_token)
    assert answer.status_code == 200, answer.text
    return max(map(number_of, (each["LogicalName"] for each in answer.json()["value"])))


def _is_registered(site: Site, done: Mapping[str, str]) -> None:
    client_id = done["client_id"]
    if "secret" not in done:
        # A wrong secret: the application and its principal are known.
        assert site.ask(client_id, client_secret="wrong").json()["error_codes"] == [7000215]
        return
    token = site.sign_in(client_id, done["secret"])
    answer = site.send("GET", "leads?$top=1", token=token)
    if "key" in done:
        assert _newest_key(site) >= int(done["key"])
    if "signing" in done:
        keys = site.http.get(f"{site.served['authority']}/common/discovery/keys").json()["keys"]
        assert done["signing"] in {key["kid"] for key in keys}
    if "role" in done:
        assert answer.status_code == 200, answer.text
    elif "user" in done:
        # No role is a missing privilege, no user would be 0x80072560.
        code = answer.json().get("error", {}).get("code", "")
        assert (answer.status_code, code) in {(403, "0x80040220"), (200, "")}, answer.text


def _register_by_graph(site: Site) -> tuple[str, str]:
    """Register over the wire; return what the application proves itself by."""
    made = site.manage("applications", {"displayName": f"{MARK} {uuid.uuid4()}"})
    wish = {"passwordCredential": {"displayName": MARK}}
    secret = site.manage(f"applications/{made['id']}/addPassword", wish)
    site.manage("servicePrincipals", {"appId": made["appId"]})
    return made["appId"], secret["secretText"]


def _proves_itself(site: Site, fact: tuple[str, str]) -> None:
    site.sign_in(*fact)


def _redeem(site: Site) -> str:
    client_id, now = site.served["certificate_client_id"], int(time.time())
    claims = {
        "aud": site.token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "exp": now + _ASSERTION_SECONDS,
    }
    assertion = signed(site.certified, claims)
    answer = site.present(assertion)
    assert answer.status_code == 200, answer.text
    return assertion


def _is_redeemed(site: Site, assertion: str) -> None:
    answer = site.present(assertion)
    assert answer.json().get("error_codes") == [50012], answer.text
    _redeem(site)  # another of the same certificate is taken


def _employ(site: Site) -> str:
    """Make an account with a licence; return its id."""
    name = f"{MARK}.{uuid.uuid4()}"
    made = site.manage(
        "users",
        {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": f"{name}@{site.served['tenant_domain']}",
            "usageLocation": "DE",
            "passwordProfile": {"password": "Correct-horse-7"},
        },
    )
    licence = {"addLicenses": [{"skuId": SALES_LICENCE}], "removeLicenses": []}
    site.manage(f"users/{made['id']}/assignLicense", licence)
    return str(made["id"])


def _is_employed(site: Site, object_id: str) -> None:
    test = f"$filter=azureactivedirectoryobjectid eq {object_id}"
    path = f"systemusers?$select=islicensed,isdisabled&{test}"
    answer = site.send("GET", path, token=site.organization_admin_token)
    assert answer.status_code == 200, answer.text
    states = [(each["islicensed"], each["isdisabled"]) for each in answer.json()["value"]]
    assert states == [(True, False)]


def _sign_in(site: Site) -> tuple[dict[str, str], str]:
    """Sign a person in; return the redemption of the code, which was made, and what came of it."""
    asked = {
        "client_id": site.served["public_client_id"],
        "redirect_uri": REDIRECT,
        "scope": f"{site.served['organization_url']}/.default offline_access",
    }
    proof = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    query = urlencode({**asked, **proof, "response_type": "code"})
    base = f"{site.served.tenant_authority}/oauth2/v2.0"
    with site.served.http() as browser:  # of its own: two at once would mix up their cookies
        told = Person(site.served.facts, browser).go(f"{base}/authorize?{query}")
    code = dict(parse_qsl(urlsplit(told).query))["code"]
    redemption = {**asked, "grant_type": "authorization_code", "code": code}
    redemption["code_verifier"] = VERIFIER
    answer = site.http.post(f"{base}/token", data=redemption)
    assert answer.status_code == 200, answer.text
    return redemption, answer.json()["refresh_token"]


def _redeem_code(site: Site) -> tuple[dict[str, str], str, float]:
    redemption, token = _sign_in(site)
    return redemption, token, time.time()


def _is_spent(site: Site, fact: tuple[dict[str, str], str, float]) -> None:
    """Bring the code again, which ends all that came of it; later on it has expired besides."""
    redemption, token, redeemed = fact
    answer = site.http.post(f"{site.served.tenant_authority}/oauth2/v2.0/token", data=redemption)
    over = time.time() - redeemed > CODE_SECONDS - 60
    assert answer.json().get("error_codes") in ([54005], *([[70008]] if over else [])), answer.text
    assert _refresh(site, token).json().get("error_codes") == [50173]


def _found_family(site: Site) -> str:
    return _sign_in(site)[1]


def _can_be_refreshed(site: Site, token: str) -> None:
    answer = _refresh(site, token)
    assert answer.status_code == 200, answer.text


def _refresh(site: Site, token: str) -> httpx2.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": site.served["public_client_id"],
        "refresh_token": token,
    }
    return site.http.post(f"{site.served.tenant_authority}/oauth2/v2.0/token", data=form)


WRITERS = (
    Writer("token", _get_token, _is_believed),
    Writer("create", _create, _says),
    Writer("update", _update, _says),
    Writer("delete", _delete, _is_gone),
    Writer("register", _register, _is_registered),
    Writer("graph", _register_by_graph, _proves_itself),
    Writer("assertion", _redeem, _is_redeemed),
    Writer("person", _employ, _is_employed),
    Writer("code", _redeem_code, _is_spent),
    Writer("refresh token", _found_family, _can_be_refreshed),
    *RECORDS,
)
