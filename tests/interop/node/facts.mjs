// The server's facts come in on stdin, what a library found goes out on stdout; both are JSON.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import { posted } from "./posted.mjs";

export const facts = JSON.parse(readFileSync(0, "utf8"));
export const GRAPH_SCOPE = "https://graph.microsoft.com/.default";
export const ORGANIZATION = facts.organization_url.replace(/\/$/, "");

export function certificate(path) {
  const pem = readFileSync(path, "utf8");
  const { fingerprint, fingerprint256 } = new X509Certificate(pem);
  return { pem, sha1: plain(fingerprint), sha256: plain(fingerprint256) };
}

function plain(fingerprint) {
  return fingerprint.replaceAll(":", "");
}

/** Print, for each sign-in by its name, what its token reads, or how the library refused. */
export async function tell(signIns) {
  const found = {};
  for (const [name, signIn] of Object.entries(signIns)) {
    const first = posted.length;
    const outcome = await attempt(signIn);
    found[name] = { ...outcome, assertions: posted.slice(first) };
  }
  console.log(JSON.stringify(found));
}

async function attempt(signIn) {
  let token;
  try {
    token = await signIn();
  } catch (error) {
    return { refused: refusal(error) };
  }
  return { ...claims(token), leads: await leads(token) };
}

/** Everything an error of a library says, as JSON. */
export function refusal(error) {
  return { ...error, name: error.name, message: error.message };
}

function claims(token) {
  const { aud, appidacr } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return { aud, appidacr };
}

async function leads(token) {
  const answer = await fetch(`${facts.web_api_url}leads?$select=subject`, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).value.length;
}
