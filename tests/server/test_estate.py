"""Opening a data directory: first use, second use, two at once, interrupted, and the wrong key."""

import base64
import secrets
import subprocess
import sys
from dataclasses import replace

import pytest

from support import postgres
from xrm.db import Busy
from xrm.model.ports import system_clock
from xrm.org.administration import application_users, named, user_of_person
from xrm.server.addresses import Urls
from xrm.server.demonstration import programs, services, staff
from xrm.server.estate import Estate
from xrm.server.folder import EstateError
from xrm.server.settings import Settings
from xrm.sts.accounts.passwords import verify_password
from xrm.sts.manifest import checks
from xrm.sts.model import RedirectUri
from xrm.sts.offerings import directory_role
from xrm.sts.registration import (
    amend_application,
    delete_application,
    find_application,
    list_applications,
    list_secrets,
    people,
    permissions,
)


def settings(path, **values):
    return Settings.load({"data": path, "synchronous": "normal", **values}, {})


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    path = tmp_path_factory.mktemp("estate") / "data"
    estate = Estate.open(settings(path))
    estate.close()
    return estate


def same(one, other):
    assert other.server_id == one.server_id
    assert other.tenant == one.tenant
    assert other.demonstration == one.demonstration


def test_first_use_makes_the_demonstration(first):
    estate = Estate.open(first.settings)
    try:
        users = application_users(estate.organization)
        shown = estate.demonstration
        europe, root = "Contoso Europe", "Contoso"
        assert {(u.application_id, u.roles, u.business_unit) for u in users} == {
            (shown.client_id, ("Salesperson",), europe),
            (shown.certificate_client_id, ("Salesperson",), europe),
            (shown.multi_tenant_client_id, ("Salesperson",), europe),
            (shown.admin_client_id, ("System Administrator",), root),
        }
        names = {one.name for one in list_applications(estate.sts, estate.tenant)}
        own = {each.name for each in services.SERVICES}
        assert names == own | {programs.DESKTOP_NAME, programs.PAGE_NAME}
        assert estate.tenant.domain == "contoso.localhost"
    finally:
        estate.close()


def test_first_use_makes_people_and_gives_them_their_place(first):
    estate = Estate.open(first.settings)
    try:
        shown, organization = estate.demonstration, estate.organization
        placed = {}
        for name, password in (
            (shown.username, shown.password),
            (shown.admin_username, shown.admin_password),
        ):
            account = people.find_user(estate.sts, estate.tenant, name)
            assert verify_password(account, password)
            assert not account.must_change_password
            user = user_of_person(organization, account.object_id)
            assert (user.enabled, user.licensed, user.access_mode) == (True, True, 0)
            with organization.database.read() as tx:
                table = organization.catalogue["systemuser"]
                row = organization.store.fetch(tx, table, str(user.user_id), ("businessunitid",))
            placed[name] = (user.roles, row["businessunitid"].id)
        europe = named(organization, "businessunit", "Contoso Europe")
        root = named(organization, "businessunit", "Contoso")
        assert placed == {
            "sales@contoso.localhost": (("Salesperson",), europe),
            "admin@contoso.localhost": (("System Administrator",), root),
        }
        administrator = people.find_user(estate.sts, estate.tenant, shown.admin_username)
        assert [directory_role(role).name for role in administrator.roles] == [
            "Global Administrator"
        ]
    finally:
        estate.close()


def test_first_use_registers_what_people_sign_in_to(first):
    estate = Estate.open(first.settings)
    try:
        shown = estate.demonstration
        desktop, page = (
            find_application(estate.sts, estate.tenant, each)
            for each in (shown.public_client_id, shown.spa_client_id)
        )
        assert desktop.public_client
        assert {(one.kind, one.url) for one in desktop.redirect_uris} == {
            ("InstalledClient", "http://localhost"),
            ("InstalledClient", "https://localhost:8443/common/oauth2/nativeclient"),
        }
        assert not page.public_client
        assert page.redirect_uris == (RedirectUri(shown.spa_redirect_uri, "Spa"),)
        assert page.implicit_id_tokens
        assert page.implicit_access_tokens
        for one in (desktop, page):
            checks.redirect_uris(one.redirect_uris, one.audience)
            checks.address(one.logout_url, "logoutUrl")
            asked = permissions(estate.sts, estate.tenant, one)
            assert all(each.required and each.granted for each in asked)
            assert {each.value for each in asked} == {
                "user_impersonation", "openid", "profile", "offline_access", "User.Read",
            }  # fmt: skip
    finally:
        estate.close()


