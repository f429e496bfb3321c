import { ClientSecretCredential } from "@azure/identity";
import { DynamicsWebApi } from "dynamics-web-api";

import { ORGANIZATION, facts, refusal } from "./facts.mjs";

const credential = new ClientSecretCredential(
  facts.tenant_id,
  facts.admin_client_id,
  facts.admin_client_secret,
  { authorityHost: facts.authority, disableInstanceDiscovery: true },
);

const api = new DynamicsWebApi({
  serverUrl: facts.organization_url,
  dataApi: { version: "9.2" },
  useEntityNames: true,
  propagateErrors: true,
  onTokenRefresh: async () => (await credential.getToken(`${ORGANIZATION}/.default`)).token,
});

async function refused(call) {
  try {
    return { done: await call() };
  } catch (error) {
    return refusal(error);
  }
}

const collection = "account";
const numbers = "startswith(accountnumber,'JS-')";
const found = {};

const key = await api.create({ collection, data: { name: "Überfahrt & Søn", accountnumber: "JS-1" } });
found.key = key;
found.retrieved = await api.retrieve({
  collection, key, select: ["name", "statuscode"], includeAnnotations: "*",
});
found.represented = await api.update({
  collection, key, data: { telephone1: "1" }, select: ["telephone1"], returnRepresentation: true,
});
found.outdated = await refused(() =>
  api.update({ collection, key, data: { telephone1: "2" }, ifmatch: found.retrieved["@odata.etag"] }),
);
await api.updateSingleProperty({ collection, key, fieldValuePair: { telephone1: "3" } });
found.single = (await api.retrieve({ collection, key, select: ["telephone1"] })).telephone1;
await api.deleteRecord({ collection, key, property: "telephone1" });
found.cleared = (await api.retrieve({ collection, key, select: ["telephone1"] })).telephone1;

const byNumber = (number) => `accountnumber='${number}'`;
const upserted = (number, name) =>
  api.upsert({ collection, key: byNumber(number), data: { name }, returnRepresentation: true });
found.upserted = [await upserted("JS-2", "Second"), await upserted("JS-2", "Again")].map(
  ({ accountid, name }) => ({ accountid, name }),
);
found.byKey = (await api.retrieve({ collection, key: byNumber("JS-2"), select: ["name"] })).name;
found.existing = await refused(() =>
  api.upsert({ collection, key: byNumber("JS-2"), data: { name: "x" }, ifnonematch: "*" }),
);

const query = { collection, filter: numbers, select: ["accountnumber"], orderBy: ["accountnumber"] };
const first = await api.retrieveMultiple({ ...query, maxPageSize: 1, count: true });
found.firstPage = { count: first.oDataCount, length: first.value.length, more: !!first.oDataNextLink };
found.all = (await api.retrieveAll({ ...query, maxPageSize: 1 })).value.map((one) => one.accountnumber);
found.counted = await api.count({ collection, filter: numbers });

const contact = await api.create({ collection: "contact", data: { lastname: "Jensen" } });
await api.associateSingleValued({
  collection, primaryKey: key, navigationProperty: "primarycontactid",
  relatedCollection: "contact", relatedKey: contact,
});
const lookup = () => api.retrieve({ collection, key, select: ["_primarycontactid_value"] });
found.contact = contact;
found.associated = (await lookup())._primarycontactid_value;
await api.disassociateSingleValued({
  collection, primaryKey: key, navigationProperty: "primarycontactid",
});
found.parted = (await lookup())._primarycontactid_value;

found.user = (await api.callFunction({ name: "WhoAmI" })).UserId;
const entity = await api.retrieveEntity({ key: "LogicalName='account'", select: ["EntitySetName"] });
found.set = entity.EntitySetName;
const states = await api.retrieveAttributes({
  entityKey: entity.MetadataId,
  castType: "Microsoft.Dynamics.CRM.StateAttributeMetadata",
  select: ["LogicalName"],
  expand: [{ property: "OptionSet", select: ["Options"] }],
});
found.states = states.value.map((one) => [
  one.LogicalName, one.OptionSet.Options.map((option) => option.Value),
]);

await api.deleteRecord({ collection: "contact", key: contact });
for (const { accountid } of (await api.retrieveAll({ ...query, select: ["accountid"] })).value) {
  await api.deleteRecord({ collection, key: accountid });
}
found.left = (await api.retrieveAll(query)).value.length;
found.gone = await refused(() => api.retrieve({ collection, key, select: ["name"] }));
console.log(JSON.stringify(found));
