// It asks port 443 whatever the URL says, so it is tried against a server there alone.

import { ClientSecretCredential } from "@azure/identity";
import * as records from "dataverse-webapi/lib/node";

import { ORGANIZATION, facts } from "./facts.mjs";

const credential = new ClientSecretCredential(
  facts.tenant_id,
  facts.admin_client_id,
  facts.admin_client_secret,
  { authorityHost: facts.authority, disableInstanceDiscovery: true },
);
const { token } = await credential.getToken(`${ORGANIZATION}/.default`);
const config = new records.WebApiConfig("9.2", token, ORGANIZATION);

const number = "$filter=startswith(accountnumber,'WA-')&$select=name,accountnumber&$orderby=name";
const made = await records.createWithReturnData(
  config, "accounts", { name: "One", accountnumber: "WA-1" }, "$select=name",
);
const key = made.accountid;
const found = { made: made.name };
await records.update(config, "accounts", key, { telephone1: "1" });
const changed = await records.updateWithReturnData(
  config, "accounts", key, { telephone1: "2" }, "$select=telephone1",
);
found.changed = changed.telephone1;
await records.updateProperty(config, "accounts", key, "telephone1", "3");
const read = () => records.retrieve(config, "accounts", key, "$select=telephone1,statuscode");
found.read = await read();
await records.deleteProperty(config, "accounts", key, "telephone1");
found.cleared = (await read()).telephone1;
found.byKey = (
  await records.retrieveAlternateKey(config, "accounts", "accountnumber='WA-1'", "$select=name")
).name;
await records.create(config, "accounts", { name: "Two", accountnumber: "WA-2" });
const page = await records.retrieveMultiple(config, "accounts", number, { maxPageSize: 1 });
found.firstPage = [page.value.map((one) => one.name), page["@odata.nextLink"] !== undefined];
// Its own function for the next page puts a slash after the link, into the paging cookie.
const whole = await records.retrieveMultiple(config, "accounts", number);
found.names = whole.value.map((one) => one.name);
found.user = (await records.unboundFunction(config, "WhoAmI")).UserId;
for (const { accountid } of whole.value) {
  await records.deleteRecord(config, "accounts", accountid);
}
found.left = (await records.retrieveMultiple(config, "accounts", number)).value.length;
found.gone = await read().catch((error) => error);
console.log(JSON.stringify(found));
