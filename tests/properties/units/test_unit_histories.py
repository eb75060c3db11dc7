"""Random histories of units against a plain walk day by day: what is allowed, and what each unit was on each day (OR-1, OR-3)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.codec import from_structured
from events.hash_chain import first_break
from rules.units.history import history_of
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register, sealed_in
from services.intake.domain.unit_register import Units
from tests.lanes.examples import examples
from tests.properties.units.plain_walk import DAYS, FAR, Paper, Word
from tests.unit.intake.counter import NOW
from tests.unit.intake.units import unit

FIRST = date(2025, 1, 1)
NUMBERS = st.integers(1, 7)
ON = st.integers(0, DAYS - 1)
LEVELS = st.sampled_from(("province", "province", "district", "commune"))
NAMES = st.sampled_from(("A", "B", "C"))
BEGUN = tuple(
    Word("created", number, int(number in (5, 6)), {"name": "A", "level": level, **above})
    for number, level, above in (
        (1, "province", {}),
        (2, "province", {"parent_id": 1}),
        (3, "province", {"parent_id": 1}),
        (4, "district", {"parent_id": 2}),
        (5, "commune", {"parent_id": 4}),
        (6, "commune", {}),
    )
)
"""What is there already, so that most words meet somebody."""
KINDS = ("created", "renamed", *["reparented"] * 4, "merged", "merged", "split", "abolished", "abolished")


@st.composite
def words(draw: st.DrawFn) -> Word:
    what = draw(
        st.sampled_from(("created",) * 3 + ("renamed", "reparented", "reparented", "merged", "split", "abolished"))
    )
    data: dict[str, Any] = {}
    if what in ("created", "renamed"):
        data["name"] = draw(NAMES)
    if what == "created":
        data["level"] = draw(LEVELS)
    if what in ("created", "reparented") and (parent_id := draw(st.none() | NUMBERS)) is not None:
        data["parent_id"] = parent_id
    if what == "merged":
        data["into_unit_id"] = draw(NUMBERS)
    if what == "split":
        data["into"] = [{"unit_id": one} for one in draw(st.lists(NUMBERS, min_size=2, max_size=3))]
    return Word(what, draw(NUMBERS), draw(ON), data)


histories = st.lists(words(), min_size=3, max_size=25).map(lambda said: [*BEGUN, *said])


many = settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@many
@given(histories)
def test_every_day_is_as_a_plain_walk_says_and_nothing_else_is_allowed(said: list[Word]) -> None:
    paper, register = Paper(), Register()
    for place, word in enumerate(said):
        action = unit(word.what, word.unit_id, day(word.day).isoformat(), id=str(place), **word.data)
        refusal = refusal_of_reference(register, action, NOW)
        assert (refusal is None) == paper.allows(word), (word, refusal)
        if refusal is None:
            sealed_in(register, action, NOW, NOW.date())
            paper.words.append(word)
    assert list(told(register.units)) == list(walked(paper))


def told(units: Units) -> Iterator[tuple[int, int, Any, Any]]:
    for number in [*range(DAYS), FAR]:
        for unit_id in range(1, 8):
            period = units.on(unit_id, day(number))
            if period is not None:
                yield number, unit_id, period.name, period.parent_id


def walked(paper: Paper) -> Iterator[tuple[int, int, Any, Any]]:
    for number in [*range(DAYS), FAR]:
        for unit_id in range(1, 8):
            if paper.lives(unit_id, number):
                yield number, unit_id, paper.name(unit_id, number), paper.parent(unit_id, number)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_the_register_follows_from_what_is_stored_and_each_chain_is_whole(said: list[Word]) -> None:
    register = Register()
    stored = []
    for place, word in enumerate(said):
        action = unit(word.what, word.unit_id, day(word.day).isoformat(), id=str(place), **word.data)
        if refusal_of_reference(register, action, NOW) is None:
            stored.append(sealed_in(register, action, NOW, NOW.date()).structured)
    again = Register()
    again.take_all(stored)
    assert list(again.units) == list(register.units)
    assert (again.version, again.units.move_days) == (register.version, register.units.move_days)
    for history in register.units:
        own = [one for one in stored if one["data"]["unit_id"] == history.unit_id]
        assert first_break(own) is None
        assert history_of(from_structured(one).data for one in own) == history  # type: ignore[misc]
