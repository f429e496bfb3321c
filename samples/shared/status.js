// What happened, told to everybody: also to those who hear the page and do not see it.

import { button, element, facts } from "./dom.js";
import { explain } from "./errors.js";

/** A region that says what was done or what went wrong. */
export class Status {
  /** `actions` are what may be offered with an error: "sign-in", "interact" and "reload". */
  constructor(place, actions) {
    this.actions = actions;
    this.polite = element("div", { role: "status" });
    this.urgent = element("div", { role: "alert" });
    place.replaceChildren(this.polite, this.urgent);
  }

  clear() {
    this.polite.replaceChildren();
    this.urgent.replaceChildren();
  }

  done(text) {
    this.clear();
    this.polite.append(element("p", { class: "said", dir: "auto" }, text));
  }

  fault(error) {
    const { title, text, offer, details } = explain(error);
    const act = offer && this.actions[offer.action];
    this.clear();
    this.urgent.append(
      element(
        "div",
        { class: "fault" },
        element("p", { class: "title" }, title),
        element("p", {}, text),
        element("details", {}, element("summary", {}, "Details"), facts(details)),
        ...(act ? [element("div", { class: "steps" }, button(offer.label, act, "small"))] : []),
      ),
    );
    // Whatever was pressed may be a page further down.
    this.urgent.scrollIntoView({ block: "nearest" });
  }
}
