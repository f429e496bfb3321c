"""What is done with keys, counted: an oracle is told by the work, never by a clock."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from xrm.wire import xmlenc
from xrm.wire.xmldsig import enveloped

_CIPHER_VALUE = "{http://www.w3.org/2001/04/xmlenc#}CipherValue"


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of what is done from now on: "unwrap", "parsed", "signed_by"."""
    done: list[str] = []

    def watch(module: Any, name: str) -> None:
        plain = getattr(module, name)

        def called(*given: Any, **more: Any) -> Any:
            done.append(name.strip("_"))
            return plain(*given, **more)

        monkeypatch.setattr(module, name, called)

    watch(xmlenc, "_unwrap")
    watch(xmlenc, "_parsed")
    watch(enveloped, "_signed_by")
    return done


def broken(element: etree._Element, which: int, change: Callable[[bytes], bytes]) -> etree._Element:
    """Return an EncryptedData with another key (0) or other content (1)."""
    element = etree.fromstring(etree.tostring(element, with_tail=False))
    value = list(element.iter(_CIPHER_VALUE))[which]
    value.text = base64.b64encode(change(base64.b64decode(value.text or ""))).decode()
    return element


def flipped(place: int) -> Callable[[bytes], bytes]:
    """Return a change of one bit."""

    def change(octets: bytes) -> bytes:
        return octets[:place] + bytes([octets[place] ^ 1]) + octets[place:][1:]

    return change


def cut_off(octets: bytes) -> bytes:
    """Return octets without their last block."""
    return octets[:-16]
