"""The steps before anything is sent: read every file to its end, put the rows of a dossier together, judge each dossier."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from events.schema_files import load_data_schemas, load_problem_codes, load_schema
from motcua.importing.adapters.prepared import PreparedActions
from motcua.importing.adapters.register_files import register_rows
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.domain.cells import CellReader
from motcua.importing.domain.counting import facts_of
from motcua.importing.domain.findings import Effect, Finding
from motcua.importing.domain.ledger import InProcessLedger, Judged, Readied, Recorded, older_than_recorded
from motcua.importing.domain.lives import Life, LifeReader
from motcua.importing.domain.mapping import ImportMapping
from motcua.importing.domain.refusals import NOT_ACCEPTED, field_of, refusal_finding
from motcua.importing.domain.rows import Row, code_of
from motcua.importing.domain.unit_names import UnitNames
from motcua.importing.outcome import Outcome
from rules.book.procedure_files import load_procedures
from rules.book.rulebook import Rulebook
from rules.clocks.planning import Planner
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.problems import Problems
from services.intake.domain.judge import Judge
from services.intake.domain.unit_register import Units

FIRST_ASKED = 50
"""Of so many dossiers intake is asked what it has; if it has none of them, only of those whose acceptance is in no file."""

Show = Callable[[int], None]
"""Is told how many more are done."""
FindRecorded = Callable[[str], Recorded]
"""What intake has of the dossier of a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """By what actions are judged, and in which words a refusal is told."""

    judge: Judge
    reader: ActionReader
    problems: Problems

    @classmethod
    def of(cls, rulebook: Rulebook, source: str) -> "Law":
        """The law of intake, which lets this source say history."""
        reader = ActionReader(load_schema("action.v1"), load_data_schemas(), {source})
        planner = Planner(rulebook, load_procedures(rulebook.default_rule_set))
        judge = Judge(rulebook=rulebook, planner=planner, read=reader.read)
        return cls(judge=judge, reader=reader, problems=Problems(load_problem_codes()))


def _unseen(_: int) -> None:
    """Nobody looks."""


def examine(files: Sequence[Path], checker: "Checker", store: RowStore, show_rows: Show = _unseen) -> None:
    """Read every file and, unless one of them keeps everything back, judge every dossier."""
    read_files(files, checker.mapping, store, checker.outcome, show_rows)
    if not checker.outcome.findings.keep_everything_back:
        checker.check(store, _unseen)


def read_files(files: Sequence[Path], mapping: ImportMapping, store: RowStore, outcome: Outcome, show: Show) -> None:
    """Every file to its end; what can't be read is among the findings of the outcome."""
    for file in files:
        outcome.files.append(str(file))
        for found in register_rows(file, mapping):
            if isinstance(found, Row):
                store.add(code_of(mapping, found.cells), found)
                outcome.rows += 1
                show(1)
                continue
            outcome.findings.add(found)
            if found.dossier and found.effect is Effect.DOSSIER_LEFT_OUT:
                store.leave_out(found.dossier, found.place.file, found.place.line)


@dataclass(slots=True, kw_only=True)
class Checker:
    """Judges the dossiers of a run one by one; those that can be sent are kept in `prepared`, and counted in a dry run."""

    mapping: ImportMapping
    law: Law
    lives: LifeReader
    ledger: InProcessLedger
    outcome: Outcome
    prepared: PreparedActions | None = None
    """None in a dry run."""
    recorded: FindRecorded | None = None
    """Asks what intake has of a dossier; None: nobody is asked."""
    asked: int = 0
    is_known_register: bool = False

    @classmethod
    def of(cls, mapping: ImportMapping, law: Law, units: Units, outcome: Outcome, now: datetime) -> "Checker":
        """A checker that keeps nothing and asks nobody; set `prepared` and `recorded` for one that does."""
        return cls(
            mapping=mapping,
            law=law,
            lives=LifeReader(mapping, CellReader(mapping.time_zone, UnitNames(units))),
            ledger=InProcessLedger(law.judge, law.reader.read, now, units),
            outcome=outcome,
        )

    def check(self, store: RowStore, show: Show) -> None:
        """All dossiers."""
        # Each event makes some hundred short-lived objects; looking for cycles among them every 700 costs a tenth of the time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        for code, rows in store.dossiers():
            self.outcome.dossiers += 1
            if rows is None:
                self.outcome.left_out_dossiers += 1
            else:
                self._check_one(code, rows)
            show(1)

    def _check_one(self, code: str, rows: Sequence[Row]) -> None:
        life = self.lives.life(code, rows)
        readied = [] if life.is_left_out else self.ledger.ready(life, lambda said: self.lives.action(code, said))
        judged = self._with_recorded(life, readied, self.ledger.judged(readied))
        refused = [one for one in judged if one.refusal is not None]
        # What only follows from a refused acceptance is no cause of its own.
        causes = [one for one in refused if not _waits_for_acceptance(one)]
        is_continued = bool(refused) and len(refused) == len(judged) and not causes
        life.findings += [self._refused(code, one) for one in causes]
        for found in life.findings:
            self.outcome.findings.add(found)
        if life.is_left_out:
            self.outcome.left_out_dossiers += 1
            return
        self.outcome.continued_dossiers += is_continued
        self._keep(life, judged)

    def _with_recorded(self, life: Life, readied: Sequence[Readied], judged: list[Judged]) -> list[Judged]:
        """The same after what intake has of the dossier; what lies before that is a fault of the order of files."""
        goes_on = any(map(_waits_for_acceptance, judged))
        if self.recorded is None or not (judged and (goes_on or self.is_known_register or self.asked < FIRST_ASKED)):
            return judged
        self.asked += 1
        events = self.recorded(life.code)
        if not events:
            return judged
        self.is_known_register = True
        after = self.ledger.judged(readied, events)
        late = older_than_recorded(judged, after)
        if late is not None:
            said, last = late.said, max(one["time"] for one in events)
            params: dict[str, str | int] = {"code": life.code, "recorded": last, "type": said.event_type}
            place, effect = said.row.place(said.event.column_of("time")), Effect.DOSSIER_LEFT_OUT
            life.findings.append(
                Finding(code="older-than-recorded", effect=effect, place=place, params=params, dossier=life.code)
            )
        return after

    def _keep(self, life: Life, judged: Sequence[Judged]) -> None:
        if self.prepared is not None:
            for one in judged:
                self.prepared.add(life.code, one)
            return
        self.outcome.prepared += len(judged)
        self.outcome.flagged += sum(one.flag_count for one in judged)
        sealed = [event for one in judged for event in one.sealed]
        facts = facts_of(sealed, self.law.judge.planner, self.ledger.recorded_at) if sealed else None
        if facts is not None:
            self.outcome.counts.add(facts)

    def _refused(self, code: str, judged: Judged) -> Finding:
        assert judged.refusal is not None  # noqa: S101 only the refused are asked about
        problem = self.law.problems.document(judged.refusal, "vi")
        said = judged.said
        place = said.row.place(said.event.column_of(field_of(problem)))
        return refusal_finding(
            problem, effect=Effect.DOSSIER_LEFT_OUT, place=place, event_type=said.event_type, dossier=code
        )


def _waits_for_acceptance(judged: Judged) -> bool:
    return judged.refusal is not None and judged.refusal.code == NOT_ACCEPTED
