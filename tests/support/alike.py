"""Questions that several languages ask, each with its spellings; the rows must be the same.

They are about the accounts and contacts that `given` makes.
"""

from dataclasses import dataclass

from support.estate import Client, encode
from support.fetching import document, fetch, filtered, holds, selected

MARK = "alike"
KEY = "12345678-0000-4000-8000-00000000000a"
BY_KEY = "dbeca"
"""The names in the order of the records' keys."""
EVERY = ("odata", "fetch", "query", "data")
ODATA = ("odata", "fetch", "query")
XRM = ("fetch", "query")
_NUMBERED = ("numberofchildren", "annualincome", "donotemail", "birthdate", "gendercode",
             "lastonholdtime", "processid", "department")  # fmt: skip
_PEOPLE = {
    "a": (1, 10.5, True, "1999-12-31", 1, "2026-01-01T00:00:00Z", KEY, "Sales"),
    "b": (2, 20.25, False, "2000-02-29", 2, "2026-06-01T12:30:00Z", None, "sales "),
    "c": (2, None, True, None, None, None, None, "Marketing"),
    "d": (None, 0, False, "2010-05-05", 1, "2027-01-15T07:00:00Z", None, None),
    "e": (5, 20.25, False, "1960-01-01", None, "2024-02-29T23:59:59Z", None, "100% R&D [x] _"),
}
_PARENTS = {"a": "North", "b": "North", "c": "South"}


@dataclass(frozen=True)
class Question:
    """A question about contacts: the names it finds, in order where `order` is given.

    `filter` and `order` are OData; `inside` is what stands in FetchXML's entity. `by` are the
    languages that have it.
    """

    filter: str
    inside: str
    found: str
    order: str = ""
    top: int | None = None
    by: tuple[str, ...] = EVERY

    @property
    def name(self) -> str:
        return f"{self.filter} {self.order}".strip() or self.inside


def given(client: Client) -> None:
    """Make two accounts and five contacts.

    Three belong to one of the accounts; the last is somebody else's.
    """
    other = client.estate.user("System Administrator", name="Somebody else")
    keys = {
        name: client.post("accounts", {"name": name, "address1_city": city}).created
        for name, city in (("North", "Oslo"), ("South", None))
    }
    for name, row in _PEOPLE.items():
        record = {"lastname": "Alike", "employeeid": MARK, "jobtitle": name}
        record["contactid"] = f"c0000000-0000-4000-8000-00000000000{BY_KEY.index(name)}"
        record |= dict(zip(_NUMBERED, row, strict=True))
        if name == "e":
            record["ownerid@odata.bind"] = f"/systemusers({other.user_id})"
        if name in _PARENTS:
            record["parentcustomerid_account@odata.bind"] = f"/accounts({keys[_PARENTS[name]]})"
        assert client.post("contacts", record).status == 204


