"""The lives of the whole way put to the oracle of the law (`tests/oracles/law`): where its answers differ from what was said."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from events.codec import to_structured
from tests.oracles.law.book import Book
from tests.oracles.law.calendar import Calendar, read_calendar
from tests.oracles.law.endings import (
    LATE_BY_RECORD,
    LATE_WHILE_WAITING,
    LAWFUL_766,
    ONLY_A_LETTER_BETWEEN,
    REOPENED_WAIT,
)
from tests.oracles.law.lateness import OTHER_CALENDAR
from tests.oracles.law.law_by_text import Judgement, Partition, judge
from tests.oracles.law.log_time import known
from tests.oracles.law.state import Verdict
from tests.properties.whole_way.rule_books import Choice
from tests.properties.whole_way.said import said_of
from tests.properties.whole_way.through_the_product import Recorded
from tests.properties.whole_way.world import Dossier
from tests.unit.deadlines.calendars import ANNOUNCED_AT, NEW, SWAPPED
from tests.unit.deadlines.life import at
from tests.unit.deadlines.words import local

_GIVEN_UP = "contradiction"


def judgement_on(dossier: Dossier) -> Judgement:
    """What the law says of a dossier at the last look."""
    own = [nth for nth, one in enumerate(dossier.log) if one.event.envelope.dossier_id == dossier.dossier_id]
    partition = Partition(records=[known(_as_text(one)) for one in dossier.log], own=own)
    events = [_as_text(dossier.log[nth]) for nth in own]
    return judge(events, dossier.judged_until, book_of(dossier.plan.choice), partition)


def _as_text(record: Recorded) -> Mapping[str, Any]:
    event: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(to_structured(record.event)))
    return event | {"appended_at": record.appended_at}


@cache
def book_of(choice: Choice) -> Book:
    """The published data with the rule set of a choice, and the second version of the default calendar."""
    data = files("rules") / "data"
    parameters = {name: one["value"] for name, one in _read(data / "rulesets" / "vn-2025.1.toml")["parameters"].items()}
    parameters |= {name: getattr(choice, name) for name in Choice.__dataclass_fields__}
    procedures = [
        one
        for path in (data / "procedures").iterdir()
        if path.name.endswith(".toml")
        for one in _read(path)["procedures"]
    ]
    return Book(calendars=_calendars(), parameters=parameters, procedures=procedures)


@cache
def _calendars() -> tuple[Calendar, ...]:
    data = files("rules") / "data"
    standard, saturday = (_read(data / "calendars" / f"{name}.toml") for name in ("vn-standard", "vn-saturday-morning"))
    rows = [row for row in standard["exceptions"] if row["date"] not in SWAPPED]
    rows += [{"date": day, "counts_for_term": counts} for day, (_, counts) in SWAPPED.items()]
    first = standard | {"published_at": at("2025-11-21T00:00")}
    newer = standard | {"version": NEW, "published_at": ANNOUNCED_AT, "exceptions": rows}
    provisional = _read(data / "provisional-days.toml")
    return tuple(read_calendar(one, provisional, [standard]) for one in (first, newer, saturday))


def _read(path: Any) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def differences(dossier: Dossier, *, with_pinned: bool = False) -> Iterator[str]:
    """What the product said otherwise than the law has it, in words; what is pinned elsewhere only if it is asked for."""
    law = judgement_on(dossier)
    is_given_up = any(getattr(one.data, "code", "") == _GIVEN_UP for one in dossier.said)
    # A late record of a part, which the oracle does not know, may keep a stream that it takes for forgotten (TIME-6).
    if is_given_up or law.is_forgotten:
        return
    pairs = _compared(dossier, law)
    if not with_pinned:
        _leave_out_pinned(pairs, law)
    for name, (one, other) in pairs.items():
        yield from _unequal(name, one, other)


_ALL = (
    "lawful",
    "promised",
    "breached",
    "verdicts",
    "obligations",
    "stood still",
    "breaches",
    "obligations of the facts",
)
_LETTERS = ("obligations", "obligations of the facts")
_PINNED = {
    LAWFUL_766: _ALL,
    ONLY_A_LETTER_BETWEEN: _ALL,
    REOPENED_WAIT: _ALL,
    LATE_WHILE_WAITING: _LETTERS,
}
"""What random lives are not held to, because `test_law_by_text` pins it, or the text can be read in two ways."""


def _leave_out_pinned(pairs: dict[str, tuple[Any, Any]], law: Judgement) -> None:
    if {LATE_BY_RECORD, OTHER_CALENDAR} & law.turned_on:
        pairs["verdicts"] = _without_other_policies(pairs["verdicts"][0]), _without_other_policies(pairs["verdicts"][1])
    for pinned, names in _PINNED.items():
        for name in names if pinned in law.turned_on else ():
            pairs.pop(name, None)


def _without_other_policies(verdicts: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the lawful policy says."""
    return {ending: replace(one, by_policy=()) for ending, one in verdicts.items()}


def _compared(dossier: Dossier, law: Judgement) -> dict[str, tuple[Any, Any]]:
    """What the law says, and what was said, by name."""
    said, is_ended = said_of(dossier), law.stands == "ended"
    pairs: dict[str, tuple[Any, Any]] = {"original": (law.original, said.dues.original)}
    if not is_ended:
        pairs |= {
            "lawful": (law.lawful, said.dues.lawful),
            "promised": (law.promised, said.dues.promised),
            "breached": ({due_at for due_at, _ in law.breaches}, _breached(dossier)),
        }
    stops = {(since, until or law.ended_at) for since, until in said.stops}
    pairs |= {
        "verdicts": (dict(law.verdicts), _verdicts(dossier)),
        "obligations": (
            [(one[0], one[2], one[3]) for one in law.obligations],
            [tuple(one) for one in said.obligations],
        ),
        "stood still": ({(since, until or law.ended_at) for since, until in law.stops}, stops),
        "breaches": (dict(law.breaches), _holders(dossier)),
    }
    if dossier.facts is not None:
        pairs["obligations of the facts"] = (
            [(one[0], one[2], one[3]) for one in law.obligations],
            [tuple(one) for one in dossier.facts.obligations],
        )
    return pairs


def _breached(dossier: Dossier) -> set[Any]:
    return set(_holders(dossier))


def _holders(dossier: Dossier) -> dict[Any, int]:
    said = [one.data for one in dossier.said if one.envelope.event_type == "dossier-breached.v1"]
    return {data.lawful_due_at: data.held_by_unit_id for data in said}


def _verdicts(dossier: Dossier) -> dict[str, Any]:
    """The last word about each ending."""
    said = [one.data for one in dossier.said if one.envelope.event_type == "ending-classified.v1"]
    return {
        data.target_event_id: Verdict(
            outcome=data.outcome,
            judged_due_at=data.judged_due_at,
            by_policy=(data.pause_outcome, data.restart_outcome, data.qd766_outcome),
            is_backdated=data.is_backdated,
            is_approved=data.is_approved,
        )
        for data in said
    }


def _unequal(name: str, law: Any, said: Any) -> Iterator[str]:
    if law != said:
        yield f"{name}: by the text {_short(law)}, said {_short(said)}"


def _short(value: Any) -> str:
    """As it is read most easily: local times without their zone."""
    if isinstance(value, datetime):
        return str(local(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{_short(name)}: {_short(one)}" for name, one in value.items()) or "none"
    if isinstance(value, set | list):
        return ", ".join(_short(one) for one in (sorted(value, key=str) if isinstance(value, set) else value)) or "none"
    if isinstance(value, tuple):
        return " ".join(_short(one) for one in value)
    return str(value)
