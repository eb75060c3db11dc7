"""What the table of states does not show: rounds of submission, who holds a dossier, second persons, new beginnings."""

from typing import Any

import pytest

from services.intake.domain.actions import Action, Refusal
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.decide import decide
from services.intake.domain.dossier import DossierState
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, action, rulebook
from tests.unit.intake.test_decide import outcome, sealed_by, state_after


def after(state: DossierState | None, one: Action) -> DossierState:
    return sealed_by(state, one)[-1].state


def refusal(state: DossierState | None, one: Action) -> Refusal:
    decision = decide(state, one, NOW)
    assert isinstance(decision, Refusal), decision
    return decision


def test_a_submission_is_submitted_again_after_guidance_and_keeps_its_day_when_it_is_accepted() -> None:
    state = state_after(["dossier-submitted.v1", "intake-guidance-issued.v1"])
    again = after(state, action("dossier-submitted.v1", 26, data={"round_no": 2, "procedure_code": "2.000001"}))
    assert outcome(again, action("intake-guidance-issued.v1", 27, data={"round_no": 1})) == "wrong-round"
    (sealed,) = sealed_by(again, action("dossier-accepted.v1", 28, unitid=9, data={"procedure_code": "2.000002"}))
    assert (str(sealed.structured["openedon"]), sealed.structured["procedurecode"]) == ("2026-03-02", "2.000002")
    assert sealed.state.held_by_unit_id == 9
    assert not sealed.state.is_submission_open


def test_the_first_submission_is_round_one() -> None:
    second = {"round_no": 2}
    assert outcome(None, action("dossier-submitted.v1", data=second)) == "wrong-round"
    told = action("dossier-submitted.v1", data=second, source=HISTORY_SOURCE, history=True)
    assert [one.event_type for one in sealed_by(None, told)] == ["dossier-submitted.v1", "integrity-flag-raised.v1"]


def test_an_acceptance_is_not_earlier_than_its_submission() -> None:
    state = after(None, action("dossier-submitted.v1", 5))
    assert outcome(state, action("dossier-accepted.v1", 4)) == "out-of-order"


def test_a_refused_transfer_gives_the_dossier_back_and_a_received_one_does_not() -> None:
    state = state_after(["dossier-accepted.v1", "dossier-transferred.v1"])
    assert state is not None
    assert state.held_by_unit_id == 77
    assert after(state, action("transfer-refused.v1", 9)).held_by_unit_id == 5
    received = after(state, action("transfer-received.v1", 9))
    assert received.held_by_unit_id == 77
    assert outcome(received, action("transfer-refused.v1", 10)) == "no-open-transfer"


def test_a_reorganisation_changes_the_holder_only() -> None:
    state = state_after(["dossier-accepted.v1"])
    moved = after(state, action("dossier-reassigned-by-reorganisation.v1", 9))
    assert state is not None
    assert (moved.held_by_unit_id, moved.last_clock_event_at) == (88, state.last_clock_event_at)


def test_one_thing_of_the_citizen_is_waited_for_at_a_time() -> None:
    owing = state_after(["dossier-accepted.v1", "financial-obligation-requested.v1"])
    assert refusal(owing, action("supplement-requested.v1", 9)).params == {"waiting_for": "financial_duty"}
    paid = after(owing, action("payment-received.v1", 9))
    assert paid.waiting_for == "none"
    assert outcome(paid, action("financial-obligation-exempted.v1", 10)) == "no-open-obligation"
    waiting = after(paid, action("supplement-requested.v1", 10))
    assert refusal(waiting, action("financial-obligation-requested.v1", 11)).params == {"waiting_for": "supplement"}


def test_an_ordinary_fee_is_recorded_at_any_time_and_changes_nothing() -> None:
    state = state_after(["dossier-accepted.v1", "supplement-requested.v1"])
    assert state is not None
    paid = after(state, action("payment-received.v1", 0))
    assert paid.waiting_for == "supplement"
    assert paid.last_clock_event_at == state.last_clock_event_at


