"""xrm app permission and manifest: what an application may ask for, and all of it as JSON."""

import io
import json

import pytest

OWNED_BY = "Application.ReadWrite.OwnedBy"
ROLE_ID = "18a4783c-866b-4cc7-a460-3d5e5662c884"
NOBODY = "aaaaaaaa-0000-4000-8000-00000000dead"


def rows(found):
    return [
        (each["resource"], each["permission"], each["kind"], each["required"], each["granted"])
        for each in found["permissions"]
    ]


def test_permissions_are_required_granted_and_taken_back(app, answer):
    answer("create", "Asking")
    crm = ("Dataverse", "user_impersonation", "Scope")
    graph = ("Microsoft Graph", OWNED_BY, "Role")
    first = answer("permission", "add", "Asking", "--scope", "user_impersonation")
    assert rows(first) == [(*crm, True, False)]
    second = answer("permission", "add", "Asking", "--resource", "graph", "--role", OWNED_BY)
    assert rows(second) == [(*crm, True, False), (*graph, True, False)]
    assert answer("permission", "add", "Asking", "--resource", "graph", "--role", ROLE_ID) == second
    granted = answer("permission", "grant", "Asking")
    assert rows(granted) == [(*crm, True, True), (*graph, True, True)]
    assert answer("permission", "list", "Asking") == granted
    assert answer("show", "Asking")["permissions"] == granted["permissions"]
    printed = app("permission", "list", "Asking").out.splitlines()
    assert printed[0].split() == ["RESOURCE", "PERMISSION", "KIND", "REQUIRED", "GRANTED"]
    assert printed[1].split() == ["Dataverse", "user_impersonation", "delegated", "yes", "yes"]
    less = answer("permission", "remove", "Asking", "--scope", "user_impersonation")
    assert rows(less) == [(*crm, False, True), (*graph, True, True)]
    assert rows(answer("permission", "revoke", "Asking")) == [(*graph, True, False)]


def test_consent_for_all_people_and_for_one(app, answer):
    answer("create", "Consented")
    answer("permission", "add", "Consented", "--scope", "user_impersonation")
    answer("permission", "add", "Consented", "--resource", "graph", "--role", OWNED_BY)
    crm = ("Dataverse", "user_impersonation", "Scope")
    graph = ("Microsoft Graph", OWNED_BY, "Role")
    one = answer("consent", "Consented", "--user", "sales@contoso.localhost")
    assert rows(one) == [(*crm, True, True), (*graph, True, False)]
    assert answer("consent", "Consented", "--user", "SALES@contoso.localhost") == one
    other = answer("permission", "list", "Consented")
    assert rows(other) == [(*crm, True, False), (*graph, True, False)]
    app("consent", "Consented", "--user", "nobody@contoso.localhost").failed("has no user")
    everyone = answer("consent", "Consented")
    assert rows(everyone) == [(*crm, True, True), (*graph, True, True)]
    assert answer("permission", "list", "Consented") == everyone


def test_consent_elsewhere_takes_an_application_in(app, answer, fabrikam):
    made = answer("create", "Travelling", "--multi-tenant")
    answer("permission", "add", "Travelling", "--scope", "user_impersonation")
    before = answer("permission", "list", "Travelling", *fabrikam)
    assert [each["granted"] for each in before["permissions"]] == [False]
    granted = answer("permission", "grant", made["application_id"], *fabrikam)
    assert [each["granted"] for each in granted["permissions"]] == [True]
    again = app("permission", "grant", "Travelling", *fabrikam)
    assert "Travelling is present in fabrikam.example." in again.err
    for name in ("travelling", made["application_id"]):
        shown = answer("show", name, *fabrikam)
        assert (shown["tenant_id"], shown["permissions"]) == (
            made["tenant_id"],
            granted["permissions"],
        )
    answer("disable", "Travelling", *fabrikam)
    there, here = answer("show", "Travelling", *fabrikam), answer("show", "Travelling")
    assert (there["enabled"], here["enabled"]) == (False, True)
    at_home = answer("permission", "list", "Travelling")
    assert [each["granted"] for each in at_home["permissions"]] == [False]
    revoked = app("permission", "revoke", "Travelling", *fabrikam)
    assert "no longer present in fabrikam.example" in revoked.err
    app("permission", "revoke", "Travelling", *fabrikam).failed("is not in the tenant")
    app("show", "Travelling", *fabrikam).failed("has no application")


