"""XML from strangers: every attack is refused at once, or comes to nothing."""

import pytest
from lxml import etree

from xrm.wire.soap.contract import INSTANCE, XRM, XSD
from xrm.wire.soap.envelope import read_envelope
from xrm.wire.soap.faults import SoapFault
from xrm.wire.soap.operations import ORGANIZATION, read_parameters
from xrm.wire.soap.reading import ContractError, read_value
from xrm.wire.xml import Limits, XmlError, escape, parse, quote

BOMB = b"<!DOCTYPE a [%s]><a>&x9;</a>" % b"".join(
    b'<!ENTITY x%d "%s">' % (level, (b"&x%d;" % (level - 1) * 10) if level else b"lol")
    for level in range(10)
)
QUADRATIC = b'<!DOCTYPE a [<!ENTITY x "%s">]><a>%s</a>' % (b"x" * 50_000, b"&x;" * 50_000)
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
PARAMETER = b'<!DOCTYPE a [<!ENTITY %% p SYSTEM "http://127.0.0.1:9/x.dtd">%%p;]><a/>'
ATTRIBUTES = b"<a %s/>" % b" ".join(b'b%d=""' % number for number in range(70_000))
DECLARATIONS = b"<a %s/>" % b" ".join(b'xmlns:b%d="u"' % number for number in range(70_000))
NESTED_DECLARATIONS = b"".join(b'<a xmlns:b="u%d" xmlns:c="v">' % level for level in range(60)) + (
    b"</a>" * 60
)

REFUSED = {
    "external entity": EXTERNAL,
    "external parameter entity": PARAMETER,
    "external DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "entity bomb": BOMB,
    "quadratic blow-up": QUADRATIC,
    "DTD after a comment": b"<!-- -->\n<!DOCTYPE a><a/>",
    "DTD after the declaration": b'<?xml version="1.0"?><!DOCTYPE a><a/>',
    "undefined entity": b"<a>&x;</a>",
    "processing instruction before": b"<?x y?><a/>",
    "processing instruction within": b"<a><b/><?x y?></a>",
    "processing instruction after": b"<a/><?x y?>",
    "style sheet": b'<?xml-stylesheet href="http://127.0.0.1:9/"?><a/>',
    "nested deeply": b"<a>" * 101 + b"</a>" * 101,
    "nested without end": b"<a>" * 2_000_000,
    "many elements": b"<a>" + b"<b/>" * 1_100_000 + b"</a>",
    "huge attribute": b'<a b="%s"/>' % (b"x" * 70_000),
    "huger attribute": b'<a b="%s"/>' % (b"x" * 11_000_000),
    "huge text": b"<a>%s</a>" % (b"x" * 11_000_000),
    "huge name": b"<%s/>" % (b"a" * 11_000_000),
    "many attributes": ATTRIBUTES,
    "attribute twice": b'<a b="" b=""/>',
    "attribute twice by namespaces": b'<a xmlns:x="u" xmlns:y="u" x:b="" y:b=""/>',
    "many declarations": DECLARATIONS,
    "declarations in one another": NESTED_DECLARATIONS,
    "prefix without a namespace": b"<x:a/>",
    "prefix of XML's own": b'<a xmlns:xml="urn:other"/>',
    "control character": b"<a>\x01</a>",
    "reference to a control character": b"<a>&#1;</a>",
    "second root": b"<a/><a/>",
    "not closed": b"<a>",
    "comment not closed": b"<!-- <a/>",
    "comments without end": b"<!---->" * 1_200_000 + b"<a/>",
    "XML 1.1": b'<?xml version="1.1"?><a/>',
    "empty": b"",
    "blank": b" \n",
    "not XML": b'{"a": 1}',
    "too large": b"<a>%s</a>" % (b"x" * 17_000_000),
}


@pytest.mark.covers("soap form: XML attacks refused")
@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name):
    with pytest.raises(XmlError):
        parse(REFUSED[name])


CHARSETS = {
    "stated as UTF-16": (b"<a>x</a>", "utf-16"),
    "UTF-16 with a mark stated as UTF-8": ("<a>x</a>".encode("utf-16"), "utf-8"),
    "UTF-16 without a mark stated as UTF-8": ("<a>x</a>".encode("utf-16-le"), "utf-8"),
    "UTF-16 the other way round": ("<a>x</a>".encode("utf-16-le"), "utf-16be"),
    "a mark of UTF-8 stated as UTF-16": (b"\xef\xbb\xbf<a/>", "utf-16"),
    "half a character": ("<a>x</a>".encode("utf-16-le")[:-1], "utf-16le"),
    "Latin-1 as UTF-8": ("<a>é</a>".encode("latin-1"), "utf-8"),
    "overlong UTF-8": (b"<a>\xc0\xbc</a>", "utf-8"),
    "a surrogate in UTF-8": (b"<a>\xed\xa0\x80</a>", "utf-8"),
    "Latin-1 by the content type": (b"<a/>", "iso-8859-1"),
    "UTF-7 by the content type": (b"<a/>", "utf-7"),
    "Latin-1 by its own word": (b'<?xml version="1.0" encoding="iso-8859-1"?><a/>', None),
    "UTF-16 by its own word": (b'<?xml version="1.0" encoding="utf-16"?><a/>', "utf-8"),
    "EBCDIC": ("<a/>".encode("cp500"), None),
}


