// A line from acceptance to the end: pauses as bands, the due dates and the end as marks. The same dates stand in text beside it.

import { h } from "../dom.js";
import { t } from "../i18n.js";

const asTime = (text) => (text ? Date.parse(text) : null);

export function timeline(answer, at) {
  const one = answer.dossier;
  const now = asTime(answer.data_until);
  const marks = [
    { kind: "accepted", time: asTime(one.accepted_at), text: one.accepted_at },
    { kind: "due", time: asTime(one.lawful_due_at), text: one.lawful_due_at },
    one.ended_at ? { kind: "ended", time: asTime(one.ended_at), text: one.ended_at } : { kind: "now", time: now, text: answer.data_until },
  ].filter((mark) => mark.time !== null);
  const times = marks.map((mark) => mark.time);
  const start = Math.min(...times);
  const end = Math.max(...times, start + 3_600_000);
  const place = (time) => `${(100 * (Math.min(Math.max(time, start), end) - start)) / (end - start)}%`;
  const stop = asTime(one.ended_at) ?? now;
  const due = asTime(one.lawful_due_at);
  const band = (kind, from, to) => (to > from ? h("span", { class: `band ${kind}`, vars: { "--from": place(from), "--to": place(to) } }) : null);
  const late = due !== null && stop > due && one.outcome !== "terminated" && (one.outcome === "late" || one.open_overdue);
  return h("div", { class: "timeline" },
    h("div", { class: "track", role: "img", "aria-label": t("timeline.summary", { accepted: at(one.accepted_at), due: at(one.lawful_due_at), ended: at(one.ended_at) }) },
      band("run", asTime(one.accepted_at), late ? due : stop), late ? band("late", due, stop) : null,
      one.pauses.map((pause) => band("paused", asTime(pause.paused_at), Math.min(asTime(pause.resumed_at) ?? stop, stop))),
      marks.map((mark) => h("span", { class: `mark ${mark.kind}`, vars: { "--at": place(mark.time) } }))),
    h("ul", { class: "marks" }, [...marks].sort((a, b) => a.time - b.time).map((mark) => h("li", { class: mark.kind }, h("span", {}, t(`timeline.${mark.kind}`)), h("strong", {}, at(mark.text)))),
      one.pauses.length ? h("li", { class: "paused" }, h("span", {}, t("timeline.paused")), h("strong", {}, `${one.pauses.length}×`)) : null));
}
