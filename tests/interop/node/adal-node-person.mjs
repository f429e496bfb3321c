import { AuthenticationContext, MemoryCache } from "adal-node";

import { facts } from "./facts.mjs";
import { send, sendAndListen, tellTokens } from "./person.mjs";

const { organization_url: resource, public_client_id: clientId } = facts;
const authority = `${facts.authority}/${facts.tenant_id}`;

const context = () => new AuthenticationContext(authority, false, new MemoryCache());

function answered(start) {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const byPassword = (at) =>
  answered((done) =>
    at.acquireTokenWithUsernamePassword(
      resource,
      facts.username,
      facts.password,
      clientId,
      done,
    ),
  );

function authorizePage(redirectUri) {
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    resource,
    state: "as it was",
  });
  return `${authority}/oauth2/authorize?${asked}`;
}

await tellTokens({
  code: async () => {
    const { code, redirectUri } = await sendAndListen(authorizePage);
    const found = await answered((done) =>
      context().acquireTokenWithAuthorizationCode(code, redirectUri, resource, clientId, null, done),
    );
    return found.accessToken;
  },
  "device code": async () => {
    const at = context();
    const shown = await answered((done) => at.acquireUserCode(resource, clientId, "en", done));
    send(shown.verificationUrl, shown.userCode);
    const found = await answered((done) =>
      at.acquireTokenWithDeviceCode(resource, clientId, shown, done),
    );
    return found.accessToken;
  },
  password: async () => (await byPassword(context())).accessToken,
  refresh: async () => {
    const at = context();
    const { refreshToken, accessToken } = await byPassword(at);
    const fresh = await answered((done) =>
      at.acquireTokenWithRefreshToken(refreshToken, clientId, null, resource, done),
    );
    if (fresh.accessToken === accessToken) throw new Error("the old token came again");
    return fresh.accessToken;
  },
});
