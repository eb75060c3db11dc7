"""What the doors refuse so that nobody rewrites by a date in the past (B14, B15, B18): history, approvals, payments, dates."""

from typing import Any

import pytest

from events import dossier
from rules.clocks.fact_of import DATED
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.decide import decide
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import seal
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, action, raw_action, reader, rulebook
from tests.unit.intake.test_decide import outcome, sealed_by, state_after

HISTORY: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True}
SUBJECT = "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e00"
"""One dossier under two sources: our own id."""


def after(state: DossierState | None, *actions: Action) -> DossierState:
    for one in actions:
        state = sealed_by(state, one)[-1].state
    assert state is not None
    return state


def refusal(state: DossierState | None, one: Action) -> Refusal:
    decision = decide(state, one, NOW)
    assert isinstance(decision, Refusal), decision
    return decision


@pytest.mark.parametrize(
    "source", ["urn:motcua:import:other", f"{HISTORY_SOURCE}2", "urn:motcua:import:*", "/hue/mot-cua"]
)
def test_history_is_taken_from_the_sources_that_are_named_in_full_and_from_no_other(source: str) -> None:
    told = raw_action("result-delivered.v1", history=True)
    refused = reader().read({**told, "source": source})
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field_name, refused.params) == ("history-not-allowed", "history", {"source": source})
    assert isinstance(reader().read({**told, "source": HISTORY_SOURCE}), Action)


def test_history_goes_on_until_the_first_live_event_which_ends_its_turn_for_good() -> None:
    past = after(None, action("dossier-accepted.v1", subject=SUBJECT, **HISTORY))
    past = after(past, action("step-started.v1", 1, subject=SUBJECT, **HISTORY))
    assert not past.has_live_event
    live = after(past, action("step-completed.v1", 2, subject=SUBJECT))
    refused = refusal(live, action("result-ready-at-counter.v1", 3, subject=SUBJECT, **HISTORY))
    assert (refused.code, refused.field_name) == ("history-on-live-dossier", "history")
    assert outcome(live, action("result-ready-at-counter.v1", 3, subject=SUBJECT)) == "resolved"


@pytest.mark.parametrize("life", [["dossier-accepted.v1"], ["dossier-submitted.v1"], ["feedback-received.v1"]])
def test_history_writes_nothing_into_what_was_opened_live(life: list[str]) -> None:
    for event_type in (
        "result-ready-at-counter.v1",
        "payment-received.v1",
        "dossier-accepted.v1",
        "feedback-answered.v1",
    ):
        assert outcome(state_after(life), action(event_type, 9, **HISTORY)) == "history-on-live-dossier"


def test_a_turn_that_has_ended_stays_ended_in_a_log_that_others_wrote() -> None:
    live = after(None, action("dossier-accepted.v1", subject=SUBJECT))
    written = seal(live, action("step-started.v1", 1, subject=SUBJECT, **HISTORY), (), NOW, NOW.date())[-1].state
    assert written.has_live_event
    assert outcome(written, action("step-completed.v1", 2, subject=SUBJECT, **HISTORY)) == "history-on-live-dossier"


def test_history_is_refused_for_what_it_may_not_break_also_where_it_breaks_another_rule_too() -> None:
    ended = state_after(["dossier-accepted.v1", "result-ready-at-counter.v1"], **HISTORY)
    assert outcome(ended, action("deadline-extended.v1", 9, actorid="LD-1", **HISTORY)) == "same-person"


def test_a_flag_behind_history_ends_no_turn() -> None:
    state = after(None, action("dossier-submitted.v1", data={"round_no": 2}, **HISTORY))
    assert (state.stream_seq, state.has_live_event) == (2, False)


def approval(target: str, *further: str) -> Action:
    return action("backdating-approved.v1", 9, data={"target_event_id": target, "further_event_ids": list(further)})


def test_one_approval_names_many_events_of_its_stream_and_each_of_them_has_to_be_there() -> None:
    asked, given = action("supplement-requested.v1", 1), action("supplement-completed.v1", 2)
    reopened, ready = action("dossier-reopened.v1", 4), action("result-ready-at-counter.v1", 3)
    state = after(None, action("dossier-accepted.v1"), asked, given, ready, reopened)
    assert outcome(state, approval(asked.event_id, given.event_id, ready.event_id)) == "in_processing"
    unknown = refusal(state, approval(asked.event_id, given.event_id, "nowhere"))
    assert (unknown.code, unknown.field_name) == ("unknown-target", "/data/further_event_ids/1")
    wrong = refusal(state, approval(asked.event_id, reopened.event_id))
    assert (wrong.code, wrong.field_name) == ("not-judged-by-time", "/data/further_event_ids/0")


