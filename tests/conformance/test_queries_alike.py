"""One question in each language finds the same rows, on both engines."""

import pytest

from support.alike import QUESTIONS, by_fetch, by_odata, given

LANGUAGES = {"odata": by_odata, "fetch": by_fetch}


@pytest.fixture(scope="module", autouse=True)
def rows(client):
    given(client)


@pytest.mark.covers("query: alike in each language")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.name)
def test_the_rows_are_the_same(client, asked, language):
    assert "".join(LANGUAGES[language](client, asked)) == asked.found


def test_every_row_is_found_by_some_question_and_left_out_by_another():
    for name in "abcde":
        assert any(name in asked.found for asked in QUESTIONS)
        assert any(name not in asked.found for asked in QUESTIONS)
