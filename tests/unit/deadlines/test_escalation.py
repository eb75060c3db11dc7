"""After the breach: B1 to B3, acknowledgement, second breach (4.6, AL-5, AR-05, ADR 0012)."""

from typing import Any

from events.deadline import EscalationRaised
from tests.unit.deadlines.life import Life, Watch, at, kinds, local, one, only, term, told, when_said


def late() -> Life:
    """The example of 4.6: due 27/02/2026."""
    return Life().accepted("2026-02-11T10:20", term(7))


def rungs(life: Life, until: str = "2026-06-01T00:00") -> list[str]:
    return [
        f"{local(event.envelope.occurred_at)} {getattr(event.data, 'rung', '')} {getattr(event.data, 'reason', '')}"
        for event in only(told(life, until), "escalation-raised")
    ]


def test_with_nobody_acting_the_example_comes_out() -> None:
    """B1 02/03, B2 04/03, B3 06/03, each when its day has passed."""
    assert rungs(late()) == [
        "2026-03-02 17:00 B1 no_apology",
        "2026-03-04 17:00 B2 still_open",
        "2026-03-06 17:00 B3 still_open",
    ]


def test_every_rung_names_whom_to_tell_and_until_when_it_is_acknowledged() -> None:
    found: dict[str, Any] = {}
    for event in only(told(late(), "2026-06-01T00:00"), "escalation-raised"):
        assert isinstance(event.data, EscalationRaised)
        found[event.data.rung] = (event.data.to_roles, local(event.data.acknowledge_by), event.data.held_by_unit_id)
    assert found == {
        "B1": (("head_of_unit", "committee_office"), "2026-03-03 17:00", 26734),
        "B2": (("vice_chair", "chair"), "2026-03-05 17:00", 26734),
        "B3": (("superior_level",), "2026-03-09 17:00", 26734),
    }


def test_a_letter_within_the_first_day_leaves_out_the_first_rung() -> None:
    assert rungs(late().apologised("2026-03-02T09:00")) == [
        "2026-03-04 17:00 B2 still_open",
        "2026-03-06 17:00 B3 still_open",
    ]


def test_a_letter_before_the_breach_leaves_out_the_first_rung_too() -> None:
    assert rungs(late().apologised("2026-02-26T09:00"))[0].startswith("2026-03-04 17:00 B2")


def test_a_waived_letter_leaves_out_the_first_rung() -> None:
    assert rungs(late().waived("2026-03-02T09:00"))[0] == "2026-03-04 17:00 B2 still_open"


def test_a_dossier_that_ended_late_without_a_letter_is_escalated_for_the_letter() -> None:
    assert rungs(late().ready("2026-03-02T09:00")) == [
        "2026-03-02 17:00 B1 no_apology",
        "2026-03-04 17:00 B2 no_apology",
        "2026-03-06 17:00 B3 no_apology",
    ]


def test_a_matter_that_is_settled_before_the_first_rung_is_left() -> None:
    assert rungs(late().apologised("2026-02-26T09:00").ready("2026-03-02T09:00")) == []
    assert rungs(late().ready("2026-03-02T09:00").waived("2026-03-02T10:00")) == []


def test_a_matter_that_is_settled_and_acknowledged_is_left() -> None:
    life = late().acknowledged("2026-03-03T09:00", "B1").apologised("2026-03-03T10:00").ready("2026-03-03T11:00")
    assert rungs(life) == ["2026-03-02 17:00 B1 no_apology"]


def test_a_settled_matter_that_nobody_acknowledged_goes_to_the_next_rung() -> None:
    """AL-5: each escalation needs acknowledgement within one working day, else the next rung."""
    life = late().apologised("2026-03-03T10:00").ready("2026-03-03T11:00")
    assert rungs(life) == [
        "2026-03-02 17:00 B1 no_apology",
        "2026-03-04 17:00 B2 not_acknowledged",
        "2026-03-06 17:00 B3 not_acknowledged",
    ]


def test_an_acknowledgement_after_its_working_day_comes_too_late() -> None:
    life = late().apologised("2026-03-03T10:00").ready("2026-03-03T11:00").acknowledged("2026-03-04T09:00", "B1")
    assert rungs(life)[1:] == ["2026-03-04 17:00 B2 not_acknowledged", "2026-03-06 17:00 B3 not_acknowledged"]


