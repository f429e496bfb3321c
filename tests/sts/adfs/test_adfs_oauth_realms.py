"""OAuth at a farm that trusts claims providers: where people are sent, and as whom they return."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.brought import GRACE, assertion, bring, signed
from support.farm_clients import ADA, NATIVE_REDIRECT, WEB, WEB_REDIRECT, Desk, refused, verified
from support.farms import LS, SITE, VAULT, FarmVisitor, choose_home, farms_in, follow, give_password
from support.signing_in import Reply, cheap_passwords
from xrm.sts.adfs import parties, providers
from xrm.sts.adfs.oauth import clients
from xrm.sts.model import ClaimsProvider
from xrm.wire.certificates import new_key
from xrm.wire.saml import Claim, Confirmation, claim_types

ISSUER = "http://localhost:8443/adfs/services/trust"
THEIR_ISSUER = "http://localhost:8443/fabrikam.example/adfs/services/trust"
THERE = "https://localhost:8443/fabrikam.example/adfs/ls/?"
QUESTION, PASSWORD_PAGE = "Where is your account?", "Sign in"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Clients of a farm that lets in the people of another one, of the suffix fabrikam.example."""
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("realms")) as farms:
        farms.chain()
        made = Desk(farms)
        change(made, suffixes=("Fabrikam.Example",))
        yield made


def provider_of(desk: Desk) -> ClaimsProvider:
    return providers.listing(desk.farms.service, desk.farm)[0]


def change(desk: Desk, **changes: Any) -> None:
    found = provider_of(desk)
    providers.update(desk.farms.service, desk.farm, found.provider_id, **changes)


def asked(reply: Reply) -> dict[str, str]:
    """Return what goes along to the other token service."""
    assert reply.location.startswith(THERE)
    found = parse_qs(urlsplit(reply.location).query)
    return {name: values[0] for name, values in found.items()}


def sent(desk: Desk, visitor: FarmVisitor | None = None, **changes: str | None) -> dict[str, str]:
    """Send a browser with a request, and on; return what goes along."""
    return asked(desk.browse(visitor, resource=SITE, domain_hint="fabrikam.example", **changes))


def gone_through(desk: Desk, **changes: str | None) -> Reply:
    """Sign grace in at the other farm, and come back."""
    page = desk.browse(resource=SITE, domain_hint="fabrikam.example", **changes)
    reply = give_password(desk.visitor, follow(desk.visitor, page), GRACE)
    assert reply.target == desk.farm.passive
    return follow(desk.visitor, reply)


def test_somebody_of_a_provider_gets_a_code_and_its_tokens(desk: Desk) -> None:
    told = gone_through(desk, scope="openid")
    assert told.location.startswith(f"{NATIVE_REDIRECT}/?code=")
    assert told.told["state"] == "a state"
    answer = desk.redeem(code=told.told["code"]).document
    claims = verified(desk.farms, answer["access_token"], SITE, ISSUER)
    assert claims["upn"] == GRACE
    assert claims["authmethod"].endswith("password")
    # What only the farm's own directory knows is not made up for others.
    assert claims.keys().isdisjoint({"primarysid", "unique_name", "winaccountname"})
    about = verified(desk.farms, answer["id_token"], desk.native.client_id, desk.farm.url)
    assert (about["upn"], about["unique_name"]) == (GRACE, "FABRIKAM\\grace")
    again = desk.redeem(refresh_token=answer["refresh_token"]).document
    renewed = verified(desk.farms, again["access_token"], SITE, ISSUER)
    assert (renewed["upn"], renewed["sub"]) == (GRACE, claims["sub"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, QUESTION),
        ({"domain_hint": "fabrikam.example"}, THERE),
        ({"domain_hint": "FABRIKAM.example"}, THERE),
        ({"domain_hint": THEIR_ISSUER}, THERE),
        ({"domain_hint": "contoso.example"}, PASSWORD_PAGE),
        ({"domain_hint": ISSUER}, PASSWORD_PAGE),
        ({"domain_hint": "elsewhere.example"}, QUESTION),
        ({"login_hint": GRACE}, THERE),
        ({"login_hint": "Grace@FABRIKAM.example"}, THERE),
        ({"login_hint": ADA}, PASSWORD_PAGE),
        ({"login_hint": "CONTOSO\\ada"}, PASSWORD_PAGE),
        ({"login_hint": "someone@elsewhere.example"}, QUESTION),
        ({"login_hint": ADA, "domain_hint": "fabrikam.example"}, THERE),
        # A parameter of WS-Federation is none of OAuth's.
        ({"whr": THEIR_ISSUER}, QUESTION),
    ],
)
def test_hints_say_where_an_account_is(desk: Desk, changes: dict[str, str], expected: str) -> None:
    reply = desk.browse(resource=SITE, **changes)
    if expected == THERE:
        assert asked(reply)["wreply"] == desk.farm.passive
    else:
        assert reply.heading == expected


