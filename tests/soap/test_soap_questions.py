"""Questions asked again: the answer is today's, and the asker's own, and to this very text."""

from support.estate import Estate
from support.soap_elements import DATA, columns, condition, criteria, expression, string
from support.soaping import Soap, action_of, envelope


def accounts_named(name: str) -> str:
    """Return a question for accounts, as one and the same text."""
    tests = criteria(condition("name", "Equal", string(name)))
    return expression("account", columns("name"), tests).element("query")


def test_what_is_asked_again_is_looked_up_again(soap: Soap) -> None:
    question = accounts_named("Asked again")
    assert soap.call("RetrieveMultiple", question).entities == []
    key = soap.created("account", {"name": string("Asked again")})
    found = soap.call("RetrieveMultiple", question).entities
    assert found == [{"accountid": key, "name": "Asked again"}]
    assert soap.delete("account", key).status == 200
    assert soap.call("RetrieveMultiple", question).entities == []


def test_each_asker_is_answered_by_their_own_rights(soap: Soap, estate: Estate) -> None:
    question = accounts_named("Seen by some")
    key = soap.created("account", {"name": string("Seen by some")})
    nobody = Soap(estate.user(name="Nobody"))
    for _ in range(2):
        found = soap.call("RetrieveMultiple", question).entities
        assert [each["accountid"] for each in found] == [key]
        assert nobody.call("RetrieveMultiple", question).code == "0x80040220"


def test_a_text_whose_prefixes_mean_something_else_is_another_question(soap: Soap) -> None:
    document = envelope(
        f'<RetrieveMultiple xmlns="{DATA}/Services">{accounts_named("Prefixed")}</RetrieveMultiple>'
    )
    headers = (
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", f'"{action_of("RetrieveMultiple")}"'),
    )
    elsewhere = document.replace(f'xmlns:a="{DATA}"'.encode(), b'xmlns:a="urn:elsewhere"')
    assert soap.post(document, headers).entities == []
    assert soap.post(elsewhere, headers).subcode == "DeserializationFailed"
    assert soap.post(document, headers).entities == []
