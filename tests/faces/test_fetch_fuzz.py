"""Whatever FetchXML is sent to the Web API, the answer is well formed: never a 500."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawn_fetch import DOCUMENTS, QUERIES
from support.fetching import ALL, fetch
from support.fuzz import PROFILE


@pytest.fixture(autouse=True)
def accounts(client):
    for name, number in (("a", 1), ("b", None)):
        client.post("accounts", {"name": name, "numberofemployees": number})


@PROFILE
@given(
    text=st.one_of(QUERIES, QUERIES, DOCUMENTS),
    query=st.sampled_from(["", "&$count=true", "&$top=1"]),
    headers=st.sampled_from([(), ALL]),
)
def test_any_fetch_is_answered(client, text, query, headers):
    answer = fetch(client, "accounts", text, query, headers=headers)
    if answer.status == 200:
        assert isinstance(answer.rows, list)
        assert all(value is not None for row in answer.rows for value in row.values())
    else:
        assert answer.status in (400, 501), answer.document
        assert answer.document["error"]["code"].startswith("0x80")
