"""The Security header as clients send it: what is taken, and what is never guessed."""

import pytest

from support.trust_messages import (
    ENDS,
    MADE,
    MADE_AT,
    SAML,
    TIMESTAMP,
    WSSE,
    WSU,
    XENC,
    envelope,
    security_of,
)
from xrm.model.secret import Secret
from xrm.wire.soap.envelope import read_envelope, write_request, write_response
from xrm.wire.soap.versions import ADDRESSING, SOAP_12
from xrm.wire.wssecurity import SecurityError, TokenError, read_security, writing
from xrm.wire.wssecurity.moments import read_moment, write_moment

TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordText"
)
DIGEST = TEXT.replace("Text", "Digest")
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
SOAP_TYPE = "application/soap+xml; charset=utf-8"


def user(name="ada@contoso.example", password="<o:Password>pass word </o:Password>"):
    return f"<o:UsernameToken><o:Username>{name}</o:Username>{password}</o:UsernameToken>"


def read(*parts):
    return read_security(security_of(envelope("".join(parts))))


def test_the_usual_header():
    found = read(TIMESTAMP, user(password=f'<o:Password Type="{TEXT}">secret</o:Password>'))
    assert found.timestamp.id == "_0"
    assert (found.timestamp.created, found.timestamp.expires) == (MADE_AT, MADE_AT + 300)
    assert found.username == ("ada@contoso.example", Secret("secret"))
    assert (found.token, found.binary, found.signatures, found.references) == (None, (), (), ())


def test_an_empty_header_holds_nothing():
    found = read()
    assert (found.timestamp, found.username, found.token) == (None, None, None)


def test_a_default_namespace_and_ids_of_older_clients():
    message = envelope("").replace(
        b'<o:Security s:mustUnderstand="1"></o:Security>',
        f'<Security xmlns="{WSSE}"><Timestamp Id="5f0e8b1c-6e2a-4f61-b0a3-2b7f6a1f7e55" '
        f'xmlns="{WSU}"><Created>{MADE}</Created></Timestamp>'
        "<UsernameToken><Username>CONTOSO\\ada</Username><Password>p</Password></UsernameToken>"
        "</Security>".encode(),
    )
    found = read_security(security_of(message))
    assert found.timestamp.id == "5f0e8b1c-6e2a-4f61-b0a3-2b7f6a1f7e55"
    assert found.timestamp.expires is None
    assert found.username.name == "CONTOSO\\ada"


