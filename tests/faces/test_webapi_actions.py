"""Actions of many records through the Web API: their payloads, answers and refusals."""

import pytest

from support.estate import URL

PAYLOAD = (400, "0x80048d19")
ARGUMENT = (400, "0x80040203")
NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
CRM = "Microsoft.Dynamics.CRM."
TYPE = {"@odata.type": f"{CRM}account"}


def ask(client, verb, targets):
    payload = {} if targets is None else {"Targets": targets}
    return client.post(f"accounts/{CRM}{verb}Multiple", payload)


@pytest.mark.covers(
    "service: bound action",
    "service: unbound action",
    "message: CreateMultiple",
    "message: UpdateMultiple",
    "message: BulkDelete",
)
def test_many_are_created_changed_and_removed(client):
    made = ask(client, "Create", [{**TYPE, "name": f"Many {number}"} for number in range(3)])
    assert made.status == 200
    context = f"{URL}api/data/v9.2/$metadata#{CRM}CreateMultipleResponse"
    assert list(made.document) == ["@odata.context", "Ids"]
    assert made.document["@odata.context"] == context
    keys = made.document["Ids"]
    changes = [{"@odata.type": f"#{CRM}account", "accountid": key, "fax": "1"} for key in keys]
    changed = ask(client, "Update", changes)
    assert (changed.status, changed.body) == (204, b"")
    upserts = [{**TYPE, "@odata.id": f"accounts({key})", "fax": "2"} for key in (*keys, NOBODY)]
    upserted = ask(client, "Upsert", upserts)
    assert (upserted.status, upserted.body) == (204, b"")
    read = [client.get(f"accounts({key})").document["fax"] for key in (*keys, NOBODY)]
    assert read == ["2"] * 4
    removed = client.post("BulkDelete", job(condition("In", *keys, NOBODY)))
    assert removed.status == 200
    assert list(removed.document) == ["@odata.context", "JobId"]
    assert {client.get(f"accounts({key})").status for key in (*keys, NOBODY)} == {404}


def job(*conditions, table="account"):
    """Return the parameters the platform's Python client sends."""
    return {
        "JobName": "Bulk delete account records @ 2026-11-21T00:00:00Z",
        "SendEmailNotification": False,
        "ToRecipients": [],
        "CCRecipients": [],
        "RecurrencePattern": "",
        "StartDateTime": "2026-11-21T00:00:00Z",
        "QuerySet": [
            {
                "@odata.type": f"{CRM}QueryExpression",
                "EntityName": table,
                "ColumnSet": {
                    "@odata.type": f"{CRM}ColumnSet",
                    "AllColumns": False,
                    "Columns": [],
                },
                "Criteria": {
                    "@odata.type": f"{CRM}FilterExpression",
                    "FilterOperator": "And",
                    "Conditions": list(conditions),
                },
            }
        ],
    }


def condition(operator, *values, name="accountid"):
    return {
        "@odata.type": f"{CRM}ConditionExpression",
        "AttributeName": name,
        "Operator": operator,
        "Values": [{"Value": value, "Type": "System.Guid"} for value in values],
    }


@pytest.mark.parametrize(
    ("verb", "targets", "error", "said"),
    [
        ("Create", None, ARGUMENT, "Required field 'Targets' is missing for RequestName='Create"),
        ("Create", "x", PAYLOAD, "is not a list"),
        ("Create", [1], PAYLOAD, "is not a JSON object"),
        ("Create", [{"name": "x"}], PAYLOAD, "You must set the @odata.type property"),
        ("Create", [{"@odata.type": f"{CRM}accounts"}], PAYLOAD, f"'{CRM}accounts' could not be"),
        ("Create", [{"@odata.type": f"{CRM}contact"}], ARGUMENT, "Platform Name: contact"),
        ("Create", [TYPE, {"@odata.type": f"{CRM}contact"}], ARGUMENT, "Platform Name: contact"),
        ("Create", [{**TYPE, "nosuch": 1}], PAYLOAD, "The property 'nosuch' does not exist"),
        ("Update", [{**TYPE, "accountid": NOBODY}], (404, "0x80040217"), NOBODY),
        (
            "Upsert",
            [{**TYPE, "@odata.id": f"{URL}api/data/v9.2/accounts({NOBODY})"}],
            PAYLOAD,
            "must be relative",
        ),
        ("Upsert", [{**TYPE, "@odata.id": f"contacts({NOBODY})"}], PAYLOAD, "of 'contact'"),
    ],
)
def test_targets_that_are_refused(client, verb, targets, error, said):
    answer = ask(client, verb, targets)
    assert answer.error == error
    assert said in answer.document["error"]["message"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"QuerySet": []}, ARGUMENT),
        ({"JobName": ""}, (400, "0x80048457")),
        ({"JobName": 5}, PAYLOAD),
        ({"RunNow": "x"}, PAYLOAD),
        ({"SourceImportId": "x"}, PAYLOAD),
        ({"nosuch": 1}, PAYLOAD),
        ({"QuerySet": [5]}, PAYLOAD),
        ({"QuerySet": job(table="nosuch")["QuerySet"]}, (400, "0x80041102")),
        ({"QuerySet": job(condition("Null", name="nosuch"))["QuerySet"]}, (400, "0x80041103")),
        ({"QuerySet": job(condition("Sounds", "x"))["QuerySet"]}, PAYLOAD),
        ({"QuerySet": job(condition("Equal"))["QuerySet"]}, ARGUMENT),
        ({"QuerySet": job(condition("Equal", None))["QuerySet"]}, ARGUMENT),
        ({"QuerySet": job(condition("Null", NOBODY))["QuerySet"]}, ARGUMENT),
        ({"QuerySet": job(condition("Equal", "x"))["QuerySet"]}, (400, "0x80041139")),
        (
            {"QuerySet": job(condition("Equal", "x", name="primarycontactid"))["QuerySet"]},
            (400, "0x80041139"),
        ),
    ],
)
def test_jobs_that_are_refused(client, change, error):
    asked = {**job(condition("Equal", NOBODY)), **change}
    assert client.post("BulkDelete", asked).error == error
