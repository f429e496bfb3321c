"""Names of the SDK as Python has them: `PrincipalAccess` is `principal_access`."""

import re
from functools import cache
from keyword import iskeyword

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def snake(name: str) -> str:
    """Return a member's name in lower case, its words parted; a keyword gets a line behind it."""
    text = _WORDS.sub("_", name.replace("OData", "Odata")).lower()
    return f"{text}_" if iskeyword(text) else text
