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
from services.stats.domain.standing import STANDING

ROOT: Final = Path(str(files("services.stats"))).parents[1]
_REGION: Final = r"(?<={name} begin \(make generated\))([^\n]*\n).*?(?=[^\n]*{name} end)"


def renewed() -> dict[str, str]:
    """The whole text that each file should have, by its path from the root of the project."""
    return {path: _with(path, regions) for path, regions in _regions().items()}


def write_all() -> None:
    """Write every file that differs."""
    for path, text in renewed().items():
        if (ROOT / path).read_text("utf-8") != text:
            (ROOT / path).write_text(text, "utf-8")


def _regions() -> Mapping[str, Mapping[str, str]]:
    """What stands between the marks of each name, by the path of the file."""
    return {
        "services/stats/views/dossiers_in_scope.sql": {"standing": _standing(), "figures": _flags("dossiers_in_scope")},
        "services/stats/queries/rollup_month.sql": {"standing": _standing(), "figures": _metrics()},
        "services/stats/views/apologies_in_period.sql": {"figures": _flags("apologies_in_period")},
        "services/stats/views/on_time_by_unit_week.sql": {"figures": _sums()},
        "services/stats/domain/figures.py": {"figures": _fields()},
        "docs/measures.md": {"figures": _table()},
    }


def _with(path: str, regions: Mapping[str, str]) -> str:
    text = (ROOT / path).read_text("utf-8")
    for name, region in regions.items():
        marked = re.compile(_REGION.format(name=name), re.DOTALL)
        text, found = marked.subn(lambda mark, region=region: mark[1] + region, text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"{path} needs one pair of marks `{name} begin (make generated)` and `{name} end`")
    return text


def _standing() -> str:
    return "".join(f"    {sql} AS {name},\n" for name, sql in STANDING)


def _flags(view: str) -> str:
    return ",\n".join(f"    {one.predicate} AS {one.id}" for one in COUNTS if one.cohort.view == view) + "\n"


def _metrics() -> str:
    """The flags of the flows, and the names of those that hold."""
    names, flags = ", ".join(f"'{one.id}'" for one in FLOWS), ", ".join(one.id for one in FLOWS)
    lines = [f"    {one.predicate} AS {one.id},\n" for one in FLOWS]
    return "".join(lines) + f"    arrayFilter((name, holds) -> holds, [{names}], [{flags}]) AS metrics\n"


def _sums() -> str:
    texts = [f"    sumIf(dossier_count, metric = '{one.id}') AS {one.id}" for one in FLOWS]
    for rate in RATES:
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
