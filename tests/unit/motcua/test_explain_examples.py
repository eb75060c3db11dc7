"""The worked examples of domain.md 4.4 come out of an explanation, with every day that an inspector would count."""

import json

import pytest

from tests.unit.deadlines.life import Life, at, term
from tests.unit.motcua.explained_lives import explained, explained_json, three_policies


@pytest.mark.parametrize(
    ("accepted", "days", "due"),
    [
        ("2023-10-27T09:32", 5, "2023-11-03"),
        ("2024-02-06T09:15", 5, "2024-02-20"),
        ("2024-04-26T10:00", 3, "2024-05-04"),
        ("2025-04-24T08:00", 5, "2025-05-05"),
        ("2026-02-11T10:20", 7, "2026-02-27"),
        ("2026-02-17T21:05", 3, "2026-02-26"),
        ("2026-03-09T17:00", 1, "2026-03-11"),
        ("2026-08-20T09:00", 10, "2026-09-07"),
        ("2026-11-20T09:00", 3, "2026-11-26"),
    ],
)
def test_working_days(accepted: str, days: int, due: str) -> None:
    (clock,) = explained_json(Life().accepted(accepted, term(days)))["clocks"]
    assert clock["lawful"] == {
        "computed": f"{due}T17:00:00+07:00",
        "recorded": f"{due}T17:00:00+07:00",
        "differs": False,
    }
    assert clock["counted_days"] == days == sum(day["counted"] for day in clock["days"])
    assert clock["days"][-1]["day"] == due


def test_a_day_off_has_its_name_and_its_law_and_a_make_up_day_counts() -> None:
    (clock,) = explained_json(Life().accepted("2026-08-20T09:00", term(10)))["clocks"]
    days = {day["day"]: day for day in clock["days"]}
    assert (days["2026-08-22"]["reason"], days["2026-08-22"]["counted"]) == ("make_up", True)
    assert (days["2026-09-02"]["reason"], days["2026-09-02"]["counted"]) == ("holiday", False)
    assert days["2026-09-02"]["legal_source"]
    assert (days["2026-08-20"]["reason"], days["2026-08-23"]["reason"]) == ("start_day", "weekend")
    assert "DR-07" in clock["rules"]


@pytest.mark.parametrize(
    ("accepted", "days", "asked", "answered", "dues"),
    [
        ("2025-03-03T09:00", 10, "2025-03-06T10:00", "2025-03-12T14:00", ("2025-03-17", "2025-03-21", "2025-03-26")),
        ("2026-02-04T09:00", 15, "2026-02-09T15:00", "2026-02-26T09:00", ("2026-03-04", "2026-03-16", "2026-03-19")),
        ("2026-03-02T08:00", 7, "2026-03-02T16:00", "2026-03-04T08:30", ("2026-03-11", "2026-03-13", "2026-03-13")),
        ("2026-03-02T08:00", 5, "2026-03-04T09:00", "2026-03-07T10:00", ("2026-03-09", "2026-03-12", "2026-03-16")),
    ],
)
def test_supplements(accepted: str, days: int, asked: str, answered: str, dues: tuple[str, str, str]) -> None:
    life = Life().accepted(accepted, term(days)).asked(asked).supplemented(answered)
    (clock,) = explained_json(life)["clocks"]
    found = {one["policy"]: one["due_at"][:10] for one in clock["policies"]}
    assert (clock["original"]["computed"][:10], found["pause"], found["restart"]) == dues
    # The days of the lawful due date add up to the whole term once more.
    assert clock["lawful_count"]["counted_days"] == days
    assert clock["lawful_count"]["days"][-1]["day"] == dues[2]


def test_one_dossier_under_three_policies() -> None:
    (clock,) = explained_json(three_policies())["clocks"]
    assert [
        (one["policy"], one["due_at"][:10], one["classification"], one["is_lawful"]) for one in clock["policies"]
    ] == [
        ("restart", "2025-03-26", "early", True),
        ("pause", "2025-03-21", "late", False),
        ("qd766", "2025-03-21", "late", False),
    ]
    assert (clock["outcome"], clock["ledger"][0]["working_days_waited"]) == ("early", 4)
    assert clock["apology_latest_at"] == "2025-03-25T17:00:00+07:00"


def test_the_ladders_stand_with_their_dates() -> None:
    (clock,) = explained_json(Life().accepted("2026-02-11T10:20", term(7)))["clocks"]
    assert {one["name"]: one["at"][:16] for one in clock["rungs"]} == {
        "A2": "2026-02-24T07:30",
        "A3": "2026-02-26T07:30",
        "A4": "2026-02-27T07:30",
        "B1": "2026-03-02T17:00",
        "B2": "2026-03-04T17:00",
        "B3": "2026-03-06T17:00",
    }


def test_a_duty_is_waited_for_and_its_days_stand_as_waited() -> None:
    life = Life(procedure_code="1.012817").accepted("2026-03-02T09:00", term(20)).owing("2026-03-05T09:00")
    clock = explained_json(life.paid("2026-03-10T09:00"))["clocks"][0]
    days = {day["day"]: day["reason"] for day in clock["lawful_count"]["days"]}
    assert [day for day, reason in days.items() if reason == "waited"] == ["2026-03-06", "2026-03-09", "2026-03-10"]
    assert clock["lawful_count"]["counted_days"] == 20
    assert clock["lawful"]["computed"][:10] == max(days)


