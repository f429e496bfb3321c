"""Documents taken apart at random: parts that are lost, doubled, moved, renamed or rewritten."""

import copy

from hypothesis import strategies as st
from lxml import etree

Change = tuple[str, int, int, str]

TEXTS = st.sampled_from(
    ["", " ", "AAAA", "#_0", "_0", "1", "x" * 300, "\u00e9", "2027-01-15T08:00:00Z"]
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["remove", "double", "text", "attribute", "rename", "hoist", "empty"]),
        st.integers(0, 400),
        st.integers(0, 400),
        TEXTS,
    ),
    min_size=1,
    max_size=4,
)


def change(root: etree._Element, given: Change) -> None:
    """Do one of `CHANGES` to what is below an element."""
    kind, first, second, given_text = given
    every = list(root.iter())
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
    elif parent is not None and element is not root:
        if kind == "remove":
            parent.remove(element)
        elif kind == "double":
            other.append(copy.deepcopy(element))
        elif kind == "hoist":
            root.append(copy.deepcopy(element))