def test_a_person_chooses_and_the_choice_is_remembered(desk: Desk) -> None:
    visitor = desk.visitor
    page = desk.browse(resource=SITE)
    assert choose_home(visitor, page, "Contoso").heading == PASSWORD_PAGE
    reply = give_password(visitor, desk.browse(resource=SITE), ADA)
    assert reply.location.startswith(f"{NATIVE_REDIRECT}/?code=")
    other = desk.farms.visitor()
    assert asked(choose_home(other, desk.browse(other, resource=SITE), "Fabrikam"))
    assert asked(desk.browse(other, resource=SITE))


def test_the_page_of_the_question_may_lead_elsewhere_whatever_the_answer_goes_to(
    desk: Desk,
) -> None:
    desk.add("tools", "native", "app://tools")
    page = desk.browse(resource=SITE, client_id="tools", redirect_uri="app://tools")
    assert page.heading == QUESTION
    policy = page.response.header("content-security-policy") or ""
    forms = policy.partition("form-action")[2].partition(";")[0].split()
    assert {"'self'", "app:", "https:"} <= {*forms}


def test_nobody_is_asked_who_may_not_be(desk: Desk) -> None:
    reply = desk.browse(resource=SITE, prompt="none", domain_hint="fabrikam.example")
    assert reply.told["error"] == "interaction_required"
    gone_through(desk)
    for more in ({"prompt": "none"}, {}):
        reply = desk.browse(resource=SITE, **more)
        assert reply.location.startswith(f"{NATIVE_REDIRECT}/?code=")


@pytest.mark.parametrize(
    ("changes", "fresh"),
    [({}, None), ({"prompt": "login"}, "0"), ({"max_age": "600"}, "10"), ({"max_age": "0"}, "0")],
)
def test_how_fresh_a_sign_in_has_to_be_is_asked_over_there_too(
    desk: Desk, changes: dict[str, str], fresh: str | None
) -> None:
    assert sent(desk, **changes).get("wfresh") == fresh


def test_a_sign_in_that_is_older_than_asked_is_refused(desk: Desk) -> None:
    context = sent(desk, prompt="login")["wctx"]
    made = assertion(desk.farms, authenticated=desk.farms.clock() - 3600)
    reply = bring(desk.farms, desk.visitor, signed(desk.farms, made), context)
    assert (reply.status, reply.location) == (400, "")


def test_an_answer_goes_to_the_request_it_was_sent_for(desk: Desk) -> None:
    first = sent(desk, state="first")
    second = sent(desk, client_id=WEB, redirect_uri=WEB_REDIRECT, state="second")
    for context, redirect, state in (
        (second["wctx"], WEB_REDIRECT, "second"),
        (first["wctx"], NATIVE_REDIRECT, "first"),
    ):
        token = signed(desk.farms, assertion(desk.farms))
        reply = bring(desk.farms, desk.visitor, token, context)
        assert reply.location.startswith(f"{redirect}")
        assert reply.told["state"] == state


