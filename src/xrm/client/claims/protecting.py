"""A message with a token: the Security header of a request (WS-Security 1.1, SAML token profile).

Over TLS the header holds a timestamp, the token exactly as the token service gave it, and a
signature over the timestamp with the token's key; a bearer token goes without.
"""

from uuid import uuid4

from xrm.client.claims.tokens import ClaimsToken
from xrm.client.errors import SecurityTokenValidationError
from xrm.wire import xmldsig
from xrm.wire.wssecurity import reference_element
from xrm.wire.wssecurity.writing import header_text, security_header, timestamp

_END = "</u:Timestamp>"


def security(token: ClaimsToken, *, now: float) -> str:
    """Return the Security header of one message, made at a time in seconds since the epoch."""
    # Each message has an id of its own: two of the same moment do not look like a replay.
    moment = timestamp(now, name=f"_{uuid4()}")
    header = security_header(moment)
    if token.proof is not None:
        if token.reference is None:
            raise SecurityTokenValidationError("the token service did not name its token")
        xmldsig.sign_detached(
            header,
            [moment],
            key=token.proof,
            digest="sha1",
            key_info=reference_element(token.reference),
        )
    # As text: an element that is moved into another may lose the prefixes it was signed with.
    before, end, after = header_text(header).partition(_END)
    return f"{before}{end}{token.secret.reveal()}{after}"
