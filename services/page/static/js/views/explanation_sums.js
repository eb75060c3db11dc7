// The sums of a due date, day by day, each with the rules by which it was made.

import { h } from "../dom.js";
import { currentLanguage, day, t } from "../i18n.js";
import { rows } from "./blocks.js";

export function sums(clock, at) {
  const { count_by_rules: byRules, first_count: first, lawful_count: lawful } = clock;
  const isHours = clock.term?.unit === "hour";
  const whole = isHours ? t("explain.days_hours", { n: clock.term.value }) : t("explain.days", { n: clock.counted_days });
  return [
    byRules ? sum(t("explain.days_by_rules", { time: at(byRules.due_at), n: byRules.counted_days }), byRules) : null,
    first ? sum(isHours ? whole : t("explain.days", { n: first.counted_days }), first) : null,
    clock.days.length ? sum(first ? t("explain.days_present", { version: clock.calendar_version, n: clock.counted_days }) : whole,
      { days: clock.days, rules: clock.count_rules }) : null,
    lawful ? sum(t("explain.days_lawful", { time: at(lawful.from_at), n: lawful.counted_days }), lawful) : null,
  ];
}

/** Every day of one sum with the rules by which it was made, folded away until it is asked for. */
function sum(told, { days, rules }) {
  const title = `${told} (${rules.join(", ")})`;
  let counted = 0;
  return h("details", { class: "sum" }, h("summary", {}, title), rows(title, [t("explain.day"), t("explain.number"), t("explain.reason")],
    days.map((one) => [weekday(one.day, day(one.day)), one.counted ? String((counted += 1)) : "", reason(one)])));
}

function reason(one) {
  const name = currentLanguage() === "en" && one.name_en ? one.name_en : one.name;
  return [t(`explain.day.${one.reason}`), name ? `: ${name}` : null, one.legal_source ? ` (${one.legal_source})` : null,
    one.minutes ? `, ${t("explain.minutes", { n: Math.round(one.minutes) })}` : null];
}

/** A weekday in front of what is shown of an instant or a day; it is that of the calendar's own offset. */
export function weekday(text, shown) {
  const number = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDay();
  return `${t("explain.weekdays").split(", ")[(number + 6) % 7]} ${shown}`;
}
