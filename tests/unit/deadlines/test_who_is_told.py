"""Each alert names whom it tells, as the rule set has it (4.6); nobody beside the rule set names a role."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rules.book.ruleset import RuleSet
from tests.unit.deadlines.life import Life, one, rulebook, term, told

SERVICES = Path(__file__).parents[3] / "services"
UNTIL = "2026-04-01T00:00"
WEEK = Life().accepted("2026-03-02T08:00", term(5))


@pytest.mark.parametrize(
    ("life", "event", "parameter", "roles"),
    [
        (WEEK, "apology-pending-raised", "apology_pending_roles", ("officer", "head_of_unit", "one_stop")),
        (
            Life().accepted("2026-03-02T08:00", term(5)).foreseen("2026-03-03T09:00"),
            "apology-pending-raised",
            "apology_pending_roles",
            ("officer", "head_of_unit", "one_stop"),
        ),
        (WEEK, "breached", "breach_roles", ("head_of_unit", "one_stop")),
        (
            Life().accepted("2026-03-02T08:00", term(15)).step("2026-03-02T09:00", budget=term(2)),
            "step-breached",
            "part_breach_roles",
            ("officer", "head_of_unit"),
        ),
        (Life().feedback("2026-03-02T08:00"), "step-breached", "part_breach_roles", ("officer", "head_of_unit")),
    ],
)
def test_an_alert_names_the_roles_of_the_rule_set(
    life: Life, event: str, parameter: str, roles: tuple[str, ...]
) -> None:
    found = one(told(life, UNTIL), event)
    assert found.data.to_roles == getattr(rulebook().default_rule_set, parameter) == roles


def test_no_service_names_a_role() -> None:
    """A role that stands in a service decides there, beside the rules, whom an alert tells."""
    named = [
        f"{file.relative_to(SERVICES)}: {role}"
        for file in sorted(SERVICES.rglob("*"))
        if file.suffix in (".py", ".sql")
        for role in roles_of(rulebook().default_rule_set)
        if re.search(rf"['\"]{role}['\"]", file.read_text("utf-8"))
    ]
    assert named == []


def roles_of(rule_set: RuleSet) -> set[str]:
    """Every role that a rule set names: in its ladders, and in the parameters that are roles alone."""
    alone = [getattr(rule_set, one.name) for one in fields(rule_set) if one.name.endswith("_roles")]
    rungs = [rule.to_roles for rule in (*rule_set.ladder, *rule_set.escalation)]
    return {role for roles in (*alone, *rungs) for role in roles}
