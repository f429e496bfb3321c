"""What a tenant may give a person: directory roles and products; and the countries there are."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DirectoryRole:
    """A built-in role of the directory, by the id of its template; `older` are former names."""

    template_id: UUID
    name: str
    older: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A product people are licensed for. `dynamics` tells whether it opens an organization."""

    sku_id: UUID
    part_number: str
    name: str
    dynamics: bool


def _role(template_id: str, name: str, *older: str) -> DirectoryRole:
    return DirectoryRole(UUID(template_id), name, older)


DIRECTORY_ROLES = (
    _role(
        "62e90394-69f5-4237-9190-012177145e10",
        "Global Administrator",
        "Company Administrator",
    ),
    _role(
        "44367163-eba1-44c3-98af-f5787879f96a",
        "Dynamics 365 Administrator",
        "Dynamics 365 Service Administrator",
        "CRM Service Administrator",
    ),
    _role("11648597-926c-4cf3-9c36-bcebb0ba8dcc", "Power Platform Administrator"),
    _role("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    _role("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"),
    _role(
        "fe930be7-5e62-47db-91af-98c3a49a38b1",
        "User Administrator",
        "User Account Administrator",
    ),
    _role("4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator"),
    _role("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
    _role("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers"),
)

PRODUCTS = (
    Product(
        UUID("ea126fc5-a19e-42e2-a731-da9d437bffcf"),
        "DYN365_ENTERPRISE_PLAN1",
        "Dynamics 365 Customer Engagement Plan",
        dynamics=True,
    ),
    Product(
        UUID("1e1a282c-9c54-43a2-9310-98ef728faace"),
        "DYN365_ENTERPRISE_SALES",
        "Dynamics 365 Sales Enterprise Edition",
        dynamics=True,
    ),
    Product(
        UUID("749742bf-0d37-4158-a120-33567104deeb"),
        "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
        "Dynamics 365 Customer Service Enterprise",
        dynamics=True,
    ),
    Product(
        UUID("7ac9fe77-66b7-4e5e-9e46-10eed1cff547"),
        "DYN365_TEAM_MEMBERS",
        "Dynamics 365 Team Members",
        dynamics=True,
    ),
    Product(
        UUID("b30411f5-fea1-4a59-9ad9-3db7c7ead579"),
        "POWERAPPS_PER_USER",
        "Power Apps Premium",
        dynamics=True,
    ),
    Product(
        UUID("6fd2c87f-b296-42f0-b197-1e91e994b900"),
        "ENTERPRISEPACK",
        "Office 365 E3",
        dynamics=False,
    ),
)

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
"""The codes of ISO 3166-1, of which a usage location is one."""


def directory_role(name: UUID | str) -> DirectoryRole | None:
    """Return a directory role by the id of its template or a name, in any letter case, or None."""
    text = str(name).lower()
    for role in DIRECTORY_ROLES:
        if text in (str(role.template_id), role.name.lower(), *map(str.lower, role.older)):
            return role
    return None


def product(name: UUID | str) -> Product | None:
    """Return a product by its id, part number or name, in any letter case, or None."""
    text = str(name).lower()
    for one in PRODUCTS:
        if text in (str(one.sku_id), one.part_number.lower(), one.name.lower()):
            return one
    return None
