"""Which application is meant: one registered in a tenant, or one that came from elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING
from uuid import UUID

from xrm.cli.flags import gathering, parameter
from xrm.cli.options import (
    PLACE,
    ApplicationName,
    Place,
    application,
)
from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.server.estate import Estate
    from xrm.sts import model

    Opening = AbstractContextManager[tuple[Estate, model.Tenant, model.Application]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant(Place):
    """What the command line says of the application a verb is about, and how to answer."""

    name: str

    def registered(self) -> "Opening":
        """Open the data directory, for the tenant meant and the application registered there."""
        return self._open(lambda opened, there: application(opened, self.name, there))

    def anywhere(self) -> "Opening":
        """Do the same with an application that may be another tenant's."""
        return self._open(lambda opened, there: anywhere(opened, self.name, there))

    def present(self) -> "Opening":
        """Do the same with an application registered in the tenant or taken in there."""
        return self._open(lambda opened, there: present(opened, self.name, there))

    @contextmanager
    def _open(
        self, find: "Callable[[Estate, model.Tenant], model.Application]"
    ) -> Iterator["tuple[Estate, model.Tenant, model.Application]"]:
        with self.open() as (opened, there):
            yield opened, there, find(opened, there)


def meaning(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is `meant`, the parameters from which `Meant` is made."""
    return gathering(
        Meant,
        before=[parameter("name", ApplicationName, Parameter.empty)],
        after=PLACE,
    )(verb)


def anywhere(opened: "Estate", name: str, tenant: "model.Tenant") -> "model.Application":
    """Return the application a name or id means to the people of a tenant.

    That is one registered there; else, in whatever tenant, the one with this id; else one of
    the demonstration tenant. Raises Failure if there is none.
    """
    from xrm.sts.registration import find_application

    found = find_application(opened.sts, tenant, name) or by_id(opened, name)
    if found is None and tenant.tenant_id != opened.tenant.tenant_id:
        found = find_application(opened.sts, opened.tenant, name)
    if found is not None:
        return found
    if tenant.tenant_id == opened.tenant.tenant_id:
        return application(opened, name)
    raise Failure(
        f"No application {name!r} is registered in {tenant.domain} or in {opened.tenant.domain}.",
        next_step="One of another tenant is named by its id: xrm app list --tenant … shows it.",
    )


def home(opened: "Estate", tenant_id: UUID) -> str:
    """Return a tenant's domain and id, as people read them."""
    from xrm.sts.registration import find_tenant

    found = find_tenant(opened.sts, tenant_id)
    return f"{found.domain}  {tenant_id}" if found else f"{tenant_id}"


def is_home(found: "model.Application", tenant: "model.Tenant") -> bool:
    """Tell whether a tenant is the one an application is registered in."""
    return found.tenant_id == tenant.tenant_id


def principal(
    opened: "Estate", found: "model.Application", tenant: "model.Tenant"
) -> "model.ServicePrincipal":
    """Return an application as it is present in a tenant. Raises Failure if it is not."""
    from xrm.sts.registration import find_principal

    present = find_principal(opened.sts, tenant, found.application_id)
    if present is None:
        raise Failure(
            f"{tenant.domain} has not taken in the application {found.name!r}.",
            next_step=f"xrm app permission grant {found.application_id} --tenant {tenant.domain} "
            "is an administrator's consent, which takes it in.",
        )
    return present


def present(opened: "Estate", name: str, tenant: "model.Tenant") -> "model.Application":
    """Return an application registered in a tenant, or taken in there, by id or name.

    Raises Failure if there is none.
    """
    from xrm.sts.registration import find_application, list_principals

    registered = find_application(opened.sts, tenant, name)
    if registered is not None:
        return registered
    for one in list_principals(opened.sts, tenant):
        if name.casefold() in (str(one.application_id), one.name.casefold()):
            found = by_id(opened, str(one.application_id))
            if found is not None:
                return found
    return application(opened, name, tenant)


def by_id(opened: "Estate", name: str) -> "model.Application | None":
    """Return the application with this id, whatever tenant's or Microsoft's own, or None."""
    with opened.sts.database.read() as transaction:
        return opened.sts.directory.view(transaction).application(name)
