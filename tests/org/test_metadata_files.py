"""The data files are whole: table definitions, standard roles, notice."""

from typing import Any

import pytest

from support.datafiles import (
    CHOICES,
    LOOKUPS,
    RANGES,
    TABLES,
    columns,
    keys_within,
    repeated,
    table,
)
from xrm.org.metadata import catalogue

FRACTIONS = {"Money", "Decimal", "Double"}
OTHERS = {
    *("String", "Memo", "Boolean", "BigInt", "DateTime", "Uniqueidentifier", "EntityName"),
    *("Image", "ManagedProperty"),
}
FORBIDDEN = {"src", "derived", "sources"}
COLUMN_KEYS = {"logical_name", "schema_name", "type", "required", "display_name", "indexed"} | {
    *("max_length", "min", "max", "precision", "format", "date_behavior", "base_of"),
    *("targets", "options", "valid_for_create", "valid_for_read", "valid_for_update"),
    *("option_set", "default"),
}
CASCADES = {"Cascade", "NoCascade", "RemoveLink", "Restrict"}
COUNTS = {
    "account": 159,
    "businessunit": 75,
    "contact": 198,
    "lead": 151,
    "opportunity": 107,
    "organization": 450,
    "principalobjectaccess": 11,
    "privilege": 18,
    "role": 30,
    "systemuser": 136,
    "task": 49,
    "team": 34,
    "transactioncurrency": 24,
    "usersettings": 43,
}
"""How many columns each table has."""
NAMELESS = {"principalobjectaccess", "usersettings"}
"""Tables without a primary name."""
EXTERNAL = {
    "activitypointer", "bookableresourcebooking", "bookableresourcebookingheader", "calendar",
    "campaign", "campaignactivity", "campaignresponse", "contract", "delegatedauthorization",
    "emailserverprofile", "entitlement", "entitlementtemplate", "equipment", "externalparty",
    "imagedescriptor", "incident", "invoice", "knowledgearticle", "knowledgebaserecord",
    "mailbox", "mobileofflineprofile", "owner", "position", "pricelevel", "processstage", "queue",
    "quote", "roletemplate", "salesorder", "service", "site", "sla", "solution", "teamtemplate",
    "template", "territory",
}  # fmt: skip
"""Tables that lookups may point to though there are none here."""


# Tables


def test_the_tables_are_those_promised():
    assert sorted(COUNTS) == TABLES
    assert {name: len(columns(name)) for name in TABLES} == COUNTS


@pytest.mark.parametrize("name", TABLES)
def test_table_has_what_every_table_needs(name: str):
    facts = table(name)
    own = columns(name)
    assert facts["logical_name"] == name
    assert facts["ownership"] in {"UserOwned", "BusinessOwned", "OrganizationOwned", "None"}
    assert own[facts["primary_id"]]["type"] == "Uniqueidentifier"
    if name not in NAMELESS:
        assert own[facts["primary_name"]]["type"] == "String"
    for key in ("schema_name", "entity_set_name", "display_name", "display_collection_name"):
        assert facts[key]
    assert facts["schema_name"].lower() == name
    assert facts["object_type_code"] > 0
    assert not FORBIDDEN & set(keys_within(facts))


def test_names_of_tables_are_unique():
    facts = [table(name) for name in TABLES]
    for key in ("schema_name", "entity_set_name", "object_type_code", "privilege_stem"):
        assert repeated(one[key] for one in facts) == []


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_named_once_and_typed(name: str):
    rows = table(name)["columns"]
    assert repeated(row["logical_name"] for row in rows) == []
    assert repeated(row["schema_name"] for row in rows) == []
    for row in rows:
        assert row["schema_name"].lower() == row["logical_name"]
        assert set(row) <= COLUMN_KEYS
        assert row["type"] in LOOKUPS | CHOICES | RANGES | OTHERS
        assert row["display_name"]


