"""One dossier's events become one row: what each event says, and what the row then holds."""

import dataclasses
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from events.dossier import DossierCodeAssigned, DossierReopened, DossierTransferred, IntegrityFlagRaised
from services.stats.domain.facts import DossierFacts, fold
from services.stats.domain.levels import Places, place_units
from services.stats.domain.periods import FAR_FUTURE
from services.stats.domain.rows import DossierKey, known_event
from tests.unit.stats.dossiers import WARD, Dossier, at, golden_week
from tests.unit.stats.places import places_of
from tests.unit.stats.random_dossiers import COMMUNES, DISTRICTS, PROVINCE, three_levels

NOWHERE = Places([])
ACCEPTED = at("2026-03-02", "08:00")
DUE = at("2026-03-09", "17:00")


def facts_of(dossier: Dossier, places: Places = NOWHERE) -> DossierFacts:
    known = [known_event(event) for event in dossier.events]
    facts = fold(DossierKey(dossier.opened_on, dossier.name), known, places)
    assert facts is not None
    return facts


def accepted(**fields: object) -> Dossier:
    return Dossier("D", **fields).accepted(ACCEPTED).due_at(DUE)  # type: ignore[arg-type]


def test_an_open_dossier_has_its_deadline_and_no_end() -> None:
    facts = facts_of(accepted(channel=2))

    assert (facts.accepted_at, facts.channel, facts.unit_id, facts.held_by_unit_id) == (ACCEPTED, 2, WARD, WARD)
    assert facts.original_due_at == facts.lawful_due_at == facts.promised_due_at == DUE
    assert (facts.due_on, facts.classify_by, facts.due_history) == (date(2026, 3, 9), "date", [(ACCEPTED, DUE)])
    assert (facts.ended_at, facts.ended_on, facts.ended_by, facts.outcome) == (None, None, "", "open")
    assert (facts.dossier_code, facts.procedure_code, facts.version) == ("H-D", "1.001", 2)


def test_nothing_is_known_of_a_dossier_before_its_acceptance_came() -> None:
    dossier = accepted()
    only_deadline = [known_event(dossier.events[1])]

    assert fold(DossierKey(dossier.opened_on, "D"), only_deadline, NOWHERE) is None


@pytest.mark.parametrize(
    ("ended_at", "outcome"),
    [
        (at("2026-03-08", "23:59"), "early"),
        (at("2026-03-09", "08:00"), "on_time"),
        (at("2026-03-09", "23:00"), "on_time"),  # after the due instant, but on the due day (DR-08)
        (at("2026-03-10", "00:00"), "late"),
    ],
)
def test_a_day_term_is_judged_by_the_day(ended_at: object, outcome: str) -> None:
    facts = facts_of(accepted().ready(ended_at))  # type: ignore[arg-type]

    assert (facts.outcome, facts.ended_by) == (outcome, "result-ready-at-counter.v1")


@pytest.mark.parametrize(("minutes", "outcome"), [(-1, "early"), (0, "on_time"), (1, "late")])
def test_an_hour_term_is_judged_by_the_instant(minutes: int, outcome: str) -> None:
    dossier = Dossier("D").accepted(ACCEPTED).due_at(DUE, classify_by="instant")

    assert facts_of(dossier.ready(DUE + timedelta(minutes=minutes))).outcome == outcome


def test_the_day_is_that_of_the_calendars_zone() -> None:
    # 23:30 in Amsterdam is the next morning in Vietnam.
    due, ended = at("2026-03-10", "04:00"), at("2026-03-10", "05:30")
    dossier = Dossier("D").accepted(ACCEPTED).due_at(due, time_zone="Europe/Amsterdam").ready(ended)

    facts = facts_of(dossier)

    assert (facts.ended_on, facts.due_on, facts.outcome) == (date(2026, 3, 9), date(2026, 3, 9), "on_time")


def test_without_a_known_deadline_an_ending_is_unknown_and_never_on_time() -> None:
    assert facts_of(Dossier("D").accepted(ACCEPTED).ready(DUE)).outcome == "unknown"


@pytest.mark.parametrize("ending", ["withdrawn", "stopped", "returned"])
def test_endings_without_a_result_terminate(ending: str) -> None:
    facts = facts_of(getattr(accepted(), ending)(at("2026-03-20")))

    assert (facts.outcome, facts.ended_at) == ("terminated", at("2026-03-20"))


def test_the_first_ending_counts() -> None:
    facts = facts_of(accepted().ready(at("2026-03-05")).stopped(at("2026-03-20")).delivered(at("2026-03-21")))

    assert (facts.outcome, facts.ended_at, facts.delivered_at) == ("early", at("2026-03-05"), at("2026-03-21"))


