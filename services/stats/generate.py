"""`make generated`: renews, between the marks of each file, what follows from the figures' declarations (ADR 0015).

`python -m services.stats.generate` writes; `renewed` only says what each file should hold, so that a test can compare.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from services.stats.domain.figure import Count
from services.stats.domain.figure_catalog import COUNTS, FIGURES, FLOWS, RATES
from services.stats.domain.grouping import key_of_any_level

ROOT: Final = Path(str(files("services.stats"))).parents[1]
_COUNTED: Final = "services/stats/queries/dossiers_in_scope.sql"
_REGION: Final = re.compile(r"(?<=figures begin \(make generated\))([^\n]*\n).*?(?=[^\n]*figures end)", re.DOTALL)


def renewed() -> dict[str, str]:
    """The whole text that each file should have, by its path from the root of the project."""
    return {path: _with(path, region) for path, region in _regions().items()}


def write_all() -> None:
    """Write every file that differs."""
    for path, text in renewed().items():
        if (ROOT / path).read_text("utf-8") != text:
            (ROOT / path).write_text(text, "utf-8")


def _regions() -> Mapping[str, str]:
    return {
        _COUNTED: _flags("dossiers_in_period"),
        "services/stats/views/dossiers_in_period.sql": _everywhere(),
        "services/stats/views/apologies_in_period.sql": _flags("apologies_in_period"),
        "services/stats/views/on_time_by_unit_week.sql": _sums(),
        "services/stats/queries/rollup_month.sql": _metrics(),
        "services/stats/domain/figures.py": _fields(),
        "docs/measures.md": _table(),
    }


def _with(path: str, region: str) -> str:
    text, found = _REGION.subn(lambda mark: mark[1] + region, (ROOT / path).read_text("utf-8"))
    if found != 1:
        raise ValueError(f"{path} needs one pair of marks `figures begin (make generated)` and `figures end`")
    return text


def _everywhere() -> str:
    """The question of the figures without a scope, so that a view asks nothing else than the figures do."""
    text = _with(_COUNTED, _flags("dossiers_in_period"))
    text = text.replace("{{key}}", key_of_any_level("{level:String}")).replace("{grouping:String}", "{level:String}")
    return "".join(f"    {line}\n" for line in text.splitlines() if not line.lstrip().startswith("--"))


def _flags(view: str) -> str:
    return ",\n".join(f"    {one.predicate} AS {one.id}" for one in COUNTS if one.cohort.view == view) + "\n"


def _metrics() -> str:
    """The flags of the flows, and the names of those that hold."""
    names, flags = ", ".join(f"'{one.id}'" for one in FLOWS), ", ".join(one.id for one in FLOWS)
    lines = [f"    {one.predicate} AS {one.id},\n" for one in FLOWS]
    return "".join(lines) + f"    arrayFilter((name, holds) -> holds, [{names}], [{flags}]) AS metrics\n"


def _sums() -> str:
    texts = [f"    sumIf(dossier_count, metric = '{one.id}') AS {one.id}" for one in FLOWS]
    for rate in [one for one in RATES if one.cohort.kind == "flow"]:
        part, whole = " + ".join(rate.numerator), " + ".join(rate.denominator)
        texts.append(f"    if({whole} = 0, NULL, ({part}) / ({whole})) AS {rate.id}")
    return ",\n".join(texts) + "\n"


def _fields() -> str:
    lines = [f"    {count.id}: int = 0" for count in COUNTS]
    for rate in RATES:
        part, whole = (" + ".join(f"self.{one}" for one in ids) for ids in (rate.numerator, rate.denominator))
        lines += [
            "",
            "    @property",
            f"    def {rate.id}(self) -> float | None:",
            f'        """{rate.method}: ({" + ".join(rate.numerator)}) ÷ ({" + ".join(rate.denominator)}), 0..1."""',
            f"        return ratio({part}, {whole})",
        ]
    return "\n".join(lines) + "\n\n"


def _table() -> str:
    lines = [
        "",
        "| figure | Vietnamese | English | counts | date that counts | counted by |",
        "|---|---|---|---|---|---|",
    ]
    for one in FIGURES:
        meaning = one.definition if isinstance(one, Count) else f"{_division(one.id)}: {one.definition}"
        lines.append(f"| `{one.id}` | {one.vi} | {one.en} | {meaning} | {one.cohort.date} | {one.cohort.unit} |")
    return "\n".join(lines) + "\n\n"


def _division(rate_id: str) -> str:
    rate = next(one for one in RATES if one.id == rate_id)
    part, whole = (" + ".join(f"`{one}`" for one in ids) for ids in (rate.numerator, rate.denominator))
    return f"({part}) ÷ ({whole})"


if __name__ == "__main__":
    write_all()