@pytest.mark.parametrize("name", TABLES)
def test_columns_carry_the_limits_of_their_type(name: str):
    for row in table(name)["columns"]:
        where, kind = row["logical_name"], row["type"]
        assert kind not in {"String", "Memo"} or row["max_length"] > 0, where
        assert kind not in RANGES or row["min"] < row["max"], where
        assert kind not in FRACTIONS or 0 <= row["precision"] <= 12, where
        assert kind not in LOOKUPS or row["targets"], where
        assert kind != "DateTime" or row["date_behavior"] in {"UserLocal", "DateOnly"}, where
        assert kind not in CHOICES or isinstance(row["options"], list), where


@pytest.mark.parametrize("name", TABLES)
def test_choices_are_unique_and_each_status_has_its_state(name: str):
    own = columns(name)
    for row in own.values():
        options = row.get("options", [])
        assert repeated(option["value"] for option in options) == []
        blank = [option for option in options if not option["label"]]
        assert not blank or row["logical_name"].startswith("fiscalyearformat")
    states = {option["value"] for option in own.get("statecode", {}).get("options", [])}
    statuses = {o["value"]: o["state"] for o in own.get("statuscode", {}).get("options", [])}
    assert set(statuses.values()) == states
    defaults = {int(state): status for state, status in table(name)["default_status"].items()}
    assert set(defaults) == states
    assert all(statuses[status] == state for state, status in defaults.items())


@pytest.mark.parametrize("name", TABLES)
def test_the_platform_alone_writes_its_own_columns(name: str):
    own = columns(name)
    reserved = "createdby createdon modifiedby modifiedon versionnumber exchangerate owningteam"
    computed = {"fullname", "address1_composite", "organizationid", "owningbusinessunit"}
    given = {"exchangerate"} if name == "transactioncurrency" else set()
    for key in (own.keys() & (computed | set(reserved.split()))) - given:
        assert own[key]["valid_for_create"] is own[key]["valid_for_update"] is False, key
    for row in own.values():
        assert not row["logical_name"].endswith("_base") or row["valid_for_update"] is False
    assert own[table(name)["primary_id"]]["valid_for_update"] is False


@pytest.mark.parametrize("name", TABLES)
def test_base_columns_belong_to_a_money_column(name: str):
    own = columns(name)
    for row in own.values():
        assert "base_of" not in row or own[row["base_of"]]["type"] == "Money"


@pytest.mark.parametrize("name", TABLES)
def test_defaults_are_values_of_their_column(name: str):
    for row in columns(name).values():
        default = row.get("default")
        if row["type"] in {"Boolean", "ManagedProperty"}:
            assert default in {None, True, False}, row["logical_name"]
        else:
            values = {option["value"] for option in row.get("options", ())}
            assert default is None or default in values, row["logical_name"]
        if row["type"] == "Boolean":
            assert [option["value"] for option in row["options"]] == [0, 1]