def test_an_application_for_its_own_tenant_is_not_taken_in(app, fabrikam):
    app("create", "Homely")
    ran = app("permission", "grant", "Homely", *fabrikam)
    ran.failed("AzureADMultipleOrgs")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scope", "no_such"), "offers no permission no_such"),
        (("--role", "user_impersonation"), "offers no permission"),
        (("--resource", "nothing", "--scope", "x"), "no resource named 'nothing'"),
        (("--tenant", "nowhere.example", "--scope", "x"), "There is no tenant"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_permission_nobody_offers_is_refused(app, arguments, said):
    if app("show", "Wrong").status:
        app("create", "Wrong")
    ran = app("permission", "add", "Wrong", *arguments)
    assert (ran.status, ran.out) == (1, "")
    assert said.lower() in ran.err.lower()
    assert len(ran.err.splitlines()) == 2


def test_a_permission_must_be_named(app):
    assert app("permission", "add", "Wrong").status == 2


def test_nobody_s_id_is_said(app, fabrikam):
    for verb in (("disable",), ("permission", "list"), ("permission", "grant")):
        app(*verb, NOBODY).failed(NOBODY)
        app(*verb, NOBODY, *fabrikam).failed(NOBODY)


@pytest.mark.parametrize("form", ["graph", "aad"])
def test_a_manifest_goes_out_and_comes_in(app, answer, tmp_path, form):
    name = f"In {form}"
    made = answer("create", name, "--secret", "--redirect-uri", "https://localhost/m")
    path = tmp_path / "manifest.json"
    assert app("manifest", "get", name, "--form", form, "--out", path).status == 0
    assert json.loads(path.read_text()) == answer("manifest", "get", name, "--form", form)
    assert made["secret"] not in path.read_text()
    assert answer("manifest", "set", name, path)["changed"] == {}
    assert "Nothing has changed." in app("manifest", "set", name, path).err
    document = json.loads(path.read_text())
    if form == "graph":
        document["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"] = True
    else:
        document["oauth2AllowImplicitFlow"] = True
    path.write_text(json.dumps(document))
    changed = answer("manifest", "set", name, path)["changed"]
    assert changed == {
        "web.implicitGrantSettings.enableAccessTokenIssuance": {"before": False, "after": True}
    }
    after = answer("show", name)
    assert after["implicit_access_tokens"] is True
    assert after["redirect_uris"] == made["redirect_uris"]
    assert len(after["secrets"]) == 1


def test_a_manifest_is_read_from_standard_input(app, answer, monkeypatch):
    answer("create", "Piped")
    document = json.dumps({"displayName": "Piped in"}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(document)))
    changed = answer("manifest", "set", "Piped", "-")["changed"]
    assert changed == {"displayName": {"before": "Piped", "after": "Piped in"}}
    app("show", "Piped in")


@pytest.mark.parametrize(
    ("made", "said"), [(None, "No such file"), ("folder", "Is a directory")], ids=str
)
def test_a_manifest_of_no_use_is_two_lines(app, tmp_path, made, said):
    app("create", f"Manifestless {made}")
    path = tmp_path / "manifest.json"
    if made:
        path.mkdir()
    app("manifest", "set", f"Manifestless {made}", path).failed(str(path), said)


def test_a_manifest_of_two_forms_is_the_same_registration(answer, tmp_path):
    answer("create", "Twofold", "--multi-tenant", "--native-redirect-uri", "http://localhost")
    old = answer("manifest", "get", "Twofold", "--form", "aad")
    assert old["replyUrlsWithType"] == [{"url": "http://localhost", "type": "InstalledClient"}]
    new = answer("manifest", "get", "Twofold")
    assert new["publicClient"]["redirectUris"] == ["http://localhost"]
    assert old["signInAudience"] == new["signInAudience"] == "AzureADMultipleOrgs"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        ('{"noSuchProperty": 1}', "noSuchProperty"),
        ('{"signInAudience": "Everyone"}', "signInAudience"),
        ('{"appId": "aaaaaaaa-0000-4000-8000-00000000dead"}', "read-only"),
    ],
)
def test_a_manifest_that_cannot_be_taken_is_two_lines(app, tmp_path, text, said):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    if app("show", "Plain").status:
        app("create", "Plain")
    app("manifest", "set", "Plain", path).failed(said)
