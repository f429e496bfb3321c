import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";

import { ORGANIZATION, facts } from "./facts.mjs";
import { send, tellTokens } from "./person.mjs";

const scopes = [`${ORGANIZATION}//user_impersonation`];
const authority = `${facts.authority}/${facts.tenant_id}`;
const knownAuthorities = [new URL(facts.authority).host];

function program() {
  return new PublicClientApplication({
    auth: { clientId: facts.public_client_id, authority, knownAuthorities },
  });
}

const byBrowser = (app, options) =>
  app.acquireTokenInteractive({ scopes, openBrowser: async (page) => send(page), ...options });

const byPassword = (app) =>
  app.acquireTokenByUsernamePassword({
    scopes,
    username: facts.username,
    password: facts.password,
  });

await tellTokens({
  "code and PKCE": async () => (await byBrowser(program())).accessToken,
  "device code": async () => {
    const deviceCodeCallback = ({ verificationUri, userCode }) => send(verificationUri, userCode);
    return (await program().acquireTokenByDeviceCode({ scopes, deviceCodeCallback })).accessToken;
  },
  password: async () => (await byPassword(program())).accessToken,
  refresh: async () => {
    const app = program();
    const { account, accessToken } = await byPassword(app);
    const fresh = await app.acquireTokenSilent({ account, scopes, forceRefresh: true });
    if (fresh.accessToken === accessToken) throw new Error("the old token came again");
    return fresh.accessToken;
  },
  "on behalf of": async () => {
    const called = { scopes: [facts.middle_scope], prompt: "consent" };
    const { accessToken: oboAssertion } = await byBrowser(program(), called);
    const middle = new ConfidentialClientApplication({
      auth: {
        clientId: facts.middle_client_id,
        clientSecret: facts.middle_client_secret,
        authority,
        knownAuthorities,
      },
    });
    return (await middle.acquireTokenOnBehalfOf({ oboAssertion, scopes })).accessToken;
  },
  "wrong password": async () =>
    program().acquireTokenByUsernamePassword({
      scopes,
      username: facts.username,
      password: "Not-it-at-all-7",
    }),
});
