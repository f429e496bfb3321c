"""The fold key: which texts the service takes for equal, and in which order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.model.text import fold, fold_all


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("abc", "ABC"),
        ("abc", "abc  "),
        ("", "   "),
        ("\u00e9", "\u00c9"),
        ("\u00e9", "e\u0301"),
        ("\u00c5", "\u212b"),
        ("stra\u00dfe", "STRASSE"),
        ("\u01c4", "\u01c6"),
        ("\uff21\uff22\uff23", "abc"),
        ("\uff11", "1"),
        ("\uff76\uff9e", "\u30ac"),
        ("\u3000", ""),
        ("a\u3000", "A"),
        ("\uffe5", "\u00a5"),
        ("\u0130".lower(), "i\u0307"),
        ("\U00010400", "\U00010428"),
        ("\u0645\u0631\u062d\u0628\u0627 ", "\u0645\u0631\u062d\u0628\u0627"),
    ],
)
def test_equal_texts(left, right):
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("e", "\u00e9"),
        ("a", " a"),
        ("a b", "ab"),
        ("a\t", "a"),
        ("a\n", "a"),
        ("a", "\u0430"),
        ("\u00b2", "2"),
        ("\u2460", "1"),
        ("\ufb01", "f"),
        ("\U0001f600", "\U0001f601"),
        ("a\u00a0", "a"),
        ("-", "\u2010"),
    ],
)
def test_different_texts(left, right):
    assert fold(left) != fold(right)


@PROFILE
@given(st.text(max_size=30))
def test_folding_is_stable_under_what_it_ignores(text):
    key = fold(text)
    assert fold(text + "  ") == key
    assert not key.endswith(" ")
    assert fold(text.encode().decode()) == key


@PROFILE
@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_letter_case_is_ignored(text):
    assert fold(text.upper()) == fold(text.lower()) == fold(text)


@PROFILE
@given(st.lists(st.text(st.sampled_from("aB \u00c9\u3000\x00"), max_size=4), max_size=5))
def test_many_texts_are_folded_as_one_alone(texts):
    assert fold_all(texts) == [fold(text) for text in texts]
