"""A person by the names of Active Directory: user principal name, or DOMAIN\\account."""

import re
from typing import NamedTuple

from xrm.sts.accounts.proof import named_in
from xrm.sts.adfs.farm import MADE_UNIQUE, Farm
from xrm.sts.directory import View
from xrm.sts.model import User

_UNIQUE = re.compile(rf"[^{re.escape(MADE_UNIQUE)}]+{re.escape(MADE_UNIQUE)}[0-9A-Fa-f]{{6}}")


class Named(NamedTuple):
    """Who is meant by a name: `username` is what failures are counted by, one for each person."""

    username: str
    person: User | None


def named(view: View, farm: Farm, name: str) -> Named:
    """Return the person of a farm by a name in either form; letter case does not matter.

    A name without a domain is nobody's.
    """
    domain, backslash, account = name.partition("\\")
    if not backslash:
        return Named(name, named_in(view, name, farm.tenant))
    if domain.lower() not in (farm.domain.lower(), farm.tenant.domain.lower()):
        return Named(name, None)
    if _UNIQUE.fullmatch(account):
        wanted = f"{farm.domain}\\{account}".lower()
        everybody = view.people(farm.tenant.tenant_id)
        person = next((one for one in everybody if farm.account(one).name.lower() == wanted), None)
        return Named(person.user_principal_name if person else name, person)
    username = f"{account}@{farm.tenant.domain}"
    person = named_in(view, username, farm.tenant)
    # A longer one has another account.
    known = person is not None and farm.account(person).name.lower().endswith(
        f"\\{account.lower()}"
    )
    return Named(username, person if known else None)


def is_own(view: View, farm: Farm, name: str) -> bool:
    """Tell whether a name, in either form, is one that only this farm gives.

    So is one that others could take for it: who compares letters in another way reads an s in a
    long one.
    """
    netbios, backslash, _ = name.partition("\\")
    _, at, suffix = name.rpartition("@")
    domains = [*([netbios] if backslash else ()), *([suffix] if at else ())]
    return any(_is_of(view, farm, domain.strip().lower()) for domain in domains)


def _is_of(view: View, farm: Farm, domain: str) -> bool:
    if not domain.isascii() or domain == farm.domain.lower():
        return True
    tenant = view.tenant_of_domain(domain)
    return tenant is not None and tenant.tenant_id == farm.tenant.tenant_id
