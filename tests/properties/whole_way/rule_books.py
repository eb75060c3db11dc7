"""Odd rule sets: the published one with some parameters changed, as a province may publish them, with its calendars.

Built by the rulebook's own readers from the published files, so that a choice is data: the default calendar has a second
version (a swap announced on 03/03/2026), and everything else is what is published.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rules.book.procedure_files import load_procedures
from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import parse_rule_set
from rules.calendars.calendar import Calendar
from services.deadlines.pipeline import Pipeline
from tests.unit.deadlines.calendars import ANNOUNCED_AT, NEW, SWAPPED, calendar
from tests.unit.deadlines.life import at


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a rule set has otherwise than the published one."""

    supplement_policy: str = "restart"
    back_dating_tolerance_minutes: int = 15
    max_reappointments: int = 1
    pausing_causes: tuple[str, ...] = ("supplement",)


PUBLISHED = Choice()
CHOICES = (
    PUBLISHED,
    Choice(supplement_policy="pause"),
    Choice(supplement_policy="qd766"),
    Choice(back_dating_tolerance_minutes=0),
    Choice(back_dating_tolerance_minutes=5, supplement_policy="pause", max_reappointments=0),
    Choice(back_dating_tolerance_minutes=240, max_reappointments=3),
    Choice(pausing_causes=("supplement", "financial_duty"), supplement_policy="pause"),
    Choice(pausing_causes=("supplement", "financial_duty")),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rules:
    """A rulebook with its procedures and what the deadline processor makes of them."""

    rulebook: Rulebook
    procedures: ProcedureCatalogue
    pipeline: Pipeline


@cache
def rules_of(choice: Choice) -> Rules:
    """The rules of a choice, built once."""
    text = (files("rules") / "data" / "rulesets" / "vn-2025.1.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    for name in Choice.__dataclass_fields__:
        value = getattr(choice, name)
        content["parameters"][name]["value"] = list(value) if isinstance(value, tuple) else value
    rule_set = parse_rule_set(content)
    rulebook = Rulebook(_calendars(), [rule_set])
    procedures = load_procedures(rule_set)
    return Rules(rulebook=rulebook, procedures=procedures, pipeline=Pipeline(rulebook, procedures))


@cache
def _calendars() -> tuple[Calendar, ...]:
    first, swapped = calendar("2026.1", at("2025-11-21T00:00"), {}), calendar(NEW, ANNOUNCED_AT, SWAPPED)
    others = [one for one in load_rulebook().calendars if one.calendar_id != "vn-standard"]
    return (swapped, first, *others)
