"""A dossier has many clocks and a long way: which of it changes its row of facts, and which does not."""

import pytest
from msgspec.structs import replace

from events.deadline import ApologyLapsed, ClockNotArmed
from services.stats.domain.periods import FAR_FUTURE
from tests.unit.stats.dossiers import WARD, Dossier, at
from tests.unit.stats.test_facts import ACCEPTED, DUE, accepted, facts_of

OTHER = 77
DAY = at("2026-03-04")
NEXT = at("2026-03-05")
LATER = at("2026-03-12", "17:00")


def test_a_due_date_is_computed_anew_for_the_whole_dossier_only() -> None:
    facts = facts_of(accepted().recomputed(LATER, DAY))
    of_a_step = facts_of(accepted().recomputed(LATER, DAY, "step"))

    assert (facts.lawful_due_at, facts.original_due_at) == (LATER, DUE)
    assert facts.due_history == [(ACCEPTED, DUE), (DAY, LATER)]
    assert of_a_step.lawful_due_at == DUE


def test_the_mark_of_a_provisional_due_date_is_copied_and_goes_when_the_clock_takes_it_back() -> None:
    dossier = accepted()
    dossier.events[-1] = replace(dossier.events[-1], data=replace(dossier.events[-1].data, is_provisional=True))
    assert facts_of(dossier).is_provisional
    assert not facts_of(dossier.recomputed(LATER, DAY)).is_provisional
    assert not facts_of(accepted()).is_provisional


def test_an_obligation_stops_the_clock_when_the_clock_says_so() -> None:
    assert facts_of(accepted().clock_paused(DAY)).pauses == [(DAY, FAR_FUTURE)]
    assert facts_of(accepted().clock_paused(DAY).clock_resumed(NEXT)).pauses == [(DAY, NEXT)]
    assert facts_of(accepted().clock_paused(DAY, "supplement")).pauses == [(DAY, FAR_FUTURE)]
    assert facts_of(accepted().clock_paused(DAY, kind="step")).pauses == []


def test_a_supplement_and_an_obligation_are_two_pauses() -> None:
    dossier = accepted().clock_paused(DAY).clock_resumed(NEXT).supplement_requested(at("2026-03-06"))

    assert facts_of(dossier).pauses == [(DAY, NEXT), (at("2026-03-06"), FAR_FUTURE)]


def test_a_pause_ends_with_the_dossier_or_with_its_clock() -> None:
    assert facts_of(accepted().clock_paused(DAY).stopped(NEXT)).pauses == [(DAY, NEXT)]
    gone = ClockNotArmed(clock="dossier", clock_kind="dossier", code="calendar_exhausted", reason="hết lịch")
    assert facts_of(accepted().clock_paused(DAY).conclude(gone, NEXT)).pauses == [(DAY, NEXT)]


def test_a_refused_transfer_gives_the_dossier_back() -> None:
    assert facts_of(accepted().transferred(OTHER, DAY)).held_by_unit_id == OTHER
    assert facts_of(accepted().transferred(OTHER, DAY).transfer_refused(NEXT)).held_by_unit_id == WARD
    received = accepted().transferred(OTHER, DAY).transfer_received(NEXT)
    assert facts_of(received).held_by_unit_id == OTHER
    assert facts_of(received.transfer_refused(NEXT)).held_by_unit_id == OTHER


def test_a_reorganisation_changes_the_holder_and_no_due_date() -> None:
    facts = facts_of(accepted().reassigned(OTHER, DAY))

    assert (facts.held_by_unit_id, facts.unit_id, facts.lawful_due_at) == (OTHER, WARD, DUE)


def test_a_reopening_takes_the_ending_back_and_a_later_one_counts() -> None:
    dossier = accepted().supplement_requested(DAY).stopped(NEXT).reopened(at("2026-03-06"))
    again = facts_of(dossier)
    ended = facts_of(dossier.ready(at("2026-03-10")))

    assert (again.outcome, again.ended_at, again.ended_by) == ("open", None, "")
    assert again.pauses == [(DAY, NEXT)]
    assert (ended.outcome, ended.ended_at) == ("late", at("2026-03-10"))


