"""Endorsing signatures: the key of a token signs when a message was made (and whom it is for).

Over TLS nothing else is signed. A symmetric key signs the timestamp; an asymmetric one signs the
address of the receiver as well, because its token may be shown to others (WS-Security 1.1 8).
"""

from typing import TYPE_CHECKING

from lxml import etree

from xrm.wire.soap.versions import ADDRESSING
from xrm.wire.wssecurity.errors import SecurityError
from xrm.wire.wssecurity.header import Security
from xrm.wire.wssecurity.names import DSIG
from xrm.wire.wssecurity.references import TokenReference, read_reference
from xrm.wire.xmldsig import SignatureError, verify_detached

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_TO = f"{{{ADDRESSING}}}To"


def check_endorsement(
    security: Security, signature: etree._Element, *, key: "bytes | RSAPublicKey"
) -> None:
    """Raise SecurityError unless one of a header's signatures is by a key, over what it must be.

    A key of octets must have signed the timestamp, a public key the address too: not elements
    that look like them, but these.
    """
    if security.timestamp is None or not any(one is signature for one in security.signatures):
        raise SecurityError("The message has no timestamp, or no signature over it.")
    root = security.element.getroottree().getroot()
    try:
        covered = verify_detached(signature, root, key=key)
    except SignatureError as error:
        raise SecurityError(str(error)) from None
    needed = [security.timestamp.element]
    if not isinstance(key, bytes):
        needed.append(_address(security.element))
    if not all(any(one is element for one in covered) for element in needed):
        raise SecurityError("The signature does not cover the timestamp and the address.")


def key_info(signature: etree._Element) -> etree._Element:
    """Return what a signature says of its key: never believed, only looked up.

    Raises SecurityError.
    """
    found = signature.findall(f"{{{DSIG}}}KeyInfo")
    if len(found) != 1 or len(found[0]) != 1:
        raise SecurityError("The signature does not name one key.")
    return found[0][0]


def signing_token(signature: etree._Element) -> TokenReference:
    """Return the reference to the token whose key signed. Raises SecurityError."""
    return read_reference(key_info(signature))


def _address(security: etree._Element) -> etree._Element:
    header = security.getparent()
    found = [] if header is None else header.findall(_TO)
    if len(found) != 1:
        raise SecurityError("The message does not say whom it is for.")
    return found[0]
