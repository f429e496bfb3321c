"""Stamps: the version of all definitions, and when it was told, for clients that keep a copy.

What was deleted is not remembered: a copy of any other version than this one must be read anew.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zlib import crc32

from xrm.model.errors import service
from xrm.org.context import Context
from xrm.org.definitions.tables import Facts

KEPT = timedelta(days=90)
"""How long the service remembers what was deleted."""
_STAMP = re.compile(r"(?P<version>\d{1,20})!(?P<time>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)", re.ASCII)
_FORM = "%m/%d/%Y %H:%M:%S"


def version_of(context: Context, facts: Facts) -> str:
    """Return a number that differs where anything does that definitions tell, as text."""
    keys = sorted(key.id for keys in facts.keys.values() for key in keys)
    languages = (str(each.lcid) for each in facts.wording.languages)
    parts = (context.organization.metadata_version, *keys, *languages)
    return str(crc32("\n".join(parts).encode()))


def stamp_of(context: Context, version: str) -> str:
    """Return the stamp of a version told now."""
    return f"{version}!{context.now().strftime(_FORM)}"


def check_stamp(context: Context, version: str, stamp: str) -> None:
    """Check that what a client has is of this version.

    Raises ServiceError 0x80044352 if it is of another one or too old, 0x80044183 for what is
    no stamp.
    """
    known, told = _read(stamp)
    if known != version or context.now() - told > KEPT:
        raise service.ServiceError(
            service.EXPIRED_VERSION_STAMP,
            "Version stamp associated with the client has expired. Please perform a full sync.",
        )


def _read(stamp: str) -> tuple[str, datetime]:
    match = _STAMP.fullmatch(stamp)
    if match is not None:
        with suppress(ValueError):
            return match["version"], datetime.strptime(match["time"], _FORM).replace(tzinfo=UTC)
    raise service.ServiceError(service.METADATA_QUERY, "Invalid version stamp")