def test_the_late_answer_to_a_feedback_is_approved_in_its_own_stream() -> None:
    answered = action("feedback-answered.v1", 1)
    state = after(None, action("feedback-received.v1"), answered)
    assert outcome(state, approval(answered.event_id)) == "answered"


def test_every_event_whose_effect_depends_on_its_time_may_be_approved() -> None:
    assert len(DATED) == 22
    assert {dossier.DossierAccepted, dossier.IntakeRejected} <= DATED, "they end the clock of the submission"


DUTY = action("financial-obligation-requested.v1", 1, data={"amount_vnd": 1_000_000})


def paid(number: int, amount_vnd: int, **more: Any) -> Action:
    return action("payment-received.v1", number, data={"amount_vnd": amount_vnd, **more})


def test_a_payment_below_what_is_open_is_refused_unless_it_says_that_it_is_a_part() -> None:
    owing = after(state_after(["dossier-accepted.v1"]), DUTY)
    refused = refusal(owing, paid(2, 1))
    assert (refused.code, refused.params) == ("amount-not-covered", {"amount": 1, "open": 1_000_000})
    part = after(owing, paid(2, 400_000, is_partial=True))
    assert (part.waiting_for, part.open_amount_vnd) == ("financial_duty", 600_000)
    assert refusal(part, paid(3, 599_999)).params["open"] == 600_000
    assert after(part, paid(3, 600_000)).waiting_for == "none"


def test_a_part_that_covers_all_ends_the_wait_and_so_does_an_exemption() -> None:
    owing = after(state_after(["dossier-accepted.v1"]), DUTY, paid(2, 400_000, is_partial=True))
    assert after(owing, paid(3, 700_000, is_partial=True)).waiting_for == "none"
    exempted = after(owing, action("financial-obligation-exempted.v1", 3))
    assert (exempted.waiting_for, exempted.open_amount_vnd) == ("none", 0)
    again = after(exempted, action("financial-obligation-requested.v1", 4, id="again", data={"amount_vnd": 5}))
    assert again.open_amount_vnd == 5


def test_a_second_duty_in_history_leaves_the_first_one_open() -> None:
    owing = state_after(["dossier-accepted.v1", "financial-obligation-requested.v1"], **HISTORY)
    again = action("financial-obligation-requested.v1", 9, id="again", data={"amount_vnd": 1}, **HISTORY)
    assert after(owing, again).open_amount_vnd == 50_000


def test_history_that_pays_too_little_is_flagged_and_the_rest_stays_open() -> None:
    owing = state_after(["dossier-accepted.v1", "financial-obligation-requested.v1"], **HISTORY)
    short = action("payment-received.v1", 9, data={"amount_vnd": 1}, **HISTORY)
    recorded, flag = sealed_by(owing, short)
    assert flag.structured["data"]["rule"] == "domain 4.3: amount-not-covered"
    assert recorded.state.open_amount_vnd == 49_999


@pytest.mark.parametrize(
    ("appointment_at", "code"),
    [
        ("2026-03-02T07:59:59+07:00", "before-acceptance"),
        ("2026-02-27T00:00:00+07:00", "before-acceptance"),
        ("2026-02-27T10:00:00Z", "before-acceptance"),
        ("2026-03-01T00:00:00+07:00", None),  # a Sunday: the Monday is meant
        ("2026-03-02T00:00:00+07:00", None),
        ("2026-03-01T17:00:00Z", None),
        ("2026-03-02T08:00:00+07:00", None),
    ],
)
def test_an_appointment_is_not_before_its_acceptance_as_it_is_read(appointment_at: str, code: str | None) -> None:
    accepted = action("dossier-accepted.v1", data={"appointment_at": appointment_at})
    refused = refusal_by_rulebook(rulebook(), accepted, opened_on(rulebook(), accepted), NOW)
    assert (refused.code if refused else None) == code
