// One data table: a caption, header cells with scope, sort links, downloads; rows become cards on a narrow screen if `cards`.

import { address } from "./api.js";
import { h, icon } from "./dom.js";
import { number, t } from "./i18n.js";

/**
 * columns: {key, label, numeric, cell(row), sorted: link or null}; the first column is the row's header.
 * sort: {key, dir}; groups: [{label, span}] above the columns; foot: a row for the last line.
 */
export function dataTable({ id, caption, columns, rows, sort, groups, foot, cards = false }) {
  const line = (row, header = true) => h("tr", {}, columns.map((column, place) =>
    h(place === 0 && header ? "th" : "td", {
      scope: place === 0 && header ? "row" : null, class: column.numeric ? "numeric" : null, "data-label": place === 0 ? null : column.label,
    }, column.cell(row))));
  return h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    h("table", { id, class: cards ? "cards" : null },
      h("caption", { class: "only-read" }, caption),
      h("thead", {},
        groups ? h("tr", { class: "groups" }, groups.map((group) => h(group.label ? "th" : "td", {
          colspan: group.span, scope: group.label ? "colgroup" : null }, group.label))) : null,
        h("tr", {}, columns.map((column) => head(column, sort)))),
      h("tbody", {}, rows.map((row) => line(row))),
      foot ? h("tfoot", {}, line(foot)) : null));
}

function head(column, sort) {
  const sorted = sort && sort.key === column.key;
  const attributes = { scope: "col", class: column.numeric ? "numeric" : null };
  if (sorted) attributes["aria-sort"] = sort.dir === "desc" ? "descending" : "ascending";
  if (!column.sorted) return h("th", attributes, column.label);
  return h("th", attributes, h("a", { class: "sort", href: column.sorted, title: t("table.sort_by", { column: column.label }) },
    column.label, sorted ? icon(sort.dir === "desc" ? "fall" : "up") : null));
}

/** Every table can be taken away: the same rows as CSV, and as JSON. */
export function downloads(name, query) {
  return h("p", { class: "downloads", "aria-label": t("table.downloads"), role: "group" },
    h("a", { href: address(name, query, "csv"), download: true }, icon("down"), t("table.download_csv")),
    h("a", { href: address(name, query) }, t("table.open_json")));
}

/** Page links for a list; `at(page)` gives the address of a page. */
export function pager({ page, size, total }, at) {
  const pages = Math.max(1, Math.ceil(total / size));
  const first = total === 0 ? 0 : (page - 1) * size + 1;
  const turn = (to, key, symbol) => (to >= 1 && to <= pages
    ? h("a", { class: "step", href: at(to), "aria-label": t(key), title: t(key) }, icon(symbol))
    : h("span", { class: "step", "aria-hidden": "true" }, icon(symbol)));
  return h("nav", { class: "pager", "aria-label": t("table.page", { page, pages }) },
    h("span", {}, t("table.rows", { from: number(first), to: number(Math.min(page * size, total)), total: number(total) })),
    pages > 1 ? h("span", { class: "turns" }, turn(page - 1, "table.previous", "left"), t("table.page", { page, pages }),
      turn(page + 1, "table.next", "right")) : null);
}
