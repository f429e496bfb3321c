"""An application that proves itself by a certificate: client assertions, RFC 7523 2.2.

Each request for a token carries an assertion of its own, signed with the certificate's key.
Entra ID is shown the certificate's SHA-256 and a PS256 signature, AD FS its SHA-1 and RS256, as
either one's own libraries do.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from xrm.client.cache import Token
from xrm.client.credentials.application import Application
from xrm.client.discovery import Authority, Place
from xrm.client.errors import ConfigurationError, TokenRefusedError
from xrm.client.flow import Flow
from xrm.client.retry import Sender
from xrm.client.services.oauth import Proof
from xrm.model.ports import Ids, random_ids
from xrm.model.secret import Secret

if TYPE_CHECKING:
    from xrm.client.credentials.key_file import CertifiedKey

_LIFETIME = 600  # seconds, the lifetime Microsoft's libraries ask for
_LARGEST_FILE = 1024 * 1024
_LONGEST_PATH = 255


class Certificate(Application):
    """An application's id, and the certificate registered for it with its private key.

    `certificate` is the path of a PEM or PFX file, or its content (bytes, for PEM also text);
    `password` opens an encrypted one. With `send_chain` the certificate goes along in each
    request: for applications that are registered by their certificate's subject and issuer.
    `tenant` and `authority` are those of ClientSecret. Reads the file at once, and sends nothing.
    Raises ConfigurationError, also where the packages of `xrm[certificate]` are missing.
    """

    __slots__ = ("_ids", "_key", "_send_chain")

    def __init__(
        self,
        client_id: str,
        certificate: str | Path | bytes,
        *,
        password: str | Secret | None = None,
        tenant: str | None = None,
        authority: str | None = None,
        send_chain: bool = False,
        ids: Ids = random_ids,
    ) -> None:
        if not client_id or not certificate:
            raise ConfigurationError("a client id and a certificate are needed")
        super().__init__(client_id, tenant=tenant, authority=authority)
        secret = password if isinstance(password, Secret | None) else Secret(password)
        self._key = _read(certificate, secret)
        self._send_chain = send_chain
        self._ids = ids

    @property
    def thumbprint(self) -> str:
        """The certificate's SHA-1 in hexadecimal, as portals and Windows show it."""
        return self._key.sha1

    @property
    def thumbprint_sha256(self) -> str:
        """The certificate's SHA-256 in hexadecimal."""
        return self._key.sha256

    def __repr__(self) -> str:
        named = f"tenant={self._tenant!r}, thumbprint={self.thumbprint!r}"
        return f"Certificate({self._client_id!r}, {named})"

    def sign_in(self, place: Place, sender: Sender) -> Flow[Token]:
        """Ask for a token as every application does; a refusal says if the certificate has
        expired. Raises TokenRefusedError, UnexpectedAnswerError or TransportError."""
        try:
            return (yield from super().sign_in(place, sender))
        except TokenRefusedError as error:
            error.next_step = _out_of_date(self._key, sender.clock()) or error.next_step
            raise

    def _proof(self, authority: Authority, now: float) -> Proof:
        from xrm.wire import assertion

        text = assertion.write(
            client_id=self._client_id,
            audience=authority.token_endpoint,
            token_id=str(self._ids()),
            now=now,
            lifetime=_LIFETIME,
            private_key=self._key.private_key,
            certificate_der=self._key.chain[0],
            algorithm="RS256" if authority.tenant.lower() == "adfs" else "PS256",
            chain=self._key.chain if self._send_chain else (),
        )
        return Proof("client_assertion", Secret(text), {"client_assertion_type": assertion.TYPE})


def _read(certificate: str | Path | bytes, password: Secret | None) -> "CertifiedKey":
    try:
        from xrm.client.credentials import key_file
        from xrm.wire import assertion  # noqa: F401 - what signing will need
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"a certificate needs the package {error.name}, which is not installed",
            next_step="Install it: pip install 'xrm[certificate]'.",
        ) from None
    if isinstance(certificate, str) and "-----BEGIN" in certificate:
        certificate = certificate.encode()
    data = certificate if isinstance(certificate, bytes) else _file(Path(certificate))
    return key_file.read(data, password)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        # What is too long for a path may be the key itself, in the wrong place.
        named = f" {path}" if len(str(path)) <= _LONGEST_PATH else ""
        why = getattr(error, "strerror", None) or "not a path"
        raise ConfigurationError(
            f"the certificate's file{named} cannot be read: {why}",
            next_step="Name a PEM or PFX file that holds the certificate and its private key.",
        ) from None
    if len(data) > _LARGEST_FILE:
        raise ConfigurationError(f"the certificate's file {path} is over 1 MiB")
    return data


def _out_of_date(key: "CertifiedKey", now: float) -> str:
    if now > key.ends:
        verb, at = "expired", key.ends
    elif now < key.begins:
        verb, at = "is not valid before", key.begins
    else:
        return ""
    day = time.strftime("%Y-%m-%d", time.gmtime(at))
    on = " on" if verb == "expired" else ""
    return f"The certificate {verb}{on} {day}: register a new one for the application."
