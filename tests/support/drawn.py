"""What fuzz tests of the Web API draw: paths, queries, headers, records, parameters."""

from urllib.parse import quote

import orjson
from hypothesis import strategies as st

from support.estate import ROOT


def numbers(value):
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers(inner)]
    return [value] if isinstance(value, int) else []


def dumped(record):
    """Return a record as JSON, without what the library cannot write."""
    fits = all(-(2**63) <= number < 2**64 for number in numbers(record))
    return orjson.dumps(record) if fits else b"{}"


KEYS = [
    "397961ef-dc25-4887-a0f2-b192ff6596c4",
    "8944A0C4-B36D-4973-A3C6-E0FEFE61D236",
    "{8944a0c4-b36d-4973-a3c6-e0fefe61d236}",
    "00000000-0000-0000-0000-000000000000",
]
SETS = ["leads", "accounts", "contacts", "systemusers", "roles", "organizations", "privileges"]
COLUMNS = [
    *("subject", "revenue", "numberofemployees", "createdon", "estimatedclosedate", "leadid"),
    *("donotemail", "address1_latitude", "statecode", "processid", "_ownerid_value", "ownerid"),
    *(
        "_customerid_value",
        "versionnumber",
        "description",
        "nosuch",
        "isautocreate",
        "exchangerate",
    ),
]
LITERALS = [
    *("null", "true", "1", "-1", "1.5", "1e999", "1e999999999", "9" * 30, "''", "'a''b'", "'%[_]'"),
    *("'[z-a]'", "'\x00'", "'\U0001f600'", "2026-01-01", "2026-02-30", "2026-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59.999999999999-14:00", "0001-01-01T00:00:00+14:00", *KEYS[:2], "NaN", "("),
]
WORDS = [
    *(
        "eq",
        "ne",
        "gt",
        "ge",
        "lt",
        "le",
        "and",
        "or",
        "not",
        "(",
        ")",
        ",",
        "contains",
        "endswith",
    ),
    *("startswith", "in", "has", "add", "length", "any", "$it", "/", "'", " ", "@p"),
]
TEXT = st.text(max_size=20)
LITERAL = st.one_of(st.sampled_from(LITERALS), TEXT.map(lambda text: "'" + text + "'"))
OPERATOR = st.sampled_from(WORDS[:6])
COLUMN = st.sampled_from(COLUMNS)
CONDITION = st.one_of(
    st.builds(" ".join, st.tuples(COLUMN, OPERATOR, LITERAL)),
    st.builds(" ".join, st.tuples(LITERAL, OPERATOR, COLUMN)),
    st.builds(" ".join, st.tuples(COLUMN, OPERATOR, COLUMN)),
    st.builds(
        lambda name, column, value: f"{name}({column},{value})",
        st.sampled_from(["contains", "startswith", "endswith", "length"]),
        COLUMN,
        LITERAL,
    ),
)
FILTER = st.recursive(
    CONDITION,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=8,
)
SOUP = st.lists(st.one_of(st.sampled_from(WORDS + COLUMNS + LITERALS), TEXT), max_size=12).map(
    " ".join
)
ORDER = st.lists(
    st.builds("{} {}".format, COLUMN, st.sampled_from(["", "asc", "desc", "up"])), max_size=4
).map(",".join)
TOKEN = st.one_of(
    TEXT,
    st.builds(
        lambda page, name, value, size: (
            f'<cookie pagenumber="{page}" pagingcookie="'
            + quote(quote(f'<cookie page="1"><{name} last="{value}" first="" /></cookie>'))
            + f'" istracking="False" pagesize="{size}" />'
        ),
        st.sampled_from(["2", "1", "-1", "²", "x", "999999999", "9" * 12]),
        st.sampled_from([*COLUMNS, "accountid"]),
        st.sampled_from([*KEYS, *LITERALS[:12], "&lt;", ""]),
        st.sampled_from(["2", "0", "", "99999", "²"]),
    ),
)
OPTION = st.one_of(
    st.tuples(st.just("$filter"), st.one_of(FILTER, SOUP)),
    st.tuples(st.just("$orderby"), st.one_of(ORDER, SOUP)),
    st.tuples(st.just("$select"), st.lists(COLUMN, max_size=5).map(",".join)),
    st.tuples(st.just("$top"), st.one_of(st.sampled_from(["0", "1", "5000", "5001", "-1"]), TEXT)),
    st.tuples(st.just("$skiptoken"), TOKEN),
    st.tuples(st.sampled_from(["$count", "$expand", "$apply", "$skip", "$x", "x", ""]), TEXT),
)
QUERY = st.one_of(
    st.lists(OPTION, max_size=4).map(
        lambda pairs: "&".join(f"{name}={quote(value)}" for name, value in pairs)
    ),
    st.lists(OPTION, max_size=3).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
    ),
    TEXT,
    st.sampled_from(
        ["%", "%ff", "%00", "=", "&&&", "$filter", "$filter=%ed%a0%80", "a=" + "b" * 40_000]
    ),
)
KEY = st.one_of(
    st.sampled_from(KEYS),
    TEXT,
    st.builds("{}={}".format, st.sampled_from([*COLUMNS, "accountid"]), st.sampled_from(LITERALS)),
)
SEGMENTS = [
    *("subject", "revenue", "_ownerid_value", "owninguser", "parentaccountid", "primarycontactid"),
    *("$ref", "$count", "$value", "Lead_Tasks", "Account_Tasks", "contact_customer_accounts"),
    *("accountleads_association", "systemuserroles_association", "createdby", "fullname", "", "x"),
    *(f"Lead_Tasks({KEYS[0]})", f"accountleads_association({KEYS[1]})", "nosuch", "ownerid"),
    *("Microsoft.Dynamics.CRM.CreateMultiple", "Microsoft.Dynamics.CRM.UpsertMultiple"),
]
DEEP = st.builds(
    lambda name, key, rest: f"{ROOT}{name}({key})/" + "/".join(rest),
    st.sampled_from(SETS),
    st.sampled_from([*KEYS, f"leadid={KEYS[0]}", "name='x'"]),
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4),
)
ACTIONS = [
    *(f"leads/Microsoft.Dynamics.CRM.{verb}Multiple" for verb in ("Create", "Update", "Upsert")),
    *("accounts/Microsoft.Dynamics.CRM.CreateMultiple", "BulkDelete", "WhoAmI"),
    *("GrantAccess", "ModifyAccess", "RevokeAccess"),
    f"teams({KEYS[0]})/Microsoft.Dynamics.CRM.AddMembersTeam",
]
FUNCTIONS = [
    *("RetrieveCurrentOrganization(AccessType={})", "RetrieveTotalRecordCount(EntityNames={})"),
    *("RetrieveSharedPrincipalsAndAccess(Target={})", "RetrieveVersion({})", "WhoAmI(x={})"),
    f"systemusers({KEYS[0]})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target={{}})",
]
ARGUMENTS = [
    *("@t", "null", "'x'", "5", KEYS[0], "[", "[]", "['account',\"lead\"]", "{}", "{'a':'b'}"),
    *(f"{{'@odata.id':'accounts({KEYS[0]})'}}", "{'@odata.id':5}", "[[[[", "'" * 4, '"', "x'y'"),
    *("Microsoft.Dynamics.CRM.EndpointAccessType'Default'", "{'a':1,'a':2}", "(,)"),
]
CALL = st.builds(
    lambda function, text: ROOT + function.format(quote(text)),
    st.sampled_from(FUNCTIONS),
    st.one_of(TEXT, st.sampled_from(ARGUMENTS)),
)
PATH = st.one_of(
    DEEP,
    CALL,
    st.sampled_from([ROOT + path for path in [*ACTIONS, "leads/$count", "EntityDefinitions"]]),
    st.sampled_from([f"{ROOT}{name}" for name in [*SETS, "", "WhoAmI", "WhoAmI()", "$metadata"]]),
    st.builds(lambda name, key: f"{ROOT}{name}({quote(key)})", st.sampled_from(SETS), KEY),
    st.builds(lambda name, key: f"{ROOT}{name}({key})", st.sampled_from([*SETS, "Create"]), KEY),
    st.builds(lambda name, rest: f"{ROOT}{name}/{rest}", st.sampled_from(SETS), TEXT),
    st.builds(lambda version: f"/api/data/v{version}/leads", TEXT),
    TEXT,
)
METHOD = st.sampled_from(
    ["GET", "GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "", "X"]
)
VALUE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        TEXT, st.sampled_from([*KEYS, *LITERALS, "/accounts(1)", f"/accounts({KEYS[0]})"]),
        st.sampled_from([2**31, -(2**31) - 1, 2**63, 2**64, 1e308, -0.0, 5e-324]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(TEXT, inner, max_size=2)
    ),
    max_leaves=3,
)  # fmt: skip
NAME = st.one_of(
    st.sampled_from(
        [
            *COLUMNS,
            *("parentaccountid@odata.bind", "ownerid@odata.bind", "customerid_contact@odata.bind"),
            *(
                "nosuch@odata.bind",
                "@odata.bind",
                "@odata.type",
                "lastname",
                "statuscode",
                "owninguser",
            ),
            *("lastonholdtime", "address1_addressid", "accountid", "name", "isdisabled"),
        ]
    ),
    TEXT,
)
RECORD = st.dictionaries(NAME, VALUE, max_size=6)
BODY = st.one_of(
    RECORD.map(dumped),
    st.binary(max_size=100),
    st.sampled_from(
        [b"", b"{", b"null", b"[" * 2000, b'{"subject":"\\ud800"}', b'{"revenue":1e400}']
    ),
)
HEADER = st.one_of(
    st.tuples(
        st.just("prefer"),
        st.one_of(
            st.sampled_from(
                ["odata.maxpagesize=1", "odata.maxpagesize=0", "return=representation"]
            ),
            st.sampled_from(["odata.maxpagesize=²", "odata.maxpagesize=" + "9" * 20]),
            st.sampled_from(
                [
                    'odata.include-annotations="*"',
                    'odata.include-annotations="Microsoft.*,-*.lookuplogicalname"',
                    'return=representation,odata.include-annotations="*",odata.maxpagesize=3',
                ]
            ),
            TEXT,
        ),
    ),
    st.tuples(
        st.sampled_from(["if-match", "if-none-match"]),
        st.one_of(st.sampled_from(["*", 'W/"1"', "null", 'W/"' + "9" * 19 + '"', 'W/"²"']), TEXT),
    ),
    st.tuples(
        st.just("content-type"),
        st.one_of(
            st.sampled_from(
                [
                    "application/json",
                    "application/json;IEEE754Compatible=true",
                    "application/json; charset=utf-16",
                ]
            ),
            TEXT,
        ),
    ),
    st.tuples(
        st.just("accept"),
        st.sampled_from(
            ["*/*", "text/html", "application/json;odata.metadata=full;IEEE754Compatible=true"]
        ),
    ),
    st.tuples(
        st.sampled_from(
            [
                *("mscrmcallerid", "callerobjectid", "mscrm.bypasscustompluginexecution"),
                *("mscrm.bypassbusinesslogicexecution", "mscrm.suppressduplicatedetection"),
                *("mscrm.bypassbusinesslogicexecutionstepids", "x-ms-client-request-id", "cookie"),
            ]
        ),
        st.one_of(st.sampled_from([*KEYS, "true", "CustomSync", "orgId=x"]), TEXT),
    ),
    st.tuples(st.sampled_from(["access-control-request-headers", "origin", "accept", "x"]), TEXT),
)
HEADERS = st.lists(HEADER, max_size=4).map(tuple)


