// The headline: the on-time rate with its definition, and always beside it the open overdue dossiers (B5).

import { h, icon } from "./dom.js";
import { definition } from "./frame.js";
import { instant, number, rateText, t } from "./i18n.js";
import { link } from "./place.js";

/** A number that opens the list of exactly the dossiers it counts. */
export function figureLink(figure, count, target, label = t(`figure.${figure}`)) {
  if (count === 0) return h("span", { class: "figure zero" }, number(0));
  return h("a", { class: "figure", href: link("/dossiers", { ...target, figure }), "data-figure": figure,
    "aria-label": t("figure.see_list", { label, n: number(count) }) }, number(count));
}

function split(figures, names, target) {
  const total = names.reduce((sum, name) => sum + figures[name], 0);
  return h("div", { class: "split" },
    h("div", { class: "bar", "aria-hidden": "true" }, total === 0 ? null : names.map((name) =>
      (figures[name] ? h("span", { class: `part ${name}`, vars: { "--share": figures[name] / total } }) : null))),
    h("dl", {}, names.map((name) => h("div", { class: `key ${name}` },
      h("dt", {}, t(`figure.${name}`)), h("dd", {}, figureLink(name, figures[name], target))))));
}

const card = (kind, title, ...content) => h("article", { class: `card ${kind}` }, h("h2", {}, title), ...content);

export function headline(answer, target) {
  const figures = answer.figures;
  const rated = figures.early + figures.on_time + figures.late;
  const resolved = ["early", "on_time", "late", ...(figures.unknown ? ["unknown"] : [])];
  const open = ["open_within", "open_paused", "open_overdue", ...(figures.open_unknown ? ["open_unknown"] : [])];
  return h("section", { class: "headline", "aria-label": t("figure.on_time_rate") },
    h("article", { class: "card rate" },
      h("header", {}, h("h2", {}, t("figure.on_time_rate")), definition(answer.definition_id, "headline")),
      h("div", { class: "rate-number" },
        h("p", { class: "huge", id: "on-time-rate" }, rateText(figures.on_time_rate)),
        h("p", { class: "note" }, rated ? t("figure.of_resolved", { n: number(rated) }) : t("figure.no_resolved"))),
      split(figures, resolved, target)),
    card(figures.open_overdue ? "overdue alarm" : "overdue", t("figure.open_overdue_long"),
      h("p", { class: "huge" }, figureLink("open_overdue", figures.open_overdue, target, t("figure.open_overdue_long"))),
      h("p", { class: "note" }, figures.open_overdue ? t("figure.at_end", { time: instant(answer.as_of) }) : t("figure.none_overdue")),
      figures.open_overdue_unapologised
        ? h("p", { class: "note warn" }, icon("alert"), t("figure.apology_missing_note", { n: number(figures.open_overdue_unapologised) })) : null),
    card("small received", t("figure.received"),
      h("p", { class: "big" }, figureLink("received", figures.received, target)),
      h("p", { class: "note" }, t("figure.carried_in"), " ", figureLink("carried_in", figures.carried_in, target))),
    card("small resolved", t("figure.resolved"),
      h("p", { class: "big" }, figureLink("resolved", figures.resolved, target)),
      h("p", { class: "note" }, t("figure.terminated"), " ", figureLink("terminated", figures.terminated, target))),
    h("article", { class: "card open" },
      h("h2", {}, t("figure.open")),
      h("p", { class: "big" }, figureLink("open", figures.open, target)),
      split(figures, open, target)));
}
