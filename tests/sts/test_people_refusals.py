"""What a person is shown, what an application is told, and that a silent request shows nothing."""

import re
from dataclasses import replace

import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    PASSWORD,
    Visitor,
    asking,
    authorize_path,
    cheap_passwords,
    make_application,
    make_person,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.registration.people import set_user_enabled

BASE = "https://localhost:8443"
REDIRECT = "http://localhost:5555"
UPN = "linus@contoso.example"
UNKNOWN = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture(scope="module")
def application(world):
    made = make_application(
        world.service, world.tenant, "Refused desk",
        redirects={"http://localhost": "InstalledClient", "https://spa.example/": "Spa"},
        implicit_id_tokens=True,
    )  # fmt: skip
    registration.consent(world.service, world.tenant, made.application_id)
    return made


@pytest.fixture(scope="module")
def visitor(world, application):
    """A browser in which Linus is signed in."""
    make_person(world.service, world.tenant, "linus")
    visitor = Visitor(world.service)
    page = visitor.get(authorize_path(world.tenant), asking(application))
    assert sign_in(visitor, page, UPN).told["code"]
    return visitor


@pytest.fixture
def ask(world, application, visitor):
    def ask(version="v2", *, tenant=None, **changes):
        fields = {"redirect_uri": REDIRECT, "nonce": "n", **changes}
        path = authorize_path(tenant or world.tenant, version)
        return visitor.get(path, asking(application, version, **fields))

    return ask


