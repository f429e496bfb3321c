"""Messages by Execute: several in one, and those whose values have types of their own."""

from typing import Any

import pytest

from support.estate import Estate
from support.rights import make_number_a_key
from support.soap_elements import (
    DATA,
    Given,
    Typed,
    entity,
    expression,
    option,
    reference,
    request,
    simple,
    string,
)
from support.soaping import Reply, Soap, attributes, plain, results, type_of
from xrm.org.messages import HANDLERS

MULTIPLE = "http://schemas.microsoft.com/xrm/2012/Contracts"
NEW = {"Target": entity("account", {"name": string("New")})}
BAD = {"Target": entity("account", {"nosuch": string("x")})}
LATE = {"Target": entity("account", {"name": string("x" * 500)})}


def several(*requests: Typed) -> Typed:
    content = "".join(
        f'<l:OrganizationRequest i:type="{each.type}">{each.content}</l:OrganizationRequest>'
        for each in requests
    )
    return Typed("l:OrganizationRequestCollection", content)


def settings(*, go_on: bool, told: bool) -> Typed:
    return Typed(
        "l:ExecuteMultipleSettings",
        f"<l:ContinueOnError>{str(go_on).lower()}</l:ContinueOnError>"
        f"<l:ReturnResponses>{str(told).lower()}</l:ReturnResponses>",
    )


def multiple(soap: Soap, *requests: Typed, go_on: bool = True, told: bool = True) -> list[Any]:
    """Return what became of each: the index, and the code of a fault or the response's name."""
    given = {"Requests": several(*requests), "Settings": settings(go_on=go_on, told=told)}
    reply = soap.execute("ExecuteMultiple", given, kind="a:ExecuteMultipleRequest")
    return [_item(each) for each in _held(reply, "Responses")]


def _held(reply: Reply, name: str) -> Any:
    pairs = reply.result.find(f"{{{DATA}}}Results")
    assert pairs is not None
    return next(pair[1] for pair in pairs if pair[0].text == name)


def _item(element: Any) -> tuple[int, str]:
    fault, index, response = (
        element.find(f"{{{MULTIPLE}}}{name}") for name in ("Fault", "RequestIndex", "Response")
    )
    code = fault.findtext(f"{{{DATA}}}ErrorCode")
    said = response.findtext(f"{{{DATA}}}ResponseName")
    return int(index.text), said if code is None else f"0x{int(code) & 0xFFFFFFFF:08x}"


@pytest.mark.covers("message: ExecuteMultiple")
def test_each_of_several_requests_is_answered(soap: Soap) -> None:
    asked = (
        request("Create", NEW),
        request("Create", BAD),
        request("Create", LATE),
        request("NoSuch"),
        request("WhoAmI", kind="c:WhoAmIRequest"),
        request("ExecuteMultiple", {"Requests": several()}),
    )
    assert multiple(soap, *asked) == [
        (0, "Create"),
        (1, "0x80041103"),
        (2, "0x80044331"),
        (3, "0x80040800"),
        (4, "WhoAmI"),
        (5, "0x80040315"),
    ]
    assert multiple(soap, *asked, told=False) == [
        (1, "0x80041103"),
        (2, "0x80044331"),
        (3, "0x80040800"),
        (5, "0x80040315"),
    ]
    assert multiple(soap, *asked, go_on=False) == [(0, "Create"), (1, "0x80041103")]


def test_the_answers_of_several_tell_their_types(soap: Soap) -> None:
    given = {"Requests": several(request("WhoAmI")), "Settings": settings(go_on=True, told=True)}
    reply = soap.execute("ExecuteMultiple", given, kind="a:ExecuteMultipleRequest")
    held = _held(reply, "Responses")
    response = held[0].find(f"{{{MULTIPLE}}}Response")
    assert type_of(response).endswith("}WhoAmIResponse")
    assert _held(reply, "IsFaulted").text == "false"
    assert len(results(reply)) == 2


@pytest.mark.covers("message: ExecuteTransaction", "soap fault: ExecuteTransactionFault")
def test_a_transaction_keeps_all_or_nothing(soap: Soap) -> None:
    def count() -> int:
        return len(soap.query(expression("account")).entities)

    before = count()
    for second, code in ((BAD, "0x80041103"), (LATE, "0x80044331")):
        requests = several(request("Create", NEW), request("Create", second))
        reply = soap.execute("ExecuteTransaction", {"Requests": requests})
        assert reply.status == 500
        detail = reply.body.find(f".//{{{DATA}}}OrganizationServiceFault")
        assert detail is not None
        assert type_of(detail).endswith("7.1/Contracts}ExecuteTransactionFault")
        found = plain(detail)
        assert int(found["ErrorCode"]) & 0xFFFFFFFF == int(code, 16)
        assert found["FaultedRequestIndex"] == "1"
    assert count() == before
    good = {
        "Requests": several(request("Create", NEW), request("Create", NEW)),
        "ReturnResponses": simple("boolean", "true"),
    }
    reply = soap.execute("ExecuteTransaction", good)
    names = [each.findtext(f"{{{DATA}}}ResponseName") for each in _held(reply, "Responses")]
    assert (names, count()) == (["Create", "Create"], before + 2)


