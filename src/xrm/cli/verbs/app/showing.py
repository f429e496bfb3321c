"""xrm app list, show: what is registered."""

import typer

from xrm.cli import output
from xrm.cli.options import (
    Data,
    DatabaseUrl,
    Json,
    Tenant,
    estate,
    tenant_of,
)
from xrm.cli.verbs.app import facts, permissions, taken_in
from xrm.cli.verbs.app.finding import Meant, home, is_home, meaning, principal


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    group.command("list")(show_all)
    group.command()(show)


def show_all(
    tenant: Tenant = None, data: Data = None, database: DatabaseUrl = None, as_json: Json = False
) -> None:
    """List the applications registered in a tenant, and those it has taken in."""
    from xrm.sts.registration import list_applications

    with estate(data, database) as opened:
        there = tenant_of(opened, tenant)
        found = [facts.of(opened, each) for each in list_applications(opened.sts, there)]
        others = taken_in.of(opened, there)
    if as_json:
        own = [each | {"home": True} for each in found]
        output.json(own + [each | {"home": False} for each in others])
        return
    rows = [
        (
            each["name"],
            each["application_id"],
            len(each["secrets"]),
            len(each["certificates"]),
            facts.state(each),
        )
        for each in found
    ]
    columns = ("NAME", "APPLICATION ID", "SECRETS", "CERTS", "STATE")
    output.listing(columns, rows, empty="No applications are registered.")
    taken_in.show(others)


@meaning
def show(meant: Meant) -> None:
    """Show an application, what it signs in with, and what it may ask for in the tenant.

    One of another tenant is shown where consent has taken it in. Of secrets only
    their hints are shown: the secrets themselves are not kept.
    """
    with meant.present() as (opened, there, one):
        found = facts.of(opened, one) | {"permissions": permissions.of(opened, there, one)}
        if not is_home(one, there):
            found["enabled"] = one.enabled and principal(opened, one, there).enabled
        where = home(opened, one.tenant_id)
    if meant.as_json:
        output.json(found)
        return
    facts.show(found, where)
    for rows, print_table in (
        (found["secrets"], facts.show_secrets),
        (found["certificates"], facts.show_certificates),
        (found["permissions"], permissions.show_rows),
    ):
        output.say()
        print_table(rows)