def test_the_desktop_program_ends_where_the_token_service_is_now(tmp_path):
    for port in (8443, *range(9001, 9012)):
        urls = Urls(f"https://localhost:{port}", "https://localhost:9999/")
        estate = Estate.open(settings(tmp_path), urls=urls)
        estate.publish()
        estate.close()
    estate = Estate.open(settings(tmp_path))
    try:
        found = find_application(estate.sts, estate.tenant, programs.DESKTOP_NAME)
        assert [one.url for one in found.redirect_uris] == ["http://localhost"] + [
            f"https://localhost:{port}/common/oauth2/nativeclient" for port in range(9004, 9012)
        ]
        amend_application(
            estate.sts, found, lambda one: replace(one, redirect_uris=found.redirect_uris[:1])
        )
        estate.publish()
        left = find_application(estate.sts, estate.tenant, programs.DESKTOP_NAME)
        assert [one.url for one in left.redirect_uris] == ["http://localhost"]
    finally:
        estate.close()


def test_a_password_somebody_changed_is_not_known_and_not_set_anew(tmp_path):
    estate = Estate.open(settings(tmp_path))
    name = estate.demonstration.username
    before = estate.demonstration.admin_password
    account = people.find_user(estate.sts, estate.tenant, name)
    changed = people.set_password(estate.sts, account).user
    estate.close()
    again = Estate.open(settings(tmp_path))
    try:
        assert (again.demonstration.username, again.demonstration.password) == (name, None)
        assert again.demonstration.admin_password == before
        assert people.find_user(again.sts, again.tenant, name) == changed
    finally:
        again.close()


@pytest.mark.parametrize("broken", ["before the account", "before its place"])
def test_people_whose_making_was_broken_off_are_finished(tmp_path, monkeypatch, broken):
    def fails(*_args, **_more):
        raise Busy("interrupted")

    estate = Estate.open(settings(tmp_path))
    people.delete_user(
        estate.sts, people.find_user(estate.sts, estate.tenant, "sales@contoso.localhost")
    )
    estate.close()
    with monkeypatch.context() as patched:
        patched.setattr(staff, "_create" if broken == "before the account" else "place", fails)
        with pytest.raises(EstateError, match="interrupted"):
            Estate.open(settings(tmp_path))
    again = Estate.open(settings(tmp_path))
    try:
        account = people.find_user(again.sts, again.tenant, "sales@contoso.localhost")
        assert verify_password(account, again.demonstration.password)
        assert user_of_person(again.organization, account.object_id).roles == ("Salesperson",)
    finally:
        again.close()


def test_an_earlier_data_directory_gains_people_and_programs(tmp_path):
    estate = Estate.open(settings(tmp_path))
    for name in (estate.demonstration.username, estate.demonstration.admin_username):
        people.delete_user(estate.sts, people.find_user(estate.sts, estate.tenant, name))
    for name in (programs.DESKTOP_NAME, programs.PAGE_NAME):
        delete_application(estate.sts, find_application(estate.sts, estate.tenant, name))
    estate.close()
    (tmp_path / "secrets.sealed").unlink()
    later = Estate.open(settings(tmp_path))
    try:
        shown = later.demonstration
        account = people.find_user(later.sts, later.tenant, shown.username)
        assert verify_password(account, shown.password)
        assert user_of_person(later.organization, account.object_id).roles == ("Salesperson",)
        assert find_application(later.sts, later.tenant, shown.public_client_id) is not None
        assert find_application(later.sts, later.tenant, shown.spa_client_id) is not None
    finally:
        later.close()


def test_second_use_finds_it_again(first):
    again = Estate.open(first.settings)
    again.close()
    same(first, again)


def test_no_secret_lies_open(first):
    shown = first.demonstration
    known = [
        *(shown.client_secret, shown.no_user_client_secret),
        *(shown.password, shown.admin_password),
    ]
    for path in first.folder.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [one for one in known if one.reveal().encode() in content], path
    assert all(one.reveal() not in repr(first.demonstration) for one in known)


