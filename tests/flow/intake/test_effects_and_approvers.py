"""What is decided with the whole record at hand: effects that the clocks' fold is asked for, and who has acted before."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain.actions import Action, Answer
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.flow.intake.test_recording import second_ledger
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, START, action

ACCEPTED = action("dossier-accepted.v1", 0)
"""Seven working days: due on 2026-03-11 at 17:00."""
DUE = "2026-03-11T17:00:00+07:00"
HISTORY: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True}


def extension(new_due_at: str, number: int = 1, **attributes: Any) -> Action:
    return action("deadline-extended.v1", number, data={"new_due_at": new_due_at}, id=new_due_at, **attributes)


def codes(answers: list[Answer]) -> list[str]:
    return [one.refusal.code if one.refusal else "recorded" for one in answers]


def flags(store: InMemoryStore) -> list[dict[str, Any]]:
    log = [dict(entry.structured) for entry in store.read_after(0, 1_000)]
    return [one["data"] for one in log if one["type"] == "integrity-flag-raised.v1"]


@pytest.mark.parametrize(
    ("new_due_at", "expected"),
    [(DUE, "no-effect"), ("2026-03-11T16:59:00+07:00", "no-effect"), ("2026-03-12T17:00:00+07:00", "recorded")],
)
def test_an_extension_that_is_not_later_than_the_present_due_date_is_refused(
    ledger: ActionRecorder, new_due_at: str, expected: str
) -> None:
    answers = ledger.record([ACCEPTED, extension(new_due_at)], START + timedelta(hours=2))
    assert codes(answers) == ["recorded", expected]
    if expected == "no-effect":
        assert answers[1].refusal is not None
        assert answers[1].refusal.params["lawful"] == DUE


def test_an_extension_after_the_breach_is_refused_also_where_the_acceptance_is_in_the_same_batch(
    ledger: ActionRecorder,
) -> None:
    late = action("deadline-extended.v1", time="2026-03-12T08:00:00+07:00")
    assert codes(ledger.record([ACCEPTED, late], NOW)) == ["recorded", "no-effect"]


def test_an_extension_of_what_waits_for_the_citizen_counts_when_it_goes_on(ledger: ActionRecorder) -> None:
    asked, later = action("supplement-requested.v1", 1), extension("2026-03-30T17:00:00+07:00", 2)
    assert codes(ledger.record([ACCEPTED, asked, later], START + timedelta(hours=3))) == ["recorded"] * 3


def test_an_extension_is_measured_by_the_one_before_it(ledger: ActionRecorder) -> None:
    first, second = extension("2026-03-20T17:00:00+07:00", 1), extension("2026-03-18T17:00:00+07:00", 2)
    assert codes(ledger.record([ACCEPTED, first], START + timedelta(hours=2))) == ["recorded"] * 2
    assert codes(ledger.record([second], START + timedelta(hours=3))) == ["no-effect"]


def test_nobody_is_refused_for_want_of_an_effect_on_an_old_memory(ledger: ActionRecorder, store: InMemoryStore) -> None:
    ledger.record([ACCEPTED], START)
    asked = action("supplement-requested.v1", 1)
    assert codes(second_ledger(store).record([asked], START + timedelta(hours=1))) == ["recorded"]
    assert codes(ledger.record([extension(DUE, 2)], START + timedelta(hours=2))) == ["recorded"]


def test_history_without_effect_and_history_before_its_acceptance_are_flagged(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    early = action(
        "dossier-accepted.v1", 0, data={"appointment_at": "2026-02-27T17:00:00+07:00"}, subject="HS-2", **HISTORY
    )
    told = [action("dossier-accepted.v1", 0, **HISTORY), extension(DUE, 1, **HISTORY), early]
    assert codes(ledger.record(told, NOW)) == ["recorded"] * 3
    rules = [one["rule"] for one in flags(store)]
    assert sorted(rules) == ["B14", "domain 4.3: before-acceptance", "domain 4.3: no-effect"]


EXTENDED = extension("2026-03-20T17:00:00+07:00", 3)


def test_an_approver_whom_nobody_has_seen_act_is_recorded_with_a_flag_that_names_him(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    in_this_dossier = action("step-started.v1", 1, actorid="ld-1")
    answers = ledger.record([ACCEPTED, in_this_dossier, EXTENDED], START + timedelta(hours=4))
    assert codes(answers) == ["recorded"] * 3
    (flag,) = flags(store)
    assert (flag["kind"], flag["rule"], flag["target_event_id"]) == ("interference", "B14", EXTENDED.event_id)
    assert "ld-1" in flag["detail"]


@pytest.mark.parametrize("written", ["ld-1", " LD-1\u200b"], ids=ascii)
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_an_approver_who_has_acted_in_another_dossier_is_known(
    ledger: ActionRecorder, store: InMemoryStore, written: str, is_one_batch: bool
) -> None:
    elsewhere = action("dossier-accepted.v1", subject="HS-2", actorid=written)
    told = [elsewhere, ACCEPTED, EXTENDED]
    for batch in [told] if is_one_batch else [[one] for one in told]:
        assert codes(ledger.record(batch, START + timedelta(hours=4))) == ["recorded"] * len(batch)
    assert flags(store) == []


def test_who_acts_in_another_dossier_later_was_not_known_before(ledger: ActionRecorder, store: InMemoryStore) -> None:
    elsewhere = action("dossier-accepted.v1", subject="HS-2", actorid="ld-1")
    ledger.record([ACCEPTED, EXTENDED, elsewhere], START + timedelta(hours=4))
    assert len(flags(store)) == 1
    (again,) = ledger.record([EXTENDED], START + timedelta(hours=5))
    assert again.is_replay
    assert len(flags(store)) == 1
