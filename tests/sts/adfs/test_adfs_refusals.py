"""What a farm refuses: in the form of a fault, and no more told than that."""

import gzip
from dataclasses import replace

import pytest
from lxml import etree

from support.signing_in import PASSWORD
from support.trusting import SOAP, Password, asking, at
from xrm.sts.adfs import parties
from xrm.sts.audit import read_events
from xrm.sts.registration.people import delete_user, set_user_enabled
from xrm.wire.soap.envelope import SECURITY, WSSE, WSU
from xrm.wire.soap.versions import ADDRESSING
from xrm.wire.wstrust import TRUST_13, TRUST_2005, Lifetime

ORG = "https://crm.contoso.example/"
CLEAR = "https://clear.contoso.example/"
MARIA = Password("maria@contoso.example")
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
INSECURE = ("Sender", f"{{{WSSE}}}InvalidSecurity")
FAILED = ("Sender", f"{{{TRUST}}}FailedAuthentication")
PATH = "/adfs/services/trust/13/usernamemixed"
GOOD = asking(applies_to=CLEAR, key="bearer")


def remove(name):
    def change(envelope):
        for element in envelope.iter(name):
            element.getparent().remove(element)

    return change


def twice(name):
    def change(envelope):
        element = envelope.find(f".//{name}")
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def say(name, text):
    def change(envelope):
        envelope.find(f".//{name}").text = text

    return change


@pytest.mark.parametrize(
    "by",
    [
        Password("maria@contoso.example", "wrong"),
        Password("maria@contoso.example", ""),
        Password("nobody@contoso.example"),
        Password("CONTOSO\\nobody"),
        Password("FABRIKAM\\maria"),
        Password("maria"),
        Password("CONTOSO\\maria@contoso.example"),
        Password("maria@contoso.example\\x"),
    ],
)
def test_who_is_not_let_in_is_told_one_thing(shared, by):
    reply = shared.realm.ask(GOOD, by)
    assert (reply.status, reply.fault) == (500, FAILED)
    assert reply.reason.startswith("ID3242")
    assert reply.is_secured


def lock(scene):
    for count in range(10):
        scene.realm.ask(GOOD, replace(MARIA, password=f"wrong {count}"))


@pytest.mark.parametrize(
    "prepare",
    [
        lambda scene: set_user_enabled(scene.service, scene.maria, enabled=False),
        lambda scene: delete_user(scene.service, scene.maria),
        lock,
    ],
)
def test_disabled_deleted_and_locked_look_alike(scene, prepare):
    one = {"message_id": "urn:uuid:7"}
    wrong = scene.realm.ask(GOOD, Password("nobody@contoso.example"), **one)
    prepare(scene)
    reply = scene.realm.ask(GOOD, MARIA, **one)
    assert reply.fault == FAILED
    assert reply.http.body == wrong.http.body


def test_password_to_be_changed_first_is_none_to_sign_in_with(scene):
    scene.realm.person("new", must_change_password=True)
    assert scene.realm.ask(GOOD, Password("new@contoso.example")).fault == FAILED
    assert read_events(scene.service, limit=1)[0].error == 50055


def test_refusals_are_in_the_audit_with_their_number(scene):
    scene.realm.ask(GOOD, replace(MARIA, password="wrong"))
    event = read_events(scene.service, limit=1)[0]
    assert (event.operation, event.outcome, event.error) == ("adfs.issue", "refused", 50126)
    assert (event.client, event.resource) == ("maria@contoso.example", CLEAR)
    assert event.grant == "username"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (CLEAR, True),
        (CLEAR + "a/b?c#d", True),
        ("HTTPS://Clear.Contoso.example/x", True),
        ("https://clear.contoso.example", True),
        ("https://clear.contoso.example:443/", False),
        ("https://clear.contoso.example.evil.example/", False),
        ("https://clear.contoso.example@evil.example/", False),
        ("http://clear.contoso.example/", False),
        ("https://evil.example/https://clear.contoso.example/", False),
        ("urn:clear", False),
    ],
)
def test_party_is_found_by_identifier_then_by_what_lies_below(shared, address, found):
    reply = shared.realm.ask(asking(applies_to=address, key="bearer"), MARIA)
    if found:
        assert reply.response.applies_to == CLEAR
    else:
        assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidScope")


