"""Every event of the contract, a new one too, goes through clocks, explanation and facts without a word about it here.

Each valid example is told to a dossier that was accepted, that was only submitted, that has ended, whose calendar nobody
knows, and whose calendar is at its end. What the clocks say of it keeps the contract, and is explained and folded into facts.
"""

import re
from typing import Any

import orjson
import pytest

from events.catalog import DOSSIER_TYPES
from events.codec import dumps
from events.data_codec import plain, typed
from events.deadline import DeadlineSet
from events.envelope import Event
from motcua.explaining import Writer
from rules.clocks.state import StreamState
from rules.explain.dossier_json import explanation_json
from services.page.adapters.dictionaries import load_dictionaries
from services.stats.domain.facts import fold as fold_facts
from services.stats.domain.rows import DossierKey, known_event
from tests.architecture.tree import text_of
from tests.contract.published import examples, wrong_fields
from tests.unit.deadlines.life import Life, Watch, at, term
from tests.unit.motcua.explained_lives import explained
from tests.unit.stats.places import places_of

OPENERS = ("dossier-submitted.v1", "dossier-accepted.v1", "feedback-received.v1")
FEEDBACK = "feedback-"
SAID = [(name, file, data) for name, file, data in examples("valid") if name in DOSSIER_TYPES]
OF_A_DOSSIER = [case for case in SAID if case[0] not in OPENERS and not case[0].startswith(FEEDBACK)]
CHAPTER = "docs/rules/sub-clocks.md"
DAY, LAST_DAY = "2026-03-03T09:00", "2026-12-31T16:00"


def ids(cases: list[tuple[str, str, Any]]) -> list[str]:
    return [f"{name}/{file}" for name, file, _ in cases]


def then(life: Life, when: str, case: tuple[str, str, Any]) -> Life:
    name, _, data = case
    return life.then(when, typed(DOSSIER_TYPES[name], data))


def accepted() -> Life:
    return Life().accepted("2026-03-02T08:00", term(20))


def opened(case: tuple[str, str, Any]) -> Life:
    """A stream that such an event may well belong to, with the event."""
    if case[0] in OPENERS:
        return then(Life(), DAY, case)
    if case[0].startswith(FEEDBACK):
        return then(Life().feedback("2026-03-02T08:00"), DAY, case)
    return then(accepted(), DAY, case)


def watched(life: Life, until: str = "2026-12-01T00:00") -> tuple[StreamState | None, list[Event]]:
    """The state after the last event, and everything said until a day long after it."""
    watch = Watch(life.dossier_id)
    for event in life.events:
        watch.hear(event)
    state = watch.state
    watch.look(at(until))
    return state, watch.emitted


def clocks_set(emitted: list[Event]) -> set[str]:
    return {one.data.clock for one in emitted if isinstance(one.data, DeadlineSet)}


@pytest.mark.parametrize("case", SAID, ids=ids(SAID))
def test_what_the_clocks_say_of_an_event_keeps_the_contract(case: tuple[str, str, Any]) -> None:
    state, emitted = watched(opened(case))
    for event in emitted:
        data = orjson.loads(dumps(plain(event.data)))
        assert wrong_fields(event.envelope.event_type, data) == set(), event.envelope.event_type
    running = {clock.name for clock in state.clocks} if state else set()
    assert running <= clocks_set(emitted), "a clock that runs was never said to be set"


@pytest.mark.parametrize("case", SAID, ids=ids(SAID))
def test_an_event_is_explained_as_the_clocks_said_it_in_words_that_exist(case: tuple[str, str, Any]) -> None:
    life = opened(case)
    _, emitted = watched(life)
    found = explained(life, emitted)
    assert not found.differs
    assert {clock.name for clock in found.clocks} >= clocks_set(emitted)
    for language, words in load_dictionaries().items():
        lines = "\n".join(Writer(words, language).lines(explanation_json(found)))
        assert re.findall(r"\b(?:explain|event|outcome|value|due)\.[a-z_.-]+", lines) == []


@pytest.mark.parametrize("case", SAID, ids=ids(SAID))
def test_every_event_is_folded_into_facts(case: tuple[str, str, Any]) -> None:
    life = opened(case)
    _, emitted = watched(life)
    first = life.events[0].envelope
    row = fold_facts(
        DossierKey(first.opened_on, life.dossier_id), map(known_event, [*life.events, *emitted]), places_of([])
    )
    assert (row is not None) == any(one.envelope.event_type == "dossier-accepted.v1" for one in life.events)


@pytest.mark.parametrize("case", OF_A_DOSSIER, ids=ids(OF_A_DOSSIER))
def test_before_the_acceptance_an_event_sets_no_clock(case: tuple[str, str, Any]) -> None:
    _, before = watched(Life().submitted("2026-03-02T08:00"))
    _, emitted = watched(then(Life().submitted("2026-03-02T08:00"), DAY, case))
    assert clocks_set(emitted) <= clocks_set(before)


@pytest.mark.parametrize("case", OF_A_DOSSIER, ids=ids(OF_A_DOSSIER))
def test_after_the_end_an_event_sets_no_clock_beside_the_dossiers(case: tuple[str, str, Any]) -> None:
    _, emitted = watched(then(accepted().ready("2026-03-03T08:00"), DAY, case))
    assert clocks_set(emitted) == {"dossier"}


@pytest.mark.parametrize("case", OF_A_DOSSIER, ids=ids(OF_A_DOSSIER))
def test_the_end_of_a_dossier_ends_every_clock_that_an_event_set(case: tuple[str, str, Any]) -> None:
    life = then(accepted(), DAY, case)
    if "reopened" not in case[0]:
        life.withdrawn("2026-03-04T08:00")
    state, _ = watched(life)
    assert state is not None
    assert {clock.name for clock in state.clocks} <= {"dossier"}


@pytest.mark.parametrize("case", OF_A_DOSSIER, ids=ids(OF_A_DOSSIER))
def test_an_event_of_a_dossier_whose_calendar_nobody_knows_sets_no_clock(case: tuple[str, str, Any]) -> None:
    life = Life().accepted("2026-03-02T08:00", term(20), calendar_id="lunar")
    _, emitted = watched(then(life, DAY, case))
    assert clocks_set(emitted) == set()


@pytest.mark.parametrize("case", OF_A_DOSSIER, ids=ids(OF_A_DOSSIER))
def test_past_the_end_of_the_calendar_an_event_is_an_alert_and_stops_nothing(case: tuple[str, str, Any]) -> None:
    life = Life().accepted("2026-12-30T08:00", term(1))
    _, emitted = watched(then(life, LAST_DAY, case), "2027-06-01T00:00")
    assert "dossier" in clocks_set(emitted)


def test_every_kind_of_clock_goes_by_the_rule_of_its_chapter() -> None:
    """The table of the chapter names each kind; `deadline-set` names the rule that stands there."""
    told = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([A-Z][^ |]+) \|", text_of(CHAPTER), flags=re.MULTILINE))
    assert len(told) > 5
    seen: dict[str, set[str]] = {}
    for case in SAID:
        for event in watched(opened(case))[1]:
            if isinstance(event.data, DeadlineSet) and event.data.given_by == "rules":
                seen.setdefault(event.data.clock_kind, set()).add(event.data.rule)
    del seen["dossier"]
    assert {"intake", "step", "consultation"} <= seen.keys()
    assert {kind: rules - {told.get(kind)} for kind, rules in seen.items() if rules != {told.get(kind)}} == {}
