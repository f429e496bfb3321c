// msal-node gets its token from the authority that Organization.svc names to who has none.

import { ConfidentialClientApplication } from "@azure/msal-node";

import { facts } from "./facts.mjs";

const ADDRESS = `${facts.organization_url}XRMServices/2011/Organization.svc/web`;
const WHO = `
  <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
    <Execute xmlns="http://schemas.microsoft.com/xrm/2011/Contracts/Services"
        xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
      <request i:type="c:WhoAmIRequest" xmlns:c="http://schemas.microsoft.com/crm/2011/Contracts"
          xmlns:b="http://schemas.microsoft.com/xrm/2011/Contracts">
        <b:RequestName>WhoAmI</b:RequestName>
      </request>
    </Execute></s:Body></s:Envelope>`.trim();

const asked = await fetch(`${ADDRESS}?SdkClientVersion=9.2.49.6961`);
const challenge = asked.headers.get("www-authenticate");
const said = Object.fromEntries(
  challenge
    .replace(/^Bearer /, "")
    .split(",")
    .map((part) => part.trim().split(/=(.*)/).slice(0, 2)),
);
const authority = said.authorization_uri.replace(/\/oauth2\/authorize$/, "");
const app = new ConfidentialClientApplication({
  auth: {
    clientId: facts.client_id,
    clientSecret: facts.client_secret,
    authority,
    knownAuthorities: [new URL(authority).host],
  },
});
const scopes = [`${said.resource_id.replace(/\/$/, "")}/.default`];
const { accessToken } = await app.acquireTokenByClientCredential({ scopes });
const answer = await fetch(`${ADDRESS}?SdkClientVersion=9.2.49.6961`, {
  method: "POST",
  headers: {
    Authorization: `Bearer ${accessToken}`,
    "Content-Type": "text/xml; charset=utf-8",
    SOAPAction:
      '"http://schemas.microsoft.com/xrm/2011/Contracts/Services/IOrganizationService/Execute"',
  },
  body: WHO,
});
console.log(
  JSON.stringify({ asked: asked.status, status: answer.status, authority, body: await answer.text() }),
);
