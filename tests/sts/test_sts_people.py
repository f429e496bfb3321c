"""People of a tenant: accounts, passwords, directory roles, licences, and who follows them."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from xrm.model.secret import Secret
from xrm.sts import audit
from xrm.sts import registration as r
from xrm.sts.model import CRM_APPLICATION, RoleAssignment, ScopeGrant, User
from xrm.sts.offerings import COUNTRIES, DIRECTORY_ROLES, PRODUCTS, directory_role, product
from xrm.sts.registration import people
from xrm.sts.store import ROLE_ASSIGNMENTS, SCOPE_GRANTS

UPN = "Maria@Contoso.example"
GOOD = Secret("correct Horse 1")
DYNAMICS_ADMINISTRATOR = UUID("44367163-eba1-44c3-98af-f5787879f96a")
GLOBAL_ADMINISTRATOR = UUID("62e90394-69f5-4237-9190-012177145e10")
SALES = UUID("1e1a282c-9c54-43a2-9310-98ef728faace")
OFFICE = UUID("6fd2c87f-b296-42f0-b197-1e91e994b900")


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


def test_of_many_who_want_a_name_one_gets_it(fresh_on_each, creating):
    create = creating(fresh_on_each)

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


def test_no_change_of_many_at_once_is_lost(fresh_on_each, creating):
    user = creating(fresh_on_each)()

    def amend(before: User) -> User:
        time.sleep(0.05)  # so that others surely come in between, if they can
        return replace(before, surname=before.surname + "x")

    with ThreadPoolExecutor(4) as threads:
        done = list(
            threads.map(lambda _: people.amend_user(fresh_on_each.service, user, amend), range(4))
        )
    assert sorted(one.surname for one in done) == ["x", "xx", "xxx", "xxxx"]
    assert sorted(one.number for one in done) == [2, 3, 4, 5]


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
