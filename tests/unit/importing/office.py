"""An office that tries its files: everything up to the sending, by the rules of intake, clocks and statistics."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from motcua.importing.adapters.prepared import Prepared, PreparedActions
from motcua.importing.adapters.registered_units import with_units_of
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.domain.mapping import ImportMapping
from motcua.importing.domain.mapping_reading import mapping_of
from motcua.importing.outcome import Outcome
from motcua.importing.reading import Checker, Law, examine
from rules.book.rulebook_files import load_rulebook
from services.intake.domain.register import Register

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[4] / "shared"
CASES = SHARED / "cases"
REGISTERS = SHARED / "data" / "registers"

REGISTER = """
[source]
name = "so-cu"
[dossier]
key = "Số hồ sơ"
unit_id = 19990001
[[events]]
type = "dossier-accepted.v1"
time = "Ngày nhận"
required = true
[events.attributes]
channel = {column = "Kênh", values = {"Trực tiếp" = 1, "Trực tuyến" = 2, "Bưu chính" = 3}}
[events.data]
procedure_code = "9.000001"
appointment_at = {column = "Ngày hẹn trả"}
[[events]]
type = "result-ready-at-counter.v1"
time = "Ngày xong"
"""
HEADER = "Số hồ sơ,Ngày nhận,Ngày hẹn trả,Ngày xong,Kênh\n"
GOOD = "A1,2026-03-02T08:00,2026-03-09T17:00,2026-03-06T10:00,Trực tiếp\n"


def mapping(text: str) -> ImportMapping:
    return mapping_of(tomllib.loads(text))


@cache
def _law(source: str, calendars: Path | None) -> Law:
    return Law.of(load_rulebook(own_calendars=calendars), source)


def checker_of(by: ImportMapping, outcome: Outcome, calendars: Path | None = None) -> Checker:
    return Checker.of(by, _law(by.source, calendars), with_units_of(by, Register(), NOW), outcome, NOW)


def tried(by: ImportMapping | str, *files: Path, calendars: Path | None = None) -> Outcome:
    """A dry run."""
    by = mapping(by) if isinstance(by, str) else by
    outcome = Outcome(is_dry_run=True)
    with RowStore(None, by.columns) as store:
        examine(files, checker_of(by, outcome, calendars), store)
    return outcome


def prepared(by: ImportMapping | str, folder: Path, *files: Path) -> list[Prepared]:
    """The actions that would be sent, in order."""
    by = mapping(by) if isinstance(by, str) else by
    outcome = Outcome()
    checker = checker_of(by, outcome)
    with PreparedActions(folder, by) as kept, RowStore(None, by.columns) as store:
        checker.prepared = kept
        examine(files, checker, store)
        return [one for batch in kept.batches(1000) for one in batch]


def found(outcome: Outcome) -> list[tuple[str, int, str]]:
    """Code, line and column of each finding."""
    return [(cause.code, one.place.line, one.place.column) for cause in outcome.findings for one in cause.examples]


def figures(outcome: Outcome, *names: str) -> Mapping[str, int]:
    total = outcome.counts.total()
    return {name: total[name] for name in names or ("received", "early", "on_time", "late", "open")}


def file(folder: Path, content: str | bytes, name: str = "so.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(*rows: Sequence[Any]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in rows)
