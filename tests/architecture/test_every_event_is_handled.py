"""Every table of handlers knows every event: it handles a type, or says in `SAYS_NOTHING` why there is nothing to do for it.

Who adds an event and forgets a table finds the table and the type here.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any, get_args

import pytest

from events.catalog import CLASS_BY_TYPE, DEADLINE_TYPES, DOSSIER_ACTION_TYPES, DOSSIER_TYPES, TYPE_BY_CLASS
from events.clock_stops import ClockStopEvent
from events.control import ControlEvent
from events.feedback import FeedbackEvent
from events.handling import HandlingEvent
from events.lateness import LatenessEvent
from events.results import ResultEvent
from events.submission import SubmissionEvent
from rules.clocks import fact_of, facts, fold
from services.intake.domain.actions import Refusal
from services.intake.domain.decide import decide
from services.intake.domain.sealing import seal
from services.page.adapters.dictionaries import LANGUAGES, Language, read_texts
from services.stats.domain import projection, silent_types
from tests.contract.published import example
from tests.unit.intake.counter import NOW, action

THEMES = (SubmissionEvent, HandlingEvent, ClockStopEvent, ResultEvent, LatenessEvent, FeedbackEvent, ControlEvent)


def by_type(table: Mapping[Any, Any]) -> dict[str, Any]:
    return {TYPE_BY_CLASS.get(key, key): value for key, value in table.items()}


TABLES: dict[str, tuple[Set[str], Mapping[str, str], Set[str]]] = {
    "rules.clocks.fact_of": (set(by_type(fact_of.FACT_BY_CLASS)), by_type(fact_of.SAYS_NOTHING), set(DOSSIER_TYPES)),
    "services.stats.domain.projection": (
        set(projection.APPLIED_TYPES),
        silent_types.SAYS_NOTHING,
        set(DOSSIER_TYPES) | set(DEADLINE_TYPES),
    ),
}
"""What each table handles, what it names as silent, and the types that come to it."""


@pytest.mark.parametrize("table", TABLES)
def test_a_table_handles_each_type_or_says_why_not(table: str) -> None:
    handled, silent, coming = TABLES[table]
    assert sorted(coming - handled - silent.keys()) == [], f"{table} forgets"
    assert sorted((handled | silent.keys()) - coming) == [], f"{table} knows what never comes"
    assert sorted(handled & silent.keys()) == [], f"{table} handles what it calls silent"
    assert [event_type for event_type, why in silent.items() if len(why.split()) < 3] == [], f"{table} gives no reason"


def test_every_fact_that_an_event_becomes_has_a_handler_in_the_fold() -> None:
    made = {one for one in leaves(facts.Fact) if one not in (facts.Fact, facts.Order)}
    assert made - fold._HANDLERS.keys() == set()
    assert fold._HANDLERS.keys() - made == set()


def leaves(fact: type[facts.Fact]) -> set[type[facts.Fact]]:
    derived = fact.__subclasses__()
    return {fact} if not derived else {leaf for one in derived for leaf in leaves(one)}


def test_every_event_of_people_has_a_theme_and_only_one() -> None:
    of_themes = [event_class for theme in THEMES for event_class in get_args(theme)]
    assert len(of_themes) == len(set(of_themes))
    assert {TYPE_BY_CLASS[event_class] for event_class in of_themes} == set(DOSSIER_TYPES)


@pytest.mark.parametrize("event_type", sorted(DOSSIER_ACTION_TYPES))
@pytest.mark.parametrize("first", ["dossier-accepted.v1", "feedback-received.v1", "dossier-submitted.v1"])
def test_intake_decides_and_folds_every_type_whatever_came_before(event_type: str, first: str) -> None:
    before = seal(None, action(first), (), NOW, NOW.date())[-1].state
    next_one = action(event_type, data=example(event_type, "full"))
    assert isinstance(decide(before, next_one, NOW), Refusal | tuple)
    after = seal(before, replace(next_one, is_history=True), (), NOW, NOW.date())[-1].state
    assert after.stream_seq == before.stream_seq + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_a_name_for_every_type(language: Language) -> None:
    texts = read_texts(language)
    assert [one for one in CLASS_BY_TYPE if f"event.{one.rpartition('.')[0]}" not in texts] == []
