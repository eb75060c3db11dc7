// How one dossier stands in a list: the columns depend on the figure whose dossiers are listed.

import { h } from "../dom.js";
import { instant, number, t } from "../i18n.js";
import { link } from "../place.js";

/** Which dossiers: a unit and everything below, or with `own` only what the unit itself received. */
export const scopeOf = (search) => ({ unit: search.get("unit"), own: search.get("own") });

export const badge = (kind, key) => h("span", { class: `badge ${kind}` }, t(key));

export function stateOf(row) {
  if (row.outcome !== "open") return row.outcome;
  return ["open_overdue", "open_paused", "open_within"].find((name) => row[name]) ?? "open";
}

/** A day for day terms, to the minute for hour terms (DR-08), in the dossier's own zone. */
const dueOf = (row) => (row.classify_by === "instant" || !row.lawful_due_at ? instant(row.lawful_due_at, row.time_zone) : instant(row.lawful_due_at, row.time_zone).slice(0, 10));

const cells = {
  dossier_code: (row) => h("a", { class: (row.dossier_code || row.dossier_id).length > 28 ? "code long" : "code", href: link(`/dossiers/${encodeURIComponent(row.dossier_id)}`) }, row.dossier_code || row.dossier_id),
  procedure_name: (row) => h("span", { class: "procedure" }, row.procedure_name || row.procedure_code),
  unit_name: (row) => row.unit_name || t("unit.unnamed", { id: row.unit_id }),
  held_by_unit_name: (row) => row.held_by_unit_name || t("unit.unnamed", { id: row.held_by_unit_id }),
  accepted_at: (row) => instant(row.accepted_at, row.time_zone),
  lawful_due_at: (row) => (row.is_provisional ? h("span", {}, dueOf(row), " ", badge("plain", "due.provisional")) : dueOf(row)),
  ended_at: (row) => instant(row.ended_at, row.time_zone),
  outcome: (row) => badge(stateOf(row), `outcome.${stateOf(row)}`),
  overdue_days: (row) => (row.overdue_days === null ? "—" : h("strong", {}, number(row.overdue_days))),
  apology_class: (row) => badge(row.apology_class === "missing" ? "late" : "plain", `apology.${row.apology_class || "none"}`),
};

const SHOWN = {
  open_overdue: ["dossier_code", "procedure_name", "unit_name", "lawful_due_at", "overdue_days", "held_by_unit_name", "apology_class"],
  open: ["dossier_code", "procedure_name", "unit_name", "accepted_at", "lawful_due_at", "held_by_unit_name", "outcome"],
  other: ["dossier_code", "procedure_name", "unit_name", "accepted_at", "lawful_due_at", "ended_at", "outcome"],
};

/** `sorted(key)` gives the link that sorts by a column; without it the columns are not sortable. */
export function dossierColumns({ figure, is_stock: isStock }, sorted = null) {
  const shown = SHOWN[figure] ?? (isStock ? SHOWN.open : SHOWN.other);
  return shown.map((key) => ({ key, label: t(`column.${key}`), numeric: key === "overdue_days", cell: cells[key], sorted: sorted?.(key) }));
}