@pytest.mark.parametrize(
    ("name", "column", "facts"),
    [
        ("account", "preferredcontactmethodcode", {"default": 1}),
        ("account", "donotemail", {"default": False}),
        ("account", "address1_addresstypecode", {"default": None}),
        ("account", "address2_addresstypecode", {"default": 1}),
        ("contact", "followemail", {"default": True}),
        ("contact", "birthdate", {"date_behavior": "DateOnly", "format": "DateOnly"}),
        ("contact", "lastusedincampaign", {"date_behavior": "UserLocal", "format": "DateOnly"}),
        ("lead", "leadqualitycode", {"default": 2}),
        ("lead", "estimatedclosedate", {"date_behavior": "DateOnly"}),
        ("lead", "need", {"option_set": "need"}),
        ("opportunity", "actualclosedate", {"date_behavior": "DateOnly"}),
        ("opportunity", "finaldecisiondate", {"date_behavior": "DateOnly"}),
        ("opportunity", "scheduleproposalmeeting", {"date_behavior": "UserLocal"}),
        ("opportunity", "opportunityratingcode", {"default": 2}),
        ("opportunity", "estimatedvalue_base", {"base_of": "estimatedvalue", "precision": 4}),
        ("opportunity", "discountpercentage", {"precision": 2, "min": 0, "max": 100}),
        ("task", "scheduledend", {"date_behavior": "UserLocal", "format": "DateAndTime"}),
        ("task", "actualend", {"date_behavior": "UserLocal", "format": "DateOnly"}),
        ("task", "prioritycode", {"default": 1}),
        ("team", "teamtype", {"default": 0, "valid_for_update": False}),
        ("transactioncurrency", "exchangerate", {"precision": 12, "min": 1e-12}),
        ("transactioncurrency", "uniquedscid", {"valid_for_read": False}),
        ("usersettings", "negativecurrencyformatcode", {"min": 0, "max": 15}),
        ("role", "canbedeleted", {"type": "ManagedProperty"}),
        ("account", "entityimage", {"type": "Image"}),
    ],
)
def test_columns_hold_the_facts(name: str, column: str, facts: dict[str, Any]):
    row = columns(name)[column]
    assert {key: row.get(key) for key in facts} == facts


def test_two_values_have_their_labels():
    expected = {
        ("account", "donotemail"): ["Allow", "Do Not Allow"],
        ("account", "donotsendmm"): ["Send", "Do Not Send"],
        ("account", "creditonhold"): ["No", "Yes"],
        ("opportunity", "isrevenuesystemcalculated"): ["User Provided", "System Calculated"],
        ("opportunity", "developproposal"): ["Mark complete", "Completed"],
        ("systemuser", "isdisabled"): ["Enabled", "Disabled"],
    }
    for (name, column), labels in expected.items():
        assert [option["label"] for option in columns(name)[column]["options"]] == labels


def test_searched_columns_are_indexed():
    expected = {
        "opportunity": {"name", "customerid", "ownerid", "statecode", "estimatedclosedate"},
        "task": {"subject", "regardingobjectid", "ownerid", "statecode", "scheduledend"},
        "team": {"name", "businessunitid"},
        "transactioncurrency": {"currencyname", "isocurrencycode"},
        "lead": {"fullname", "subject", "emailaddress1", "ownerid", "owningbusinessunit"},
        "account": {"name", "accountnumber", "parentaccountid", "ownerid"},
        "contact": {"fullname", "emailaddress1", "parentcustomerid", "ownerid"},
        "systemuser": {"fullname", "domainname", "applicationid", "businessunitid"},
    }
    for name, wanted in expected.items():
        indexed = {key for key, row in columns(name).items() if row.get("indexed")}
        assert wanted | {"createdon", "modifiedon"} <= indexed


def test_application_users_have_their_columns():
    wanted = (
        "applicationid applicationiduri azureactivedirectoryobjectid domainname fullname "
        "internalemailaddress isdisabled accessmode islicensed businessunitid"
    )
    assert set(wanted.split()) <= columns("systemuser").keys()


@pytest.mark.parametrize("name", TABLES)
def test_relationships_stand_on_columns_and_navigate_uniquely(name: str):
    own = columns(name)
    related = table(name)["relationships"]
    for row in related["many_to_one"]:
        column = own[row["column"]]
        assert row["target"] == "owner" or row["target"] in column.get("targets", [row["target"]])
        assert row["target"] in EXTERNAL | set(TABLES)
        assert row["referenced_navigation"]
        assert set(row.get("cascade", {}).values()) <= CASCADES
    assert repeated(row["schema_name"] for row in related["many_to_one"]) == []
    navigations = [row["referencing_navigation"] for row in related["many_to_one"]]
    assert repeated(navigations) == []
    plain = {key for key, row in own.items() if row["type"] not in LOOKUPS}
    assert plain & set(navigations) == set()
    assert all(name in (row["entity1"], row["entity2"]) for row in related["many_to_many"])


