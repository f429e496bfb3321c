"""Sealing: text that only this service can read, given to others to keep.

AES-256-GCM under a key derived for each purpose (RFC 5869), so that what was sealed for one
purpose opens for no other; compressed, since codes stand in addresses. All processes of a
service share the key it comes from.
"""

import hmac
import secrets
import zlib
from functools import cache
from typing import Literal, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xrm.sts.model.spelling import read_record, write_record
from xrm.wire import jose

T = TypeVar("T")

Purpose = Literal["code", "refresh token", "page", "farm key"]

_NONCE = 12
_LONGEST = 32 * 1024
_MARK = "1."


class Unreadable(ValueError):
    """A text was not sealed here, not for this purpose, or was changed."""


class Sealer:
    """Seals records under the service's sealing key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._ciphers = cache(self._cipher)
        self._marking = hmac.new(self._derived("mark"), digestmod="sha256")

    def seal(self, purpose: Purpose, record: object) -> str:
        """Return a record as a text for URLs and forms."""
        nonce = secrets.token_bytes(_NONCE)
        content = zlib.compress(write_record(record).encode(), 9)
        return _MARK + jose.encode(nonce + self._ciphers(purpose).encrypt(nonce, content, None))

    def open(self, purpose: Purpose, kind: type[T], text: str) -> T:
        """Return the record of a text. Raises Unreadable."""
        if len(text) > _LONGEST or not text.startswith(_MARK):
            raise Unreadable
        try:
            octets = jose.decode(text[len(_MARK) :])
            content = self._ciphers(purpose).decrypt(octets[:_NONCE], octets[_NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error
        return read_record(kind, zlib.decompress(content).decode())

    def apart(self, name: str) -> "Sealer":
        """Return a sealer under a key of its own: neither opens what the other has sealed."""
        return Sealer(self._derived(f"apart {name}"))

    def mark(self, text: str) -> str:
        """Return a keyed digest of a text: the same for the same text, of no use to others."""
        digest = self._marking.copy()
        digest.update(text.encode())
        return digest.hexdigest()

    def _cipher(self, purpose: Purpose) -> AESGCM:
        return AESGCM(self._derived(purpose))

    def _derived(self, purpose: str) -> bytes:
        derivation = HKDF(SHA256(), length=32, salt=None, info=f"xrm {purpose}".encode())
        return derivation.derive(self._key)
