"""OrganizationData.svc's outer forms: what is accepted, versions, proof of identity, errors."""

import pytest

from support.estate import Client
from support.organization_data import JSON, ROOT, Data
from xrm.model.errors import service
from xrm.org import pipeline
from xrm.wire.http import Headers

NOBODY = "00000000-0000-0000-0000-000000000001"
ACCEPTED = [
    ("application/json", "json"),
    ("application/json;odata=verbose", "json"),
    ("application/json, text/javascript, */*; q=0.01", "json"),
    ("*/*;q=0.1,application/json;q=0.9", "json"),
    ("application/json;q=0.5,application/atom+xml", "atom"),
    ("application/atom+xml,application/xml", "atom"),
    ("*/*", "atom"),
    ("", "atom"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "atom"),
    ("application/json;odata=minimalmetadata", None),
    ("text/html", None),
    ("application/json;q=0", None),
]


@pytest.mark.covers("odata2: Accept")
@pytest.mark.parametrize(("accept", "form"), ACCEPTED, ids=[accept for accept, _ in ACCEPTED])
def test_the_form_is_what_is_accepted(data: Data, accept: str, form: str | None) -> None:
    said = data.send("GET", "AccountSet", "$top=1", headers=(("accept", accept),))
    kind = (said.header("Content-Type") or "").split(";")[0]
    if form is None:
        assert said.error[:2] == (415, "")
    else:
        assert kind == ("application/json" if form == "json" else "application/atom+xml")
        assert said.header("DataServiceVersion") == "2.0;"


@pytest.mark.parametrize("kind", ["text/plain", "", "multipart/form-data", "application/jsonx"])
def test_bodies_of_another_kind(data: Data, kind: str) -> None:
    headers = (JSON, ("content-type", kind))
    assert data.send("POST", "AccountSet", headers=headers, body=b"{}").error[0] == 415


@pytest.mark.covers("odata2: DataServiceVersion", "odata2: MaxDataServiceVersion")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((("dataserviceversion", "1.0"), ("maxdataserviceversion", "2.0")), 200),
        ((("dataserviceversion", "2.0;NetFx"), ("maxdataserviceversion", "3.0;NetFx")), 200),
        ((("dataserviceversion", "3.0"),), 400),
        ((("maxdataserviceversion", "1.0"),), 400),
        ((("dataserviceversion", "two"),), 400),
    ],
)
def test_versions(data: Data, headers: Headers, status: int) -> None:
    assert data.send("GET", "AccountSet", "$top=1", headers=(JSON, *headers)).status == status


@pytest.mark.covers("odata2: REQ_ID")
def test_every_answer_is_told_apart_and_kept_by_nobody(data: Data) -> None:
    for said in (data.get("AccountSet", top=1), data.get("nothing"), data.post("AccountSet", {})):
        assert said.header("REQ_ID")
        assert said.header("Cache-Control") == "no-cache"
        assert said.header("Allow") == "OPTIONS,GET,HEAD,POST"


@pytest.mark.covers("odata2: 401", "odata2: no CORS")
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "MERGE"])
def test_without_a_token_the_authority_is_named(data: Data, method: str) -> None:
    nobody = Data(Client(data.client.estate))
    preflight = (("origin", "https://x.example"), ("access-control-request-method", "GET"))
    said = nobody.send(method, "AccountSet", headers=preflight)
    challenge = said.header("WWW-Authenticate") or ""
    assert said.status == 401
    assert challenge.startswith("Bearer authorization_uri=https://localhost:8443/")
    assert challenge.endswith("resource_id=https://localhost:8444/")
    forged = Data(Client(data.client.estate, "x.y.z"))
    assert "error=invalid_token" in (forged.get("").header("WWW-Authenticate") or "")


def test_who_is_no_user_learns_nothing_else(data: Data) -> None:
    estate = data.client.estate
    stranger = Data(Client(estate, estate.token(estate.register("Stranger"))))
    for path in ("", "$metadata", "AccountSet", "nothing", "AccountSet(x)"):
        assert stranger.get(path).error[:2] == (403, str(0x80072560 - 2**32))


@pytest.mark.covers("odata2: MSCRMCallerID")
def test_a_request_runs_in_the_name_of_another(data: Data) -> None:
    estate = data.client.estate
    other = estate.user("Salesperson", name="Other")
    header = ("mscrmcallerid", str(other.user_id))
    record = data.post("AccountSet", {"Name": "Of another"}, header).d
    assert record["CreatedBy"]["Id"] == str(other.user_id)
    assert record["CreatedOnBehalfBy"]["Id"] == str(data.client.user_id)
    assert data.post("AccountSet", {}, ("mscrmcallerid", "x")).error[0] == 400


@pytest.mark.covers("odata2: errors")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=pytest.mark.covers(f"error: {fault.hex} odata2"), id=fault.name)
        for fault in service.CATALOGUE
    ],
)
def test_every_error_has_its_dress(
    data: Data, monkeypatch: pytest.MonkeyPatch, fault: service.Fault
) -> None:
    def refuse(*_: object) -> None:
        raise service.ServiceError(fault, "Refused: <&> é")

    monkeypatch.setattr(pipeline, "execute", refuse)
    signed = fault.code - 2**32 if fault.code >= 2**31 else fault.code
    # Two codes are the Web API's alone; here their errors have none.
    code = "" if fault.hex in ("0x80060888", "0x80048d19") else str(signed)
    for atom in (False, True):
        said = data.get("AccountSet", atom=atom)
        assert said.error == (fault.status, code, "Refused: <&> é")


def test_what_nobody_foresaw_tells_nothing(
    data: Data, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(pipeline, "execute", fail)
    said = data.get("AccountSet")
    assert said.error[0] == 500
    assert b"secret" not in said.body
    assert "secret" in caplog.text


@pytest.mark.covers("odata2: no message execution")
def test_the_other_doors_stay_closed(data: Data) -> None:
    """Documented: no messages are executed here, and definitions of entities are no data."""
    for path in ("WhoAmI", "WhoAmI()", "EntityMetadataSet", "AccountSet(guid'x')/WhoAmI"):
        assert data.get(path).status in (400, 404)
        assert data.post(path, {}).status in (400, 404)
    assert data.send("GET", ROOT + "../../data/v9.2/accounts").status == 404
