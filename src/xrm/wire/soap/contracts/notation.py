"""How the tables of contracts are written: members as `Name type, Name type`, in wire order.

A type with an exclamation mark is one that cannot be nil, such as a number .NET has no null for.
The namespaces are those that later versions of the SDK put their additions in.
"""

from xrm.wire.soap.contract import Contract, Member, Shape

METADATA_2013 = "http://schemas.microsoft.com/xrm/2013/Metadata"
METADATA_7_1 = "http://schemas.microsoft.com/xrm/7.1/Metadata"
METADATA_9_0 = "http://schemas.microsoft.com/xrm/9.0/Metadata"
XRM_7_1 = "http://schemas.microsoft.com/xrm/7.1/Contracts"
XRM_8_0 = "http://schemas.microsoft.com/xrm/8.0"


def struct(name: str, namespace: str, members: str, *, base: str | None = None) -> Contract:
    """Return a contract of members, which come after those of its base."""
    return Contract(name, namespace, _members(members), base)


def array(name: str, namespace: str, member: str) -> Contract:
    """Return a contract that repeats one member."""
    return Contract(name, namespace, _members(member), shape="list")


def pairs(name: str, namespace: str, pair: str, members: str) -> Contract:
    """Return a contract of keys and values: `members` are these two, `pair` their element."""
    return Contract(name, namespace, _members(members), shape="pairs", pair=pair)


def enumeration(name: str, namespace: str, words: str) -> Contract:
    """Return an enumeration of words, written with blanks between them."""
    return _words(name, namespace, words, "enumeration")


def flags(name: str, namespace: str, words: str) -> Contract:
    """Return an enumeration of which a value may have several words."""
    return _words(name, namespace, words, "flags")


def _words(name: str, namespace: str, words: str, shape: Shape) -> Contract:
    return Contract(name, namespace, shape=shape, words=tuple(words.split()))


def _members(text: str) -> tuple[Member, ...]:
    parts = (part.split() for part in text.split(",") if part.strip())
    return tuple(Member(name, kind.rstrip("!"), not kind.endswith("!")) for name, kind in parts)
