"""Who is killed (-9) at which moment, and what must hold afterwards: one row a kill.

`make test` kills once for each row. `make chaos` kills again and again at the same moments (`MOTCUA_CHAOS_KILLS` times each) and
at random ones (tests/chaos). A moment is a condition that the test waits for, never a time; the module named by a row knows it
under the row's words.
"""

import os
from dataclasses import dataclass

ONCE_ON_THE_BUS = "what was answered as recorded is stored and stands on Kafka once, in order, with whole chains"
SAID_ONCE = "every deadline event is what the rules give over the log, and no id has two contents"
FACTS_OF_THE_SET = "every fact and the roll-up equal a plain fold over the set of events"
NOTHING_LOST = "each dossier is recorded, published, judged and counted, once"

KILLS = int(os.environ.get("MOTCUA_CHAOS_KILLS", "1"))
"""How often each row kills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """One row. `processes` die in the same instant; the names are those of `motcua status`, and `bulk load` for the command."""

    module: str
    processes: tuple[str, ...]
    moment: str
    holds: str

    def __str__(self) -> str:
        """The test's name."""
        return f"{' and '.join(self.processes)}: {self.moment}"


_INTAKE = "tests.integration.intake.test_crashes"
_WORKER = "tests.integration.deadlines.test_worker"
_BULK = "tests.integration.deadlines.test_bulk"
_LOADER = "tests.integration.stats.test_loader"
_ENGINE = "tests.integration.stats.test_facts_survive"
_STACK = "tests.integration.stack.test_crashes"


def _row(module: str, processes: str, moment: str, holds: str) -> Crash:
    return Crash(module=module, processes=tuple(processes.split()), moment=moment, holds=holds)


MATRIX = (
    _row(_INTAKE, "relay", "a batch of the feed is on Kafka", ONCE_ON_THE_BUS),
    _row(_INTAKE, "intake", "a part of the feed is stored", ONCE_ON_THE_BUS),
    _row(_INTAKE, "relay intake", "a batch of the feed is on Kafka", ONCE_ON_THE_BUS),
    _row(_INTAKE, "kafka", "a batch of the feed is on Kafka", ONCE_ON_THE_BUS),
    _row(_WORKER, "deadlines", "it has begun to speak of an import's first half", SAID_ONCE),
    _row(_WORKER, "deadlines", "it has begun to speak of an import's second half", SAID_ONCE),
    _row(_BULK, "bulk-load", "its first words are out", SAID_ONCE),
    _row(_LOADER, "stats", "events are in, before their facts", FACTS_OF_THE_SET),
    _row(_LOADER, "stats", "facts are in, before the offsets", FACTS_OF_THE_SET),
    _row(_ENGINE, "clickhouse", "two loaders are in the middle of their batches", FACTS_OF_THE_SET),
    _row(_STACK, "relay deadlines clickhouse", "counters go on sending", NOTHING_LOST),
    _row(_STACK, "kafka intake stats web", "counters go on sending", NOTHING_LOST),
)


def crashes_of(module: str) -> list[Crash]:
    """The rows that a test module runs."""
    return [one for one in MATRIX if one.module == module]
