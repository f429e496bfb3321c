// Look at what leaves: which form of assertion a library chose is its own affair.

import { OutgoingMessage } from "node:http";

export const posted = [];

function note(body) {
  const text = Buffer.isBuffer(body) || typeof body === "string" ? `${body}` : "";
  const assertion = new URLSearchParams(text).get("client_assertion");
  if (!assertion) return;
  const [header, payload] = assertion
    .split(".", 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url")));
  posted.push({ alg: header.alg, members: Object.keys(header), jti: payload.jti });
}

const send = globalThis.fetch;
globalThis.fetch = (resource, options) => {
  note(options?.body);
  return send(resource, options);
};

// The last piece may go with end(), which then calls an inner write of its own.
for (const method of ["write", "end"]) {
  const original = OutgoingMessage.prototype[method];
  OutgoingMessage.prototype[method] = function (body, ...others) {
    note(body);
    return original.call(this, body, ...others);
  };
}
