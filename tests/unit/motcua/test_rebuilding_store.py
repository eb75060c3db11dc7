"""A store that is rebuilt from its topics holds what the old one held and goes on as it did; nothing wrong becomes a store."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from events.codec import from_kafka, from_structured, to_kafka, to_structured
from events.envelope import Event
from events.hash_chain import hash_of
from motcua.output import CommandError, ExitCode
from motcua.rebuilding.domain import PublishedOrder
from motcua.rebuilding.reading import TopicsByNumber
from motcua.rebuilding.run import rebuilt
from motcua.rebuilding.storing import StoreWriter
from motcua.rebuilding.targets import opened_target
from motcua.verifying.domain import Findings
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.kafka_tail import Published
from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.same_log import require_same_log
from services.intake.domain.actions import AnyAction
from services.intake.pipeline import ActionRecorder
from tests.fakes.published_topics import PublishedTopics, Record
from tests.unit.intake.counter import NOW, judge, raw_action, reader
from tests.unit.intake.units import before_the_reform, reform

TABLES = {
    "stored_events": "rowid, *", "linked_codes": "*", "acting_persons": "*", "register_places": "*",
    "action_receipts": "receipt_key, dossier_id, stream_seq",
}  # fmt: skip
"""What has to be as it was; of a receipt all but its digest."""


def said() -> list[AnyAction]:
    """Dossiers with codes that were given later, a flag of intake, a subject with an odd writing; and a register of units."""
    raw = [
        raw_action("dossier-accepted.v1", subject="HS-1"),
        raw_action("dossier-accepted.v1", subject="HS-2", actorid="cb-2"),
        raw_action("dossier-accepted.v1", 1, subject="HS-1b", data={"previous_code": "HS-1"}),
        raw_action("dossier-submitted.v1", subject="HS-3"),
        raw_action("dossier-accepted.v1", 2, subject="HS-3b", data={"previous_code": "HS-3"}),
        raw_action("dossier-code-assigned.v1", 3, subject="HS-2", data={"code": "HS-2b"}),
        raw_action("step-started.v1", 4, subject="HS-2b"),
        raw_action("deadline-extended.v1", 5, subject="HS-1"),
        raw_action("supplement-requested.v1", 6, subject=" hs–1 "),
        *before_the_reform(),
        *reform(),
    ]
    return [reader().read(one) for one in raw]  # type: ignore[misc]


def recorder(store: LedgerStore) -> ActionRecorder:
    return ActionRecorder(store=store, judge=judge(), known_states=KnownStates(9))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "old" / "ledger.sqlite"


@pytest.fixture
def old(path: Path) -> Iterator[LedgerStore]:
    path.parent.mkdir()
    store = open_store({"SQLITE_DBNAME": str(path)})
    answers = recorder(store).record(said(), NOW)
    assert [one.refusal for one in answers] == [None] * len(answers)
    yield store
    store.close()


@pytest.fixture
def topics(old: LedgerStore) -> PublishedTopics:
    return PublishedTopics().publish(old)


async def rebuild(topics: PublishedTopics, path: Path, **options: Any) -> Findings:
    """Into `path`, as the command does it once Kafka answers."""
    findings = Findings(20)
    order = PublishedOrder(findings, may_have_unused=False)
    reading = TopicsByNumber(order, findings, options.get("left_out", ()))
    with opened_target({"SQLITE_DBNAME": str(path)}) as target:
        writer = StoreWriter(target.store, findings)
        async for record in reading.read_by(topics, list(topics.partitions)):  # type: ignore[arg-type]
            if order.take(record):
                writer.take(record)
        writer.flush()
        if not findings.count:
            target.keep()
    return findings


def held(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as store:
        return {
            table: sorted(store.execute(f"SELECT {columns} FROM {table}").fetchall())
            for table, columns in TABLES.items()
        }


async def test_every_table_is_as_it_was_bytes_and_numbers_included(
    topics: PublishedTopics, path: Path, tmp_path: Path
) -> None:
    findings = await rebuild(topics, tmp_path / "ledger.sqlite")
    assert findings.first == []
    was = held(path)
    assert held(tmp_path / "ledger.sqlite") == was
    assert all(was.values()), "every table holds something"
    assert len(was["linked_codes"]) == 3


async def test_the_rebuilt_store_is_the_one_that_was_published_and_answers_what_is_sent_again_as_before(
    old: LedgerStore, topics: PublishedTopics, tmp_path: Path
) -> None:
    before = recorder(old).record(said(), NOW)
    await rebuild(topics, tmp_path / "ledger.sqlite")
    store = open_store({"SQLITE_DBNAME": str(tmp_path / "ledger.sqlite")})
    last = next(iter(old.read_after(old.last_id() - 1, 1)))
    require_same_log(store, Published(old.last_id(), str(last.structured["id"])))
    assert recorder(store).record(said(), NOW) == before
    assert all(one.is_replay for one in before)
    other = reader().read(raw_action("dossier-accepted.v1", subject="HS-1", unitid=6))
    (refused,) = recorder(store).record([other], NOW)  # type: ignore[list-item]
    assert refused.refusal is not None
    assert refused.refusal.code == "id-reused"
    assert store.last_id() == old.last_id()
    store.close()


async def test_an_old_file_is_put_aside_only_by_a_store_that_is_whole(topics: PublishedTopics, tmp_path: Path) -> None:
    path = tmp_path / "store" / "ledger.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    lost = topics.all()[3]
    whole = {place: list(records) for place, records in topics.partitions.items()}
    for records in topics.partitions.values():
        if lost in records:
            records.remove(lost)
    assert (await rebuild(topics, path)).count
    assert [one.name for one in path.parent.iterdir()] == ["ledger.sqlite"]
    assert path.read_bytes() == b"damaged"
    topics.partitions = whole
    assert (await rebuild(topics, path)).first == []
    (aside,) = path.parent.glob("aside-*")
    assert (aside / "ledger.sqlite").read_bytes() == b"damaged"
    assert len(held(path)["stored_events"]) == len(topics.all())


def altered(record: Record, **envelope: Any) -> Record:
    """The same event with another envelope, its hash put right where `prev_hash` or a number is told."""
    event = from_kafka(record.value, record.headers)
    changed = Event(envelope=replace_in(event.envelope, **envelope), data=event.data)
    key, value, headers = to_kafka(changed)
    number = [one for one in record.headers if one[0] == "notificationid"]
    return Record(record.topic, record.partition, 0, key, value, [*headers, *number])


def replace_in(envelope: Any, **changes: Any) -> Any:
    return type(envelope)(**{name: changes.get(name, getattr(envelope, name)) for name in envelope.__struct_fields__})


def numbered(record: Record, number: bytes | None) -> Record:
    others = [one for one in record.headers if one[0] != "notificationid"]
    return replace(record, headers=[*others, *([] if number is None else [("notificationid", number)])])


def next_of(record: Record, number: int) -> Record:
    """A true next event of the same stream, sealed as intake would: only its number can give it away."""
    about = from_kafka(record.value, record.headers).envelope
    made = altered(
        record,
        stream_seq=about.stream_seq + 1,
        prev_hash=about.hash,
        hash=None,
        event_id=f"{'0' * 8}{about.event_id[8:]}",
    )
    structured = to_structured(from_kafka(made.value, made.headers))
    sealed = from_structured({**structured, "hash": hash_of(structured)})
    _, value, headers = to_kafka(sealed)
    return numbered(replace(made, value=value, headers=headers), str(number).encode())


def whats(findings: Findings) -> list[str]:
    return [one.what for one in findings.first]


async def test_a_lost_record_is_named_by_the_store_s_number_and_by_its_stream(
    topics: PublishedTopics, tmp_path: Path
) -> None:
    first_of_a_stream = topics.all()[0]
    for records in topics.partitions.values():
        if first_of_a_stream in records:
            records.remove(first_of_a_stream)
    findings = await rebuild(topics, tmp_path / "ledger.sqlite")
    number = dict(first_of_a_stream.headers)["notificationid"].decode()
    assert any(what == "number 1 is missing" for what in whats(findings))
    assert any(f"the store's number {number} is missing" in what for what in whats(findings))
    assert not (tmp_path / "ledger.sqlite").exists()


async def test_a_changed_record_is_named_once_and_its_number_is_not_missing_too(
    topics: PublishedTopics, tmp_path: Path
) -> None:
    for records in topics.partitions.values():
        records[0] = replace(altered(records[0], actor_id="somebody"), offset=0)
    findings = await rebuild(topics, tmp_path / "ledger.sqlite")
    assert whats(findings) == ["it was changed: its hash is another"] * len(topics.partitions)
    assert not (tmp_path / "ledger.sqlite").exists()


FORGED: dict[str, Any] = {
    "no number": (lambda one, _: numbered(next_of(one, 1), None), "it has no number: the relay gives each one"),
    "a number that is taken": (lambda one, _: next_of(one, 1), "stands behind number"),
    "a number too far on": (lambda one, last: next_of(one, last + 5), "are missing before it"),
    "no event": (lambda one, _: replace(one, value=b"{", headers=[]), "no event of ours"),
    "under the key of another": (
        lambda one, _: replace(next_of(one, 1), key=b"00000000-0000-4000-8000-000000000000"),
        "no event of ours: its key is",
    ),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_record_is_named_by_its_place_and_nothing_is_built_until_it_is_left_out(
    topics: PublishedTopics, path: Path, tmp_path: Path, name: str
) -> None:
    forge, what = FORGED[name]
    (*_, last_of_a_stream) = [one for one in topics.all() if b"HS-3b" in dict(one.headers).values()]
    forged = topics.put(forge(last_of_a_stream, len(topics.all())))
    findings = await rebuild(topics, tmp_path / "ledger.sqlite")
    assert [(one.where, what in one.what) for one in findings.first] == [(forged.place, True)]
    assert not (tmp_path / "ledger.sqlite").exists()
    assert (await rebuild(topics, tmp_path / "ledger.sqlite", left_out=[forged.place])).first == []
    assert held(tmp_path / "ledger.sqlite") == held(path)


async def test_a_number_too_far_on_before_a_true_record_is_named_with_it(
    old: LedgerStore, topics: PublishedTopics, tmp_path: Path
) -> None:
    last = old.last_id()
    (*_, one) = [each for each in topics.all() if b"HS-3b" in dict(each.headers).values()]
    forged = topics.put(next_of(one, last + 9))
    true = topics.put(numbered(replace(one, offset=0), str(last + 1).encode()))
    named = {one.where: one.what for one in (await rebuild(topics, tmp_path / "ledger.sqlite")).first}
    assert named == {
        forged.place: f"the store's numbers {last + 1} to {last + 8} are missing before it",
        true.place: f"its number {last + 1} stands behind number {last + 9} at {forged.place}: one is wrong",
    }


async def test_of_two_records_with_one_number_in_different_partitions_the_second_is_named(
    old: LedgerStore, topics: PublishedTopics, path: Path, tmp_path: Path
) -> None:
    last = old.last_id()
    (*_, one) = [each for each in topics.all() if b"HS-3b" in dict(each.headers).values()]
    forged = topics.put(next_of(one, last))
    assert whats(await rebuild(topics, tmp_path / "ledger.sqlite")) == [
        f"a second event with the store's number {last}"
    ]
    assert (await rebuild(topics, tmp_path / "ledger.sqlite", left_out=[forged.place])).first == []
    assert held(tmp_path / "ledger.sqlite") == held(path)


async def test_an_action_that_was_recorded_twice_is_named(topics: PublishedTopics, tmp_path: Path) -> None:
    last = [one for one in topics.all() if one.topic == "dossier-events"][-1]
    topics.put(next_of(last, len(topics.all()) + 1))
    findings = await rebuild(topics, tmp_path / "ledger.sqlite")
    assert [what.startswith("the action /hue/mot-cua|") for what in whats(findings)] == [True]
    assert not (tmp_path / "ledger.sqlite").exists()


async def test_an_sqlite_store_has_no_numbers_that_were_given_up(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as raised:
        await rebuilt("127.0.0.1:1", {"SQLITE_DBNAME": str(tmp_path / "x")}, 20, may_have_unused=True)
    assert raised.value.exit_code is ExitCode.USAGE