def test_disabled_party_is_not_known(scene):
    parties.update(scene.service, scene.realm.farm, scene.clear.record.party_id, enabled=False)
    assert scene.realm.ask(GOOD, MARIA).fault == ("Sender", f"{{{TRUST}}}InvalidScope")


def test_unknown_party_is_not_told_to_strangers(shared):
    """Who somebody is comes first."""
    request = asking(applies_to="https://unknown.example/")
    assert shared.realm.ask(request, replace(MARIA, password="no")).fault == FAILED


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"applies_to": None}, "InvalidRequest"),
        ({"token_type": "urn:ietf:params:oauth:token-type:jwt"}, "RequestFailed"),
        ({"key": "symmetric"}, "RequestFailed"),
        ({"key": "public"}, "InvalidRequest"),
        ({"key": "symmetric", "key_size": 40}, "InvalidRequest"),
        ({"key": "symmetric", "computed_key": "urn:other"}, "RequestFailed"),
        ({"lifetime": Lifetime(4_000_000_000.0, 4_000_000_100.0)}, "InvalidRequest"),
        ({"lifetime": Lifetime(None, 1_000_000_000.0)}, "InvalidRequest"),
        ({"lifetime": Lifetime(1_800_000_000.0, 1_800_090_000.0)}, "InvalidRequest"),
    ],
)
@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_requests_that_cannot_be_met(shared, members, code, version):
    request = replace(GOOD, version=version, **members)
    reply = shared.realm.ask(request, MARIA)
    assert (reply.status, reply.fault) == (500, ("Sender", f"{{{version.namespace}}}{code}"))


@pytest.mark.parametrize(
    "change",
    [
        remove(SECURITY),
        remove(f"{{{WSU}}}Created"),
        remove(f"{{{WSSE}}}UsernameToken"),
        twice(f"{{{WSU}}}Timestamp"),
        twice(f"{{{WSSE}}}UsernameToken"),
        twice(SECURITY),
        say(f"{{{WSU}}}Created", "yesterday"),
        say(f"{{{WSU}}}Expires", "2001-01-01T00:00:00Z"),
    ],
)
def test_security_that_is_not_in_order(shared, change):
    """Such a fault travels without a Security header of its own (WCF)."""
    reply = shared.realm.ask(GOOD, MARIA, change=change)
    assert (reply.status, reply.fault) == (500, INSECURE)
    assert not reply.is_secured


def test_a_password_goes_without_a_timestamp(shared):
    """Nothing would sign it; wstrust-client, and many programs like it, send none."""
    assert shared.realm.ask(GOOD, MARIA, change=remove(f"{{{WSU}}}Timestamp")).status == 200


@pytest.mark.parametrize(
    ("seconds", "taken"), [(0, True), (-290, True), (299, True), (-601, False), (301, False)]
)
def test_messages_of_another_time(shared, seconds, taken):
    reply = at(shared.realm, seconds).ask(GOOD, MARIA)
    assert reply.status == 200 if taken else reply.fault == INSECURE


def test_password_that_is_no_plain_text(shared):
    def digest(envelope):
        password = envelope.find(f".//{{{WSSE}}}Password")
        password.set("Type", password.get("Type").replace("PasswordText", "PasswordDigest"))

    reply = shared.realm.ask(GOOD, MARIA, change=digest)
    assert reply.fault == ("Sender", f"{{{WSSE}}}InvalidSecurityToken")


