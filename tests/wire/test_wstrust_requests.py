"""RequestSecurityToken as each client writes it, and every member it may have."""

import dataclasses

import pytest
from lxml import etree

from support.trust_messages import DS, MADE_AT, SAML, WSSE, WSU
from xrm.wire.wssecurity import read_reference
from xrm.wire.wstrust import (
    ACTIONS,
    TRUST_13,
    TRUST_2005,
    Lifetime,
    Renewing,
    TrustError,
    UseKey,
    WantedClaim,
    read_request,
    write_request,
)
from xrm.wire.wstrust.versions import TOKEN_TYPES
from xrm.wire.xml import parse

OASIS = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
BEARER_2005 = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
OLD_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
IDENTITY = "http://schemas.xmlsoap.org/ws/2005/05/identity"
SAML_11 = "urn:oasis:names:tc:SAML:1.0:assertion"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
SERVICE = "https://crm.example/XRMServices/2011/Organization.svc"
SPACES = {OASIS: TRUST_13, FEBRUARY: TRUST_2005}
BOTH = pytest.mark.parametrize("space", [OASIS, FEBRUARY])


def scope(address=SERVICE, addressing=ADDRESSING):
    return (
        f'<p:AppliesTo xmlns:p="{POLICY}"><a:EndpointReference xmlns:a="{addressing}">'
        f"<a:Address>{address}</a:Address></a:EndpointReference></p:AppliesTo>"
    )


def request(space, *parts, kind="Issue", attributes=""):
    inner = "".join(parts)
    if kind:
        inner += f"<t:RequestType>{space}/{kind}</t:RequestType>"
    return parse(
        f'<t:RequestSecurityToken xmlns:t="{space}"{attributes}>{inner}'
        "</t:RequestSecurityToken>".encode()
    )


def read(space, *parts, **more):
    return read_request(request(space, *parts, **more))


@BOTH
def test_an_on_premises_client_says_next_to_nothing(space):
    found = read(space, scope())
    assert (found.version, found.operation, found.applies_to) == (SPACES[space], "issue", SERVICE)
    assert (found.token_type, found.key, found.key_size, found.entropy) == (None, None, None, None)
    assert TOKEN_TYPES[found.token_type or ""] == "1.1"


@pytest.mark.parametrize(
    ("space", "uri", "kind"),
    [
        (OASIS, f"{OASIS}/SymmetricKey", "symmetric"),
        (OASIS, f"{OASIS}/PublicKey", "public"),
        (OASIS, f"{OASIS}/Bearer", "bearer"),
        (OASIS, BEARER_2005, "bearer"),
        (FEBRUARY, f"{FEBRUARY}/SymmetricKey", "symmetric"),
        (FEBRUARY, f"{FEBRUARY}/PublicKey", "public"),
        (FEBRUARY, BEARER_2005, "bearer"),
    ],
)
def test_kinds_of_keys(space, uri, kind):
    assert read(space, f"<t:KeyType>\n {uri} </t:KeyType>").key == kind


@BOTH
@pytest.mark.parametrize(
    ("kind", "operation", "target"),
    [
        ("Issue", "issue", None),
        ("Renew", "renew", "RenewTarget"),
        ("Validate", "validate", "ValidateTarget"),
        ("Cancel", "cancel", "CancelTarget"),
    ],
)
def test_operations(space, kind, operation, target):
    token = f'<o:SecurityTokenReference xmlns:o="{WSSE}"><o:Reference URI="#_a1"/>'
    token += "</o:SecurityTokenReference>"
    part = f"<t:{target}>{token}</t:{target}>" if target else ""
    found = read(space, part, kind=kind)
    assert found.operation == operation
    assert ACTIONS[f"{space}/RST/{kind}"] == (SPACES[space], operation)
    if target:
        assert read_reference(found.target).value == "_a1"
    else:
        assert found.target is None


