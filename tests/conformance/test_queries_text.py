"""Text as SQL Server compares it, and the wildcards of its `like`, on both engines."""

import pytest

from support.marked import find, given, quoted

URI = (400, "0x80060888")


@pytest.fixture(scope="module")
def words(client):
    texts = [
        "Straße",
        "STRASSE",
        "Résumé",
        "Resume",
        "ﾃｽﾄ",
        "テスト",
        "ＡＢＣ",
        "abc",
        "abc  ",
        None,
    ]
    return given(client, [{"jobtitle": text} for text in texts])


@pytest.mark.covers(
    "record: strings compared without case",
    "filter: contains",
    "filter: startswith",
    "filter: endswith",
)
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jobtitle eq 'ABC'", ["abc", "abc  ", "ＡＢＣ"]),
        ("jobtitle eq 'abc '", ["abc", "abc  ", "ＡＢＣ"]),
        ("jobtitle eq ' abc'", []),
        ("jobtitle eq 'résumé'", ["Résumé"]),
        ("jobtitle eq 're\u0301sume\u0301'", ["Résumé"]),
        ("jobtitle eq 'RESUME'", ["Resume"]),
        ("jobtitle eq 'テスト'", ["テスト", "ﾃｽﾄ"]),
        ("contains(jobtitle,'ｂ')", ["abc", "abc  ", "ＡＢＣ"]),
        ("contains(jobtitle,'SUM')", ["Resume", "Résumé"]),
        ("startswith(jobtitle,'RÉS')", ["Résumé"]),
        ("endswith(jobtitle,'É')", ["Résumé"]),
        ("endswith(jobtitle,'C ')", ["abc", "abc  ", "ＡＢＣ"]),
        ("jobtitle eq null", [None]),
        ("jobtitle ne 'abc'", [None, "Resume", "Résumé", "STRASSE", "Straße", "テスト", "ﾃｽﾄ"]),
        (
            "not (jobtitle eq 'abc')",
            [None, "Resume", "Résumé", "STRASSE", "Straße", "テスト", "ﾃｽﾄ"],
        ),
        ("not contains(jobtitle,'s')", [None, "abc", "abc  ", "テスト", "ＡＢＣ", "ﾃｽﾄ"]),
        ("jobtitle ge 'Z'", ["テスト", "ﾃｽﾄ"]),
        ("jobtitle lt 'b'", ["abc", "abc  ", "ＡＢＣ"]),
        ("not (jobtitle lt 'b') and not startswith(jobtitle,'s')", 4),
        ("'abc' eq jobtitle", ["abc", "abc  ", "ＡＢＣ"]),
        ("'b' gt jobtitle", ["abc", "abc  ", "ＡＢＣ"]),
        ("jobtitle eq ''", []),
    ],
)
def test_text_is_compared_without_case_and_width(client, words, text, found):
    rows = find(client, words, text)
    assert (rows if isinstance(found, list) else len(rows)) == found


SHAPES = ["100%", "100 percent", "a_b", "axb", "a[b]", "ab", "a^b", "a-b", "a]b", "a*b", "a?b"]
SHAPES += ["a\\b", "a\nb", "A.B", "a😀b", "a(b)", "a{2}", "a$", "^a"]
BETWEEN = ["a\nb", "A.B", "a*b", "a-b", "a?b", "a\\b", "a]b", "a^b", "a_b", "axb", "a😀b"]


@pytest.fixture(scope="module")
def shapes(client):
    return given(client, [{"jobtitle": text} for text in SHAPES])


@pytest.mark.covers("filter: wildcards in text")
@pytest.mark.parametrize(
    ("function", "pattern", "found"),
    [
        ("contains", "%", SHAPES),
        ("contains", "", SHAPES),
        ("contains", "[%]", ["100%"]),
        ("contains", "0%e", ["100 percent"]),
        ("startswith", "100_", ["100%", "100 percent"]),
        ("endswith", "[%]", ["100%"]),
        ("endswith", "percent%", ["100 percent"]),
        ("contains", "a_b", [*BETWEEN, "a[b]", "a(b)"]),
        ("endswith", "a_b", BETWEEN),
        ("contains", "a[_]b", ["a_b"]),
        ("contains", "[[]", ["a[b]"]),
        ("contains", "a]b", ["a]b"]),
        ("contains", "a[X]b", ["axb"]),
        ("contains", "a[^x]b", sorted({*BETWEEN, "a[b]", "a(b)"} - {"axb"})),
        ("endswith", "a[W-Z]b", ["axb"]),
        ("endswith", "a[^!-~]b", ["a\nb", "a😀b"]),
        ("endswith", "a[x^]b", ["axb", "a^b"]),
        ("endswith", "a[^]b", ["a^b"]),
        ("endswith", "a[^^]b", sorted({*BETWEEN} - {"a^b"})),
        ("endswith", "a[-x]b", ["axb", "a-b"]),
        ("endswith", "a[x-]b", ["axb", "a-b"]),
        ("endswith", "a[+--]b", ["a-b"]),
        ("endswith", "a[v-x-z]b", ["axb", "a-b"]),
        ("endswith", "a[z-a]b", []),
        ("endswith", "a[^z-a]b", BETWEEN),
        ("endswith", "a[\\]b", ["a\\b"]),
        ("endswith", "a[*?]b", ["a*b", "a?b"]),
        ("endswith", "a[[:alpha:]]b", []),
        ("endswith", "a[\\w]b", ["a\\b"]),
        ("contains", "a*b", ["a*b"]),
        ("contains", "a?b", ["a?b"]),
        ("contains", "a\\b", ["a\\b"]),
        ("contains", "a.b", ["A.B"]),
        ("contains", "(b)", ["a(b)"]),
        ("contains", "{2}", ["a{2}"]),
        ("contains", "a$", ["a$"]),
        ("contains", "^a", ["^a"]),
        ("contains", "***", []),
        ("contains", "😀", ["a😀b"]),
    ],
)
def test_wildcards_act_as_in_like(client, shapes, function, pattern, found):
    assert find(client, shapes, f"{function}(jobtitle,{quoted(pattern)})") == sorted(found)
    others = sorted(set(SHAPES) - set(found))
    assert find(client, shapes, f"not {function}(jobtitle,{quoted(pattern)})") == others


@pytest.mark.parametrize(
    ("letter", "count"),
    [("%", 4000), ("*", 4000), ("[", 4000), ("a", 4000), ("ΐ", 4000), ("😀", 2600), ("a%", 2000)],
)
def test_a_long_pattern_is_answered(client, letter, count):
    text = f"contains(jobtitle,{quoted(letter * count)})"
    assert client.get("contacts", filter=text, top=1, select="contactid").status == 200


def test_a_pattern_longer_than_sql_servers_is_refused(client):
    assert client.get("contacts", filter=f"contains(jobtitle,'{'x' * 4001}')").error == URI
