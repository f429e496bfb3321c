"""What is sent to a running Organization.svc to harm it: a bounded answer, and bounded memory."""

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx2
import pytest

from support.served import Served, serving
from support.soap_elements import DATA, SERVICES, SOAP11
from support.soaping import action_of, envelope

ADDRESS = "XRMServices/2011/Organization.svc"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
MEGABYTE = 1024 * 1024
LIMIT = 16 * MEGABYTE
PEAK = 1024 * MEGABYTE
"""What all attacks may take: each thread of the pool keeps about what one document took."""
GROWTH = 96 * MEGABYTE
"""What may be kept of attacks that come again and again."""
LONGEST_ANSWER = 4096
SLOW = 40
XML = "text/xml; charset=utf-8"
WHO = (
    f'<Execute xmlns="{SERVICES}"><request xmlns:b="{DATA}"><b:RequestName>WhoAmI</b:RequestName>'
    "</request></Execute>"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    with served.http() as http:
        answer = http.post(
            f"{served.tenant_authority}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": served["client_id"],
                "client_secret": served["client_secret"],
                "resource": served["organization_url"],
            },
        )
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with served.http() as http:
        yield http


def around(content: str, header: str = "") -> bytes:
    return envelope(content, headers=header)


def bomb() -> bytes:
    levels = "".join(
        f'<!ENTITY x{level} "{(f"&x{level - 1};" if level else "lol") * 10}">'
        for level in range(12)
    )
    return f"<!DOCTYPE a [{levels}]>".encode() + around(WHO.replace("WhoAmI", "&x11;"))


def external() -> bytes:
    document = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return document.encode() + around(WHO.replace("WhoAmI", "&x;"))


def included() -> bytes:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    return around(WHO.replace("WhoAmI", include))


def twice_the_same_id() -> bytes:
    stamp = f'<u:Timestamp xmlns:u="{WSU}" u:Id="_0"/>'
    header = f'<o:Security xmlns:o="{WSSE}">{stamp}{stamp}</o:Security>'
    return around(WHO.replace("<request", f'<request xmlns:u="{WSU}" u:Id="_0"'), header)


def declared_in_one_another() -> bytes:
    deep = "".join(f'<h{level} xmlns:n{level}="u">' for level in range(60))
    return around(WHO, deep + "".join(f"</h{level}>" for level in reversed(range(60))))


