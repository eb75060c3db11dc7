"""An explanation as lines of text for a terminal of 100 columns, in Vietnamese or English. Pure: plain JSON in, lines out.

The words are those of the page (`services/page/static/i18n`), so that both say the same.
"""

from collections.abc import Iterator, Sequence

from motcua.course_lines import CourseWriter
from motcua.day_lines import Lines, Plain, kept


class Writer(CourseWriter):
    """Writes one explanation in one language."""

    def lines(self, found: Plain) -> list[str]:
        """The explanation as lines for a terminal, without trailing blanks."""
        return [line.rstrip() for line in self._all(found)]

    def _all(self, found: Plain) -> Lines:
        t = self._t
        yield from self._wrapped(" · ".join(self._about(found)), 0)
        started = t("explain.accepted" if found["is_accepted"] else "explain.received")
        moments = [f"{started} {self.instant(found['opened_at'])}"] if found["opened_at"] else []
        if found["ended_at"]:
            moments.append(f"{t('explain.ended')} {self.instant(found['ended_at'])} ({self._event(found['ended_by'])})")
        yield from self._wrapped(" · ".join(map(kept, moments)), 0)
        if found["outcome"]:
            yield self._headline(found)
        yield from self._verdict(found)
        yield from self._course(found)
        if not found["clocks"]:
            yield t("explain.none")
        for clock in found["clocks"]:
            yield ""
            yield from self._dossier(clock, found) if clock["kind"] == "dossier" else self._part(clock)
        yield from self._notes(found["notes"])

    def _headline(self, found: Plain) -> str:
        """The class as the figures have it."""
        is_ended = found["outcome"] != "open" and found["endings"]
        told = self._class(found["endings"][-1]) if is_ended else self._t(f"outcome.{found['outcome']}")
        return f"{self._t('explain.class')}: {told}"

    def _about(self, found: Plain) -> Iterator[str]:
        t = self._t
        yield t("dossier.title", code=found["dossier_code"] or found["dossier_id"])
        if found["unit_id"]:
            yield t("explain.unit", id=found["unit_id"])
        if found["procedure_code"]:
            name = found["procedure_name"]
            yield t("explain.procedure", code=found["procedure_code"]) + (f" {name}" if name else "")

    def _verdict(self, found: Plain) -> Lines:
        t = self._t
        if found["differs"]:
            yield from self._wrapped(f"!!! {t('explain.differs')} !!! {t('explain.differs_note')}", 0)
        else:
            said = any(clock["lawful"]["recorded"] for clock in found["clocks"])
            yield t("explain.agrees" if said else "explain.none_recorded")
        yield from (f"!!! {line}" for line in map(self._unexplained, found["unexplained"]))

    # The dossier's own clock: everything.

    def _dossier(self, clock: Plain, found: Plain) -> Lines:
        t = self._t
        yield self._title(clock, self._class(found["endings"][-1]) if clock["ended_at"] else "").upper()
        yield from self._counted_with(clock)
        yield ""
        yield f"  {t('explain.dues')}"
        yield from self._table(
            (t("explain.due"), t("explain.computed"), t("explain.recorded")),
            [(t(f"due.{name}"), *self._compared(clock[name])) for name in ("original", "lawful", "promised")],
        )
        if clock["is_provisional"]:
            yield from self._wrapped(f"{t('due.provisional')}: {t('due.provisional_note')}")
        if clock["is_waiting"]:
            yield from self._wrapped(t("explain.waiting_note"))
        elif clock["judged_due_at"] != clock["lawful"]["computed"]:
            yield from self._wrapped(t("explain.judged", time=self.instant(clock["judged_due_at"])))
        if clock["problem"]:
            yield from self._wrapped(t("explain.problem", reason=clock["problem"]))
        yield from self._sums(clock)
        yield from self._ledger(clock)
        yield from self._policies(clock)
        yield from self._moves(clock)
        yield from (f"  !!! {line}" for line in map(self._unexplained, clock["unexplained"]))
        yield from self._ladder(clock)

    def _title(self, clock: Plain, classed: str = "") -> str:
        """The name of a clock and how it stands; of the dossier's own `classed` is the class of the figures."""
        code = clock["step_code"] or clock["name"].partition(":")[2].partition("#")[0]
        state = clock["outcome"]
        if not clock["ended_at"]:
            state = "over" if clock["is_over"] else "waiting" if clock["is_waiting"] else "running"
        told = classed or self._t(f"outcome.{state}" if clock["ended_at"] else f"explain.state.{state}")
        name = self._t(f"explain.clock.{clock['kind']}", code=code).strip()
        return f"{name} – {told}"

    def _counted_with(self, clock: Plain) -> Lines:
        t = self._t
        term = clock["term"]
        words = t("explain.no_term", rule=clock["rule"])
        if term:
            words = f"{term['value']} {t('value.' + term['unit'])}"
        yield f"  {t('explain.term')}: {words} · {t('explain.from')} {self.instant(clock['effective_start'])}"
        version = clock["calendar_version"]
        if clock["first_calendar_version"] != version:
            version = f"{clock['first_calendar_version']} → {version}"
        yield (
            f"  {t('explain.calendar')} {clock['calendar_id']} {version} · {t('explain.rule_set')} "
            f"{clock['rule_set_version']} · {t('explain.rules')} {', '.join(clock['rules'])}"
        )

    def _compared(self, one: Plain) -> tuple[str, str]:
        if one["recorded"] is None:
            said = self._t("explain.not_recorded")
        elif one["differs"]:
            said = f"{self.instant(one['recorded'])} <<< {self._t('explain.differs')}"
        else:
            said = self._t("explain.same")
        return self.instant(one["computed"]), said

    # The sums, day by day.

    def _sums(self, clock: Plain) -> Lines:
        t = self._t
        if clock["given_by"] == "source_system":
            yield ""
            yield from self._wrapped(t("explain.given"))
        by_rules = clock["count_by_rules"]
        if by_rules:
            told = t("explain.days_by_rules", time=self.instant(by_rules["due_at"]), n=by_rules["counted_days"])
            yield from self._sum(told, by_rules)
        first = clock["first_count"]
        if first:
            yield from self._sum(t("explain.days", n=first["counted_days"]), first)
        if clock["days"]:
            told = t("explain.days_present", n=clock["counted_days"], version=clock["calendar_version"])
            sum_of = {"days": clock["days"], "rules": clock["count_rules"]}
            yield from self._sum(told if first else self._counted(clock), sum_of)
        lawful = clock["lawful_count"]
        if lawful:
            told = t("explain.days_lawful", time=self.instant(lawful["from_at"]), n=lawful["counted_days"])
            yield from self._sum(told, lawful)

    def _counted(self, clock: Plain) -> str:
        """What was counted: days, for hour terms hours."""
        if clock["term"]["unit"] == "hour":
            hours = sum(day["minutes"] for day in clock["days"]) / 60
            return self._t("explain.days_hours", n=f"{hours:g}")
        return self._t("explain.days", n=clock["counted_days"])

    def _sum(self, title: str, sum_of: Plain) -> Lines:
        yield ""
        yield f"  {title} ({', '.join(sum_of['rules'])})"
        yield from self._days(sum_of["days"])

    # What moved it.

    def _ledger(self, clock: Plain) -> Lines:
        t = self._t
        yield ""
        if not clock["ledger"]:
            yield f"  {t('explain.ledger_none')}"
            return
        yield f"  {t('explain.ledger')}"
        for number, entry in enumerate(clock["ledger"], 1):
            cause = t(f"explain.cause.{entry['cause']}", basis=entry["legal_basis"])
            times = {"from": self.instant(entry["from_at"])}
            if entry["until_at"]:
                span = t("explain.span", **times, until=self.instant(entry["until_at"]))
            else:
                span = t("explain.span_open", **times)
            yield from self._wrapped(f"{number}. {cause} {span}", 4)
            if entry["days_waited"] is not None:
                waited = t("explain.waited", days=entry["days_waited"], working=entry["working_days_waited"])
                yield f"       {waited}"
            for policy, effect in entry["effects"].items():
                due = f" → {self.instant(effect['due_at'])}" if effect["due_at"] else ""
                rule = f" ({effect['rule']})" if effect["rule"] else ""
                yield f"       {policy.upper():<8} {t('explain.effect.' + effect['effect'])}{rule}{due}"

    def _policies(self, clock: Plain) -> Lines:
        t = self._t
        yield ""
        yield f"  {t('explain.policies')}"
        rows = []
        for one in clock["policies"]:
            mark = f" ← {t('explain.lawful_one')}" if one["is_lawful"] else ""
            told = t(f"outcome.{one['classification']}") if one["classification"] else "—"
            if one["is_overdue_by_rule"]:
                told += f" ({t('explain.two_requests')})"
            due = self.instant(one["due_at"]) if one["due_at"] else t("explain.state.waiting")
            rows.append((t(f"explain.policy.{one['policy']}"), due, told + mark))
        yield from self._table((t("explain.policy"), t("explain.policy_due"), t("explain.policy_class")), rows)

    def _moves(self, clock: Plain) -> Lines:
        yield ""
        yield f"  {self._t('explain.moves')}"
        for move in clock["moves"]:
            due = self.instant(move["lawful"]["computed"])
            line = f"{move['seq']:>3}. {self.instant(move['at'])} {self._move(move)} ({move['rule']}) → {due}"
            if move["promised"]["computed"] != move["lawful"]["computed"]:
                line += f", {self._t('explain.promised_at', time=self.instant(move['promised']['computed']))}"
            yield from self._wrapped(line + self._mark(move), 4)

    def _move(self, move: Plain) -> str:
        return self._t(f"explain.move.{move['cause']}")

    def _mark(self, move: Plain) -> str:
        if move["is_missing"]:
            return f" <<< {self._t('explain.differs')}: {self._t('explain.missing')}"
        if not move["differs"]:
            return ""
        said = [self.instant(move[name]["recorded"]) for name in ("lawful", "promised") if move[name]["differs"]]
        return f" <<< {self._t('explain.differs')}: {', '.join(said)}"

    def _ladder(self, clock: Plain) -> Lines:
        t = self._t
        yield ""
        if clock["apology_latest_at"]:
            yield f"  {t('explain.latest')}: {self.instant(clock['apology_latest_at'])}"
        for key, letter in (("explain.ladder_before", "A"), ("explain.ladder_after", "B")):
            rungs = [
                kept(f"{one['name']} {self.instant(one['at'])}") for one in clock["rungs"] if one["name"][0] == letter
            ]
            if rungs:
                yield from self._wrapped(f"{t(key)}: {' · '.join(rungs)}")

    # The other clocks, in short.

    def _part(self, clock: Plain) -> Lines:
        t = self._t
        yield self._title(clock)
        yield from self._counted_with(clock)
        told, said = self._compared(clock["lawful"])
        yield from self._wrapped(f"{t('explain.policy_due')}: {told} ({said})")
        if clock["ended_at"]:
            yield f"  {t('explain.ended')}: {self.instant(clock['ended_at'])} ({self._event(clock['ended_by'])})"
        if clock["problem"]:
            yield from self._wrapped(t("explain.problem", reason=clock["problem"]))
        if clock["days"]:
            yield f"  {self._counted(clock)} ({', '.join(clock['count_rules'])})"
            if self._every_day:
                yield from self._days(clock["days"])
        if len(clock["moves"]) > 1 or clock["differs"]:
            yield from self._moves(clock)
        yield from (f"  !!! {line}" for line in map(self._unexplained, clock["unexplained"]))

    def _notes(self, notes: Sequence[Plain]) -> Lines:
        if notes:
            yield ""
            yield self._t("explain.notes")
        for note in notes:
            told = self._t(f"explain.note.{note['code']}") + (f": {note['detail']}" if note["detail"] else "")
            yield from self._wrapped(f"{note['seq']:>3}. {self._event(note['event_type'])}: {told}")

    def _unexplained(self, one: Plain) -> str:
        return self._t("explain.unexplained", clock=one["clock"], seq=one["seq"], time=self.instant(one["lawful"]))