@BOTH
def test_every_member(space):
    found = read(
        space,
        f"<t:TokenType>{SAML_11}</t:TokenType>",
        scope(),
        f"<t:KeyType>{space}/SymmetricKey</t:KeyType><t:KeySize> 256 </t:KeySize>",
        f'<t:Entropy><t:BinarySecret Type="{space}/Nonce">QUJD\n</t:BinarySecret></t:Entropy>',
        f"<t:ComputedKeyAlgorithm>{space}/CK/PSHA1</t:ComputedKeyAlgorithm>",
        f'<t:Claims Dialect="{IDENTITY}" xmlns:i="{IDENTITY}"><i:ClaimType Uri="{UPN}"/>'
        '<i:ClaimType Uri="urn:x" Optional="true"/></t:Claims>',
        f'<t:Lifetime><u:Created xmlns:u="{WSU}">2024-03-01T12:00:00Z</u:Created>'
        f'<u:Expires xmlns:u="{WSU}">2024-03-01T13:00:00Z</u:Expires></t:Lifetime>',
        "<t:EncryptWith>urn:e</t:EncryptWith><t:SignWith>urn:s</t:SignWith>",
        "<t:CanonicalizationAlgorithm>urn:c</t:CanonicalizationAlgorithm>",
        "<t:SignatureAlgorithm>urn:sa</t:SignatureAlgorithm>",
        "<t:EncryptionAlgorithm>urn:ea</t:EncryptionAlgorithm>",
        "<t:KeyWrapAlgorithm>urn:kw</t:KeyWrapAlgorithm>",
        f'<t:OnBehalfOf><Assertion xmlns="{SAML}" AssertionID="_of"/></t:OnBehalfOf>',
        f'<n:ActAs xmlns:n="http://docs.oasis-open.org/ws-sx/ws-trust/200802">'
        f'<Assertion xmlns="{SAML}" AssertionID="_as"/></n:ActAs>',
        '<t:Renewing Allow="true" OK="1"/>',
        f'<t:UseKey Sig="#_sig"><KeyInfo xmlns="{DS}"/></t:UseKey>',
        attributes=' Context="rst-1"',
    )
    assert (found.context, found.token_type, found.applies_to) == ("rst-1", SAML_11, SERVICE)
    assert (found.key, found.key_size, found.entropy) == ("symmetric", 256, b"ABC")
    assert found.computed_key == SPACES[space].psha1
    assert found.claims == (WantedClaim(UPN), WantedClaim("urn:x", optional=True))
    assert found.claims_dialect == IDENTITY
    assert found.lifetime == Lifetime(MADE_AT, MADE_AT + 3600)
    assert (found.encrypt_with, found.sign_with) == ("urn:e", "urn:s")
    assert (found.canonicalization, found.signature_algorithm) == ("urn:c", "urn:sa")
    assert (found.encryption_algorithm, found.key_wrap) == ("urn:ea", "urn:kw")
    assert found.on_behalf_of.get("AssertionID") == "_of"
    assert found.act_as.get("AssertionID") == "_as"
    assert found.renewing == Renewing(allowed=True, expired=True)
    assert (found.use_key.signature, found.use_key.element.tag) == ("_sig", f"{{{DS}}}KeyInfo")
    assert "ABC" not in repr(found)


@BOTH
def test_what_changes_nothing_here_is_tolerated(space):
    found = read(
        space,
        "<t:Delegatable>true</t:Delegatable><t:Forwardable>false</t:Forwardable>",
        "<t:AllowPostdating/><t:Issuer/><t:Participants/><t:AuthenticationType>urn:x"
        "</t:AuthenticationType>",
        f'<i:RequestDisplayToken xmlns:i="{IDENTITY}"/>',
        "<t:Renewing/><t:KeySize>0</t:KeySize>",
        f'<u:x xmlns:u="{POLICY}"/>'.replace("u:x", "u:AppliesTo").replace(
            "/>",
            f'><a:EndpointReference xmlns:a="{OLD_ADDRESSING}"><a:Address>urn:x</a:Address>'
            "</a:EndpointReference></u:AppliesTo>",
        ),
    )
    assert (found.renewing, found.key_size, found.applies_to) == (Renewing(), None, "urn:x")


def test_secondary_parameters_say_what_the_client_does_not():
    secondary = (
        f"<t:SecondaryParameters><t:KeyType>{OASIS}/SymmetricKey</t:KeyType>"
        f"<t:KeySize>192</t:KeySize><t:TokenType>{SAML_11}</t:TokenType>"
        f'<t:Claims Dialect="{IDENTITY}"><ClaimType xmlns="{IDENTITY}" Uri="{UPN}"/></t:Claims>'
        "</t:SecondaryParameters>"
    )
    found = read(OASIS, secondary, "<t:KeySize>256</t:KeySize>")
    assert (found.key, found.key_size, found.token_type) == ("symmetric", 256, SAML_11)
    assert found.claims == (WantedClaim(UPN),)
    assert found.secondary == {"key", "token_type", "claims", "claims_dialect"}


