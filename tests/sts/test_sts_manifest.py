"""The manifest in both forms: written whole, read strictly, unchanged by what it shows itself."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.sts import manifest
from xrm.sts.model import (
    Application,
    AppRole,
    CertificateCredential,
    PasswordCredential,
    RedirectUri,
    RequiredAccess,
    Scope,
)
from xrm.sts.registration import RegistrationError

APP_ID = UUID("1f0e3b0c-6a53-4a3b-bb56-51d9f3a3a101")
OBJECT_ID = UUID("2f0e3b0c-6a53-4a3b-bb56-51d9f3a3a102")
CRM = UUID("00000007-0000-0000-c000-000000000000")
USER_IMPERSONATION = UUID("78ce3f0f-a1ce-49c2-8cde-64b5c0896db4")
SCOPE_ID = UUID("3f0e3b0c-6a53-4a3b-bb56-51d9f3a3a103")
ROLE_ID = UUID("4f0e3b0c-6a53-4a3b-bb56-51d9f3a3a104")

PLAIN = Application(APP_ID, UUID(int=9), OBJECT_ID, "Importer", created=1_800_000_000)
FULL = replace(
    PLAIN,
    audience="AzureADMultipleOrgs",
    public_client=True,
    redirect_uris=(
        RedirectUri("https://app.contoso.example/in", "Web"),
        RedirectUri("http://localhost", "InstalledClient"),
        RedirectUri("https://app.contoso.example/spa", "Spa"),
        RedirectUri("app://58145B91-0C36-4500-8554-080854F2AC97", "InstalledClient"),
    ),
    identifier_uris=("api://" + str(APP_ID), "https://contoso.example/api"),
    implicit_id_tokens=True,
    logout_url="https://app.contoso.example/out",
    token_version=2,
    required=(RequiredAccess(CRM, USER_IMPERSONATION, "Scope"),),
    scopes=(Scope(SCOPE_ID, "Leads.Read", "Admin", True, "Read", "Read leads", "R", "r"),),
    roles=(AppRole(ROLE_ID, "Leads.All", "All", "All leads", ("Application", "User")),),
    extras={
        "tags": ["one"],
        "groupMembershipClaims": "SecurityGroup",
        "api.acceptMappedClaims": True,
        "api.preAuthorizedApplications": [
            {"appId": str(CRM), "delegatedPermissionIds": [str(SCOPE_ID)]}
        ],
        "optionalClaims": {"idToken": [{"name": "upn", "essential": False}]},
        "info.supportUrl": "https://contoso.example/help",
    },
)


def test_the_graph_form_as_the_service_writes_it():
    document = manifest.write(FULL, domain="contoso.example")
    assert document["id"] == str(OBJECT_ID)
    assert document["appId"] == str(APP_ID)
    assert document["createdDateTime"] == "2027-01-15T08:00:00Z"
    assert document["signInAudience"] == "AzureADMultipleOrgs"
    assert document["isFallbackPublicClient"] is True
    assert document["publisherDomain"] == "contoso.example"
    assert document["web"]["redirectUris"] == ["https://app.contoso.example/in"]
    assert document["web"]["implicitGrantSettings"] == {
        "enableAccessTokenIssuance": False,
        "enableIdTokenIssuance": True,
    }
    assert document["spa"] == {"redirectUris": ["https://app.contoso.example/spa"]}
    assert document["publicClient"]["redirectUris"][0] == "http://localhost"
    assert document["api"]["requestedAccessTokenVersion"] == 2
    assert document["api"]["acceptMappedClaims"] is True
    assert document["api"]["oauth2PermissionScopes"] == [
        {
            "adminConsentDescription": "Read leads",
            "adminConsentDisplayName": "Read",
            "id": str(SCOPE_ID),
            "isEnabled": True,
            "type": "Admin",
            "userConsentDescription": "r",
            "userConsentDisplayName": "R",
            "value": "Leads.Read",
        }
    ]
    assert document["requiredResourceAccess"] == [
        {
            "resourceAppId": str(CRM),
            "resourceAccess": [{"id": str(USER_IMPERSONATION), "type": "Scope"}],
        }
    ]
    assert document["tags"] == ["one"]
    assert document["info"]["supportUrl"] == "https://contoso.example/help"


def test_the_older_form_has_the_older_names():
    document = manifest.write(FULL, form="aad")
    assert document["id"] == str(OBJECT_ID)
    assert document["name"] == "Importer"
    assert document["accessTokenAcceptedVersion"] == 2
    assert document["allowPublicClient"] is True
    assert document["oauth2AllowImplicitFlow"] is False
    assert document["oauth2AllowIdTokenImplicitFlow"] is True
    assert document["replyUrlsWithType"][1] == {
        "url": "http://localhost",
        "type": "InstalledClient",
    }
    assert document["oauth2Permissions"][0]["value"] == "Leads.Read"
    assert document["preAuthorizedApplications"] == [
        {"appId": str(CRM), "permissionIds": [str(SCOPE_ID)]}
    ]
    assert document["informationalUrls"]["support"] == "https://contoso.example/help"
    assert not document.keys() & {"web", "spa", "publicClient", "api", "info", "displayName"}


@pytest.mark.parametrize("form", ["graph", "aad"])
def test_credentials_are_shown_without_what_is_secret(form):
    secret = PasswordCredential(SCOPE_ID, APP_ID, "abc", "mine", 0, 60, b"salt", b"digest")
    certificate = CertificateCredential(ROLE_ID, APP_ID, "cert", 0, 60, b"der")
    document = manifest.write(FULL, [secret], [certificate], form)
    (shown,) = document["passwordCredentials"]
    assert (shown["hint"], shown["displayName"]) == ("abc", "mine")
    (key,) = document["keyCredentials"]
    assert key["type"] == "AsymmetricX509Cert"
    hidden = ("secretText", "key") if form == "graph" else ("value", "value")
    assert (shown[hidden[0]], key[hidden[1]]) == (None, None)
    assert manifest.read(document)(FULL) == FULL


URLS = st.sampled_from(["https://a.example/", "https://a.example/b", "http://localhost:1/x"])
KINDS = st.sampled_from(["Web", "Spa", "InstalledClient"])
APPLICATIONS = st.builds(
    Application,
    application_id=st.just(APP_ID),
    tenant_id=st.just(UUID(int=9)),
    object_id=st.just(OBJECT_ID),
    name=st.sampled_from(["A", "Ü 2"]),
    created=st.integers(0, 2_000_000_000),
    audience=st.sampled_from(["AzureADMyOrg", "AzureADMultipleOrgs"]),
    public_client=st.sampled_from([None, True, False]),
    redirect_uris=st.lists(st.builds(RedirectUri, URLS, KINDS), unique_by=lambda r: r.url).map(
        tuple
    ),
    identifier_uris=st.sampled_from([(), ("api://x",), ("urn:a:b", "https://a.example/c")]),
    implicit_access_tokens=st.booleans(),
    implicit_id_tokens=st.booleans(),
    logout_url=st.sampled_from(["", "https://a.example/out"]),
    token_version=st.sampled_from([None, 1, 2]),
    required=st.lists(
        st.builds(
            RequiredAccess,
            st.sampled_from([CRM, ROLE_ID]),
            st.sampled_from([SCOPE_ID, ROLE_ID]),
            st.sampled_from(["Scope", "Role"]),
        ),
        unique=True,
    ).map(tuple),
    scopes=st.sampled_from([(), FULL.scopes, (Scope(SCOPE_ID, "bare"),)]),
    roles=st.sampled_from([(), FULL.roles, (AppRole(ROLE_ID, ""),)]),
    extras=st.sampled_from([{}, FULL.extras, {"notes": "n"}]),
)


@PROFILE
@given(application=APPLICATIONS, form=st.sampled_from(["graph", "aad"]))
def test_what_is_shown_changes_nothing_when_read(application, form):
    document = manifest.write(application, form=form, domain="contoso.example")
    assert manifest.read(document)(application) == application


@PROFILE
@given(application=APPLICATIONS, form=st.sampled_from(["graph", "aad"]))
def test_another_registration_becomes_what_is_read(application, form):
    document = manifest.write(application, form=form)
    for name in ("id", "appId", "createdDateTime"):
        del document[name]
    bare = replace(PLAIN, created=application.created)
    made = (("scopes", ()), ("roles", ()))
    shown = replace(application, **dict(made))
    document["appRoles"] = []
    document["oauth2Permissions" if form == "aad" else "unused"] = []
    document.pop("unused", None)
    if form == "graph":
        document["api"]["oauth2PermissionScopes"] = []
    read = manifest.read(document)(bare)
    assert set(read.redirect_uris) == set(shown.redirect_uris)
    assert set(read.required) == set(shown.required)
    assert replace(read, redirect_uris=(), required=()) == replace(
        shown, redirect_uris=(), required=()
    )


@pytest.mark.parametrize(
    ("document", "member", "value"),
    [
        ({"replyUrls": ["https://a.example/"]}, "redirect_uris", ("https://a.example/", "Web")),
        ({"publicClient": True}, "public_client", True),
        ({"publicClient": None}, "public_client", None),
        ({"allowPublicClient": False}, "public_client", False),
        ({"availableToOtherTenants": True}, "audience", "AzureADMultipleOrgs"),
        ({"availableToOtherTenants": False}, "audience", "AzureADMyOrg"),
        ({"oauth2AllowImplicitFlow": True}, "implicit_access_tokens", True),
        ({"accessTokenAcceptedVersion": 2}, "token_version", 2),
        ({"requestedAccessTokenVersion": 2}, "token_version", 2),
        ({"name": "New", "displayName": "New"}, "name", "New"),
        ({"homepage": "https://a.example/"}, "extras", {"web.homePageUrl": "https://a.example/"}),
        ({"web": {"logoutUrl": "https://a.example/o"}}, "logout_url", "https://a.example/o"),
        ({"@odata.type": "x", "displayName": "N"}, "name", "N"),
    ],
)
def test_old_and_new_names(document, member, value):
    found = getattr(manifest.read(document)(PLAIN), member)
    if member == "redirect_uris":
        found = (found[0].url, found[0].kind)
    assert found == value


def web(*urls):
    return {"web": {"redirectUris": list(urls)}}


def scope(**changes):
    good = {
        "id": str(SCOPE_ID),
        "value": "a",
        "adminConsentDisplayName": "A",
        "adminConsentDescription": "A",
    }
    return good | changes


def role(**changes):
    good = {
        "id": str(ROLE_ID),
        "value": "a",
        "displayName": "A",
        "description": "A",
        "allowedMemberTypes": ["Application"],
    }
    return good | changes


def scopes(*found):
    return {"api": {"oauth2PermissionScopes": list(found)}}


REFUSED = [
    ({"name": "A", "displayName": "B"}, "displayName"),
    ({"oauth2AllowImplicitFlow": True, "web": {"implicitGrantSettings": {
        "enableAccessTokenIssuance": False}}}, "web"),
    ({"replyUrls": ["https://a.example"], "replyUrlsWithType": []}, "replyUrlsWithType"),
    ({"availableToOtherTenants": True, "signInAudience": "AzureADMyOrg"},
     "availableToOtherTenants"),
    ({"displayName": 3}, "displayName"),
    ({"displayName": ""}, "displayName"),
    ({"displayName": None}, "displayName"),
    ({"displayName": "x" * 257}, "displayName"),
    ({"nonsense": 1}, "nonsense"),
    ({"web": {"nonsense": 1}}, "web.nonsense"),
    ({"web": []}, "web"),
    ({"signInAudience": "Everyone"}, "signInAudience"),
    ({"accessTokenAcceptedVersion": 3}, "api.requestedAccessTokenVersion"),
    ({"accessTokenAcceptedVersion": True}, "api.requestedAccessTokenVersion"),
    ({"isFallbackPublicClient": "yes"}, "isFallbackPublicClient"),
    (web("http://app.example/"), "redirectUris"),
    (web("https://app.example/#x"), "redirectUris"),
    (web("https://app.example/#"), "redirectUris"),
    (web("app://x"), "redirectUris"),
    (web("https://"), "redirectUris"),
    (web("https://[::1"), "redirectUris"),
    (web("https://u@app.example/"), "redirectUris"),
    (web("https://app.example:99999/"), "redirectUris"),
    (web("/relative"), "redirectUris"),
    (web("javascript:alert"), "redirectUris"),
    (web("https://a.example/" + "x" * 256), "redirectUris"),
    (web("https://a.example/a(b)"), "redirectUris"),
    (web("https://a.example/", "https://a.example/"), "redirectUris"),
    (web(*(f"https://a.example/{n}" for n in range(257))), "redirectUris"),
    (web(3), "redirectUris"),
    ({"web": {"redirectUris": "https://a.example/"}}, "redirectUris"),
    ({"publicClient": {"redirectUris": ["javascript:alert"]}}, "redirectUris"),
    (web("https://*.a.example/") | {"signInAudience": "AzureADMultipleOrgs"}, "redirectUris"),
    (web("https://a*.a.example/"), "redirectUris"),
    ({"identifierUris": ["no scheme"]}, "identifierUris"),
    ({"identifierUris": ["https://a.example/*"]}, "identifierUris"),
    ({"identifierUris": ["https://a.example/"]}, "identifierUris"),
    ({"identifierUris": ["api://a", "API://a"]}, "identifierUris"),
    ({"identifierUris": ["https://litware.example/a"]}, "identifierUris"),
    ({"identifierUris": ["https://evilcontoso.example/a"]}, "identifierUris"),
    (scopes(scope(), scope(value="b")), "oauth2PermissionScopes"),
    (scopes(scope(), scope(id=str(ROLE_ID))), "oauth2PermissionScopes"),
    (scopes(scope(id="x")), "oauth2PermissionScopes"),
    (scopes(scope(value="a b")), "oauth2PermissionScopes"),
    (scopes(scope(value=None)), "oauth2PermissionScopes"),
    (scopes(scope(value="x" * 121)), "oauth2PermissionScopes"),
    (scopes(scope(type="Both")), "oauth2PermissionScopes"),
    (scopes(scope(adminConsentDescription="")), "oauth2PermissionScopes"),
    (scopes(scope(surprise=1)), "oauth2PermissionScopes"),
    (scopes(3), "oauth2PermissionScopes"),
    ({"appRoles": [role(allowedMemberTypes=[])]}, "appRoles"),
    ({"appRoles": [role(allowedMemberTypes=["Robot"])]}, "appRoles"),
    ({"appRoles": [role(description=None)]}, "appRoles"),
    ({"appRoles": [role(), role(id=str(SCOPE_ID))]}, "appRoles"),
    (scopes(scope()) | {"appRoles": [role(id=str(SCOPE_ID))]}, "oauth2PermissionScopes"),
    ({"requiredResourceAccess": [{"resourceAppId": "x"}]}, "requiredResourceAccess"),
    ({"requiredResourceAccess": [{"resourceAppId": str(CRM), "resourceAccess": [
        {"id": str(SCOPE_ID), "type": "Both"}]}]}, "requiredResourceAccess"),
    ({"tags": "a"}, "tags"),
    ({"optionalClaims": []}, "optionalClaims"),
    ({"appId": str(OBJECT_ID)}, "appId"),
    ({"id": 3}, "id"),
    ({"passwordCredentials": [{"secretText": "mine"}]}, "passwordCredentials"),
    ({"keyCredentials": [{"key": "AAAA"}]}, "keyCredentials"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "member"), REFUSED)
def test_what_the_service_refuses(document, member):
    with pytest.raises(RegistrationError) as refused:
        manifest.read(document, domains=["contoso.example"])(PLAIN)
    assert member.startswith(refused.value.member)
    assert refused.value.member


@pytest.mark.parametrize(
    "document",
    [
        web("https://*.a.example/"),
        web("http://localhost:3000/in", "http://127.0.0.1/"),
        {"publicClient": {"redirectUris": ["urn:ietf:wg:oauth:2.0:oob", "msal1://auth"]}},
        {"identifierUris": ["https://api.contoso.example/a", "api://a", "urn:a:b"]},
        {"signInAudience": "PersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 2}},
    ],
)
def test_what_the_service_takes(document):
    assert manifest.read(document, domains=["contoso.example"])(PLAIN) != PLAIN


def test_an_enabled_permission_goes_only_after_it_was_disabled():
    renamed = manifest.read(scopes(scope(value="other")))(FULL)
    assert [one.value for one in renamed.scopes] == ["other"]
    for gone in (scopes(), {"appRoles": []}, scopes(scope(id=str(CRM)))):
        with pytest.raises(manifest.EnabledPermission):
            manifest.read(gone)(FULL)
    document = manifest.write(FULL)
    document["api"]["oauth2PermissionScopes"][0]["isEnabled"] = False
    document["appRoles"][0]["isEnabled"] = False
    disabled = manifest.read(document)(FULL)
    emptied = manifest.read(scopes() | {"appRoles": []})(disabled)
    assert (emptied.scopes, emptied.roles) == ((), ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        *manifest.write(FULL),
        *manifest.write(FULL, form="aad"),
        *("replyUrls", "publicClient", "availableToOtherTenants", "homepage"),
    ]
)


@PROFILE
@given(document=st.dictionaries(NAMES, JSON, max_size=4))
def test_any_document_is_read_or_refused(document):
    try:
        made = manifest.read(document, domains=[])(FULL)
    except RegistrationError as error:
        assert str(error)  # noqa: PT017 - refused or read, both are answers
    else:
        assert manifest.read(manifest.write(made))(made) == made
