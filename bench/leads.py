"""The rows both sides serve: made up, the same at every run."""

import json
import random
import uuid
from pathlib import Path
from typing import Any

SEED = 20_16

COLUMNS = (
    "leadid",
    "subject",
    "firstname",
    "lastname",
    "fullname",
    "companyname",
    "jobtitle",
    "emailaddress1",
    "telephone1",
    "mobilephone",
    "websiteurl",
    "address1_line1",
    "address1_city",
    "address1_postalcode",
    "revenue",
    "numberofemployees",
    "statecode",
    "statuscode",
    "createdon",
    "description",
)
LIST_COLUMNS = COLUMNS[:10]
# What a caller may not write: the organization fills these in itself.
FILLED_IN = frozenset({"fullname", "statecode", "statuscode", "createdon", "modifiedon", "ownerid"})

_FIRST = ("Ada", "Bruno", "Chiara", "Dmitri", "Eva", "Femi", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Almeida", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Grant", "Horak", "Ivanov")
_CITIES = ("Redmond", "Oslo", "Pune", "Lyon", "Recife", "Graz", "Turku", "Leeds")
_INTERESTS = ("new store", "service contract", "replacement parts", "trial order", "training")
_TEXT = "Met at the autumn fair; wants a visit before the end of the quarter and a written offer. "


def make(count: int) -> list[dict[str, Any]]:
    """Make `count` leads with every column either side stores."""
    source = random.Random(SEED)
    return [_lead(source, number) for number in range(count)]


def write_json(rows: list[dict[str, Any]], file: Path) -> None:
    """Write the rows where a peer's filling script reads them."""
    file.write_text(json.dumps(rows), encoding="utf-8")


def writable(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out the columns that the organization fills in itself."""
    return {name: value for name, value in row.items() if name not in FILLED_IN}


def _lead(source: random.Random, number: int) -> dict[str, Any]:
    first, last = source.choice(_FIRST), source.choice(_LAST)
    company = f"{last} & {source.choice(_LAST)} {number:05d}"
    return {
        "leadid": str(uuid.UUID(int=source.getrandbits(128), version=4)),
        "subject": f"{company}: {source.choice(_INTERESTS)}",
        "firstname": first,
        "lastname": f"{last} {number:05d}",
        "fullname": f"{first} {last} {number:05d}",
        "companyname": company,
        "jobtitle": "Purchasing Manager",
        "emailaddress1": f"{first.lower()}.{number}@customer.example",
        "telephone1": f"555-01{number % 100:02d}",
        "mobilephone": f"555-02{number % 100:02d}",
        "websiteurl": f"https://www{number}.customer.example/",
        "address1_line1": f"{number % 300} Main Street",
        "address1_city": source.choice(_CITIES),
        "address1_postalcode": f"{10_000 + number}",
        "revenue": number * 17.5,
        "numberofemployees": number % 900,
        "statecode": 0,
        "statuscode": 1,
        "createdon": "2016-11-02T10:11:12Z",
        "modifiedon": "2017-03-04T05:06:07Z",
        "description": _TEXT * 3,
        "ownerid": "6f0c2a4e-8b1d-4c3e-9a5f-7d6e5c4b3a29",
    }
