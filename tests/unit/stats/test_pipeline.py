"""The order of the loader's steps, with recorders in place of the outside world; the real parts are tested in integration."""

from collections.abc import Mapping, Sequence

import pytest

from events.codec import to_kafka
from events.envelope import Event
from services.stats.domain.chains import StoredLink
from services.stats.domain.facts import DossierFacts
from services.stats.domain.levels import Places
from services.stats.domain.reference import ReferenceRow
from services.stats.domain.rows import DossierKey, EventRow, KnownEvent, known_event
from services.stats.pipeline import load_batch
from services.stats.ports import DeadLetterError, Record
from tests.unit.intake.units import before_the_reform, recorded
from tests.unit.stats.dossiers import Dossier, at

APPENDED_AT = at("2026-03-02", "08:00")
DOSSIER = Dossier("D").accepted(at("2026-03-02")).due_at(at("2026-03-09", "17:00"))


def records(*, with_rubbish: bool) -> list[Record]:
    made = []
    for offset, event in enumerate(DOSSIER.events):
        key, value, headers = to_kafka(event)
        made.append(
            Record(
                topic="dossier-events" if event.envelope.hash else "deadline-events",
                partition=0,
                offset=offset,
                appended_at=APPENDED_AT,
                key=key,
                value=value,
                headers=headers,
            )  # type: ignore[arg-type]
        )
    rubbish = Record(
        topic="dossier-events", partition=0, offset=9, appended_at=APPENDED_AT, key=None, value=b"rubbish", headers=[]
    )
    return [*made, rubbish] if with_rubbish else made


class World:
    """Source, store and dead letters in one, writing down what is asked of it."""

    def __init__(self, batch: Sequence[Record], revisions: Sequence[int] = (1, 1), *, can_bury: bool = True) -> None:
        self.steps: list[str] = []
        self.facts: list[DossierFacts] = []
        self.stored: list[StoredLink] = []
        self.letters: list[tuple[Record, str]] = []
        self._batch, self._revisions, self._can_bury = batch, list(revisions), can_bury

    async def next_batch(self) -> Sequence[Record]:
        return self._batch

    async def commit(self, batch: Sequence[Record]) -> None:
        self.steps.append(f"commit {len(batch)}")

    async def send(self, record: Record, reason: str) -> None:
        if not self._can_bury:
            raise DeadLetterError(reason)
        self.letters.append((record, reason))
        self.steps.append(f"dead letter at {record.offset}: {reason.partition(':')[0]}")

    async def links(self, keys: Sequence[DossierKey]) -> Sequence[StoredLink]:
        return [one for one in self.stored if one.stream_id in {key.dossier_id for key in keys}]

    async def reference_links(self, stream_ids: Sequence[str]) -> Sequence[StoredLink]:
        return [one for one in self.stored if one.stream_id in stream_ids]

    async def insert_reference(self, rows: Sequence[ReferenceRow]) -> None:
        self.steps.append(f"insert {len(rows)} of units")

    async def refresh_register(self) -> None:
        self.steps.append("refresh the units")

    async def insert_events(self, rows: Sequence[EventRow]) -> None:
        self.steps.append(f"insert {len(rows)} events")

    async def known_events(self, keys: Sequence[DossierKey]) -> Mapping[DossierKey, Sequence[KnownEvent]]:
        self.steps.append(f"read back {len(keys)} dossier")
        return {key: [known_event(event) for event in DOSSIER.events] for key in keys}

    async def places(self) -> tuple[int, Places]:
        return self._revisions.pop(0), Places([])

    async def insert_facts(self, facts: Sequence[DossierFacts]) -> None:
        self.steps.append(f"insert {len(facts)} fact")
        self.facts.extend(facts)


async def test_offsets_are_committed_last() -> None:
    world = World(records(with_rubbish=False))

    assert await load_batch(world, world, world) == 2
    assert world.steps == ["insert 2 events", "read back 1 dossier", "insert 1 fact", "commit 2"]
    assert world.facts[0].version == 2


async def test_what_cant_be_read_is_buried_before_offsets_move_on() -> None:
    world = World(records(with_rubbish=True))

    await load_batch(world, world, world)

    assert world.steps[0] == "dead letter at 9: UnreadableMessageError"
    assert world.steps[-1] == "commit 3"


async def test_without_dead_letters_nothing_is_committed() -> None:
    world = World(records(with_rubbish=True), can_bury=False)

    with pytest.raises(DeadLetterError):
        await load_batch(world, world, world)
    assert world.steps == []


def told(event: Event, topic: str = "reference-events") -> Record:
    key, value, headers = to_kafka(event)
    return Record(topic=topic, partition=0, offset=0, appended_at=APPENDED_AT, key=key, value=value, headers=headers)  # type: ignore[arg-type]


async def test_units_are_known_before_facts_are_folded_and_offsets_last() -> None:
    world = World([*records(with_rubbish=False), *map(told, recorded(before_the_reform()))])

    assert await load_batch(world, world, world) == 2
    assert world.steps == [
        "insert 4 of units",
        "refresh the units",
        "insert 2 events",
        "read back 1 dossier",
        "insert 1 fact",
        "commit 6",
    ]


async def test_what_stands_on_the_wrong_topic_is_buried() -> None:
    unit, dossier = recorded(before_the_reform())[0], DOSSIER.events[0]
    world = World([told(unit, "dossier-events"), told(dossier)])

    await load_batch(world, world, world)
    assert world.steps == ["dead letter at 0: UnknownEventTypeError"] * 2 + ["commit 2"]


async def test_facts_are_folded_again_when_the_hierarchy_changed_meanwhile() -> None:
    world = World(records(with_rubbish=False), revisions=(1, 2, 2))

    await load_batch(world, world, world)

    assert world.steps.count("insert 1 fact") == 2
