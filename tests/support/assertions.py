"""Client assertions as a program writes them, good ones and bad."""

import base64
import hashlib

import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from xrm.wire import assertion

AUDIENCE = "https://login.example/contoso/oauth2/token"
CLAIMS = {
    "aud": AUDIENCE,
    "iss": "app-1",
    "sub": "app-1",
    "jti": "id-1",
    "nbf": 1_800_000_000,
    "iat": 1_800_000_000,
    "exp": 1_800_000_600,
}


def segment(value):
    octets = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def digest(pair, name="sha256"):
    return hashlib.new(name, pair.der).digest()


def header_of(pair, **change):
    return {"alg": "RS256", "x5t": segment(digest(pair, "sha1"))} | change


def signed(pair, header, claims=CLAIMS, scheme=None):
    """Sign anything with a right key, so that only what is signed is at fault."""
    content = f"{segment(header)}.{segment(claims)}"
    scheme = scheme or padding.PKCS1v15()
    signature = pair.private_key.sign(content.encode(), scheme, hashes.SHA256())
    return f"{content}.{segment(signature)}"


def pss(salt):
    return padding.PSS(padding.MGF1(hashes.SHA256()), salt)


def written(pair, algorithm, **change):
    given = {
        "client_id": "app-1",
        "audience": AUDIENCE,
        "token_id": "id-1",
        "now": 1_800_000_000.75,
        "lifetime": 600,
        "private_key": pair.private_key,
        "certificate_der": pair.der,
        "algorithm": algorithm,
    }
    return assertion.write(**given | change)


def refused(text):
    with pytest.raises(assertion.InvalidAssertion) as caught:
        assertion.read(text)
    return caught.value
