// A person's part: what is to be done at which page goes out as lines of JSON, and somebody at a
// browser does it. The last line tells the tokens by their names.

import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { refusal } from "./facts.mjs";

/** Let the person go to a page; a code is the one a device shows. */
export function send(page, code = "") {
  console.log(JSON.stringify({ errand: { page, code } }));
}

/** Let the person be sent wherever a library opens a browser by the desktop's own means. */
export function sendFromBrowser() {
  const browser = join(mkdtempSync(join(tmpdir(), "browser-")), "browser");
  const line = `{"errand": {"page": "%s", "code": ""}}\\n`;
  writeFileSync(browser, `#!/bin/sh\nprintf '${line}' "$1" > /proc/${process.pid}/fd/1\n`, {
    mode: 0o700,
  });
  process.env.BROWSER = browser;
}

/** Send the person to a page and return what comes back to an address of loopback. */
export async function sendAndListen(pageFor) {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "localhost", ready));
  const redirectUri = `http://localhost:${server.address().port}`;
  const answered = new Promise((resolve) => {
    server.on("request", (request, response) => {
      response.end("Done.");
      const { searchParams } = new URL(request.url, redirectUri);
      if (searchParams.has("state")) resolve(searchParams);
    });
  });
  send(pageFor(redirectUri));
  const answer = await answered;
  server.close();
  server.closeAllConnections();
  return { code: answer.get("code"), redirectUri };
}

/** Print, for each sign-in by its name, the token it came to, or how the library refused. */
export async function tellTokens(signIns) {
  const found = {};
  for (const [name, signIn] of Object.entries(signIns)) {
    try {
      found[name] = { token: await signIn() };
    } catch (error) {
      found[name] = { refused: refusal(error) };
    }
  }
  console.log(JSON.stringify(found));
}
