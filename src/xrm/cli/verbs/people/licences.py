"""The products people are licensed for."""

from typing import Annotated

import typer

from xrm.cli import output
from xrm.cli.options import Data, DatabaseUrl, Json, Tenant, estate
from xrm.cli.output import Failure
from xrm.cli.verbs.people import facts
from xrm.cli.verbs.people.facts import NO_LOCATION, Person

ProductName = Annotated[
    str, typer.Argument(metavar="PRODUCT", help="The product's part number, name or id.")
]


def add(group: typer.Typer) -> None:
    """Add the verbs to the group."""
    licences = typer.Typer(no_args_is_help=True, help="The products people are licensed for.")
    licences.command("list")(show_products)
    licences.command("add")(add_licence)
    licences.command("remove")(remove_licence)
    group.add_typer(licences, name="license")


def show_products(as_json: Json = False) -> None:
    """List the products there are licences of."""
    from xrm.sts.offerings import PRODUCTS

    found = [
        {
            "part_number": each.part_number,
            "name": each.name,
            "dynamics": each.dynamics,
            "sku_id": each.sku_id,
        }
        for each in PRODUCTS
    ]
    if as_json:
        output.json(found)
        return
    rows = [
        (each.part_number, each.name, "yes" if each.dynamics else output.NOTHING)
        for each in PRODUCTS
    ]
    output.listing(("PRODUCT", "NAME", "DYNAMICS"), rows)


def add_licence(
    *,
    user: Person,
    product: ProductName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Give a person a licence; the person needs a usage location."""
    from xrm.sts.registration import people

    with estate(data, database) as opened:
        found = facts.find(opened, tenant, user)
        if not found.usage_location:
            step = f"xrm user update {user} --usage-location GB says where the person is."
            raise Failure(NO_LOCATION, next_step=step)
        account = facts.with_user(opened, people.add_licence(opened.sts, found, product))
    facts.show(account, as_json=as_json)


def remove_licence(
    *,
    user: Person,
    product: ProductName,
    tenant: Tenant = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Take a licence from a person."""
    from xrm.sts.registration import people

    with estate(data, database) as opened:
        account = facts.with_user(
            opened, people.remove_licence(opened.sts, facts.find(opened, tenant, user), product)
        )
    facts.show(account, as_json=as_json)
