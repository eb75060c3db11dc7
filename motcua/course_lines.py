"""How a dossier stands and what it missed, as lines of text: endings, breaches, letters, late records. Pure."""

from collections.abc import Sequence

from motcua.day_lines import DayWriter, Lines, Plain


class CourseWriter(DayWriter):
    """Writes in one language, with the words of the page, what stands around the sums."""

    def _course(self, found: Plain) -> Lines:
        yield from self._listed("explain.endings", [self._ending(one) for one in found["endings"]])
        yield from self._listed("explain.breaches", [self._breach(one) for one in found["breaches"]])
        yield from self._listed("explain.obligations", [self._obligation(one) for one in found["obligations"]])
        yield from self._listed("explain.late_events", [self._late(one) for one in found["late_events"]])

    def _listed(self, title: str, told: Sequence[str]) -> Lines:
        if told:
            yield ""
            yield self._t(title)
        for one in told:
            yield from self._wrapped(f"- {one}")

    def _class(self, ending: Plain) -> str:
        """The class of the figures; of an ending without a result its class by the due date stands beside it."""
        told = self._t(f"outcome.{ending['outcome']}")
        if ending["outcome"] == ending["classification"]:
            return told
        return f"{told} ({self._t('explain.by_due', outcome=self._t('outcome.' + ending['classification']))})"

    def _ending(self, one: Plain) -> str:
        t = self._t
        told = [f"{self._event(one['event_type'])} {self.instant(one['ended_at'])}: {self._class(one)} ({one['rule']})"]
        if one["judged_due_at"]:
            told.append(t("explain.judged_by", time=self.instant(one["judged_due_at"])))
        told.append(t("explain.counts_in", time=self.instant(one["counts_at"])))
        if one["is_approved"]:
            told.append(t("explain.ending_approved"))
        if one["reopened_at"]:
            told.append(t("explain.reopened", time=self.instant(one["reopened_at"])))
        if one["differs"]:
            told.append(f"<<< {t('explain.differs')}: {t('outcome.' + one['recorded'])}")
        return "; ".join(told)

    def _breach(self, one: Plain) -> str:
        code = one["step_code"] or one["clock"].partition(":")[2].partition("#")[0]
        clock = self._t(f"explain.clock.{one['clock_kind']}", code=code).strip()
        told = f"{self._event(one['event_type'])} – {clock}: {self.instant(one['at'])}"
        told += f", {self._t('explain.held_by', id=one['held_by_unit_id'])}"
        if one["responsible_officer_id"]:
            told += f", {self._t('explain.officer', id=one['responsible_officer_id'])}"
        return told

    def _obligation(self, one: Plain) -> str:
        t = self._t
        told = [
            t("explain.missed_due", time=self.instant(one["due_at"])),
            t("explain.held_by", id=one["held_by_unit_id"]),
            t("explain.letter_latest", time=self.instant(one["latest_at"])),
        ]
        if one["sent_at"]:
            told.append(t("explain.letter_sent", time=self.instant(one["sent_at"])))
        if one["waived_at"]:
            told.append(t("explain.letter_waived", time=self.instant(one["waived_at"])))
        if one["lapsed"]:
            told.append(t(f"explain.lapsed.{one['lapsed']}"))
        told.append(t(f"apology.{one['apology_class']}"))
        return "; ".join(told)

    def _late(self, one: Plain) -> str:
        t = self._t
        told = [
            f"{one['seq']}. {self._event(one['event_type'])} {self.instant(one['at'])}",
            t("explain.late_recorded", time=self.instant(one["recorded_at"])),
            t("explain.late_limits", times=", ".join(map(self.instant, one["limits"]))),
            t(f"explain.late.{one['subject']}", time=self.instant(one["counts_at"])),
        ]
        if one["is_waiting"]:
            told.append(t("explain.late_waiting"))
        elif one["approved_at"]:
            told.append(t("explain.late_approved", id=one["approver_id"], time=self.instant(one["approved_at"])))
        else:
            told.append(t("explain.late_stands"))
        return "; ".join(told)

    def _event(self, event_type: str) -> str:
        return self._t(f"event.{event_type.rpartition('.')[0]}")
