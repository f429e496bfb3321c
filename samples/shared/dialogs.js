// A form for one record, and a question before something is lost.

import { button, element } from "./dom.js";
import { Status } from "./status.js";

/**
 * Ask for the values of a record; resolve to what the service made of them, or null where the
 * person thought better of it. `send(values)` writes them; its error is told in the form, which stays.
 */
export function editRecord({ title, fields, row, send, actions }) {
  return new Promise((resolve) => {
    const told = element("div", {});
    const save = element("button", { type: "submit" }, "Save");
    const form = element(
      "form",
      {},
      element("h2", { id: "form-title" }, title),
      told,
      ...fields.map((each) => field(each, row)),
    );
    form.append(
      element(
        "div",
        { class: "steps" },
        save,
        button("Cancel", () => dialog.close(), "quiet"),
      ),
    );
    const dialog = opened(form, "form-title", () => resolve(written));
    const status = new Status(told, leaving(actions, dialog));
    let written = null;

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      save.disabled = true;
      status.clear();
      try {
        written = await send(changed(form, fields, row));
        dialog.close();
      } catch (error) {
        status.fault(error);
        save.disabled = false;
        dialog.scrollTop = 0;
      }
    });
  });
}

/** Ask a question; resolve to whether the answer was yes. */
export function askFirst(question, text, yes) {
  return new Promise((resolve) => {
    let answer = false;
    const agree = () => {
      answer = true;
      dialog.close();
    };
    const dialog = opened(
      element(
        "div",
        {},
        element("h2", { id: "question", dir: "auto" }, question),
        element("p", {}, text),
        element(
          "div",
          { class: "steps" },
          button(yes, agree, "danger"),
          button("Keep it", () => dialog.close(), "quiet", { autofocus: true }),
        ),
      ),
      "question",
      () => resolve(answer),
    );
  });
}

/** Open a dialog that is gone when it is closed, also by Escape. */
function opened(content, title, closed) {
  const dialog = element("dialog", { "aria-labelledby": title }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What an error offers leads away from the form. */
function leaving(actions, dialog) {
  const leave = (act) => () => {
    dialog.close();
    act();
  };
  return Object.fromEntries(Object.entries(actions).map(([name, act]) => [name, leave(act)]));
}

function field({ name, label, type = "text", required, maximum, choices }, row) {
  const common = { id: `field-${name}`, name, required };
  const input = choices
    ? element(
        "select",
        common,
        element("option", { value: "" }, "–"),
        ...Object.entries(choices).map(([value, text]) => element("option", { value }, text)),
      )
    : element("input", { ...common, type, maxlength: maximum, dir: "auto", autocomplete: "off" });
  input.value = row[name] ?? "";
  const mark = required ? [element("small", {}, " (required)")] : [];
  return element("div", {}, element("label", { for: common.id }, label, ...mark), input);
}

/** Only what is new: the rest stays as it is, whoever changed it. */
function changed(form, fields, row) {
  const values = {};
  for (const { name, choices } of fields) {
    const text = form.elements[name].value.trim();
    const value = text === "" ? null : choices ? Number(text) : text;
    if (value !== (row[name] ?? null)) values[name] = value;
  }
  return values;
}
