"""xrm app create, update, delete, disable, enable: what an application is."""

import pytest


def test_what_create_is_told_is_kept(answer):
    made = answer(
        *("create", "Told", "--audience", "multiple", "--public"),
        *("--redirect-uri", "https://localhost/web", "--redirect-uri", "spa:https://localhost/s"),
        *("--redirect-uri", "installed:myapp://auth", "--spa-redirect-uri", "https://localhost/t"),
        *("--native-redirect-uri", "http://localhost", "--identifier-uri", "api://told"),
    )
    assert made["audience"] == "AzureADMultipleOrgs"
    assert made["public_client"] is True
    assert made["redirect_uris"] == [
        {"url": "https://localhost/web", "kind": "Web"},
        {"url": "https://localhost/s", "kind": "Spa"},
        {"url": "myapp://auth", "kind": "InstalledClient"},
        {"url": "https://localhost/t", "kind": "Spa"},
        {"url": "http://localhost", "kind": "InstalledClient"},
    ]
    assert made["identifier_uris"] == ["api://told"]
    assert "secret" not in made
    shown = answer("show", "told")
    assert shown == made | {"permissions": []}


def test_what_people_sign_in_to_is_told_at_once(answer, app):
    made = answer(
        *("create", "For people", "--redirect-uri", "spa=https://localhost/s?a=b"),
        *("--redirect-uri", "native=http://localhost", "--redirect-uri", "WEB=https://localhost/w"),
        *("--redirect-uri", "native:myapp://auth", "--redirect-uri", "https://localhost/x?spa=1"),
        *("--implicit-id-tokens", "--implicit-access-tokens", "--confidential"),
        *("--logout-url", "https://localhost/out"),
    )
    assert made["redirect_uris"] == [
        {"url": "https://localhost/s?a=b", "kind": "Spa"},
        {"url": "http://localhost", "kind": "InstalledClient"},
        {"url": "https://localhost/w", "kind": "Web"},
        {"url": "myapp://auth", "kind": "InstalledClient"},
        {"url": "https://localhost/x?spa=1", "kind": "Web"},
    ]
    assert made["public_client"] is False
    assert made["implicit_id_tokens"] is made["implicit_access_tokens"] is True
    assert made["logout_url"] == "https://localhost/out"
    app("create", "Nowhere", "--logout-url", "nonsense").failed("logoutUrl")
    assert answer("update", "For people", "--public")["public_client"] is True
    assert answer("update", "For people", "--confidential")["public_client"] is False


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("myorg", "AzureADMyOrg"),
        ("multiple", "AzureADMultipleOrgs"),
        ("all", "AzureADandPersonalMicrosoftAccount"),
        ("personal", "PersonalMicrosoftAccount"),
        ("azureadmultipleorgs", "AzureADMultipleOrgs"),
    ],
)
def test_an_audience_has_a_short_word_and_a_long_one(answer, word, name):
    assert answer("create", f"For {word}", "--audience", word)["audience"] == name


@pytest.mark.parametrize("word", ["all", "personal"])
def test_personal_accounts_need_tokens_of_version_2(app, answer, word):
    assert answer("create", f"Version of {word}", "--audience", word)["token_version"] == 2
    refused = app("create", f"Old {word}", "--audience", word, "--token-version", 1)
    refused.failed("requestedAccessTokenVersion", "It must be 2")
    assert answer("create", f"New {word}", "--token-version", 2)["token_version"] == 2
    answer("create", f"Opened {word}")
    refused = app("update", f"Opened {word}", "--audience", word)
    refused.failed("requestedAccessTokenVersion", "--token-version 2")
    opened = answer("update", f"Opened {word}", "--audience", word, "--token-version", 2)
    assert opened["token_version"] == 2
    refused = app("update", f"Opened {word}", "--token-version", 1)
    refused.failed("requestedAccessTokenVersion")
    assert answer("show", f"Opened {word}")["token_version"] == 2


@pytest.mark.parametrize("flag", [("--days", 3), ("--description", "x")], ids=lambda f: f[0])
def test_what_a_secret_is_like_goes_with_a_secret(app, flag):
    ran = app("create", "Secretless", *flag)
    assert (ran.status, ran.out) == (2, "")
    assert "--secret" in ran.err
    assert app("show", "Secretless").status == 1


