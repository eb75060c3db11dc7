"""A pipeline whose default calendar has a second version: a swap that was announced late (DR-27)."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.calendars.spec import parse_calendar
from services.deadlines.pipeline import Pipeline
from tests.unit.deadlines.life import HANOI, at, procedures, rulebook

NEW = "2026.2"
"""Friday 06/03/2026 is off and Saturday 07/03/2026 works instead; Friday 13/03/2026 is off without a day instead."""
ANNOUNCED_AT = at("2026-03-03T08:00")

SWAPPED: dict[date, tuple[str, bool]] = {
    date(2026, 3, 6): ("off", False),
    date(2026, 3, 7): ("make_up", True),
    date(2026, 3, 13): ("off", False),
}


def calendar(version: str, published_at: datetime, changed: dict[date, tuple[str, bool]]) -> Calendar:
    """The published calendar with other exceptions, as another version of it."""
    text = (files("rules") / "data" / "calendars" / "vn-standard.toml").read_text(encoding="utf-8")
    content: dict[str, Any] = tomllib.loads(text)
    exceptions = [row for row in content["exceptions"] if row["date"] not in changed]
    for day, (kind, counts) in changed.items():
        exceptions.append(
            {
                "date": day,
                "kind": kind,
                "counts_for_term": counts,
                "open_for_intake": counts,
                "name": "hoán đổi",
                "name_en": "swap",
                "legal_source": "TB 6150",
                "source_status": "unverified",
            }
        )
    content["exceptions"] = sorted(exceptions, key=lambda row: row["date"])
    content["checksums"] = [row for row in content["checksums"] if row["year"] != 2026]
    return Calendar(parse_calendar(content | {"version": version, "published_at": published_at}, HANOI))


def with_versions(*newer: Calendar) -> Pipeline:
    """The pipeline of a worker that was given newer versions of the default calendar."""
    book = rulebook()
    others = [one for one in book.calendars if one.calendar_id != "vn-standard"]
    first = calendar("2026.1", at("2025-11-21T00:00"), {})
    return Pipeline(Rulebook([*newer, first, *others], book.rule_sets), procedures())


@cache
def swapped() -> Pipeline:
    """The pipeline of a worker that was given the swap."""
    return with_versions(calendar(NEW, ANNOUNCED_AT, SWAPPED))
