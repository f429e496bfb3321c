"""Pages and totals of FetchXML through the Web API: cookies, numbers, next links."""

import re
from urllib.parse import unquote

import pytest

from support.fetched_accounts import BY_NAME, OURS, accounts, ask, covers, link, names
from support.fetching import ALL, CRM, document, fetch, selected


@pytest.fixture(scope="module", autouse=True)
def people(client):
    return accounts(client)


@pytest.mark.covers("annotation: fetchxmlpagingcookie", "annotation: morerecords")
@covers("fetch count", "fetch page", "fetch paging-cookie")
@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize(
    "order",
    [
        "<order attribute='name' descending='true'/>",
        "<order attribute='numberofemployees'/>",
        "<order attribute='address1_city'/><order attribute='numberofemployees'/>",
        "",
    ],
)
def test_pages_by_cookie(client, times, order):
    """The cookie comes back decoded, decoded once, and as it was sent."""
    whole = names(ask(client, selected("name") + order))
    page, cookie, found = 1, {}, ""
    while True:
        answer = ask(client, selected("name") + order, headers=ALL, count=2, page=page, **cookie)
        found += names(answer)
        sent = answer.document.get(f"{CRM}fetchxmlpagingcookie")
        if answer.document.get(f"{CRM}morerecords") is not True:
            break
        outer = re.fullmatch(
            r'<cookie pagenumber="(\d)" pagingcookie="([^"]*)" istracking="False" />', sent
        )
        assert int(outer[1]) == page + 1
        text = outer[2]
        for _ in range(times):
            text = unquote(text)
        page, cookie = page + 1, {"paging_cookie": text}
    assert (found, page, sent) == (whole, 3, None)
    assert "@odata.nextLink" not in answer.document


@covers("fetch page without cookie")
def test_pages_by_number(client):
    found = [
        names(ask(client, selected("name") + BY_NAME, count=2, page=page)) for page in (1, 2, 3, 4)
    ]
    assert found == ["AB", "CD", "E", ""]


@covers("fetch paging-cookie of another page")
def test_a_cookie_of_another_page_does_not_mislead(client):
    first = ask(client, selected("name") + BY_NAME, headers=ALL, count=2)
    outer = first.document[f"{CRM}fetchxmlpagingcookie"]
    cookie = unquote(unquote(re.search(r'pagingcookie="([^"]*)"', outer)[1]))
    asked = {"count": 2, "paging_cookie": cookie}
    for page, expected in ((1, "AB"), (2, "CD"), (3, "E")):
        assert names(ask(client, selected("name") + BY_NAME, page=page, **asked)) == expected


@covers("paging by a linked column")
def test_sorted_by_a_linked_column_there_is_no_cookie(client):
    inside = selected("name") + link("<order attribute='lastname'/>", alias="who")
    answer = ask(client, inside, headers=ALL, count=2)
    assert f"{CRM}fetchxmlpagingcookie" not in answer.document
    assert answer.document[f"{CRM}morerecords"] is True
    following = ask(client, inside, headers=ALL, count=2, page=2)
    assert sorted(names(answer) + names(following)) == list("ABC")


@covers("paging with links")
@pytest.mark.parametrize("headers", [(), ALL])
def test_pages_of_repeated_rows_lose_none(client, headers):
    inside = selected("lastname") + (
        "<link-entity name='account' from='primarycontactid' to='contactid' alias='a'>"
        f"{selected('name')}{OURS}</link-entity>"
    )
    found = []
    for page in (1, 2, 3):
        answer = fetch(client, "contacts", document("contact", inside, count=1, page=page),
                       headers=headers)  # fmt: skip
        found += [row["a.name"] for row in answer.rows]
    assert sorted(found) == list("ABC")


@covers("next link")
@pytest.mark.parametrize("extra", ["", link(selected("lastname"), link_type="outer")])
def test_next_links_lead_through_the_pages(client, extra):
    answer = ask(client, selected("name") + BY_NAME + extra, count=2)
    found = names(answer)
    while answer.next_link:
        assert f"{CRM}morerecords" not in answer.document
        answer = client.follow(answer.next_link)
        found += names(answer)
    assert found == "ABCDE"


@covers("odata.maxpagesize")
def test_the_preferred_page_size_counts_where_the_query_has_none(client):
    prefer = (("prefer", "odata.maxpagesize=3"),)
    answer = ask(client, selected("name") + BY_NAME, headers=prefer)
    assert (names(answer), answer.header("Preference-Applied")) == ("ABC", "odata.maxpagesize=3")
    assert names(client.follow(answer.next_link)) == "DE"
    answer = ask(client, selected("name") + BY_NAME, headers=prefer, count=4)
    assert (names(answer), answer.header("Preference-Applied")) == ("ABCD", None)


@covers("fetch returntotalrecordcount", "$count")
def test_totals(client):
    answer = ask(client, selected("name"), headers=ALL, returntotalrecordcount="true", count=2)
    assert answer.document[f"{CRM}totalrecordcount"] == 5
    assert answer.document[f"{CRM}totalrecordcountlimitexceeded"] is False
    assert "@odata.count" not in answer.document
    answer = ask(client, selected("name"), query="&$count=true", count=2)
    assert answer.document["@odata.count"] == 5
    answer = ask(client, selected("name"), headers=ALL)
    assert answer.document[f"{CRM}totalrecordcount"] == -1
