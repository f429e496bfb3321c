"""Attacks by a token in another one's place: at the organization, Graph, userinfo and sign-out."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import jwt
import orjson
import pytest

from support.signing_in import (
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.org.faces.webapi import mount as organization_face
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts import registration
from xrm.sts.faces.graph import mount as graph_face
from xrm.sts.model import Scope
from xrm.wire.http import Request

GRAPH = "https://graph.microsoft.com"
API = "api://middle"
BEHALF = {
    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "requested_token_use": "on_behalf_of",
}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """An organization with its token service; a person, a program, and an API of two versions."""
    folder = tmp_path_factory.mktemp("tokens") / "data"
    estate = Estate.open(Settings.load({"data": folder, "synchronous": "normal"}, {}))
    estate.publish()
    service, tenant = estate.sts, estate.tenant
    impersonate = (Scope(uuid.uuid4(), "act"),)
    apis = {
        number: make_application(
            service, tenant, f"API {number}", redirects={}, public_client=False,
            identifier_uris=(f"{API}{number}",), scopes=impersonate, token_version=number,
        )
        for number in (1, 2)
    }  # fmt: skip
    options = {"implicit_id_tokens": True, "implicit_access_tokens": True}
    desk = make_application(service, tenant, **options)
    _, graph = registration.find_resource(service, tenant, "graph")
    desk = registration.require(service, desk, resource=graph, value_or_id="User.Read")
    for api in apis.values():
        desk = registration.require(service, desk, resource=api, value_or_id="act")
        registration.consent(service, tenant, api.application_id)
    registration.consent(service, tenant, desk.application_id)
    found = SimpleNamespace(
        estate=estate, service=service, tenant=tenant, desk=desk, apis=apis,
        person=make_person(service, tenant), url=estate.urls.org,
        secrets={
            number: registration.add_secret(service, api, description="x").secret.reveal()
            for number, api in apis.items()
        },
    )  # fmt: skip
    found.visitor = signed_in(found)
    found.tokens = tokens(found)
    yield found
    estate.close()


def signed_in(at) -> Visitor:
    visitor = Visitor(at.service)
    page = visitor.get(authorize_path(at.tenant), asking(at.desk, scope="openid profile"))
    assert "code" in sign_in(visitor, page, at.person.user_principal_name).told
    return visitor


def tokens(at) -> dict[str, str]:
    """Return a token of every kind a person's sign-in gives."""
    found: dict[str, str] = {}
    for name, scope in {
        "organization": f"{at.url}/user_impersonation",
        "graph": f"{GRAPH}/User.Read",
        "api v1": f"{API}1/act",
        "api v2": f"{API}2/act",
    }.items():
        asked = asking(at.desk, scope=f"{scope} openid profile offline_access", prompt="none")
        told = at.visitor.get(authorize_path(at.tenant), asked).told
        answer = redeem(at.service, at.tenant, at.desk, code=told["code"]).document
        found[name] = answer["access_token"]
        found |= {"refresh": answer["refresh_token"], "id v2": answer["id_token"]}
    v1 = asking(at.desk, "v1", resource=at.url, prompt="none")
    told = at.visitor.get(authorize_path(at.tenant, "v1"), v1).told
    found["code"] = told["code"]
    again = at.visitor.get(authorize_path(at.tenant, "v1"), v1).told["code"]
    found["id v1"] = redeem(
        at.service, at.tenant, at.desk, version="v1", code=again
    ).document["id_token"]  # fmt: skip
    implicit = asking(
        at.desk, response_type="id_token token", nonce="n", prompt="none",
        scope=f"openid profile {at.url}/user_impersonation",
        code_challenge=None, code_challenge_method=None,
    )  # fmt: skip
    found["id implicit"] = at.visitor.get(authorize_path(at.tenant), implicit).told["id_token"]
    service = {
        "grant_type": "client_credentials", "client_id": str(at.apis[1].application_id),
        "client_secret": at.secrets[1], "scope": f"{at.apis[1].application_id}/.default",
    }  # fmt: skip
    found["app only"] = redeem(at.service, at.tenant, at.apis[1], **service).document[
        "access_token"
    ]
    return found


KINDS = (
    "organization", "graph", "api v1", "api v2", "refresh", "id v2", "id v1", "id implicit",
    "code", "app only",
)  # fmt: skip


def bearer(token: str):
    return (("authorization", f"Bearer {token}"),)


def organization(at, token: str):
    head = Request("GET", "/api/data/v9.2/WhoAmI", "", bearer(token))
    return organization_face(at.estate.organization).route(head).face(head)


def graph(at, token: str):
    head = Request("GET", "/graph/v1.0/me", "", bearer(token))
    return graph_face(at.service).route(head).face(head)


@pytest.mark.parametrize("kind", KINDS)
def test_the_organization_takes_its_own_access_tokens_only(at, kind):
    answer = organization(at, at.tokens[kind])
    # Whose token is good is known, if not yet a user there.
    assert (answer.status == 401) is (kind != "organization")


