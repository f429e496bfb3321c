"""A request for a security token, who sends it, and how it is refused."""

from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.issuing import Subject
from xrm.sts.directory import View
from xrm.sts.model import Trace
from xrm.sts.service import TokenService
from xrm.wire.soap.versions import ADDRESSING
from xrm.wire.wssecurity import Security, SecurityError
from xrm.wire.wssecurity.endorsing import check_endorsement
from xrm.wire.wssecurity.names import DSIG
from xrm.wire.wstrust import RequestSecurityToken
from xrm.wire.wstrust.faults import Cause

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


_MOST_SIGNATURES = 2
_TO = f"{{{ADDRESSING}}}To"
_VALUE = f"{{{DSIG}}}SignatureValue"


class Refused(Exception):
    """A request is answered with a fault; the text says why, for the log alone.

    `number` is that of the sign-in error behind it, for the audit.
    """

    def __init__(self, cause: Cause, reason: str, number: int = 0) -> None:
        super().__init__(reason)
        self.cause: Cause = cause
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it came: its Security header, and its id if it has one.

    `view` is the directory as it stood then.
    """

    security: Security
    message_id: str | None
    trace: Trace
    view: View

    @property
    def body(self) -> etree._Element:
        """Return the body of the envelope."""
        return self.security.element.getroottree().getroot()[-1]

    @property
    def address(self) -> str:
        """Return whom the message says it is for, "" where it does not say."""
        header = self.security.element.getparent()
        return "" if header is None else header.findtext(_TO, "").strip()

    def signed(self, key: "bytes | RSAPublicKey") -> bytes | None:
        """Return the value of the signature by which a key endorses this message, None without one.

        It covers the timestamp; that of a public key also whom the message is for.
        """
        for signature in self.security.signatures[:_MOST_SIGNATURES]:
            try:
                check_endorsement(self.security, signature, key=key)
            except SecurityError:
                continue
            return b64decode(signature.findtext(_VALUE, ""))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a message; `key` is the public key they have proven to have, `way` how."""

    subject: Subject
    way: str
    key: "RSAPublicKey | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of somebody known."""

    service: TokenService
    farm: Farm
    request: RequestSecurityToken
    message: Message
    caller: Caller

    @property
    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.service.clock()
