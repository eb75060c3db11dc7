"""An explanation never fails, whatever a dossier holds: it tells as far as the clock went, and why no further (TIME-8, B16)."""

from datetime import datetime

import pytest

from motcua.explaining import Writer
from services.page.adapters.dictionaries import load_dictionaries
from tests.unit.deadlines.life import Life, at, term
from tests.unit.deadlines.test_put_aside import EDGES, thrown
from tests.unit.motcua.explained_lives import explained_json


def written(found: dict[str, object]) -> str:
    return "\n".join(Writer(load_dictionaries()["vi"], "vi", every_day=True).lines(found))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_dossier_that_was_put_aside_is_explained_as_far_as_its_clock_went(number: int) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").ready("2026-03-03T10:00")
    with thrown(RuntimeError("a bug"), life.events[number - 1].envelope.event_id):
        found = explained_json(life)
    assert [(note["seq"], note["code"]) for note in found["notes"]] == [(number, "put-aside")]
    assert len(found["clocks"]) == (0 if number == 1 else 1)
    assert not found["differs"]
    assert "hồ sơ bị để riêng" in written(found).replace("\n", " ").replace("      ", " ")


def test_a_dossier_of_which_the_beginning_is_missing_is_explained_as_that() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T10:00")
    life.events = life.events[1:]
    found = explained_json(life)
    assert [note["code"] for note in found["notes"]] == ["gap"]


@pytest.mark.parametrize("edge", EDGES)
def test_days_that_no_calendar_has_are_explained_by_the_alert_or_the_flag(edge: datetime) -> None:
    lives = [
        Life().accepted("2026-03-02T08:00", appointment_at=edge),
        Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-02T09:00", edge),
        Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00", due_at=edge),
        Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-02T09:00", 9, due_back_at=edge),
        Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-12T09:00", edge),
    ]
    for life in lives:
        found = explained_json(life)
        assert {note["code"] for note in found["notes"]} <= {"not-armed", "refused"}
        assert found["notes"], life.events[-1].envelope.event_type
        assert not found["differs"]


def test_a_due_date_in_a_year_without_a_notice_is_called_provisional() -> None:
    life = Life().accepted("2026-11-26T08:00", term(5)).extended("2026-11-26T09:00", at("2027-01-15T17:00"))
    found = explained_json(life)
    (clock,) = found["clocks"]
    assert (clock["is_provisional"], clock["differs"]) == (True, False)
    assert "tạm tính:" in written(found)