def test_an_extension_is_not_due_before_the_acceptance() -> None:
    early = action("deadline-extended.v1", 9, data={"new_due_at": "2026-03-02T07:59:59+07:00"})
    refused = refusal(state_after(["dossier-accepted.v1"]), early)
    assert (refused.code, refused.field_name) == ("before-acceptance", "/data/new_due_at")


def test_a_late_record_is_approved_for_an_ending_of_this_dossier_by_a_second_person() -> None:
    accepted = action("dossier-accepted.v1")
    ready = action("result-ready-at-counter.v1", 3)
    delivered = action("result-delivered.v1", 4)
    state = after(after(after(None, accepted), ready), delivered)

    def approval(target: str, **attributes: Any) -> Action:
        return action("backdating-approved.v1", 9, data={"target_event_id": target}, **attributes)

    assert outcome(state, approval(delivered.event_id)) == "not-judged-by-time"
    assert outcome(state, approval(ready.event_id, actorid="ld-1")) == "same-person"
    approved = after(state, approval(ready.event_id))
    assert approved.lifecycle == "delivered"
    wrong = {"target_event_id": approval(ready.event_id).event_id, "corrected_fields": {"reason": "x"}}
    assert outcome(approved, action("event-corrected.v1", 10, data=wrong)) == "field-not-correctable"


def test_what_was_reopened_goes_on_and_ends_again() -> None:
    state = state_after(["dossier-accepted.v1", "result-ready-at-counter.v1", "result-delivered.v1"])
    again = after(state, action("dossier-reopened.v1", 9))
    assert outcome(again, action("supplement-requested.v1", 10)) == "in_processing"
    ended = after(again, action("dossier-withdrawn.v1", 10))
    assert ended.lifecycle == "withdrawn"
    assert sum(one.is_judged_by_time for one in ended.known_events.values()) == 3


def test_consultations_are_told_apart_by_their_number() -> None:
    state = state_after(["dossier-accepted.v1", "consultation-requested.v1"])
    both = after(state, action("consultation-requested.v1", 9, data={"document_no": "216/UBND"}))
    one = after(both, action("consultation-answered.v1", 10))
    assert one.open_consultations == {"216/UBND"}


def test_an_outage_ends_after_it_began() -> None:
    wrong = {"to_at": "2026-03-02T07:00:00+07:00"}
    refused = refusal(state_after(["dossier-accepted.v1"]), action("system-outage-recorded.v1", 9, data=wrong))
    assert (refused.code, refused.field_name) == ("schema-mismatch", "/data/to_at")


@pytest.mark.parametrize(
    ("event_type", "data", "expected"),
    [
        ("dossier-submitted.v1", {"calendar_id": "nowhere"}, ("unknown-calendar", "/data/calendar_id")),
        ("calendar-change-applied.v1", {"new_version": "1999.1"}, ("unknown-calendar", "/data/new_version")),
        ("step-started.v1", {"budget": {"value": 2, "unit": "same_day"}}, ("schema-mismatch", "/data/budget/value")),
        (
            "consultation-requested.v1",
            {"reply_term": {"value": 2, "unit": "same_day"}},
            ("schema-mismatch", "/data/reply_term/value"),
        ),
    ],
)
def test_a_clock_that_could_never_be_armed_is_refused(
    event_type: str, data: dict[str, Any], expected: tuple[str, str]
) -> None:
    one = action(event_type, data=data)
    refused = refusal_by_rulebook(rulebook(), one, opened_on(rulebook(), one), NOW)
    assert refused is not None
    assert (refused.code, refused.field_name) == expected


@pytest.mark.parametrize("event_type", ["dossier-submitted.v1", "feedback-received.v1"])
def test_every_first_event_has_a_day_of_opening(event_type: str) -> None:
    assert str(opened_on(rulebook(), action(event_type, time="2026-03-02T23:30:00Z"))) == "2026-03-03"


def test_a_feedback_has_no_procedure() -> None:
    (sealed,) = sealed_by(state_after(["feedback-received.v1"]), action("feedback-answered.v1", 9))
    assert "procedurecode" not in sealed.structured
    assert outcome(sealed.state, action("feedback-published.v1", 8)) == "out-of-order"
