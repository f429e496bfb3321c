"""`/applications`: registrations of the caller's tenant."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import manifest, registration
from xrm.sts.directory import guid
from xrm.sts.faces.graph import answers, bodies, errors, queries
from xrm.sts.faces.graph.answers import Call
from xrm.sts.faces.graph.objects import keys
from xrm.sts.faces.graph.queries import Collection, Document, names
from xrm.sts.model import Application
from xrm.sts.store import APPLICATIONS, CERTIFICATES, CREDENTIALS
from xrm.wire.http import Response
from xrm.wire.odata4.url import Key

_CREDENTIALS = ("keyCredentials", "passwordCredentials")
_SHAPE = names(
    "addIns api appId appRoles applicationTemplateId authenticationBehaviors certification "
    "createdDateTime defaultRedirectUri deletedDateTime description disabledByMicrosoftStatus "
    "displayName groupMembershipClaims id identifierUris info isDeviceOnlyAuthSupported "
    "isFallbackPublicClient keyCredentials nativeAuthenticationApisEnabled notes "
    "oauth2RequirePostResponse optionalClaims parentalControlSettings passwordCredentials "
    "publicClient publisherDomain requestSignatureVerification requiredResourceAccess "
    "samlMetadataUrl serviceManagementReference servicePrincipalLockConfiguration "
    "signInAudience spa tags tokenEncryptionKeyId uniqueName verifiedPublisher web"
)
COLLECTION = Collection(
    context="applications",
    type_name="application",
    properties=_SHAPE,
    filters=names(
        "appId createdDateTime description displayName groupMembershipClaims id identifierUris "
        "publisherDomain signInAudience tags uniqueName web/redirectUris spa/redirectUris "
        "publicClient/redirectUris requiredResourceAccess/resourceAppId appRoles/id "
        "appRoles/value notes"
    ),
    orders=frozenset({"displayName", "createdDateTime"}),
)


def listed(call: Call) -> Response:
    """Answer GET /applications."""
    found = {str(one.object_id): one for one in _asked(call)}
    documents = [_later(call, one) for one in found.values()]
    return queries.answer(
        call, COLLECTION, documents, lambda one: whole(call, found[str(one["id"])])
    )


def counted(call: Call) -> Response:
    """Answer GET /applications/$count."""
    return queries.count(call, COLLECTION, [_later(call, one) for one in _asked(call)])


def shown(call: Call) -> Response:
    """Answer GET of one application; its certificates' bytes only when they are selected."""
    application = named(call)
    with_keys = queries.selects(call, "keyCredentials")
    return queries.single(call, COLLECTION, whole(call, application, with_keys=with_keys))


def created(call: Call) -> Response:
    """Answer POST /applications: the only answer but addPassword's with the text of secrets.

    No service principal comes with it, as in the service.
    """
    body = _body(call)
    terms = keys.read_secrets(call, body.pop("passwordCredentials", None))
    given = keys.read_list(body.pop("keyCredentials", None))
    bodies.text(body, "displayName", required=True)
    amend = _amendment(call, body)
    secrets: list[registration.NewSecret] = []

    def keep(tx: Transaction, made: Application) -> list[str]:
        done = keys.replace_all(call.service, tx, made, given)
        for one in terms:
            secrets.append(registration.make_secret(call.service, made, **one))
            registration.keep_secret(call.service, tx, secrets[-1])
        return done + ["secret.add"] * len(secrets)

    made = _registered(
        lambda: registration.create_application(
            call.service,
            call.caller.tenant,
            name=body["displayName"],
            amend=amend,
            principal=False,
            also=keep,
        )
    )
    content = {**whole(call, made), "passwordCredentials": [keys.with_text(s) for s in secrets]}
    return answers.created(call, COLLECTION.context, content, f"applications/{made.object_id}")


def amended(call: Call) -> Response:
    """Answer PATCH of an application: all that is asked, or nothing."""
    application = named(call)
    body = _body(call)
    given = keys.read_list(body["keyCredentials"]) if "keyCredentials" in body else None
    keys.check_kept_secrets(call.service, application, body)
    body = {name: value for name, value in body.items() if name not in _CREDENTIALS}
    amend = _amendment(call, body)

    def keep(tx: Transaction, standing: Application) -> list[str]:
        return [] if given is None else keys.replace_all(call.service, tx, standing, given)

    changed = _registered(
        lambda: registration.amend_application(call.service, application, amend, also=keep)
    )
    return answers.changed(call, COLLECTION.context, whole(call, changed))