@pytest.mark.parametrize(
    "action",
    [
        "",
        f"{TRUST}/RST/Other",
        f"{FEBRUARY}/RST/Issue",
        f"{TRUST}/RSTR/Issue",
        f"{TRUST}/RST/issue",
    ],
)
def test_actions_an_endpoint_does_not_have(shared, action):
    reply = shared.realm.ask(GOOD, MARIA, action=action)
    assert reply.fault == ("Sender", f"{{{ADDRESSING}}}ActionNotSupported")


@pytest.mark.parametrize("action", ["Renew", "Validate", "Cancel"])
def test_body_that_asks_for_something_else_than_the_action(shared, action):
    reply = shared.realm.ask(GOOD, MARIA, action=f"{TRUST}/RST/{action}")
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidRequest")


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("GET", (), b"", 405),
        ("PUT", SOAP, b"<a/>", 405),
        ("POST", (), b"<a/>", 415),
        ("POST", (("content-type", "text/xml; charset=utf-8"),), b"<a/>", 415),
        ("POST", (("content-type", "application/soap+xml; charset=latin-1"),), b"<a/>", 415),
        ("POST", (*SOAP, ("content-encoding", "gzip")), gzip.compress(b"<a/>", mtime=0), 415),
        ("POST", (*SOAP, ("content-encoding", "deflate")), b"", 415),
        ("POST", SOAP, b"", 400),
        ("POST", SOAP, b"<a>", 400),
        ("POST", SOAP, b"<a/>", 400),
        ("POST", SOAP, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 400),
        ("POST", SOAP, b"<a>" * 1000 + b"</a>" * 1000, 400),
        ("POST", SOAP, b"<a>" + b"<b/>" * 20_000 + b"</a>", 400),
        ("POST", SOAP, b" " * 300_000, 413),
    ],
)
def test_what_http_refuses(shared, method, headers, body, status):
    reply = shared.realm.send(method, PATH, body, headers=headers)
    assert (reply.status, reply.http.body) == (status, b"")


def test_envelope_of_the_other_version_of_soap(shared):
    body = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    reply = shared.realm.post(PATH, body)
    assert reply.status == 500
    assert b"VersionMismatch" in reply.http.body


def test_what_fails_inside_is_one_fault_without_a_word(shared, monkeypatch):
    def broken(*_args, **_members):
        raise RuntimeError(PASSWORD)

    monkeypatch.setattr(parties, "found", broken)
    reply = shared.realm.ask(GOOD, MARIA)
    assert reply.status == 500
    assert reply.fault[0] == "Receiver"
    assert PASSWORD.encode() not in reply.http.body


def test_description_is_for_everybody(shared):
    reply = shared.realm.send("GET", "/adfs/services/trust/mex")
    assert reply.http.header("content-type") == "text/xml; charset=utf-8"
    addresses = reply.root.xpath("//*[local-name()='address']/@location")
    base = "https://localhost:8443/adfs/services/trust"
    assert {f"{base}/13/usernamemixed", f"{base}/2005/certificatemixed"} <= set(addresses)
    assert shared.realm.send("POST", "/adfs/services/trust/mex").status == 405


@pytest.mark.parametrize("path", ["13/windowstransport", "13/kerberosmixed", "14/usernamemixed"])
def test_endpoints_that_are_not_there(shared, path):
    assert shared.realm.post(f"/adfs/services/trust/{path}", b"").status == 404


def test_old_clients_are_understood(shared):
    """A lower-case messageID, no ReplyTo, no type of the password, ids of one's own."""

    def old(envelope):
        header = envelope[0]
        for element in list(header):
            name = etree.QName(element).localname
            if name == "MessageID":
                element.tag = f"{{{ADDRESSING}}}messageID"
            if name == "ReplyTo":
                header.remove(element)
        del envelope.find(f".//{{{WSSE}}}Password").attrib["Type"]
        header.insert(0, envelope.find(f".//{SECURITY}"))

    reply = shared.realm.ask(GOOD, MARIA, change=old)
    assert reply.status == 200
    assert [etree.QName(one).localname for one in reply.root[0]] == ["Action", "Security"]
