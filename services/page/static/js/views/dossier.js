// One dossier, so that an inspector can redo it by hand: facts, due dates, pauses, class with its reason, and every event in order.

import { address, read } from "../api.js";
import { h } from "../dom.js";
import { breadcrumb, drawBottom } from "../frame.js";
import { day, instant, number, t } from "../i18n.js";
import { downloads } from "../table.js";
import { pairs, rows } from "./blocks.js";
import { badge, stateOf } from "./columns.js";
import { eventList } from "./events.js";
import { explanation } from "./explanation.js";
import { timeline } from "./timeline.js";

export async function dossier(id, signal) {
  const name = `dossiers/${encodeURIComponent(id)}`;
  const [answer, explained] = await Promise.all([read(name, {}, signal), read(`${name}/explanation`, {}, signal).catch(() => null)]);
  const one = answer.dossier;
  const at = (text) => instant(text, one.time_zone);
  drawBottom(answer.definition_id, address(name));
  const title = t("dossier.title", { code: one.dossier_code || one.dossier_id });
  return {
    title,
    content: [
      breadcrumb(answer, { last: one.dossier_code || one.dossier_id }),
      h("div", { class: "titles" },
        h("p", { class: "kicker" }, one.procedure_name || one.procedure_code),
        h("h1", { tabindex: "-1" }, title, " ", badge(stateOf(one), `outcome.${stateOf(one)}`))),
      dueCards(one, at),
      h("section", { class: "card", id: "timeline" }, h("h2", {}, t("timeline.title")), timeline(answer, at)),
      explanation(explained, at),
      h("div", { class: "pair" }, h("div", { class: "stack" }, why(answer, at), pauses(one, at), apology(one, at)), facts(one, at)),
      h("section", { class: "card", id: "events" }, h("h2", {}, t("events.title"), " ", h("span", { class: "count" }, number(answer.events.length))),
        h("p", { class: "note" }, t("events.note")), eventList(answer, at), downloads(name, {})),
    ],
  };
}

function dueCards(one, at) {
  const card = (name) => {
    const moved = name !== "original" && one[`${name}_due_at`] !== one.original_due_at;
    return h("article", { class: `card due ${name}${moved ? " moved" : ""}` }, h("h2", {}, t(`due.${name}`)),
      h("p", { class: "big", id: `due-${name}` }, one[`${name}_due_at`] ? at(one[`${name}_due_at`]) : t("due.none")),
      h("p", { class: "note" }, t(`due.${name}_note`)),
      name === "lawful" && one.is_provisional ? h("p", { class: "note", id: "due-provisional" }, h("span", { class: "badge plain" }, t("due.provisional")), ` ${t("due.provisional_note")}`) : null);
  };
  return h("section", { class: "dues", "aria-label": t("due.title") }, ["original", "lawful", "promised"].map(card));
}

function why(answer, at) {
  const one = answer.dossier;
  const state = { open: "open_unknown" }[stateOf(one)] ?? stateOf(one);
  const shown = (text) => (one.classify_by === "instant" ? at(text) : at(text).slice(0, 10));
  const ending = one.ended_by ? t(`event.${one.ended_by.replace(/\.v\d+$/, "")}`).toLocaleLowerCase() : "—";
  return h("section", { class: "card", id: "why" }, h("h2", {}, t("why.title")),
    h("p", {}, t(`why.${state}`, { end: shown(one.ended_at), due: one.classify_by === "instant" ? at(one.lawful_due_at) : day(one.due_on), ending })),
    one.breached_at ? h("p", {}, t("why.breach", { time: at(one.breached_at), unit: one.breach_unit_name || one.breach_unit_id })) : null,
    answer.dossier.due_history.length ? rows(t("due.history"), [t("due.known_from"), t("due.value")],
      one.due_history.map((change) => [at(change.known_from), at(change.lawful_due_at)])) : null);
}

function facts(one, at) {
  return h("section", { class: "card", id: "facts" }, h("h2", {}, t("dossier.facts")), pairs([
    [t("dossier.procedure"), `${one.procedure_name || "—"} (${one.procedure_code})`],
    [t("dossier.received_by"), one.unit_name || one.unit_id],
    [t("dossier.held_by"), one.held_by_unit_name || one.held_by_unit_id],
    [t("dossier.channel"), t(`channel.${one.channel}`)],
    [t("dossier.accepted"), at(one.accepted_at)],
    [t("dossier.ended"), one.ended_at ? at(one.ended_at) : t("dossier.not_yet")],
    [t("dossier.delivered"), one.delivered_at ? at(one.delivered_at) : t("dossier.not_yet")],
    [t("dossier.classify"), t(`dossier.classify_${one.classify_by || "date"}`)],
    [t("dossier.time_zone"), one.time_zone],
    one.is_history ? [t("dossier.history"), t("dossier.yes")] : null,
    [t("dossier.flags"), number(one.integrity_flag_count)],
    [t("dossier.corrections"), number(one.correction_count)],
    one.further_codes.length ? [t("dossier.further_codes"), one.further_codes.join(", ")] : null,
    [t("dossier.identity"), h("code", {}, one.dossier_id)],
  ]));
}

function pauses(one, at) {
  return h("section", { class: "card", id: "pauses" }, h("h2", {}, t("pause.title")), one.pauses.length
    ? rows(t("pause.title"), [t("pause.from"), t("pause.until")], one.pauses.map((pause) => [at(pause.paused_at), pause.resumed_at ? at(pause.resumed_at) : t("pause.open")]))
    : h("p", { class: "note" }, t("pause.none")));
}

function apology(one, at) {
  const owed = one.apology_class || one.apology_sent_at || one.apology_required_at;
  return h("section", { class: "card", id: "apology" }, h("h2", {}, t("apology.title")), owed
    ? pairs([
      [t("apology.state"), standing(one)],
      [t("apology.latest"), at(one.apology_latest_at)], [t("apology.required"), at(one.apology_required_at)], [t("apology.sent"), at(one.apology_sent_at)]])
    : h("p", { class: "note" }, t("apology.not_owed")), one.obligations.length > 1 ? obligations(one, at) : null);
}

const standing = (owed) => badge(owed.apology_class === "missing" ? "late" : "plain", `apology.${owed.apology_class || "none"}`);

// Each missed due date is owed for by whoever held the dossier then (AR-08).
function obligations(one, at) {
  return rows(t("apology.each"), [t("apology.missed"), t("apology.held_by"), t("apology.sent"), t("apology.state")],
    one.obligations.map((owed) => [at(owed.due_at), owed.unit_name || owed.unit_id, at(owed.sent_at), standing(owed)]));
}