def test_a_supplement_pauses_and_moves_the_lawful_due_date_but_never_the_original() -> None:
    asked, answered, moved_to = at("2026-03-04"), at("2026-03-06"), at("2026-03-13", "17:00")
    facts = facts_of(
        accepted().supplement_requested(asked).supplement_completed(answered).due_moved(moved_to, answered)
    )

    assert facts.pauses == [(asked, answered)]
    assert facts.due_history == [(ACCEPTED, DUE), (answered, moved_to)]
    assert (facts.original_due_at, facts.lawful_due_at, facts.due_on) == (DUE, moved_to, date(2026, 3, 13))


def test_an_open_pause_lasts_into_the_far_future() -> None:
    assert facts_of(accepted().supplement_requested(at("2026-03-04"))).pauses == [(at("2026-03-04"), FAR_FUTURE)]


def test_a_re_appointment_moves_only_the_promise_and_cures_nothing() -> None:
    new_date = at("2026-03-20", "17:00")
    dossier = accepted().apologised(at("2026-03-06")).due_moved(new_date, at("2026-03-06"), "reappointment")

    facts = facts_of(dossier.ready(at("2026-03-12")))

    assert (facts.lawful_due_at, facts.promised_due_at, facts.outcome) == (DUE, new_date, "late")
    assert facts.due_history == [(ACCEPTED, DUE)]


def test_a_back_dated_ending_is_flagged_and_late_until_a_head_approves() -> None:
    ended = at("2026-03-09", "16:00")
    dossier = accepted().ready(ended, recorded_at=at("2026-03-10", "09:00"))
    doubtful = facts_of(dossier)
    approved = facts_of(dossier.approved_late_record(at("2026-03-10", "10:00")))

    assert (doubtful.outcome, doubtful.integrity_flag_count, doubtful.ended_at) == ("late", 1, ended)
    assert (approved.outcome, approved.integrity_flag_count, approved.ended_at) == ("on_time", 1, ended)


def test_the_class_is_copied_as_the_clock_stated_it_and_unknown_until_then() -> None:
    dossier = accepted().ready(at("2026-03-09", "10:00"))
    verdict = dossier.events.pop()
    assert facts_of(dossier).outcome == "unknown"
    wrong = replace(verdict.data, outcome="late", pause_outcome="early", is_backdated=True)
    dossier.events.append(replace(verdict, data=wrong))
    facts = facts_of(dossier)
    assert (facts.outcome, facts.pause_outcome, facts.is_backdated) == ("late", "early", True)
    assert facts.judged_due_at == DUE


def test_every_ending_keeps_its_own_verdict_and_every_reopening_is_kept() -> None:
    dossier = accepted().ready(at("2026-03-05")).reopened(at("2026-03-06")).stopped(at("2026-03-20"))
    facts = facts_of(dossier)
    assert [(one.ended_at, one.outcome, one.judged_due_at) for one in facts.endings] == [
        (at("2026-03-05"), "early", DUE), (at("2026-03-20"), "terminated", DUE)
    ]  # fmt: skip
    assert facts.reopenings == [at("2026-03-06")]
    assert (facts.ended_at, facts.outcome) == (at("2026-03-20"), "terminated")


def test_a_unit_that_only_held_it_takes_no_stock_with_it() -> None:
    facts = facts_of(accepted().transferred(7, at("2026-03-03")).reassigned(8, at("2026-03-04"), old_unit_id=7))
    assert [one.unit_id for one in facts.stays] == [WARD]
    assert facts.held_by_unit_id == 8


def test_what_the_clock_refused_changes_nothing() -> None:
    """A reopening that lies before the end, and a second ending: flagged by the clock, passed over here."""
    dossier = accepted().ready(at("2026-03-05")).stopped(at("2026-03-06"))
    before = facts_of(dossier)
    dossier.apply(DossierReopened(reason="khiếu nại", approver_id="b"), at("2026-03-04"))
    dossier.refused(dossier.events[-1])
    after = facts_of(dossier)
    assert (after.ended_at, after.outcome) == (before.ended_at, before.outcome) == (at("2026-03-05"), "early")


def test_what_intake_flagged_of_history_still_counts() -> None:
    dossier = accepted(is_history=True)
    dossier.apply(DossierTransferred(to_unit_id=88), at("2026-03-03"))
    target = dossier.events[-1].envelope.event_id
    flag = IntegrityFlagRaised(kind="order", rule="domain 4.3: out-of-order", detail="", target_event_id=target)
    assert facts_of(dossier.apply(flag, at("2026-03-03"))).held_by_unit_id == 88


def test_a_pause_opened_after_the_due_date_never_cures_the_breach() -> None:
    asked = DUE + timedelta(hours=20)

    assert facts_of(accepted().supplement_requested(asked)).pauses == []
    assert facts_of(accepted().supplement_requested(DUE)).pauses == [(DUE, FAR_FUTURE)]