def deleted(call: Call) -> Response:
    """Answer DELETE of an application."""
    registration.delete_application(call.service, named(call))
    return answers.done(call)


def named(call: Call) -> Application:
    """Return the application the path names. Raises GraphError (404, 400)."""
    key, tenant = call.keys[0], call.caller.tenant
    with call.service.database.read() as tx:
        found = _by_key(call, tx, key)
    if found is None or found.tenant_id != tenant.tenant_id:
        raise errors.missing(name_of(key))
    return found


def name_of(key: Key) -> str:
    """Return a key as a sentence names it."""
    return key.id or ", ".join(value for _, value in key.parts)


def _by_key(call: Call, tx: Transaction, key: Key) -> Application | None:
    if key.id is not None:
        object_id = guid(key.id)
        if object_id is None:
            raise errors.REFUSED(f"Invalid object identifier '{errors.shown(key.id)}'.")
        found = call.service.store.find(tx, APPLICATIONS, object=str(object_id))
        return found[0] if found else None
    ((name, value), *more) = key.parts
    application_id = guid(value)
    if more or name.lower() != "appid" or application_id is None:
        raise errors.BAD_REQUEST("The key of an application is its id or appId.")
    return call.service.store.get(tx, APPLICATIONS, str(application_id))


def whole(call: Call, application: Application, *, with_keys: bool = False) -> Document:
    """Return an application's document with what is known of its credentials."""
    key = str(application.application_id)
    with call.service.database.read() as tx:
        secrets = call.service.store.find(tx, CREDENTIALS, application=key)
        certificates = call.service.store.find(tx, CERTIFICATES, application=key)
    document = _document(call, application)
    document["passwordCredentials"] = [manifest.write_secret(one) for one in secrets]
    document["keyCredentials"] = [
        manifest.write_certificate(one, whole=with_keys) for one in certificates
    ]
    return document


def _document(call: Call, application: Application) -> dict[str, Any]:
    return manifest.write(application, domain=call.caller.tenant.domain)


def _later(call: Call, application: Application) -> Document:
    known = {
        "appId": str(application.application_id),
        "createdDateTime": manifest.moment(application.created),
        "displayName": application.name,
        "id": str(application.object_id),
        "identifierUris": list(application.identifier_uris),
    }
    return queries.Later(known, lambda: _document(call, application))


def _asked(call: Call) -> list[Application]:
    """Return the tenant's applications, or the one alone that the filter can find."""
    for name in ("appId", "id"):
        value = queries.fixed(call, COLLECTION, name)
        if value is not None:
            found = _by_id(call, name, guid(value))
            return [found] if found and found.tenant_id == call.caller.tenant.tenant_id else []
    return registration.list_applications(call.service, call.caller.tenant)


def _by_id(call: Call, name: str, value: UUID | None) -> Application | None:
    store = call.service.store
    with call.service.database.read() as tx:
        if name == "appId":
            return store.get(tx, APPLICATIONS, str(value))
        found = store.find(tx, APPLICATIONS, object=str(value))
    return found[0] if found else None


def _body(call: Call) -> dict[str, Any]:
    """Return the body of a request with the names of Microsoft Graph only."""
    body = bodies.read(call.request, COLLECTION.properties)
    bodies.mapping(body, "publicClient")
    if body.get("publisherDomain", call.caller.tenant.domain) not in (
        None,
        call.caller.tenant.domain,
    ):
        raise bodies.invalid("publisherDomain")
    if any(bodies.mapping(body, "verifiedPublisher").values()):
        raise bodies.invalid("verifiedPublisher")
    return body


def _amendment(call: Call, body: dict[str, Any]) -> Callable[[Application], Application]:
    return manifest.read(body, domains=call.caller.tenant.domains)


def _registered(register: Callable[[], Application]) -> Application:
    try:
        return register()
    except registration.RegistrationError as error:
        if error.kind == "taken" and error.member:
            raise errors.conflict(error.member) from error
        raise
