// A page without a framework: who is signed in, which table is shown.

import { button } from "./dom.js";
import { developerPanel } from "./developer.js";
import { Records } from "./records.js";
import { Status } from "./status.js";
import { TABLES } from "./tables.js";
import { fetchWith, WebApi } from "./webapi.js";

/**
 * Show the page for a session, which each sample makes of its library:
 *
 *   library, cache         what it is called, and where it keeps its tokens
 *   account()              {name, username}, or null: nobody is signed in
 *   token()                resolves to an access token for the organization, or fails with a TokenError
 *   renew()                the same, but not from the cache
 *   expires()              the Date until which the cached token is good, or null
 *   signIn(), interact()   go to the sign-in page: as anybody, or because a token asks for it
 *   signOut()
 *
 * `failure` is a TokenError with which the sign-in page has just come back.
 */
export function show(session, failure) {
  const $ = (id) => document.getElementById(id);
  const actions = { "sign-in": () => session.signIn(), interact: () => session.interact() };
  const status = new Status($("status"), actions);
  const account = session.account();
  if (failure) status.fault(failure);
  $("sign-in").addEventListener("click", () => session.signIn());
  $("sign-out").addEventListener("click", () => session.signOut());
  $(account ? "signed-in" : "signed-out").hidden = false;
  if (!account) return status;

  $("who").hidden = false;
  $("name").textContent = account.name;
  $("username").textContent = account.username;
  developerPanel($("developer"), session, status);
  const api = new WebApi(
    organizationURI,
    fetchWith(() => session.token()),
  );
  tabs($("tabs"), (table) => new Records($("records"), table, api, status, actions).load());
  return status;
}

/** Make a button for each table, and open the first. */
function tabs(place, open) {
  const buttons = Object.values(TABLES).map((table) =>
    button(table.title, (event) => {
      for (const each of buttons) each.removeAttribute("aria-current");
      event.currentTarget.setAttribute("aria-current", "page");
      open(table);
    }),
  );
  place.replaceChildren(...buttons);
  buttons[0].click();
}
