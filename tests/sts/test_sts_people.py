"""People of a tenant: accounts, passwords, directory roles, licences, and who follows them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from xrm.model.secret import Secret
from xrm.sts import audit
from xrm.sts import registration as r
from xrm.sts.accounts.passwords import verify_password
from xrm.sts.model import CRM_APPLICATION, RoleAssignment, ScopeGrant, User
from xrm.sts.offerings import COUNTRIES, DIRECTORY_ROLES, PRODUCTS, directory_role, product
from xrm.sts.registration import people
from xrm.sts.registration.people import passwords
from xrm.sts.store import ROLE_ASSIGNMENTS, SCOPE_GRANTS

UPN = "Maria@Contoso.example"
GOOD = Secret("correct Horse 1")
DYNAMICS_ADMINISTRATOR = UUID("44367163-eba1-44c3-98af-f5787879f96a")
GLOBAL_ADMINISTRATOR = UUID("62e90394-69f5-4237-9190-012177145e10")
SALES = UUID("1e1a282c-9c54-43a2-9310-98ef728faace")
OFFICE = UUID("6fd2c87f-b296-42f0-b197-1e91e994b900")


def creator(world, monkeypatch):
    """Return `create(name, **members)` with a hash that costs nothing: it is not asked for."""
    monkeypatch.setattr(passwords, "hash_password", lambda password: "$unused")

    def creating(name=UPN, tenant=world.tenant, **members):
        members = {"display_name": "Maria", **members}
        return people.create_user(world.service, tenant, user_principal_name=name, **members).user

    return creating


@pytest.fixture
def create(fresh, monkeypatch):
    return creator(fresh, monkeypatch)


@pytest.fixture
def create_shared(world, monkeypatch):
    """As `create`, in the service that tests share: for what is refused."""
    return creator(world, monkeypatch)


def test_an_account_is_found_by_its_id_and_its_name(fresh, create):
    made = create(given_name=" María ", surname="Sanz", usage_location="es")
    assert made.user_principal_name == UPN
    assert (made.given_name, made.usage_location, made.mail_nickname) == ("María", "ES", "Maria")
    assert made.created == int(fresh.clock())
    assert made.enabled
    for name in (made.object_id, str(made.object_id).upper(), UPN, UPN.lower(), UPN.upper()):
        assert people.find_user(fresh.service, fresh.tenant, name) == made
    for name in ("maria", "maria@other.example", uuid4(), "", "x" * 300, "\u212aaria@\u00e9"):
        assert people.find_user(fresh.service, fresh.tenant, name) is None


def test_an_account_belongs_to_its_tenant(fresh, create):
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    made = create()
    assert people.find_user(fresh.service, other, UPN) is None
    assert people.find_user(fresh.service, other, made.object_id) is None
    with pytest.raises(r.RegistrationError) as caught:
        create(tenant=other)
    assert caught.value.member == "userPrincipalName"
    theirs = create("maria@fabrikam.example", other)
    assert people.list_users(fresh.service, other) == [theirs]
    assert people.list_users(fresh.service, fresh.tenant) == [made]


def test_people_are_listed_by_display_name(fresh, create):
    names = [("b@contoso.example", "berta"), ("a@contoso.example", "Carla"),
             ("c@contoso.example", "Anna")]  # fmt: skip
    for upn, name in names:
        create(upn, display_name=name)
    listed = people.list_users(fresh.service, fresh.tenant)
    assert [one.display_name for one in listed] == ["Anna", "berta", "Carla"]


@pytest.mark.parametrize(
    "name",
    [
        "a@contoso.example",
        "A'b.c-d_e!f#g^h~9@contoso.example",
        "x" * 64 + "@contoso.example",
        ".a@CONTOSO.EXAMPLE",
    ],
)
def test_names_that_can_be_used(create_shared, name):
    assert create_shared(name).user_principal_name == name


@pytest.mark.parametrize(
    "name",
    [
        "", "maria", "@contoso.example", "maria@", "maria@contoso", "maria@sub.contoso.example",
        "ma ria@contoso.example", "maria.@contoso.example", "ma@ria@contoso.example",
        "mar\u00eda@contoso.example", "mari\u212a@contoso.example", "ma/ria@contoso.example",
        "x" * 65 + "@contoso.example", "maria@contoso.example\n", "maria@contoso.example.",
        "ma%ria@contoso.example", "ma+ria@contoso.example", 'ma"ria@contoso.example',
    ],
)  # fmt: skip
def test_names_that_cannot_be_used(world, create_shared, name):
    before = people.changes_since(world.service, 0)
    with pytest.raises(r.RegistrationError) as caught:
        create_shared(name)
    assert (caught.value.kind, caught.value.member) == ("invalid", "userPrincipalName")
    assert people.changes_since(world.service, 0) == before


def test_a_domain_of_more_than_48_characters_is_of_no_use_for_people(fresh, create):
    long = "a" * 40 + ".example"
    assert len(long) == 48
    r.add_domain(fresh.service, fresh.tenant, long)
    r.add_domain(fresh.service, fresh.tenant, "a" + long)
    assert create("x" * 64 + "@" + long)
    with pytest.raises(r.RegistrationError, match="48"):
        create("maria@a" + long)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("displayName", {"display_name": " "}),
        ("displayName", {"display_name": "x" * 257}),
        ("givenName", {"given_name": "x" * 65}),
        ("surname", {"surname": "a\nb"}),
        ("mailNickname", {"mail_nickname": "a b"}),
        ("mailNickname", {"mail_nickname": "x" * 65}),
        ("mailNickname", {"mail_nickname": "a@b"}),
        ("usageLocation", {"usage_location": "XX"}),
        ("usageLocation", {"usage_location": "ESP"}),
        ("usageLocation", {"licences": [SALES]}),
        ("passwordProfile", {"password": Secret("short1A")}),
    ],
)
def test_members_that_cannot_be_used(world, create_shared, member, value):
    before = people.changes_since(world.service, 0)
    with pytest.raises(r.RegistrationError) as caught:
        create_shared("unused@contoso.example", **value)
    assert caught.value.member == member
    assert people.changes_since(world.service, 0) == before


def test_a_name_is_given_once_in_the_whole_service(fresh, create):
    first = create()
    with pytest.raises(r.RegistrationError) as caught:
        create(UPN.swapcase())
    assert caught.value.kind == "taken"
    assert people.list_users(fresh.service, fresh.tenant) == [first]


def test_of_many_who_want_a_name_one_gets_it(fresh_on_each, monkeypatch):
    create = creator(fresh_on_each, monkeypatch)

    def attempt(_: int) -> User | str:
        try:
            return create()
        except r.RegistrationError as error:
            return error.kind

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(attempt, range(4)))
    (made,) = [one for one in answers if isinstance(one, User)]
    assert answers.count("taken") == 3
    assert people.list_users(fresh_on_each.service, fresh_on_each.tenant) == [made]
    assert people.changes_since(fresh_on_each.service, 0) == [made]


def test_no_change_of_many_at_once_is_lost(fresh_on_each, monkeypatch):
    user = creator(fresh_on_each, monkeypatch)()

    def amend(before: User) -> User:
        time.sleep(0.05)  # so that others surely come in between, if they can
        return replace(before, surname=before.surname + "x")

    with ThreadPoolExecutor(4) as threads:
        done = list(
            threads.map(lambda _: people.amend_user(fresh_on_each.service, user, amend), range(4))
        )
    assert sorted(one.surname for one in done) == ["x", "xx", "xxx", "xxxx"]
    assert sorted(one.number for one in done) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Abcdefg1", True), ("abcdefg1!", True), ("ABCDEFG1 ", True), ("Abcdefg~", True),
        ("A1b" + "x" * 253, True), ("A1b" + "x" * 254, False), ("Abcdef1", False),
        ("abcdefgh1", False), ("Abcdefgh", False), ("ABCDEFG1", False), ("", False),
        ("Abcdefg1\u00e9", False), ("Abcdefg1\t", False), ("Abcdefg1\x7f", False),
        ("Abcdefg1\ud800", False),
    ],
)  # fmt: skip
def test_passwords(create_shared, text, good):
    name = f"p{uuid4().hex}@contoso.example"
    if good:
        create_shared(name, password=Secret(text))
        return
    with pytest.raises(r.RegistrationError) as caught:
        create_shared(name, password=Secret(text))
    assert caught.value.member == "passwordProfile"
    assert not text or text not in str(caught.value)


def test_a_password_made_here_is_strong_and_kept_only_as_its_hash(fresh):
    made = people.create_user(
        fresh.service, fresh.tenant, user_principal_name=UPN, display_name="Maria"
    )
    text = made.password.reveal()
    assert len(text) == 20
    assert made.user.must_change_password
    assert made.user.password.startswith("$argon2id$v=19$")
    assert text not in repr(made)
    assert made.user.password not in repr(made)
    kept = people.find_user(fresh.service, fresh.tenant, UPN)
    assert verify_password(kept, made.password)
    assert not verify_password(kept, Secret(text + "x"))
    again = people.set_password(fresh.service, kept, GOOD, must_change_password=False)
    assert not again.user.must_change_password
    assert verify_password(again.user, GOOD)
    assert not verify_password(again.user, made.password)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Password1", False), ("P@$$w0rd", False), ("Pa55w.rd", False), ("passwortD1", False),
        ("Welcome123", False), ("Qwertyu1op!", True), ("Qwertyuiop1!", False), ("Dragon!1aa", True),
        ("Summer.24x7", True), ("summerPassword1!", False), ("summer1!Password7#", True),
        ("Garcia+12345678", False), ("my-garc1a1A", True),
        ("C0nt0s0/x9kq", False), ("Lee+likes-7", True),
        ("J0se-5harp77", False), ("my-5h@rp77", False),
        ("tr0ub4dor&3", True),
    ],
)  # fmt: skip
def test_passwords_that_are_easily_guessed(create_shared, text, good):
    name = f"g{uuid4().hex}@contoso.example"
    members = {"given_name": "Jose María Lee", "surname": "Sharp-Garcia"}
    members |= {"password": Secret(text), "must_change_password": False}
    if good:
        create_shared(name, **members)
        return
    with pytest.raises(r.RegistrationError, match="too weak") as caught:
        create_shared(name, **members)
    assert (caught.value.member, caught.value.kind) == ("passwordProfile", "invalid")
    assert text not in str(caught.value)


def test_a_password_for_the_first_sign_in_only_may_be_easily_guessed(create_shared):
    name = f"first{uuid4().hex}@contoso.example"
    assert create_shared(name, password=Secret("Pa55w.rd")).must_change_password


@pytest.mark.parametrize(
    "stranger",
    [None, User(uuid4(), uuid4(), UPN, "Maria"), User(uuid4(), uuid4(), UPN, "M", password="junk")],
    ids=["nobody", "no password", "no hash"],
)
@pytest.mark.parametrize("text", ["correct Horse 1", "", "x" * 100_000, "\ud800"])
def test_without_a_password_none_is_right(stranger, text):
    assert not verify_password(stranger, Secret(text))


def test_a_person_chooses_another_password(fresh):
    service, clock = fresh.service, fresh.clock
    made = people.create_user(
        service, fresh.tenant, user_principal_name=UPN, display_name="Maria", surname="Sanz",
        password=GOOD,
    ).user  # fmt: skip
    assert (made.password_changed, made.sessions_from) == (int(clock()), int(clock()) * 1_000_000)
    clock.now += 100
    better = Secret("even Better 2")
    for current, new, member, kind in (
        (Secret("wrong Horse 1"), better, "currentPassword", "forbidden"),
        (Secret(""), better, "currentPassword", "forbidden"),
        (GOOD, GOOD, "newPassword", "forbidden"),
        (GOOD, Secret("short1A"), "passwordProfile", "invalid"),
        (GOOD, Secret("Mrs-S4nz-Sanz"), "passwordProfile", "invalid"),
    ):
        with pytest.raises(r.RegistrationError) as caught:
            people.change_password(service, made, current, new)
        assert (caught.value.member, caught.value.kind) == (member, kind)
    assert people.find_user(service, fresh.tenant, UPN) == made
    after = people.change_password(service, made, GOOD, better)
    assert verify_password(after, better)
    assert not after.must_change_password
    assert after.password_changed == int(clock())
    assert after.sessions_from == int(clock()) * 1_000_000 + 1
    with pytest.raises(r.RegistrationError, match="current password is wrong"):
        people.change_password(service, made, GOOD, Secret("third Time 3"))


def test_of_two_who_change_a_password_at_once_one_does(fresh_on_each):
    world = fresh_on_each
    made = people.create_user(
        world.service, world.tenant, user_principal_name=UPN, display_name="M", password=GOOD
    ).user

    def attempt(number: int) -> str:
        try:
            people.change_password(world.service, made, GOOD, Secret(f"better Horse {number}"))
        except r.RegistrationError as error:
            return error.member
        return "done"

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(attempt, range(4)))
    assert answers == ["currentPassword"] * 3 + ["done"]


def test_what_ends_the_sessions_of_a_person(fresh, create):
    service, clock, user = fresh.service, fresh.clock, create()
    ways = (
        lambda: people.revoke_sessions(service, user),
        lambda: people.set_password(service, user).user,
        lambda: people.set_user_enabled(service, user, enabled=False),
    )
    for end in ways:
        clock.now += 10
        assert end().sessions_from == int(clock()) * 1_000_000 + 1
    last = people.find_user(service, fresh.tenant, UPN)
    clock.now += 10
    for keep in (
        lambda: people.set_user_enabled(service, user, enabled=False),
        lambda: people.set_user_enabled(service, user, enabled=True),
        lambda: people.add_role(service, user, "Global Reader"),
        lambda: people.amend_user(service, user, lambda one: replace(one, surname="Sanz")),
    ):
        assert keep().sessions_from == last.sessions_from
    amended = people.amend_user(service, user, lambda one: replace(one, enabled=False))
    assert amended.sessions_from == int(clock()) * 1_000_000 + 1
    clock.now -= 50
    assert people.revoke_sessions(service, user).sessions_from == amended.sessions_from
    assert last.password_changed == int(clock()) + 50 - 20


def test_at_most_two_passwords_are_hashed_at_once(monkeypatch):
    from xrm.sts.accounts import passwords as hashing

    guard, busy, most = threading.Lock(), [0], [0]

    class Slow:
        def hash(self, text: str) -> str:
            with guard:
                busy[0] += 1
                most[0] = max(most[0], busy[0])
            time.sleep(0.02)
            with guard:
                busy[0] -= 1
            return text

    monkeypatch.setattr(hashing, "_HASHER", Slow())
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: hashing.hash_password(GOOD), range(6)))
    assert most[0] == 2


def test_an_account_is_amended_as_it_stands(fresh, create):
    old = create(roles=["Global Reader"])
    out = people.set_user_enabled(fresh.service, old, enabled=False)

    def amend(before: User) -> User:
        return replace(
            before,
            object_id=uuid4(), tenant_id=uuid4(), number=9_999, created=0, deleted=True,
            password="", password_changed=0, sessions_from=0, roles=(), licences=(SALES,),
            display_name="Maria Sanz", mail="maria@contoso.example",
        )  # fmt: skip

    after = people.amend_user(fresh.service, old, amend)
    assert after == replace(out, display_name="Maria Sanz", mail="maria@contoso.example", number=3)
    assert people.find_user(fresh.service, fresh.tenant, UPN) == after


def test_a_name_that_is_changed_is_free_again(fresh, create):
    first = create()
    moved = people.amend_user(
        fresh.service, first, lambda one: replace(one, user_principal_name="sanz@contoso.example")
    )
    assert people.find_user(fresh.service, fresh.tenant, UPN) is None
    assert people.find_user(fresh.service, fresh.tenant, "SANZ@contoso.example") == moved
    second = create()
    for taken in (UPN, UPN.lower()):
        with pytest.raises(r.RegistrationError) as caught:
            people.amend_user(
                fresh.service, moved, lambda one, to=taken: replace(one, user_principal_name=to)
            )
        assert caught.value.kind == "taken"
    assert people.find_user(fresh.service, fresh.tenant, "sanz@contoso.example") == moved
    lower = people.amend_user(
        fresh.service, second, lambda one: replace(one, user_principal_name=UPN.lower())
    )
    assert people.find_user(fresh.service, fresh.tenant, UPN) == lower


def test_directory_roles(fresh, create):
    user = create()
    given = people.add_role(fresh.service, user, "Dynamics 365 Service Administrator")
    assert given.roles == (DYNAMICS_ADMINISTRATOR,)
    with pytest.raises(r.RegistrationError) as caught:
        people.add_role(fresh.service, user, "dynamics 365 administrator")
    assert caught.value.kind == "taken"
    both = people.add_role(fresh.service, user, GLOBAL_ADMINISTRATOR)
    assert both.roles == (DYNAMICS_ADMINISTRATOR, GLOBAL_ADMINISTRATOR)
    left = people.remove_role(fresh.service, user, "CRM Service Administrator")
    assert left.roles == (GLOBAL_ADMINISTRATOR,)
    for change in (people.add_role, people.remove_role):
        with pytest.raises(r.RegistrationError) as caught:
            change(fresh.service, user, "System Administrator")
        assert caught.value.kind == "absent"
    with pytest.raises(r.RegistrationError, match="does not have the role"):
        people.remove_role(fresh.service, user, DYNAMICS_ADMINISTRATOR)


def test_licences(fresh, create):
    user = create()
    with pytest.raises(r.RegistrationError, match="invalid usage location") as caught:
        people.add_licence(fresh.service, user, SALES)
    assert caught.value.member == "usageLocation"
    people.amend_user(fresh.service, user, lambda one: replace(one, usage_location="gb"))
    for name in ("dyn365_enterprise_sales", SALES, "Dynamics 365 Sales Enterprise Edition"):
        assert people.add_licence(fresh.service, user, name).licences == (SALES,)
    assert people.add_licence(fresh.service, user, "ENTERPRISEPACK").licences == (SALES, OFFICE)
    with pytest.raises(r.RegistrationError, match="cannot be removed"):
        people.amend_user(fresh.service, user, lambda one: replace(one, usage_location=""))
    assert people.remove_licence(fresh.service, user, str(SALES).upper()).licences == (OFFICE,)
    with pytest.raises(r.RegistrationError, match="does not have a corresponding license"):
        people.remove_licence(fresh.service, user, SALES)
    with pytest.raises(r.RegistrationError, match="no product"):
        people.add_licence(fresh.service, user, "DYN365")


def test_one_account_may_be_made_with_all_it_gets(create):
    user = create(
        usage_location="DE",
        roles=["Global Administrator", GLOBAL_ADMINISTRATOR],
        licences=["ENTERPRISEPACK", SALES, SALES],
    )
    assert (user.roles, user.licences) == ((GLOBAL_ADMINISTRATOR,), (OFFICE, SALES))
    assert user.number == 1


def test_deletion_takes_all_and_leaves_word_of_it(fresh, create):
    user = create(usage_location="ES", roles=["Global Administrator"], licences=[SALES])
    tenant_id, store = fresh.tenant.tenant_id, fresh.service.store
    resource = r.find_principal(fresh.service, fresh.tenant, CRM_APPLICATION).object_id
    held = RoleAssignment(uuid4(), tenant_id, user.object_id, resource, uuid4(), 1, "User")
    own = ScopeGrant("own", tenant_id, uuid4(), resource, "a", user.object_id)
    all_people = ScopeGrant("all", tenant_id, uuid4(), resource, "a")
    with fresh.database.write() as tx:
        store.put(tx, ROLE_ASSIGNMENTS, held)
        store.put(tx, SCOPE_GRANTS, own)
        store.put(tx, SCOPE_GRANTS, all_people)
    gone = people.delete_user(fresh.service, user)
    assert (gone.deleted, gone.enabled, gone.password) == (True, False, "")
    assert (gone.roles, gone.licences) == ((), ())
    assert people.changes_since(fresh.service, user.number) == [gone]
    for name in (UPN, user.object_id):
        assert people.find_user(fresh.service, fresh.tenant, name) is None
    assert people.list_users(fresh.service, fresh.tenant) == []
    with fresh.database.read() as tx:
        assert store.find(tx, ROLE_ASSIGNMENTS, holder=str(user.object_id)) == []
        assert [one.grant_id for one in store.find(tx, SCOPE_GRANTS)] == ["all"]
    with pytest.raises(r.RegistrationError) as caught:
        people.delete_user(fresh.service, user)
    assert caught.value.kind == "absent"
    with pytest.raises(r.RegistrationError):
        people.set_user_enabled(fresh.service, user, enabled=True)
    assert create().object_id != user.object_id


def test_a_follower_is_told_after_each_commit_and_learns_what_it_has_not_seen(fresh, create):
    seen, service = [], fresh.service

    def follow() -> None:
        last = seen[-1].number if seen else 0
        seen.extend(people.changes_since(service, last))

    service.people_changed = follow
    first = create()
    second = create("second@contoso.example")
    people.set_user_enabled(service, first, enabled=False)
    people.add_role(service, first, "Global Reader")
    people.delete_user(service, second)
    with pytest.raises(r.RegistrationError):
        people.add_role(service, first, "Global Reader")
    assert [one.number for one in seen] == [1, 2, 3, 4, 5]
    assert [one.object_id == first.object_id for one in seen] == [True, False, True, True, False]
    assert [one.number for one in people.changes_since(service, 0)] == [4, 5]
    assert people.changes_since(service, 5) == []


def test_a_change_counts_in_every_process_from_the_next_request(fresh, create):
    with fresh.database.read() as tx:
        before = tx.generation
    user = create()
    with fresh.database.read() as tx:
        assert tx.generation == before + 1
    people.add_role(fresh.service, user, "Global Reader")
    with fresh.database.read() as tx:
        assert tx.generation == before + 2


def test_changes_are_in_the_audit(fresh, create):
    user = create()
    people.add_role(fresh.service, user, "Global Reader")
    people.delete_user(fresh.service, user)
    events = audit.read_events(fresh.service, limit=3)
    kept = [(one.operation, one.client) for one in events]
    named = str(user.object_id)
    assert sorted(kept) == [
        ("user.create", named), ("user.delete", named), ("user.role.add", named),
    ]  # fmt: skip


def test_offerings_are_each_of_a_kind():
    assert len({role.template_id for role in DIRECTORY_ROLES}) == len(DIRECTORY_ROLES)
    names = [name for role in DIRECTORY_ROLES for name in (role.name, *role.older)]
    assert len(set(names)) == len(names)
    assert all(directory_role(name.upper()) for name in names)
    for one in PRODUCTS:
        assert product(one.name) == product(one.part_number) == product(one.sku_id) == one
    assert [one.part_number for one in PRODUCTS if not one.dynamics] == ["ENTERPRISEPACK"]
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
