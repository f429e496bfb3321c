"""The challenge of Dynamics: the 401 header that says where to sign in, and for what.

Bearer authorization_uri=https://host/tenant/oauth2/authorize, resource_id=https://org/

The service writes its values without quotes (which RFC 9110 11.2 does not allow for a URL);
some client libraries read only quoted ones. Both forms are written and read here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_AUTHORIZE = "/oauth2/authorize"
_MOST_LINES = 16
_LONGEST_LINE = 8192
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:,|\Z)')
_ESCAPE = re.compile(r"\\(.)")
_UNSAFE = re.compile(r'[\s,="\\]|[^\x21-\x7e]')


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a Bearer challenge says; `resource_id` is absent in the oldest form."""

    authorization_uri: str
    resource_id: str | None = None
    error: str | None = None
    description: str | None = None


def write(
    authority: str,
    resource: str,
    *,
    error: str | None = None,
    description: str | None = None,
    quoted: bool = False,
) -> str:
    """Write the value of WWW-Authenticate.

    `authority` is the tenant's address without `/oauth2/authorize`; an error and its
    description come first, as the service puts them. Raises ValueError when an address holds
    a character that would end an unquoted value. In the description such characters become
    blanks.
    """
    pairs = []
    if error is not None:
        pairs.append(("error", _address(error)))
    if description is not None:
        pairs.append(("error_description", _sentence(description)))
    pairs.append(("authorization_uri", _address(authority.rstrip("/") + _AUTHORIZE)))
    pairs.append(("resource_id", _address(resource)))
    form = '{}="{}"' if quoted else "{}={}"
    return "Bearer " + ", ".join(form.format(name, value) for name, value in pairs)


def read(header_lines: Iterable[str]) -> Challenge | None:
    """Read the WWW-Authenticate values of an answer, one string a line, and return the first
    Bearer challenge with an authorization_uri; None if there is none.

    Names in any letter case, values quoted or not, other schemes before or after. At most 16
    lines of 8 KiB are looked at.
    """
    for number, line in enumerate(header_lines):
        if number >= _MOST_LINES:
            break
        found = _read_line(line) if len(line) <= _LONGEST_LINE else None
        if found is not None:
            return found
    return None


def _address(value: str) -> str:
    if _UNSAFE.search(value):
        raise ValueError("an address in a challenge holds a character that would end it")
    return value


def _sentence(value: str) -> str:
    return " ".join(_UNSAFE.sub(" ", value).split())


def _read_line(line: str) -> Challenge | None:
    values: dict[str, str] = {}
    in_bearer = False
    for name, value in _parameters(line):
        scheme, _, rest = name.rpartition(" ")
        if scheme:
            if in_bearer and "authorization_uri" in values:
                break
            in_bearer, values = scheme.strip().lower() == "bearer", {}
        if in_bearer:
            values.setdefault(rest, value)
    address = values.get("authorization_uri")
    if not address:
        return None
    return Challenge(
        address, values.get("resource_id"), values.get("error"), values.get("error_description")
    )


def _parameters(line: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) in order; the first name of a challenge carries its scheme before it,
    and a scheme without parameters is passed over."""
    rest = line.strip()
    while rest:
        equals, comma = rest.find("="), rest.find(",")
        if equals < 0:
            return
        if 0 <= comma < equals:
            rest = rest[comma + 1 :].lstrip()
            continue
        name = " ".join(rest[:equals].split()).lower()
        after = rest[equals + 1 :].lstrip()
        match = _QUOTED.match(after)
        if match:
            value, rest = _ESCAPE.sub(r"\1", match[1]), after[match.end() :].lstrip()
        else:
            value, _, rest = after.partition(",")
            value, rest = value.strip(), rest.lstrip()
        if all(_TOKEN.match(word) for word in name.split(" ")):
            yield name, value
