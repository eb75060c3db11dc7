// Why the due dates of a dossier are what they are: clock by clock, each day counted or not, held against what was recorded.
// What is computed anew and differs from what was recorded is marked in words, never by colour alone.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { pairs, rows } from "./blocks.js";
import { course, event, headline } from "./explanation_course.js";
import { sums, weekday } from "./explanation_sums.js";

/** The section; `found` is null where the explanation could not be read. */
export function explanation(found, at) {
  return h("section", { class: "card", id: "explanation" }, h("h2", {}, t("explain.title")),
    found ? content(found, at) : h("p", { class: "note" }, t("explain.unavailable")));
}

function content(found, at) {
  const own = found.clocks.find((clock) => clock.kind === "dossier");
  const parts = found.clocks.filter((clock) => clock !== own);
  const isRecorded = found.clocks.some((clock) => clock.lawful.recorded);
  return [
    h("p", { class: "note" }, t("explain.about")),
    found.differs ? h("p", { class: "differs" }, h("strong", {}, t("explain.differs")), " ", t("explain.differs_note"))
      : h("p", { class: "agrees" }, t(isRecorded ? "explain.agrees" : "explain.none_recorded")),
    unexplained(found.unexplained, at),
    headline(found),
    course(found, at),
    own ? wholeClock(own, at) : h("p", { class: "note" }, t("explain.none")),
    parts.length ? [h("h3", {}, t("explain.parts")), parts.map((clock) => partClock(clock, at))] : null,
    found.notes.length ? [h("h3", {}, t("explain.notes")), h("ul", { class: "notes" }, found.notes.map((note) => h("li", {},
      `${note.seq}. ${event(note.event_type)}: ${t(`explain.note.${note.code}`)}`, note.detail ? ` (${note.detail})` : null)))] : null,
  ];
}

function wholeClock(clock, at) {
  return [
    countedWith(clock, at),
    rows(t("explain.dues"), [t("explain.due"), t("explain.computed"), t("explain.recorded")],
      ["original", "lawful", "promised"].map((name) => [t(`due.${name}`), at(clock[name].computed), recorded(clock[name], at)])),
    clock.is_waiting ? h("p", { class: "note" }, t("explain.waiting_note")) : null,
    !clock.is_waiting && clock.judged_due_at !== clock.lawful.computed ? h("p", {}, t("explain.judged", { time: at(clock.judged_due_at) })) : null,
    sums(clock, at),
    ledger(clock, at),
    rows(t("explain.policies"), [t("explain.policy"), t("explain.policy_due"), t("explain.policy_class")], clock.policies.map((one) => policy(one, at))),
    moves(clock, at),
    unexplained(clock.unexplained, at),
    pairs([
      clock.apology_latest_at ? [t("explain.latest"), at(clock.apology_latest_at)] : null,
      rungs(clock, "A", t("explain.ladder_before"), at), rungs(clock, "B", t("explain.ladder_after"), at),
    ]),
  ];
}

