"""FetchXML drawn at random: elements where they belong and where they do not."""

from xml.sax.saxutils import quoteattr

from hypothesis import strategies as st

from xrm.model.operators import OPERATORS

_NAMES = st.sampled_from(
    ["account", "contact", "name", "contactid", "primarycontactid", "revenue", "createdon", "a",
     "teammembership", "", "é", "1", "true", "eq", "in", "between", "last-x-days", "and", "or",
     "outer", "inner", "2026-01-01", "{0}", "<cookie page='1'/>", "account.name"]
)  # fmt: skip
_TAGS = st.sampled_from(
    ["entity", "attribute", "filter", "condition", "value", "order", "link-entity",
     "all-attributes", "no-attrs", "x"]
)  # fmt: skip
_KEYS = st.sampled_from(
    ["name", "alias", "attribute", "operator", "value", "valueof", "entityname", "from", "to",
     "link-type", "type", "descending", "aggregate", "top", "page", "count", "paging-cookie",
     "distinct"]
)  # fmt: skip
_ATTRIBUTES = st.dictionaries(_KEYS, _NAMES | st.text(max_size=10), max_size=5)


def _written(tag, attributes, inside):
    head = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{tag} {head}>{''.join(inside)}</{tag}>"


_LEAVES = st.builds(_written, _TAGS, _ATTRIBUTES, st.just([]))
TREES = st.recursive(
    _LEAVES | st.text(max_size=5),
    lambda inner: st.builds(_written, _TAGS, _ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=12,
)
DOCUMENTS = st.builds(
    lambda attributes, inside: _written(
        "fetch", attributes, [_written("entity", {"name": "account"}, inside)]
    ),
    _ATTRIBUTES,
    st.lists(TREES, max_size=5),
)

_COLUMN = st.sampled_from(
    ["name", "accountid", "primarycontactid", "revenue", "numberofemployees", "createdon",
     "statecode", "donotemail", "ownerid", "owningbusinessunit", "industrycode", "entityimage",
     "versionnumber", "description", "contactid", "fullname", "birthdate"]
)  # fmt: skip
_OPERATORS = st.sampled_from(sorted(OPERATORS))
_VALUES = st.sampled_from(
    ["1", "0", "x", "", "%a%", "[", "true", "2026-01-01", "2026-01-01T00:00:00Z", "9" * 9,
     "12345678-0000-4000-8000-000000000001", "-5.5", "9999-12-31", "0001-01-01"]
)  # fmt: skip
_ALIAS = st.sampled_from(["", "a", "b", "account", "select", "A1", "contact1"])


def _condition(column, operator, values, entity):
    inside = [f"<value>{value}</value>" for value in values[1:]]
    named = {"attribute": column, "operator": operator} | ({"entityname": entity} if entity else {})
    if len(values) == 1:
        named["value"] = values[0]
    elif values:
        inside.insert(0, f"<value>{values[0]}</value>")
    return _written("condition", named, inside)


_CONDITIONS = st.builds(
    _condition, _COLUMN, _OPERATORS, st.lists(_VALUES, max_size=2), st.just("") | _ALIAS
)
_COLUMNS = st.builds(
    lambda name, alias: _written("attribute", {"name": name, "alias": alias}, []), _COLUMN, _ALIAS
)
_ORDERS = st.builds(
    lambda name, down: _written("order", {"attribute": name, "descending": down}, []),
    _COLUMN,
    st.sampled_from(["0", "1"]),
)
_FILTERS = st.builds(
    lambda word, items: _written("filter", {"type": word}, items),
    st.sampled_from(["and", "or"]),
    st.lists(_CONDITIONS, max_size=3),
)


def _link(ends, kind, alias, inside):
    table, own, other = ends
    named = {"name": table, "from": own, "to": other, "link-type": kind, "alias": alias}
    return _written("link-entity", named, inside)


_ENDS = st.sampled_from(
    [("contact", "contactid", "primarycontactid"), ("account", "primarycontactid", "contactid"),
     ("account", "accountid", "accountid"), ("contact", "parentcustomerid", "accountid"),
     ("systemuser", "systemuserid", "ownerid"), ("account", "name", "name"),
     ("contact", "numberofchildren", "numberofemployees"), ("account", "revenue", "name"),
     ("teammembership", "systemuserid", "owninguser"), ("account", "createdon", "revenue")]
)  # fmt: skip
_LINKS = st.recursive(
    st.builds(_link, _ENDS, st.sampled_from(["inner", "outer"]), _ALIAS,
              st.lists(_COLUMNS | _FILTERS | _ORDERS, max_size=2)),
    lambda inner: st.builds(_link, _ENDS, st.sampled_from(["inner", "outer"]), _ALIAS,
                            st.lists(inner, max_size=2)),
    max_leaves=3,
)  # fmt: skip
QUERIES = st.builds(
    lambda attributes, inside: _written(
        "fetch", attributes, [_written("entity", {"name": "account"}, inside)]
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "distinct": st.just("true"),
            "count": st.sampled_from(["1", "3"]),
            "page": st.sampled_from(["1", "2", "5"]),
            "returntotalrecordcount": st.just("1"),
            "useraworderby": st.just("1"),
        },
    ),
    st.lists(_COLUMNS | _FILTERS | _ORDERS | _LINKS, max_size=5),
)
"""Documents most of which the service answers."""
