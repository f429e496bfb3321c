"""The clients of a farm: programs, single-page applications, and those that keep a secret."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from xrm.db import Transaction
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.oauth.directory import LONGEST_ID, SCOPES, application_of, client_key
from xrm.sts.model import (
    CertificateCredential,
    FarmClient,
    FarmClientKind,
    PasswordCredential,
)
from xrm.sts.registration import (
    NewSecret,
    keep_secret,
    list_certificates,
    list_secrets,
    make_secret,
    read_certificate,
)
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.service import TokenService
from xrm.sts.store import CERTIFICATES, CREDENTIALS, FARM_CLIENTS

PERMITTED = ("openid", "profile", "email", "allatclaims", "user_impersonation")
"""The scopes a new client is permitted unless others are named."""

_MOST = 100
_TEXT = re.compile(r"[\x21-\x7e]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,2040}")
_SCRIPTS = ("javascript", "data", "vbscript", "file", "about", "blob")


def add(
    service: TokenService,
    farm: Farm,
    *,
    client_id: str,
    name: str,
    kind: FarmClientKind,
    redirect_uris: Iterable[str] = (),
    parties: Iterable[str] = (),
    scopes: Iterable[str] = PERMITTED,
    logout_url: str = "",
) -> FarmClient:
    """Register a client; the members are those of FarmClient.

    Raises RegistrationError for what cannot be, and for an id that is taken.
    """
    tenant_id = farm.tenant.tenant_id
    client = _checked(
        FarmClient(
            client_key=client_key(tenant_id, client_id),
            tenant_id=tenant_id,
            client_id=client_id,
            name=name,
            kind=kind,
            redirect_uris=tuple(redirect_uris),
            parties=tuple(parties),
            scopes=tuple(scopes),
            logout_url=logout_url,
            created=int(service.clock()),
        )
    )
    with change(service, f"the client {client_id}") as tx:
        service.store.put(tx, FARM_CLIENTS, client, new=True)
    audit(service, tenant_id, "adfs.client.add", client_id)
    return client


def update(
    service: TokenService,
    farm: Farm,
    client_id: str,
    *,
    reset_secret: bool = False,
    **changes: Any,
) -> tuple[FarmClient, NewSecret | None]:
    """Change members of a client, and with `reset_secret` make one secret in place of all it has.

    The others are good for nothing from the same moment on. Raises RegistrationError as `add`
    does, for no such client, and for a secret of one that keeps none.
    """
    with change(service) as tx:
        standing = _standing(service, tx, farm, client_id)
        client = _checked(replace(standing, **changes))
        if _fixed(client) != _fixed(standing):
            raise RegistrationError("a client keeps its id and its kind", kind="forbidden")
        service.store.put(tx, FARM_CLIENTS, client)
        made = _reset(service, tx, client) if reset_secret else None
    audit(service, client.tenant_id, "adfs.client.update", client.client_id)
    return client, made


def _fixed(client: FarmClient) -> tuple[object, ...]:
    return client.client_key, client.tenant_id, client.client_id, client.kind


def _reset(service: TokenService, tx: Transaction, client: FarmClient) -> NewSecret:
    made = make_secret(service, application_of(_keeping(client)), description="")
    for former in service.store.find(tx, CREDENTIALS, application=str(client.client_key)):
        service.store.delete(tx, CREDENTIALS, str(former.key_id))
    keep_secret(service, tx, made)
    return made


def remove(service: TokenService, farm: Farm, client_id: str) -> FarmClient:
    """Remove a client with its secrets and certificates, and return it.

    Raises RegistrationError for no such client.
    """
    with change(service) as tx:
        client = _standing(service, tx, farm, client_id)
        held = str(client.client_key)
        for secret in service.store.find(tx, CREDENTIALS, application=held):
            service.store.delete(tx, CREDENTIALS, str(secret.key_id))
        for one in service.store.find(tx, CERTIFICATES, application=held):
            service.store.delete(tx, CERTIFICATES, str(one.key_id))
        service.store.delete(tx, FARM_CLIENTS, held)
    audit(service, client.tenant_id, "adfs.client.remove", client.client_id)
    return client


def find(service: TokenService, farm: Farm, id_or_name: str) -> FarmClient | None:
    """Return a client by its id or its name, in any letter case, or None.

    Raises RegistrationError where several have the name.
    """
    wanted = id_or_name.lower()
    kept = listing(service, farm)
    exact = [one for one in kept if one.client_id.lower() == wanted]
    found = exact or [one for one in kept if one.name.lower() == wanted]
    if len(found) > 1:
        raise RegistrationError(f"several clients are named {id_or_name!r}: give the client id")
    return found[0] if found else None


def listing(service: TokenService, farm: Farm) -> list[FarmClient]:
    """Return the clients of a farm, by name."""
    with service.database.read() as tx:
        kept = service.store.find(tx, FARM_CLIENTS, tenant=str(farm.tenant.tenant_id))
    return sorted(kept, key=lambda one: (one.name.lower(), one.client_id))


def add_secret(
    service: TokenService, farm: Farm, client_id: str, *, description: str = "", days: int = 180
) -> NewSecret:
    """Make a secret for a client. Raises RegistrationError for one that keeps none."""
    with change(service) as tx:
        client = _keeping(_standing(service, tx, farm, client_id))
        made = make_secret(service, application_of(client), description=description, days=days)
        keep_secret(service, tx, made)
    audit(service, client.tenant_id, "adfs.client.secret.add", client.client_id)
    return made


def add_certificate(
    service: TokenService, farm: Farm, client_id: str, certificate: bytes
) -> CertificateCredential:
    """Register a certificate, in PEM or DER, that a client signs assertions with.

    Raises RegistrationError for what is none, and for a client that keeps no secret.
    """
    with change(service, "the certificate") as tx:
        client = _keeping(_standing(service, tx, farm, client_id))
        made = read_certificate(service, application_of(client), certificate)
        service.store.put(tx, CERTIFICATES, made, new=True)
    audit(service, client.tenant_id, "adfs.client.certificate.add", client.client_id)
    return made


def remove_secret(service: TokenService, farm: Farm, client_id: str, key_id: str) -> None:
    """Remove a secret of a client by its key id. Raises RegistrationError for no such one."""
    with change(service) as tx:
        client = _standing(service, tx, farm, client_id)
        found = service.store.get(tx, CREDENTIALS, key_id.lower())
        if found is None or found.application_id != client.client_key:
            text = f"the client has no secret with the key id {key_id}"
            raise RegistrationError(text, kind="absent")
        service.store.delete(tx, CREDENTIALS, key_id.lower())
    audit(service, client.tenant_id, "adfs.client.secret.remove", client.client_id)


def secrets(service: TokenService, client: FarmClient) -> list[PasswordCredential]:
    """Return what is known of a client's secrets, the first to end first."""
    return list_secrets(service, application_of(client))