def test_another_browser_cannot_go_on(desk: Desk) -> None:
    context = sent(desk)["wctx"]
    stranger = desk.farms.visitor()
    for visitor in (stranger, desk.farms.visitor()):
        token = signed(desk.farms, assertion(desk.farms))
        reply = bring(desk.farms, visitor, token, context)
        assert (reply.status, reply.location) == (400, "")
        assert "another browser" in reply.heading
        assert not [name for name in visitor.jar if "MSISAuth-" in name]
        desk.browse(visitor, resource=SITE)  # with a browser's own cookie no more


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "urn:somebody"},
        {"audiences": ()},
        {"audiences": ("urn:other",)},
        {"claims": (Claim(claim_types.UPN, (ADA,)),)},
        {"claims": (Claim(claim_types.UPN, ("CONTOSO\\ada",)),)},
        {"claims": (Claim(claim_types.UPN, (GRACE, "heidi@fabrikam.example")),)},
        {"claims": (Claim(claim_types.NAME, ("FABRIKAM\\grace",)),)},
        {"version": "2.0", "confirmation": Confirmation(recipient="https://elsewhere.example/")},
        {"not_before": 0.0, "not_on_or_after": 3600.0},
    ],
)
def test_what_is_not_believed_signs_nobody_in(desk: Desk, changes: dict[str, Any]) -> None:
    context = sent(desk)["wctx"]
    token = signed(desk.farms, assertion(desk.farms, **changes))
    reply = bring(desk.farms, desk.visitor, token, context)
    assert (reply.status, reply.location) == (400, "")
    assert desk.browse(resource=SITE, prompt="none").told["error"] == "interaction_required"


def test_what_another_key_signed_is_not_believed(desk: Desk) -> None:
    context = sent(desk)["wctx"]
    token = signed(desk.farms, assertion(desk.farms), new_key())
    reply = bring(desk.farms, desk.visitor, token, context)
    assert (reply.status, reply.location) == (400, "")


def test_a_token_is_used_once_by_either_protocol(desk: Desk) -> None:
    token = signed(desk.farms, assertion(desk.farms))
    first = bring(desk.farms, desk.visitor, token, sent(desk, prompt="login")["wctx"])
    assert "code" in first.told
    second = bring(desk.farms, desk.visitor, token, sent(desk, prompt="login")["wctx"])
    assert (second.status, second.location) == (400, "")
    web = {"wa": "wsignin1.0", "wtrealm": SITE, "whr": THEIR_ISSUER}
    third = bring(desk.farms, desk.visitor, token, asked(desk.visitor.get(LS, web))["wctx"])
    assert (third.status, third.told) == (400, {})


def test_the_way_is_open_for_half_an_hour(desk: Desk) -> None:
    context = sent(desk)["wctx"]
    desk.farms.clock.ahead += 1801
    token = signed(desk.farms, assertion(desk.farms))
    reply = bring(desk.farms, desk.visitor, token, context)
    assert (reply.status, reply.location) == (400, "")


def test_nobody_has_signed_in_later_than_now(desk: Desk) -> None:
    context = sent(desk, scope="openid")["wctx"]
    made = assertion(desk.farms, authenticated=desk.farms.clock() + 7 * 86_400)
    reply = bring(desk.farms, desk.visitor, signed(desk.farms, made), context)
    answer = desk.redeem(code=reply.told["code"]).document
    about = verified(desk.farms, answer["id_token"], desk.native.client_id, desk.farm.url)
    assert about["auth_time"] <= desk.farms.clock()


@pytest.mark.parametrize("removed", [True, False])
def test_a_provider_that_is_trusted_no_more_ends_everything_of_its_people(
    desk: Desk, removed: bool
) -> None:
    first, second = gone_through(desk), desk.browse(resource=SITE)
    refresh = desk.redeem(code=first.told["code"]).document["refresh_token"]
    service, found = desk.farms.service, provider_of(desk)
    if removed:
        providers.remove(service, desk.farm, found.provider_id)
    else:
        change(desk, enabled=False)
    assert refused(desk.redeem(code=second.told["code"]))[1] == "invalid_grant"
    assert refused(desk.redeem(refresh_token=refresh))[1] == "invalid_grant"
    assert desk.browse(resource=SITE, prompt="none").told["error"] == "interaction_required"
    if not removed:
        change(desk, enabled=True)
        assert desk.redeem(refresh_token=refresh).status == 200


