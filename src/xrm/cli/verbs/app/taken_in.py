"""The applications a tenant has taken in: registered in another tenant, or Microsoft's own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xrm.cli import output
from xrm.cli.verbs.app import facts, finding

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts import model


def of(opened: "Estate", tenant: "model.Tenant") -> list[dict[str, Any]]:
    """Return every application present in a tenant that is not registered there, by name."""
    from xrm.sts.registration import list_principals

    taken = []
    for principal in list_principals(opened.sts, tenant):
        found = finding.by_id(opened, str(principal.application_id))
        if found is None or not finding.is_home(found, tenant):
            taken.append(_facts(opened, principal, found))
    return taken


def _facts(
    opened: "Estate", principal: "model.ServicePrincipal", found: "model.Application | None"
) -> dict[str, Any]:
    """Return what a tenant knows of an application; one deleted at home has no home any more."""
    from xrm.sts.model import MICROSOFT_TENANT
    from xrm.sts.registration import find_tenant

    home = find_tenant(opened.sts, found.tenant_id) if found else None
    enabled = found is not None and found.enabled and principal.enabled
    return {
        "name": principal.name,
        "application_id": principal.application_id,
        "object_id": principal.object_id,
        "tenant_id": found.tenant_id if found else None,
        "tenant_domain": home.domain if home else None,
        "microsoft": found is not None and found.tenant_id == MICROSOFT_TENANT,
        "enabled": enabled,
        "state": facts.state({"enabled": enabled}) if found else "deleted",
        "created": principal.created,
    }


def show(found: Sequence[dict[str, Any]]) -> None:
    """Print them as a table, below what was printed before; of Microsoft's own, how many."""
    others = [each for each in found if not each["microsoft"]]
    if others:
        output.say()
        rows = [
            (
                each["name"],
                each["application_id"],
                each["tenant_domain"] or output.NOTHING,
                each["state"],
            )
            for each in others
        ]
        output.listing(("TAKEN IN", "APPLICATION ID", "HOME", "STATE"), rows)
    own = len(found) - len(others)
    output.note(f"{own} of Microsoft's own applications are present too; --json lists them.")
