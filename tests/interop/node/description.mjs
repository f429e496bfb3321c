// dynamics-web-api fetches the description of the Web API; odata-csdl, of OASIS, reads it strictly.

import { ClientSecretCredential } from "@azure/identity";
import { DynamicsWebApi } from "dynamics-web-api";
import csdl from "odata-csdl";

import { ORGANIZATION, facts } from "./facts.mjs";

const credential = new ClientSecretCredential(
  facts.tenant_id,
  facts.admin_client_id,
  facts.admin_client_secret,
  { authorityHost: facts.authority, disableInstanceDiscovery: true },
);

const api = new DynamicsWebApi({
  serverUrl: facts.organization_url,
  dataApi: { version: "9.2" },
  onTokenRefresh: async () => (await credential.getToken(`${ORGANIZATION}/.default`)).token,
});

const found = {};
for (const addAnnotations of [false, true]) {
  const text = await api.retrieveCsdlMetadata({ addAnnotations });
  const messages = [];
  const description = csdl.xml2json(text, { strict: true, messages });
  const schema = description["Microsoft.Dynamics.CRM"];
  found[addAnnotations ? "annotated" : "plain"] = {
    messages,
    container: description.$EntityContainer,
    sets: Object.keys(schema.System).filter((name) => schema.System[name].$Collection),
    lookup: schema.account.primarycontactid,
    computed: Object.keys(schema.account["opendeals"]).filter((name) => name.startsWith("@")),
    whoAmI: schema.WhoAmI[0].$ReturnType.$Type,
    retrieveEntity: schema.RetrieveEntity[0].$Parameter.map((parameter) => parameter.$Name),
  };
}
console.log(JSON.stringify(found));