function partClock(clock, at) {
  const code = clock.step_code || clock.name.replace(/^[^:]*:?/, "").replace(/#.*$/, "");
  const state = clock.ended_at ? t(`outcome.${clock.outcome}`) : t(`explain.state.${clock.is_over ? "over" : clock.is_waiting ? "waiting" : "running"}`);
  return h("details", { open: clock.differs, "data-clock": clock.name },
    h("summary", {}, t(`explain.clock.${clock.kind}`, { code }).trim(), " – ", state, " – ", at(clock.lawful.computed), clock.differs ? mark() : null),
    countedWith(clock, at),
    pairs([[t("explain.policy_due"), [at(clock.lawful.computed), " – ", recorded(clock.lawful, at)]],
      clock.ended_at ? [t("explain.ended"), `${at(clock.ended_at)} (${event(clock.ended_by)})`] : null]),
    sums(clock, at), clock.moves.length > 1 || clock.differs ? moves(clock, at) : null, unexplained(clock.unexplained, at));
}

function countedWith(clock, at) {
  const first = clock.first_calendar_version;
  const version = first === clock.calendar_version ? first : `${first} → ${clock.calendar_version}`;
  return [
    pairs([
      [t("explain.term"), clock.term ? `${clock.term.value} ${t(`value.${clock.term.unit}`)}` : t("explain.no_term", { rule: clock.rule })],
      [t("explain.from"), weekday(clock.effective_start, at(clock.effective_start))],
      [t("explain.calendar"), `${clock.calendar_id} ${version}`],
      [t("explain.rule_set"), clock.rule_set_version],
      [t("explain.rules"), clock.rules.join(", ")],
    ]),
    clock.is_provisional ? h("p", {}, `${t("due.provisional")}: ${t("due.provisional_note")}`) : null,
    clock.given_by === "source_system" ? h("p", {}, t("explain.given")) : null,
    clock.problem ? h("p", { class: "differs" }, t("explain.problem", { reason: clock.problem })) : null,
  ];
}

function ledger(clock, at) {
  if (!clock.ledger.length) return h("p", { class: "note" }, t("explain.ledger_none"));
  return rows(t("explain.ledger"), [t("explain.reason"), ...clock.policies.map((one) => t(`explain.policy.${one.policy}`))], clock.ledger.map((entry) => [
    [t(`explain.cause.${entry.cause}`, { basis: entry.legal_basis }), " ",
      entry.until_at ? t("explain.span", { from: at(entry.from_at), until: at(entry.until_at) }) : t("explain.span_open", { from: at(entry.from_at) }),
      entry.days_waited === null ? null : `: ${t("explain.waited", { days: entry.days_waited, working: entry.working_days_waited })}`],
    ...clock.policies.map(({ policy: name }) => [t(`explain.effect.${entry.effects[name].effect}`),
      entry.effects[name].rule ? ` (${entry.effects[name].rule})` : null, entry.effects[name].due_at ? ` → ${at(entry.effects[name].due_at)}` : null]),
  ]));
}

function policy(one, at) {
  return [[t(`explain.policy.${one.policy}`), one.is_lawful ? h("strong", {}, ` ← ${t("explain.lawful_one")}`) : null],
    one.due_at ? at(one.due_at) : t("explain.state.waiting"),
    [one.classification ? t(`outcome.${one.classification}`) : "—", one.is_overdue_by_rule ? ` (${t("explain.two_requests")})` : null]];
}

function moves(clock, at) {
  return rows(t("explain.moves"), [t("explain.move"), t("explain.reason"), t("explain.computed"), t("explain.recorded")], clock.moves.map((move) => [
    `${move.seq}. ${at(move.at)}`,
    `${t(`explain.move.${move.cause}`)} (${move.rule})`,
    [at(move.lawful.computed), move.promised.computed === move.lawful.computed ? null : `, ${t("explain.promised_at", { time: at(move.promised.computed) })}`],
    move.is_missing ? [t("explain.missing"), mark()] : [recorded(move.lawful, at), move.promised.differs ? [`, ${t("explain.promised_at", { time: at(move.promised.recorded) })}`, mark()] : null],
  ]));
}

function rungs(clock, letter, title, at) {
  const found = clock.rungs.filter((rung) => rung.name.startsWith(letter));
  return found.length ? [title, found.map((rung) => `${rung.name} ${at(rung.at)}`).join(" · ")] : null;
}

function recorded(one, at) {
  if (one.recorded === null) return t("explain.not_recorded");
  return one.differs ? [at(one.recorded), mark()] : t("explain.same");
}

function unexplained(list, at) {
  return list.map((one) => h("p", { class: "differs" }, t("explain.unexplained", { clock: one.clock, seq: one.seq, time: at(one.lawful) })));
}

const mark = () => h("strong", { class: "differs" }, ` ${t("explain.differs_short")}`);