def test_a_first_secret_is_told_once(app, answer):
    made = answer("create", "First", "--secret", "--days", 9, "--description", "one")
    (secret,) = made["secrets"]
    assert secret["description"] == "one"
    assert secret["end"] - secret["start"] == 9 * 86_400
    assert made["secret"][:3] == secret["hint"]
    assert not {"key_id", "hint", "start", "end", "description"} & made.keys()
    assert answer("show", "First") == {k: v for k, v in made.items() if k != "secret"} | {
        "permissions": []
    }
    readable = app("create", "Readable", "--secret", "--description", "two").out
    assert "two" in readable
    assert answer("secret", "list", "Readable")[0]["key_id"] in readable


def test_an_update_of_nothing_is_wrong_usage(app):
    app("create", "Same")
    ran = app("update", "Same")
    assert (ran.status, ran.out) == (2, "")
    assert "Say what to change" in ran.err


def test_multi_tenant_is_a_word_for_an_audience(app, answer):
    assert answer("create", "Many", "--multi-tenant")["audience"] == "AzureADMultipleOrgs"
    both = app("create", "Both", "--multi-tenant", "--audience", "myorg")
    assert (both.status, both.out) == (2, "")


def test_update_changes_what_it_names_and_nothing_else(answer):
    before = answer("create", "Changing", "--redirect-uri", "https://localhost/a", "--public")
    after = answer(
        *("update", "Changing", "--name", "Changed", "--token-version", "2"),
        *("--implicit-access-tokens", "--implicit-id-tokens", "--no-public"),
        *("--add-redirect-uri", "spa:https://localhost/b"),
        *("--remove-redirect-uri", "https://localhost/a", "--add-identifier-uri", "api://changed"),
        *("--logout-url", "https://localhost/out"),
    )
    assert after == before | {
        "name": "Changed",
        "token_version": 2,
        "implicit_access_tokens": True,
        "implicit_id_tokens": True,
        "public_client": False,
        "redirect_uris": [{"url": "https://localhost/b", "kind": "Spa"}],
        "identifier_uris": ["api://changed"],
        "logout_url": "https://localhost/out",
    }
    again = answer("update", "Changed", "--no-implicit-access-tokens", "--logout-url", "")
    assert again == after | {"implicit_access_tokens": False, "logout_url": ""}
    assert answer("update", "Changed", "--remove-identifier-uri", "api://changed") == (
        again | {"identifier_uris": []}
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--redirect-uri", "http://app.example/"), "https"),
        (("--redirect-uri", "nonsense"), "redirectUris"),
        (("--identifier-uri", "https://elsewhere.example/a"), "verified domain"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_an_address_the_service_refuses_is_refused(app, arguments, said):
    app("create", "Refused", *arguments).failed(said)
    assert app("show", "Refused").status == 1


def test_what_is_not_there_cannot_be_removed(app):
    app("create", "Bare")
    said = "The application has no redirect URI https://localhost/x."
    app("update", "Bare", "--remove-redirect-uri", "https://localhost/x").failed(said)


def test_delete_asks_or_is_told(app, answer):
    made = answer("create", "Leaving", "--secret")
    asked = app("delete", "Leaving")
    assert (asked.status, asked.out) == (2, "")
    assert "--yes" in asked.err
    gone = answer("delete", "Leaving", "--yes")
    assert gone == {
        "name": "Leaving", "application_id": made["application_id"], "deleted": True
    }  # fmt: skip
    app("show", "Leaving").failed("The tenant has no application 'Leaving'.")


def test_an_application_is_disabled_at_home_and_enabled_again(app, answer):
    answer("create", "Switched")
    assert answer("disable", "Switched") | {"enabled": False, "home": True} == answer(
        "disable", "Switched"
    )
    assert answer("show", "Switched")["enabled"] is False
    assert "disabled" in app("list").out
    assert answer("enable", "Switched")["enabled"] is True
    assert answer("show", "Switched")["enabled"] is True


def test_an_application_is_disabled_in_a_tenant_that_took_it_in(app, answer, fabrikam):
    made = answer("create", "Guest", "--multi-tenant")
    app("disable", "Guest", *fabrikam).failed("has not taken in", "permission grant")
    answer("permission", "grant", "Guest", *fabrikam)
    switched = answer("disable", made["application_id"], *fabrikam)
    assert (switched["home"], switched["enabled"]) == (False, False)
    assert answer("show", "Guest")["enabled"] is True
    assert "is enabled in fabrikam.example" in app("enable", "Guest", *fabrikam).out


def test_names_shared_by_two_need_an_id(app):
    app("create", "Double")
    app("create", "Double")
    app("show", "Double").failed("Several applications are named 'Double'")
