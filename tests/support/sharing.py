"""Records shared over the Web API, and what it tells of that."""

from support.estate import Answer, Client

CRM = "Microsoft.Dynamics.CRM."


def mentioned(table: str, key: object) -> dict[str, str]:
    """Return a record as a parameter of an action names it."""
    name = "activityid" if table == "task" else f"{table}id"
    return {"@odata.type": f"{CRM}{table}", name: str(key)}


def user_named(client: Client) -> dict[str, str]:
    return mentioned("systemuser", client.user_id)


def grant(
    client: Client, table: str, key: str, principal: dict[str, str], rights: str, *, verb="Grant"
) -> Answer:
    """Share a record with a user or team, with rights as AccessRights spells them."""
    parameters = {
        "Target": mentioned(table, key),
        "PrincipalAccess": {"Principal": principal, "AccessMask": rights},
    }
    return client.post(f"{verb}Access", parameters)


def revoke(client: Client, table: str, key: str, principal: dict[str, str]) -> Answer:
    return client.post("RevokeAccess", {"Target": mentioned(table, key), "Revokee": principal})


def call(client: Client, function: str, query: str = "") -> Answer:
    """Call a function, its arguments inline or as aliases of the query."""
    return client.send("GET", function, query)


def rights(client: Client, principal: str, target: str) -> set[str]:
    """Return the rights a principal has on a record; both as `set(id)`."""
    name = f"{principal}/{CRM}RetrievePrincipalAccess(Target=@t)"
    answer = call(client, name, f"@t={{'@odata.id':'{target}'}}")
    assert answer.status == 200, answer.document
    return set(answer.document["AccessRights"].split(", "))


def shared_with(client: Client, target: str) -> dict[str, str]:
    """Return the rights that each principal a record is shared with has, by its id."""
    name = "RetrieveSharedPrincipalsAndAccess(Target=@t)"
    answer = call(client, name, f"@t={{'@odata.id':'{target}'}}")
    assert answer.status == 200, answer.document
    return {
        each["Principal"]["ownerid"]: each["AccessMask"]
        for each in answer.document["PrincipalAccesses"]
    }
