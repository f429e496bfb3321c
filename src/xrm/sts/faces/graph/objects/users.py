"""`/users` and `/me`: accounts of the caller's tenant, their licences and directory roles."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from xrm.model.secret import Secret
from xrm.sts import manifest, offerings
from xrm.sts.directory import guid
from xrm.sts.faces.graph import answers, bodies, errors, queries
from xrm.sts.faces.graph.access import READ_SELF, is_global
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.callers import Access
from xrm.sts.faces.graph.objects import tenant
from xrm.sts.faces.graph.queries import Collection, Document, names
from xrm.sts.model import User
from xrm.sts.registration import RegistrationError, people
from xrm.wire.http import Response

_SHOWN = (
    "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation "
    "preferredLanguage surname userPrincipalName id"
)
_MORE = (
    "accountEnabled assignedLicenses createdDateTime deletedDateTime lastPasswordChangeDateTime "
    "mailNickname onPremisesSyncEnabled signInSessionsValidFromDateTime usageLocation userType"
)
COLLECTION = Collection(
    context="users",
    type_name="user",
    properties=names(f"{_SHOWN} {_MORE}"),
    filters=names(
        "accountEnabled assignedLicenses/skuId createdDateTime displayName givenName id mail "
        "mailNickname surname usageLocation userPrincipalName userType"
    ),
    orders=frozenset({"displayName", "userPrincipalName", "createdDateTime"}),
    shown=tuple(_SHOWN.split()),
)
_LICENCES = Collection(
    context="licenseDetails",
    type_name="licenseDetails",
    properties=frozenset({"id", "servicePlans", "skuId", "skuPartNumber"}),
    filters=frozenset(),
    orders=frozenset(),
)
_TEXTS = {
    "displayName": "display_name",
    "givenName": "given_name",
    "mail": "mail",
    "mailNickname": "mail_nickname",
    "surname": "surname",
    "usageLocation": "usage_location",
    "userPrincipalName": "user_principal_name",
}
_KNOWN = (*_TEXTS, "accountEnabled", "passwordProfile")
_SENSITIVE = frozenset({"accountEnabled", "passwordProfile", "userPrincipalName"})
"""What of a person who holds a directory role not everyone may change who may change people."""
_WEAK = (
    "The specified password does not comply with password complexity requirements. "
    "Please provide a different password."
)
_PASSWORD = (
    "password",
    "forceChangePasswordNextSignIn",
    "forceChangePasswordNextSignInWithMfa",
)


def listed(call: Call) -> Response:
    """Answer GET /users."""
    return queries.answer(call, COLLECTION, _all(call))


def counted(call: Call) -> Response:
    """Answer GET /users/$count."""
    return queries.count(call, COLLECTION, _all(call))


def shown(call: Call) -> Response:
    """Answer GET of one person."""
    return queries.single(call, COLLECTION, document(named(call)))


def me(call: Call) -> Response:
    """Answer GET /me. Raises GraphError for an application without a person."""
    return queries.single(call, COLLECTION, document(oneself(call, READ_SELF)))


def created(call: Call) -> Response:
    """Answer POST /users."""
    body = bodies.read(call.request, _KNOWN)
    profile = bodies.mapping(body, "passwordProfile")
    bodies.only(profile, _PASSWORD)
    enabled = bodies.flag(body, "accountEnabled")
    if enabled is None:
        raise errors.REFUSED("A value is required for property 'accountEnabled'.")
    for name in ("displayName", "mailNickname", "userPrincipalName"):
        _required(body, name)
    _required(profile, "password")
    if bodies.text(body, "mail"):
        raise errors.REFUSED("The property 'mail' cannot be set on a new account here.")
    try:
        made = people.create_user(
            call.service,
            call.caller.tenant,
            user_principal_name=bodies.text(body, "userPrincipalName"),
            display_name=bodies.text(body, "displayName"),
            given_name=bodies.text(body, "givenName"),
            surname=bodies.text(body, "surname"),
            mail_nickname=bodies.text(body, "mailNickname"),
            usage_location=bodies.text(body, "usageLocation"),
            password=Secret(bodies.text(profile, "password")),
            enabled=enabled,
            must_change_password=bodies.flag(profile, _PASSWORD[1]) is not False,
        ).user
    except RegistrationError as error:
        raise refused(error) from error
    place = f"users/{made.object_id}"
    content = {name: value for name, value in document(made).items() if name in COLLECTION.shown}
    return answers.created(call, COLLECTION.context, content, place)


def amended(call: Call) -> Response:
    """Answer PATCH of a person."""
    user = named(call)
    body = bodies.read(call.request, _KNOWN)
    if not _SENSITIVE.isdisjoint(body):
        check_reach(call, user)
    profile = bodies.mapping(body, "passwordProfile")
    bodies.only(profile, _PASSWORD)
    changes: dict[str, Any] = {
        member: bodies.text(body, name) for name, member in _TEXTS.items() if name in body
    }
    enabled = bodies.flag(body, "accountEnabled")
    if enabled is not None:
        changes["enabled"] = enabled
    must_change = bodies.flag(profile, _PASSWORD[1])
    password = bodies.text(profile, "password")
    if must_change is not None and not password:
        changes["must_change_password"] = must_change
    try:
        changed = people.amend_user(call.service, user, lambda one: replace(one, **changes))
        if password:
            changed = people.set_password(
                call.service,
                changed,
                Secret(password),
                must_change_password=must_change is not False,
            ).user
    except RegistrationError as error:
        raise refused(error) from error
    return answers.changed(call, COLLECTION.context, document(changed))


def deleted(call: Call) -> Response:
    """Answer DELETE of a person."""
    user = named(call)
    check_reach(call, user)
    people.delete_user(call.service, user)
    return answers.done(call)


def check_reach(call: Call, user: User) -> None:
    """Refuse what is sensitive to whoever is no Global Administrator, on one with a role.

    The service's table of who may do so to whom is finer. Raises GraphError (403).
    """
    person = call.caller.person
    if user.roles and (person is None or not is_global(person)):
        raise errors.DENIED("Insufficient privileges to complete the operation.")


def licensed(call: Call) -> Response:
    """Answer assignLicense: all that is asked is checked before the first change."""
    user = named(call)
    body = bodies.read(call.request, ("addLicenses", "removeLicenses"))
    if "addLicenses" not in body or "removeLicenses" not in body:
        raise errors.REFUSED("One or more parameters of the operation are missing.")
    wanted = [_licence(one) for one in bodies.items(body, "addLicenses")]
    unwanted = [_product(one) for one in bodies.items(body, "removeLicenses")]
    if wanted and not user.usage_location:
        text = "License assignment cannot be done for user with invalid usage location."
        raise errors.REFUSED(text)
    if set(unwanted) - set(user.licences):
        raise errors.REFUSED("User does not have a corresponding license.")
    for sku_id in unwanted:
        user = people.remove_licence(call.service, user, sku_id)
    for sku_id in wanted:
        user = people.add_licence(call.service, user, sku_id)
    return answers.document(call, f"{COLLECTION.context}/$entity", document(user))


def licence_details(call: Call) -> Response:
    """Answer GET of a person's licences."""
    details: list[Document] = []
    for sku_id in named(call).licences:
        product = offerings.product(sku_id)
        part = product.part_number if product else None
        details.append(
            {"id": str(sku_id), "skuId": str(sku_id), "skuPartNumber": part, "servicePlans": []}
        )
    return queries.answer(call, _LICENCES, details)


