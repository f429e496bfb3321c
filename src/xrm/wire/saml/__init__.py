"""SAML assertions, 1.1 and 2.0, as AD FS issues them and a relying party reads them.

assertion    Assertion, Claim, Confirmation: what one says, in either version
claim_types  the types of claims that are known by name
names        the names of both versions, and how each spells ways of authentication
writing      assertions as elements, signed or not
reading      a verified element as an assertion, strictly
"""

from xrm.wire.saml import claim_types
from xrm.wire.saml.assertion import Assertion, Claim, Confirmation, SamlError, Version
from xrm.wire.saml.names import (
    CERTIFICATE,
    KERBEROS,
    PASSWORD,
    TLS_CLIENT,
    UNSPECIFIED,
    WINDOWS,
)
from xrm.wire.saml.reading import read
from xrm.wire.saml.writing import sign, write

__all__ = [
    "CERTIFICATE",
    "KERBEROS",
    "PASSWORD",
    "TLS_CLIENT",
    "UNSPECIFIED",
    "WINDOWS",
    "Assertion",
    "Claim",
    "Confirmation",
    "SamlError",
    "Version",
    "claim_types",
    "read",
    "sign",
    "write",
]
