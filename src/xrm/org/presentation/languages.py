"""Languages of an organization: those enabled beside its base language, and each user's own.

A language can be enabled if there are labels for it. The platform calls an enabled one
provisioned, and one that is there a language pack.
"""

from xrm.db import Transaction
from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Column, Option, Table
from xrm.model.values import Value
from xrm.org.context import Context
from xrm.org.metadata.languages import BASE, Language, languages
from xrm.org.organization import Organization

_YES_NO = (Option(0, "No"), Option(1, "Yes"))
_KEPT, _LANGUAGE = "languages", "uilanguageid"


def provisioned(organization: Organization, transaction: Transaction) -> tuple[Language, ...]:
    """Return the languages users may choose, the base language first, the others by LCID."""
    kept = organization.remembered(transaction)
    found: tuple[Language, ...] | None = kept.get(_KEPT)
    if found is None:
        known = languages()
        enabled = organization.language_store.enabled(transaction)
        # What another version enabled may have no labels in this one.
        found = (known[BASE], *(known[lcid] for lcid in enabled if lcid in known))
        kept[_KEPT] = found
    return found


def packs() -> list[Language]:
    """Return the languages that can be enabled beside the base language, by LCID."""
    return sorted(
        (each for each in languages().values() if not each.is_base), key=lambda each: each.lcid
    )


def enabled(organization: Organization) -> tuple[Language, ...]:
    """Return the languages users may choose, as `provisioned` does."""
    with organization.database.read() as transaction:
        return provisioned(organization, transaction)


def enable(organization: Organization, lcid: int) -> Language:
    """Let users choose a language and return it; one that is enabled stays so.

    Raises ServiceError 0x80040203 for one without labels.
    """
    language = _known(lcid)
    with organization.turn() as transaction:
        if language not in provisioned(organization, transaction):
            organization.language_store.add(transaction, lcid)
            transaction.changed()
    return language


def disable(organization: Organization, lcid: int) -> Language:
    """Take a language away and return it; who has chosen it reads the base language.

    Raises ServiceError 0x80040203 for one without labels, and for the base language.
    """
    language = _known(lcid)
    if language.is_base:
        raise ServiceError(
            service.INVALID_ARGUMENT, f"The base language {lcid} cannot be disabled."
        )
    with organization.turn() as transaction:
        organization.language_store.remove(transaction, lcid)
        transaction.changed()
    return language


def _known(lcid: int) -> Language:
    known = languages().get(lcid)
    if known is None:
        raise ServiceError(
            service.INVALID_ARGUMENT, f"The language pack of the language {lcid} is not installed."
        )
    return known


def of_user(context: Context) -> Language:
    """Return the language the caller reads: the base one if theirs is not set or not enabled."""
    kept = context.organization.remembered(context.transaction)
    name = _KEPT, context.caller.user_id
    found: Language | None = kept.get(name)
    if found is None:
        found = kept[name] = _chosen(context)
    return found


def _chosen(context: Context) -> Language:
    organization, transaction = context.organization, context.transaction
    choice = provisioned(organization, transaction)
    if len(choice) == 1:
        return choice[0]
    table, user = context.table("usersettings"), context.caller.user_id
    settings = organization.store.fetch(transaction, table, user, (_LANGUAGE,)) or {}
    return next((each for each in choice if each.lcid == settings.get(_LANGUAGE)), choice[0])


def check(context: Context, chosen: Value) -> None:
    """Check that a user may choose a language; none and 0 stand for the base language.

    Raises ServiceError 0x80044195.
    """
    if not chosen or not isinstance(chosen, int):
        return
    if all(each.lcid != chosen for each in provisioned(context.organization, context.transaction)):
        raise ServiceError(
            service.LANGUAGE_CODE,
            f"The language code {chosen} is not a valid language for this organization.",
        )


def labels_of(language: Language, table: Table, column: Column) -> dict[int, str]:
    """Return what the values of a choice or of a yes/no column are called in a language."""
    options = column.options
    if not options and column.type == "Boolean":
        options = _YES_NO
    return {
        option.value: language.option(table, column, option) or option.label for option in options
    }