def test_addressing_with_gaps_and_a_header_in_the_wrong_case():
    header = (
        f"<a:Action>{ADDRESSING}/x</a:Action><a:messageID>urn:uuid:1</a:messageID>"
        "<a:MessageId>urn:uuid:2</a:MessageId>"
    )
    found = read_envelope(
        envelope(TIMESTAMP + user(), header=header), content_type=SOAP_TYPE, understood=()
    )
    assert (found.message_id, found.header(ADDRESSING, "To")) == (None, None)
    assert read_security(found.security).username.name == "ada@contoso.example"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-03-01T12:00:00Z", MADE_AT),
        ("2024-03-01T12:00:00.1Z", MADE_AT + 0.1),
        ("2024-03-01T12:00:00.1234567Z", MADE_AT + 0.123456),
        ("2024-03-01T14:00:00+02:00", MADE_AT),
        ("2024-03-01T06:30:00.250-05:30", MADE_AT + 0.25),
        ("2024-03-01T12:00:00.500", MADE_AT + 0.5),
        ("\n 2024-03-01T12:00:00 \t", MADE_AT),
    ],
)
def test_moments_of_all_clients(text, seconds):
    assert read_moment(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-03-01",
        "2024-03-01T12:00Z",
        "2024-03-01T12:00:00.Z",
        "2024-03-01T12:00:00.12345678Z",
        "2024-13-01T12:00:00Z",
        "2024-03-01T12:00:00+2:00",
        "2024-03-01T12:00:00+15:00",
        "2024-03-01T12:00:61Z",
        "12024-03-01T12:00:00Z",
        "٢٠٢٤-03-01T12:00:00Z",
    ],
)
def test_what_is_no_moment(text):
    with pytest.raises(ValueError, match="not a moment"):
        read_moment(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (MADE_AT, "2024-03-01T12:00:00.000Z"),
        (MADE_AT + 0.0426, "2024-03-01T12:00:00.043Z"),
        (MADE_AT + 59.9996, "2024-03-01T12:01:00.000Z"),
        (-62135596800.0, "0001-01-01T00:00:00.000Z"),
        (-1e15, "0001-01-01T00:00:00.000Z"),
        (1e15, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_moments_are_written_to_the_millisecond_and_end_in_z(seconds, text):
    assert write_moment(seconds) == text


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((TIMESTAMP, TIMESTAMP), SecurityError),
        ((user(), user()), SecurityError),
        ((f'<Assertion xmlns="{SAML}"/>', f'<Assertion xmlns="{SAML}"/>'), SecurityError),
        ((f'<Assertion xmlns="{SAML}"/>', f'<EncryptedData xmlns="{XENC}"/>'), SecurityError),
        (
            ("<u:Timestamp><u:Expires>2024-03-01T12:00:00Z</u:Expires></u:Timestamp>",),
            SecurityError,
        ),
        ((f"<u:Timestamp><u:Created>{MADE}</u:Created><x/></u:Timestamp>",), SecurityError),
        (
            (f"<u:Timestamp>{f'<u:Created>{MADE}</u:Created>' * 2}</u:Timestamp>",),
            SecurityError,
        ),
        ((f"<u:Timestamp><u:Created><b>{MADE}</b></u:Created></u:Timestamp>",), SecurityError),
        (("<u:Timestamp><u:Created>yesterday</u:Created></u:Timestamp>",), SecurityError),
        (
            (f'<u:Timestamp u:Id="{"i" * 257}"><u:Created>{MADE}</u:Created></u:Timestamp>',),
            SecurityError,
        ),
        (("<x/>" * 17,), SecurityError),
        ((user(name=""),), TokenError),
        ((user(name="  "),), TokenError),
        ((user(name="a" * 1025),), TokenError),
        ((user(name="<b>ada</b>"),), TokenError),
        ((user(name="ada</o:Username><o:Username>eve"),), TokenError),
        ((user(password="<o:Password>a</o:Password><o:Password>b</o:Password>"),), TokenError),
        ((user(password=f'<o:Password Type="{DIGEST}">a</o:Password>'),), TokenError),
        ((user(password='<o:Password Type="urn:x">a</o:Password>'),), TokenError),
        ((user(password=f"<o:Password>{'p' * 4097}</o:Password>"),), TokenError),
        ((user(password="<o:Password>a<b/>c</o:Password>"),), TokenError),
        (("<o:UsernameToken/>",), TokenError),
        (("<o:BinarySecurityToken>not base64!</o:BinarySecurityToken>",), TokenError),
        (
            (
                "<o:BinarySecurityToken>QUJD</o:BinarySecurityToken>".replace(
                    ">Q", ' EncodingType="urn:hex">Q'
                ),
            ),
            TokenError,
        ),
        ((f"<o:BinarySecurityToken>{'A' * 65540}</o:BinarySecurityToken>",), TokenError),
    ],
)
def test_what_is_refused(parts, kind):
    with pytest.raises(SecurityError) as caught:
        read(*parts)
    assert type(caught.value) is kind


def test_a_second_header_is_refused_wherever_it_stands():
    message = envelope(TIMESTAMP).replace(
        b"</s:Header>", f"<o:Security>{user()}</o:Security></s:Header>".encode()
    )
    with pytest.raises(SecurityError):
        read_security(security_of(message))


def test_another_element_is_no_header():
    with pytest.raises(SecurityError):
        read_security(security_of(envelope("<x/>"))[0])


def test_a_name_is_whole_whatever_markup_hides_in_it():
    found = read(user(name="ada<!-- -->@contoso.example<![CDATA[.attacker.example]]>"))
    assert found.username.name == "ada@contoso.example.attacker.example"