@pytest.mark.parametrize("name", CHARSETS)
def test_charsets_must_agree(name):
    data, charset = CHARSETS[name]
    with pytest.raises(XmlError):
        parse(data, charset=charset)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<a>é€😀</a>".encode(), None),
        ("<a>é€😀</a>".encode(), '"UTF-8"'),
        (b"\xef\xbb\xbf" + "<a>é€😀</a>".encode(), "utf-8"),
        ("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<a>é€😀</a>".encode(), "utf-8"),
        ("<a>é€😀</a>".encode("utf-16"), "utf-16"),
        ("<a>é€😀</a>".encode("utf-16"), None),
        ('<?xml version="1.0" encoding="utf-16"?><a>é€😀</a>'.encode("utf-16"), "utf-16"),
        ("<a>é€😀</a>".encode("utf-16-be"), "utf-16"),
        ("<a>é€😀</a>".encode("utf-16-le"), "utf-16LE"),
    ],
)
def test_both_charsets_are_read(data, charset):
    assert parse(data, charset=charset).text == "é€😀"


def test_what_looks_like_an_attack_within_text_is_text():
    text = "<?x y?><!DOCTYPE a>&x;"
    assert parse(f"<a><![CDATA[{text}]]></a>".encode()).text == text
    assert parse(f"<a>{escape(text)}</a>".encode()).text == text
    assert parse(f'<a b="{quote(text)}"/>'.encode()).get("b") == text


def test_comments_come_to_nothing():
    root = parse(b"<!-- a --><a><!-- b -->12<!-- c -->34<b/><!-- d --></a><!-- e -->")
    assert (root.text, len(root)) == ("1234", 1)


def test_nothing_is_included():
    """XInclude is for those who ask for it."""
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    assert parse(b"<a>%s</a>" % include)[0].get("href") == "/etc/passwd"


def test_limits_are_those_given():
    limits = Limits(size=100, depth=2, elements=20, attributes=1, attribute_size=3, text=5)
    assert parse(b'<a><b c="123">12345</b></a>', limits=limits).tag == "a"
    for refused in (
        b"<a><b><c/></b></a>",
        b'<a b="" c=""/>',
        b'<a b="1234"/>',
        b"<a>123456</a>",
        b"<a>" + b" " * 100 + b"</a>",
    ):
        with pytest.raises(XmlError):
            parse(refused, limits=limits)


def value(text: str, declared: str):
    spaces = f'xmlns="{XRM}" xmlns:i="{INSTANCE}" xmlns:x="{XSD}" xmlns:n="urn:none"'
    return read_value(parse(f"<v {spaces} {text}</v>".encode()), declared)


TYPES = {
    "unknown type": ('i:type="Secret">', "anyType"),
    "unknown type of XML Schema": ('i:type="x:gYear">', "anyType"),
    "known name in another namespace": ('i:type="n:Entity">', "anyType"),
    "prefix not declared": ('i:type="q:Entity">', "anyType"),
    "not a name": ('i:type=":">', "anyType"),
    "mismatched contract": ('i:type="Money">', "Entity"),
    "simple type for a contract": ('i:type="x:string">x', "Entity"),
    "contract for a simple type": ('i:type="Entity">', "string"),
    "base for what derives from it": ('i:type="QueryBase">', "QueryExpression"),
    "another simple type": ('i:type="x:int">1', "string"),
    "elements for text": ("><Name/>", "string"),
    "not true": ('i:nil="yes">', "string"),
}


@pytest.mark.covers("soap form: known types")
@pytest.mark.parametrize("name", TYPES)
def test_a_type_must_be_known_and_fit(name):
    with pytest.raises(ContractError):
        value(*TYPES[name])


def test_a_type_of_no_namespace_is_none():
    with pytest.raises(ContractError):
        read_value(parse(f'<v xmlns:i="{INSTANCE}" i:type="Entity"/>'.encode()), "anyType")


@pytest.mark.covers("soap form: known types")
def test_a_type_that_fits_is_taken():
    assert value('i:type="FetchExpression"><Query>x</Query>', "QueryBase").members == {"Query": "x"}
    assert value('i:type="x:string">x', "anyType") == "x"
    assert value('i:type="x:string">x', "string") == "x"


def test_prefixes_mean_what_is_declared_nearest():
    """The same prefix is another namespace further in (namespace confusion)."""
    text = f'<v xmlns:i="{INSTANCE}" xmlns:b="{XSD}"><v xmlns:b="{XRM}" i:type="b:Money"/></v>'
    inner = parse(text.encode())[0]
    assert read_value(inner, "anyType").type == "Money"
    plain = f'<v xmlns:i="urn:other" xmlns:b="{XSD}" i:type="b:int" i:nil="true">x</v>'
    assert read_value(parse(plain.encode()), "string") == "x"


def test_values_are_nested_so_far():
    """What the parser lets through, the reader takes without a word from Python."""
    text = f'<v xmlns="{XRM}">' + "<Filters><FilterExpression>" * 60
    text += "</FilterExpression></Filters>" * 60 + "</v>"
    deep = etree.fromstring(text)
    with pytest.raises(ContractError):
        read_value(deep, "FilterExpression")
    wrapped = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{text}'
    with pytest.raises(XmlError):
        read_envelope(f"{wrapped}</s:Body></s:Envelope>".encode(), content_type="text/xml")


@pytest.mark.parametrize(
    "body",
    [
        '<Create xmlns="urn:other"/>',
        '<Update xmlns="http://schemas.microsoft.com/xrm/2011/Contracts/Services"/>',
        "<Create/>",
    ],
)
def test_another_wrapper_than_the_operations(body):
    with pytest.raises(SoapFault) as refused:
        read_parameters(parse(body.encode()), ORGANIZATION["Create"])
    assert refused.value.fault.subcode.name == "DeserializationFailed"