def test_what_a_law_extended_is_not_counted_day_by_day() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).extended("2026-03-04T09:00", at("2026-03-20T17:00"))
    (clock,) = explained_json(life)["clocks"]
    assert clock["lawful_count"] is None
    assert (clock["ledger"][0]["cause"], clock["ledger"][0]["legal_basis"]) == ("extension", "Luật Đất đai")
    assert [move["rule"] for move in clock["moves"]] == ["DR-02", "DR-25"]


def test_a_stated_appointment_stands_beside_what_the_rules_give() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5), appointment_at=at("2026-03-06T16:00"))
    (clock,) = explained_json(life)["clocks"]
    assert (clock["given_by"], clock["days"], clock["lawful"]["computed"][:16]) == (
        "source_system",
        [],
        "2026-03-06T16:00",
    )
    assert clock["count_by_rules"]["due_at"][:10] == "2026-03-09"


def test_a_later_appointment_is_a_promise_beside_the_days_that_bind() -> None:
    explained = explained_json(Life().accepted("2026-03-02T09:00", term(5), appointment_at=at("2026-03-20T16:00")))
    (clock,) = explained["clocks"]
    assert (clock["given_by"], len(clock["days"]), clock["lawful"]["computed"][:16]) == ("rules", 8, "2026-03-09T17:00")
    assert clock["promised"]["computed"][:16] == "2026-03-20T16:00"
    assert [note["code"] for note in explained["notes"]] == ["later-than-the-term"]


def test_an_ending_while_waiting_is_judged_with_what_was_left_of_the_term_then() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).asked("2026-03-04T09:00").withdrawn("2026-04-01T09:00")
    (clock,) = explained_json(life)["clocks"]
    assert (clock["lawful"]["computed"][:10], clock["judged_due_at"][:10], clock["outcome"]) == (
        "2026-03-09",
        "2026-04-06",  # three of the five days were left on 01/04 (B18)
        "early",
    )


def test_a_reappointment_moves_the_promise_only() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).apologised("2026-03-06T09:00", at("2026-03-16T17:00"))
    (clock,) = explained_json(life)["clocks"]
    assert [clock[name]["computed"][:10] for name in ("original", "lawful", "promised")] == [
        "2026-03-09",
        "2026-03-09",
        "2026-03-16",
    ]
    assert clock["moves"][1]["cause"] == "reappointment"


def test_the_time_between_an_end_and_a_reopening_is_no_time_of_the_clock() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-11T09:00")
    (clock,) = explained_json(life)["clocks"]
    assert clock["ledger"][0]["cause"] == "reopening"
    assert clock["lawful"]["computed"][:10] == "2026-03-13"
    assert not clock["differs"]


def test_an_explanation_ends_where_an_event_is_missing_and_says_so() -> None:
    life = three_policies()
    del life.events[1]
    found = explained(life, [])
    assert [(note.fact.seq, note.code) for note in found.notes] == [(3, "gap")]
    assert [clock.kind for clock in found.clocks] == ["dossier"]


def test_the_trace_tells_each_step_with_the_clock_before_and_after_it() -> None:
    found = explained_json(three_policies())
    steps = [(one["event_type"], one["emitted"]) for one in found["trace"]]
    assert steps[2] == ("supplement-completed.v1", ["clock-restarted.v1", "deadline-moved.v1"])
    (change,) = found["trace"][2]["changes"]
    assert (change["before"]["lawful_due_at"][:10], change["after"]["lawful_due_at"][:10]) == (
        "2025-03-17",
        "2025-03-26",
    )
    moved = found["clocks"][0]["moves"][1]
    assert (moved["rule"], moved["inputs"]["pause_due_at"][:10]) == ("DR-21", "2025-03-21")


def test_an_explanation_is_plain_json() -> None:
    found = explained_json(three_policies())
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {
        "dossier_id", "dossier_code", "unit_id", "procedure_code", "procedure_name", "opened_at", "is_accepted", "ended_at",
        "ended_by", "outcome", "differs", "endings", "breaches", "obligations", "late_events", "clocks", "notes", "unexplained",
        "trace",
    }  # fmt: skip
    assert set(found["clocks"][0]) == {
        "name", "kind", "step_code", "started_at", "effective_start", "term", "basis", "rule", "rules", "calendar_id",
        "calendar_version", "rule_set_version", "due_at", "counted_days", "days", "ledger", "policies", "given_by",
        "is_provisional", "count_rules", "lawful_rule",
        "first_calendar_version", "first_count", "count_by_rules", "lawful_count", "original", "lawful", "promised",
        "judged_due_at", "is_waiting", "is_over", "ended_at", "ended_by", "outcome", "moves", "apology_latest_at", "rungs",
        "unexplained", "problem", "differs",
    }  # fmt: skip