# Whom it is about is not trusted yet, or only the person can do something about it.
ON_A_PAGE = [
    ({"client_id": None}, 900144, 400),
    ({"client_id": UNKNOWN}, 700016, 400),
    ({"client_id": "no guid"}, 700016, 400),
    ({"redirect_uri": "https://evil.example/"}, 50011, 400),
    ({"prompt": "create"}, 90023, 400),
    ({"prompt": "none login"}, 90023, 400),
    ({"prompt": "NONE"}, 90023, 400),
]
ON_A_PAGE_UNLESS_SILENT = [
    ("v2", {"scope": None}, 900144, "invalid_request"),
    ("v2", {"scope": " "}, 900144, "invalid_request"),
    ("v2", {"response_type": None}, 900144, "invalid_request"),
    ("v1", {"response_type": None}, 900144, "invalid_request"),
    ("v2", {"redirect_uri": "https://spa.example/", "code_challenge": None}, 9002325,
     "invalid_request"),
    ("v2", {"scope": "https://nobody.example/.default"}, 500011, "invalid_resource"),
    ("v1", {"resource": "https://nobody.example/"}, 500011, "invalid_resource"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("prompt", [None, "none"])
@pytest.mark.parametrize(("changes", "number", "status"), ON_A_PAGE)
def test_errors_the_person_is_shown(ask, version, prompt, changes, number, status):
    reply = ask(version, **{"prompt": prompt, **changes})
    assert (reply.status, reply.number, reply.location) == (status, number, "")
    assert dict(reply.response.headers)["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("version", "changes", "number", "code"), ON_A_PAGE_UNLESS_SILENT)
def test_errors_the_person_is_shown_unless_the_request_is_silent(
    ask, version, changes, number, code
):
    page = ask(version, **changes)
    assert (page.status, page.number, page.location) == (400, number, "")
    assert ask(version, prompt="none", **changes).error == (code, number)


@pytest.mark.parametrize(
    ("tenant", "number"),
    [
        ("nowhere.example", 90002),
        (UNKNOWN, 90002),
        ("no_tenant", 900023),
        ("common", 50194),
        ("organizations", 50194),
        ("consumers", 9002346),
    ],
)
def test_tenants_at_which_it_cannot_begin(ask, tenant, number):
    for prompt in (None, "none"):
        reply = ask(tenant=tenant, prompt=prompt)
        assert (reply.status, reply.number, reply.location) == (400, number, "")


def test_prompts_of_the_other_version(ask):
    assert ask("v2", prompt="admin_consent").number == 90023
    assert ask("v1", prompt="admin_consent").heading.startswith("An administrator must approve")


TOLD = [
    ("both", {"response_type": "cod"}, "unsupported_response_type", 70005),
    ("both", {"response_type": "code token"}, "unsupported_response_type", 70005),
    ("both", {"response_type": "code id_token token"}, "unsupported_response_type", 70005),
    ("both", {"response_type": "none"}, "unsupported_response_type", 70005),
    ("both", {"response_type": "token"}, "unsupported_response_type", 70005),
    ("v2", {"response_type": "id_token", "scope": IMPERSONATION}, "unsupported_response_type",
     70005),
    ("both", {"response_mode": "query", "response_type": "id_token"}, "invalid_request", 70007),
    ("both", {"response_mode": "query", "response_type": "code id_token"}, "invalid_request",
     70007),
    ("both", {"response_mode": "okta_post_message"}, "invalid_request", 70007),
    ("both", {"response_type": "id_token", "nonce": None}, "invalid_request", 90014),
    ("both", {"response_type": "code id_token", "nonce": None}, "invalid_request", 90014),
    ("v2", {"resource": ORGANIZATION}, "invalid_request", 901002),
    ("v2", {"scope": f"{IMPERSONATION} bad\\scope"}, "invalid_scope", 70011),
    ("v2", {"scope": f"{ORGANIZATION}/.default {IMPERSONATION}"}, "invalid_scope", 70011),
    ("v2", {"scope": "user_impersonation"}, "invalid_client", 650053),
    ("v2", {"scope": f"{ORGANIZATION}/nothing"}, "invalid_client", 650053),
    ("both", {"code_challenge": "short"}, "invalid_request", 501491),
    ("both", {"code_challenge": "x" * 44}, "invalid_request", 501491),
    ("both", {"code_challenge": "x" * 42, "code_challenge_method": "plain"}, "invalid_request",
     501491),
    ("both", {"code_challenge": "x" * 129, "code_challenge_method": "plain"}, "invalid_request",
     501491),
    ("both", {"code_challenge_method": "S512"}, "invalid_request", 50149),
    ("both", {"code_challenge": None}, "invalid_request", 50147),
    ("v2", {"redirect_uri": "https://spa.example/", "code_challenge_method": "plain"},
     "invalid_request", 50149),
    ("both", {"max_age": "-1"}, "invalid_request", 90023),
    ("both", {"claims": "{"}, "invalid_request", 9002313),
    ("both", {"claims": "[]"}, "invalid_request", 9002313),
]  # fmt: skip


@pytest.mark.parametrize("prompt", [None, "none"])
@pytest.mark.parametrize(("versions", "changes", "error", "number"), TOLD)
def test_errors_the_application_is_told(ask, prompt, versions, changes, error, number):
    for version in ("v1", "v2") if versions == "both" else (versions,):
        reply = ask(version, **{"prompt": prompt, **changes})
        assert reply.error == (error, number)
        assert list(reply.told) == ["error", "error_description", "error_uri", "state"]
        assert reply.told["error_uri"] == f"{BASE}/error?code={number}"
        implicit = {"token", "id_token"} & set((changes.get("response_type") or "").split())
        assert reply.mode == ("fragment" if implicit else "query")


def test_the_description_of_a_refusal(ask):
    text = ask(response_type="cod").told["error_description"]
    guid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(
        rf"AADSTS70005: .+ Trace ID: {guid} Correlation ID: {guid} "
        r"Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ",
        text,
    )


@pytest.mark.parametrize("mode", ["fragment", "form_post"])
def test_a_refusal_comes_by_the_mode_that_was_asked(ask, mode):
    reply = ask(response_mode=mode, response_type="cod")
    assert (reply.mode, reply.error) == (mode, ("unsupported_response_type", 70005))


def test_a_form_cannot_be_posted_to_a_program(world, visitor):
    made = make_application(
        world.service, world.tenant, "Program", redirects={"msal1://auth": "InstalledClient"}
    )
    fields = asking(made, redirect_uri="msal1://auth", response_mode="form_post")
    reply = visitor.get(authorize_path(world.tenant), fields)
    assert (reply.target, reply.error) == ("msal1://auth", ("invalid_request", 70007))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "prompt", "scope"])
def test_a_parameter_comes_once(world, application, visitor, name):
    fields = {"redirect_uri": REDIRECT, "state": "s", "prompt": "none"}
    pairs = [f"{key}={value}" for key, value in asking(application, **fields).items()]
    query = "&".join([*pairs, f"{name}=again"]).replace(" ", "+")
    reply = visitor.get(authorize_path(world.tenant), query)
    assert (reply.status, reply.number) == (400, 9000411)


def test_an_error_page_names_what_can_be_passed_on(ask):
    reply = ask(redirect_uri="https://evil.example/", **{"client-request-id": UNKNOWN})
    text = re.sub("<[^>]+>", "", reply.text)
    assert f"Correlation ID: {UNKNOWN}\n" in text
    assert re.search(r"Trace ID: [0-9a-f-]{36}\n", text)
    assert re.search(r"Timestamp: \d{4}-\d\d-\d\d", text)
    assert 'href="https://evil' not in reply.text


def test_applications_and_people_that_are_turned_away(fresh):
    service, tenant = fresh.service, fresh.tenant
    ada = make_person(service, tenant)
    desk = make_application(service, tenant)
    registration.consent(service, tenant, desk.application_id)
    visitor = Visitor(service)

    def ask(**changes):
        return visitor.get(authorize_path(tenant), asking(desk, **changes))

    assert sign_in(visitor, ask(), ada.user_principal_name).told["code"]
    principal = registration.find_principal(service, tenant, desk.application_id)
    registration.require_assignment(service, principal, required=True)
    assert (ask().status, ask().number) == (400, 50105)
    assert ask(prompt="none").error == ("interaction_required", 50105)
    registration.require_assignment(service, principal, required=False)
    registration.set_principal_enabled(service, principal, enabled=False)
    assert (ask().number, ask(prompt="none").number) == (7000112, 7000112)
    registration.set_principal_enabled(service, principal, enabled=True)
    registration.set_enabled(service, desk, enabled=False)
    assert (ask().number, ask(prompt="none").number) == (7000112, 7000112)
    registration.set_enabled(service, desk, enabled=True)
    set_user_enabled(service, ada, enabled=False)
    assert ask(prompt="none").error == ("login_required", 50058)
    page = sign_in(visitor, ask(prompt="login"), ada.user_principal_name)
    assert page.number == 50057


def test_somebody_of_another_tenant_is_told_so_only_after_the_password(fresh):
    service = fresh.service
    other = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    make_person(service, other, "bo")
    desk = make_application(service, fresh.tenant)
    visitor = Visitor(service)
    page = visitor.get(authorize_path(fresh.tenant), asking(desk))
    page = visitor.submit(page, "name", username="bo@fabrikam.example")
    assert "password" in page.steps
    page = visitor.submit(page, "password", password=PASSWORD)
    assert (page.status, page.number) == (400, 50020)
    silent = visitor.get(authorize_path(fresh.tenant), asking(desk, prompt="none"))
    assert silent.error == ("login_required", 50058)


def test_an_application_of_another_tenant_is_unknown_unless_it_is_for_many(fresh):
    service = fresh.service
    other = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    single = make_application(service, other, "Single")
    visitor = Visitor(service)
    reply = visitor.get(authorize_path(fresh.tenant), asking(single))
    assert (reply.status, reply.number) == (400, 700016)
    registration.amend_application(
        service, single, lambda one: replace(one, audience="AzureADMultipleOrgs")
    )
    assert visitor.get(authorize_path(fresh.tenant), asking(single)).heading == "Sign in"


@pytest.mark.parametrize(
    ("version", "types", "scope"), [("v1", "code", None), ("v2", "code", "openid"),
                                    ("v2", "id_token", "openid")]
)  # fmt: skip
def test_a_silent_request_of_nobody(world, application, version, types, scope):
    changes = {"prompt": "none", "response_type": types, "nonce": "n"}
    if scope:
        changes["scope"] = scope
    fields = asking(application, version, redirect_uri=REDIRECT, **changes)
    reply = Visitor(world.service).get(authorize_path(world.tenant, version), fields)
    assert (reply.status, reply.error) == (302, ("login_required", 50058))
    assert "no user is signed in" in reply.told["error_description"]
    # The redirect itself may be framed: single-page applications renew their tokens so.
    names = {name.lower() for name, _ in reply.response.headers}
    assert not {"x-frame-options", "content-security-policy"} & names
