"""What is read from the files and told in explanations, field by field; the edges at which a rule set makes sense."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from rules.book.procedures import parse_procedure
from rules.book.ruleset import ParameterSource, RuleSet, parse_rule_set
from rules.calendars.calendar import Calendar
from rules.due.sub_clocks import agency_due, consultation_due, intake_due, step_due, transfer_due
from rules.due.supplement import Extension, Ledger, Pause
from rules.due.terms import Term, due
from rules.errors import InvalidProcedureError, InvalidRuleSetError
from rules.explain.clock_explanation import POLICIES, ClockExplanation, explain_clock
from tests.unit.rules.classes import classes_of
from tests.unit.rules.test_procedures import record, step

Local = Callable[[str], datetime]
DATA = Path(__file__).parents[3] / "rules" / "data" / "rulesets" / "vn-2025.1.toml"


def clock(calendar: Calendar, rule_set: RuleSet, start: datetime, term: Term, ledger: Ledger) -> ClockExplanation:
    return explain_clock(calendar, start, term, due(calendar, start, term, rule_set), ledger, rule_set)


def test_an_explanation_as_a_plain_structure(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    ledger = (
        Pause(requested_at=vn("2026-03-03T09:00"), completed_at=vn("2026-03-04T10:00")),
        Extension(granted_at=vn("2026-03-05T09:00"), new_due_at=vn("2026-03-20T17:00"), legal_basis="Luật X"),
        Pause(requested_at=vn("2026-03-06T09:00"), completed_at=None),
    )
    explained = clock(calendar, rule_set, vn("2026-03-01T08:00"), Term(value=2, unit="working_day"), ledger)
    assert classes_of(explained, None) == {"pause": "unknown", "restart": "unknown", "qd766": "late"}
    told = explained.to_json()
    days = told.pop("days")
    assert days == [
        {"day": "2026-03-02", "counted": False, "reason": "start_day"},
        {"day": "2026-03-03", "counted": True, "reason": "working_day"},
        {"day": "2026-03-04", "counted": True, "reason": "working_day"},
    ]
    policies = {one["policy"]: one for one in told.pop("policies")}
    assert policies["restart"] == {
        "policy": "restart", "applied": "restart", "rule": "DR-21", "is_lawful": True, "due_at": None,
        "running_from_at": "2026-03-05T09:00:00+07:00", "is_overdue_by_rule": False,
    }  # fmt: skip
    assert (policies["qd766"]["is_overdue_by_rule"], policies["pause"]["rule"]) == (True, "DR-20")
    entries = [{key: one for key, one in entry.items() if key != "effects"} for entry in told.pop("ledger")]
    assert entries == [
        {"cause": "supplement", "from_at": "2026-03-03T09:00:00+07:00", "until_at": "2026-03-04T10:00:00+07:00",
         "legal_basis": None, "days_waited": 1, "working_days_waited": 1},
        {"cause": "extension", "from_at": "2026-03-05T09:00:00+07:00", "until_at": "2026-03-20T17:00:00+07:00",
         "legal_basis": "Luật X", "days_waited": None, "working_days_waited": None},
        {"cause": "supplement", "from_at": "2026-03-06T09:00:00+07:00", "until_at": None,
         "legal_basis": None, "days_waited": None, "working_days_waited": None},
    ]  # fmt: skip
    assert told == {
        "started_at": "2026-03-01T08:00:00+07:00", "effective_start": "2026-03-02T07:30:00+07:00",
        "term": {"value": 2, "unit": "working_day"}, "basis": "date", "rule": "DR-02",
        "rules": ["DR-01", "DR-02", "DR-21", "DR-25"], "calendar_id": calendar.calendar_id,
        "calendar_version": calendar.version, "rule_set_version": rule_set.rule_set_id,
        "due_at": "2026-03-04T17:00:00+07:00", "counted_days": 2, "count_rules": ["DR-01", "DR-02"], "lawful_rule": "DR-25",
    }  # fmt: skip


def test_an_explained_appointment_has_no_term_and_hours_have_minutes(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    start, term = vn("2026-03-02T16:00"), Term(value=2, unit="hour")
    original = due(calendar, start, term, rule_set)
    assert explain_clock(calendar, start, None, original, (), rule_set).to_json()["term"] is None
    days = explain_clock(calendar, start, term, original, (), rule_set).to_json()["days"]
    assert [(day["reason"], day["minutes"]) for day in days] == [("working_day", 60), ("working_day", 60)]
    friday = clock(calendar, rule_set, vn("2026-03-06T16:00"), term, ()).days
    assert [day.reason for day in friday] == ["working_day", "weekend", "weekend", "working_day"]


@pytest.mark.parametrize(
    ("ended_at", "unit", "classes"),
    [
        (None, "working_day", ("unknown", "unknown", "unknown")),
        ("2026-03-09T16:59", "working_day", ("early", "early", "early")),
        ("2026-03-10T18:00", "working_day", ("on_time", "on_time", "on_time")),
        ("2026-03-02T10:01", "hour", ("late", "late", "late")),
        ("2026-03-02T10:00", "hour", ("on_time", "on_time", "on_time")),
    ],
)
def test_an_ending_is_classified_under_every_policy(
    calendar: Calendar, rule_set: RuleSet, vn: Local, ended_at: str | None, unit: Any, classes: tuple[str, ...]
) -> None:
    explained = clock(calendar, rule_set, vn("2026-03-02T08:00"), Term(value=2 if unit == "hour" else 6, unit=unit), ())
    found = classes_of(explained, None if ended_at is None else vn(ended_at))
    assert tuple(found[policy] for policy in POLICIES) == classes


def test_two_requests_are_late_under_766_alone_and_a_restart_asks_the_cut_off(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    days = [vn("2026-03-03T09:00"), vn("2026-03-03T10:00"), vn("2026-03-04T09:00"), vn("2026-03-04T16:30")]
    ledger = (
        Pause(requested_at=days[0], completed_at=days[1]),
        Pause(requested_at=days[2], completed_at=days[3]),
    )
    explained = clock(calendar, rule_set, vn("2026-03-02T08:00"), Term(value=6, unit="working_day"), ledger)
    assert classes_of(explained, vn("2026-03-09T09:00")) == {"pause": "early", "restart": "early", "qd766": "late"}
    same_day = clock(calendar, rule_set, vn("2026-03-04T08:00"), Term(value=1, unit="same_day"), ledger[1:])
    assert classes_of(same_day, vn("2026-03-05T09:00"))["restart"] == "on_time"


@pytest.mark.parametrize(("requested", "effect"), [("10:00", "shifted"), ("10:01", "too_late")])
def test_a_request_at_the_due_instant_of_hours_still_counts(
    calendar: Calendar, rule_set: RuleSet, vn: Local, requested: str, effect: str
) -> None:
    asked = vn(f"2026-03-02T{requested}")
    pause = Pause(requested_at=asked, completed_at=vn("2026-03-03T09:00"))
    explained = clock(calendar, rule_set, vn("2026-03-02T08:00"), Term(value=2, unit="hour"), (pause,))
    assert explained.entries[0].effects["pause"].effect == effect


def test_a_procedure_has_every_field_of_its_record() -> None:
    found = parse_procedure(record(qms_ref="QT-07", steps=[step("TL", 1, "hour") | {"name": "Thụ lý"}]))
    assert (found.field, found.qms_ref, found.steps[0].name) == ("Bảo trợ xã hội", "QT-07", "Thụ lý")
    assert parse_procedure(record(valid_until=date(2025, 7, 1))).valid_until == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "it has no code, version or name"),
        ({"terms": {}}, "it has no standard term"),
        ({"valid_until": date(2025, 6, 30)}, "valid_until lies before valid_from"),
        ({"level": "village"}, "its level is none of ministry, province, commune"),
        ({"steps": [step("TL", 1, "hour"), step("TL", 1, "hour")]}, "two steps have one code"),
        ({"source": "", "agency_legs": 1}, "its source or source_status is missing; a flag is neither true nor false"),
    ],
)
def test_a_refused_procedure_says_what_is_wrong_with_it(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProcedureError, match=f"(^|[:;] ){message}($|;)"):
        parse_procedure(record(**fields))


def rule_set_data(**parameters: Any) -> dict[str, Any]:
    data = copy.deepcopy(tomllib.loads(DATA.read_text(encoding="utf-8")))
    for name, value in parameters.items():
        data["parameters"][name]["value"] = value
    return data


def test_a_rule_set_has_the_names_roles_and_sources_of_its_file() -> None:
    data = rule_set_data()
    found = parse_rule_set(data)
    assert (found.name, found.name_en) == (data["name"], data["name_en"])
    rungs = {row["name"]: tuple(row["to_roles"]) for row in data["parameters"]["ladder"]["value"]}
    assert {rung.name: rung.to_roles for rung in found.ladder} == rungs
    assert found.ladder[-1].only_before is not None  # measured against one that stands before it
    row = data["parameters"]["supplement_policy"]
    expected = ParameterSource(source=row["source"], status=row["status"], rules=tuple(row["rules"]))
    assert found.sources["supplement_policy"] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("back_dating_tolerance_minutes", 0),
        ("apology_short_term_working_days", 0),
        ("max_reappointments", 0),
        ("pausing_causes", ["supplement", "financial_duty"]),
        (
            "ladder",
            [{"name": "A1", "remaining_percent": 1}, {"name": "A0", "remaining_percent": 99, "only_before": "A1"}],
        ),
    ],
)
def test_a_parameter_at_the_edge_of_sense_is_taken(name: str, value: Any) -> None:
    parse_rule_set(rule_set_data(**{name: value}))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"supplement_policy": "x", "same_day_cut_off": 9},
            "vn-2025.1: no sense in supplement_policy, same_day_cut_off",
        ),
        ({"back_dating_tolerance_minutes": -1}, "no sense in back_dating_tolerance_minutes"),
        ({"hours_per_working_day": 0}, "no sense in hours_per_working_day"),
        ({"apology_short_term_working_days": -1}, "no sense in apology_short_term_working_days"),
        ({"ladder": [{"name": "A1", "remaining_percent": 0}]}, "no sense in ladder"),
        ({"pausing_causes": 5}, "rule set vn-2025.1: missing or wrong field"),
    ],
)
def test_a_refused_rule_set_says_what_is_wrong_with_it(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRuleSetError, match=f"{message}"):
        parse_rule_set(rule_set_data(**parameters))


def test_a_parameter_of_an_unknown_status_is_refused() -> None:
    data = rule_set_data()
    data["parameters"]["ladder"]["status"] = "rumour"
    with pytest.raises(InvalidRuleSetError, match=r"no sense in status$"):
        parse_rule_set(data)


def test_the_due_dates_of_the_other_clocks_are_whole(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    """Each of them has its start, its day and the cut-off of the rule set, as a due date of a term has."""
    same_day, at = Term(value=1, unit="same_day"), vn("2026-03-02T16:30")
    assert step_due(calendar, at, same_day, rule_set).due_on == date(2026, 3, 3)
    consulted = consultation_due(calendar, at, same_day, None, rule_set)
    assert consulted is not None
    assert consulted.due_on == date(2026, 3, 3)
    assert transfer_due(calendar, vn("2026-03-01T09:00"), rule_set).effective_start_at == vn("2026-03-02T07:30")
    assert intake_due(calendar, at, rule_set).rule == "DR-10"
    whole = due(calendar, at, Term(value=5, unit="working_day"), rule_set)
    leg = agency_due(calendar, whole, vn("2026-03-03T08:00"), rule_set)
    assert (leg.due_at, leg.due_on) == (vn("2026-03-06T17:00"), date(2026, 3, 6))
