"""What stands in `wresult` and `wreq`: messages of WS-Trust without an envelope around them.

A browser proves no key, so the tokens are bearer tokens (WS-Federation 1.2, 13.2.3).
"""

from lxml import etree

from xrm.wire import xml
from xrm.wire.wstrust import (
    TRUST_2005,
    IssuedTokenResponse,
    Lifetime,
    RequestSecurityToken,
    TrustError,
    TrustVersion,
    read_request,
    read_response,
    write_response,
)

_LIMITS = xml.Limits(size=256 * 1024, depth=60, elements=5000)
_REQUEST_LIMITS = xml.Limits(size=16 * 1024, depth=20, elements=200)


class ResultError(ValueError):
    """A response or a request of WS-Trust is none."""


def write(
    token: str,
    *,
    realm: str,
    lifetime: Lifetime,
    kind: str,
    version: TrustVersion = TRUST_2005,
) -> str:
    """Return a token for a relying party as the text of `wresult`, exactly as it was issued.

    `kind` is the type of the token. AD FS answers by WS-Trust of February 2005 unless asked.
    """
    response = IssuedTokenResponse(
        version=version,
        lifetime=lifetime,
        applies_to=realm,
        markup=token,
        token_type=kind,
        key="bearer",
    )
    return write_response(response)


def read(text: str) -> etree._Element:
    """Return the token of a `wresult`, in its document: unverified, and perhaps encrypted.

    What else the response says is not signed, so it is not read. Raises ResultError.
    """
    try:
        token = read_response(_parsed(text, _LIMITS)).token
    except TrustError as error:
        raise ResultError(str(error)) from error
    if token is None:
        raise ResultError("The response holds no token.")
    return token


def read_wanted(text: str) -> RequestSecurityToken:
    """Return what a `wreq` asks. Raises ResultError."""
    try:
        return read_request(_parsed(text, _REQUEST_LIMITS))
    except TrustError as error:
        raise ResultError(str(error)) from error


def _parsed(text: str, limits: xml.Limits) -> etree._Element:
    try:
        return xml.parse(text.encode("utf-8", "strict"), limits=limits)
    except (xml.XmlError, UnicodeEncodeError) as error:
        raise ResultError("This is not XML that is read here.") from error
