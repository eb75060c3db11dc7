// The events of a dossier in order: when, what, who, where, with all data and the technical trace.

import { h } from "../dom.js";
import { day, hasText, instant, t } from "../i18n.js";

const IS_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;
const TONES = { "dossier-breached": "late", "apology-required": "late", "apology-sent": "warn", "integrity-flag-raised": "warn", "event-corrected": "warn",
  "supplement-requested": "paused", "supplement-completed": "paused", "step-breached": "late", "second-breach-recorded": "late", "escalation-raised": "late",
  "apology-pending-raised": "warn", "clock-not-armed": "warn", "financial-obligation-requested": "paused", "clock-paused": "paused", "result-ready-at-counter": "early", "deadline-met": "early", "deadline-near-due": "warn" };

const label = (key) => (hasText(`field.${key}`) ? t(`field.${key}`) : key);

/** A value of an event's data as a person reads it; what is not known is shown as it is. */
function shown(key, value, units, at) {
  if (value === null || value === undefined) return "—";
  if (typeof value === "object" && hasText(`value.${value.unit}`)) return `${value.value} ${t(`value.${value.unit}`)}`;
  if (key.endsWith("unit_id") && units[value]) return `${units[value]} (${value})`;
  if (key === "ended_by" && typeof value === "string") return t(`event.${value.replace(/\.v\d+$/, "")}`);
  if (Array.isArray(value)) return value.map((item) => shown("", item, units, at)).join("; ");
  if (typeof value === "object") return h("code", {}, JSON.stringify(value));
  const text = String(value);
  if (IS_INSTANT.test(text)) return at(text);
  if (IS_DAY.test(text)) return day(text);
  return hasText(`value.${text}`) ? t(`value.${text}`) : text;
}

function trace(event) {
  const lines = [[t("events.id"), event.event_id], [t("events.source"), event.source], [t("events.recorded"), instant(event.recorded_at)],
    [t("events.position"), `${event._topic} / ${event._partition} / ${event._offset}`],
    ...Object.entries(event.envelope).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)])];
  return h("details", {}, h("summary", {}, t("events.technical")),
    h("dl", { class: "facts tight" }, lines.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, value))))));
}

export function eventList(answer, at) {
  return h("ol", { class: "events" }, answer.events.map((event) => {
    const kind = event.event_type.replace(/\.v\d+$/, "");
    const data = Object.entries(event.data).filter(([, value]) => value !== null);
    return h("li", { class: `event ${TONES[kind] ?? ""} ${event.by_system ? "system" : "person"}`, "data-type": event.event_type },
      h("time", { datetime: event.occurred_at }, at(event.occurred_at)),
      h("div", {},
        h("h3", {}, hasText(`event.${kind}`) ? t(`event.${kind}`) : event.event_type),
        h("p", { class: "who" }, event.by_system ? t("events.system") : event.actor_id || "—", " · ", answer.units[event.unit_id] ?? t("unit.unnamed", { id: event.unit_id })),
        data.length ? h("dl", { class: "facts tight" }, data.map(([key, value]) => h("div", {}, h("dt", {}, label(key)), h("dd", {}, shown(key, value, answer.units, at)))))
          : h("p", { class: "note" }, t("events.no_data")),
        trace(event)));
  }));
}
