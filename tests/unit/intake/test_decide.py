"""Every row of domain 4.3's table that the catalog has, its forbidden list, and what history may break."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from events.catalog import DOSSIER_ACTION_TYPES
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.decide import CLOCK_TOLERANCE, decide
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import Sealed, seal
from services.intake.domain.unit_register import Units
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, START, action, judge, rulebook

LIVES: dict[str, list[str]] = {
    "nothing": [],
    "submitted": ["dossier-submitted.v1"],
    "guided": ["dossier-submitted.v1", "intake-guidance-issued.v1"],
    "intake_rejected": ["dossier-submitted.v1", "intake-rejected.v1"],
    "accepted": ["dossier-accepted.v1"],
    "in_processing": ["dossier-submitted.v1", "dossier-accepted.v1", "step-started.v1"],
    "waiting": ["dossier-accepted.v1", "step-started.v1", "supplement-requested.v1"],
    "owing": ["dossier-accepted.v1", "financial-obligation-requested.v1"],
    "in_transfer": ["dossier-accepted.v1", "dossier-transferred.v1"],
    "consulting": ["dossier-accepted.v1", "consultation-requested.v1"],
    "resolved": ["dossier-accepted.v1", "step-started.v1", "result-ready-at-counter.v1"],
    "delivered": ["dossier-accepted.v1", "result-ready-at-counter.v1", "result-delivered.v1"],
    "withdrawn": ["dossier-accepted.v1", "dossier-withdrawn.v1"],
    "stopped": ["dossier-accepted.v1", "processing-stopped.v1"],
    "returned": ["dossier-accepted.v1", "dossier-returned.v1"],
    "received": ["feedback-received.v1"],
    "refused": ["feedback-received.v1", "feedback-refused.v1"],
    "answered": ["feedback-received.v1", "feedback-supplement-requested.v1", "feedback-answered.v1"],
    "published": ["feedback-received.v1", "feedback-answered.v1", "feedback-published.v1"],
}
ENDS = ("dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")
WORK = (
    "dossier-transferred.v1", "step-started.v1", "step-completed.v1", "consultation-requested.v1", "result-issued.v1",
)  # fmt: skip
SUBMISSION = ("dossier-submitted.v1", "intake-guidance-issued.v1", "intake-rejected.v1")
FEEDBACK = tuple(sorted(one for one in DOSSIER_ACTION_TYPES if one.startswith("feedback-")))
OF_ENDED = ("apology-sent.v1", "apology-waived.v1", "escalation-acknowledged.v1", "dossier-reopened.v1")
EVER = (
    "payment-received.v1", "system-outage-recorded.v1", "dossier-reassigned-by-reorganisation.v1", "dossier-code-assigned.v1",
)  # fmt: skip
NAMING = ("event-corrected.v1", "backdating-approved.v1")
OTHERS = (
    "transfer-received.v1", "transfer-refused.v1", "consultation-answered.v1", "supplement-requested.v1",
    "supplement-completed.v1", "financial-obligation-requested.v1", "financial-obligation-exempted.v1",
    "deadline-extended.v1", "result-ready-at-counter.v1", "lateness-foreseen.v1",
)  # fmt: skip
OPENERS = ("dossier-accepted.v1", "dossier-submitted.v1", "feedback-received.v1")
SUBMITTED = ("submitted", "guided")
OPEN = ("accepted", "in_processing", "waiting", "owing", "in_transfer", "consulting")
ENDED = ("resolved", "delivered", "withdrawn", "stopped", "returned")
CITIZENS = ("received", "refused", "answered", "published")
DOSSIERS = (*SUBMITTED, "intake_rejected", *OPEN, *ENDED)
WORKED_ON = {
    "accepted": "accepted", "in_processing": "in_processing", "waiting": "in_processing", "owing": "in_processing",
    "in_transfer": "in_processing", "consulting": "in_processing",
}  # fmt: skip
"""The lifecycle of each state that is open."""
STANDS = {one: one for one in (*ENDED, "intake_rejected")} | WORKED_ON | dict.fromkeys(SUBMITTED, "submitted")

# from, event, the code of the refusal or what the dossier or feedback is afterwards
TABLE = [
    ("nothing", "dossier-accepted.v1", "accepted"),
    ("nothing", "dossier-submitted.v1", "submitted"),
    ("nothing", "feedback-received.v1", "received"),
    *[("nothing", one, "feedback-not-received") for one in FEEDBACK if one not in OPENERS],
    *[("nothing", one, "not-accepted-yet") for one in sorted(DOSSIER_ACTION_TYPES - {*FEEDBACK, *OPENERS})],
    # before the acceptance
    ("submitted", "dossier-submitted.v1", "already-submitted"),
    ("submitted", "intake-guidance-issued.v1", "submitted"),
    ("guided", "dossier-submitted.v1", "wrong-round"),
    ("guided", "intake-guidance-issued.v1", "no-open-submission"),
    *[(one, "intake-rejected.v1", "intake_rejected") for one in SUBMITTED],
    *[(one, "dossier-accepted.v1", "accepted") for one in SUBMITTED],
    *[(one, two, "not-accepted-yet") for one in SUBMITTED for two in (*WORK, *ENDS, *OTHERS, *OF_ENDED)],
    *[(one, "result-delivered.v1", "not-accepted-yet") for one in SUBMITTED],
    *[("intake_rejected", one, "intake-rejected") for one in (*SUBMISSION, "dossier-accepted.v1")],
    *[("intake_rejected", one, "already-ended") for one in (*WORK, *ENDS, *OTHERS, "result-delivered.v1")],
    *[("intake_rejected", one, "not-accepted-yet") for one in OF_ENDED],
    # while it is open
    *[(one, two, "already-accepted") for one in (*OPEN, *ENDED) for two in (*SUBMISSION, "dossier-accepted.v1")],
    *[(one, two, "in_processing") for one in OPEN for two in WORK if (one, two) != ("consulting", WORK[3])],
    ("consulting", "consultation-requested.v1", "already-consulted"),
    ("consulting", "consultation-answered.v1", "in_processing"),
    *[(one, "consultation-answered.v1", "no-open-consultation") for one in OPEN if one != "consulting"],
    *[("in_transfer", f"transfer-{one}.v1", "in_processing") for one in ("received", "refused")],
    *[
        (one, f"transfer-{two}.v1", "no-open-transfer")
        for one in OPEN if one != "in_transfer" for two in ("received", "refused")
    ],
    *[
        (one, two, "already-paused" if one in ("waiting", "owing") else "in_processing")
        for one in OPEN for two in ("supplement-requested.v1", "financial-obligation-requested.v1")
    ],
    *[(one, "supplement-completed.v1", "in_processing" if one == "waiting" else "not-paused") for one in OPEN],
    *[
        (one, "financial-obligation-exempted.v1", "in_processing" if one == "owing" else "no-open-obligation")
        for one in OPEN
    ],
    *[(one, "deadline-extended.v1", WORKED_ON[one]) for one in OPEN],
    *[(one, "dossier-withdrawn.v1", "withdrawn") for one in OPEN],
    *[(one, "processing-stopped.v1", "stopped") for one in OPEN],
    *[(one, "dossier-returned.v1", "returned") for one in OPEN],
    *[(one, "result-ready-at-counter.v1", "already-paused" if one == "waiting" else "resolved") for one in OPEN],
    *[(one, "result-delivered.v1", "not-ended") for one in OPEN],
    *[(one, "dossier-reopened.v1", "still-open") for one in OPEN],
    *[(one, "lateness-foreseen.v1", WORKED_ON[one]) for one in OPEN],
    # after the end
    *[(one, two, "already-ended") for one in ENDED for two in (*WORK, *ENDS, *OTHERS)],
    *[(one, "result-delivered.v1", "delivered" if one == "resolved" else "already-ended") for one in ENDED],
    *[(one, "dossier-reopened.v1", "in_processing") for one in ENDED],
    # whenever
    *[(one, two, STANDS[one]) for one in (*OPEN, *ENDED) for two in OF_ENDED[:3]],
    *[(one, two, STANDS[one]) for one in DOSSIERS for two in EVER],
    *[(one, two, "unknown-target") for one in DOSSIERS for two in NAMING],
    *[
        (one, "calendar-change-applied.v1", "already-ended" if one in (*ENDED, "intake_rejected") else STANDS[one])
        for one in DOSSIERS
    ],
    *[(one, two, "not-a-feedback") for one in DOSSIERS for two in FEEDBACK],
    # feedback
    *[(one, "feedback-received.v1", "feedback-already-received") for one in CITIZENS],
    *[(one, two, "unknown-target") for one in CITIZENS for two in NAMING],
    ("received", "feedback-refused.v1", "refused"),
    ("received", "feedback-supplement-requested.v1", "awaiting_supplement"),
    ("received", "feedback-answered.v1", "answered"),
    *[
        (one, f"feedback-{two}.v1", "feedback-not-open")
        for one in CITIZENS[1:] for two in ("refused", "supplement-requested", "answered")
    ],
    *[
        (one, "feedback-published.v1", "published" if one == "answered" else "feedback-not-answered")
        for one in CITIZENS
    ],
    *[(one, two, "not-a-dossier") for one in CITIZENS for two in sorted(DOSSIER_ACTION_TYPES - {*FEEDBACK, *NAMING})],
]  # fmt: skip


def sealed_by(state: DossierState | None, one: Action) -> tuple[Sealed, ...]:
    flags = decide(state, one, NOW)
    assert not isinstance(flags, Refusal), flags
    return seal(state, one, flags, NOW, START.date())


def state_after(life: list[str], **attributes: Any) -> DossierState | None:
    state = None
    for number, event_type in enumerate(life):
        state = sealed_by(state, action(event_type, number, **attributes))[-1].state
    return state


def outcome(state: DossierState | None, one: Action) -> str:
    decision = decide(state, one, NOW)
    if isinstance(decision, Refusal):
        return decision.code
    after = seal(state, one, decision, NOW, START.date())[-1].state
    return after.feedback_stage or after.lifecycle


@pytest.mark.parametrize(("before", "event_type", "expected"), TABLE)
def test_the_table_of_the_state_machine(before: str, event_type: str, expected: str) -> None:
    assert outcome(state_after(LIVES[before]), action(event_type, 9)) == expected


def test_the_table_has_every_state_with_every_event() -> None:
    assert {(before, event_type) for before, event_type, _ in TABLE} == {
        (one, two) for one in LIVES for two in DOSSIER_ACTION_TYPES
    }
    assert len(TABLE) == len(LIVES) * len(DOSSIER_ACTION_TYPES)


@pytest.mark.parametrize(("life", "given", "expected"), [("in_processing", 2, 1), ("in_processing", 3, 1)])
def test_supplement_rounds_count_from_one_without_a_gap(life: str, given: int, expected: int) -> None:
    refused = decide(state_after(LIVES[life]), action("supplement-requested.v1", 9, data={"round_no": given}), NOW)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.params) == ("wrong-round", {"expected": expected, "given": given})


def test_a_second_round_is_two_and_a_completion_names_the_open_one() -> None:
    state = state_after([*LIVES["waiting"], "supplement-completed.v1"])
    assert outcome(state, action("supplement-requested.v1", 9, data={"round_no": 1})) == "wrong-round"
    waiting = sealed_by(state, action("supplement-requested.v1", 9, data={"round_no": 2}))[-1].state
    assert waiting.is_waiting_for_supplement
    assert outcome(waiting, action("supplement-completed.v1", 10, data={"round_no": 1})) == "wrong-round"
    assert outcome(waiting, action("supplement-completed.v1", 10, data={"round_no": 2})) == "in_processing"


def test_nothing_happens_earlier_than_the_previous_clock_relevant_event() -> None:
    state = state_after([*LIVES["waiting"], "supplement-completed.v1"])
    early = action("step-completed.v1", 1)
    refused = decide(state, early, NOW)
    assert isinstance(refused, Refusal)
    assert refused.code == "out-of-order"
    assert refused.field_name == "time"
    assert outcome(state, action("step-completed.v1", 3)) == "in_processing"


def test_an_apology_or_a_correction_may_tell_of_an_earlier_time() -> None:
    state = state_after(LIVES["resolved"])
    assert outcome(state, action("apology-sent.v1", 1)) == "resolved"


@pytest.mark.parametrize(
    ("ahead", "expected"), [(CLOCK_TOLERANCE, "accepted"), (timedelta(minutes=6), "occurred-in-future")]
)
def test_a_counter_clock_may_run_ahead_by_five_minutes(ahead: timedelta, expected: str) -> None:
    assert outcome(None, action("dossier-accepted.v1", time=(NOW + ahead).isoformat())) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"term": None}, ("no-deadline", "/data/term")),
        ({"term": {"value": 2, "unit": "same_day"}}, ("schema-mismatch", "/data/term/value")),
        ({"calendar_id": "nowhere"}, ("unknown-calendar", "/data/calendar_id")),
        ({"term": {"value": 9_000, "unit": "working_day"}}, ("calendar-exhausted", "time")),
    ],
)
def test_an_acceptance_whose_clock_could_not_be_armed_is_refused(
    data: dict[str, Any], expected: tuple[str, str]
) -> None:
    term = data.get("term", {"value": 7, "unit": "working_day"})
    accepted = action("dossier-accepted.v1", data={**data, "term": term or {"value": 1, "unit": "hour"}})
    if term is None:
        accepted = replace(accepted, data=structs.replace(accepted.data, term=None))
    refused = refusal_by_rulebook(rulebook(), accepted, opened_on(rulebook(), accepted), NOW)
    assert refused is not None
    assert (refused.code, refused.field_name) == expected


def refused(asked: Action) -> Refusal | None:
    return refusal_by_rulebook(rulebook(), asked, opened_on(rulebook(), asked), NOW)


FAR = ("2040-01-02T17:00:00+07:00", "1950-01-01T00:00:00+07:00", "2298-12-31T17:00:00-07:00")


@pytest.mark.parametrize("year", ["2027-01-15", "2036-12-31"])
def test_days_in_a_year_that_is_not_published_are_taken(year: str) -> None:
    """The calendar never stops a counter (B16): such days are provisional, not refused."""
    given = f"{year}T17:00:00+07:00"
    accepted = action("dossier-accepted.v1", data={"appointment_at": given})
    accepted = replace(accepted, data=structs.replace(accepted.data, term=None))
    extended = action("deadline-extended.v1", 1, data={"new_due_at": given})
    assert [refused(one) for one in (accepted, extended)] == [None, None]


@pytest.mark.parametrize(
    ("event_type", "field_name"),
    [
        ("deadline-extended.v1", "new_due_at"),
        ("step-started.v1", "step_due_at"),
        ("dossier-transferred.v1", "due_back_at"),
        ("consultation-requested.v1", "reply_due_at"),
        ("apology-sent.v1", "new_promised_at"),
        ("supplement-requested.v1", "reply_by"),
        ("financial-obligation-requested.v1", "pay_by"),
    ],
)
@pytest.mark.parametrize("far", FAR)
def test_a_given_day_that_no_calendar_covers_is_refused(event_type: str, field_name: str, far: str) -> None:
    given = far[:10] if field_name in ("reply_by", "pay_by") else far
    found = refused(action(event_type, 1, data={field_name: given}))
    assert found is not None
    assert (found.code, found.field_name) == ("calendar-exhausted", f"/data/{field_name}")


@pytest.mark.parametrize("far", FAR)
def test_an_appointment_that_no_calendar_covers_is_refused(far: str) -> None:
    found = refused(action("dossier-accepted.v1", data={"appointment_at": far}))
    assert found is not None
    assert found.code == "calendar-exhausted"
    assert "2014-01-01 – 2036-12-31" in str(found.params["reason"])


def test_the_day_of_opening_is_local_however_the_instant_was_written() -> None:
    by_offset = action("dossier-accepted.v1", time="2026-03-03T06:30:00+07:00")
    by_utc = action("dossier-accepted.v1", time="2026-03-02T23:30:00Z")
    assert opened_on(rulebook(), by_utc) == opened_on(rulebook(), by_offset) == by_offset.occurred_at.date()


def correction(target: str, fields: dict[str, Any], **attributes: Any) -> Action:
    return action("event-corrected.v1", 9, data={"target_event_id": target, "corrected_fields": fields}, **attributes)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"time": "2026-03-02T08:05:00+07:00"}, "in_processing"),
        ({"term": {"value": 5, "unit": "working_day"}, "legal_basis": None}, "in_processing"),
        ({"own_field": "y"}, "in_processing"),
        ({"to_unit_id": 9}, "field-not-correctable"),
        ({"unitid": 9}, "in_processing"),
        ({"recordedat": "2026-03-02T08:05:00+07:00"}, "field-not-correctable"),
        ({"extra": {}}, "field-not-correctable"),
    ],
)
def test_a_correction_names_fields_of_the_event_it_corrects(fields: dict[str, Any], expected: str) -> None:
    accepted = action("dossier-accepted.v1", data={"own_field": "x"})
    state = sealed_by(sealed_by(None, accepted)[-1].state, action("step-started.v1", 1))[-1].state
    assert outcome(state, correction(accepted.event_id, fields)) == expected


def test_a_correction_needs_an_actor_and_another_approver() -> None:
    accepted = action("dossier-accepted.v1")
    state = sealed_by(None, accepted)[-1].state
    right = {"time": "2026-03-02T08:05:00+07:00"}
    assert outcome(state, correction(accepted.event_id, right, actorid="ld-1")) == "same-person"
    refused = decide(state, correction(accepted.event_id, right, actorid=None), NOW)
    assert isinstance(refused, Refusal)
    assert [(one.field_name, one.keyword) for one in refused.errors] == [("actorid", "required")]


def test_what_was_corrected_or_flagged_is_not_corrected_again() -> None:
    accepted = action("dossier-accepted.v1")
    first = correction(accepted.event_id, {"time": "2026-03-02T08:05:00+07:00"})
    state = sealed_by(sealed_by(None, accepted)[-1].state, first)[-1].state
    assert outcome(state, correction(first.event_id, {"reason": "x"}, id="again")) == "field-not-correctable"


HISTORY = {"source": HISTORY_SOURCE, "history": True}


@pytest.mark.parametrize(
    ("life", "event_type", "number", "kinds"),
    [
        ("resolved", "step-started.v1", 9, ["order"]),
        ("resolved", "dossier-withdrawn.v1", 0, ["order", "order"]),
        ("waiting", "supplement-requested.v1", 9, ["overlap"]),
        ("waiting", "financial-obligation-requested.v1", 9, ["overlap"]),
        ("accepted", "financial-obligation-exempted.v1", 9, ["clock_gap"]),
        ("accepted", "transfer-refused.v1", 9, ["clock_gap"]),
        ("accepted", "consultation-answered.v1", 9, ["clock_gap"]),
        ("accepted", "dossier-reopened.v1", 9, ["order"]),
        ("submitted", "dossier-submitted.v1", 9, ["order"]),
        ("refused", "feedback-answered.v1", 9, ["order"]),
        ("accepted", "supplement-completed.v1", 9, ["clock_gap"]),
        ("accepted", "result-delivered.v1", 9, ["order"]),
        ("accepted", "step-started.v1", 9, []),
        ("owing", "payment-received.v1", 9, []),
    ],
)
def test_history_that_breaks_a_rule_is_recorded_with_a_flag_behind_it(
    life: str, event_type: str, number: int, kinds: list[str]
) -> None:
    state = state_after(LIVES[life], **HISTORY)
    told = action(event_type, number, **HISTORY, id="told")
    sealed = sealed_by(state, told)
    assert [one.structured["data"]["kind"] for one in sealed[1:]] == kinds
    for flag in sealed[1:]:
        assert flag.structured["causationid"] == flag.structured["data"]["target_event_id"] == told.event_id
        assert flag.structured["source"] == "urn:motcua:intake"
        assert "actorid" not in flag.structured
    assert len({one.structured["id"] for one in sealed}) == len(sealed)


def test_history_without_a_deadline_is_recorded_with_a_flag_that_a_field_is_missing() -> None:
    told = action("dossier-accepted.v1", **HISTORY)
    told = replace(told, data=structs.replace(told.data, term=None))
    flags = judge().judge(None, told, NOW, lambda _: [], Units())
    assert not isinstance(flags, Refusal)
    assert [(flag.kind, flag.rule, flag.target_event_id) for flag in flags] == [
        ("missing_field", "DR-09", told.event_id)
    ]


@pytest.mark.parametrize("event_type", ["dossier-accepted.v1", "event-corrected.v1"])
def test_history_may_not_break_the_other_rules(event_type: str) -> None:
    state = state_after(LIVES["resolved"], **HISTORY)
    refused = decide(state, action(event_type, 9, **HISTORY), NOW)
    assert isinstance(refused, Refusal)
    assert refused.code in ("already-accepted", "unknown-target")