def test_the_urls_are_those_of_whoever_opens(first):
    urls = Urls("https://sts.example", "https://org.example/")
    estate = Estate.open(first.settings, urls=urls)
    try:
        assert estate.sts.base_url == "https://sts.example"
        assert estate.organization.url == "https://org.example/"
        assert estate.organization.trust.issuers == {
            f"https://sts.example/{estate.tenant.tenant_id}/"
        }
    finally:
        estate.close()
    plain = Estate.open(first.settings)
    plain.close()
    assert plain.urls == Urls(
        "https://localhost:8443", "https://localhost:8444/", ifd="xrm.localhost:8444"
    )


def test_the_organization_sees_the_tenants_applications(first):
    estate = Estate.open(first.settings)
    try:
        directory = estate.organization.directory
        found = directory.application(estate.demonstration.no_user_client_id)
        assert found is not None
        assert found.name == services.NO_USER.name
        assert found.tenant_domain == "contoso.localhost"
        assert directory.application(estate.server_id) is None
    finally:
        estate.close()


def test_two_processes_at_first_use_make_one_estate(tmp_path):
    code = (
        "import sys\n"
        "from xrm.server.estate import Estate\n"
        "from xrm.server.settings import Settings\n"
        "estate = Estate.open(Settings.load({'data': sys.argv[1]}, {}))\n"
        "print(estate.tenant.tenant_id, estate.demonstration.client_secret.reveal())\n"
        "estate.close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "data")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1] != ""


def test_an_interrupted_first_use_begins_again(tmp_path, monkeypatch):
    def fails(*_args, **_more):
        raise Busy("interrupted")

    with monkeypatch.context() as patched:
        patched.setattr(services, "assign_role", fails)
        with pytest.raises(EstateError, match="interrupted"):
            Estate.open(settings(tmp_path))
    estate = Estate.open(settings(tmp_path))
    try:
        assert len(application_users(estate.organization)) == 4
    finally:
        estate.close()


def test_a_folder_serves_its_own_files_and_a_database(tmp_path, postgres_url):
    another = postgres.new_database(postgres_url)
    for database in (None, another, None):
        given = {"data": tmp_path} | ({"database": database} if database else {})
        estate = Estate.open(Settings.load(given, {}))
        try:
            with estate.organization.database.read() as tx:
                ((count,),) = tx.rows("SELECT count(*) FROM lead")
        finally:
            estate.close()
        assert count == 80


def test_another_sealing_key_is_refused(first):
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    with pytest.raises(EstateError):
        Estate.open(settings(first.folder.path, sealing_key=other))


def test_an_operators_sealing_key_leaves_no_file(tmp_path):
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    estate = Estate.open(settings(tmp_path, sealing_key=key))
    estate.close()
    with pytest.raises(EstateError, match="XRM_SEALING_KEY"):
        Estate.open(settings(tmp_path))
    assert not (tmp_path / "sealing.key").exists()
    again = Estate.open(settings(tmp_path, sealing_key=key))
    again.close()
    same(estate, again)


def test_a_secret_about_to_end_is_replaced(first, monkeypatch):
    before = first.demonstration.client_secret
    monkeypatch.setattr(
        "xrm.server.controls.clock_of", lambda _folder: lambda: system_clock() + 720 * 86_400
    )
    later = Estate.open(first.settings)
    try:
        assert later.demonstration.client_secret != before
        (app,) = (
            a
            for a in list_applications(later.sts, later.tenant)
            if a.application_id == later.demonstration.client_id
        )
        assert len(list_secrets(later.sts, app)) == 2, "the old one is not taken away"
    finally:
        later.close()


def test_a_database_url_nobody_knows_is_refused(tmp_path):
    with pytest.raises(EstateError, match="mysql"):
        Estate.open(replace(settings(tmp_path), database="mysql://host/db"))


@pytest.mark.slow
def test_an_estate_on_postgresql(tmp_path, postgres_database):
    estate = Estate.open(settings(tmp_path / "one", database=postgres_database))
    estate.close()
    # Another host has its own directory; with the same key it shares tenant and records.
    key = (tmp_path / "one" / "sealing.key").read_text()
    other = Estate.open(settings(tmp_path / "two", database=postgres_database, sealing_key=key))
    other.close()
    assert other.tenant == estate.tenant
    assert other.demonstration.client_id == estate.demonstration.client_id
