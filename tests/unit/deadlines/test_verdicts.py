"""What the clock judges and statistics copy: the class of each ending under every policy, and of each apology owed."""

from datetime import timedelta
from typing import Any

import pytest

from events.deadline import ApologyClassified, EndingClassified
from events.dossier import DossierTransferred
from tests.unit.deadlines.life import Life, Watch, at, kinds, local, one, only, recorded, term, told

LATE = ("2026-02-11T10:20", term(7))
"""Due on Friday 27/02/2026 17:00; an apology is in time until the close of the 26th."""


def ending_class(life: Life) -> EndingClassified:
    data = one(told(life), "met", "ended").data
    assert isinstance(data, EndingClassified)
    return data


def outcomes(data: EndingClassified) -> tuple[str, str, str, str]:
    return data.outcome, data.pause_outcome, data.restart_outcome, data.qd766_outcome


def apology_classes(life: Life, until: str = "2026-06-01T00:00") -> list[tuple[str, Any]]:
    found = [event.data for event in only(told(life, until), "apology-classified")]
    return [(data.apology_class, local(data.sent_at)) for data in found if isinstance(data, ApologyClassified)]


@pytest.mark.parametrize(
    ("ended_at", "outcome"),
    [("2026-02-26T23:59", "early"), ("2026-02-27T23:59", "on_time"), ("2026-02-28T00:00", "late")],
)
def test_an_ending_is_classed_by_its_day_and_names_the_due_date_that_judged_it(ended_at: str, outcome: str) -> None:
    data = ending_class(Life().accepted(*LATE).ready(ended_at))
    assert outcomes(data) == (outcome, outcome, outcome, outcome)
    assert (local(data.judged_due_at), str(data.judged_due_on)) == ("2026-02-27 17:00", "2026-02-27")
    assert (data.classify_by, data.rule, data.is_backdated, data.is_approved) == ("date", "DR-08", False, False)


def test_three_policies_class_one_ending_differently() -> None:
    """4.4.4: the ten-day dossier of 03/03/2025, resolved on Monday 24/03."""
    life = Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").supplemented("2025-03-12T14:00")
    data = ending_class(life.ready("2025-03-24T09:00"))
    assert outcomes(data) == ("early", "late", "early", "late")
    assert local(data.judged_due_at) == "2025-03-26 17:00"


def test_an_ending_while_waiting_is_judged_as_if_the_clock_had_gone_on_then_and_766_at_the_request() -> None:
    life = Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").withdrawn("2025-04-10T09:00")
    data = ending_class(life)
    assert outcomes(data) == ("early", "early", "early", "early")
    assert local(data.judged_due_at) == "2025-04-21 17:00"  # seven of the ten days were left on 10/04 (B18)


def test_a_dossier_without_a_clock_has_an_unknown_class_and_no_due_date() -> None:
    data = ending_class(Life(procedure_code="9.999999").accepted("2026-03-02T08:00").ready("2026-03-03T08:00"))
    assert outcomes(data) == ("unknown",) * 4
    assert (data.judged_due_at, data.judged_due_on, data.classify_by, data.rule) == (None, None, None, "DR-09")


def test_what_was_recorded_late_is_late_under_every_policy_until_it_is_approved() -> None:
    life = Life().accepted(*LATE).ready("2026-02-27T09:00")
    life.events[-1] = recorded(life.events[-1], at("2026-03-02T08:00"))
    ending_id = life.events[-1].envelope.event_id
    data = ending_class(life)
    assert outcomes(data) == ("late",) * 4
    assert (data.rule, data.is_backdated, data.is_approved) == ("DR-31", True, False)
    first, second = (one.data for one in only(told(life.approved("2026-03-03T08:00")), "met", "ended"))
    assert isinstance(first, EndingClassified)
    assert isinstance(second, EndingClassified)
    assert first == data
    assert outcomes(second) == ("on_time",) * 4
    assert (second.target_event_id, second.is_backdated, second.is_approved) == (ending_id, True, True)


def test_history_is_judged_by_its_own_date() -> None:
    life = Life(is_history=True).accepted(*LATE).ready("2026-02-27T09:00")
    life.events[-1] = recorded(life.events[-1], at("2026-05-02T08:00"))
    assert outcomes(ending_class(life)) == ("on_time",) * 4


def test_each_ending_of_a_reopened_dossier_is_classed_for_itself() -> None:
    life = Life().accepted(*LATE).ready("2026-02-26T09:00").reopened("2026-02-26T10:00").ready("2026-03-04T09:00")
    found = [event.data for event in only(told(life), "met", "ended")]
    endings = [event.envelope.event_id for event in life.events if "ready" in event.envelope.event_type]
    classes = [(one.target_event_id, one.outcome) for one in found if isinstance(one, EndingClassified)]
    assert classes == [(endings[0], "early"), (endings[1], "late")]


