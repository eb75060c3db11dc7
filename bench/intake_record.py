"""Events per second of intake's parts on this machine: `python -m bench.intake_record [--dossiers N] [--bootstrap HOST:PORT]`.

Prints a table: reading, deciding and sealing without a store; the store alone at several batch sizes; one writer behind HTTP, end
to end over a socket; and, with `--bootstrap`, the relay to Kafka. Beside each stands the limit that it must not go below.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from events.schema_files import load_data_schemas, load_documents, load_problem_codes, load_schema, load_schemas
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.planning import Planner
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.http_receiver import HttpReceiver
from services.intake.adapters.kafka_relay import KafkaLogPublisher
from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.problems import Problems
from services.intake.adapters.published_documents import PublishedDocuments
from services.intake.adapters.system_clock import SystemClock
from services.intake.adapters.writer import Writer
from services.intake.domain.actions import Action
from services.intake.domain.decide import decide
from services.intake.domain.dossier import DossierState
from services.intake.domain.judge import Judge
from services.intake.domain.sealing import Sealed, seal
from services.intake.pipeline import ActionRecorder, publish_recorded

LIMIT = 6_000
HTTP_BATCH = 1_000
RELAY_BATCH = 5_000
START = datetime.fromisoformat("2026-03-02T08:00:00+07:00")
STEPS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("dossier-accepted.v1", {"procedure_code": "1.004873", "term": {"value": 7, "unit": "working_day"}}),
    ("dossier-transferred.v1", {"to_unit_id": 14_812, "control_sheet_no": "BG-1"}),
    ("step-started.v1", {"step_code": "TL", "step_name": "Thụ lý"}),
    ("step-completed.v1", {"step_code": "TL", "step_name": "Thụ lý"}),
    ("result-issued.v1", {"document_no": "12/QĐ-UBND", "result_kind": "granted"}),
    ("result-ready-at-counter.v1", {}),
    ("result-delivered.v1", {"method": "counter"}),
)


def actions_of(dossiers: int) -> list[dict[str, Any]]:
    """Whole lives, all dossiers side by side, as a counter system sends them."""
    return [
        {
            "specversion": "1.0",
            "id": f"a-{number}-{step}",
            "source": "/bench/mot-cua",
            "type": event_type,
            "subject": f"H38-{number:07}",
            "time": (START + timedelta(hours=step, seconds=number % 3_600)).isoformat(),
            "unitid": 14_797,
            "actorid": "cb-017",
            "channel": 1,
            "data": data,
        }
        for step, (event_type, data) in enumerate(STEPS)
        for number in range(dossiers)
    ]


def reader() -> ActionReader:
    return ActionReader(load_schema("action.v1"), load_data_schemas(), ())


def read_all(raws: Sequence[dict[str, Any]]) -> list[Action]:
    read = reader()
    return [one for one in map(read.read, raws) if isinstance(one, Action)]


def seal_all(actions: Sequence[Action]) -> list[Sealed]:
    states: dict[str, DossierState] = {}
    done: list[Sealed] = []
    now = datetime.now(UTC)
    for action in actions:
        state = states.get(action.subject)
        flags = decide(state, action, now)
        assert isinstance(flags, tuple)
        sealed = seal(state, action, flags, now, START.date())
        states[action.subject] = sealed[-1].state
        done.extend(sealed)
    return done


@dataclass
class Rate:
    """Events per second by the clock on the wall, and per second of this process' own processor time."""

    wall: float
    cpu: float


@dataclass
class Stopwatch:
    """Runs from where it is made."""

    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)

    def rate(self, count: int) -> Rate:
        """Of so many events since then."""
        return Rate(count / (time.perf_counter() - self.wall), count / (time.process_time() - self.cpu))


def per_second(count: int, work: Callable[[], object]) -> Rate:
    watch = Stopwatch()
    work()
    return watch.rate(count)


