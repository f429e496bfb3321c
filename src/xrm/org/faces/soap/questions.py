"""Questions that were read before: programs ask the same ones again and again.

The Web API remembers questions by their addresses in the same way.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from lxml import etree

from xrm.model.message import Message
from xrm.model.metadata import Catalogue
from xrm.org.faces.soap.endpoint import Asked
from xrm.org.faces.soap.operations import Given, read_operation

_REMEMBERED = frozenset({"RetrieveMultiple"})
"""Operations whose messages hold nothing but a question, which nobody changes."""
_MOST, _LONGEST = 500, 8 * 1024


class Read(NamedTuple):
    """What the wrapper of an operation holds, and the message it asks for."""

    given: Given
    message: Message


class Questions:
    """Reads what envelopes ask of one organization; questions are remembered by their text."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: OrderedDict[bytes, Read] = OrderedDict()
        self._lock = Lock()

    def read(self, asked: Asked) -> Read:
        """Return what is asked. Raises SoapFault and ServiceError for what is wrong with it."""
        if asked.operation.name not in _REMEMBERED:
            return self._read(asked)
        # The text has the declarations of all prefixes in scope, which values may use.
        text: bytes = etree.tostring(asked.wrapper, with_tail=False)
        if len(text) > _LONGEST:
            return self._read(asked)
        known = self._known.get(text)
        return self._remember(text, self._read(asked)) if known is None else known

    def _read(self, asked: Asked) -> Read:
        given = asked.given()
        return Read(given, read_operation(self._catalogue, asked.operation.name, given))

    def _remember(self, text: bytes, read: Read) -> Read:
        with self._lock:
            self._known[text] = read
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return read
