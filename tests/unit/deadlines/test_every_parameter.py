"""Every parameter of the rule set does something: with another value the clocks say something else of one of these lives."""

import tomllib
from datetime import time, timedelta
from importlib.resources import files
from typing import Any

import orjson
import pytest

from events.catalog import DOSSIER_TYPES
from events.codec import dumps
from events.data_codec import plain, typed
from rules.book.rulebook import Rulebook
from rules.book.ruleset import parse_rule_set
from rules.errors import InvalidRuleSetError
from services.deadlines.pipeline import Pipeline
from tests.contract.published import minimal_example
from tests.unit.deadlines.life import CHAINED, Life, pipeline, procedures, rulebook, term, told
from tests.unit.deadlines.test_redelivery import LIVES

PUBLISHED: dict[str, Any] = tomllib.loads((files("rules") / "data/rulesets/vn-2025.1.toml").read_text(encoding="utf-8"))
NOT_BUILT_YET = {"apology_resend_working_days": "AR-06 needs an event that says a letter came back"}
UNTIL = "2026-12-01T00:00"
OPENERS = ("dossier-submitted.v1", "dossier-accepted.v1", "feedback-received.v1")
MORE = {
    "the same day": Life().accepted("2026-03-02T14:30", term(1, "same_day")),
    "handed on in the afternoon": Life(procedure_code=CHAINED)
    .accepted("2026-03-02T16:00")
    .moved_to("2026-03-04T09:00", 31),
    "told too late": Life()
    .accepted("2026-03-02T08:00", term(1))
    .ready("2026-03-03T23:50", delay=timedelta(minutes=20)),
    "acknowledged": Life().accepted("2026-03-02T08:00", term(2)).acknowledged("2026-03-06T10:00", "B1"),
    "a day and two hours": Life().accepted("2026-03-02T08:00", term(10, "hour")),
}


def lives() -> dict[str, Life]:
    """Some lives by hand, and one with each event of the contract: a new event that starts a clock is among them."""
    found = {**LIVES, **MORE}
    for name, event_class in DOSSIER_TYPES.items():
        data = typed(event_class, minimal_example(name))
        before = (
            Life().feedback("2026-03-02T08:00")
            if name.startswith("feedback-")
            else Life().accepted("2026-03-02T08:00", term(20))
        )
        found[name] = (
            Life().then("2026-03-02T08:00", data) if name in OPENERS else before.then("2026-03-03T09:00", data)
        )
    return found


def said(life: Life, of: Pipeline) -> list[tuple[str, Any]]:
    """What is said of a life, without the name of the rule set."""
    emitted = [(one.envelope.event_type, orjson.loads(dumps(plain(one.data)))) for one in told(life, UNTIL, of=of)]
    return [(name, {**data, "rule_set_version": ""}) for name, data in emitted]


def others(value: Any) -> list[Any]:
    """Other values that make sense."""
    match value:
        case int():
            return [value + 1, value + 5, value - 1]
        case time():
            return [time(7), time(17)]
        case str():
            return ["pause", "qd766"]
        case [str(), *_]:
            return [[*value, "financial_duty"]]
        case _:
            return [value[1:], value[:-1]]


def changed(name: str) -> list[Pipeline]:
    """The processor under every rule set with another value of a parameter."""
    found = []
    for other in others(PUBLISHED["parameters"][name]["value"]):
        content = {**PUBLISHED, "parameters": {**PUBLISHED["parameters"]}}
        content["parameters"][name] = {**PUBLISHED["parameters"][name], "value": other}
        try:
            rule_set = parse_rule_set(content)
        except InvalidRuleSetError:
            continue
        found.append(Pipeline(Rulebook(rulebook().calendars, [rule_set]), procedures()))
    return found


@pytest.mark.parametrize("name", PUBLISHED["parameters"])
def test_a_parameter_with_another_value_changes_what_is_said(name: str) -> None:
    makes_a_difference = any(
        said(life, of) != said(life, pipeline()) for of in changed(name) for life in lives().values()
    )
    assert makes_a_difference == (name not in NOT_BUILT_YET), f"{name}: nothing that the clocks say depends on it"
