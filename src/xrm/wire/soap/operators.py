"""The operators of conditions as the SDK names them (ConditionOperator)."""

from collections.abc import Mapping

from xrm.model.operators import SPANS

_UNITS = ("Hours", "Days", "Weeks", "Months", "Years")
_WORDS = {"last-seven-days": "Last7Days", "next-seven-days": "Next7Days"}

OPERATORS: Mapping[str, str] = {
    "Equal": "eq",
    "NotEqual": "ne",
    "GreaterThan": "gt",
    "GreaterEqual": "ge",
    "LessThan": "lt",
    "LessEqual": "le",
    "Like": "like",
    "NotLike": "not-like",
    "In": "in",
    "NotIn": "not-in",
    "Between": "between",
    "NotBetween": "not-between",
    "Null": "null",
    "NotNull": "not-null",
    "Contains": "contains",
    "DoesNotContain": "not-contains",
    "BeginsWith": "begins-with",
    "DoesNotBeginWith": "not-begin-with",
    "EndsWith": "ends-with",
    "DoesNotEndWith": "not-end-with",
    "EqualUserId": "eq-userid",
    "NotEqualUserId": "ne-userid",
    "EqualUserTeams": "eq-userteams",
    "EqualUserOrUserTeams": "eq-useroruserteams",
    "EqualBusinessId": "eq-businessid",
    "NotEqualBusinessId": "ne-businessid",
    "EqualUserLanguage": "eq-userlanguage",
    "On": "on",
    "OnOrBefore": "on-or-before",
    "OnOrAfter": "on-or-after",
    **{_WORDS.get(name, name.title().replace("-", "")): name for name in SPANS},
    **{
        f"{which}X{unit}": f"{which.lower()}-x-{unit.lower()}"
        for which in ("Last", "Next")
        for unit in _UNITS
    },
    **{f"OlderThanX{unit}": f"olderthan-x-{unit.lower()}" for unit in ("Minutes", *_UNITS)},
}
"""The model's name of each operator; the contract ConditionOperator has others too."""
