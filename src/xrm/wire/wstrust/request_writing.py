"""RequestSecurityToken, written: its members in the order .NET's own serializer has them in."""

from base64 import b64encode
from itertools import chain

from lxml import etree

from xrm.wire.wstrust import members
from xrm.wire.wstrust.requests import IDENTITY, TARGETS, RequestSecurityToken
from xrm.wire.wstrust.versions import ACT_AS
from xrm.wire.xml import escape, quote


def write_request(request: RequestSecurityToken) -> str:
    """Return the body of a request."""
    version, prefix = request.version, request.version.prefix
    context = f' Context="{quote(request.context)}"' if request.context is not None else ""
    parts = chain(_wanted(request), _key(request), _people(request), _rest(request))
    name = f"{prefix}:RequestSecurityToken"
    return f'<{name}{context} xmlns:{prefix}="{version.namespace}">{"".join(parts)}</{name}>'


def _wanted(request: RequestSecurityToken) -> list[str]:
    prefix, parts = request.version.prefix, []
    if request.applies_to is not None:
        parts.append(members.write_applies_to(request.applies_to))
    if request.claims:
        parts.append(_claims(request))
    parts.append(_simple(prefix, "ComputedKeyAlgorithm", request.computed_key))
    parts.append(_simple(prefix, "SignWith", request.sign_with))
    parts.append(_simple(prefix, "EncryptWith", request.encrypt_with))
    return parts


def _claims(request: RequestSecurityToken) -> str:
    prefix = request.version.prefix
    types = "".join(
        f'<i:ClaimType Uri="{quote(claim.type)}" Optional="{_flag(claim.optional)}"/>'
        for claim in request.claims
    )
    dialect = quote(request.claims_dialect or IDENTITY)
    return f'<{prefix}:Claims Dialect="{dialect}" xmlns:i="{IDENTITY}">{types}</{prefix}:Claims>'


def _key(request: RequestSecurityToken) -> list[str]:
    version, prefix, parts = request.version, request.version.prefix, []
    if request.entropy is not None:
        encoded = b64encode(request.entropy).decode("ascii")
        parts.append(
            f'<{prefix}:Entropy><{prefix}:BinarySecret Type="{version.nonce}">'
            f"{encoded}</{prefix}:BinarySecret></{prefix}:Entropy>"
        )
    if request.key_size is not None:
        parts.append(_simple(prefix, "KeySize", str(request.key_size)))
    if request.key is not None:
        parts.append(_simple(prefix, "KeyType", version.key_type(request.key)))
    if request.lifetime is not None:
        parts.append(members.write_lifetime(request.lifetime, prefix))
    return parts


def _people(request: RequestSecurityToken) -> list[str]:
    version, prefix, parts = request.version, request.version.prefix, []
    if request.on_behalf_of is not None:
        parts.append(_around(f"{prefix}:OnBehalfOf", request.on_behalf_of))
    if request.act_as is not None:
        token = members.markup(request.act_as)
        parts.append(f'<tr:ActAs xmlns:tr="{ACT_AS}">{token}</tr:ActAs>')
    parts.append(_simple(prefix, "RequestType", version.request_type(request.operation)))
    parts.append(_simple(prefix, "TokenType", request.token_type))
    if request.use_key is not None:
        sign = f' Sig="#{quote(request.use_key.signature)}"' if request.use_key.signature else ""
        key = members.markup(request.use_key.element)
        parts.append(f"<{prefix}:UseKey{sign}>{key}</{prefix}:UseKey>")
    return parts


def _rest(request: RequestSecurityToken) -> list[str]:
    prefix = request.version.prefix
    parts = [
        _simple(prefix, "EncryptionAlgorithm", request.encryption_algorithm),
        _simple(prefix, "CanonicalizationAlgorithm", request.canonicalization),
        _simple(prefix, "SignatureAlgorithm", request.signature_algorithm),
        _simple(prefix, "KeyWrapAlgorithm", request.key_wrap),
    ]
    if request.renewing is not None:
        allowed, expired = _flag(request.renewing.allowed), _flag(request.renewing.expired)
        parts.append(f'<{prefix}:Renewing Allow="{allowed}" OK="{expired}"/>')
    if request.target is not None:
        parts.append(_around(f"{prefix}:{TARGETS[request.operation]}", request.target))
    return parts


def _simple(prefix: str, name: str, value: str | None) -> str:
    return "" if value is None else f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _around(name: str, element: etree._Element) -> str:
    return f"<{name}>{members.markup(element)}</{name}>"
