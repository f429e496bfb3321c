// What a developer wants to see: the token's end, where it is kept, and the last request.

import { button, element, facts } from "./dom.js";

/**
 * Put the panel into a place. `session` has library, cache, expires() and renew();
 * `status` is told of an error.
 */
export function developerPanel(place, session, status) {
  const list = element("div", { "aria-live": "off" });
  let last = {};

  function draw() {
    list.replaceChildren(
      facts({
        Library: session.library,
        Organization: organizationURI,
        "Redirect URI": pageUrl,
        "Token expires": told(session.expires()),
        "Token kept in": session.cache,
        ...last,
      }),
    );
  }

  async function renew() {
    try {
      await session.renew();
      status.done("The token was renewed.");
    } catch (error) {
      status.fault(error);
    }
    draw();
  }

  document.addEventListener("webapi:answer", ({ detail: { method, url, answer } }) => {
    last = {
      "Last request": `${method} ${new URL(url).pathname} · ${answer.status}`,
      "Its REQ_ID": answer.header("REQ_ID"),
    };
    draw();
  });
  const steps = element("div", { class: "steps" }, button("Renew token now", renew, "quiet small"));
  const panel = element(
    "details",
    { class: "developer" },
    element("summary", {}, "For developers"),
    list,
    steps,
  );
  panel.addEventListener("toggle", draw);
  draw();
  place.replaceChildren(panel);
}

function told(time) {
  if (!time) return "no token yet";
  const minutes = Math.round((time - Date.now()) / 60000);
  return `${time.toLocaleTimeString()} (in ${minutes} min)`;
}