def certificates(service: TokenService, client: FarmClient) -> list[CertificateCredential]:
    """Return a client's certificates, the first to end first."""
    return list_certificates(service, application_of(client))


def _standing(service: TokenService, tx: Transaction, farm: Farm, client_id: str) -> FarmClient:
    key: UUID = client_key(farm.tenant.tenant_id, client_id)
    client = service.store.get(tx, FARM_CLIENTS, str(key))
    if client is None:
        raise RegistrationError(f"the farm has no client {client_id!r}", kind="absent")
    return client


def _keeping(client: FarmClient) -> FarmClient:
    if client.kind != "confidential":
        raise RegistrationError(
            f"the client {client.name!r} is a public one, which keeps no secret", kind="forbidden"
        )
    return client


def _checked(client: FarmClient) -> FarmClient:
    if not _TEXT.fullmatch(client.client_id) or len(client.client_id) > LONGEST_ID:
        raise RegistrationError(
            f"a client id has 1 to {LONGEST_ID} letters of ASCII, no blanks", member="client_id"
        )
    if len(client.redirect_uris) > _MOST or len(client.parties) > _MOST:
        raise RegistrationError(f"a client has at most {_MOST} addresses and relying parties")
    for url in client.redirect_uris:
        _check_address(url, web=client.kind != "native")
    if client.logout_url:
        _check_address(client.logout_url, web=True)
    unknown = sorted(set(client.scopes) - set(SCOPES))
    if unknown:
        text = f"there is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}"
        raise RegistrationError(text, member="scopes")
    return replace(
        client,
        name=named(client.name, member="name"),
        redirect_uris=tuple(dict.fromkeys(client.redirect_uris)),
        parties=tuple(dict.fromkeys(client.parties)),
        scopes=tuple(one for one in SCOPES if one in client.scopes),
    )


def _check_address(url: str, *, web: bool) -> None:
    """Refuse what answers cannot be sent to: exactly what is registered is compared later."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    scheme = parts.scheme
    sound = bool(_ADDRESS.fullmatch(url)) and not set(url) & set("\\#*")
    if scheme in ("http", "https"):
        sound = sound and bool(host) and parts.username is None
    elif web or scheme in _SCRIPTS:
        sound = False
    if not sound:
        raise RegistrationError(f"{url!r} is not an address answers can be sent to", member="uri")
