"""The weekly quick report, báo cáo nhanh tuần (domain.md 4.10 item 1), as a document model: rows, totals, notes.

In go the figures of the units and what counts above their level; out comes a `WeeklyReport` that text, JSON and CSV are written
from. Pure. Promise: the total covers every dossier of the scope; what no unit's row can show stands in a row of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stats.domain.figures import DEFINITION, Counts, UnitFigures, total
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


def build_report(
    period: Period,
    level: Level,
    scope: tuple[int | None, str],
    units: Sequence[UnitFigures],
    above: Counts,
    generated_at: datetime,
) -> WeeklyReport:
    """Put the figures together. `scope` is the unit that the report covers with all below it, (None, "") = everything."""
    by_name = sorted(units, key=lambda one: (one.unit_id == 0, one.unit_name, one.unit_id))
    rows = [ReportRow(unit_id=one.unit_id, unit_name=one.unit_name, counts=total([one])) for one in by_name]
    if above != Counts():
        rows.append(ReportRow(unit_id=ABOVE_LEVEL_ID, unit_name="", counts=above))
    return WeeklyReport(
        period=period,
        level=level,
        scope_unit_id=scope[0],
        scope_name=scope[1],
        rows=rows,
        total=ReportRow(unit_id=None, unit_name="", counts=total(row.counts for row in rows)),
        generated_at=generated_at,
    )
