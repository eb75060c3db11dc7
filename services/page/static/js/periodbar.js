// The choice of the period: week, month, all time or free days; every choice is a link, so each state has its address.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { addDays, asKind, neighbour, periodText } from "./period.js";
import { go, link, periodChanges } from "./place.js";

const step = (path, period, key, symbol, extra) => (period
  ? h("a", { class: "step", href: link(path, { ...periodChanges(period), ...extra }), "aria-label": t(key), title: t(key) }, icon(symbol))
  : h("span", { class: "step", "aria-hidden": "true" }, icon(symbol)));

export function periodBar(path, period, meta, extra = {}) {
  const kinds = ["week", "month", "all", "range"].map((kind) =>
    h("a", { href: link(path, { ...periodChanges(asKind(kind, period, meta)), ...extra }), "aria-current": kind === period.kind ? "true" : null },
      t(`period.${kind}`)));
  const walks = period.kind === "week" || period.kind === "month";
  return h("section", { class: "periodbar", "aria-label": t("period.label") },
    h("div", { class: "segments" }, kinds),
    h("div", { class: "stepper" },
      walks ? step(path, neighbour(period, -1, meta), "period.previous", "left", extra) : null,
      period.kind === "range" ? rangeForm(path, period, extra) : h("strong", { id: "period-text" }, periodText(period)),
      walks ? step(path, neighbour(period, 1, meta), "period.next", "right", extra) : null,
      walks && meta.latest_week && latestDiffers(period, meta)
        ? h("a", { class: "latest", href: link(path, { period: period.kind, from: null, to: null, ...extra }) }, t("period.latest")) : null));
}

const latestDiffers = (period, meta) => asKind(period.kind, { kind: "week", from: meta.latest_week.from, to: meta.latest_week.to }, meta).from !== period.from;

function rangeForm(path, period, extra) {
  const first = h("input", { type: "date", name: "from", required: true, value: period.from });
  const last = h("input", { type: "date", name: "to", required: true, value: addDays(period.to, -1) });
  const submit = (event) => {
    event.preventDefault();
    last.setCustomValidity(last.value < first.value ? t("period.wrong") : "");
    if (!event.target.reportValidity()) return;
    go(link(path, { period: "range", from: first.value, to: addDays(last.value, 1), ...extra }));
  };
  first.addEventListener("input", () => last.setCustomValidity(""));
  last.addEventListener("input", () => last.setCustomValidity(""));
  return h("form", { class: "range", on: { submit }, novalidate: false },
    h("label", {}, t("period.from"), first), h("label", {}, t("period.to"), last),
    h("button", { class: "button", type: "submit" }, t("period.apply")));
}