def append_in_batches(store: LedgerStore, sealed: Sequence[Sealed], size: int) -> None:
    for start in range(0, len(sealed), size):
        store.append(sealed[start : start + size], [])


def new_store(folder: Path, name: str) -> LedgerStore:
    return open_store({"SQLITE_DBNAME": str(folder / f"{name}.sqlite")})


async def over_http(store: LedgerStore, raws: Sequence[dict[str, Any]]) -> Rate:
    rulebook = load_rulebook()
    planner = Planner(rulebook, load_procedures(rulebook.default_rule_set))
    judge = Judge(rulebook=rulebook, planner=planner, read=reader().read)
    recorder = ActionRecorder(store=store, judge=judge, known_states=KnownStates(50_000))
    writer = Writer(recorder, SystemClock())
    published = PublishedDocuments(load_documents(), load_schemas(), SystemClock().now, lambda _: ())
    receiver = HttpReceiver(writer, reader(), Problems(load_problem_codes()), store, published, recorder)
    runner = web.AppRunner(receiver.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    writing = asyncio.create_task(writer.run())
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/actions"
    bodies = [orjson.dumps(raws[start : start + HTTP_BATCH]) for start in range(0, len(raws), HTTP_BATCH)]
    watch = Stopwatch()
    async with aiohttp.ClientSession() as session:
        for body in bodies:
            async with session.post(address, data=body, headers={"Content-Type": "application/json"}) as response:
                assert response.status == 200, await response.text()
                await response.read()
    rate = watch.rate(len(raws))
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await runner.cleanup()
    return rate


async def relayed(store: LedgerStore, bootstrap: str) -> tuple[float, Rate]:
    """Seconds to the first reading of the place, and events per second after it. The topic is taken to be empty."""
    publisher = KafkaLogPublisher(bootstrap)
    begun = time.perf_counter()
    await publisher.start()
    started = time.perf_counter() - begun
    watch = Stopwatch()
    position, last = 0, store.last_id()
    while position < last:
        position = await publish_recorded(store, publisher, position, RELAY_BATCH)
    rate = watch.rate(last)
    await publisher.stop()
    return started, rate


def show(part: str, rate: Rate, limit: int | None = None) -> None:
    print(f"{part:<48} {rate.wall:>10,.0f} {rate.cpu:>12,.0f}  {'' if limit is None else f'{limit:>8,}'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2_000)
    parser.add_argument(
        "--bootstrap", help="a Kafka with an empty topic dossier-events; without it no relay is measured"
    )
    chosen = parser.parse_args()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as intake does
    raws = actions_of(chosen.dossiers)
    print(f"{'events/s (' + format(len(raws), ',') + ' events)':<48} {'measured':>10} {'per CPU s':>12}  {'limit':>8}")
    actions: list[Action] = []
    sealed: list[Sealed] = []
    show("read (schema, types, digest)", per_second(len(raws), lambda: actions.extend(read_all(raws))))
    show("decide and seal (envelope, hash chain)", per_second(len(raws), lambda: sealed.extend(seal_all(actions))))
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as named:
        folder = Path(named)
        for size in (1, 100, 1_000):
            part = sealed[:2_000] if size == 1 else sealed
            store = new_store(folder, f"append-{size}")
            rate = per_second(len(part), lambda s=store, p=part, n=size: append_in_batches(s, p, n))  # type: ignore[misc]
            show(f"store append, {size} a transaction (SQLite, synced)", rate)
            store.close()
        store = new_store(folder, "http")
        show(f"HTTP end to end, batches of {HTTP_BATCH}", asyncio.run(over_http(store, raws)), LIMIT)
        if chosen.bootstrap:
            seconds, rate = asyncio.run(relayed(store, chosen.bootstrap))
            show("relay to Kafka, one transaction a batch", rate, LIMIT)
            print(f"relay ready after {seconds:.2f} s")
        store.close()


if __name__ == "__main__":
    main()
