"""Clients of old sign in at the farm and call: each with its own habits, through TLS.

The farm and the organization are those of a running server; what the clients send and how they
read is written from what is known of them (`support.old_clients`).
"""

import base64
import re
import time

import pytest

from support.old_clients import (
    ADAL,
    CLIENTS,
    COMBINED,
    NET,
    PHP,
    PYTHON,
    SCRIPT,
    ask,
    call,
    send,
    who,
)
from support.old_clients_desk import Change, Desk
from support.old_texts import (
    ENTROPY,
    PASSWORD_TEXT,
    TRUST_13,
    TRUST_2005,
    WSSE,
    Client,
    Issued,
    Place,
    content,
    items,
    message,
    p_sha1,
    request_body,
    signature,
    stamp,
)


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_each_family_signs_in_and_calls(desk: Desk, client: Client) -> None:
    issued = desk.issued(client)
    assert desk.caller(client, issued) == desk.user


def test_what_one_family_was_given_another_can_send(desk: Desk) -> None:
    """A token rebuilt from its four texts is the token, and so is the text as it came."""
    issued = desk.issued(SCRIPT)
    assert issued.token != desk.issued(PYTHON).token
    for client in (PYTHON, PHP, SCRIPT, NET):
        assert desk.caller(client, issued) == desk.user


