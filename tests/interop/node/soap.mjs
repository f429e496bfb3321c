// soap, from the description alone: who one is, a record made, and records found.

import { ConfidentialClientApplication } from "@azure/msal-node";
import soap from "soap";

import { ORGANIZATION, facts } from "./facts.mjs";

const ADDRESS = `${ORGANIZATION}/XRMServices/2011/Organization.svc`;
const NOWHERE = "93f0325c-a592-e311-b7f3-6c3be5a8a0c8";
const NAMESPACES = {
  arrays: "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
  crm: "http://schemas.microsoft.com/crm/2011/Contracts",
  generic: "http://schemas.datacontract.org/2004/07/System.Collections.Generic",
  xrm: "http://schemas.microsoft.com/xrm/2011/Contracts",
  xsi: "http://www.w3.org/2001/XMLSchema-instance",
};

const app = new ConfidentialClientApplication({
  auth: {
    clientId: facts.admin_client_id,
    clientSecret: facts.admin_client_secret,
    authority: `${facts.authority}/${facts.tenant_id}`,
    knownAuthorities: [new URL(facts.authority).host],
  },
});
const scopes = [`${ORGANIZATION}/.default`];
const { accessToken } = await app.acquireTokenByClientCredential({ scopes });

/** Return a client of one binding; it puts our prefixes, and a token, on all it sends. */
async function clientOf(query, options) {
  const client = await soap.createClientAsync(`${ADDRESS}?${query}`, options);
  client.setSecurity(new soap.BearerSecurity(accessToken));
  for (const [prefix, uri] of Object.entries(NAMESPACES)) {
    client.wsdl.definitions.xmlns[prefix] = uri;
  }
  client.wsdl.xmlnsInEnvelope = client.wsdl._xmlnsMap();
  return client;
}

// The library leaves the prefix of XML Schema out of what it declares at the top.
const text = (value) => ({
  attributes: { "xmlns:xs": "http://www.w3.org/2001/XMLSchema", "xsi:type": "xs:string" },
  $value: value,
});

function pair(key, value) {
  return { "generic:key": key, "generic:value": value };
}

function entity(name, values) {
  const pairs = Object.entries(values).map(([key, value]) => pair(key, value));
  return {
    "xrm:Attributes": { "xrm:KeyValuePairOfstringanyType": pairs },
    "xrm:LogicalName": name,
  };
}

function byName(table, name) {
  return {
    attributes: { "xsi:type": "xrm:QueryExpression" },
    "xrm:ColumnSet": {
      "xrm:AllColumns": false,
      "xrm:Columns": { "arrays:string": ["name", "statuscode"] },
    },
    "xrm:Criteria": {
      "xrm:Conditions": {
        "xrm:ConditionExpression": {
          "xrm:AttributeName": "name",
          "xrm:Operator": "Equal",
          "xrm:Values": { "arrays:anyType": text(name) },
        },
      },
      "xrm:FilterOperator": "And",
    },
    "xrm:EntityName": table,
  };
}

async function visit(query, port, options) {
  const client = await clientOf(query, options);
  const service = client.OrganizationService[`${port}_IOrganizationService`];
  const call = (operation, given) =>
    new Promise((resolve, reject) => {
      service[operation](given, (error, result) => (error ? reject(error) : resolve(result)));
    });
  const me = await call("Execute", {
    request: { attributes: { "xsi:type": "crm:WhoAmIRequest" }, "xrm:RequestName": "WhoAmI" },
  });
  const name = `Überfahrt & Søn ${port} ${query}`;
  const made = await call("Create", { entity: entity("account", { name: text(name) }) });
  const rows = await call("RetrieveMultiple", { query: byName("account", name) });
  const missing = await call("Delete", { entityName: "account", id: NOWHERE }).catch((error) => ({
    status: error.response.status,
    fault: error.root.Envelope.Body.Fault,
  }));
  return { operations: Object.keys(service), me, name, made, rows, missing };
}

const found = {};
for (const query of ["wsdl", "singleWsdl"]) {
  found[`SOAP 1.1 ${query}`] = await visit(query, "BasicHttpBinding", {});
  found[`SOAP 1.2 ${query}`] = await visit(query, "CustomBinding", { forceSoap12Headers: true });
}
console.log(JSON.stringify(found));
