"""The error document, and the one exception of this package."""

from urllib.parse import quote

import orjson

from xrm.wire.odata4.annotations import NO_ANNOTATIONS, Annotations

_HELP = "Microsoft.PowerApps.CDS.HelpLink"
_INNER = "Microsoft.PowerApps.CDS.InnerError.Message"


class ODataError(ValueError):
    """A URL or payload that cannot be read; the text is meant for the caller."""


def write_error(code: str, message: str, annotations: Annotations = NO_ANNOTATIONS) -> bytes:
    """Return the JSON error document (OData JSON 4.0, 19), with the annotations wanted."""
    error = {"code": code, "message": message}
    if annotations.include(_HELP):
        error[f"@{_HELP}"] = _help_link(code)
    if annotations.include(_INNER):
        error[f"@{_INNER}"] = message
    return orjson.dumps({"error": error})


def _help_link(code: str) -> str:
    exception = quote(f"Microsoft.Crm.CrmException:{code.removeprefix('0x')}", safe="")
    return (
        f"http://go.microsoft.com/fwlink/?LinkID=398563&error={exception.replace('%3A', '%3a')}"
        "&client=platform"
    )


def read_error(body: bytes) -> tuple[str, str]:
    """Return code and message of an error document; empty texts if it is none."""
    try:
        error = orjson.loads(body)["error"]
        return str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""