@BOTH
@pytest.mark.parametrize(
    "part",
    [
        "<t:TokenType>a</t:TokenType><t:TokenType>b</t:TokenType>",
        scope() + scope("https://other.example/"),
        f'<AppliesTo xmlns="{POLICY}"/>',
        scope(""),
        scope("a" * 4097),
        "<t:KeyType>urn:x</t:KeyType>",
        "<t:KeySize>many</t:KeySize>",
        "<t:KeySize>-1</t:KeySize>",
        "<t:KeySize>16385</t:KeySize>",
        "<t:Entropy/>",
        "<t:Entropy><t:BinarySecret/></t:Entropy>",
        "<t:Entropy><t:BinarySecret>!</t:BinarySecret></t:Entropy>",
        f"<t:Entropy><t:BinarySecret>{'QUJD' * 171}</t:BinarySecret></t:Entropy>",
        f'<t:Lifetime><u:Expires xmlns:u="{WSU}">soon</u:Expires></t:Lifetime>',
        "<t:OnBehalfOf/>",
        "<t:OnBehalfOf><a/><b/></t:OnBehalfOf>",
        "<t:UseKey/>",
        '<t:Renewing Allow="perhaps"/>',
        "<t:Claims><x/></t:Claims>",
        f'<t:Claims><ClaimType xmlns="{IDENTITY}"/></t:Claims>',
        "<t:Claims>" + '<ClaimType Uri="urn:x"/>' * 101 + "</t:Claims>",
        "<t:RenewTarget><x/></t:RenewTarget>",
        "<t:Unheard/>",
        "<x/>",
        '<ActAs xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200802"/>',
        "<t:EncryptWith><x/></t:EncryptWith>",
    ],
)
def test_what_is_refused(space, part):
    with pytest.raises(TrustError):
        read(space, part)


@pytest.mark.parametrize("kind", ["", "Steal", "Renew", "Validate", "Cancel"])
def test_operations_that_are_not_known_or_lack_their_token(kind):
    with pytest.raises(TrustError):
        read(OASIS, kind=kind)


def test_the_operation_of_the_other_version():
    with pytest.raises(TrustError):
        read(OASIS, f"<t:RequestType>{FEBRUARY}/Issue</t:RequestType>", kind="")


@pytest.mark.parametrize(
    "data",
    [
        b"<RequestSecurityToken/>",
        b'<RequestSecurityToken xmlns="urn:x"/>',
        f'<RequestSecurityTokenResponse xmlns="{OASIS}"/>'.encode(),
    ],
)
def test_what_is_no_request(data):
    with pytest.raises(TrustError):
        read_request(parse(data))
    with pytest.raises(TrustError):
        read_request(None)


def test_a_context_has_an_end():
    with pytest.raises(TrustError):
        read(OASIS, attributes=f' Context="{"c" * 1025}"')


@BOTH
def test_what_is_written_is_read(space):
    version = SPACES[space]
    token = parse(f'<Assertion xmlns="{SAML}" AssertionID="_1">é</Assertion>'.encode())
    full = dataclasses.replace(
        read(space, scope('https://crm.example/?a=1&amp;b="2"')),
        context='"c"',
        token_type=SAML_11,
        key="public",
        key_size=2048,
        entropy=b"ABC",
        computed_key=version.psha1,
        claims=(WantedClaim(UPN, optional=True),),
        claims_dialect=IDENTITY,
        lifetime=Lifetime(MADE_AT, None),
        encrypt_with="urn:e",
        sign_with="urn:s",
        signature_algorithm="urn:sa",
        encryption_algorithm="urn:ea",
        canonicalization="urn:c",
        key_wrap="urn:kw",
        renewing=Renewing(allowed=False),
    )
    sent = dataclasses.replace(
        full, on_behalf_of=token, act_as=token, use_key=UseKey(token, "_sig")
    )
    found = read_request(parse(write_request(sent).encode()))
    assert (found.on_behalf_of.text, found.act_as.get("AssertionID")) == ("é", "_1")
    assert (found.use_key.signature, found.use_key.element.tag) == ("_sig", token.tag)
    assert dataclasses.replace(found, on_behalf_of=None, act_as=None, use_key=None) == full
    for operation in ("renew", "validate", "cancel"):
        about = dataclasses.replace(full, operation=operation, target=token)
        assert read_request(parse(write_request(about).encode())).target.text == "é"


def test_members_are_in_the_order_of_net():
    sent = dataclasses.replace(
        read(OASIS, scope()),
        token_type=SAML_11,
        key="symmetric",
        key_size=256,
        entropy=b"ABC",
        computed_key=TRUST_13.psha1,
        lifetime=Lifetime(MADE_AT, MADE_AT + 60),
    )
    written = parse(write_request(sent).encode())
    assert [etree.QName(child).localname for child in written] == [
        *("AppliesTo", "ComputedKeyAlgorithm", "Entropy", "KeySize", "KeyType", "Lifetime"),
        *("RequestType", "TokenType"),
    ]
    assert written[2][0].get("Type") == f"{OASIS}/Nonce"
