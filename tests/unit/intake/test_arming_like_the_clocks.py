"""Intake judges an acceptance by the calendar, its version and the rule set that the clock counts by (CAL-4, CAL-5, DR-28)."""

import ast
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import pytest

from events.dossier import GivenTerm
from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet, parse_rule_set
from rules.calendars.calendar import Calendar
from rules.calendars.spec import parse_calendar
from rules.calendars.units import parse_unit_calendars
from services.deadlines.pipeline import Pipeline
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from tests.architecture.tree import python_files, tree_of
from tests.unit.deadlines.life import HANOI, SHORT, UNIT, Life, at, kinds, procedures, term, told
from tests.unit.intake.counter import action

YEAR_END, MIDSUMMER = date(2026, 12, 31), date(2026, 6, 30)
ANNOUNCED_AT = at("2026-03-10T08:00")


def published(path: str) -> dict[str, Any]:
    return tomllib.loads((files("rules") / "data" / path).read_text(encoding="utf-8"))


def calendar(
    valid_until: date, version: str = "2026.1", calendar_id: str = "vn-standard", published_at: datetime | None = None
) -> Calendar:
    """The standard calendar as if it were published until a day, maybe under another name."""
    content = published("calendars/vn-standard.toml")
    content |= {"id": calendar_id, "version": version, "valid_until": valid_until}
    content |= {"published_at": published_at or at("2025-11-21T00:00")}
    content["exceptions"] = [row for row in content["exceptions"] if row["date"] <= valid_until]
    content["checksums"] = [row for row in content["checksums"] if row["year"] < valid_until.year]
    return Calendar(parse_calendar(content, HANOI))


def rule_set(rule_set_id: str, valid_from: date, **parameters: Any) -> RuleSet:
    content = published("rulesets/vn-2025.1.toml") | {"id": rule_set_id, "valid_from": valid_from}
    for name, value in parameters.items():
        content["parameters"][name]["value"] = value
    return parse_rule_set(content)


FIRST_RULES = rule_set("vn-2025.1", date(2025, 7, 1))


def with_a_version_to_come() -> Rulebook:
    """The second version, announced on 10 March, ends in June."""
    return Rulebook([calendar(YEAR_END), calendar(MIDSUMMER, "2026.2", published_at=ANNOUNCED_AT)], [FIRST_RULES])


def with_a_calendar_of_the_unit() -> Rulebook:
    """From 3 March on the unit works by a calendar that ends in June."""
    row = {"unit_id": UNIT, "calendar_id": "vn-unit", "valid_from": date(2026, 3, 3)}
    rows = parse_unit_calendars({"assignments": [row | {"legal_source": "Quyết định", "source_status": "unverified"}]})
    return Rulebook([calendar(YEAR_END), calendar(MIDSUMMER, calendar_id="vn-unit")], [FIRST_RULES], rows)


def with_a_later_rule_set() -> Rulebook:
    """In December the cut-off of same-day procedures is 16:30; the default rule set stays the first."""
    second = rule_set("vn-2026.1", date(2026, 12, 1), same_day_cut_off=at("2026-12-01T16:30").time())
    return Rulebook([calendar(YEAR_END)], [FIRST_RULES, second])


@pytest.mark.parametrize(
    ("book", "when", "given", "is_taken"),
    [
        (with_a_version_to_come(), "2026-03-02T08:00:00+07:00", term(100), True),
        (with_a_version_to_come(), "2026-03-10T08:00:00+07:00", term(100), False),
        (with_a_calendar_of_the_unit(), "2026-03-02T16:00:00+07:00", term(100), True),
        (with_a_calendar_of_the_unit(), "2026-03-03T06:30:00+07:00", term(100), False),
        (with_a_calendar_of_the_unit(), "2026-03-02T23:30:00+00:00", term(100), False),  # the same, written in UTC
        (with_a_later_rule_set(), "2026-12-31T16:00:00+07:00", term(1, "same_day"), True),
        (with_a_later_rule_set(), "2026-12-31T16:40:00+07:00", term(1, "same_day"), False),
    ],
)
def test_what_intake_takes_is_what_the_clocks_can_time(
    book: Rulebook, when: str, given: GivenTerm, *, is_taken: bool
) -> None:
    data = {"term": {"value": given.value, "unit": given.unit}}
    accepted = action("dossier-accepted.v1", time=when, unitid=UNIT, data=data)
    at_once = accepted.occurred_at + SHORT
    refused = refusal_by_rulebook(book, accepted, opened_on(book, accepted), at_once)

    life = Life().accepted(accepted.occurred_at.astimezone(HANOI), given)
    said = kinds(told(life, of=Pipeline(book, procedures())))
    assert (refused is None, "set" in said) == (is_taken, is_taken), said
    assert refused is None or refused.code == "calendar-exhausted"


def test_the_acceptance_of_a_submission_is_judged_by_the_day_of_the_submission() -> None:
    """As the clock does, which keeps the day of opening."""
    book = with_a_calendar_of_the_unit()
    accepted = action(
        "dossier-accepted.v1",
        time="2026-03-03T09:00:00+07:00",
        unitid=UNIT,
        data={"term": {"value": 100, "unit": "working_day"}},
    )
    said = kinds(
        told(
            Life().submitted("2026-03-02T09:00").accepted("2026-03-03T09:00", term(100)),
            of=Pipeline(book, procedures()),
        )
    )
    assert said == ["set", "met on_time", "set"]  # the check of the submission, and the dossier itself
    assert refusal_by_rulebook(book, accepted, date(2026, 3, 2), accepted.occurred_at) is None


def asking(names: Iterable[str]) -> set[str]:
    """The modules that ask the rulebook one of some questions."""
    return {
        place
        for place in python_files("rules", "services", "motcua")
        for node in ast.walk(tree_of(place))
        if isinstance(node, ast.Attribute) and node.attr in names
    }


def test_one_place_asks_for_the_calendar_of_a_unit_and_the_rule_set_of_a_day() -> None:
    assert asking(["calendar_id_for_unit", "rule_set_for"]) == {"rules/book/opening.py"}
