"""XML signatures as SAML and WS-Security use them (XML Signature 1.0, exclusive c14n 1.0).

shape      the only shapes of a signature that are believed, and the ids they name
enveloped  on assertions and metadata: RSA-SHA256 by a certificate known beforehand
canonical  texts of the canonical form, for who writes it straight away
detached   in the Security header of a message: HMAC or RSA over parts of it

What a signature says is held against its shape before a library sees it: neither the key nor
the algorithm nor what is covered is ever the document's choice.
"""

from xrm.wire.xmldsig.detached import sign_detached, verify_detached
from xrm.wire.xmldsig.enveloped import sign_enveloped, verify_decoy, verify_enveloped
from xrm.wire.xmldsig.shape import DS, UTILITY, SignatureError

__all__ = [
    "DS",
    "UTILITY",
    "SignatureError",
    "sign_detached",
    "sign_enveloped",
    "verify_decoy",
    "verify_detached",
    "verify_enveloped",
]
