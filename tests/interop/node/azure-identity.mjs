import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";

import { ORGANIZATION, facts, tell } from "./facts.mjs";

const SCOPE = `${ORGANIZATION}/.default`;
const OPTIONS = { authorityHost: facts.authority, disableInstanceDiscovery: true };

async function token(credential, scope = SCOPE) {
  return (await credential.getToken(scope)).token;
}

const bySecret = (secret) =>
  new ClientSecretCredential(facts.tenant_id, facts.client_id, secret, OPTIONS);
const byCertificate = (path, options) =>
  new ClientCertificateCredential(facts.tenant_id, facts.certificate_client_id, path, {
    ...OPTIONS,
    ...options,
  });

await tell({
  secret: () => token(bySecret(facts.client_secret)),
  "secret, slash": () => token(bySecret(facts.client_secret), `${ORGANIZATION}//.default`),
  certificate: () => token(byCertificate(facts.certificate_path)),
  "certificate, chain": () =>
    token(byCertificate(facts.certificate_path, { sendCertificateChain: true })),
  "wrong secret": () => token(bySecret("wrong")),
  "unregistered certificate": () => token(byCertificate(facts.stranger_path)),
  "second tenant": () =>
    token(
      new ClientSecretCredential(
        facts.second_tenant_id,
        facts.multi_tenant_client_id,
        facts.multi_tenant_client_secret,
        OPTIONS,
      ),
    ),
});