@pytest.mark.covers(
    "message: CreateMultiple",
    "message: UpdateMultiple",
    "message: UpsertMultiple",
    "soap value: Entity",
    "soap value: EntityCollection",
)
def test_records_are_written_together(soap: Soap) -> None:
    def together(name: str, *targets: Typed) -> Reply:
        inner = "".join(f"<a:Entity>{each.content}</a:Entity>" for each in targets)
        content = f"<a:Entities>{inner}</a:Entities><a:EntityName>account</a:EntityName>"
        return soap.execute(name, {"Targets": Typed("a:EntityCollection", content)})

    made = together("CreateMultiple", *(entity("account", {"name": string(n)}) for n in "ab"))
    keys = [each.text for each in _held(made, "Ids")]
    assert len(set(keys)) == 2
    changed = [entity("account", {"name": string("c")}, key=key) for key in keys]
    assert results(together("UpdateMultiple", *changed)) == {}
    found = attributes(soap.retrieve("account", keys[1], "name").result)
    assert found["name"] == "c"
    again = together("UpsertMultiple", changed[0])
    assert plain(_held(again, "Results"))["UpsertResponse"]["ResponseName"] == "Upsert"


@pytest.mark.covers(
    "message: GrantAccess", "message: RevokeAccess", "message: RetrievePrincipalAccess"
)
def test_access_is_shared_by_words(estate: Estate, soap: Soap) -> None:
    friend = reference("systemuser", estate.user("Salesperson", name="Friend").user_id)
    target = reference("account", soap.created("account", {"name": string("Shared")}))
    mask = "<c:AccessMask>ReadAccess WriteAccess</c:AccessMask>"
    access = Typed("c:PrincipalAccess", f"{mask}<c:Principal>{friend.content}</c:Principal>")
    given: dict[str, Given] = {"Target": target, "PrincipalAccess": access}
    assert soap.execute("GrantAccess", given, kind="c:GrantAccessRequest").status == 200
    asked: dict[str, Given] = {"Target": target, "Principal": friend}

    def held() -> set[str]:
        return set(results(soap.execute("RetrievePrincipalAccess", asked))["AccessRights"].split())

    assert {"ReadAccess", "WriteAccess"} <= held()
    assert soap.execute("RevokeAccess", {"Target": target, "Revokee": friend}).status == 200
    assert "WriteAccess" not in held()
    wrong = Typed("c:PrincipalAccess", "<c:AccessMask>AllAccess</c:AccessMask>")
    reply = soap.execute("GrantAccess", {"Target": target, "PrincipalAccess": wrong})
    assert reply.subcode == "DeserializationFailed"


@pytest.mark.covers("message: SetState", "message: Assign", "message: RetrieveVersion")
def test_older_messages_take_their_own_values(estate: Estate, soap: Soap) -> None:
    key = soap.created("account", {"name": string("Old")})
    moniker = reference("account", key)
    state: dict[str, Given] = {"EntityMoniker": moniker, "State": option(1), "Status": option(2)}
    assert soap.execute("SetState", state, kind="c:SetStateRequest").status == 200
    assert attributes(soap.retrieve("account", key, "statecode").result)["statecode"] == {
        "Value": "1"
    }
    user = estate.user("Salesperson", name="Owner").user_id
    assign: dict[str, Given] = {"Target": moniker, "Assignee": reference("systemuser", user)}
    assert soap.execute("Assign", assign).status == 200
    owner = attributes(soap.retrieve("account", key, "ownerid").result)["ownerid"]
    assert owner["Id"] == str(user)
    assert results(soap.execute("RetrieveVersion"))["Version"].startswith("9.")


@pytest.mark.covers("soap value: KeyAttributes")
def test_a_record_is_named_by_an_alternate_key(estate: Estate, soap: Soap) -> None:
    make_number_a_key(estate)
    key = soap.created("account", {"accountnumber": string("N1"), "name": string("Keyed")})
    named = {"accountnumber": string("N1")}
    assert soap.update("account", {"name": string("Found")}, keys=named).status == 200
    found = attributes(soap.retrieve("account", key, "name").result)
    assert found["name"] == "Found"
    holder = soap.created("contact", {"parentcustomerid": reference("account", keys=named)})
    row = attributes(soap.retrieve("contact", holder, "parentcustomerid").result)
    assert row["parentcustomerid"]["Id"] == key
    missing = {"accountnumber": string("N2")}
    assert soap.update("account", {}, keys=missing).code == "0x80060891"
    assert soap.update("account", {}, keys={"name": string("x")}).code == "0x80060888"
    assert soap.execute("Delete", {"Target": reference("account", keys=named)}).status == 200


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_no_message_breaks_without_its_parameters(soap: Soap, name: str) -> None:
    """Each is answered or refused: never with the fault of what nobody foresaw."""
    for kind in ("a:OrganizationRequest", *_typed(name)):
        reply = soap.execute(name, kind=kind)
        assert reply.status == 200 or reply.code != "0x00000000"


def _typed(name: str) -> list[str]:
    prefix = {"xrm": "a", "crm": "c"}.get(HANDLERS[name].declaration.namespace)
    return [] if prefix is None else [f"{prefix}:{name}Request"]
