"""An application as the verbs print it: facts for programs, tables for people."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from xrm.cli import output
from xrm.cli.times import expiry, moment

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts import model

AUDIENCES = {
    "AzureADMyOrg": "its own tenant",
    "AzureADMultipleOrgs": "every tenant that takes it in",
    "AzureADandPersonalMicrosoftAccount": "every tenant that takes it in, and personal accounts",
    "PersonalMicrosoftAccount": "personal accounts",
}
"""Sign-in audience -> who that is."""


def of(opened: "Estate", found: "model.Application") -> dict[str, Any]:
    """Return everything about an application but its secrets and what was granted to it."""
    return {
        "name": found.name,
        "application_id": found.application_id,
        "object_id": found.object_id,
        "tenant_id": found.tenant_id,
        "enabled": found.enabled,
        "created": found.created,
        "audience": found.audience,
        "public_client": found.public_client,
        "redirect_uris": [{"url": each.url, "kind": each.kind} for each in found.redirect_uris],
        "identifier_uris": list(found.identifier_uris),
        "logout_url": found.logout_url,
        "token_version": found.token_version,
        "implicit_access_tokens": found.implicit_access_tokens,
        "implicit_id_tokens": found.implicit_id_tokens,
        "secrets": secrets(opened, found),
        "certificates": certificates(opened, found),
    }


def secrets(opened: "Estate", found: "model.Application") -> list[dict[str, Any]]:
    """Return what is known of the secrets of an application, the first to end first."""
    from xrm.sts.registration import list_secrets

    return [secret(each) for each in list_secrets(opened.sts, found)]


def certificates(opened: "Estate", found: "model.Application") -> list[dict[str, Any]]:
    """Return what is known of the certificates of an application, the first to end first."""
    from xrm.sts.registration import list_certificates

    return [certificate(each) for each in list_certificates(opened.sts, found)]


def secret(credential: "model.PasswordCredential") -> dict[str, Any]:
    """Return what is known of a secret; times in seconds since the epoch."""
    return {
        "key_id": credential.key_id,
        "hint": credential.hint,
        "description": credential.description,
        "start": credential.start,
        "end": credential.end,
    }


def certificate(credential: "model.CertificateCredential") -> dict[str, Any]:
    """Return what is known of a certificate, thumbprints in upper-case hexadecimal."""
    from cryptography import x509

    der = credential.certificate
    return {
        "key_id": credential.key_id,
        "thumbprint": credential.thumbprint,
        "thumbprint_sha256": sha256(der).hexdigest().upper(),
        "subject": x509.load_der_x509_certificate(der).subject.rfc4514_string(),
        "description": credential.description,
        "start": credential.start,
        "end": credential.end,
    }


def show(facts: dict[str, Any], tenant: str) -> None:
    """Print an application of a tenant for people: what it is, without its credentials."""
    output.facts(
        {
            "Name": facts["name"],
            "Application id": facts["application_id"],
            "Object id": facts["object_id"],
            "Tenant": tenant,
            "State": state(facts),
            "For": f"{AUDIENCES[facts['audience']]} ({facts['audience']})",
            "Client": _client(facts["public_client"]),
            "Redirect URIs": _redirects(facts["redirect_uris"]),
            "Identifier URIs": tuple(facts["identifier_uris"]),
            "Logout URL": facts["logout_url"],
            "Token version": _version(facts["token_version"]),
            "Implicit flow": _implicit(facts),
            "Created": moment(facts["created"]),
        }
    )


def show_secrets(found: Sequence[dict[str, Any]]) -> None:
    """Print secrets as a table: their hints, for the secrets themselves are not kept."""
    rows = [
        (each["hint"] + "…", each["description"], expiry(each["end"]), each["key_id"])
        for each in found
    ]
    output.listing(("SECRET", "DESCRIPTION", "EXPIRES", "KEY ID"), rows, empty="No secrets.")


def show_certificates(found: Sequence[dict[str, Any]]) -> None:
    """Print certificates as a table, by thumbprint."""
    rows = [
        (each["thumbprint"], each["description"] or each["subject"], expiry(each["end"]))
        for each in found
    ]
    output.listing(("THUMBPRINT", "DESCRIPTION", "EXPIRES"), rows, empty="No certificates.")


def state(facts: dict[str, Any]) -> str:
    """Return the word for whether something is enabled."""
    return "enabled" if facts["enabled"] else "disabled"


def _client(public: bool | None) -> str:
    return "public (mobile, desktop, device): it keeps no secret" if public else ""


def _redirects(uris: Sequence[dict[str, str]]) -> tuple[str, ...]:
    width = max((len(each["kind"]) for each in uris), default=0)
    return tuple(f"{each['kind']:<{width}}  {each['url']}" for each in uris)


def _version(version: int | None) -> str:
    return "1 (none is set)" if version is None else str(version)


def _implicit(facts: dict[str, Any]) -> str:
    given = {
        "access tokens": facts["implicit_access_tokens"],
        "id tokens": facts["implicit_id_tokens"],
    }
    return ", ".join(name for name, allowed in given.items() if allowed)
