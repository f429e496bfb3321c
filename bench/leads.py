"""The rows both sides serve: made up, the same at every run."""

import heapq
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
OWNERS = 50
PER_COMPANY = 25
"""Leads of one company."""
SAMPLES = 100
"""Keys and companies that are asked for in turn, about."""
PAGE_SIZE, PAGE = 50, 100
LEAST = 2_500
"""Rows below which there is too little of what is asked for."""
FIRST_DAY = datetime(2012, 1, 1, tzinfo=UTC)
DAYS = 3_650

_FIRST = ("Ada", "Bruno", "Chiara", "Dmitri", "Eva", "Femi", "Greta", "Hugo", "Ines", "Jonas")
_LAST = ("Almeida", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Grant", "Horak", "Ivanov")
_CITIES = ("Redmond", "Oslo", "Pune", "Lyon", "Recife", "Graz", "Turku", "Leeds")
_INTERESTS = ("new store", "service contract", "replacement parts", "trial order", "training")
_TEXT = "Met at the autumn fair; wants a visit before the end of the quarter and a written offer. "


def make(count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` leads with every column either side stores, `owner` a number below OWNERS."""
    source = random.Random(SEED)
    companies = max(1, count // PER_COMPANY)
    return (_lead(source, number, companies) for number in range(count))


def sample(count: int) -> "Sample":
    """Choose what is asked for among the leads that `make` yields."""
    keys, own, times = [], [], []
    for row in make(count):
        keys.append(row["leadid"])
        times.append(row["createdon"])
        if row["owner"] == 0:
            own.append(row["leadid"])
    companies = [company(number) for number in range(count // PER_COMPANY)]
    page = min(PAGE, count // PAGE_SIZE)
    start = (page - 1) * PAGE_SIZE
    return Sample(
        count,
        _spread(keys),
        _spread(own),
        _spread(companies),
        page,
        heapq.nsmallest(start + 1, times)[-1],
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """What is asked for among `count` leads.

    `own` are keys of leads that the demonstration service owns; the page of number `page`, in
    the order of creation, starts at the time `page_start`.
    """

    count: int
    keys: tuple[str, ...]
    own: tuple[str, ...]
    companies: tuple[str, ...]
    page: int
    page_start: str


def _spread(items: list[str]) -> tuple[str, ...]:
    return tuple(items[:: max(1, len(items) // SAMPLES)])


def company(number: int) -> str:
    """Return the name of a company."""
    first, second = _LAST[number % len(_LAST)], _LAST[number // len(_LAST) % len(_LAST)]
    return f"{first} & {second} {number:06d}"


def new(count: int) -> tuple[str, ...]:
    """Return the bodies of leads to insert; what they name is found by no list asked for."""
    return tuple(json.dumps(_new(number)) for number in range(count))


def changes(count: int) -> tuple[str, ...]:
    """Return bodies that change three columns, no two of them to the same values."""
    return tuple(
        json.dumps(
            {
                "jobtitle": f"Buyer {number}",
                "telephone1": f"555-03{number:04d}",
                "numberofemployees": number,
            }
        )
        for number in range(count)
    )


def _new(number: int) -> dict[str, Any]:
    return {
        "subject": f"Newcomer {number:05d}: training",
        "firstname": _FIRST[number % len(_FIRST)],
        "lastname": f"Aaby {number:05d}",
        "companyname": f"Newcomer {number:05d}",
        "jobtitle": "Purchasing Manager",
        "emailaddress1": f"newcomer.{number}@customer.example",
        "telephone1": f"555-04{number:04d}",
        "address1_city": "Tartu",
        "revenue": number * 12.5,
        "numberofemployees": number % 900,
        "description": _TEXT,
    }


def _lead(source: random.Random, number: int, companies: int) -> dict[str, Any]:
    first, last = source.choice(_FIRST), source.choice(_LAST)
    name = company(number % companies)
    created = FIRST_DAY + timedelta(seconds=source.randrange(DAYS * 86_400))
    return {
        "leadid": str(uuid.UUID(int=source.getrandbits(128), version=4)),
        "subject": f"{name}: {source.choice(_INTERESTS)}",
        "firstname": first,
        "lastname": f"{last} {number:07d}",
        "fullname": f"{first} {last} {number:07d}",
        "companyname": name,
        "jobtitle": None if number % 5 == 4 else "Purchasing Manager",
        "emailaddress1": None if number % 7 == 6 else f"{first.lower()}.{number}@customer.example",
        "telephone1": f"555-01{number % 10_000:04d}",
        "mobilephone": None if number % 3 == 2 else f"555-02{number % 10_000:04d}",
        "websiteurl": f"https://www{number}.customer.example/",
        "address1_line1": f"{number % 300} Main Street",
        "address1_city": source.choice(_CITIES),
        "address1_postalcode": f"{10_000 + number % 90_000}",
        "revenue": None if number % 11 == 10 else (number % 100_000) * 17.5,
        "numberofemployees": number % 900,
        "statecode": 0,
        "statuscode": 1,
        "createdon": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "modifiedon": f"{created + timedelta(days=number % 400):%Y-%m-%dT%H:%M:%SZ}",
        "description": _TEXT * (1 + number % 4),
        "owner": number % OWNERS,
    }
