"""Reading descriptions of token services as they were recorded, and what is never followed."""

import pytest

from support.mex_documents import BROKEN, RECORDED, Port, document
from xrm.wire.wstrust import TRUST_13, TRUST_2005, mex

TRUST = "https://sts.example/adfs/services/trust/"
PATHS = {
    "certificate": "certificatemixed",
    "username": "usernamemixed",
    "issued-symmetric": "issuedtokenmixedsymmetricbasic256",
    "issued-asymmetric": "issuedtokenmixedasymmetricbasic256",
    "kerberos": "kerberosmixed",
    "windows": "windowstransport",
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_documents(name):
    data, count = RECORDED[name]
    found = mex.read(data)
    assert len(found) == count
    for endpoint in found:
        path = f"{endpoint.version.path}/{PATHS[endpoint.credential]}"
        assert endpoint.address == f"{TRUST}{path}"


@pytest.mark.parametrize("name", RECORDED)
def test_the_endpoint_for_names_and_passwords(name):
    found = mex.select(mex.read(RECORDED[name][0]), "username")
    version = {"half of it": "2005", "no user name in 1.3": "2005"}.get(name, "13")
    assert found.address == f"{TRUST}{version}/usernamemixed"
    old = mex.select(mex.read(RECORDED[name][0]), "username", [TRUST_2005])
    assert old.address == f"{TRUST}2005/usernamemixed"


@pytest.mark.parametrize("name", BROKEN)
def test_endpoints_that_are_never_used(name):
    assert mex.read(BROKEN[name]) == ()
    with pytest.raises(mex.MexError):
        mex.select(mex.read(BROKEN[name]), "username")


def test_the_broken_documents_are_fine_but_for_what_is_broken():
    (found,) = mex.read(document([Port("13", "username", "13/usernamemixed")]))
    assert (found.version, found.credential) == (TRUST_13, "username")


def test_an_insecure_address_does_not_spoil_the_others():
    port = Port("13", "username", "13/usernamemixed", scheme="http")
    found = mex.read(document([port, Port("2005", "username", "2005/usernamemixed")]))
    assert mex.select(found, "username").version is TRUST_2005


def test_the_address_of_the_endpoint_reference_where_there_is_no_other():
    data = document([Port("13", "username", "13/usernamemixed")]).replace(b"location=", b"lost=")
    assert [one.address for one in mex.read(data)] == [f"{TRUST}13/usernamemixed"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not XML",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<definitions xmlns="urn:x"/>',
        b"<a>" * 200 + b"</a>" * 200,
        b"<a/>" + b" " * (4 * 1024 * 1024),
    ],
)
def test_what_is_no_such_document(data):
    with pytest.raises(mex.MexError):
        mex.read(data)
