"""What the directory takes for an account's members."""

import re
from dataclasses import replace

from xrm.sts.model import User
from xrm.sts.offerings import COUNTRIES
from xrm.sts.registration.change import RegistrationError, named

_LOCAL = re.compile(r"[A-Za-z0-9'.\-_!#^~]{1,64}(?<!\.)")
_LONGEST_DOMAIN = 48
_NICKNAME = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}")
_MAIL = re.compile(r"[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+")
_LONGEST_MAIL = 256
_LONGEST_PART = 64


def checked(user: User) -> User:
    """Return an account as it is kept. Raises RegistrationError for what is not taken."""
    _check_name(user.user_principal_name)
    location = user.usage_location.upper()
    if not _NICKNAME.fullmatch(user.mail_nickname):
        raise RegistrationError("this mail nickname cannot be used", member="mailNickname")
    if user.mail and not (_MAIL.fullmatch(user.mail) and len(user.mail) <= _LONGEST_MAIL):
        raise RegistrationError(f"{user.mail!r} is no mail address", member="mail")
    if location and location not in COUNTRIES:
        raise RegistrationError(
            f"{user.usage_location!r} is no country code of two letters (ISO 3166-1)",
            member="usageLocation",
        )
    if user.licences and not location:
        raise RegistrationError(
            "License assignment cannot be done for user with invalid usage location",
            member="usageLocation",
        )
    return replace(
        user,
        display_name=named(user.display_name),
        given_name=_part(user.given_name, "givenName"),
        surname=_part(user.surname, "surname"),
        usage_location=location,
    )


def _check_name(name: str) -> None:
    local, _, domain = name.partition("@")
    if not _LOCAL.fullmatch(local) or not 0 < len(domain) <= _LONGEST_DOMAIN:
        raise RegistrationError(
            f"{name!r} is no user principal name: up to 64 of A-Z, a-z, 0-9 and '.-_!#^~, no "
            "period at the end, then @ and a domain of up to 48 characters",
            member="userPrincipalName",
        )


def _part(text: str, member: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST_PART or not text.isprintable():
        raise RegistrationError("a part of a name has up to 64 printable characters", member=member)
    return text
