"""`$batch`: requests in order, change sets kept whole or not at all, and its bounds."""

import re
from collections.abc import Sequence

import pytest

from support.organization_data import BASE, ROOT, Data, Said, key_of

JSON = "Accept: application/json\r\nContent-Type: application/json\r\n"


def part(method: str, url: str, body: str = "", *, content_id: str = "") -> str:
    own = f"Content-ID: {content_id}\r\n" if content_id else ""
    return (
        f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{own}\r\n"
        f"{method} {url} HTTP/1.1\r\n{JSON}\r\n{body}"
    )


def changes(*parts: str, name: str = "c") -> str:
    inner = "".join(f"--{name}\r\n{each}\r\n" for each in parts)
    return f"Content-Type: multipart/mixed; boundary={name}\r\n\r\n{inner}--{name}--\r\n"


def send(data: Data, *parts: str, kind: str = "multipart/mixed; boundary=b") -> Said:
    body = "".join(f"--b\r\n{each}\r\n" for each in parts) + "--b--\r\n"
    return data.send("POST", "$batch", headers=(("content-type", kind),), body=body.encode())


def statuses(said: Said) -> list[int]:
    assert said.status == 202, said.body
    kind = said.header("Content-Type") or ""
    assert kind.startswith("multipart/mixed; boundary=batchresponse_")
    assert said.body.decode().startswith(f"--{kind.partition('=')[2]}\r\n")
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", said.body)]


@pytest.mark.covers("odata2: $batch", "odata2: change set")
def test_requests_are_answered_in_order(data: Data) -> None:
    name = '{"Name":"In a batch"}'
    said = send(
        data,
        part("GET", "AccountSet?$top=1&$select=Name"),
        changes(part("POST", "AccountSet", name, content_id="1")),
        part("GET", f"{ROOT}AccountSet?$select=Name&$filter=Name%20eq%20'In%20a%20batch'"),
        part("GET", f"{BASE}Nothing"),
        part("POST", "AccountSet", name),
    )
    assert statuses(said) == [200, 201, 200, 404, 201]
    assert said.body.count(b'"Name":"In a batch"') == 3
    assert b"Content-ID: 1\r\n" in said.body
    assert b"--changesetresponse_" in said.body


def test_records_of_a_change_set_are_named_by_content_id(data: Data) -> None:
    said = send(
        data,
        changes(
            part("POST", "AccountSet", '{"Name":"By id"}', content_id="1"),
            part("POST", "$1/Account_Tasks", '{"Subject":"Of it"}', content_id="2"),
            part("POST", "LeadSet", '{"Subject":"s","LastName":"l"}', content_id="3"),
            part("POST", "$1/$links/accountleads_association", '{"uri":"$3"}', content_id="4"),
        ),
    )
    assert statuses(said) == [201, 201, 201, 204]
    (path,) = [
        f"AccountSet(guid'{row['AccountId']}')"
        for row in data.get("AccountSet", filter="Name eq 'By id'").rows
    ]
    assert data.values(f"{path}/Account_Tasks", "Subject") == ["Of it"]
    assert data.values(f"{path}/accountleads_association", "Subject") == ["s"]


def test_a_change_set_fails_as_a_whole(data: Data) -> None:
    account = data.made("AccountSet", Name="Unchanged")
    said = send(
        data,
        changes(
            part("MERGE", account, '{"Name":"Changed"}'),
            part("POST", "TaskSet", f'{{"Subject":"{"x" * 201}"}}'),
        ),
        part("GET", f"{account}?$select=Name"),
    )
    assert statuses(said) == [400, 200]
    assert b"changesetresponse_" not in said.body
    assert data.get(account, select="Name").d["Name"] == "Unchanged"


def test_a_change_set_does_not_read(data: Data) -> None:
    made = part("POST", "AccountSet", '{"Name":"With a read"}')
    assert statuses(send(data, changes(made, part("GET", "AccountSet")))) == [400]
    assert data.values("AccountSet", "Name", filter="Name eq 'With a read'") == []


def test_a_batch_is_in_no_batch(data: Data) -> None:
    assert statuses(send(data, part("POST", "$batch", "--inner--"))) == [405]
    assert statuses(send(data, changes(part("POST", "$batch", "--inner--")))) == [405]


def test_headers_of_the_batch_go_for_its_parts(data: Data) -> None:
    other = data.client.estate.user("Salesperson", name="Batched")
    inner = part("POST", "AccountSet", '{"Name":"Of another"}')
    body = f"--b\r\n{inner}\r\n--b--\r\n"
    headers = (
        ("content-type", 'multipart/mixed;boundary="b"'),
        ("mscrmcallerid", str(other.user_id)),
    )
    said = data.send("POST", "$batch", headers=headers, body=body.replace("\r", "").encode())
    assert statuses(said) == [201]
    assert f'"Id":"{other.user_id}"'.encode() in said.body


def test_a_request_of_a_batch_names_no_user_of_its_own(data: Data) -> None:
    named = part("POST", "TaskSet", '{"Subject":"As another"}').replace(
        "HTTP/1.1\r\n", f"HTTP/1.1\r\nCallerObjectId: {data.client.user_id}\r\n"
    )
    assert statuses(send(data, named, changes(named))) == [400, 400]
    assert data.values("TaskSet", "Subject", filter="Subject eq 'As another'") == []


MALFORMED: Sequence[tuple[str, str]] = [
    ("no boundary", "--b\r\n\r\n--b--"),
    ("unfinished", f"--b\r\n{part('GET', 'AccountSet')}\r\n"),
    ("no request line", "--b\r\nContent-Type: application/http\r\n\r\nnothing\r\n--b--"),
    ("another type", "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--"),
    ("no header name", "--b\r\n: x\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n--b--"),
    ("empty", ""),
]


@pytest.mark.parametrize(("name", "body"), MALFORMED, ids=[name for name, _ in MALFORMED])
def test_what_is_no_batch(data: Data, name: str, body: str) -> None:
    kind = "multipart/mixed" if name == "no boundary" else "multipart/mixed; boundary=b"
    headers = (("content-type", kind),)
    said = data.send("POST", "$batch", headers=headers, body=body.encode())
    assert said.error[:2] == (400, "")


@pytest.mark.covers("odata2: batch of 1,000 requests")
def test_a_batch_holds_a_thousand_requests(data: Data) -> None:
    task = data.made("TaskSet", Subject="Asked often")
    one = part("GET", f"TaskSet(guid'{key_of(task)}')/Subject/$value")
    assert statuses(send(data, *[one] * 1000)) == [200] * 1000
    assert send(data, *[one] * 1001).error[0] == 400
    assert send(data, changes(*[one] * 600), changes(*[one] * 600)).error[0] == 400
