// A web site behind AD FS, by passport-wsfed-saml2: each path is a relying party of its own. It
// knows the farm by its federation metadata only, and ends when the person is at /over.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

import express from "express";
import passport from "passport";
import { Strategy } from "passport-wsfed-saml2";
import { decrypt } from "xml-encryption";

import { facts } from "./facts.mjs";

const { url, key, certificate, parties } = facts.site;
const metadata = await (await fetch(facts.metadata)).text();
const signing = /<KeyDescriptor use="signing">.*?<X509Certificate>(.*?)<\/X509Certificate>/s;
const cert = metadata.match(signing)[1];
const { fingerprint } = new X509Certificate(Buffer.from(cert, "base64"));
const trusts = { cert: { cert }, thumbprint: { thumbprint: fingerprint.replaceAll(":", "") } };

const application = express();
const people = new Map();
const told = { people, refusals: [], left: [] };

application.use(express.urlencoded({ extended: false, limit: "1mb" }));
for (const party of parties) register(party);
application.get("/over", (request, response) => {
  response.end("Over");
  console.log(JSON.stringify({ ...told, people: Object.fromEntries(people) }));
  server.close();
  server.closeAllConnections();
});
application.use((error, request, response, next) => {
  told.refusals.push(error.message);
  response.status(403).type("text").send(error.message);
});

const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, application);
server.listen(new URL(url).port, "127.0.0.1", () =>
  console.log(JSON.stringify({ errand: { passive: facts.passive } })),
);

function register({ name, realm, trust, decryptionKey }) {
  const options = { realm, identityProviderUrl: facts.passive, ...trusts[trust] };
  passport.use(name, new Strategy(options, (profile, done) => done(null, profile)));
  const path = `/${name}/`;
  application.get(path, (request, response, next) => {
    if (request.query.wa === "wsignoutcleanup1.0") {
      told.left.push(name);
      people.delete(name);
      return response.status(200).end();
    }
    if (people.has(name)) return response.type("text").send(`Signed in at ${name}`);
    return passport.authenticate(name, { session: false })(request, response, next);
  });
  const opened = (request, response, next) => open(request, decryptionKey, next);
  const signedIn = passport.authenticate(name, { session: false });
  application.post(path, opened, signedIn, (request, response) => {
    people.set(name, request.user);
    response.redirect(303, path);
  });
}

/** Decrypt the token where it is encrypted: the library does that for SAML-P alone. */
function open(request, decryptionKey, next) {
  const { wresult } = request.body;
  const found = wresult.match(/<([\w]+:)?EncryptedData .*<\/([\w]+:)?EncryptedData>/s);
  if (!decryptionKey || !found) return next();
  return decrypt(found[0], { key: readFileSync(decryptionKey, "utf8") }, (error, token) => {
    request.body.wresult = wresult.replace(found[0], () => token);
    next(error);
  });
}
