"""The parameters of the sub-clocks, escalations, apologies and feedback: their values, sources and what is refused."""

import tomllib
from datetime import time
from importlib.resources import files
from typing import Any

import pytest

from rules.book.ruleset import RuleSet, parse_rule_set
from rules.errors import InvalidRuleSetError


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads((files("rules") / "data/rulesets/vn-2025.1.toml").read_text(encoding="utf-8"))


def test_the_parameters_of_the_other_clocks_have_their_published_values(rule_set: RuleSet) -> None:
    assert rule_set.intake_working_hours == 8
    assert (rule_set.transfer_cut_off, rule_set.transfer_next_day_by) == (time(15), time(8, 30))
    assert rule_set.agency_working_days_before == 1
    assert [(rule.name, rule.working_days_after) for rule in rule_set.escalation] == [("B1", 1), ("B2", 3), ("B3", 5)]
    assert rule_set.escalation_acknowledge_working_days == 1
    assert (rule_set.max_reappointments, rule_set.apology_resend_working_days) == (1, 1)
    assert rule_set.pausing_causes == ("supplement",)


def test_every_parameter_names_the_rules_that_use_it(rule_set: RuleSet) -> None:
    rules = {name: source.rules for name, source in rule_set.sources.items()}
    assert rules["intake_working_hours"] == ("DR-10",)
    assert rules["transfer_cut_off"] == rules["transfer_next_day_by"] == ("DR-11",)
    assert rules["agency_working_days_before"] == ("DR-13",)
    assert rules["escalation_acknowledge_working_days"] == ("AL-5",)
    assert rules["max_reappointments"] == ("AR-05",)
    assert {source.status for source in rule_set.sources.values()} == {"unverified"}


RUNG = {"name": "B1", "working_days_after": 1, "to_roles": ["chair"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("intake_working_hours", 0),
        ("transfer_cut_off", "15:00"),
        ("transfer_next_day_by", 8),
        ("agency_working_days_before", 0),
        ("escalation_acknowledge_working_days", 0),
        ("feedback_refusal_working_days", 0),
        ("feedback_supplement_working_days", -5),
        ("feedback_answer_working_days", 0),
        ("feedback_publication_working_days", 0),
        ("apology_resend_working_days", 0),
        ("max_reappointments", -1),
        ("pausing_causes", ["consultation"]),
        ("escalation", [RUNG, RUNG]),
        ("escalation", [RUNG, RUNG | {"name": "B2"}]),
        ("escalation", [RUNG | {"working_days_after": 3}, RUNG | {"name": "B2"}]),
        ("escalation", [RUNG | {"working_days_after": 0}]),
        ("escalation", [RUNG | {"to_roles": []}]),
        ("apology_pending_roles", []),
        ("breach_roles", []),
        ("part_breach_roles", []),
    ],
)
def test_a_parameter_without_sense_is_refused(data: dict[str, Any], name: str, value: object) -> None:
    data["parameters"][name]["value"] = value
    with pytest.raises(InvalidRuleSetError, match=f"no sense in {name}"):
        parse_rule_set(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("intake_working_hours", "8"),
        ("escalation", [{"name": "B1"}]),
        ("pausing_causes", 1),
        ("breach_roles", "head_of_unit"),
        ("breach_roles", [3]),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_refused(data: dict[str, Any], name: str, value: object) -> None:
    data["parameters"][name]["value"] = value
    with pytest.raises(InvalidRuleSetError, match="missing or wrong field"):
        parse_rule_set(data)