def by_odata(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as OData."""
    return names(client.send("GET", "contacts", encode(odata(asked))).rows, asked)


def odata(asked: Question) -> dict[str, object]:
    """Return the query options of a question."""
    ours = f"employeeid eq '{MARK}'"
    options: dict[str, object] = {"select": "jobtitle"}
    options["filter"] = f"{ours} and ({asked.filter})" if asked.filter else ours
    if asked.order:
        options["orderby"] = asked.order
    if asked.top is not None:
        options["top"] = asked.top
    return options


def by_fetch(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as FetchXML."""
    return names(fetch(client, "contacts", fetchxml(asked)).rows, asked)


def fetchxml(asked: Question, **bounds: object) -> str:
    """Return a question as FetchXML; `bounds` are attributes of the fetch."""
    inside = selected("jobtitle") + filtered(holds("employeeid", "eq", MARK)) + asked.inside
    if asked.top is not None:
        bounds["top"] = asked.top
    return document("contact", inside, useraworderby=int("gendercode" in asked.order), **bounds)


def names(rows: list[dict[str, str]], asked: Question, name: str = "jobtitle") -> list[str]:
    """Return the names of rows; where no order was asked they come by their keys."""
    found = [row[name] for row in rows]
    if not asked.order:
        assert found == sorted(found, key=BY_KEY.index)
        return sorted(found)
    return found


def _held(odata: str, column: str, operator: str, *values: object, found: str) -> Question:
    return Question(odata, filtered(holds(column, operator, *values)), found)


def _only(column: str, operator: str, *values: object, found: str) -> Question:
    """Return a question that OData cannot spell."""
    return Question("", filtered(holds(column, operator, *values)), found, by=XRM)


def _sorted(
    odata: str, found: str, *orders: str, top: int | None = None, by: tuple[str, ...] = EVERY
) -> Question:
    marks = "".join(
        f"<order attribute='{name.lstrip('-')}' descending='{int(name[0] == '-')}'/>"
        for name in orders
    )
    return Question("", marks, found, odata, top, by)


_SALES = holds("department", "eq", "SALES")
_MANY = holds("numberofchildren", "ge", 2)
_PARENT = (
    "<link-entity name='account' from='accountid' to='parentcustomerid' link-type='{}' alias='p'>"
    "{}</link-entity>"
)


def _linked(
    odata: str,
    kind: str,
    inside: str,
    outside: str = "",
    *,
    found: str,
    order: str = "",
    by: tuple[str, ...] = EVERY,
) -> Question:
    return Question(odata, outside + _PARENT.format(kind, inside), found, order, by=by)


QUESTIONS = (
    Question("", "", "abcde"),
    _held("department eq 'SALES'", "department", "eq", "SALES", found="ab"),
    _held("department ne 'sales'", "department", "ne", "sales", found="cde"),
    _held("department ne 'sales'", "department", "neq", "sales", found="cde"),
    _held("department gt 'N'", "department", "gt", "N", found="ab"),
    _held("department ge 'marketing'", "department", "ge", "marketing", found="abc"),
    _held("department lt 'M'", "department", "lt", "M", found="e"),
    _held("department le 'Marketing'", "department", "le", "Marketing", found="ce"),
    _held("department eq null", "department", "null", found="d"),
    _held("department ne null", "department", "not-null", found="abce"),
    _held("contains(department,'ket')", "department", "like", "%ket%", found="c"),
    _held("contains(department,'[%]')", "department", "like", "%[%]%", found="e"),
    _held("contains(department,'s_l')", "department", "like", "%s_l%", found="ab"),
    _held("startswith(department,'SA')", "department", "begins-with", "SA", found="ab"),
    _held("startswith(department,'[ms]a')", "department", "like", "[ms]a%", found="abc"),
    _held("endswith(department,'ing')", "department", "ends-with", "ing", found="c"),
    _held("not contains(department,'al')", "department", "not-like", "%al%", found="cde"),
    _held("not startswith(department,'sa')", "department", "not-begin-with", "sa", found="cde"),
    _held("not endswith(department,'ing')", "department", "not-end-with", "ing", found="abde"),
    _held("department eq '100% R&D [x] _'", "department", "eq",
          "100% R&D [x] _", found="e"),
    _held("department eq ''", "department", "eq", "", found=""),
    _held("numberofchildren eq 2", "numberofchildren", "eq", 2, found="bc"),
    _held("numberofchildren ne 2", "numberofchildren", "ne", 2, found="ade"),
    _held("numberofchildren gt 1", "numberofchildren", "gt", 1, found="bce"),
    _held("numberofchildren ge 2", "numberofchildren", "ge", 2, found="bce"),
    _held("numberofchildren lt 2", "numberofchildren", "lt", 2, found="a"),
    _held("numberofchildren le 2", "numberofchildren", "le", 2, found="abc"),
    _held("numberofchildren eq null", "numberofchildren", "null", found="d"),
    _held("numberofchildren eq 1 or numberofchildren eq 5", "numberofchildren", "in", 1, 5,
          found="ae"),
    _held("numberofchildren ge 1 and numberofchildren le 2", "numberofchildren", "between", 1, 2,
          found="abc"),
    _held("annualincome eq 20.25", "annualincome", "eq", "20.250", found="be"),
    _held("annualincome ne 20.25", "annualincome", "ne", "20.25", found="acd"),
    _held("annualincome gt 10.4999", "annualincome", "gt", "10.4999", found="abe"),
    _held("annualincome lt 10.50001", "annualincome", "lt", "10.50001", found="ad"),
    _held("annualincome ge 0", "annualincome", "ge", 0, found="abde"),
    _held("donotemail eq true", "donotemail", "eq", "true", found="ac"),
    _held("donotemail eq false", "donotemail", "eq", "0", found="bde"),
    _held("donotemail ne true", "donotemail", "ne", "1", found="bde"),
    _held("birthdate eq 2000-02-29", "birthdate", "eq", "2000-02-29", found="b"),
    _held("birthdate gt 1999-12-30", "birthdate", "gt", "1999-12-30", found="abd"),
    _held("birthdate le 1999-12-31", "birthdate", "le", "1999-12-31", found="ae"),
    _held("birthdate eq null", "birthdate", "null", found="c"),
    _held("lastonholdtime ge 2026-01-01T00:00:00Z", "lastonholdtime", "ge", "2026-01-01",
          found="abd"),
    _held("lastonholdtime lt 2026-06-01T12:30:00Z", "lastonholdtime", "lt",
          "2026-06-01T14:30:00+02:00", found="ae"),
    _held("lastonholdtime eq 2026-06-01T12:30:00Z", "lastonholdtime", "eq",
          "2026-06-01 12:30", found="b"),
    _held("lastonholdtime ne null", "lastonholdtime", "not-null", found="abde"),
    _held("lastonholdtime ge 1753-01-01T00:00:00Z", "lastonholdtime", "ge",
          "1753-01-01T00:00:00Z", found="abde"),
    _held("lastonholdtime le 9999-12-31T23:59:59Z", "lastonholdtime", "le",
          "9999-12-31T23:59:59Z", found="abde"),
    _held("birthdate le 9999-12-31", "birthdate", "le", "9999-12-31", found="abde"),
    _held("versionnumber le 9223372036854775807", "versionnumber", "le", 2**63 - 1,
          found="abcde"),
    _held("versionnumber gt -9223372036854775808", "versionnumber", "gt", -(2**63),
          found="abcde"),
    _held("numberofchildren gt -2147483648", "numberofchildren", "gt", -(2**31), found="abce"),
    _held("numberofchildren lt 2147483647", "numberofchildren", "lt", 2**31 - 1, found="abce"),
    _held("annualincome lt 922337203685477.5807", "annualincome", "lt", "922337203685477.5807",
          found="abde"),
    _held("annualincome gt 20.249999999999999999", "annualincome", "gt",
          "20.249999999999999999", found="be"),
    _held("department ne '<&>\"😀 مرحبا'", "department", "ne", "<&>\"😀 مرحبا", found="abcde"),
    _held("gendercode eq 1", "gendercode", "eq", 1, found="ad"),
    _held("gendercode ne 1", "gendercode", "ne", 1, found="bce"),
    _held(f"processid eq {KEY}", "processid", "eq", f"{{{KEY.upper()}}}", found="a"),
    _held("statecode eq 0", "statecode", "eq", 0, found="abcde"),
    Question("createdby/fullname ne null", filtered(holds("createdby", "not-null")), "abcde",
             by=ODATA),
    Question("department eq 'sales' and numberofchildren ge 2", filtered(_SALES, _MANY), "b"),
    Question("department eq 'sales' or numberofchildren ge 2",
             filtered(_SALES, _MANY, word="or"), "abce"),
    Question("(department eq 'sales' or gendercode eq 1) and donotemail eq false",
             filtered(filtered(_SALES, holds("gendercode", "eq", 1), word="or"),
                      holds("donotemail", "eq", 0)), "bd"),
    Question("not (department eq 'sales' or numberofchildren eq 2)",
             filtered(holds("department", "ne", "sales"), holds("numberofchildren", "ne", 2)),
             "de"),
    Question("firstname eq lastname",
             filtered("<condition attribute='firstname' operator='eq' valueof='lastname'/>"), "",
             by=ODATA),
    Question("modifiedon ge createdon",
             filtered("<condition attribute='modifiedon' operator='ge' valueof='createdon'/>"),
             "abcde", by=ODATA),
    _linked("parentcustomerid_account/accountid ne null", "inner", "", found="abc"),
    _linked("parentcustomerid_account/name eq 'north'", "inner",
            filtered(holds("name", "eq", "north")), found="ab"),
    _linked("parentcustomerid_account/name eq null", "outer", "",
            filtered(holds("accountid", "null", entityname="p")), found="de"),
    _linked("parentcustomerid_account/address1_city eq null", "outer", "",
            filtered(holds("address1_city", "null", entityname="p")), found="cde"),
    _linked("parentcustomerid_account/name eq 'North' or donotemail eq true", "outer", "",
            filtered(holds("name", "eq", "North", entityname="p"), holds("donotemail", "eq", 1),
                     word="or"), found="abc", by=ODATA),
    _sorted("jobtitle", "abcde", "jobtitle"),
    _sorted("jobtitle desc", "edcba", "-jobtitle"),
    _sorted("numberofchildren,jobtitle desc", "dacbe", "numberofchildren", "-jobtitle"),
    _sorted("annualincome desc,jobtitle", "beadc", "-annualincome", "jobtitle"),
    _sorted("birthdate", "ceabd", "birthdate"),
    _sorted("gendercode,jobtitle", "ceadb", "gendercode", "jobtitle",
            by=("odata", "fetch", "data")),
    _sorted("donotemail,department,jobtitle", "debca", "donotemail", "department", "jobtitle"),
    _sorted("_parentcustomerid_value,jobtitle", "deabc", "parentcustomerid", "jobtitle"),
    _sorted("lastonholdtime desc", "dbaec", "-lastonholdtime", top=None),
    _sorted("jobtitle desc", "edc", "-jobtitle", top=3),
    _sorted("numberofchildren,jobtitle", "da", "numberofchildren", "jobtitle", top=2),
    _sorted("donotemail", "dbeca", "donotemail"),
    _sorted("donotemail desc", "cadbe", "-donotemail"),
    _sorted("annualincome", "cdabe", "annualincome"),
    _sorted("department", "decba", "department"),
    _linked("parentcustomerid_account/accountid ne null", "inner",
            "<order attribute='name' descending='1'/>", found="cba",
            order="parentcustomerid_account/name desc", by=ODATA),
    _linked("", "outer", "<order attribute='name'/>", found="debac",
            order="parentcustomerid_account/name", by=ODATA),
    _linked("parentcustomerid_account/accountid ne null", "inner",
            "<order attribute='name' descending='1'/>", "<order attribute='donotemail'/>",
            found="bca", order="donotemail,parentcustomerid_account/name desc", by=ODATA),
    _only("numberofchildren", "in", 2, 5, found="bce"),
    _only("numberofchildren", "not-in", 2, 5, found="ad"),
    _only("department", "in", "sales", "MARKETING", found="abc"),
    _only("department", "not-in", "sales", "MARKETING", found="de"),
    _only("gendercode", "in", 1, 2, found="abd"),
    _only("processid", "in", KEY, found="a"),
    _only("numberofchildren", "not-between", 1, 2, found="e"),
    _only("annualincome", "between", "10.5", "20.25", found="abe"),
    _only("birthdate", "between", "1999-12-31", "2000-02-29", found="ab"),
    _only("lastonholdtime", "not-between", "2026-01-01", "2026-12-31", found="de"),
    _only("department", "like", "[^ms]%", found="e"),
    _only("department", "like", "s%s", found="ab"),
    _only("department", "like", "_a%", found="abc"),
    _only("department", "not-like", "%[%]%", found="abcd"),
    _only("birthdate", "on", "2000-02-29", found="b"),
    _only("lastonholdtime", "on", "2026-06-01", found="b"),
    _only("lastonholdtime", "on-or-before", "2026-01-01", found="ae"),
    _only("lastonholdtime", "on-or-after", "2026-06-01", found="bd"),
    _only("lastonholdtime", "today", found="d"),
    _only("lastonholdtime", "this-year", found="d"),
    _only("lastonholdtime", "last-year", found="ab"),
    _only("lastonholdtime", "last-x-hours", 2, found="d"),
    _only("lastonholdtime", "last-x-years", 1, found="bd"),
    _only("lastonholdtime", "olderthan-x-months", 3, found="abe"),
    _only("lastonholdtime", "next-x-weeks", 1, found=""),
    _only("createdon", "yesterday", found=""),
    _only("ownerid", "eq-userid", found="abcd"),
    _only("ownerid", "ne-userid", found="e"),
    _only("ownerid", "eq-userteams", found=""),
    _only("ownerid", "eq-useroruserteams", found="abcd"),
    _only("owningbusinessunit", "eq-businessid", found="abcde"),
    _only("owningbusinessunit", "ne-businessid", found=""),
)  # fmt: skip
