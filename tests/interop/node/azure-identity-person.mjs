import {
  AuthorizationCodeCredential,
  DeviceCodeCredential,
  InteractiveBrowserCredential,
  OnBehalfOfCredential,
  UsernamePasswordCredential,
} from "@azure/identity";

import { ORGANIZATION, facts } from "./facts.mjs";
import { send, sendAndListen, sendFromBrowser, tellTokens } from "./person.mjs";

const SCOPE = `${ORGANIZATION}/.default`;
const OPTIONS = {
  authorityHost: facts.authority,
  disableInstanceDiscovery: true,
  tenantId: facts.tenant_id,
};
const REGISTERED = { ...OPTIONS, clientId: facts.public_client_id };

async function token(credential, scope = SCOPE) {
  return (await credential.getToken(scope)).token;
}

const userPromptCallback = ({ verificationUri, userCode }) => send(verificationUri, userCode);

function authorizePage(redirectUri) {
  const asked = new URLSearchParams({
    client_id: facts.public_client_id,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: "as it was",
  });
  return `${facts.authority}/${facts.tenant_id}/oauth2/v2.0/authorize?${asked}`;
}

sendFromBrowser();
await tellTokens({
  browser: () => token(new InteractiveBrowserCredential(REGISTERED)),
  "device code": () => token(new DeviceCodeCredential({ ...REGISTERED, userPromptCallback })),
  "device code, the library's own client": () =>
    token(new DeviceCodeCredential({ ...OPTIONS, userPromptCallback })),
  code: async () => {
    const { code, redirectUri } = await sendAndListen(authorizePage);
    return token(
      new AuthorizationCodeCredential(
        facts.tenant_id,
        facts.public_client_id,
        code,
        redirectUri,
        OPTIONS,
      ),
    );
  },
  password: () =>
    token(
      new UsernamePasswordCredential(
        facts.tenant_id,
        facts.public_client_id,
        facts.username,
        facts.password,
        OPTIONS,
      ),
    ),
  "on behalf of": async () =>
    token(
      new OnBehalfOfCredential({
        ...OPTIONS,
        clientId: facts.middle_client_id,
        clientSecret: facts.middle_client_secret,
        userAssertionToken: await token(
          new DeviceCodeCredential({ ...REGISTERED, userPromptCallback }),
          facts.middle_scope,
        ),
      }),
    ),
});
