"""A person who signs in to the demonstration's desktop program, each way a program has.

The password is typed into the program, or into pages of the token service; there `browsing`
does what the person would.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from xrm.cli.walk import libraries
from xrm.cli.walk.asking import (
    Facts,
    LeftOut,
    Unexpected,
    check_password,
    http_client,
    post_form,
    posted,
    read_leads,
    tenant,
)
from xrm.cli.walk.browsing import Person
from xrm.cli.walk.libraries import Step

_CLIENT = "public_client_id"
_REDIRECT = "http://localhost:8401"


def password_v1(facts: Facts) -> Step:
    """Prepare plain HTTP to the v1 endpoint: name and password in the form (RFC 6749 4.3).

    MSAL is not tried this way: it asks for the realm of the name at port 443, whatever the
    authority's is.
    """
    form = _form(facts) | {"resource": facts["organization_url"]}

    def step() -> str:
        with http_client(facts) as http:
            token = post_form(http, f"{tenant(facts)}/oauth2/token", form)
            return read_leads(facts, token, http)

    return step


def refreshed_v2(facts: Facts) -> Step:
    """Prepare plain HTTP to the v2 endpoint: by password, then by the refresh token it gave."""
    form = _form(facts) | {"scope": f"{facts['organization_url']}.default offline_access"}
    again = {name: form[name] for name in ("client_id", "scope")} | {"grant_type": "refresh_token"}

    def step() -> str:
        url = f"{tenant(facts)}/oauth2/v2.0/token"
        with http_client(facts) as http:
            first = posted(http, url, form)
            token = post_form(http, url, again | {"refresh_token": first["refresh_token"]})
            return "refreshed, " + read_leads(facts, token, http)

    return step


def adal_password(facts: Facts) -> Step:
    """Prepare ADAL with name and password, on v1."""
    _taken(facts)
    proof = (facts["organization_url"], facts["username"], facts["password"], facts[_CLIENT])
    return libraries.adal(
        facts, lambda context: dict(context.acquire_token_with_username_password(*proof))
    )


def msal_code(facts: Facts) -> Step:
    """Prepare MSAL with an authorization code and PKCE, got at the pages (RFC 7636)."""
    check_password(facts)

    def ask(program: Any, scopes: list[str]) -> dict[str, Any]:
        flow = program.initiate_auth_code_flow(scopes, redirect_uri=_REDIRECT)
        with http_client(facts) as http:
            end = Person(facts, http).go(flow["auth_uri"])
        if not end.startswith(_REDIRECT):
            raise Unexpected(f"the pages end at: {end}")
        answer = dict(parse_qsl(urlsplit(end).query))
        return dict(program.acquire_token_by_auth_code_flow(flow, answer))

    return _msal(facts, ask)


def msal_device(facts: Facts) -> Step:
    """Prepare MSAL with a device code, typed in at the pages (RFC 8628)."""
    check_password(facts)

    def ask(program: Any, scopes: list[str]) -> dict[str, Any]:
        flow = program.initiate_device_flow(scopes)
        if "user_code" not in flow:
            raise Unexpected(flow.get("error_description", "no device code").splitlines()[0])
        with http_client(facts) as http:
            Person(facts, http, code=flow["user_code"]).go(flow["verification_uri"])
        return dict(program.acquire_token_by_device_flow(flow))

    return _msal(facts, ask)


def azure_identity_device(facts: Facts) -> Step:
    """Prepare azure-identity with a device code."""
    from azure.identity import DeviceCodeCredential

    check_password(facts)

    def type_in(page: str, code: str, _expires: object) -> None:
        with http_client(facts) as http:
            Person(facts, http, code=code).go(page)

    def credential(tenant_id: str, **more: Any) -> DeviceCodeCredential:
        return DeviceCodeCredential(
            facts[_CLIENT], tenant_id=tenant_id, prompt_callback=type_in, **more
        )

    return libraries.azure_identity(facts, credential)


def _msal(facts: Facts, ask: Any) -> Step:
    """Prepare MSAL's public client; `ask` gets it and the scopes, and returns its answer."""
    import msal  # type: ignore[import-untyped]

    def step() -> str:
        program = msal.PublicClientApplication(
            facts[_CLIENT], authority=tenant(facts), instance_discovery=False
        )
        return libraries.msal_leads(facts, ask(program, [facts["organization_url"] + ".default"]))

    return step


def _form(facts: Facts) -> dict[str, str]:
    _taken(facts)
    return {
        "grant_type": "password",
        "client_id": facts[_CLIENT],
        "username": facts["username"],
        "password": facts["password"],
    }


def _taken(facts: Facts) -> None:
    """Leave out a way by which a program sends the password, where none is taken from it."""
    check_password(facts)
    if facts["profile"] == "strict":
        raise LeftOut("the strict profile takes no password from a program")
