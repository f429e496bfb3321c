"""Headers taken apart at random: whatever is sent gets an answer that was meant for it."""

import copy

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.claiming import WSSE, Claims, holder
from xrm.wire import saml

_KNOWN = {"FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"}
_TEXTS = st.sampled_from(
    ["", " ", "AAAA", "#_0", "_0", "1", "x" * 300, "\u00e9", "2027-01-15T08:00:00Z"]
)
_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["remove", "double", "text", "attribute", "rename", "hoist", "empty"]),
        st.integers(0, 400),
        st.integers(0, 400),
        _TEXTS,
    ),
    min_size=1,
    max_size=4,
)


def _change(header: etree._Element, change: tuple[str, int, int, str]) -> None:
    kind, first, second, given_text = change
    every = list(header.iter())
    element, other = every[first % len(every)], every[second % len(every)]
    parent = element.getparent()
    if kind == "text":
        element.text = given_text
    elif kind == "attribute" and element.attrib:
        names = sorted(map(str, element.attrib))
        element.set(names[second % len(names)], given_text)
    elif kind == "rename":
        element.tag = other.tag
    elif kind == "empty":
        for child in list(element):
            element.remove(child)
    elif parent is not None and element is not header:
        if kind == "remove":
            parent.remove(element)
        elif kind == "double":
            other.append(copy.deepcopy(element))
        elif kind == "hoist":
            header.append(copy.deepcopy(element))


@given(
    changes=_CHANGES,
    version=st.sampled_from(["1.1", "2.0"]),
    kind=st.sampled_from(["symmetric", "asymmetric", "bearer"]),
    clear=st.booleans(),
)
def test_a_header_taken_apart_is_answered_as_what_it_is(
    claims: Claims,
    changes: list[tuple[str, int, int, str]],
    version: saml.Version,
    kind: str,
    clear: bool,
) -> None:
    more = {
        "symmetric": {},
        "asymmetric": {
            "confirmation": saml.Confirmation(kind="holder-of-key", key=holder().public_key())
        },
        "bearer": {"confirmation": saml.Confirmation()},
    }[kind]
    token = claims.token(version=version, to=None if clear else "organization", **more)
    message = claims.message(token)
    if kind != "symmetric":
        message = claims.message(token, key=holder() if kind == "asymmetric" else None)
    root = etree.fromstring(message.document())
    (header,) = root.iter(f"{{{WSSE}}}Security")
    for change in changes:
        _change(header, change)
    reply = message.send(etree.tostring(root))
    assert reply.status in (200, 400, 500)
    if reply.status == 500:
        assert reply.subcode in _KNOWN | {"MustUnderstand"}
