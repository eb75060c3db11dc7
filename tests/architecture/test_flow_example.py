"""The dossier of docs/flow.md is real: it is decided, sealed, followed and folded here, and the page must say what comes out."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from events.catalog import ACTION_TYPES
from events.codec import dumps, from_structured, to_kafka, to_structured
from events.envelope import Event
from events.schema_files import load_data_schemas, load_schema
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from rules.clocks.state import NEVER, StreamState
from services.deadlines.adapters.wire.fact_reader import read_fact
from services.deadlines.pipeline import Pipeline
from services.intake.adapters.action_reader import ActionReader
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.arming import opened_on
from services.intake.domain.decide import decide
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import seal
from services.stats.domain.facts import DossierFacts, fold
from services.stats.domain.levels import Places
from services.stats.domain.rows import DossierKey, known_event
from tests.architecture.tree import text_of
from tests.unit.deadlines.derived import events_of

RECORDED_AFTER = timedelta(seconds=2)


def test_every_message_of_the_page_is_what_the_code_says() -> None:
    emitted, _ = _followed()
    shown = [block for block in _blocks() if "recordedat" in block]
    assert len(shown) > 3
    strange = [block for block in shown if not any(_is_part_of(block, one) for one in emitted)]
    assert strange == []


def test_the_page_tells_everything_that_was_said_in_order() -> None:
    emitted, _ = _followed()
    table = re.findall(
        r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d) \|.*\| ([^|]*) \|$", text_of("docs/flow.md"), flags=re.MULTILINE
    )
    told = [(when, kind) for when, kinds in table for kind in re.findall(r"`([a-z-]+)`", kinds)]
    happened = [(one["time"][:16].replace("T", " "), one["type"].removesuffix(".v1")) for one in emitted]
    assert sorted(told) == sorted(happened)


def test_the_figure_of_the_page_follows_from_the_events() -> None:
    _, facts = _followed()
    (shown,) = [block for block in _blocks() if "outcome" in block]
    plain = json.loads(dumps({name: getattr(facts, name) for name in shown}))
    assert plain == shown


def _blocks() -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", text_of("docs/flow.md"), flags=re.DOTALL)]


def _is_part_of(shown: Any, whole: Any) -> bool:
    if isinstance(shown, Mapping) and isinstance(whole, Mapping):
        return all(name in whole and _is_part_of(value, whole[name]) for name, value in shown.items())
    return bool(shown == whole)


@cache
def _followed() -> tuple[list[dict[str, Any]], DossierFacts]:
    """Everything that is said about the dossier, as structured events, and its row of facts."""
    rulebook = load_rulebook()
    reader = ActionReader(load_schema("action.v1"), load_data_schemas(), ())
    pipeline = Pipeline(rulebook, load_procedures(rulebook.default_rule_set))
    clocks, log_time = _Clocks(pipeline), LogTime()
    state: DossierState | None = None
    emitted: list[Event] = []
    for raw in [block for block in _blocks() if block.get("type") in ACTION_TYPES and "recordedat" not in block]:
        action = reader.read(raw)
        assert isinstance(action, Action), action
        recorded_at = action.occurred_at + RECORDED_AFTER
        emitted += clocks.pass_time(str(action.dossier_id), recorded_at)
        decision = decide(state, action, recorded_at)
        assert not isinstance(decision, Refusal), decision
        (sealed,) = seal(state, action, decision, recorded_at, opened_on(rulebook, action))
        event = from_structured(json.loads(dumps(sealed.structured)))
        state = sealed.state
        emitted += [event, *clocks.follow(event, recorded_at, log_time)]
    assert state is not None
    key = DossierKey(state.opened_on, state.dossier_id)
    facts = fold(key, map(known_event, emitted), Places(()))
    assert facts is not None
    return [json.loads(dumps(to_structured(one))) for one in emitted], facts


class _Clocks:
    """The dossier's clocks as the worker keeps them."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._state: StreamState | None = None

    def follow(self, event: Event, known_at: datetime, time: LogTime) -> tuple[Event, ...]:
        key, value, headers = to_kafka(event)
        self._state, emitted = self._pipeline.on_fact(
            self._state, read_fact(key, value, headers, micros(known_at)), time
        )
        return self._events(event.envelope.dossier_id, emitted)

    def pass_time(self, dossier_id: str, until: datetime) -> list[Event]:
        """The ticker looks at each instant at which the dossier wants to be looked at, one second later."""
        events: list[Event] = []
        while self._state is not None and self._state.next_at != NEVER and self._state.next_at < micros(until):
            seen_at = self._state.next_at + 1_000_000
            turned = self._pipeline.on_check(self._state, seen_at, seen_at)
            self._state = turned.state
            events += self._events(dossier_id, turned.emitted)
        return events

    def _events(self, dossier_id: str, emitted: list[DerivedEvent]) -> tuple[Event, ...]:
        assert self._state is not None
        return events_of(dossier_id, emitted)
