"""How types are named in the description, and what goes with simple ones."""

from xrm.wire.odata4.csdl import Property

NAMESPACE = "Microsoft.Dynamics.CRM"
ALIAS = "mscrm"
BASE = "crmbaseentity"
_FACETS = {
    "Edm.String": (("Unicode", "false"),),
    "Edm.Decimal": (("Scale", "Variable"),),
}


def own(name: str) -> str:
    """Return the name of a type of the schema, from anywhere within it."""
    return f"{ALIAS}.{name}"


def collection(name: str) -> str:
    """Return the type of several of a type."""
    return f"Collection({name})"


def simple(name: str, kind: str, *, nullable: bool = True, read_only: bool = False) -> Property:
    """Return a property with the facets that the service gives its type."""
    return Property(name, kind, nullable, _FACETS.get(kind, ()), read_only)
