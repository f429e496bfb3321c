import { AuthenticationContext, MemoryCache } from "adal-node";

import { facts } from "./facts.mjs";
import { tellTokens } from "./person.mjs";

const { organization_url: resource, public_client_id: clientId } = facts;
const authority = `${facts.authority.replace(/\/$/, "")}/${facts.tenant_id}`;

function answered(start) {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function byPassword(at, password) {
  return answered((done) =>
    at.acquireTokenWithUsernamePassword(resource, facts.username, password, clientId, done),
  );
}

const context = () => new AuthenticationContext(authority, false, new MemoryCache());

await tellTokens({
  password: async () => (await byPassword(context(), facts.password)).accessToken,
  refresh: async () => {
    const at = context();
    const { refreshToken, accessToken } = await byPassword(at, facts.password);
    const fresh = await answered((done) =>
      at.acquireTokenWithRefreshToken(refreshToken, clientId, null, resource, done),
    );
    if (fresh.accessToken === accessToken) throw new Error("the old token came again");
    return fresh.accessToken;
  },
  wrong: async () => (await byPassword(context(), "Not-it-7")).accessToken,
});
