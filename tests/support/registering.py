"""A program that registers services as the command line does, one step for each line it reads.

It says what is done, all of it, in one line of JSON when it is open and after each step: whoever
kills it knows what must be there. The settings of the estate are in its environment.
"""

import itertools
import json
import sys
from collections.abc import Iterator

from xrm.org import administration, keys
from xrm.org.organization import Organization
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.sts import registration

KEYED, PREFIX = "contact", "killed_k"
_COLUMNS = ("pager", "fax", "telephone3", "assistantname", "nickname")
"""Columns that no other writer fills."""


def steps(estate: Estate, name: str) -> Iterator[dict[str, str]]:
    """Register one service; yield what is known of it after each step."""
    made = registration.create_application(estate.sts, estate.tenant, name=name)
    done = {"client_id": str(made.application_id)}
    yield done
    secret = registration.add_secret(estate.sts, made, description=name)
    done["secret"] = secret.secret.reveal()
    yield done
    organization = estate.organization
    user = administration.create_application_user(organization, made.application_id)
    done["user"] = str(user)
    yield done
    administration.assign_role(organization, user, "Salesperson")
    done["role"] = "Salesperson"
    yield done
    done["key"] = str(define_key(organization))
    yield done
    done["signing"] = estate.sts.rotate_keys()[0].kid
    yield done


def number_of(key: str) -> int:
    """Return the number in the name of an alternate key this program defines, 0 for others."""
    return int(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else 0


def define_key(organization: Organization) -> int:
    """Define an alternate key and return its number; the one before it stays, others go."""
    there = {number_of(each.name) for each in keys.listing(organization, KEYED)}
    number = max(there, default=0) + 1
    column = _COLUMNS[number % len(_COLUMNS)]
    keys.define(organization, KEYED, f"{PREFIX}{number}", (column,))
    for old in there - {0, number - 1}:
        keys.remove(organization, KEYED, f"{PREFIX}{old}")
    return number


def main() -> None:
    """Say that the estate is open, and work until the input ends."""
    estate = Estate.open(Settings.load())
    say({})
    services = itertools.count(1)
    work = itertools.chain.from_iterable(steps(estate, f"Killed {n}") for n in services)
    for _ in sys.stdin:
        say(next(work))
    estate.close()


def say(done: dict[str, str]) -> None:
    """Write a line of JSON."""
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
