import { ConfidentialClientApplication } from "@azure/msal-node";

import { GRAPH_SCOPE, ORGANIZATION, certificate, facts, tell } from "./facts.mjs";

const SCOPE = `${ORGANIZATION}/.default`;
const tenantAuthority = `${facts.authority}/${facts.tenant_id}`;
const own = certificate(facts.certificate_path);
const stranger = certificate(facts.stranger_path);

function application(clientId, credential, { authority = tenantAuthority, ...system } = {}) {
  const knownAuthorities = [new URL(facts.authority).host];
  return new ConfidentialClientApplication({
    auth: { clientId, authority, knownAuthorities, ...credential },
    system,
  });
}

async function token(app, scope = SCOPE) {
  return (await app.acquireTokenByClientCredential({ scopes: [scope] })).accessToken;
}

const bySecret = (clientSecret, options) => application(facts.client_id, { clientSecret }, options);
const byCertificate = (clientCertificate) =>
  application(facts.certificate_client_id, { clientCertificate });

await tell({
  secret: () => token(bySecret(facts.client_secret)),
  "secret, slash": () => token(bySecret(facts.client_secret), `${ORGANIZATION}//.default`),
  "secret, OIDC": () =>
    token(
      bySecret(facts.client_secret, { authority: `${tenantAuthority}/v2.0`, protocolMode: "OIDC" }),
    ),
  "certificate, SHA-256": () =>
    token(byCertificate({ thumbprintSha256: own.sha256, privateKey: own.pem })),
  "certificate, SHA-1": () => token(byCertificate({ thumbprint: own.sha1, privateKey: own.pem })),
  "certificate, SHA-256, chain": () =>
    token(byCertificate({ thumbprintSha256: own.sha256, privateKey: own.pem, x5c: own.pem })),
  "certificate, SHA-1, chain": () =>
    token(byCertificate({ thumbprint: own.sha1, privateKey: own.pem, x5c: own.pem })),
  "certificate, two resources": async () => {
    const app = byCertificate({ thumbprintSha256: own.sha256, privateKey: own.pem });
    await token(app, GRAPH_SCOPE);
    return token(app);
  },
  "wrong secret": () => token(bySecret("wrong")),
  "unregistered certificate": () =>
    token(byCertificate({ thumbprintSha256: stranger.sha256, privateKey: stranger.pem })),
  "second tenant": () =>
    token(
      application(
        facts.multi_tenant_client_id,
        { clientSecret: facts.multi_tenant_client_secret },
        { authority: `${facts.authority}/${facts.second_tenant_id}` },
      ),
    ),
});