@pytest.mark.parametrize(
    ("sent_at", "apology_class"),
    [
        ("2026-02-26T17:00", "sent_in_time"),
        ("2026-02-26T17:01", "sent_before_breach"),
        ("2026-02-27T17:00", "sent_before_breach"),
        ("2026-02-27T17:01", "sent_late"),
    ],
)
def test_a_letter_is_classed_once_it_is_owed(sent_at: str, apology_class: str) -> None:
    life = Life().accepted(*LATE).apologised(sent_at)
    assert apology_classes(life) == [(apology_class, sent_at.replace("T", " "))]


def test_nothing_is_said_of_a_letter_that_is_missing_or_was_not_needed() -> None:
    assert apology_classes(Life().accepted(*LATE)) == []
    assert apology_classes(Life().accepted(*LATE).apologised("2026-02-26T09:00").ready("2026-02-27T09:00")) == []


def test_the_first_letter_counts_and_a_second_says_nothing() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00").apologised("2026-03-09T09:00")
    assert apology_classes(life) == [("sent_in_time", "2026-02-26 09:00")]


def test_a_waiver_is_a_class_until_a_letter_leaves_all_the_same() -> None:
    life = Life().accepted(*LATE).waived("2026-03-02T09:00")
    assert apology_classes(life) == [("waived", None)]
    assert apology_classes(life.apologised("2026-03-03T09:00")) == [("waived", None), ("sent_late", "2026-03-03 09:00")]


def test_a_waiver_before_the_breach_is_said_with_it() -> None:
    life = Life().accepted(*LATE).waived("2026-02-25T09:00")
    assert [kind for kind in kinds(told(life, "2026-02-28T00:00")) if "apology" in kind] == [
        "apology-required",
        "apology-classified",
    ]


def test_the_class_of_a_letter_names_who_held_the_dossier() -> None:
    life = (
        Life()
        .accepted(*LATE)
        .then("2026-02-12T09:00", DossierTransferred(to_unit_id=26735))
        .apologised("2026-02-26T09:00")
    )
    data = one(told(life, "2026-03-01T00:00"), "apology-classified").data
    assert isinstance(data, ApologyClassified)
    assert (data.held_by_unit_id, local(data.latest_at)) == (26735, "2026-02-26 17:00")


def test_a_second_fold_says_the_same_with_the_same_ids() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00").ready("2026-03-09T09:00")
    life.events[-1] = recorded(life.events[-1], at("2026-03-09T09:00") + timedelta(seconds=5))
    ids = [event.envelope.event_id for event in told(life)]
    assert ids == [event.envelope.event_id for event in told(life)]
    assert len(set(ids)) == len(ids)


LONG_AFTER = "2026-05-04T09:00"
"""More than thirty days after the last event: a finished dossier would have been forgotten (TIME-6)."""


def test_a_late_record_is_approved_however_long_it_waited() -> None:
    life = Life().accepted(*LATE).ready("2026-02-27T09:00")
    life.events[-1] = recorded(life.events[-1], at("2026-03-02T08:00"))
    target = life.events[-1].envelope.event_id
    assert kinds(told(life.approved(LONG_AFTER, target)))[-1] == "met on_time"


@pytest.mark.parametrize("what", ["letter", "waiver"])
def test_an_apology_that_is_owed_is_classed_however_late_it_comes(what: str) -> None:
    life = Life().accepted(*LATE).ready("2026-03-04T09:00")
    life = life.apologised(LONG_AFTER) if what == "letter" else life.waived(LONG_AFTER)
    expected = ("sent_late", LONG_AFTER.replace("T", " ")) if what == "letter" else ("waived", None)
    assert apology_classes(life) == [expected]


def test_a_finished_dossier_of_which_nothing_is_awaited_is_forgotten() -> None:
    watch = Watch()
    for event in Life().accepted(*LATE).ready("2026-02-26T09:00").events:
        watch.hear(event)
    watch.look(at(LONG_AFTER))
    assert watch.state is None


def test_what_is_judged_again_and_again_has_ids_of_its_own() -> None:
    """B10: two acts of one stage, and a number asked twice, are two things to say."""
    life = Life().feedback("2026-03-02T09:00")
    life.feedback_supplement("2026-03-03T09:00").feedback_supplement("2026-03-09T09:00")
    emitted = told(life, "2026-03-10T00:00")
    asked = Life().accepted("2026-03-02T08:00", term(10))
    for day in ("03", "05"):
        asked.consulted(f"2026-03-{day}T09:00", reply_due_at=at("2026-03-11T17:00"))
        asked.answered(f"2026-03-{day}T15:00")
    emitted += told(asked, "2026-03-10T00:00")
    ids = [event.envelope.event_id for event in emitted]
    assert len(set(ids)) == len(ids)