REFUSED, READ, FAULT = 400, 200, 500
ATTACKS: dict[str, tuple[Callable[[], bytes], int]] = {
    "entity bomb": (bomb, REFUSED),
    "external entity": (external, REFUSED),
    "quadratic blow-up": (
        lambda: b'<!DOCTYPE a [<!ENTITY x "%s">]><a>%s</a>' % (b"x" * 50_000, b"&x;" * 50_000),
        REFUSED,
    ),
    "16 MB of elements in one another": (lambda: b"<a>" * (LIMIT // 3), REFUSED),
    "16 MB of elements beside one another": (
        lambda: around("<a/>" * (LIMIT // 4 - 500)),
        REFUSED,
    ),
    "as many elements as are read": (
        lambda: around(f'<Create xmlns="{SERVICES}"><entity>{"<a/>" * 490_000}</entity></Create>'),
        FAULT,
    ),
    "a million attributes": (
        lambda: around(f"<a {' '.join(f'b{i}=_' for i in range(1_000_000))}/>".replace("_", '""')),
        REFUSED,
    ),
    "a million declarations": (
        lambda: around(
            f"<a {' '.join(f'xmlns:b{i}=_' for i in range(900_000))}/>".replace("_", '"u"')
        ),
        REFUSED,
    ),
    "declarations in one another": (declared_in_one_another, READ),
    "one attribute of 15 MB": (lambda: around(f'<a b="{"x" * 15_000_000}"/>'), REFUSED),
    "one text of 15 MB": (lambda: around(WHO.replace("WhoAmI", "x" * 15_000_000)), REFUSED),
    "one name of 15 MB": (lambda: around(f"<{'a' * 15_000_000}/>"), REFUSED),
    "comments": (lambda: b"<!---->" * (LIMIT // 8) + around(WHO), REFUSED),
    "processing instruction": (lambda: b"<?x y?>" + around(WHO), REFUSED),
    "processing instructions within": (
        lambda: around(WHO.replace("WhoAmI", "<?x y?>" * 100_000)),
        REFUSED,
    ),
    "style sheet": (
        lambda: b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + around(WHO),
        REFUSED,
    ),
    "XInclude": (included, FAULT),
    "the same id more than once": (twice_the_same_id, READ),
    "thousands of header blocks": (
        lambda: around(WHO, "".join(f'<h{i} xmlns="urn:x"/>' for i in range(20_000))),
        READ,
    ),
    "headers that must be understood": (
        lambda: around(WHO, '<h xmlns="urn:x" s:mustUnderstand="1"/>' * 20_000),
        FAULT,
    ),
    "nothing": (lambda: b"", REFUSED),
    "zeros": (lambda: b"\0" * MEGABYTE, REFUSED),
    "gzip": (lambda: gzip.compress(around(WHO)), REFUSED),
    "more than 16 MB": (lambda: around(f"<a>{'x' * LIMIT}</a>"), 413),
}


def url(served: Served, path: str = "") -> str:
    return f"{served['organization_url']}{ADDRESS}{path}"


def check_alive(served: Served, http: httpx2.Client, token: str) -> None:
    answer = send(served, http, around(WHO), token)
    assert answer.status_code == 200, answer.text


def send(
    served: Served, http: httpx2.Client, body: bytes, token: str = "", **headers: str
) -> httpx2.Response:
    """Post a body where tokens are taken, or without one where messages prove who sent them."""
    said = {"Content-Type": XML, "SOAPAction": f'"{action_of("Execute")}"'}
    if token:
        said["Authorization"] = f"Bearer {token}"
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(url(served, "/web" if token else ""), content=body, headers=said)


@pytest.fixture(scope="module", autouse=True)
def memory_is_bounded(served: Served, http: httpx2.Client, token: str) -> Iterator[None]:
    """Check, when all is over, that the server answers, and what it took at most."""
    check_alive(served, http, token)
    before = served.memory()
    yield
    check_alive(served, http, token)
    assert served.memory("VmHWM") - before < PEAK


@pytest.mark.covers("soap form: XML attacks refused")
@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("bearer", [True, False], ids=["with a token", "without one"])
def test_an_attack_gets_a_short_answer(
    served: Served, http: httpx2.Client, token: str, name: str, bearer: bool
) -> None:
    made, status = ATTACKS[name]
    action = {"SOAPAction": action_of("Create")} if name.startswith("as many") else {}
    answer = send(served, http, made(), token if bearer else "", **action)
    # Whoever proves nothing is told that, of what can be read.
    assert answer.status_code == (FAULT if status == READ and not bearer else status)
    assert len(answer.content) < LONGEST_ANSWER
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text
    check_alive(served, http, token)


def test_names_of_strangers_are_not_kept(served: Served, http: httpx2.Client, token: str) -> None:
    """A parser that keeps every name it has met can be filled with names, by anybody."""

    def send_new_names(first: int, documents: int) -> None:
        for number in range(first, first + documents):
            names = "".join(f"<n{number}x{each:x}/>" for each in range(400_000))
            assert send(served, http, around(f"<a>{names}</a>")).status_code == FAULT

    send_new_names(0, 8)
    before = served.memory()
    send_new_names(8, 24)
    assert served.memory() - before < GROWTH


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_gzip_bomb_is_never_unpacked(
    served: Served, http: httpx2.Client, token: str, coding: str
) -> None:
    once = gzip.compress(b"<a>" + b"\0" * (512 * MEGABYTE), compresslevel=1)
    before = served.memory("VmHWM")
    for body in (once, gzip.compress(once)):
        answer = send(served, http, body, token, Content_Encoding=coding)
        assert answer.status_code == REFUSED
    assert served.memory("VmHWM") - before < 64 * MEGABYTE
    packed = gzip.compress(around(WHO))
    assert send(served, http, packed, token, Content_Encoding=coding).status_code == REFUSED
    assert send(served, http, around(WHO), token, Content_Encoding="identity").status_code == READ


TEXT = f'<s:Envelope xmlns:s="{SOAP11}"><s:Body>{WHO}</s:Body></s:Envelope>'


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/xml; charset=utf-7", TEXT.encode("utf-7"), 415),
        ("text/xml; charset=iso-8859-1", TEXT.encode(), 415),
        ("text/xml; charset=utf-32", TEXT.encode("utf-32"), 415),
        ("text/xml; charset=" + "x" * 8000, TEXT.encode(), 415),
        ("text/xml; charset=utf-16", TEXT.encode("utf-16-le"), 400),
        ("text/xml; charset=utf-8", TEXT.encode("utf-16"), 400),
        ("text/xml; charset=utf-16", TEXT.encode(), 400),
        ("text/xml", b'<?xml version="1.0" encoding="utf-7"?>' + TEXT.encode("utf-7"), 400),
        ("text/xml", TEXT.encode("cp500"), 400),
        ("text/xml; charset=utf-16", TEXT.encode("utf-16"), 200),
        ("text/xml", TEXT.encode(), 200),
        ("text/xml; charset=UTF-8", b"\xef\xbb\xbf" + TEXT.encode(), 200),
        ("application/json", b"{}", 415),
        ("multipart/related; type=text/xml", TEXT.encode(), 415),
        ("application/xop+xml", TEXT.encode(), 415),
        ("text/xml/x", TEXT.encode(), 415),
        ("", TEXT.encode(), 415),
    ],
)
def test_charsets_and_media_types(
    served: Served, http: httpx2.Client, token: str, kind: str, body: bytes, status: int
) -> None:
    answer = send(served, http, body, token, Content_Type=kind)
    assert (answer.status_code, len(answer.content) < LONGEST_ANSWER) == (status, True)


def raw(served: Served) -> ssl.SSLSocket:
    parts = urlsplit(served["organization_url"])
    plain = socket.create_connection((parts.hostname, parts.port), timeout=30)
    context = ssl.create_default_context(cafile=served["ca_bundle"])
    return context.wrap_socket(plain, server_hostname=parts.hostname)


def head(served: Served, token: str, *more: str, length: int = 1000) -> bytes:
    lines = (
        f"POST /{ADDRESS}/web HTTP/1.1",
        f"Host: {urlsplit(served['organization_url']).netloc}",
        f"Authorization: Bearer {token}",
        f"Content-Type: {XML}",
        f"SOAPAction: {action_of('Execute')}",
        f"Content-Length: {length}",
        *more,
    )
    return "\r\n".join((*lines, "", "")).encode()


def test_thousands_of_headers_of_http(served: Served, http: httpx2.Client, token: str) -> None:
    many = [f"X-{number}: {'x' * 100}" for number in range(5000)]
    with raw(served) as line:
        try:
            line.sendall(head(served, token, *many))
            told = line.recv(100)
        except (ConnectionError, ssl.SSLError):
            told = b""  # closed while more was sent
    assert told == b"" or told.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
    check_alive(served, http, token)


def test_slow_bodies_hold_nobody_up(served: Served, http: httpx2.Client, token: str) -> None:
    before = served.memory()
    with ExitStack() as held:
        lines = [held.enter_context(raw(served)) for _ in range(SLOW)]
        for line in lines:
            line.sendall(head(served, token, length=LIMIT) + b"<s:Envelope")
        for _ in range(3):
            started = time.monotonic()
            check_alive(served, http, token)
            assert time.monotonic() - started < 10
            for line in lines:
                line.sendall(b" ")
    assert served.memory() - before < GROWTH


def test_more_is_sent_than_was_said(served: Served, http: httpx2.Client, token: str) -> None:
    """What comes after a body is a request of its own, and none of ours."""
    body = around(WHO)
    with raw(served) as line:
        line.sendall(head(served, token, length=len(body)) + body + b"<more/>" * 10)
        told = line.recv(65536)
    assert told.startswith(b"HTTP/1.1 200")
    check_alive(served, http, token)