@pytest.mark.parametrize(
    ("recorded_at", "is_history"),
    [
        (at("2026-03-09", "23:50"), False),  # still the due day when it was recorded
        (at("2026-03-10", "00:10"), False),  # within the 15 minutes, since it happened at 23:58
        (at("2026-04-10", "09:00"), True),  # taken over from another register
    ],
)
def test_recording_later_is_not_back_dating_as_long_as_it_couldnt_hide_lateness(
    recorded_at: object, is_history: bool
) -> None:
    ended = at("2026-03-09", "23:58") if recorded_at == at("2026-03-10", "00:10") else at("2026-03-09", "10:00")
    facts = facts_of(accepted(is_history=is_history).ready(ended, recorded_at))  # type: ignore[arg-type]

    assert (facts.outcome, facts.integrity_flag_count) == ("on_time", 0)


LATEST = at("2026-03-06", "17:00")


@pytest.mark.parametrize(
    ("sent_at", "apology_class"),
    [
        (LATEST, "sent_in_time"),
        (LATEST + timedelta(minutes=1), "sent_before_breach"),
        (DUE, "sent_before_breach"),
        (DUE + timedelta(minutes=1), "sent_late"),
        (None, "missing"),
    ],
)
def test_an_owed_apology_has_a_class(sent_at: object, apology_class: str) -> None:
    dossier = accepted()
    if sent_at:
        dossier.apologised(sent_at)  # type: ignore[arg-type]
    facts = facts_of(dossier.breached(DUE, 77).apology_owed(DUE, LATEST, 77))

    assert (facts.apology_class, facts.apology_due_at, facts.apology_latest_at) == (apology_class, DUE, LATEST)
    assert (facts.breached_at, facts.breach_unit_id) == (DUE, 77)


def test_a_letter_that_was_not_needed_in_the_end_has_no_class() -> None:
    facts = facts_of(accepted().apologised(at("2026-03-06")).ready(at("2026-03-09")))

    assert (facts.apology_class, facts.apology_sent_at) == ("", at("2026-03-06"))


def test_a_transfer_changes_who_holds_it_but_not_where_it_counts() -> None:
    facts = facts_of(accepted().transferred(88, at("2026-03-03")))

    assert (facts.unit_id, facts.held_by_unit_id) == (WARD, 88)


def test_corrections_and_flags_are_counted() -> None:
    facts = facts_of(
        accepted().corrected(at("2026-03-03")).corrected(at("2026-03-04")).flagged("order", at("2026-03-05"))
    )

    assert (facts.correction_count, facts.integrity_flag_count) == (2, 1)


@pytest.mark.parametrize(
    ("unit_id", "day", "levels"),
    [
        (COMMUNES[0], "2025-06-30", (PROVINCE, DISTRICTS[0], COMMUNES[0])),
        (COMMUNES[1], "2025-07-01", (PROVINCE, 0, COMMUNES[1])),
        (COMMUNES[0], "2025-07-01", (0, 0, 0)),  # merged away: not registered any more
        (DISTRICTS[0], "2025-06-01", (PROVINCE, DISTRICTS[0], 0)),
        (PROVINCE, "2025-06-01", (PROVINCE, 0, 0)),
        (4711, "2025-06-01", (0, 0, 0)),
    ],
)
def test_the_levels_are_those_of_the_day_of_acceptance(unit_id: int, day: str, levels: tuple[int, int, int]) -> None:
    places = places_of(place_units(three_levels()))
    facts = facts_of(Dossier("D", unit_id).accepted(at(day, "00:00")), places)

    assert (facts.province_id, facts.district_id, facts.commune_id) == levels


def test_the_golden_week_has_the_outcomes_of_the_law() -> None:
    outcomes = {dossier.name: facts_of(dossier).outcome for dossier in golden_week()}

    assert outcomes == {
        "D01": "early", "D02": "on_time", "D03": "late", "D04": "open", "D05": "early", "D06": "open", "D07": "open",
        "D09": "terminated", "D10": "terminated", "D11": "early", "D12": "open",
    }  # fmt: skip


def test_a_dossier_is_found_by_each_code_and_counts_once() -> None:
    """DR-30: what was accepted again under a new code changes nothing else of the facts."""
    plain = facts_of(accepted().ready(at("2026-03-08")))
    again = DossierCodeAssigned(code="G22.1", previous_code="H-D", resent_acceptance=MappingProxyType({}))
    told = accepted().apply(again, at("2026-03-03")).apply(DossierCodeAssigned(code="G22.2"), at("2026-03-04"))
    facts = facts_of(told.apply(again, at("2026-03-05")).ready(at("2026-03-08")))
    assert facts.further_codes == ["G22.1", "G22.2"]
    assert facts == dataclasses.replace(plain, further_codes=facts.further_codes, version=plain.version + 3)
