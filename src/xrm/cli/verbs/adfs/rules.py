"""Issuance rules as the command line has them: `upn`, `name=windowsaccountname`, `role:=Sales`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from xrm.sts.model import IssuanceRule


def read(text: str) -> "IssuanceRule":
    """Return a rule: a claim passed through, made of another one, or the same for everybody.

    Claims go by their names here or by their whole types. Wrong usage for any other.
    """
    from xrm.sts.model import IssuanceRule

    claim, constant, value = text.partition(":=")
    if constant:
        return IssuanceRule(claim=_type(claim), value=value)
    # A type is a URI, which may hold the sign itself, behind a question mark alone.
    claim, transformed, source = text.partition("=")
    return IssuanceRule(claim=_type(claim), source=_type(source if transformed else claim))


def shown(rule: "IssuanceRule") -> str:
    """Return a rule as `read` takes it."""
    names = {uri: name for name, uri in _names().items()}
    claim = names.get(rule.claim, rule.claim)
    if rule.value:
        return f"{claim}:={rule.value}"
    return claim if rule.source == rule.claim else f"{claim}={names.get(rule.source, rule.source)}"


def _type(text: str) -> str:
    known = _names()
    name = text.strip()
    if "://" in name:
        return name
    found = known.get(name.lower())
    if found is None:
        raise typer.BadParameter(
            f"There is no claim {name!r}. Claims are {', '.join(known)}; or write a whole type."
        )
    return found


def _names() -> Mapping[str, str]:
    """Return the claim types by their names, those that rules may name."""
    from xrm.wire.saml import claim_types

    return {
        name.lower().replace("_", ""): uri
        for name, uri in vars(claim_types).items()
        if name.isupper() and not name.startswith(("_", "BY_")) and isinstance(uri, str)
    }
