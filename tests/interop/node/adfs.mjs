// Programs at AD FS: wstrust-client asks for a SAML token, adal-node for OAuth ones by password.
// wstrust-client knows port 443 only.

import { AuthenticationContext, MemoryCache } from "adal-node";
import wstrust from "wstrust-client";

import { facts, refusal } from "./facts.mjs";

const { organization_url: resource, adfs_client_id: clientId, username, password } = facts;

const told = {
  "wstrust-client": await attempt(issued(password)),
  "adal-node": await attempt(signedIn(facts.adfs_url, clientId, username, password)),
  "adal-node, wrong password": await attempt(signedIn(facts.adfs_url, clientId, username, "No-7")),
};
console.log(JSON.stringify(told));

async function attempt(token) {
  try {
    return { token: await token };
  } catch (error) {
    return { refused: refusal(error) };
  }
}

function issued(secret) {
  const endpoint = `${facts.adfs_url}/services/trust/13/usernamemixed`;
  const options = { scope: facts.party, username, password: secret, endpoint };
  return new Promise((resolve, reject) => {
    wstrust.requestSecurityToken(options, (answer) => resolve(answer.token), reject);
  });
}

function signedIn(authority, id, name, secret) {
  const context = new AuthenticationContext(authority, false, new MemoryCache());
  return new Promise((resolve, reject) => {
    context.acquireTokenWithUsernamePassword(resource, name, secret, id, (error, answer) =>
      error ? reject(error) : resolve(answer.accessToken),
    );
  });
}