@pytest.mark.parametrize("kind", KINDS)
def test_graph_and_userinfo_take_graph_s_access_tokens_only(at, kind):
    good = kind == "graph"
    assert (graph(at, at.tokens[kind]).status == 200) is good
    for path in ("/oidc/userinfo", f"/{at.tenant.tenant_id}/openid/userinfo"):
        reply = Visitor(at.service).get(path, headers=bearer(at.tokens[kind]))
        assert (reply.status == 200) is good
        if good:
            assert reply.document["sub"] == claims_of(at.tokens["id v2"])["sub"]
        else:
            assert reply.status == 401
            assert "error" in reply.document


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (("authorization", "Bearer"),),
        (("authorization", "Basic eDp5"),),
        (*bearer("a.b.c"), *bearer("a.b.c")),
        bearer("a" * 50_000),
        bearer("\u00e9.\u00e9.\u00e9"),
    ],
)
def test_userinfo_takes_nothing_malformed(at, lines):
    reply = Visitor(at.service).get("/oidc/userinfo", headers=lines)
    assert (reply.status, "error" in reply.document) == (401, True)
    token = at.tokens["graph"]
    for query in (f"access_token={token}", f"Authorization=Bearer%20{token}"):
        assert Visitor(at.service).get("/oidc/userinfo", query).status == 401
    assert Visitor(at.service).post("/oidc/userinfo", {"access_token": token}).status == 401


def forged(at, token: str, **changes) -> list[str]:
    """Return a token unsigned, signed by nobody known, or changed under its own signature."""
    head, body, signature = token.split(".")
    content = claims_of(token) | changes
    kid = jwt.get_unverified_header(token)["kid"]
    changed = jwt.utils.base64url_encode(orjson.dumps(content)).decode()
    unsigned = jwt.encode(content, None, algorithm="none", headers={"kid": kid})
    public = at.service.keys.published()[0]
    as_secret = jwt.encode(content, "x" * 64, algorithm="HS256", headers={"kid": public.kid})
    return [
        f"{head}.{changed}.{signature}",
        unsigned,
        as_secret,
        f"{head}.{body}.",
        f"{head}.{body}",
    ]


def test_no_token_is_changed_or_forged(at):
    other = make_person(at.service, at.tenant, "other")
    for token in forged(at, at.tokens["organization"], oid=str(other.object_id)):
        assert organization(at, token).status == 401
    for token in forged(at, at.tokens["graph"], oid=str(other.object_id)):
        assert graph(at, token).status == 401
        assert Visitor(at.service).get("/oidc/userinfo", headers=bearer(token)).status == 401
    for token in forged(at, at.tokens["api v1"], oid=str(other.object_id)):
        assert on_behalf(at, 1, token).refusal[2] in (50013, 50027)


def on_behalf(at, number: int, assertion: str, **changes: str):
    form = {
        **BEHALF, "assertion": assertion, "client_secret": at.secrets[number],
        "scope": f"{at.url}/user_impersonation", **changes,
    }  # fmt: skip
    return redeem(at.service, at.tenant, at.apis[number], **form)


def test_an_api_goes_on_with_what_was_given_to_it_only(at):
    for number in (1, 2):
        for kind in KINDS:
            reply = on_behalf(at, number, at.tokens[kind])
            assert (reply.status == 200) is (kind == f"api v{number}"), kind
            if reply.status != 200:
                assert reply.refusal[2] in (50013, 50027, 500131, 240002, 7000114), kind


def test_an_api_s_own_tokens_are_no_person_s(at):
    # A token for itself, and an id token of a person who signed in to the API's own pages.
    assert on_behalf(at, 1, at.tokens["app only"]).refusal == (400, "invalid_grant", 7000114)
    own = make_application(
        at.service, at.tenant, "API with pages", redirects={"https://api.example/": "Web"},
        public_client=False, implicit_id_tokens=True,
    )  # fmt: skip
    registration.consent(at.service, at.tenant, own.application_id)
    secret = registration.add_secret(at.service, own, description="x").secret.reveal()
    for version in ("v1", "v2"):
        asked = asking(
            own, version, response_type="id_token", scope="openid profile", nonce="n",
            redirect_uri="https://api.example/", resource=None, prompt="none",
        )  # fmt: skip
        token = at.visitor.get(authorize_path(at.tenant, version), asked).told["id_token"]
        form = {**BEHALF, "assertion": token, "client_secret": secret}
        reply = redeem(
            at.service, at.tenant, own, **form, scope=f"{at.url}/user_impersonation"
        )  # fmt: skip
        assert reply.refusal == (400, "invalid_grant", 240002)


def test_an_assertion_of_another_tenant_is_not_taken(at):
    other = registration.create_tenant(at.service, name="Other", domain="other.example")
    for number, api in at.apis.items():
        registration.amend_application(
            at.service, api, lambda one: replace(one, audience="AzureADMultipleOrgs")
        )
        registration.consent(at.service, other, api.application_id)
        form = {
            **BEHALF, "assertion": at.tokens[f"api v{number}"],
            "client_secret": at.secrets[number], "scope": f"{GRAPH}/User.Read",
        }  # fmt: skip
        reply = redeem(at.service, other, api, **form)
        assert reply.refusal == (400, "invalid_grant", 50013)


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_id_token_says_who_wants_to_leave(at, kind):
    visitor = signed_in(at)
    second = make_person(at.service, at.tenant, f"second{KINDS.index(kind)}").user_principal_name
    page = visitor.get(authorize_path(at.tenant), asking(at.desk, scope="openid", prompt="login"))
    assert "code" in sign_in(visitor, page, second).told
    reply = visitor.get("/common/oauth2/v2.0/logout", {"id_token_hint": at.tokens[kind]})
    if kind.startswith("id"):
        assert reply.heading == "You are signed out"
        assert at.person.user_principal_name in reply.text.replace("<wbr>", "")
    else:
        assert len(reply.accounts) == 2
