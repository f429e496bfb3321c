"""What to do next, by the code or the status of an error. One row each."""

SIGN_IN = {
    "AADSTS7000215": "Copy the secret's value, not its id, or add a new secret to the application.",
    "AADSTS7000222": "Add a new secret to the application; the one used has expired.",
    "AADSTS7000216": "Give the application's secret or certificate.",
    "AADSTS7000218": "Give the application's secret or certificate.",
    "AADSTS700027": "Add this certificate to the application; compare their thumbprints.",
    "AADSTS50012": "Add this certificate to the application; compare their thumbprints.",
    "AADSTS1000502": "Register a certificate that is valid now, and sign in with it.",
    "AADSTS700024": "Check this machine's clock: the sign-in says it is made at another time.",
    "AADSTS700021": "Check ClientId: the assertion names another application.",
    "AADSTS700023": "Check Authority: the assertion was made for another token service.",
    "AADSTS5002741": "Check Authority: an assertion is made for one token service only.",
    "AADSTS700030": "Use a certificate with the subject registered for the application.",
    "AADSTS7000229": "Ask an administrator of this tenant to consent to the application.",
    "AADSTS7000112": "Ask an administrator to enable the application.",
    "AADSTS700016": "Check ClientId, and that the application is registered in this tenant.",
    "AADSTS700025": "This application is public: it signs in without a secret or certificate.",
    "AADSTS90002": "Check TenantId or Authority: there is no such tenant.",
    "AADSTS900023": "Give TenantId as a GUID or as a verified domain.",
    "AADSTS500011": "Check Url: the tenant knows no organization of that name.",
    "AADSTS50001": "Check Url: the organization's sign-in is disabled or absent.",
    "AADSTS9001023": "Give TenantId: a service signs in to one tenant, not to `common`.",
}

SERVICE = {
    "0x80072560": "Create an application user with this application id in the organization.",
    "0x80040220": "Assign the user a security role that holds the missing privilege.",
    "0x80048306": "Assign the user a security role that holds the missing privilege.",
    "0x80040225": "Enable the application user in the organization.",
    "0x80042f09": "Assign the application user a security role.",
    "0x80040217": "Check the id: the record does not exist, or was deleted.",
    "0x80060888": "Check the names in the query; tables go by their entity set name (`leads`).",
    "0x80048d19": "Check the values' names and types; lookups are set by `name@odata.bind`.",
    "0x80060882": "Read the record again: someone has changed it meanwhile.",
    "0x80040237": "A record with these key values exists; update it instead.",
    "0x80072321": "Spread the work over more time, or ask for less in each request.",
    "0x80072322": "Send fewer requests, or spread them over more time.",
    "0x80072326": "Send fewer requests at the same time.",
}

STATUS = {
    401: "Check that the application and the organization belong to the same tenant.",
    403: "Check the application user's security roles in the organization.",
    404: "Check the id, and that the table is named by its entity set name (`leads`, not `lead`).",
    412: "Read the record again and repeat the change.",
    413: "Send less in one request.",
    429: "Wait as long as `retry_after` says, or allow more in `retry=`.",
    500: "Repeat the request; if it fails again, report the request id.",
    502: "Repeat the request later.",
    503: "Repeat the request later.",
    504: "Repeat the request later, or ask for less in it.",
}


def next_step(code: str | None, status: int | None) -> str:
    """Return the advice for a code, else for a status, else ""."""
    known = SIGN_IN.get(code or "") or SERVICE.get((code or "").lower())
    return known or STATUS.get(status or 0, "")
