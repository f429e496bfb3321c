import { ClientSecretCredential } from "@azure/identity";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

import { GRAPH_SCOPE, facts, refusal } from "./facts.mjs";

const place = new URL(facts.graph_url);

function credential(clientId, secret) {
  return new ClientSecretCredential(facts.tenant_id, clientId, secret, {
    authorityHost: facts.authority,
    disableInstanceDiscovery: true,
  });
}

function client(clientId, secret) {
  const scopes = [GRAPH_SCOPE];
  return Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential(clientId, secret), {
      scopes,
    }),
    // It adds the version itself, and sends tokens to hosts it was told of, without their port.
    baseUrl: facts.graph_url.slice(0, facts.graph_url.lastIndexOf("/")),
    customHosts: new Set([place.hostname]),
  });
}

async function refused(call) {
  try {
    await call();
  } catch (error) {
    return refusal(error);
  }
  return null;
}

async function namesOf(graph, pageSize) {
  const names = [];
  const first = await graph.api("/applications").select("displayName").top(pageSize).get();
  await new PageIterator(graph, first, (one) => names.push(one.displayName) > 0).iterate();
  return { firstPage: first.value.length, names };
}

const graph = client(facts.admin_client_id, facts.admin_client_secret);
const made = await graph.api("/applications").post({ displayName: "Made through Graph" });
const application = `/applications/${made.id}`;
const password = await graph
  .api(`${application}/addPassword`)
  .post({ passwordCredential: { displayName: "first" } });
const signIn = () => credential(made.appId, password.secretText).getToken(GRAPH_SCOPE);

const found = { made, hint: password.hint, secretStart: password.secretText.slice(0, 3) };
found.beforePrincipal = await refused(signIn);
found.principal = await graph.api("/servicePrincipals").post({ appId: made.appId });
found.withPrincipal = await refused(signIn);
found.filtered = await graph
  .api("/applications")
  .filter(`appId eq '${made.appId}'`)
  .select(["id", "passwordCredentials"])
  .get();
found.whole = await namesOf(graph, 999);
found.pages = await namesOf(graph, 2);
found.withoutPermission = await refused(() =>
  client(facts.client_id, facts.client_secret).api(application).get(),
);
await graph.api(application).delete();
found.afterDeletion = await refused(() => graph.api(application).get());
found.signInAfterDeletion = await refused(signIn);
console.log(JSON.stringify(found));
