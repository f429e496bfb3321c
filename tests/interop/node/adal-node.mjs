import { AuthenticationContext, MemoryCache } from "adal-node";

import { ORGANIZATION, certificate, facts, tell } from "./facts.mjs";

const own = certificate(facts.certificate_path);
const stranger = certificate(facts.stranger_path);

// Each context with a cache of its own: the one they share by default would answer for the server.
function context(tenant = facts.tenant_id) {
  return new AuthenticationContext(`${facts.authority}/${tenant}`, false, new MemoryCache());
}

function acquired(start) {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error ? reject(error) : resolve(answer.accessToken)));
  });
}

const bySecret = (secret, resource = `${ORGANIZATION}/`) =>
  acquired((done) =>
    context().acquireTokenWithClientCredentials(resource, facts.client_id, secret, done),
  );
const byCertificate = ({ pem, sha1 }) =>
  acquired((done) =>
    context().acquireTokenWithClientCertificate(
      `${ORGANIZATION}/`,
      facts.certificate_client_id,
      pem,
      sha1,
      done,
    ),
  );

await tell({
  secret: () => bySecret(facts.client_secret, ORGANIZATION),
  "secret, slash": () => bySecret(facts.client_secret),
  certificate: () => byCertificate(own),
  "wrong secret": () => bySecret("wrong"),
  "unregistered certificate": () => byCertificate(stranger),
  "second tenant": () =>
    acquired((done) =>
      context(facts.second_tenant_id).acquireTokenWithClientCredentials(
        `${ORGANIZATION}/`,
        facts.multi_tenant_client_id,
        facts.multi_tenant_client_secret,
        done,
      ),
    ),
});