def swapped(old: str, new: str, count: int = 1) -> Change:
    """Return a change of a text that must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return change


def without(pattern: str) -> Change:
    """Return a change that takes out what a pattern finds, once."""

    def change(text: str) -> str:
        changed, count = re.subn(pattern, "", text, flags=re.DOTALL)
        assert count == 1
        return changed

    return change


def moved_before(first: str, second: str) -> Change:
    """Return a change that puts one header block before another."""

    def change(text: str) -> str:
        found = re.search(rf"<{first}[ >].*?</{first}>", text, re.DOTALL)
        assert found
        assert text.index(f"<{second}") < found.start()
        rest = text.replace(found[0], "", 1)
        at = rest.index(f"<{second}")
        return rest[:at] + found[0] + rest[at:]

    return change


def indented(text: str) -> str:
    """Return a document with blanks between all its elements."""
    return text.replace("><", ">\r\n\t<")


def in_default_namespace(text: str) -> str:
    """Return a document whose Security and UsernameToken have no prefix."""
    assert "<o:Security" in text
    return text.replace("xmlns:o=", "xmlns=").replace("<o:", "<").replace("</o:", "</")


REQUESTS: dict[str, Change] = {
    "no MessageID": without(r"<a:MessageID>.*?</a:MessageID>"),
    "no ReplyTo": without(r"<a:ReplyTo>.*?</a:ReplyTo>"),
    "MessageId": swapped("a:MessageID", "a:MessageId", 2),
    "messageID": swapped("a:MessageID", "a:messageID", 2),
    "Security before To": moved_before("o:Security", "a:To"),
    "Security first": moved_before("o:Security", "a:Action"),
    "UsernameToken before Timestamp": moved_before("o:UsernameToken", "u:Timestamp"),
    "Security in its default namespace": in_default_namespace,
    "Password without Type": swapped(f' Type="{PASSWORD_TEXT}"', ""),
    "no id of the UsernameToken": without(r' u:Id="uuid-[^"]*"'),
    "an id that is a GUID": lambda text: re.sub(
        r'u:Id="uuid-[^"]*"', 'u:Id="5d2f3f3e-58a5-4a5e-9d4a-0c8a3b0b6b1e"', text
    ),
    "an id that is a number": lambda text: re.sub(r'u:Id="uuid-[^"]*"', 'u:Id="1"', text),
    "no id of the Timestamp": swapped(' u:Id="_0"', ""),
    "the Timestamp has an id of its own": swapped('u:Id="_0"', 'u:Id="Timestamp-71"'),
    "nothing must be understood": lambda text: text.replace(' s:mustUnderstand="1"', ""),
    "mustUnderstand is true": lambda text: text.replace(
        'mustUnderstand="1"', 'mustUnderstand="true"'
    ),
    "blanks everywhere": indented,
    "other prefixes": lambda text: (
        text.replace("<s:", "<soap:").replace("</s:", "</soap:").replace("xmlns:s=", "xmlns:soap=")
    ).replace("s:mustUnderstand", "soap:mustUnderstand"),
    "symmetric by name": swapped(
        "<t:RequestType>", f"<t:KeyType>{TRUST_13}/SymmetricKey</t:KeyType><t:RequestType>"
    ),
    "a TokenType": swapped(
        "<t:RequestType>",
        "<t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType><t:RequestType>",
    ),
    "RequestType first": lambda text: without(r"<t:RequestType>.*?</t:RequestType>")(text).replace(
        "<p:AppliesTo", f"<t:RequestType>{TRUST_13}/Issue</t:RequestType><p:AppliesTo", 1
    ),
    "a Context": swapped("<t:RequestSecurityToken ", '<t:RequestSecurityToken Context="uuid-1" '),
    "Renewing and Claims": swapped(
        "<t:RequestType>",
        '<t:Renewing Allow="false" OK="false"/>'
        '<t:Claims Dialect="http://schemas.xmlsoap.org/ws/2005/05/identity">'
        '<i:ClaimType xmlns:i="http://schemas.xmlsoap.org/ws/2005/05/identity" Uri="http://'
        'schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"/></t:Claims><t:RequestType>',
    ),
}


@pytest.mark.parametrize("quirk", REQUESTS)
def test_requests_are_read_liberally(desk: Desk, quirk: str) -> None:
    issued = desk.issued(PYTHON, REQUESTS[quirk])
    assert desk.caller(PYTHON, issued) == desk.user


def test_the_name_may_be_that_of_windows(desk: Desk) -> None:
    account, _, domain = desk.facts.admin_username.partition("@")
    assert desk.facts.admin_password is not None
    password = desk.facts.admin_password.reveal()

    def signed_in(name: str) -> str:
        place = Place(desk.place.trust, desk.place.service, name, password, time.time)
        answer = send(desk.http, *ask(place, PYTHON))
        assert answer.status_code == 200, answer.text
        return who(send(desk.http, *call(place, PYTHON, PYTHON.read(answer.text))))

    netbios = domain.partition(".")[0].upper()
    known = {signed_in(name) for name in (f"{account}@{domain}", f"{netbios}\\{account}")}
    assert len(known) == 1


MESSAGES: dict[str, Change] = {
    "no MessageID": without(r"<a:MessageID>.*?</a:MessageID>"),
    "no ReplyTo": without(r"<a:ReplyTo>.*?</a:ReplyTo>"),
    "messageID": swapped("a:MessageID", "a:messageID", 2),
    "Security before To": moved_before("o:Security", "a:To"),
    "Security first": moved_before("o:Security", "a:Action"),
    "Security need not be understood": swapped('<o:Security s:mustUnderstand="1"', "<o:Security"),
    "no kind of the token": without(r" k:TokenType=\"[^\"]*\" xmlns:k=\"[^\"]*\""),
    "canonical as it is sent": lambda text: re.sub(
        r"<((?:Canonicalization|Signature|Digest)Method|Transform)( [^>]*)/>", r"<\1\2></\1>", text
    ),
    "the token before the Timestamp": moved_before("xenc:EncryptedData", "u:Timestamp"),
}


@pytest.mark.parametrize("quirk", MESSAGES)
def test_messages_are_read_liberally(desk: Desk, quirk: str) -> None:
    issued = desk.issued(PYTHON)
    change = MESSAGES[quirk]
    text = call(desk.place, PYTHON, issued)[1]
    assert change(text) != text
    # The same header once more is another message where its id is another.
    named = re.sub(r"urn:uuid:[^<]*", f"urn:uuid:{quirk.replace(' ', '-')}", change(text))
    assert desk.caller(PYTHON, issued, lambda _: named) == desk.user


TIMES: dict[str, tuple[str, int, int]] = {
    "Z, no fraction": ("%Y-%m-%dT%H:%M:%SZ", 0, 300),
    "one digit": ("%Y-%m-%dT%H:%M:%S.1Z", 0, 300),
    "two digits": ("%Y-%m-%dT%H:%M:%S.12Z", 0, 300),
    "three digits": ("%Y-%m-%dT%H:%M:%S.123Z", 0, 300),
    "six digits": ("%Y-%m-%dT%H:%M:%S.123456Z", 0, 300),
    "seven digits": ("%Y-%m-%dT%H:%M:%S.1234567Z", 0, 300),
    "an offset of nothing": ("%Y-%m-%dT%H:%M:%S.000+00:00", 0, 300),
    "an offset to the east": ("%Y-%m-%dT%H:%M:%S+05:30", 19_800, 300),
    "an offset to the west": ("%Y-%m-%dT%H:%M:%S.1234567-08:00", -28_800, 300),
    "no zone": ("%Y-%m-%dT%H:%M:%S.1234567", 0, 300),
    "a whole day": ("%Y-%m-%dT%H:%M:%S.000Z", 0, 24 * 3600),
    "five minutes ago": ("%Y-%m-%dT%H:%M:%S.000Z", -300, 600),
    "five minutes ago, for a minute more": ("%Y-%m-%dT%H:%M:%S.000Z", -300, 301),
}


@pytest.mark.parametrize("form", TIMES)
def test_times_are_taken_as_clients_write_them(desk: Desk, form: str) -> None:
    written, after, lasts = TIMES[form]
    place = desk.place
    times = place.moment(written, after), place.moment(written, after + lasts)

    def timed(text: str) -> str:
        return re.sub(r"<u:Timestamp.*?</u:Timestamp>", stamp(*times, declared=False), text)

    issued = desk.issued(PYTHON, timed)
    signed = stamp(*times) + issued.token + signature(issued, stamp(*times))
    sent = message(place, f'<o:Security xmlns:o="{WSSE}">{signed}</o:Security>')
    assert desk.caller(PYTHON, issued, lambda _: sent) == desk.user


def _asked(desk: Desk, members: str, trust: str = TRUST_13) -> str:
    """Return the answer to a request with further members."""
    url, text, kind = ask(desk.place, PYTHON)
    if trust == TRUST_2005:
        url = url.replace("/13/", "/2005/")
        text = text.replace(f"{TRUST_13}/RST", f"{TRUST_2005}/RST")
    changed = text.partition("<s:Body>")[0] + request_body(desk.place, members, trust)
    answer = send(desk.http, url, changed, kind)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("trust", [TRUST_13, TRUST_2005])
def test_no_entropy_makes_the_key_the_services(desk: Desk, trust: str) -> None:
    """Data8 forces this mode: a key of the service's in the proof token, none computed."""
    text = _asked(desk, f"<t:KeyType>{trust}/SymmetricKey</t:KeyType>", trust)
    assert not items(text, "ComputedKey") + items(text, "Entropy")
    issued = NET.read(text)
    assert len(issued.secret) == 32
    assert desk.caller(NET, issued) == desk.user