def test_two_providers_of_one_name_speak_of_two_people(desk: Desk) -> None:
    first = desk.redeem(code=gone_through(desk).told["code"]).document
    second_key = "urn:partner"
    change(desk, identifier=second_key)
    context = sent(desk, prompt="login")["wctx"]
    token = signed(desk.farms, assertion(desk.farms, issuer=second_key))
    told = bring(desk.farms, desk.visitor, token, context).told
    second = desk.redeem(code=told["code"]).document
    subjects = {
        verified(desk.farms, one["access_token"], SITE, ISSUER)["sub"] for one in (first, second)
    }
    assert len(subjects) == 2


def test_a_provider_speaks_for_nobody_where_a_password_is_given(desk: Desk) -> None:
    gone_through(desk)
    answer = desk.by_password(GRACE, resource=SITE)
    assert refused(answer) == (400, "invalid_grant", "MSIS9659")


def test_a_device_is_signed_in_by_somebody_of_a_provider(desk: Desk) -> None:
    begun = desk.farms.visitor().post(
        desk.path("devicecode"), {"client_id": desk.native.client_id, "resource": SITE}
    )
    page = desk.visitor.get(desk.path("deviceauth"), {"user_code": begun.document["user_code"]})
    page = desk.visitor.post(desk.path("deviceauth"), {**page.fields, "step": "code"})
    assert page.heading == QUESTION
    reply = choose_home(desk.visitor, page, "Fabrikam")
    reply = give_password(desk.visitor, follow(desk.visitor, reply), GRACE)
    page = follow(desk.visitor, reply)
    assert page.heading.startswith("Are you trying to sign in to")
    desk.visitor.post(desk.path("deviceauth"), {**page.fields, "step": "accept"})
    answer = desk.token(
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        client_id=desk.native.client_id,
        device_code=begun.document["device_code"],
    )
    claims = verified(desk.farms, answer.document["access_token"], SITE, ISSUER)
    assert claims["upn"] == GRACE


def test_web_sites_and_applications_share_what_was_chosen_and_the_way_out(desk: Desk) -> None:
    gone_through(desk)
    site = desk.visitor.get(LS, {"wa": "wsignin1.0", "wtrealm": VAULT})
    assert asked(site)["wtrealm"] == desk.farm.identifier
    left = desk.visitor.get(LS, {"wa": "wsignout1.0"})
    assert "fabrikam.example/adfs/ls/?wa=wsignout1.0" in left.text + left.location


def test_what_needs_an_account_refuses_somebody_of_a_provider(desk: Desk) -> None:
    api = "https://api.example/"
    parties.add(desk.farms.service, desk.farm, name="API", identifiers=(api,))
    desk.add(api, "confidential", name="API")
    secret = clients.add_secret(desk.farms.service, desk.farm, api).secret
    page = desk.browse(resource=api, domain_hint="fabrikam.example", scope="openid")
    reply = give_password(desk.visitor, follow(desk.visitor, page), GRACE)
    told = follow(desk.visitor, reply).told
    tokens = desk.redeem(code=told["code"]).document
    answer = desk.token(
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        requested_token_use="on_behalf_of",
        client_id=api,
        client_secret=secret.reveal(),
        assertion=tokens["access_token"],
        resource=SITE,
    )
    assert refused(answer)[:2] == (400, "invalid_grant")
    own = desk.redeem(refresh_token=tokens["refresh_token"], resource="urn:microsoft:userinfo")
    bearer = (("authorization", f"Bearer {own.document['access_token']}"),)
    assert desk.visitor.get("/adfs/userinfo", headers=bearer).status == 401
