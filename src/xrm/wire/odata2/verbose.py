"""Entries, feeds, links and errors as JSON, and payloads from it (OData 2.0 JSON)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from xrm.wire.odata2.entries import Entry, Feed, Linked, Payload, Property
from xrm.wire.odata2.kinds import COMPLEX, qualified
from xrm.wire.odata2.values import write_json
from xrm.wire.odata4.errors import ODataError

_METADATA, _DEFERRED = "__metadata", "__deferred"
_NESTED = "Error processing request stream. The payload of '{}' is not a valid link."


def write_document(content: Any) -> bytes:
    """Return a document with its content under `d`, which keeps it from running as a script."""
    return orjson.dumps({"d": content})


def write_entry(entry: Entry, root: str) -> bytes:
    """Return the document of an entry; `root` is the service root, with a slash at its end."""
    return write_document(_entry(entry, root))


def write_feed(feed: Feed, root: str) -> bytes:
    """Return the document of a feed."""
    return write_document(_feed(feed, root))


def write_property(item: Property) -> bytes:
    """Return the document of one property."""
    return write_document({item.name: _value(item)})


def write_link(uri: str) -> bytes:
    """Return the document of one link."""
    return write_document({"uri": uri})


def write_links(uris: Sequence[str], total: int | None, following: str | None) -> bytes:
    """Return the document of links; `total` counts those of all pages."""
    content: dict[str, Any] = {} if total is None else {"__count": str(total)}
    content["results"] = [{"uri": uri} for uri in uris]
    return write_document(content if following is None else {**content, "__next": following})


def write_sets(names: Sequence[str]) -> bytes:
    """Return the service document."""
    return write_document({"EntitySets": list(names)})


def write_error(code: str, message: str) -> bytes:
    """Return the error document."""
    content = {"code": code, "message": {"lang": "en-US", "value": message}}
    return orjson.dumps({"error": content})


def _entry(entry: Entry, root: str) -> dict[str, Any]:
    uri = root + entry.path
    content: dict[str, Any] = {_METADATA: {"uri": uri, "type": qualified(entry.kind)}}
    for item in entry.properties:
        content[item.name] = _value(item)
    for link in entry.links:
        if not link.expanded:
            content[link.name] = {_DEFERRED: {"uri": f"{uri}/{link.name}"}}
        elif isinstance(link.inline, Feed):
            content[link.name] = _feed(link.inline, root)
        else:
            content[link.name] = None if link.inline is None else _entry(link.inline, root)
    return content


def _feed(feed: Feed, root: str) -> dict[str, Any]:
    content: dict[str, Any] = {} if feed.total is None else {"__count": str(feed.total)}
    content["results"] = [_entry(entry, root) for entry in feed.entries]
    if feed.next is not None:
        content["__next"] = feed.next
    return content


def _value(item: Property) -> Any:
    if item.kind not in COMPLEX:
        return write_json(item.kind, item.value)
    members = COMPLEX[item.kind]
    return {
        _METADATA: {"type": qualified(item.kind)},
        **{name: write_json(members[name], value) for name, value in item.value.items()},
    }


def read_payload(content: Mapping[str, Any]) -> Payload:
    """Return the record a JSON object describes; links are still among its values.

    Raises ODataError for metadata of another form.
    """
    metadata = content.get(_METADATA, {})
    if not isinstance(metadata, dict):
        raise ODataError(f"Error processing request stream. '{_METADATA}' is not an object.")
    kind, uri = metadata.get("type"), metadata.get("uri")
    if not isinstance(kind, str | None) or not isinstance(uri, str | None):
        raise ODataError(f"Error processing request stream. '{_METADATA}' is not valid.")
    values = {name: value for name, value in content.items() if name != _METADATA}
    return Payload(kind, uri, values)


def read_linked(name: str, raw: Any) -> Linked | None:
    """Return what the value of a navigation property leads to, None where it is only deferred.

    Raises ODataError for what is neither an object nor a list of objects.
    """
    if isinstance(raw, dict) and _DEFERRED in raw:
        return None
    if isinstance(raw, dict) and isinstance(raw.get("results"), list):
        raw = raw["results"]
    if isinstance(raw, list):
        return Linked(many=True, records=tuple(_nested(name, each) for each in raw))
    records = () if raw is None else (_nested(name, raw),)
    return Linked(many=False, records=records)


def _nested(name: str, raw: Any) -> Payload:
    if not isinstance(raw, dict):
        raise ODataError(_NESTED.format(name[:100]))
    return read_payload(raw)
