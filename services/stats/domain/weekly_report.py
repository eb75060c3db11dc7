"""The weekly quick report, báo cáo nhanh tuần (domain.md 4.10 item 1), as a document model: rows, totals, notes.

In go the figures of the units and of their superior scope; out comes a `WeeklyReport` that text, JSON and CSV are written
from. Pure. Promise: the total covers every dossier of the scope; what no row can show stands in a row of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stats.domain.figures import DEFINITION, ApologyCounts, Counts, UnitFigures, difference, total
from services.stats.domain.levels import Level
from services.stats.domain.periods import Period

ABOVE_LEVEL_ID = -1
"""unit_id of the row of dossiers that were received above the level of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One line: a unit, what was received above the level (ABOVE_LEVEL_ID), or the total (None)."""

    unit_id: int | None
    unit_name: str
    counts: Counts
    apologies: ApologyCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyReport:
    """A report of one week, Monday 00:00 to the next Monday 00:00, Asia/Ho_Chi_Minh (B6)."""

    period: Period
    level: Level
    scope_unit_id: int | None
    scope_name: str
    rows: Sequence[ReportRow]
    total: ReportRow
    generated_at: datetime
    definition: str = DEFINITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report covers: a unit and everything below it, or everything (unit_id None); with the counts of the whole."""

    unit_id: int | None
    name: str
    counts: Counts
    apologies: ApologyCounts


def build_report(
    period: Period,
    level: Level,
    scope: Scope,
    units: Sequence[UnitFigures],
    apologies: Mapping[int, tuple[str, ApologyCounts]],
    generated_at: datetime,
) -> WeeklyReport:
    """Put the figures together; `apologies` are (name, counts) by unit, some of which may have no other figure."""
    by_unit = {one.unit_id: one for one in units}
    names = {unit_id: name for unit_id, (name, _) in apologies.items()} | {one.unit_id: one.unit_name for one in units}
    rows = [
        ReportRow(
            unit_id=unit_id,
            unit_name=names[unit_id],
            counts=by_unit.get(unit_id, Counts()),
            apologies=apologies[unit_id][1] if unit_id in apologies else ApologyCounts(),
        )
        for unit_id in sorted(names, key=lambda one: (one == 0, names[one], one))
    ]
    above = _above(scope, rows)
    return WeeklyReport(
        period=period,
        level=level,
        scope_unit_id=scope.unit_id,
        scope_name=scope.name,
        rows=[*rows, above] if above else rows,
        total=ReportRow(unit_id=None, unit_name="", counts=scope.counts, apologies=scope.apologies),
        generated_at=generated_at,
    )


def _above(scope: Scope, rows: Sequence[ReportRow]) -> ReportRow | None:
    counts = difference(scope.counts, total(row.counts for row in rows))
    apologies = scope.apologies - sum((row.apologies for row in rows), ApologyCounts())
    if counts == Counts() and apologies == ApologyCounts():
        return None
    return ReportRow(unit_id=ABOVE_LEVEL_ID, unit_name="", counts=counts, apologies=apologies)
