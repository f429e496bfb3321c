"""Questions that several languages ask, each with its spellings; the rows must be the same.

They are about the accounts and contacts that `given` makes.
"""

from dataclasses import dataclass

from support.estate import Client, encode
from support.fetching import document, fetch, filtered, holds, selected

MARK = "alike"
KEY = "12345678-0000-4000-8000-00000000000a"
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

    `filter` and `order` are OData; `inside` is what stands in FetchXML's entity.
    """

    filter: str
    inside: str
    found: str
    order: str = ""
    top: int | None = None

    @property
    def name(self) -> str:
        return f"{self.filter} {self.order}".strip()


def given(client: Client) -> None:
    """Make two accounts and five contacts, three of whom belong to one of the accounts."""
    keys = {
        name: client.post("accounts", {"name": name, "address1_city": city}).created
        for name, city in (("North", "Oslo"), ("South", None))
    }
    for name, row in _PEOPLE.items():
        record = {"lastname": "Alike", "employeeid": MARK, "jobtitle": name}
        record |= dict(zip(_NUMBERED, row, strict=True))
        if name in _PARENTS:
            record["parentcustomerid_account@odata.bind"] = f"/accounts({keys[_PARENTS[name]]})"
        assert client.post("contacts", record).status == 204


def by_odata(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as OData."""
    ours = f"employeeid eq '{MARK}'"
    options: dict[str, object] = {"select": "jobtitle"}
    options["filter"] = f"{ours} and ({asked.filter})" if asked.filter else ours
    if asked.order:
        options["orderby"] = asked.order
    if asked.top is not None:
        options["top"] = asked.top
    return _names(client.send("GET", "contacts", encode(options)).rows, asked)


def by_fetch(client: Client, asked: Question) -> list[str]:
    """Return the names a question finds, asked as FetchXML."""
    inside = selected("jobtitle") + filtered(holds("employeeid", "eq", MARK)) + asked.inside
    bounds = {} if asked.top is None else {"top": asked.top}
    text = document("contact", inside, useraworderby=int("gendercode" in asked.order), **bounds)
    return _names(fetch(client, "contacts", text).rows, asked)


def _names(rows: list[dict[str, str]], asked: Question) -> list[str]:
    names = [row["jobtitle"] for row in rows]
    return names if asked.order else sorted(names)


def _held(odata: str, column: str, operator: str, *values: object, found: str) -> Question:
    return Question(odata, filtered(holds(column, operator, *values)), found)


def _sorted(odata: str, found: str, *orders: str, top: int | None = None) -> Question:
    marks = "".join(
        f"<order attribute='{name.lstrip('-')}' descending='{int(name[0] == '-')}'/>"
        for name in orders
    )
    return Question("", marks, found, odata, top)


_SALES = holds("department", "eq", "SALES")
_MANY = holds("numberofchildren", "ge", 2)
_PARENT = (
    "<link-entity name='account' from='accountid' to='parentcustomerid' link-type='{}' alias='p'>"
    "{}</link-entity>"
)


def _linked(odata: str, kind: str, inside: str, outside: str = "", *, found: str) -> Question:
    return Question(odata, outside + _PARENT.format(kind, inside), found)


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
    _held("gendercode eq 1", "gendercode", "eq", 1, found="ad"),
    _held("gendercode ne 1", "gendercode", "ne", 1, found="bce"),
    _held(f"processid eq {KEY}", "processid", "eq", f"{{{KEY.upper()}}}", found="a"),
    _held("statecode eq 0", "statecode", "eq", 0, found="abcde"),
    _held("createdby/fullname ne null", "createdby", "not-null", found="abcde"),
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
             filtered("<condition attribute='firstname' operator='eq' valueof='lastname'/>"), ""),
    Question("modifiedon ge createdon",
             filtered("<condition attribute='modifiedon' operator='ge' valueof='createdon'/>"),
             "abcde"),
    _linked("parentcustomerid_account/accountid ne null", "inner", "", found="abc"),
    _linked("parentcustomerid_account/name eq 'north'", "inner",
            filtered(holds("name", "eq", "north")), found="ab"),
    _linked("parentcustomerid_account/name eq null", "outer", "",
            filtered(holds("accountid", "null", entityname="p")), found="de"),
    _linked("parentcustomerid_account/address1_city eq null", "outer", "",
            filtered(holds("address1_city", "null", entityname="p")), found="cde"),
    _linked("parentcustomerid_account/name eq 'North' or donotemail eq true", "outer", "",
            filtered(holds("name", "eq", "North", entityname="p"), holds("donotemail", "eq", 1),
                     word="or"), found="abc"),
    _sorted("jobtitle", "abcde", "jobtitle"),
    _sorted("jobtitle desc", "edcba", "-jobtitle"),
    _sorted("numberofchildren,jobtitle desc", "dacbe", "numberofchildren", "-jobtitle"),
    _sorted("annualincome desc,jobtitle", "beadc", "-annualincome", "jobtitle"),
    _sorted("birthdate", "ceabd", "birthdate"),
    _sorted("gendercode,jobtitle", "ceadb", "gendercode", "jobtitle"),
    _sorted("donotemail,department,jobtitle", "debca", "donotemail", "department", "jobtitle"),
    _sorted("_parentcustomerid_value,jobtitle", "deabc", "parentcustomerid", "jobtitle"),
    _sorted("lastonholdtime desc", "dbaec", "-lastonholdtime", top=None),
    _sorted("jobtitle desc", "edc", "-jobtitle", top=3),
    _sorted("numberofchildren,jobtitle", "da", "numberofchildren", "jobtitle", top=2),
)  # fmt: skip
