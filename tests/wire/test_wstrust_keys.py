"""Proof keys: P_SHA1, and whose entropy a key is of.

The vectors are those of OpenSSL's TLS1-PRF with SHA-1 alone, which is P_SHA1.
"""

import pytest

from xrm.wire.wstrust import TRUST_13, TRUST_2005, KeyMaterial, TrustError, offer, p_sha1, proof_key
from xrm.wire.wstrust.keys import KEY_SIZES

CLIENT = bytes(range(32))
SERVER = bytes(range(32, 64))
COMBINED = "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b"
PSHA1 = TRUST_13.psha1


def of_zeros(count):
    return bytes(count)


@pytest.mark.parametrize(
    ("secret", "seed", "bits", "made"),
    [
        (CLIENT, SERVER, 256, COMBINED),
        (CLIENT, SERVER, 128, COMBINED[:32]),
        (
            b"\x0b" * 8,
            b"Hi There",
            1024,
            "b583115e857239ae3229eda2d6b4cdd5d1b32b5f5629ac9117552d5f35b3b3ad"
            "55bb9ae5e6114bf815fb534e76162a0fd49856881fdea43e72686077aa572224"
            "b4d330219e658a0a47403e9db4c7415f90acc27940785adcd668d3dac0a0e701"
            "e469a8f82550aa394e7a3a1ae61914189f9f86279091e2a2f2b14da89ed7420c",
        ),
    ],
)
def test_p_sha1(secret, seed, bits, made):
    assert p_sha1(secret, seed, bits).hex() == made


def test_the_entropy_of_the_client_alone():
    assert proof_key(CLIENT, KeyMaterial()) == CLIENT
    assert proof_key(CLIENT, KeyMaterial(), mode="client") == CLIENT


@pytest.mark.parametrize("client", [None, CLIENT])
def test_the_entropy_of_the_service_alone(client):
    material = KeyMaterial(proof=SERVER)
    assert proof_key(client, material) == SERVER
    assert proof_key(client, material, mode="server") == SERVER


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_the_entropy_of_both(version):
    material = KeyMaterial(computed=version.psha1, entropy=SERVER)
    assert proof_key(CLIENT, material, mode="combined").hex() == COMBINED
    assert proof_key(CLIENT, material, bits=512)[:32].hex() == COMBINED


@pytest.mark.parametrize("client", [None, b"", CLIENT])
def test_both_sides_have_the_same_key(client):
    made = offer(client, psha1=PSHA1, bits=256, random=of_zeros)
    key = proof_key(client, made)
    assert len(key) == 32
    assert (made.proof is None) == bool(client)
    assert key == (p_sha1(client, bytes(32), 256) if client else bytes(32))


@pytest.mark.parametrize(
    ("client", "material"),
    [
        (None, KeyMaterial()),
        (b"", KeyMaterial()),
        (CLIENT, KeyMaterial(proof=b"")),
        (CLIENT, KeyMaterial(proof=SERVER, computed=PSHA1)),
        (CLIENT, KeyMaterial(proof=SERVER, entropy=SERVER)),
        (CLIENT, KeyMaterial(entropy=SERVER)),
        (CLIENT, KeyMaterial(computed=PSHA1)),
        (CLIENT, KeyMaterial(computed=PSHA1, entropy=b"")),
        (CLIENT, KeyMaterial(computed="urn:other", entropy=SERVER)),
        (None, KeyMaterial(computed=PSHA1, entropy=SERVER)),
    ],
)
def test_responses_that_give_no_key(client, material):
    with pytest.raises(TrustError):
        proof_key(client, material)


@pytest.mark.parametrize(
    ("material", "modes"),
    [
        (KeyMaterial(), ("server", "combined")),
        (KeyMaterial(proof=SERVER), ("client", "combined")),
        (KeyMaterial(computed=PSHA1, entropy=SERVER), ("client", "server")),
    ],
)
def test_another_mode_than_was_asked_for(material, modes):
    for mode in modes:
        with pytest.raises(TrustError):
            proof_key(CLIENT, material, mode=mode)


@pytest.mark.parametrize("bits", [0, 8, 120, 129, 1032, 2**31])
def test_sizes_that_keys_are_not_made_of(bits):
    assert bits not in KEY_SIZES
    with pytest.raises(TrustError):
        offer(None, psha1=PSHA1, bits=bits, random=of_zeros)
    with pytest.raises(TrustError):
        proof_key(CLIENT, KeyMaterial(computed=PSHA1, entropy=SERVER), bits=bits)


def test_keys_are_not_shown():
    assert "\\x" not in repr(KeyMaterial(SERVER, None, SERVER))