@pytest.mark.parametrize("trust", [TRUST_13, TRUST_2005])
@pytest.mark.parametrize("named", [True, False], ids=["named", "not named"])
def test_entropy_of_both_is_a_computed_key(desk: Desk, trust: str, named: bool) -> None:
    octets = base64.b64encode(ENTROPY).decode()
    kind = f' Type="{trust}/Nonce"' if named else ""
    secret = f"<t:BinarySecret{kind}>{octets}</t:BinarySecret>"
    members = f"<t:Entropy>{secret}</t:Entropy>"
    if named:
        members += f"<t:KeyType>{trust}/SymmetricKey</t:KeyType><t:KeySize>256</t:KeySize>"
    text = _asked(desk, members, trust)
    proof = items(text, "RequestedProofToken")[0].firstChild
    assert (proof.localName, content(proof)) == ("ComputedKey", f"{trust}/CK/PSHA1")
    (entropy,) = items(text, "Entropy")
    theirs = base64.b64decode(content(entropy.firstChild))
    token = items(text, "RequestedSecurityToken")[0].firstChild.toxml()
    named_by = content(items(text, "KeyIdentifier")[0])
    issued = Issued(token, p_sha1(ENTROPY, theirs), named_by)
    assert desk.caller(COMBINED, issued) == desk.user
    # Neither half alone is the key.
    for half in (ENTROPY, theirs):
        url, sent, said = call(desk.place, COMBINED, Issued(token, half, named_by))
        assert "InvalidSecurity" in send(desk.http, url, sent, said).text


def test_a_bearers_message_has_no_signature(desk: Desk) -> None:
    issued = desk.issued(ADAL)
    sent = call(desk.place, ADAL, issued)[1]
    assert "<Signature" not in sent
    assert desk.caller(ADAL, issued) == desk.user


def test_one_header_serves_for_a_family_that_keeps_it(desk: Desk) -> None:
    """What is made once, id and all, is sent with each body that follows."""
    issued = desk.issued(SCRIPT)
    text = call(desk.place, SCRIPT, issued)[1]
    for name in ("WhoAmI", "RetrieveVersion"):
        sent = text.replace(">WhoAmI<", f">{name}<").replace(' i:type="c:WhoAmIRequest"', "")
        answer = send(desk.http, desk.place.service, sent, SCRIPT.kind)
        assert answer.status_code == 200, answer.text
        assert f">{name}<" in answer.text


@pytest.mark.parametrize("said", ["", '; action="{0}"', "; action={0}"])
def test_the_content_type_may_name_the_action(desk: Desk, said: str) -> None:
    url, text, kind = ask(desk.place, NET)
    more = said.format(f"{TRUST_13}/RST/Issue")
    answer = send(desk.http, url, text, kind + more)
    assert answer.status_code == 200, answer.text
    issued = NET.read(answer.text)
    url, text, kind = call(desk.place, NET, issued)
    action = re.findall(r"<a:Action[^>]*>([^<]*)<", text)[0]
    assert who(send(desk.http, url, text, kind + said.format(action))) == desk.user
