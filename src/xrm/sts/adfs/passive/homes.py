"""Home realm discovery: which token service the person belongs to, this farm or one it trusts."""

import base64

from xrm.model.errors import signin
from xrm.sts.adfs import people
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.passive import refusals
from xrm.sts.directory import View
from xrm.sts.model import ClaimsProvider
from xrm.sts.signin.journey import AskHome, Home

OWN = "AD AUTHORITY"
"""What a farm's own people are called where a token service is named."""


def providers(view: View, farm: Farm) -> dict[str, ClaimsProvider]:
    """Return the token services browsers may be sent to, by their identifiers."""
    known = view.providers(farm.tenant.tenant_id)
    return {name: one for name, one in known.items() if one.enabled and one.passive}


def named(view: View, farm: Farm, name: str) -> str:
    """Return the identifier a request means by `whr`. Raises PassiveError for none that is known.

    The farm's own people are named by its identifier.
    """
    if name in (OWN, farm.identifier):
        return farm.identifier
    if name in providers(view, farm):
        return name
    raise refusals.UNKNOWN_HOME(f"The claims provider {signin.quote(name)} is not trusted.")


def key_of(identifier: str) -> str:
    """Return how a page names a token service in its form."""
    return base64.urlsafe_b64encode(identifier.encode()).decode()


def chosen(view: View, farm: Farm, key: str) -> str:
    """Return the identifier a page's form names. Raises PassiveError for none that is known."""
    try:
        name = base64.urlsafe_b64decode(key.encode("ascii")).decode()
    except ValueError:
        name = ""
    return named(view, farm, name)


def hinted(view: View, farm: Farm, hint: str) -> str:
    """Return the identifier a hint means: itself, or a domain whose people one has; "" for none."""
    hint = hint.strip()
    return remembered(view, farm, hint) or of_name(view, farm, f"@{hint}")


def of_name(view: View, farm: Farm, name: str) -> str:
    """Return the identifier of whom a name belongs to, by its suffix; "" where nothing tells it.

    The farm's own names come first: a provider cannot take them over.
    """
    _, at, suffix = name.rpartition("@")
    if people.is_own(view, farm, name):
        return farm.identifier
    known = providers(view, farm).values()
    theirs = (one.identifier for one in known if at and suffix.lower() in one.suffixes)
    return next(theirs, "")


def remembered(view: View, farm: Farm, name: str) -> str:
    """Return the identifier a browser remembers, "" for none or one that is known no more."""
    try:
        return named(view, farm, name) if name else ""
    except refusals.PassiveError:
        return ""


def choices(view: View, farm: Farm) -> AskHome:
    """Return the question, the farm's own people first."""
    own = Home(farm.identifier, farm.tenant.name, farm.passive)
    others = sorted(providers(view, farm).values(), key=lambda one: (one.name, one.identifier))
    return AskHome((own, *(Home(one.identifier, one.name, one.passive) for one in others)))
