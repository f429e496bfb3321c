"""How organizations are deployed, by the verbs on a data directory on which no server runs."""

import pytest

from support.served import serving


@pytest.fixture(autouse=True)
def emptied(here):
    """Delete, after each test, the organizations it made."""
    yield
    for each in here("org", "list", "--json").json():
        if not each["demonstration"]:
            here("org", "disable", each["name"])
            assert here("org", "delete", each["name"], "--yes").status == 0


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (None, "https://localhost:8444/adatum/"),
        ("online", "https://localhost:8444/adatum/"),
        ("ifd", "https://adatum.xrm.localhost:8444/"),
        ("on-premises", "https://localhost:8444/adatum/"),
    ],
)
def test_one_is_created_shown_and_listed(here, kind, url):
    how = ("--deployment", kind) if kind else ()
    made = here("org", "create", "adatum", *how, "--json").json()
    assert (made["deployment"], made["url"]) == (kind or "online", url)
    assert here("org", "show", "adatum", "--json").json() == made
    assert made in here("org", "list", "--json").json()
    assert f"Deployment       {kind or 'online'}" in here("org", "show", "adatum").out
    (line,) = [each for each in here("org", "list").out.splitlines() if each.startswith("adatum")]
    assert line.split() == ["adatum", url, "contoso.localhost", kind or "online", "enabled"]


def test_one_is_deployed_in_another_way_and_keeps_what_it_holds(here):
    made = here("org", "create", "adatum", "--json").json()
    app = here("app", "create", "Adatum service", "--json").json()["application_id"]
    here("app-user", "create", app, "--organization", "adatum")
    users = here("app-user", "list", "--organization", "adatum", "--json").json()
    changed = here("org", "update", "adatum", "--deployment", "ifd", "--json").json()
    url = "https://adatum.xrm.localhost:8444/"
    assert changed == made | {"deployment": "ifd", "url": url}
    assert here("org", "show", "adatum", "--json").json() == changed
    assert here("app-user", "list", "--organization", "adatum", "--json").json() == users
    back = here("org", "update", "adatum", "--deployment", "online", "--json").json()
    assert back == made
    here("app", "delete", app, "--yes")


def test_the_first_one_too_and_a_server_starts_as_it_is(xrm, tmp_path):
    where = ("--data", tmp_path / "xrm")
    assert xrm("init", *where).status == 0
    changed = xrm("org", "update", "contoso", "--deployment", "on-premises", *where, "--json")
    assert changed.json()["url"] == "https://localhost:8444/contoso/"
    with serving("--port", "0", "--data", str(where[1])) as served, served.http() as http:
        assert served["deployment"] == "on-premises"
        answer = http.get(f"{served['web_api_url']}accounts")
        assert "/adfs/oauth2/authorize" in answer.headers["www-authenticate"]
        shown = xrm("org", "show", "contoso", *where, "--json").json()
        assert shown["url"] == served["organization_url"]


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (("create", "adatum", "--deployment", "cloud"), "online, ifd, on-premises"),
        (("update", "contoso", "--deployment", ""), "online, ifd, on-premises"),
        (("update", "contoso"), "--deployment must be given"),
    ],
)
def test_wrong_usage_is_told(here, verb, said):
    ran = here("org", *verb)
    assert ran.status == 2
    assert said in " ".join(ran.err.split())


@pytest.mark.parametrize("name", ["dev", "auth"])
def test_names_of_shared_hosts_are_refused(here, name):
    here("org", "create", name, "--deployment", "ifd").failed("cannot be an organization's name")
