// The chair's morning page: headline, trend, units below, open overdue dossiers. Every number leads to its dossiers.

import { address, read } from "../api.js";
import { chartBox, trendConfig, unitsConfig } from "../charts.js";
import { h } from "../dom.js";
import { breadcrumb, definition, drawBottom, unitName } from "../frame.js";
import { figureLink, headline } from "../headline.js";
import { day, instant, number, rateText, t } from "../i18n.js";
import { periodText } from "../period.js";
import { periodBar } from "../periodbar.js";
import { go, link } from "../place.js";
import { dataTable, downloads } from "../table.js";
import { dossierColumns, scopeOf } from "./columns.js";

const SHOWN_BARS = 12;

export async function overview(place, meta, period, signal) {
  const query = { ...scopeOf(place), from: period.from, to: period.to };
  const [answer, trend, overdue] = await Promise.all([
    read("figures", query, signal), read("trend", query, signal),
    read("overdue", { ...query, size: 10, sort: "overdue_days", dir: "desc" }, signal),
  ]);
  drawBottom(answer.definition_id, address("figures", query));
  const target = scopeOf(place);
  return {
    title: `${unitName(answer.unit)} · ${periodText(period)}`,
    content: [
      breadcrumb(answer),
      h("div", { class: "titles" },
        h("p", { class: "kicker" }, answer.unit?.level ? t(`level.${answer.unit.level}`) : t("level.all")),
        h("h1", { tabindex: "-1" }, unitName(answer.unit))),
      periodBar("/", period, meta),
      headline(answer, target),
      trendCard(trend, query, period, meta.trend_columns),
      answer.children.length ? childrenPart(answer, query, place, meta.page_columns) : null,
      overduePart(overdue, query, answer),
    ],
  };
}

/** What a figure shows in a table; a count that has a list leads to it. */
const shownAs = (figure, row, target) => (figure.is_rate ? rateText(row[figure.id])
  : target && figure.is_listed ? figureLink(figure.id, row[figure.id], target) : number(row[figure.id]));

function trendCard(trend, query, period, figures) {
  const weeks = trend.weeks;
  const places = trend.unit_changes.map((change) => weeks.findIndex((week) => change.on < week.to)).filter((at) => at >= 0);
  const texts = { rate: t("figure.on_time_rate"), early: t("figure.early"), on_time: t("figure.on_time"), late: t("figure.late"),
    dossiers: t("trend.axis_dossiers"), axisRate: t("trend.axis_rate") };
  const summary = weeks.length ? t("trend.summary", { n: weeks.length, from: day(weeks[0].from), to: day(weeks.at(-1).from) }) : t("trend.empty");
  const selected = period.kind === "week" ? weeks.findIndex((week) => week.from === period.from) : -1;
  const columns = [{ key: "week", label: t("column.week"), cell: (week) => h("a", { href: link("/", { period: "week", from: week.from, to: null }) }, day(week.from)) },
    ...figures.map((figure) => ({ key: figure.id, label: t(`figure.${figure.id}`), numeric: true, cell: (week) => shownAs(figure, week) }))];
  return h("section", { class: "card chart", id: "trend" },
    h("header", {}, h("h2", {}, t("trend.title")), definition(trend.definition_id, "trend")),
    weeks.some((week) => week.resolved) ? chartBox(summary, () => trendConfig({ weeks, texts, selected, changes: places,
      labels: weeks.map((week) => day(week.from).slice(0, 5)), pick: (week) => go(link("/", { period: "week", from: week.from, to: null })) }))
      : h("p", { class: "note" }, t("trend.empty")),
    trend.unit_changes.map((change) => h("p", { class: "note warn" }, t("trend.units_changed", { date: day(change.on) }))),
    h("details", {}, h("summary", {}, t("table.show")), dataTable({ id: "trend-table", caption: t("trend.title"), columns, rows: weeks })),
    downloads("trend", query));
}

