"""Templates of pages: those of a face, within the skeleton that all share."""

import re

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from xrm.wire.html import policy
from xrm.wire.html.assets import Assets

# A name could end its isolation with these and turn round what follows, or hide what it is.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")

_BREAKS = re.compile("(?<=[@./])")


def templates(package: str, assets: Assets) -> Environment:
    """Return the templates in a package's folder `templates`, and those all pages share.

    Filters: `name` and `spelled` for what people wrote, `plain` for text within a sentence,
    `link` and `framed` for addresses, `initial`. `address('style.css')` is that of an asset.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        plain=_plain,
        name=_name,
        spelled=_spelled,
        initial=_initial,
        link=_link,
        framed=policy.origin_of,
    )
    environment.globals["address"] = assets.address
    return environment


def _plain(text: str) -> str:
    """Return a text to be read: what would reorder or hide it is shown as a replacement sign."""
    return _HIDDEN.sub("\ufffd", text)


def _name(text: str) -> Markup:
    """Return a name isolated, so that one written right to left stays within itself."""
    return Markup("<bdi>{}</bdi>").format(_plain(text))


def _spelled(text: str) -> Markup:
    """Return a user name, host or number: it reads left to right, whatever is in it.

    Its end says where it belongs. A line may break after its dots and slashes.
    """
    pieces = Markup("<wbr>").join(_BREAKS.split(_plain(text)))
    return Markup('<bdi dir="ltr">{}</bdi>').format(pieces)


def _initial(name: str) -> str:
    """Return the first letter of a name, to tell accounts apart at a glance."""
    return next((letter.upper()[:1] for letter in name if letter.isalnum()), "·")


def _link(url: str) -> str:
    """Return an address to follow, "" for one that no page may name."""
    return url if policy.scheme_of(url) else ""
