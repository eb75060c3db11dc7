"""Who acts for whom while somebody is away, and what is left of what was said twice (domain.md 4.6, AL-6)."""

from datetime import date
from typing import Any

import pytest

from events.reference import OfficerAbsenceRecorded, OfficerAssignedToUnit, OfficerAssignmentEnded, OfficerEvent
from rules.officers.history import Days, OfficerHistory, history_of
from rules.officers.standing import acting_for, holders

U, ON = 7, date(2026, 3, 2)


def day(text: str) -> date:
    return date.fromisoformat(text)


def assigned(officer: str, role: Any, since: str = "2026-01-01", **more: Any) -> OfficerAssignedToUnit:
    return OfficerAssignedToUnit(officer_id=officer, valid_from=day(since), unit_id=U, role=role, **more)


def away(officer: str, since: str = "2026-03-02", until: str | None = None) -> OfficerAbsenceRecorded:
    return OfficerAbsenceRecorded(officer_id=officer, valid_from=day(since), valid_until=day(until) if until else None)


def history(*said: OfficerEvent) -> OfficerHistory:
    found = history_of(said)
    assert found is not None
    return found


def unit_of(*said: OfficerEvent) -> list[OfficerHistory]:
    numbers = dict.fromkeys(one.officer_id for one in said)
    return [history(*(one for one in said if one.officer_id == number)) for number in numbers]


HEAD = assigned("ld", "head_of_unit")
NEXT = (assigned("pg-2", "deputy_head"), assigned("pg-1", "deputy_head"), assigned("pg-0", "deputy_head", "2026-02-01"))
NAMED = assigned("cb", "head_of_unit", deputy_of="LD ")
EVERYBODY = (HEAD, *NEXT, NAMED, assigned("cb", "officer"))


@pytest.mark.parametrize(
    ("absent", "acting"),
    [
        ((), "ld"),
        (("ld",), "cb"),
        (("ld", "cb"), "pg-1"),
        (("ld", "cb", "pg-1"), "pg-2"),
        (("ld", "cb", "pg-1", "pg-2"), "pg-0"),
        (("ld", "cb", "pg-1", "pg-2", "pg-0"), None),
    ],
)
def test_first_the_named_deputy_acts_then_whoever_is_next_in_line_longest(
    absent: tuple[str, ...], acting: str | None
) -> None:
    of_unit = unit_of(*EVERYBODY, *map(away, absent))
    (head,) = holders(of_unit, U, "head_of_unit", ON)
    assert acting_for(of_unit, head, U, "head_of_unit", ON) == acting


def test_for_an_officer_only_a_named_deputy_acts_and_for_that_one_another() -> None:
    of_unit = unit_of(
        assigned("a", "officer"), assigned("b", "officer", deputy_of="a"), assigned("c", "officer", deputy_of="b"),
        assigned("d", "officer"), away("a"), away("b"),
    )  # fmt: skip
    assert acting_for(of_unit, of_unit[0], U, "officer", ON) == "c"
    assert acting_for(of_unit, of_unit[0], U, "officer", day("2026-03-01")) == "a", "the day before nobody was away"


def test_a_ring_that_was_recorded_all_the_same_ends() -> None:
    of_unit = unit_of(
        assigned("a", "officer", deputy_of="b"), assigned("b", "officer", deputy_of="a"), away("a"), away("b")
    )
    assert acting_for(of_unit, of_unit[0], U, "officer", ON) is None


def test_of_two_words_about_one_first_day_the_later_counts() -> None:
    told = history(assigned("a", "officer", valid_until=day("2026-02-01")), assigned("A", "officer"))
    assert [one.days for one in told.assignments] == [Days(day("2026-01-01"), None)]
    back = history(assigned("a", "officer"), away("a", until="2026-03-09"), away("a", until="2026-03-04"))
    assert back.absences == (Days(ON, day("2026-03-04")),)
    never = history(assigned("a", "officer"), away("a"), away("a", until="2026-03-02"))
    assert never.absences == ()


def test_an_end_is_about_the_place_that_began_last_until_then() -> None:
    first = assigned("a", "officer", valid_until=day("2026-02-01"))
    again = assigned("a", "officer", "2026-03-01")
    end = OfficerAssignmentEnded(
        officer_id="a", valid_from=day("2026-04-01"), unit_id=U, role="officer", legal_basis="QĐ 1"
    )
    told = history(first, again, end)
    assert [one.days.valid_until for one in told.assignments] == [day("2026-02-01"), day("2026-04-01")]
    assert [one.legal_basis for one in told.assignments] == ["", "QĐ 1"]
    nothing = OfficerAssignmentEnded(officer_id="a", valid_from=day("2025-12-31"), unit_id=U, role="officer")
    assert history(first, nothing) == history(first), "what was recorded all the same changes nothing"
    at_once = OfficerAssignmentEnded(officer_id="a", valid_from=day("2026-03-01"), unit_id=U, role="officer")
    assert [one.days.valid_from for one in history(first, again, at_once).assignments] == [day("2026-01-01")]


def test_a_place_ends_with_its_unit_at_the_latest() -> None:
    told = history(assigned("a", "officer"), assigned("a", "one_stop", "2026-03-01"))
    assert [one.role for one in told.within(lambda _: ON).on(day("2026-03-01"))] == ["officer", "one_stop"]
    assert told.within(lambda _: ON).on(ON) == []
    assert [one.role for one in told.within(lambda _: day("2026-03-01")).assignments] == ["officer"]
    assert told.within(lambda _: None) == told
