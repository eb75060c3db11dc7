"""What became of a run: counts of this run only, and what was found; as text in Vietnamese and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from motcua.importing.domain.counting import FIGURE_HEADS, UnitCounts
from motcua.importing.domain.findings import Cause, Effect, Findings

SHOWN_EXAMPLES = 10
"""Lines of one cause that are told one by one; of the others only the number."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The counts are events, unless they say something else."""

    files: list[str] = field(default_factory=list)
    rows: int = 0
    dossiers: int = 0
    left_out_dossiers: int = 0
    continued_dossiers: int = 0
    """Dossiers whose acceptance isn't in the files: what goes before must stand in the ledger."""
    prepared: int = 0
    recorded: int = 0
    replayed: int = 0
    flagged: int = 0
    is_dry_run: bool = False
    is_counted: bool | None = None
    """Whether the statistics show everything; None: nobody waited for it."""
    stopped_by: str = ""
    """Why the run ended before everything was sent."""
    findings: Findings = field(default_factory=Findings)
    counts: UnitCounts = field(default_factory=UnitCounts)

    @property
    def refused(self) -> int:
        """How many actions intake refused."""
        return self.findings.count(Effect.REFUSED)

    @property
    def is_clean(self) -> bool:
        """Whether everything is recorded as it stands in the files."""
        return self.findings.count() == 0 and not self.stopped_by

    def as_json(self) -> dict[str, Any]:
        """The stable form for programs (docs/importing.md)."""
        shown: dict[str, Any] = {
            "files": self.files,
            "rows": self.rows,
            "dossiers": self.dossiers,
            "left_out_dossiers": self.left_out_dossiers,
            "continued_dossiers": self.continued_dossiers,
            "prepared": self.prepared,
            "recorded": self.recorded,
            "replayed": self.replayed,
            "refused": self.refused,
            "flagged": self.flagged,
            "is_dry_run": self.is_dry_run,
            "is_counted": self.is_counted,
            "stopped_by": self.stopped_by,
            "findings": [_cause(one) for one in self.findings],
        }
        if self.is_dry_run:
            by_unit = [{"unit_id": unit_id, **counts} for unit_id, counts in sorted(self.counts.by_unit.items())]
            shown["figures"] = {**self.counts.total(), "by_unit": by_unit}
        return shown

    def finding_lines(self) -> Iterator[str]:
        """What was found, a line each; of one cause the first ones and the number of the others."""
        for cause in self.findings:
            for one in cause.examples[:SHOWN_EXAMPLES]:
                yield f"{one.place}: {one.message} [{one.code}]"
            if cause.count > SHOWN_EXAMPLES:
                yield f"{cause.file}: … và {cause.count - SHOWN_EXAMPLES:,} dòng nữa cùng lý do [{cause.code}]"

    def summary(self) -> str:
        """One sentence."""
        found = f"{self.rows:,} dòng, {self.dossiers:,} hồ sơ"
        if self.findings.keep_everything_back:
            return f"{found}; không gửi gì: hãy sửa những điều trên rồi nhập lại"
        if self.is_dry_run:
            done = f"sẽ gửi {self.prepared:,} sự kiện, {self.flagged:,} cờ toàn vẹn (chưa ghi gì)"
        else:
            done = (
                f"ghi mới {self.recorded:,} sự kiện, đã có từ trước {self.replayed:,}, bị từ chối {self.refused:,},"
                f" {self.flagged:,} cờ toàn vẹn (motcua integrity)"
            )
        left_out = f"; {self.left_out_dossiers:,} hồ sơ không được gửi" if self.left_out_dossiers else ""
        stopped = f"; dừng giữa chừng: {self.stopped_by}; chạy lại đúng lệnh này để tiếp tục" if self.stopped_by else ""
        return f"{found}; {done}{left_out}{stopped}"

    def figure_rows(self) -> list[list[Any]]:
        """The figures of a dry run by unit, the sum last; in the order of `FIGURE_HEADS`."""
        by_unit = sorted(self.counts.by_unit.items())
        rows = [[str(unit_id), *(counts[name] for name in FIGURE_HEADS)] for unit_id, counts in by_unit]
        total = self.counts.total()
        return [*rows, ["Tổng", *(total[name] for name in FIGURE_HEADS)]]


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "code": cause.code,
        "effect": str(cause.effect),
        "file": cause.file,
        "column": cause.column,
        "count": cause.count,
        "examples": [{"line": one.place.line, "message": one.message} for one in cause.examples],
    }
