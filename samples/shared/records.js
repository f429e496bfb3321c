// The records of a table: page by page, with what one may do to them.

import { button, element } from "./dom.js";
import { askFirst, editRecord } from "./dialogs.js";
import { selected } from "./tables.js";
import { FORMATTED } from "./webapi.js";

/** A table of records in a place of the page. */
export class Records {
  /** `actions` are what an error may offer, besides loading the records again. */
  constructor(place, table, api, status, actions) {
    this.table = table;
    this.api = api;
    this.status = status;
    this.actions = { ...actions, reload: () => this.reload() };
    this.status.actions = this.actions;
    this.link = null;
    this.number = 1;
    this.body = element("tbody", { role: "rowgroup" });
    this.footer = element("footer", {});
    this.newButton = button(`New ${table.one}`, () => this.create());
    this.section = element(
      "section",
      { class: "card records", "aria-busy": "true" },
      element("header", {}, element("h1", {}, table.title), this.newButton),
      element("table", { role: "table", "aria-label": table.title }, head(table), this.body),
      this.footer,
    );
    place.replaceChildren(this.section);
  }

  /** Show the first page, or the one at a link of the page before. */
  async load(link = null, number = 1) {
    this.section.setAttribute("aria-busy", "true");
    try {
      const { set, order } = this.table;
      const page = await (link
        ? this.api.page(link)
        : this.api.list(set, selected(this.table), order));
      this.link = link;
      this.number = number;
      this.draw(page.value, page["@odata.nextLink"]);
    } catch (error) {
      this.status.fault(error);
    } finally {
      this.section.setAttribute("aria-busy", "false");
    }
  }

  /** Show this page as it is now. */
  async reload() {
    this.status.clear();
    await this.load(this.link, this.number);
  }

  draw(rows, next) {
    const none = element(
      "tr",
      { role: "row" },
      element(
        "td",
        { role: "cell", class: "nothing", colspan: this.table.columns.length + 1 },
        "There are none that you may see.",
      ),
    );
    this.body.replaceChildren(...(rows.length ? rows.map((row) => this.row(row)) : [none]));
    const turn = (link, number) => async () => {
      this.status.clear();
      await this.load(link, number);
      this.newButton.focus();
    };
    const pages = element("div", { class: "steps" });
    if (this.number > 1) pages.append(button("First page", turn(null, 1), "quiet small"));
    if (next) pages.append(button("Next page", turn(next, this.number + 1), "quiet small"));
    const count = `${rows.length} ${rows.length === 1 ? this.table.one : this.table.title.toLowerCase()}`;
    const where = this.number > 1 || next ? `Page ${this.number} · ${count}` : count;
    this.footer.replaceChildren(element("p", { class: "hint" }, where), pages);
  }

  row(row) {
    const name = this.table.name(row);
    const id = row[this.table.key];
    const edit = button("Edit", () => this.edit(row), "quiet small", {
      "aria-label": `Edit ${name}`,
      "data-edit": id,
    });
    const remove = button("Delete", () => this.remove(row), "quiet small", {
      "aria-label": `Delete ${name}`,
    });
    const cells = this.table.columns.map((column, at) => cell(column, row, at === 0));
    const actions = element(
      "td",
      { role: "cell", class: "actions" },
      element("div", {}, edit, remove),
    );
    return element("tr", { role: "row", "data-id": id }, ...cells, actions);
  }

  create() {
    this.write(
      `New ${this.table.one}`,
      {},
      (values) => this.api.create(this.table.set, values),
      "was created",
    );
  }

  edit(row) {
    const send = (values) =>
      this.api.update(this.table.set, row[this.table.key], row["@odata.etag"], values);
    this.write(`Edit ${this.table.one}`, row, send, "was saved");
  }

  async write(title, row, send, done) {
    this.status.clear();
    const written = await editRecord({
      title,
      fields: this.table.fields,
      row,
      send,
      actions: this.actions,
    });
    if (!written) return;
    await this.load(this.link, this.number);
    this.status.done(`${this.table.name(written)} ${done}.`);
    this.focus(written[this.table.key]);
  }

  async remove(row) {
    this.status.clear();
    const name = this.table.name(row);
    if (!(await askFirst(`Delete ${name}?`, "It cannot be brought back.", "Delete"))) return;
    try {
      await this.api.remove(this.table.set, row[this.table.key], row["@odata.etag"]);
      await this.load(this.link, this.number);
      this.status.done(`${name} was deleted.`);
      this.newButton.focus();
    } catch (error) {
      this.status.fault(error);
    }
  }

  /** Go back to where the keyboard was: the row may be drawn anew, or be on another page. */
  focus(id) {
    (this.body.querySelector(`[data-edit="${id}"]`) || this.newButton).focus();
  }
}

function head(table) {
  const names = table.columns.map((column) =>
    element(
      "th",
      { scope: "col", role: "columnheader", class: column.number ? "number" : null },
      column.label,
    ),
  );
  const last = element("td", { role: "cell" });
  return element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...names, last));
}

function cell(column, row, isName) {
  // What the service made of the value for this person: a choice's label, money, a date.
  const value = row[column.name + FORMATTED] ?? row[column.name] ?? "";
  const text = element("bdi", {}, String(value));
  if (isName) return element("th", { scope: "row", role: "rowheader" }, text);
  const kind = [column.short && "short", column.number && "number", value === "" && "empty"]
    .filter(Boolean)
    .join(" ");
  return element("td", { role: "cell", class: kind || null, "data-label": column.label }, text);
}
