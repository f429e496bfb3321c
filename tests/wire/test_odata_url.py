"""Paths, keys and query options of the Web API."""

import pytest

from xrm.wire.odata4.errors import ODataError, read_error, write_error
from xrm.wire.odata4.options import Options, read_options
from xrm.wire.odata4.url import MAX_SEGMENTS, Key, Segment, read_key, read_path

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", ()),
        ("/", ()),
        ("//", ()),
        ("/leads", (Segment("leads"),)),
        ("/leads/", (Segment("leads"),)),
        ("leads", (Segment("leads"),)),
        ("/leads()", (Segment("leads", ""),)),
        (f"/leads({KEY})", (Segment("leads", KEY),)),
        (f"/leads%28{KEY}%29", (Segment("leads", KEY),)),
        ("/le%61ds", (Segment("leads"),)),
        ("/leads(subject='a%2Fb')", (Segment("leads", "subject='a/b'"),)),
        ("/leads(subject='(a)')", (Segment("leads", "subject='(a)'"),)),
        ("/leads(subject='%E2%82%AC')", (Segment("leads", "subject='\u20ac'"),)),
        ("/leads(subject='a+b')", (Segment("leads", "subject='a+b'"),)),
        (f"/leads({KEY})/$ref", (Segment("leads", KEY), Segment("$ref"))),
        ("/a/b(1)/c", (Segment("a"), Segment("b", "1"), Segment("c"))),
        ("/a" * MAX_SEGMENTS, (Segment("a"),) * MAX_SEGMENTS),
    ],
)
def test_paths(path, found):
    assert read_path(path) == found


@pytest.mark.parametrize(
    "path", ["/leads(", "/leads(x", "/(x", "/leads(x)y", "/%ff", "/%C3", "/a" * (MAX_SEGMENTS + 1)]
)
def test_paths_that_cannot_be_read(path):
    with pytest.raises(ODataError):
        read_path(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, Key(id=KEY)),
        (KEY.upper(), Key(id=KEY)),
        (f" {KEY} ", Key(id=KEY)),
        (f"leadid={KEY}", Key(parts=(("leadid", KEY),))),
        ("a='x'", Key(parts=(("a", "x"),))),
        ("a=''", Key(parts=(("a", ""),))),
        ("a='it''s'", Key(parts=(("a", "it's"),))),
        ("a='x,b=1'", Key(parts=(("a", "x,b=1"),))),
        ("a='x', b=2 ,c=-1.5", Key(parts=(("a", "x"), ("b", "2"), ("c", "-1.5")))),
        (f"_ownerid_value={KEY}", Key(parts=(("_ownerid_value", KEY),))),
    ],
)
def test_keys(text, found):
    assert read_key(text) == found
    assert Segment("leads", text).key() == found


def test_a_segment_without_parentheses_has_no_key():
    assert Segment("leads").key() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "1",
        "'x'",
        "a=",
        "=1",
        "a='x",
        "a=x y",
        "a='x'b='y'",
        "a=1;b=2",
        KEY[:-1],
        KEY + "0",
        f"{{{KEY}}}",
        f"{KEY},{KEY}",
        f"a=1,{KEY}",
        "a='x''",
        "a=@p",
        "a='x',",
        "a=1,b=2,",
        ",a=1",
    ],
)
def test_keys_that_cannot_be_read(text):
    with pytest.raises(ODataError):
        read_key(text)


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([], Options()),
        ([("x", "1"), ("", ""), ("select", "a"), ("api-version", "9")], Options()),
        ([("$select", "a")], Options(select=("a",))),
        ([("$select", "a, b ,c")], Options(select=("a", "b", "c"))),
        ([("$select", "*")], Options()),
        ([("$select", "")], Options()),
        ([("$select", "a,")], Options(select=("a",))),
        ([("$select", "a,*")], Options()),
        ([("$select", "a,b,a")], Options(select=("a", "b"))),
        ([("$count", "true")], Options(count=True)),
        ([("$count", "false")], Options()),
        ([("@p", "1"), ("@q", "")], Options(aliases={"@p": "1", "@q": ""})),
        ([("$filter", "a eq 1"), ("$orderby", "a")], Options(filter="a eq 1", order="a")),
        ([("$top", "0")], Options(top=0)),
        ([("$top", "0005")], Options(top=5)),
        ([("$top", "999999999")], Options(top=999_999_999)),
        ([("$skiptoken", "<x>")], Options(skiptoken="<x>")),
    ],
)
def test_options(pairs, found):
    assert read_options(pairs) == found


@pytest.mark.parametrize(
    "pairs",
    [
        *([(name, "1")] for name in ("$skip", "$search", "$format", "$compute", "$nosuch", "$")),
        *([(name, "1")] for name in ("$expand", "$apply", "$Top", "$SELECT")),
        *(
            [("$top", value)]
            for value in ("", " 1", "-1", "+1", "1.0", "\u00b2", "\u0661", "1" * 10)
        ),
        [("$top", "1"), ("$top", "1")],
        [("@p", "1"), ("@p", "1")],
        *([("$count", value)] for value in ("", "1", "True", "yes")),
        *([(name, " ")] for name in ("$filter", "$orderby", "$top")),
        [("$select", "a"), ("x", "1"), ("$select", "b")],
    ],
)
def test_options_that_are_refused(pairs):
    with pytest.raises(ODataError) as caught:
        read_options(pairs)
    named = "Skip Clause" if pairs[0][0] == "$skip" else pairs[0][0]
    assert named in str(caught.value)


@pytest.mark.parametrize("message", ["plain", '"quoted"\n\u00e9\U0001f600', ""])
def test_an_error_document_reads_as_written(message):
    assert read_error(write_error("0x80040217", message)) == ("0x80040217", message)


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"null", b"{}", b'{"error":1}', b'{"error":[]}', b"\xff", b"<html>"]
)
def test_what_is_no_error_document_reads_as_nothing(body):
    assert read_error(body) == ("", "")