@pytest.mark.parametrize("name", TABLES)
def test_every_target_is_here_or_external(name: str):
    for row in columns(name).values():
        assert set(row.get("targets", ())) <= EXTERNAL | set(TABLES), row["logical_name"]
    related = table(name)["relationships"]
    reached = {row["column"] for row in related["many_to_one"]}
    internal = {"accountid", "contactid", "parentcontactid"}  # a customer, kept apart
    for row in columns(name).values():
        if set(row.get("targets", ())) & set(TABLES) and row["logical_name"] not in internal:
            assert row["logical_name"] in reached, row["logical_name"]


@pytest.mark.parametrize(
    ("name", "schema_name", "navigations", "delete"),
    [
        ("account", "account_parent_account", "parentaccountid account_parent_account",
         "RemoveLink"),
        ("account", "account_primary_contact", "primarycontactid account_primary_contact",
         "RemoveLink"),
        ("account", "transactioncurrency_account",
         "transactioncurrencyid transactioncurrency_account", "Restrict"),
        ("contact", "contact_customer_accounts",
         "parentcustomerid_account contact_customer_accounts", "Cascade"),
        ("contact", "contact_customer_contacts",
         "parentcustomerid_contact contact_customer_contacts", "Cascade"),
        ("opportunity", "opportunity_customer_accounts",
         "customerid_account opportunity_customer_accounts", "Cascade"),
        ("opportunity", "opportunity_parent_contact",
         "parentcontactid opportunity_parent_contact", "RemoveLink"),
        ("opportunity", "owner_opportunitys", "ownerid owner_opportunitys", "NoCascade"),
        ("task", "Account_Tasks", "regardingobjectid_account_task Account_Tasks", "Cascade"),
        ("task", "Opportunity_Tasks", "regardingobjectid_opportunity_task Opportunity_Tasks",
         "Cascade"),
        ("task", "lk_task_createdby", "createdby_task lk_task_createdby", "NoCascade"),
        ("team", "business_unit_teams", "businessunitid business_unit_teams", "Restrict"),
        ("usersettings", "user_settings", "systemuserid_systemuser user_settings", "Cascade"),
    ],
)  # fmt: skip
def test_relationships_have_their_names(name: str, schema_name: str, navigations: str, delete: str):
    related = table(name)["relationships"]["many_to_one"]
    found = next(row for row in related if row["schema_name"] == schema_name)
    names = (found["referencing_navigation"], found["referenced_navigation"])
    assert names == tuple(navigations.split())
    assert found["cascade"]["delete"] == delete


@pytest.mark.parametrize(
    ("association", "first", "second"),
    [
        ("teammembership_association", "team teamid", "systemuser systemuserid"),
        ("teamroles_association", "team teamid", "role roleid"),
        ("systemuserroles_association", "systemuser systemuserid", "role roleid"),
    ],
)
def test_associations_stand_in_both_tables(association: str, first: str, second: str):
    ends = [end.split() for end in (first, second)]
    for name, _ in ends:
        related = table(name)["relationships"]["many_to_many"]
        row = next(row for row in related if row["schema_name"] == association)
        assert [row["entity1"], row["entity1_column"]] == ends[0]
        assert [row["entity2"], row["entity2_column"]] == ends[1]
        assert row["intersect"] == association.removesuffix("_association")


def test_a_record_finds_each_collection_by_one_name():
    ends = [
        (row["target"], row["referenced_navigation"])
        for name in TABLES
        for row in table(name)["relationships"]["many_to_one"]
    ]
    assert repeated(ends) == []


# Privileges and roles


# Notice and reading


def test_the_catalogue_reads_every_file():
    tables = catalogue().tables
    assert sorted(tables) == TABLES
    for name in TABLES:
        assert tables[name].columns.keys() == columns(name).keys()
        assert len(tables[name].privileges) == len(table(name)["privileges"])
