"""Whatever is asked about definitions, the answer is well formed: never a 500, never a hang."""

import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE

CRM = "Microsoft.Dynamics.CRM."
NAMES = st.sampled_from(
    [
        *(
            "LogicalName",
            "MetadataId",
            "IsActivity",
            "ObjectTypeCode",
            "OwnershipType",
            "OptionSet",
        ),
        *("DisplayName", "IsCustomizable/Value", "RequiredLevel/Value", "AttributeType", "Options"),
        *(
            "Attributes",
            "Keys",
            "OneToManyRelationships",
            "nosuch",
            "MaxLength",
            "IsActivity/Value",
        ),
    ]
)
LITERALS = st.sampled_from(
    [
        *(
            "null",
            "true",
            "1",
            "-1.5",
            "1e999",
            "'account'",
            "''",
            "'a''b'",
            "'User'",
            "2026-01-01",
        ),
        *(f"{CRM}OwnershipTypes'UserOwned'", f"{CRM}OwnershipTypes''", "Nosuch'x'", "@p", "NaN"),
        "8944a0c4-b36d-4973-a3c6-e0fefe61d236",
    ]
)
OPERATORS = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le", "in", "has"])
TEST = st.one_of(
    st.tuples(NAMES, OPERATORS, LITERALS).map(" ".join),
    st.tuples(LITERALS, OPERATORS, NAMES).map(" ".join),
    st.tuples(NAMES, OPERATORS, NAMES).map(" ".join),
)
FILTER = st.recursive(
    TEST,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
        inner.map("not ({})".format),
        inner.map("({})".format),
    ),
    max_leaves=6,
)
SOUP = st.text("()',;=$@/ aeqnot", max_size=30)
SELECT = st.lists(NAMES, max_size=4).map(",".join)
OPTIONS = st.one_of(
    SELECT.map("$select={}".format),
    FILTER.map("$filter={}".format),
    SOUP.map("$filter={}".format),
)
EXPAND = st.recursive(
    NAMES,
    lambda inner: st.tuples(
        NAMES, st.lists(st.one_of(OPTIONS, inner.map("$expand={}".format)), max_size=3)
    ).map(lambda pair: f"{pair[0]}({';'.join(pair[1])})"),
    max_leaves=4,
)
KEY = st.sampled_from(
    [
        "",
        "(LogicalName='account')",
        "(LogicalName='x', SchemaName='y')",
        "()",
        "(1)",
        "(Name='need')",
    ]
)
CAST = st.sampled_from(["Picklist", "Boolean", "Enum", "Lookup", "nosuch"]).map(
    lambda name: f"{CRM}{name}AttributeMetadata"
)
SEGMENT = st.tuples(st.one_of(NAMES, CAST, st.just("$count")), KEY).map("".join)
PATH = st.tuples(
    st.sampled_from(["EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"]),
    KEY,
    st.lists(SEGMENT, max_size=3).map(lambda segments: "".join(f"/{each}" for each in segments)),
).map("".join)
STATUSES = {200, 204, 400, 404, 501}


@PROFILE
@given(path=PATH, select=SELECT, text=st.one_of(FILTER, SOUP), expand=st.one_of(EXPAND, SOUP))
def test_whatever_is_asked_about_definitions_is_answered(client, path, select, text, expand):
    pairs = {"$select": select, "$filter": text, "$expand": expand}
    for name, value in pairs.items():
        answer = client.send("GET", quote(f"/api/data/v9.2/{path}"), f"{name}={quote(value)}")
        assert answer.status in STATUSES, answer.document
        assert answer.status != 501 or "isn't supported" in answer.document["error"]["message"]
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs.items())
    assert client.send("GET", quote(f"/api/data/v9.2/{path}"), query).status in STATUSES


@PROFILE
@given(text=FILTER, expand=EXPAND)
def test_whatever_is_asked_about_tables_is_answered(client, text, expand):
    assert client.get("EntityDefinitions", filter=text).status in {200, 400}
    assert client.get("EntityDefinitions", expand=expand).status in {200, 400}


SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), st.text(max_size=3)
)
KINDS = st.sampled_from(
    [
        *("System.String", "System.Boolean", "System.Int32", "System.Guid", "System.String[]"),
        *("System.Object[]", "Microsoft.Xrm.Sdk.Metadata.AttributeTypeCode", "", None, 1),
    ]
)
VALUE = st.one_of(SCALAR, st.lists(SCALAR, max_size=2), st.just("['a','b']"), st.just("['"))
CONDITION = st.fixed_dictionaries(
    {
        "PropertyName": st.one_of(NAMES, SCALAR),
        "ConditionOperator": st.one_of(
            st.sampled_from(["Equals", "NotEquals", "In", "NotIn", "GreaterThan", "LessThan"]),
            VALUE,
        ),
        "Value": st.one_of(
            st.fixed_dictionaries({"Type": KINDS, "Value": VALUE}), st.none(), SCALAR
        ),
    }
)
CRITERIA = st.recursive(
    st.fixed_dictionaries(
        {
            "FilterOperator": st.one_of(st.sampled_from(["And", "Or"]), VALUE),
            "Conditions": st.one_of(st.lists(CONDITION, max_size=2), SCALAR),
        }
    ),
    lambda inner: st.fixed_dictionaries({"Filters": st.lists(inner, max_size=2)}),
    max_leaves=4,
)
WANTED = st.fixed_dictionaries(
    {
        "Properties": st.one_of(
            SCALAR,
            st.fixed_dictionaries({"AllProperties": VALUE, "PropertyNames": VALUE}),
            st.fixed_dictionaries({"PropertyNames": st.lists(NAMES, max_size=3)}),
        ),
        "Criteria": st.one_of(CRITERIA, SCALAR),
    }
)


@PROFILE
@given(tables=WANTED, part=st.one_of(WANTED, SCALAR), labels=VALUE)
def test_whatever_query_of_definitions_is_asked_is_answered(client, tables, part, labels):
    query = {**tables, "AttributeQuery": part, "LabelQuery": {"FilterLanguages": labels}}
    path = "RetrieveMetadataChanges(Query=@p1)"
    answer = client.send("GET", path, f"@p1={quote(json.dumps(query))}")
    assert answer.status in {200, 400}, answer.document
