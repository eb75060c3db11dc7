"""The facts of a dossier as two persons corrected it: the picture changes, the class stays the clock's (B20)."""

from datetime import date

import pytest

from events.deadline import ClockNotArmed
from services.stats.domain.facts import DossierFacts
from services.stats.domain.levels import place_units
from tests.unit.stats.dossiers import WARD, Dossier, at
from tests.unit.stats.places import places_of
from tests.unit.stats.random_dossiers import COMMUNES, PROVINCE, three_levels
from tests.unit.stats.test_facts import ACCEPTED, DUE, accepted, facts_of

LATER = at("2026-03-20")


def corrected(dossier: Dossier, number: int, **fields: object) -> DossierFacts:
    return facts_of(dossier.corrected(LATER, number, **fields))


def test_the_receiving_unit_and_its_levels_are_those_of_the_correction() -> None:
    places = places_of(place_units(three_levels()))
    wrong = Dossier("D", unit_id=COMMUNES[1]).accepted(ACCEPTED).due_at(DUE)
    facts = facts_of(wrong.corrected(LATER, 1, unitid=COMMUNES[2]), places)
    assert (facts.unit_id, facts.province_id, facts.commune_id) == (COMMUNES[2], PROVINCE, COMMUNES[2])
    assert (facts.held_by_unit_id, facts.correction_count) == (COMMUNES[2], 1)


def test_the_acceptance_counts_at_its_corrected_time_and_its_first_due_date_is_known_from_then() -> None:
    facts = corrected(accepted(), 1, time="2026-02-27T08:00:00+07:00")
    assert facts.accepted_at == at("2026-02-27")
    assert facts.due_history == [(at("2026-02-27"), DUE)]
    assert facts.lawful_due_at == DUE  # what is due is the clock's to say


def test_the_procedure_is_that_of_the_correction() -> None:
    facts = corrected(accepted(), 1, procedure_code="2.002", procedure_name="Cấp bản sao")
    assert (facts.procedure_code, facts.procedure_name) == ("2.002", "Cấp bản sao")


def test_the_receiver_of_a_transfer_is_that_of_the_correction() -> None:
    assert corrected(accepted().transferred(88, at("2026-03-03")), 2, to_unit_id=89).held_by_unit_id == 89


def test_an_ending_counts_at_its_corrected_time_and_has_the_class_that_the_clock_stated() -> None:
    facts = corrected(accepted().ready(at("2026-03-06")), 2, time="2026-03-16T09:00:00+07:00")
    assert (facts.ended_at, facts.ended_on) == (at("2026-03-16", "09:00"), date(2026, 3, 16))
    assert facts.outcome == "early"  # until the clock has said otherwise


def test_an_ending_or_a_letter_never_counts_earlier_than_it_was_recorded() -> None:
    facts = corrected(accepted().ready(at("2026-03-16")), 2, time="2026-03-06T09:00:00+07:00")
    assert (facts.ended_at, facts.outcome) == (at("2026-03-16"), "late")
    facts = corrected(accepted().apologised(at("2026-03-16")), 2, time="2026-03-06T09:00:00+07:00")
    assert facts.apology_sent_at == at("2026-03-16")


def test_no_acceptance_counts_after_its_own_due_date() -> None:
    assert corrected(accepted(), 1, time="2026-03-09T17:00:00+07:00").accepted_at == DUE
    assert corrected(accepted(), 1, time="2026-03-09T17:00:01+07:00").accepted_at == ACCEPTED


def test_the_later_correction_of_a_field_wins_and_the_others_stay() -> None:
    dossier = accepted().corrected(LATER, 1, unitid=88, time="2026-02-27T08:00:00+07:00")
    facts = facts_of(dossier.corrected(LATER, 1, time="2026-02-26T08:00:00+07:00"))
    assert (facts.accepted_at, facts.unit_id, facts.correction_count) == (at("2026-02-26"), 88, 2)


@pytest.mark.parametrize(
    "fields", [{"time": "soon"}, {"unitid": 0}, {"unitid": "88"}, {"procedure_code": 4}, {"term": 5, "unitid": 88}]
)
def test_what_another_writer_corrected_in_a_form_that_nobody_can_read_corrects_nothing(
    fields: dict[str, object],
) -> None:
    facts = corrected(accepted(), 1, **fields)
    assert (facts.accepted_at, facts.unit_id, facts.procedure_code) == (ACCEPTED, WARD, "1.001")
    assert facts.correction_count == 1


def test_a_correction_is_not_corrected_and_one_of_an_unknown_event_waits_for_it() -> None:
    dossier = accepted().corrected(LATER, 1, unitid=88)
    facts = facts_of(dossier.corrected(LATER, 2, corrected_fields={"unitid": 99}).corrected(LATER, 0, unitid=77))
    assert (facts.unit_id, facts.correction_count) == (88, 3)


def test_a_clock_that_can_not_go_on_leaves_no_stale_due_date() -> None:
    gone = ClockNotArmed(clock="dossier", clock_kind="dossier", code="calendar_exhausted", reason="hết lịch")
    facts = facts_of(accepted().conclude(gone, at("2026-03-05")))
    assert (facts.original_due_at, facts.lawful_due_at, facts.promised_due_at, facts.due_on) == (DUE, None, None, None)
    assert [due.year for _, due in facts.due_history] == [2026, 1970]


def test_a_calendar_that_nobody_knows_leaves_the_clock_and_its_due_date() -> None:
    unknown = ClockNotArmed(clock="dossier", clock_kind="dossier", code="unknown_calendar", reason="lịch lạ")
    assert facts_of(accepted().conclude(unknown, at("2026-03-05"))).lawful_due_at == DUE
