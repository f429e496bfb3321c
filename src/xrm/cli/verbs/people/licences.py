"""The products people are licensed for."""

from typing import TYPE_CHECKING, Annotated

import typer

from xrm.cli import output
from xrm.cli.options import Json
from xrm.cli.output import Failure
from xrm.cli.verbs.people.facts import NO_LOCATION, Meant, meaning

if TYPE_CHECKING:
    from xrm.sts import TokenService
    from xrm.sts.model import User

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


@meaning
def add_licence(meant: Meant, *, product: ProductName) -> None:
    """Give a person a licence; the person needs a usage location."""
    from xrm.sts.registration import people

    def give(sts: "TokenService", account: "User") -> "User":
        if not account.usage_location:
            step = f"xrm user update {meant.user} --usage-location GB says where the person is."
            raise Failure(NO_LOCATION, next_step=step)
        return people.add_licence(sts, account, product)

    meant.change(give)


@meaning
def remove_licence(meant: Meant, *, product: ProductName) -> None:
    """Take a licence from a person."""
    from xrm.sts.registration import people

    meant.change(lambda sts, account: people.remove_licence(sts, account, product))
