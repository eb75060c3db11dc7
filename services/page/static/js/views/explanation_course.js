// How a dossier stands and what it missed, beside its sums: the class of the figures, endings, breaches, letters, late records.

import { h } from "../dom.js";
import { t } from "../i18n.js";

/** The class as the figures have it; nothing before the acceptance. */
export function headline(found) {
  if (!found.outcome) return null;
  const last = found.endings.at(-1);
  const told = found.outcome !== "open" && last ? classOf(last) : t(`outcome.${found.outcome}`);
  return h("p", { class: "outcome" }, `${t("explain.class")}: `, h("strong", {}, told));
}

export function course(found, at) {
  return [
    listed("explain.endings", found.endings.map((one) => ending(one, at))),
    listed("explain.breaches", found.breaches.map((one) => breach(one, at))),
    listed("explain.obligations", found.obligations.map((one) => obligation(one, at))),
    listed("explain.late_events", found.late_events.map((one) => late(one, at))),
  ];
}

function listed(title, lines) {
  return lines.length ? [h("h3", {}, t(title)), h("ul", { class: "notes" }, lines.map((parts) => h("li", {}, parts.filter(Boolean).join("; "))))] : null;
}

/** Of an ending without a result its class by the due date stands beside it. */
function classOf(one) {
  const told = t(`outcome.${one.outcome}`);
  return one.outcome === one.classification ? told : `${told} (${t("explain.by_due", { outcome: t(`outcome.${one.classification}`) })})`;
}

function ending(one, at) {
  return [
    `${event(one.event_type)} ${at(one.ended_at)}: ${classOf(one)} (${one.rule})`,
    one.judged_due_at ? t("explain.judged_by", { time: at(one.judged_due_at) }) : null,
    t("explain.counts_in", { time: at(one.counts_at) }),
    one.is_approved ? t("explain.ending_approved") : null,
    one.reopened_at ? t("explain.reopened", { time: at(one.reopened_at) }) : null,
    one.differs ? `${t("explain.differs")}: ${t(`outcome.${one.recorded}`)}` : null,
  ];
}

function breach(one, at) {
  const code = one.step_code || one.clock.replace(/^[^:]*:?/, "").replace(/#.*$/, "");
  return [
    `${event(one.event_type)} – ${t(`explain.clock.${one.clock_kind}`, { code }).trim()}: ${at(one.at)}`,
    t("explain.held_by", { id: one.held_by_unit_id }),
    one.responsible_officer_id ? t("explain.officer", { id: one.responsible_officer_id }) : null,
  ];
}

function obligation(one, at) {
  return [
    t("explain.missed_due", { time: at(one.due_at) }),
    t("explain.held_by", { id: one.held_by_unit_id }),
    t("explain.letter_latest", { time: at(one.latest_at) }),
    one.sent_at ? t("explain.letter_sent", { time: at(one.sent_at) }) : null,
    one.waived_at ? t("explain.letter_waived", { time: at(one.waived_at) }) : null,
    one.lapsed ? t(`explain.lapsed.${one.lapsed}`) : null,
    t(`apology.${one.apology_class}`),
  ];
}

function late(one, at) {
  return [
    `${one.seq}. ${event(one.event_type)} ${at(one.at)}`,
    t("explain.late_recorded", { time: at(one.recorded_at) }),
    t("explain.late_limits", { times: one.limits.map(at).join(", ") }),
    t(`explain.late.${one.subject}`, { time: at(one.counts_at) }),
    lateStatus(one, at),
  ];
}

function lateStatus(one, at) {
  if (one.is_waiting) return t("explain.late_waiting");
  return one.approved_at ? t("explain.late_approved", { id: one.approver_id, time: at(one.approved_at) }) : t("explain.late_stands");
}

/** An event's type in words. */
export const event = (type) => t(`event.${type.replace(/\.v\d+$/, "")}`);
