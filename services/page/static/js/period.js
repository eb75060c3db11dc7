// Periods as [from, to) of calendar days "YYYY-MM-DD" (B6: weeks run Monday to Monday). Pure: no clock, no time zone.

import { day, t } from "./i18n.js";

const DAY = 86_400_000;
const KINDS = ["week", "month", "all", "range"];
const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;

const asTime = (text) => Date.parse(`${text}T00:00:00Z`);
const asDay = (time) => new Date(time).toISOString().slice(0, 10);
export const addDays = (text, count) => asDay(asTime(text) + count * DAY);
export const mondayOf = (text) => addDays(text, -((new Date(asTime(text)).getUTCDay() + 6) % 7));
export const monthOf = (text) => `${text.slice(0, 7)}-01`;

export function addMonths(text, count) {
  const date = new Date(asTime(monthOf(text)));
  date.setUTCMonth(date.getUTCMonth() + count);
  return asDay(date.getTime());
}

const valid = (text) => IS_DAY.test(text ?? "") && !Number.isNaN(asTime(text));

/** The period that the address asks for; without one, the latest week that has data. */
export function periodOf(search, meta) {
  const asked = search.get("period");
  const kind = KINDS.includes(asked) ? asked : "week";
  const latest = meta.latest_week?.from;
  const from = valid(search.get("from")) ? search.get("from") : latest;
  if (kind === "all" || !from) return { kind: "all", from: null, to: null };
  if (kind === "month") return { kind, from: monthOf(from), to: addMonths(from, 1) };
  if (kind === "range") {
    const to = search.get("to");
    return { kind, from, to: valid(to) && to > from ? to : addDays(from, 7) };
  }
  return { kind: "week", from: mondayOf(from), to: addDays(mondayOf(from), 7) };
}

/** The same place in time, seen through another kind of period. */
export function asKind(kind, period, meta) {
  const latest = meta.latest_week?.from ?? null;
  if (kind === "all") return { kind, from: null, to: null };
  const anchor = period.from ?? latest;
  if (!anchor) return { kind: "all", from: null, to: null };
  if (kind === "month") return { kind, from: monthOf(period.kind === "week" ? addDays(anchor, 3) : anchor), to: null };
  if (kind === "week") {
    const last = period.to ? mondayOf(addDays(period.to, -1)) : latest;
    return { kind, from: period.kind === "week" ? anchor : latest && latest < last ? latest : last, to: null };
  }
  return { kind, from: anchor, to: period.to ?? addDays(anchor, 7) };
}

/** The period before (-1) or after (+1), or null where there is none or no data could be there. */
export function neighbour(period, step, meta) {
  if (period.kind === "all" || period.kind === "range") return null;
  const from = period.kind === "week" ? addDays(period.from, 7 * step) : addMonths(period.from, step);
  const end = period.kind === "week" ? addDays(from, 7) : addMonths(from, 1);
  if (step > 0 && meta.last_on && from > meta.last_on) return null;
  if (step < 0 && meta.first_on && end <= meta.first_on) return null;
  return { kind: period.kind, from, to: null };
}

export function periodText(period) {
  if (period.kind === "all") return t("period.all_time");
  if (period.kind === "month") return t("period.month_of", { month: period.from.slice(0, 7).split("-").reverse().join("/") });
  const key = period.kind === "week" ? "period.week_of" : "period.range_of";
  return t(key, { from: day(period.from), to: day(addDays(period.to, -1)) });
}