def test_a_password_is_taken_as_it_is_and_may_be_missing():
    assert read(user()).username.password == Secret("pass word ")
    assert read(user(password="")).username.password == Secret("")
    nonce = f"<o:Nonce>QUJD</o:Nonce><u:Created>{MADE}</u:Created>"
    assert read(user(password=f"<o:Password>x</o:Password>{nonce}")).username.name


def test_secrets_are_not_shown():
    assert "pass word" not in repr(read(user()))


def test_tokens_are_handed_on_as_they_came():
    token = f'<m:Assertion xmlns:m="{SAML}" AssertionID="_1"><m:x> a </m:x></m:Assertion>'
    binary = f'<o:BinarySecurityToken u:Id="X" ValueType="{X509}">\nQUJD\n</o:BinarySecurityToken>'
    found = read(TIMESTAMP, binary, token)
    assert found.token.get("AssertionID") == "_1"
    assert found.token[0].text == " a "
    assert [(one.id, one.value_type, one.data) for one in found.binary] == [("X", X509, b"ABC")]


NOW = MADE_AT


@pytest.mark.parametrize(
    ("created", "expires", "now"),
    [
        (NOW, NOW + 300, NOW),
        (NOW, NOW + 300, NOW + 599),  # over, within the skew
        (NOW + 300, NOW + 600, NOW),  # early, within the skew
        (NOW, None, NOW + 599),
        (NOW, NOW + 86400, NOW + 599),
    ],
)
def test_a_message_of_now(created, expires, now):
    stamped(created, expires).check(now)


@pytest.mark.parametrize(
    ("created", "expires", "now"),
    [
        (NOW, NOW + 300, NOW + 600),
        (NOW, NOW + 60, NOW + 361),
        (NOW + 301, NOW + 600, NOW),
        (NOW, NOW - 1, NOW),
        (NOW, NOW, NOW),
        (NOW, None, NOW + 600),
        (NOW, NOW + 86400 * 365, NOW + 600),  # it may not say that it stays fresh for a year
    ],
)
def test_a_message_that_is_stale_or_from_the_future(created, expires, now):
    with pytest.raises(SecurityError):
        stamped(created, expires).check(now)


def stamped(created, expires):
    ends = "" if expires is None else f"<u:Expires>{write_moment(expires)}</u:Expires>"
    stamp = f"<u:Timestamp><u:Created>{write_moment(created)}</u:Created>{ends}</u:Timestamp>"
    return read(stamp).timestamp


def test_what_is_written_is_read():
    token = security_of(envelope(f'<Assertion xmlns="{SAML}" AssertionID="_7"/>'))[0]
    header = writing.security_header(
        writing.timestamp(MADE_AT),
        writing.username_token("CONTOSO\\ada", Secret("<&> "), token_id="user"),
        writing.binary_token(b"\x00\xff", token_id="cert"),
        token,
    )
    message = write_request(
        "<x/>",
        version="1.2",
        action="urn:x",
        to="https://sts.example/",
        headers=[writing.header_text(header)],
    )
    sent = read_envelope(message, content_type=SOAP_TYPE)
    found = read_security(sent.security)
    assert found.element.get(f"{{{SOAP_12}}}mustUnderstand") == "1"
    assert (found.timestamp.created, found.timestamp.expires) == (MADE_AT, MADE_AT + 300)
    assert found.username == ("CONTOSO\\ada", Secret("<&> "))
    assert [(one.id, one.value_type, one.data) for one in found.binary] == [
        ("cert", X509, b"\x00\xff")
    ]
    assert found.token.get("AssertionID") == "_7"


def test_the_header_of_an_answer_is_that_of_adfs():
    answer = write_response(
        "<x/>", version="1.2", action="urn:x", security=writing.answer_header(MADE_AT)
    )
    assert (
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><u:Timestamp u:Id="_0">'
        f"<u:Created>{MADE}</u:Created><u:Expires>{ENDS}</u:Expires></u:Timestamp></o:Security>"
    ) in answer.decode()
    assert read_security(security_of(answer)).timestamp.id == "_0"