def member_of(call: Call) -> Response:
    """Answer GET of what a person is a member of: directory roles."""
    held = named(call).roles
    documents = [one for one in tenant.roles(call) if UUID(str(one["roleTemplateId"])) in held]
    return queries.answer(
        call,
        replace(tenant.ROLES, context="directoryObjects"),
        [{"@odata.type": "#microsoft.graph.directoryRole", **one} for one in documents],
    )


def named(call: Call) -> User:
    """Return the person the path names, by id or user principal name. Raises GraphError."""
    return find(call, call.keys[0].id or "")


def oneself(call: Call, access: Access) -> User:
    """Return the person who asks, where that is let; GraphError for an application without one."""
    if call.caller.person is None:
        raise errors.BAD_REQUEST("/me request is only valid with delegated authentication flow.")
    if not call.caller.may(access):
        raise errors.DENIED("Insufficient privileges to complete the operation.")
    return call.caller.person


def find(call: Call, name: str) -> User:
    """Return a person of the caller's tenant. Raises GraphError (404)."""
    usable = name.isascii() and name.isprintable() and len(name) <= 256
    found = people.find_user(call.service, call.caller.tenant, name) if usable else None
    if found is None:
        raise errors.missing(name)
    return found


def document(user: User) -> Document:
    """Return a person as Graph's `user`."""
    return {
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name or None,
        "jobTitle": None,
        "mail": user.mail or None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": user.surname or None,
        "userPrincipalName": user.user_principal_name,
        "id": str(user.object_id),
        "accountEnabled": user.enabled,
        "assignedLicenses": [{"disabledPlans": [], "skuId": str(one)} for one in user.licences],
        "createdDateTime": manifest.moment(user.created),
        "deletedDateTime": None,
        "lastPasswordChangeDateTime": manifest.moment(user.password_changed or user.created),
        "mailNickname": user.mail_nickname or None,
        "onPremisesSyncEnabled": None,
        "signInSessionsValidFromDateTime": manifest.moment(
            user.sessions_from // 1_000_000 or user.created
        ),
        "usageLocation": user.usage_location or None,
        "userType": "Member",
    }


def _all(call: Call) -> list[Document]:
    return [document(one) for one in people.list_users(call.service, call.caller.tenant)]


def _required(body: bodies.Body, name: str) -> None:
    if not bodies.text(body, name):
        raise errors.REFUSED(f"A value is required for property '{name}' of resource 'User'.")


def refused(error: RegistrationError) -> errors.GraphError:
    """Return the refusal of a change of an account as this face words it."""
    if error.member == "passwordProfile":
        return errors.REFUSED(_WEAK)
    if error.kind == "taken":
        return errors.conflict(error.member or "userPrincipalName")
    return errors.of_registration(error)


def _licence(one: Any) -> UUID:
    if not isinstance(one, dict):
        raise bodies.invalid("addLicenses")
    bodies.only(one, ("skuId", "disabledPlans"))
    if bodies.items(one, "disabledPlans"):
        raise errors.REFUSED("Service plans cannot be disabled here: disabledPlans must be empty.")
    return _product(one.get("skuId"))


def _product(value: Any) -> UUID:
    sku_id = guid(value) if isinstance(value, str) else None
    if sku_id is None:
        raise bodies.invalid("skuId")
    if offerings.product(sku_id) is None:
        raise errors.REFUSED(f"License {sku_id} does not correspond to a valid company License.")
    return sku_id
