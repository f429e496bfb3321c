"""What an assertion says, in either version of SAML."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Version = Literal["1.1", "2.0"]


class SamlError(ValueError):
    """An assertion cannot be written or is not of a form that is accepted."""


class Claim(NamedTuple):
    """What is said of someone: a claim type and its values, at least one."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How someone who presents an assertion shows that it is about them.

    A bearer shows nothing else. The holder of a key proves to have it: the symmetric `secret`,
    which is written encrypted to `certificate` (the relying party's, X.509 in DER), or the
    private half of `key`. `recipient` and `not_on_or_after` (seconds since the epoch) bound
    where and until when it may be presented; SAML 1.1 has neither.
    """

    kind: Literal["bearer", "holder-of-key"] = "bearer"
    secret: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: "RSAPublicKey | None" = None
    recipient: str = ""
    not_on_or_after: float | None = None


@dataclass(slots=True, kw_only=True)
class Assertion:
    """A security token: who issued it, for whom it is, about whom, and what it says.

    Nobody changes it; it is not frozen, as a Request, for what that takes.

    Times are in seconds since the epoch and kept to milliseconds. `audiences` empty says that
    none is named: a reader has to refuse that. `method` is one of `names.METHODS`, or as it stands
    in the assertion; it is empty, and `authenticated` None, where no authentication is stated.
    """

    version: Version = "1.1"
    id: str
    issuer: str
    issued: float
    not_before: float
    not_on_or_after: float
    audiences: tuple[str, ...]
    name_id: str = ""
    name_format: str = ""
    confirmation: Confirmation = Confirmation()
    claims: tuple[Claim, ...] = ()
    method: str = ""
    authenticated: float | None = None

    def values(self, claim_type: str) -> tuple[str, ...]:
        """Return the values of a claim type, of all claims that have it."""
        return tuple(
            value for claim in self.claims if claim.type == claim_type for value in claim.values
        )
