// Elements, made in one expression. Text is always set as text, never as markup.

/** Return an element: `element("p", {class: "hint"}, "text", child)`; on… attributes are listeners. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Return a button; `kind` is its class. */
export function button(label, act, kind = "", attributes = {}) {
  return element(
    "button",
    { type: "button", class: kind || null, onclick: act, ...attributes },
    label,
  );
}

/** Return a list of terms from {term: text}; what is empty is left out. */
export function facts(pairs) {
  const rows = Object.entries(pairs)
    .filter(([, text]) => text !== undefined && text !== null && text !== "")
    .map(([term, text]) =>
      element("div", {}, element("dt", {}, term), element("dd", { dir: "auto" }, String(text))),
    );
  return element("dl", { class: "facts" }, ...rows);
}
