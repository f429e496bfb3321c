"""The global discovery service: /api/discovery/v2.0/Instances, with CORS as the Web API has it."""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import orjson

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.model.ports import random_ids
from xrm.model.values import read_guid
from xrm.org.callers import NotAuthenticated
from xrm.org.faces import challenging
from xrm.org.faces.discovery.rows import TYPES, metadata, row
from xrm.org.faces.webapi import answers
from xrm.org.ports import Instances
from xrm.wire.http import Lane, Request, Response, Route
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Name, read_filter
from xrm.wire.odata4.matching import fits
from xrm.wire.odata4.options import Options, read_options

log = logging.getLogger("xrm.discovery")

_PATH = re.compile(r"/api/discovery/v(?P<version>[129]\.[0-9])(?P<rest>/.*)?", re.IGNORECASE)
_KEYED = re.compile(r"/Instances\((?P<key>[^/]*)\)")
_NAMED = re.compile(r"(?P<name>[A-Za-z]+)\s*=\s*'(?P<text>(?:[^']|'')*)'")
_SET = "/Instances"
_UNSUPPORTED = ("order", "top", "skiptoken")


class GlobalDiscovery:
    """The service of one server, for every tenant that has an organization there."""

    def __init__(self, instances: Instances, *, inline: bool) -> None:
        self._instances = instances
        lane: Lane = "inline" if inline else "pool"
        self._route = Route(self.handle, lane, 0)

    def route(self, _head: Request) -> Route:
        """Return where a request runs."""
        return self._route

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        if request.method == "OPTIONS":
            return answers.preflight(request)
        request_id = random_ids()
        try:
            return self._answer(request, request_id)
        except NotAuthenticated as error:
            known = self._instances
            return challenging.challenged(
                known.authority,
                known.resource,
                error.reason,
                answers.CORS,
                quoted=known.quoted_challenge,
            )
        except ODataError as error:
            return answers.error_document(service.URI, str(error), request_id)
        except service.ServiceError as error:
            return answers.refusal(error, request_id)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("request %s failed", request_id)
            text = f"An unexpected error occurred. Request id: {request_id}"
            return answers.error_document(service.UNEXPECTED, text, request_id)

    def _answer(self, request: Request, request_id: UUID) -> Response:
        found = [row(each) for each in self._instances.of_bearer(request)]
        path = _PATH.fullmatch(unquote(request.path))
        if path is None:
            raise _nowhere(request)
        if request.method != "GET":
            raise service.ServiceError(
                service.METHOD_NOT_ALLOWED,
                f"The requested resource does not support http method '{request.method[:20]}'.",
            )
        base = f"{self._instances.resource}api/discovery/v{path['version']}/"
        rest = path["rest"] or "/"
        if rest == "/$metadata":
            xml = answers.text(metadata(), request_id)
            kept = tuple(line for line in xml.headers if line[0] != "Content-Type")
            return Response(200, (("Content-Type", "application/xml"), *kept), xml.body)
        return answers.document(orjson.dumps(_document(request, base, rest, found)), request_id)


def _document(
    request: Request, base: str, rest: str, found: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return what stands at a path below the service's root. Raises ServiceError, ODataError."""
    context = f"{base}$metadata"
    if rest == "/":
        return {"@odata.context": context, "value": [_entry()]}
    options = _options(request)
    chosen = _selected(options)
    context += f"#Instances{f'({chr(44).join(chosen)})' if chosen else ''}"
    keyed = _KEYED.fullmatch(rest)
    if keyed is not None:
        one = _one(keyed["key"], found)
        return {"@odata.context": f"{context}/$entity", **_cut(one, chosen)}
    if rest != _SET:
        raise _nowhere(request)
    if options.filter is not None:
        wanted = read_filter(options.filter, _resolve)
        found = [each for each in found if fits(each, wanted)]
    counted = {"@odata.count": len(found)} if options.count else {}
    rows = [_cut(each, chosen) for each in found]
    return {"@odata.context": context, **counted, "value": rows}


def _entry() -> Mapping[str, str]:
    return {"name": "Instances", "kind": "EntitySet", "url": "Instances"}


def _options(request: Request) -> Options:
    try:
        options = read_options(request.parameters())
    except ValueError:
        raise ODataError("Bad Request - Error in query syntax.") from None
    for name in _UNSUPPORTED:
        if getattr(options, name) is not None:
            raise ODataError(f"The query option for '{name}' is not supported here.")
    return options


def _selected(options: Options) -> Sequence[str]:
    for name in options.select or ():
        _resolve(name)
    return options.select or ()


def _resolve(name: str) -> Name:
    if name not in TYPES:
        raise ODataError(
            f"Could not find a property named '{name[:100]}' on type "
            "'Microsoft.Dynamics.DiscoveryService.Instance'."
        )
    return Name(name)


def _cut(row: Mapping[str, Any], chosen: Sequence[str]) -> Mapping[str, Any]:
    return {name: row[name] for name in chosen} if chosen else row


def _one(key: str, found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the instance of a key: its id, or its unique name. Raises ServiceError 404."""
    named = _NAMED.fullmatch(key.strip())
    if named is not None and named["name"] == "UniqueName":
        wanted = "UniqueName", named["text"].replace("''", "'").casefold()
    else:
        text = key.strip().removeprefix("Id=")
        try:
            wanted = "Id", read_guid(text)
        except ValueError:
            raise ODataError("Bad Request - Error in query syntax.") from None
    for each in found:
        if str(each[wanted[0]]).casefold() == wanted[1]:
            return each
    raise service.ServiceError(
        service.NOT_FOUND, f"Instance With {wanted[0]} = {key} Does Not Exist"
    )


def _nowhere(request: Request) -> service.ServiceError:
    segment = request.path.rstrip("/").rpartition("/")[2][:100]
    return service.ServiceError(
        service.UNKNOWN_SEGMENT, f"Resource not found for the segment '{segment}'."
    )