TARGET = st.one_of(
    st.builds(
        lambda record, kind, named: {**record, **kind, **named},
        RECORD,
        st.sampled_from(
            [
                {"@odata.type": "Microsoft.Dynamics.CRM.lead"},
                {"@odata.type": "#Microsoft.Dynamics.CRM.account"},
                {"@odata.type": "x"},
                {"@odata.type": 1},
                {},
            ]
        ),
        st.sampled_from(
            [
                {},
                {"leadid": KEYS[0]},
                {"@odata.id": f"leads({KEYS[1]})"},
                {"@odata.id": "leads(subject='x')"},
                {"@odata.id": f"/leads({KEYS[0]})"},
                {"@odata.id": []},
            ]
        ),
    ),
    VALUE,
)
EXPRESSION = st.fixed_dictionaries(
    {"EntityName": st.sampled_from(["lead", "nosuch", "role"])},
    optional={
        "TopCount": VALUE,
        "LinkEntities": VALUE,
        "Criteria": st.one_of(
            VALUE,
            st.fixed_dictionaries(
                {
                    "FilterOperator": st.sampled_from(["And", "Or", 1]),
                    "Conditions": st.lists(
                        st.fixed_dictionaries(
                            {
                                "AttributeName": st.one_of(st.sampled_from(COLUMNS), VALUE),
                                "Operator": st.sampled_from(["Equal", "In", "Null", "Like", "x"]),
                            },
                            optional={
                                "Values": st.one_of(
                                    VALUE, st.lists(VALUE.map(lambda each: {"Value": each}))
                                )
                            },
                        ),
                        max_size=2,
                    ),
                }
            ),
        ),
    },
)
PARAMETERS = st.one_of(
    st.fixed_dictionaries({"Targets": st.one_of(VALUE, st.lists(TARGET, max_size=3))}),
    st.fixed_dictionaries(
        {"QuerySet": st.one_of(VALUE, st.lists(EXPRESSION, max_size=2)), "JobName": VALUE},
        optional={"RunNow": VALUE, "ToRecipients": VALUE, "SourceImportId": VALUE, "x": VALUE},
    ),
    RECORD,
)
