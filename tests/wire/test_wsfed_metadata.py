"""Federation metadata: written, signed, read; judged by pysaml2 and xmlsec1."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from saml2 import md

from xrm.wire.certificates import new_key, self_signed
from xrm.wire.wsfed import metadata
from xrm.wire.wsfed.description import (
    ApplicationRole,
    ClaimType,
    Description,
    TokenServiceRole,
)
from xrm.wire.wsfed.metadata_reading import MetadataError, read

NOW = 1_800_000_000.0
LS = "https://sts.example/adfs/ls/"
NAME = "http://sts.example/adfs/services/trust"
FED = "http://docs.oasis-open.org/wsfed/federation/200706"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@cache
def pair(name: str) -> tuple[RSAPrivateKey, bytes]:
    key = new_key()
    made = self_signed(key, name=name, now=NOW, days=3650)
    return key, made.public_bytes(Encoding.DER)


def farm() -> Description:
    return Description(
        entity=NAME,
        application=ApplicationRole(
            passive=(LS,),
            scopes=(LS, NAME),
            encryption=(pair("encryption")[1],),
            claims=(ClaimType("urn:a", "A", "The a"),),
            name="Contoso AD FS",
        ),
        token_service=TokenServiceRole(
            signing=(pair("current")[1], pair("next")[1]),
            passive=(LS,),
            active=("https://sts.example/adfs/services/trust/13/usernamemixed",),
            exchange="https://sts.example/adfs/services/trust/mex",
            claims=(ClaimType("urn:a", "A", "The a"), ClaimType("urn:b")),
            token_types=("urn:oasis:names:tc:SAML:1.0:assertion",),
            name="Contoso AD FS",
        ),
    )


def party() -> Description:
    return Description(
        entity="https://crm.contoso.example/",
        application=ApplicationRole(
            passive=("https://crm.contoso.example/",),
            scopes=("https://crm.contoso.example/", "https://other.contoso.example/"),
            encryption=(pair("organization")[1],),
        ),
    )


DESCRIPTIONS = {"token service": farm, "relying party": party}


def signed(description: Description) -> bytes:
    key, certificate = pair("current")
    return metadata.write(description, document_id="_1", key=key, certificate=certificate)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_what_is_written_is_read(name: str):
    description = DESCRIPTIONS[name]()
    assert read(signed(description)) == description
    assert read(signed(description), certificates=[pair("current")[1]]) == description


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_pysaml2_reads_it(name: str):
    description = DESCRIPTIONS[name]()
    found = md.entity_descriptor_from_string(signed(description))
    assert found.entity_id == description.entity
    assert found.id == found.signature.signed_info.reference[0].uri.removeprefix("#")
    types = [role.extension_attributes[f"{{{XSI}}}type"] for role in found.role_descriptor]
    roles = [description.application, description.token_service]
    expected = ["fed:ApplicationServiceType", "fed:SecurityTokenServiceType"]
    assert types == [kind for kind, role in zip(expected, roles, strict=True) if role]
    uses = [key.use for role in found.role_descriptor for key in role.key_descriptor]
    assert uses == {"token service": ["encryption", "signing", "signing"]}.get(name, ["encryption"])


@pytest.mark.parametrize("name", DESCRIPTIONS)
@pytest.mark.parametrize("changed", [False, True])
def test_xmlsec1_verifies_the_signature(
    name: str, changed: bool, require: Callable[..., Path], tmp_path: Path
):
    xmlsec1 = require("xmlsec1", "signatures of federation metadata")
    document = signed(DESCRIPTIONS[name]())
    file, pem = tmp_path / "metadata.xml", tmp_path / "signer.pem"
    file.write_bytes(document.replace(b"fed:PassiveR", b"fed:AggressiveR") if changed else document)
    key, _ = pair("current")
    certificate = self_signed(key, name="current", now=NOW, days=3650)
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    command = [xmlsec1, "--verify", "--pubkey-cert-pem", pem]
    command += ["--id-attr:ID", f"{MD}:EntityDescriptor", file]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode == 0) is not changed, done.stderr.decode()


def test_the_order_of_a_token_service_is_that_of_ad_fs():
    root = etree.fromstring(signed(farm()))
    assert [etree.QName(child).localname for child in root] == [
        "Signature",
        "RoleDescriptor",
        "RoleDescriptor",
    ]
    assert [etree.QName(child).localname for child in root[2]] == [
        *("KeyDescriptor", "KeyDescriptor", "TokenTypesOffered", "ClaimTypesOffered"),
        *("SecurityTokenServiceEndpoint", "PassiveRequestorEndpoint"),
    ]
    assert [etree.QName(child).localname for child in root[1]] == [
        *("KeyDescriptor", "ClaimTypesRequested", "TargetScopes", "PassiveRequestorEndpoint")
    ]
    protocols = (root[1].get("protocolSupportEnumeration") or "").split()
    assert protocols[-1] == FED


def test_an_unsigned_document_is_read_where_its_place_vouches_for_it():
    document = metadata.write(farm(), document_id="_1")
    assert read(document) == farm()
    with pytest.raises(MetadataError, match="not signed"):
        read(document, certificates=[pair("current")[1]])


def test_a_document_signed_by_somebody_else_is_refused():
    with pytest.raises(MetadataError, match="not signed"):
        read(signed(farm()), certificates=[pair("stranger")[1]])


def test_a_document_that_was_changed_is_refused():
    document = signed(farm()).replace(LS.encode(), b"https://evil.example/adfs/ls/")
    with pytest.raises(MetadataError, match="not signed"):
        read(document, certificates=[pair("current")[1]])


CERTIFICATE = "<X509Certificate>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"EntityDescriptor", b"EntitiesDescriptor"),
        (f'entityID="{NAME}"'.encode(), b'entityID=""'),
        (f'entityID="{NAME}"'.encode(), b'entityID="' + b"a" * 2049 + b'"'),
        (b'use="signing"', b'use="encryption"'),
        (b"<X509Certificate>", b"<X509Certificate>!"),
        (b"<X509Certificate>MII", b"<X509Certificate>AAA"),
        (b"fed:ApplicationServiceType", b"fed:SecurityTokenServiceType"),
        (f"<Address>{LS}".encode(), b"<Address>" + b"a" * 2049),
        (b"<?xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><?xml"),
        (b"</fed:ClaimTypesOffered>", b"<a>" * 60 + b"</a>" * 60 + b"</fed:ClaimTypesOffered>"),
    ],
)
def test_what_is_no_metadata_is_refused(old: bytes, new: bytes):
    document = metadata.write(farm(), document_id="_1")
    assert old in document
    with pytest.raises(MetadataError):
        read(document.replace(old, new))


def test_more_than_is_read_is_refused():
    one = b'<fed:PassiveRequestorEndpoint xmlns:fed="%s">' % FED.encode()
    address = (
        b'<EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>a</Address>'
    )
    many = (one + address + b"</EndpointReference></fed:PassiveRequestorEndpoint>") * 201
    document = metadata.write(party(), document_id="_1")
    with pytest.raises(MetadataError, match="more than is read"):
        read(document.replace(b"</RoleDescriptor>", many + b"</RoleDescriptor>"))


def test_a_role_of_another_namespace_is_none():
    document = metadata.write(party(), document_id="_1").replace(
        f'xmlns:fed="{FED}"'.encode(), b'xmlns:fed="urn:other"'
    )
    assert read(document) == Description(entity="https://crm.contoso.example/")
