"""A later run goes on from what intake has; what lies before that came in another order of files, and is refused as a whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from motcua.importing.adapters.prepared import PreparedActions
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.outcome import Outcome
from motcua.importing.reading import examine
from tests.unit.importing.office import checker_of, file, found, lines, mapping
from tests.unit.importing.test_lives import LOG

HEADER = ("Mã", "Việc", "Lúc")
ACCEPTED = ("A1", "Nhận", "2026-01-26T08:00")
WAITED = (("A1", "Yêu cầu", "2026-01-28T08:00"), ("A1", "Bổ sung", "2026-02-04T08:00"))
ENDED = ("A1", "Xong", "2026-02-09T09:00")


class Office:
    """Imports file by file; what each run would record is what intake has for the next."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.by = folder, mapping(LOG)
        self.recorded: list[Mapping[str, Any]] = []

    def imports(self, *rows: tuple[str, str, str]) -> Outcome:
        outcome = Outcome()
        checker = checker_of(self.by, outcome)
        checker.recorded = lambda _: self.recorded
        judged = checker.ledger.judged
        runs: list[Any] = []

        def noting(*given: Any) -> Any:
            runs.append(judged(*given))
            return runs[-1]

        checker.ledger = _Noting(checker.ledger, noting)  # type: ignore[assignment]
        with PreparedActions(self.folder, self.by) as kept, RowStore(None, self.by.columns) as store:
            checker.prepared = kept
            examine([file(self.folder, lines(HEADER, *rows))], checker, store)
        if not outcome.left_out_dossiers:
            self.recorded += [event.structured for one in runs[-1] for event in one.sealed]
        outcome.prepared = kept.count
        return outcome


class _Noting:
    """A ledger whose answers are noted."""

    def __init__(self, ledger: Any, judged: Any) -> None:
        self.judged, self.ready, self.recorded_at = judged, ledger.ready, ledger.recorded_at


def test_files_in_their_order_go_on_run_after_run(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for rows in ((ACCEPTED,), WAITED, (ENDED,)):
        outcome = office.imports(*rows)
        assert found(outcome) == []
        assert outcome.continued_dossiers == 0
    assert [one["type"] for one in office.recorded] == [
        "dossier-accepted.v1",
        "supplement-requested.v1",
        "supplement-completed.v1",
        "result-ready-at-counter.v1",
    ]


def test_what_lies_before_the_recorded_ending_is_refused_as_a_whole(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.imports(ACCEPTED)
    office.imports(ENDED)
    outcome = office.imports(*WAITED)
    assert found(outcome) == [("older-than-recorded", 2, "Lúc")]
    assert (outcome.left_out_dossiers, outcome.prepared) == (1, 0)
    assert "trong một lần" in next(outcome.finding_lines())


def test_so_it_is_where_the_late_file_comes_with_all_the_others(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.imports(ACCEPTED, ENDED)
    assert [code for code, _, _ in found(office.imports(ACCEPTED, *WAITED, ENDED))] == ["older-than-recorded"]


def test_what_was_recorded_is_sent_again_and_means_nothing_new(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.imports(ACCEPTED, ENDED)
    before = list(office.recorded)
    outcome = office.imports(ACCEPTED, ENDED)
    assert found(outcome) == []
    assert (outcome.prepared, office.recorded) == (2, before)


def test_an_end_before_the_acceptance_is_a_fault_of_the_register_also_when_it_is_taken_up_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.imports(("A1", "Nhận", "2026-01-26T08:00"))
    outcome = office.imports(("A1", "Nhận", "2026-01-26T08:00"), ("A1", "Xong", "2026-01-25T08:00"))
    assert found(outcome) == []
    assert outcome.prepared == 2