def test_a_delivery_before_the_reopening_is_none() -> None:
    dossier = accepted().ready(DAY).delivered(DAY).reopened(NEXT)

    assert facts_of(dossier).delivered_at is None
    assert facts_of(dossier.reopened(NEXT)).outcome == "open"


def owed() -> Dossier:
    return accepted().breached(DUE).apology_owed(DUE, at("2026-03-06", "17:00"))


def test_a_waived_apology_has_a_class_of_its_own_unless_a_letter_was_sent() -> None:
    assert facts_of(owed()).apology_class == "missing"
    assert facts_of(owed().apology_waived(LATER)).apology_class == "waived"
    sent = owed().apologised(LATER).apology_waived(LATER)
    assert facts_of(sent).apology_class == "sent_late"


@pytest.mark.parametrize("reason", ["ended_in_time", "due_moved", "clock_paused"])
def test_an_obligation_that_lapsed_is_none_but_its_letter_stays_known(reason: str) -> None:
    facts = facts_of(owed().apologised(LATER).apology_lapsed(reason, LATER))

    assert (facts.apology_class, facts.apology_required_at, facts.apology_due_at) == ("", None, None)
    assert facts.apology_sent_at == LATER


def test_an_obligation_that_comes_to_be_again_after_it_lapsed_is_that_of_its_breach() -> None:
    dossier = owed().apology_lapsed("due_moved", LATER).apology_owed(LATER, LATER, OTHER)
    facts = facts_of(dossier)

    assert (facts.apology_required_at, [(one.due_at, one.unit_id) for one in facts.obligations]) == (DUE, [(DUE, WARD)])


def test_each_missed_due_date_has_an_obligation_of_its_own() -> None:
    """B19: a letter for the first, none for the second, which another unit held."""
    dossier = owed().apologised(LATER).due_moved(LATER, LATER, "reopening").apology_owed(LATER, LATER, OTHER)
    first, second = facts_of(dossier).obligations

    assert (first.due_at, first.unit_id, first.apology_class) == (DUE, WARD, "sent_late")
    assert (second.due_at, second.unit_id) == (LATER, OTHER)


def test_a_lapse_takes_back_the_obligation_that_it_names_and_no_earlier_one() -> None:
    dossier = (
        owed().due_moved(LATER, LATER, "reopening").apology_owed(LATER, LATER).apology_lapsed("clock_paused", LATER)
    )

    assert [one.due_at for one in facts_of(dossier).obligations] == [DUE]


@pytest.mark.parametrize("later_seq", [0, 5])
def test_whether_an_obligation_stands_depends_on_no_order(later_seq: int) -> None:
    """A breach that time brought bears the number of the event that armed the clock, which may be an early one."""
    dossier = owed().apology_lapsed("clock_paused", LATER)
    dossier.seq = later_seq
    assert [one.due_at for one in facts_of(dossier.apology_owed(DUE, LATER)).obligations] == [DUE]


def test_a_lapse_that_named_no_due_date_took_back_the_latest_one() -> None:
    dossier = owed()
    dossier.conclude(ApologyLapsed(**dossier.due, clock="main", reason="due_moved", was_required=True), LATER)

    assert facts_of(dossier).obligations == []


def test_a_lapse_of_what_was_only_in_view_takes_no_obligation_back() -> None:
    """The breach of a due date that a wait had not moved stands earlier in the stream than the lapse before that wait."""
    dossier = accepted()
    dossier.seq += 1
    pending = ApologyLapsed(**dossier.due, clock="main", reason="clock_paused", was_required=False)
    dossier.conclude(pending, at("2026-03-04"))
    dossier.seq -= 1
    assert facts_of(dossier.apology_owed(DUE, at("2026-03-06", "17:00"))).apology_class == "missing"
