"""Random histories of officers against a wall calendar: what is allowed, and who is where on each day (AL-6)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.codec import from_structured
from events.hash_chain import first_break
from rules.officers.history import history_of
from services.intake.domain.officer_register import held_on
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register, sealed_in
from tests.lanes.examples import examples
from tests.properties.officers.plain_walk import DAYS, LIVES, SHEETS, Wall, Word
from tests.unit.intake.counter import NOW
from tests.unit.intake.officers import officer
from tests.unit.intake.units import take, unit

FIRST = date(2025, 1, 1)
PEOPLE = ("a", "b", "c")
ROLES = ("officer", "head_of_unit")
DAY = st.integers(0, DAYS - 1)


@st.composite
def words(draw: st.DrawFn) -> Word:
    what = draw(st.sampled_from(("assigned",) * 4 + ("ended", "ended", "absent")))
    data: dict[str, Any] = {}
    if what != "absent":
        data = {"unit_id": draw(st.sampled_from((1, 1, 2, 3))), "role": draw(st.sampled_from(ROLES))}
        if draw(st.integers(0, 2)) == 0:
            data["deputy_of"] = draw(st.sampled_from(PEOPLE))
    if what != "ended" and draw(st.booleans()):
        data["until"] = draw(st.integers(0, DAYS))
    return Word(what, draw(st.sampled_from(PEOPLE)), draw(DAY), data)


BEGUN = (
    Word("assigned", "a", 0, {"unit_id": 1, "role": "head_of_unit"}),
    Word("assigned", "b", 0, {"unit_id": 1, "role": "officer"}),
    Word("assigned", "b", 1, {"unit_id": 1, "role": "head_of_unit", "deputy_of": "a"}),
)
"""What is there already, so that most words meet somebody."""
histories = st.lists(words(), min_size=3, max_size=20).map(lambda said: [*BEGUN, *said])
many = settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def units() -> Register:
    known = Register()
    for number, (begun, end) in LIVES.items():
        take(known, unit("created", number, day(begun), name="A", level="commune"))
        if end is not None:
            take(known, unit("abolished", number, day(end)))
    return known


UNITS = units()


def said_in(known: Register, said: list[Word]) -> Iterator[tuple[Word, bool, dict[str, Any]]]:
    """Each word, whether the product takes it, and its event if so."""
    for place, word in enumerate(said):
        data = {name: value for name, value in word.data.items() if name != "until"}
        if "until" in word.data:
            data["valid_until"] = day(word.data["until"])
        action = officer(word.what, word.officer, day(word.day), id=str(place), **data)
        refusal = refusal_of_reference(known, action, NOW)
        sealed = None if refusal else sealed_in(known, action, NOW, NOW.date())
        yield word, refusal is None, sealed.structured if sealed else {}


@many
@given(histories)
def test_every_day_is_as_the_wall_says_and_nothing_else_is_allowed(said: list[Word]) -> None:
    wall, known = Wall(), UNITS.copy()
    for word, is_taken, _ in said_in(known, said):
        assert is_taken == wall.allows(word), word
        if is_taken:
            wall.write(word)
    for sheet in SHEETS:
        held = list(held_on(known.officers, known.units, FIRST + timedelta(days=sheet)))
        places = {
            (one.officer_id, one.assignment.unit_id, str(one.assignment.role), one.assignment.deputy_of or "")
            for one in held
        }
        assert places == wall.seen(sheet)
        assert all(one.is_absent == wall.is_away(one.officer_id, sheet) for one in held)
        for one in held:
            assert (one.acting == one.officer_id) == (not one.is_absent)
            assert one.acting is None or not wall.is_away(one.acting, sheet), "who acts is there"


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_the_register_follows_from_what_is_stored_and_each_chain_is_whole(said: list[Word]) -> None:
    known, again = UNITS.copy(), UNITS.copy()
    stored = [structured for _, is_taken, structured in said_in(known, said) if is_taken]
    again.take_all(stored)
    assert list(again.officers) == list(known.officers)
    for history in known.officers:
        own = [one for one in stored if one["data"]["officer_id"] == history.officer_id]
        assert first_break(own) is None
        assert history_of(from_structured(one).data for one in own) == history  # type: ignore[misc]
