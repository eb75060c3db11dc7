// The dossiers behind one figure: exactly as many rows as the figure says, in pages, sortable, to take away as CSV.

import { address, read } from "../api.js";
import { h } from "../dom.js";
import { breadcrumb, drawBottom, unitName } from "../frame.js";
import { instant, number, t } from "../i18n.js";
import { periodText } from "../period.js";
import { periodBar } from "../periodbar.js";
import { link } from "../place.js";
import { dataTable, downloads, pager } from "../table.js";
import { dossierColumns, scopeOf } from "./columns.js";

export async function list(place, meta, period, signal, { overdue }) {
  const name = overdue ? "overdue" : "dossiers";
  const figure = overdue ? "open_overdue" : place.get("figure") ?? "received";
  const sort = place.get("sort") ?? (figure === "open_overdue" ? "overdue_days" : "accepted_at");
  const dir = place.get("dir") ?? (figure === "open_overdue" ? "desc" : "asc");
  const scope = { ...scopeOf(place), ...(overdue ? {} : { figure }) };
  const query = { ...scope, from: period.from, to: period.to, sort, dir };
  const answer = await read(name, { ...query, page: place.get("page") }, signal);
  const path = `/${name}`;
  const label = overdue ? t("overdue.title") : t(`figure.${figure}`);
  const at = (changes) => link(path, { ...scope, sort, dir, ...changes });
  const turned = (key) => at({ sort: key, dir: key === sort && dir === "asc" ? "desc" : "asc" });
  drawBottom(answer.definition_id, address(name, query));
  return {
    title: `${label} · ${unitName(answer.unit)} · ${periodText(period)}`,
    content: [
      breadcrumb(answer, { last: label }),
      h("div", { class: "titles" },
        h("p", { class: "kicker" }, `${unitName(answer.unit)} · ${periodText(period)}`),
        h("h1", { tabindex: "-1" }, label, " ", h("span", { class: "count", id: "total" }, number(answer.total)))),
      periodBar(path, period, meta, { ...scope, sort: place.get("sort"), dir: place.get("dir") }),
      h("section", { class: "card" },
        answer.is_stock ? h("p", { class: "note" }, t("figure.at_end", { time: instant(answer.as_of) })) : null,
        answer.total
          ? dataTable({ id: "dossiers-table", caption: label, columns: dossierColumns(answer, turned), rows: answer.dossiers, sort: { key: sort, dir }, cards: true })
          : h("p", { class: "note" }, t("table.empty")),
        pager(answer, (page) => at({ page })),
        h("div", { class: "foot" }, h("a", { class: "button quiet", href: link("/", scopeOf(place)) }, t("list.back")), downloads(name, query))),
    ],
  };
}