function childrenPart(answer, query, place, figures) {
  const sort = { key: figures.some((figure) => figure.id === place.get("by")) ? place.get("by") : "unit", dir: place.get("dir") === "desc" ? "desc" : "asc" };
  const kinds = new Set(answer.children.filter((child) => !child.own).map((child) => child.level));
  const title = t(`children.${kinds.size === 1 ? [...kinds][0] : "mixed"}`);
  const below = (child) => (child.unit_id === answer.unit?.unit_id ? { unit: child.unit_id, own: 1 } : { unit: child.unit_id });
  const name = (child) => (child.total ? t("children.total") : child.own ? unitName(child) : h("a", { href: link("/", below(child)) }, unitName(child)));
  const target = (child) => (child.total ? scopeOf(new URLSearchParams(query.unit ? { unit: query.unit } : {})) : below(child));
  const sorted = (key) => link("/", { by: key === "unit" ? null : key, dir: sort.key === key && sort.dir === "desc" ? "asc" : key === "unit" ? null : "desc" });
  const columns = [{ key: "unit", label: t("children.unit"), cell: name, sorted: sorted("unit") },
    ...figures.map((figure) => ({ key: figure.id, label: t(`figure.${figure.id}`), numeric: true, sorted: sorted(figure.id),
      cell: (child) => shownAs(figure, child, target(child)) }))];
  const groups = [{ span: 1 }, ...[...new Set(figures.map((figure) => figure.group))].map((group) =>
    ({ span: figures.filter((figure) => figure.group === group).length, label: t(`children.group_${group}`) }))];
  return h("section", { class: "card units", id: "children" },
    h("header", {}, h("h2", {}, title), definition(answer.definition_id, "children")),
    answer.children.length > 1 ? compareCharts(answer.children, below) : null,
    dataTable({ id: "children-table", caption: title, columns, rows: inOrder(answer.children, sort), sort, groups, foot: { ...answer.figures, total: true } }),
    downloads("figures", query));
}

/** By the register's order, or by a figure; units without a rate always stand last. */
function inOrder(children, { key, dir }) {
  if (key === "unit") return children;
  const sign = dir === "desc" ? -1 : 1;
  return [...children].sort((a, b) => (a[key] === null) - (b[key] === null) || sign * (a[key] - b[key]));
}

function compareCharts(children, below) {
  const rated = children.filter((child) => child.on_time_rate !== null || child.open_overdue > 0)
    .sort((a, b) => (a.on_time_rate ?? 2) - (b.on_time_rate ?? 2) || b.open_overdue - a.open_overdue).slice(0, SHOWN_BARS);
  if (!rated.length) return null;
  const names = rated.map((child) => unitName(child));
  const pick = (place) => go(link("/", below(rated[place])));
  const vars = { "--height": `${Math.max(110, 40 + rated.length * 27)}px` };
  const summary = t("children.summary", { n: rated.length });
  const chart = (label, values, colour, rate) => h("figure", {}, h("figcaption", {}, label),
    chartBox(`${label}. ${summary}`, () => unitsConfig({ names, values, colour, rate, label, pick }), vars));
  return h("div", { class: "compare" },
    chart(t("children.title_rate"), rated.map((child) => (child.on_time_rate === null ? null : child.on_time_rate * 100)), "--on-time", true),
    chart(t("children.title_overdue"), rated.map((child) => child.open_overdue), "--late", false),
    rated.length < children.length ? h("p", { class: "note" }, t("children.chart_note", { n: rated.length })) : null);
}

function overduePart(overdue, query, answer) {
  const title = t("overdue.title");
  return h("section", { class: "card", id: "overdue" },
    h("header", {}, h("h2", {}, title, " ", h("span", { class: "count" }, number(overdue.total)))),
    h("p", { class: "note" }, overdue.total ? t("overdue.note", { time: instant(answer.as_of) }) : t("overdue.none")),
    overdue.total ? dataTable({ id: "overdue-table", caption: title, columns: dossierColumns(overdue), rows: overdue.dossiers, cards: true }) : null,
    overdue.total > overdue.dossiers.length ? h("p", {}, h("a", { class: "button", href: link("/overdue") },
      t("overdue.see_all", { n: number(overdue.total) }))) : null,
    overdue.total ? downloads("overdue", query) : null);
}