def test_an_acknowledgement_on_the_last_minute_is_in_time() -> None:
    life = late().apologised("2026-03-03T10:00").ready("2026-03-03T11:00").acknowledged("2026-03-03T17:00", "B1")
    assert rungs(life) == ["2026-03-02 17:00 B1 no_apology"]


def test_acknowledging_another_rung_acknowledges_nothing() -> None:
    life = late().apologised("2026-03-03T10:00").ready("2026-03-03T11:00").acknowledged("2026-03-03T12:00", "B2")
    assert rungs(life)[1] == "2026-03-04 17:00 B2 not_acknowledged"


def test_an_open_dossier_climbs_on_however_well_it_is_acknowledged() -> None:
    life = late().acknowledged("2026-03-03T09:00", "B1").apologised("2026-03-03T10:00")
    life.acknowledged("2026-03-05T09:00", "B2")
    assert [rung[17:19] for rung in rungs(life)] == ["B1", "B2", "B3"]


def test_a_letter_still_owed_climbs_on_after_the_end_though_acknowledged() -> None:
    life = (
        late().ready("2026-03-02T09:00").acknowledged("2026-03-03T09:00", "B1").acknowledged("2026-03-05T09:00", "B2")
    )
    assert [rung[17:] for rung in rungs(life)] == ["B1 no_apology", "B2 no_apology", "B3 no_apology"]


def test_the_apology_after_an_end_stops_the_climb_when_the_last_rung_is_acknowledged() -> None:
    life = late().ready("2026-03-02T09:00").acknowledged("2026-03-03T09:00", "B1").apologised("2026-03-04T09:00")
    assert rungs(life) == ["2026-03-02 17:00 B1 no_apology"]


def test_a_second_breach_goes_to_the_superior_level_at_once() -> None:
    life = late().apologised("2026-02-26T09:00", at("2026-03-03T17:00"))
    emitted = told(life, "2026-06-01T00:00")
    assert when_said(only(emitted, "second-breach", "escalation")) == [
        "2026-03-04 00:00 second-breach-recorded",
        "2026-03-04 00:00 escalation-raised B3",
        "2026-03-04 17:00 escalation-raised B2",
    ]
    assert getattr(only(emitted, "escalation")[0].data, "reason", "") == "second_breach"


def test_a_second_breach_after_the_last_rung_does_not_raise_it_again() -> None:
    life = late().apologised("2026-02-26T09:00", at("2026-03-12T17:00"))
    emitted = told(life, "2026-06-01T00:00")
    assert [kind for kind in kinds(emitted) if kind.startswith(("second", "escalation"))] == [
        "escalation-raised B2",
        "escalation-raised B3",
        "second-breach-recorded",
    ]


def test_a_rung_beyond_the_covered_calendar_is_left_out() -> None:
    life = Life().accepted("2036-12-19T08:00", term(7))
    assert [rung[:19] for rung in rungs(life, "2037-06-01T00:00")] == ["2036-12-31 17:00 B1"]
    raised = one(told(life, "2037-06-01T00:00"), "escalation-raised").data
    assert getattr(raised, "acknowledge_by", "") is None


def test_an_early_or_punctual_end_is_never_escalated() -> None:
    assert rungs(late().ready("2026-02-27T20:00")) == []


def test_a_part_of_the_way_is_never_escalated() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).step("2026-03-02T09:00", budget=term(2))
    assert not only(told(life, "2026-03-25T00:00"), "escalation", "apology-required")


def test_every_rung_is_raised_once_however_often_it_is_looked_at() -> None:
    watch = Watch()
    watch.hear(late().events[0])
    for day in range(1, 10):
        watch.look(at(f"2026-03-0{day}T18:00"))
        watch.look(at(f"2026-03-0{day}T18:00"))
    assert [kind for kind in kinds(watch.emitted) if kind.startswith("escalation")] == [
        "escalation-raised B1",
        "escalation-raised B2",
        "escalation-raised B3",
    ]
