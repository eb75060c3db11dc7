"""How long a register of 3,500 units takes to load, and what it weighs: `python -m bench.units_load [--units N]`.

From a file to the store, part by part: read the CSV, work out the difference, over HTTP into SQLite as a whole; the register read
again by a process that starts; the same file once more, which changes nothing.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import aiohttp
from aiohttp import web

from bench.intake_record import new_store, reader
from bench.table import print_table
from events.schema_files import load_problem_codes
from motcua.reference_loading import Difference
from motcua.unit_files import COLUMNS, SUCCESSION_COLUMNS, read_unit_file
from motcua.unit_loading import difference_to
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.planning import Planner
from services.intake.adapters.event_store import LedgerStore
from services.intake.adapters.http_receiver import HttpReceiver
from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.problems import Problems
from services.intake.adapters.system_clock import SystemClock
from services.intake.adapters.writer import Writer
from services.intake.domain.judge import Judge
from services.intake.domain.register import Register
from services.intake.pipeline import ActionRecorder

MadeT = TypeVar("MadeT")
PROVINCES = 34
Row = tuple[str, str, str, str]


def write_files(folder: Path, count: int) -> None:
    """Provinces with their communes of before and after a reform: each old one merged into a new one."""
    units = [",".join(COLUMNS)]
    successions = [",".join(SUCCESSION_COLUMNS)]
    units += [f"{one},{one:02},Tỉnh {one},province,tỉnh,,2025-01-01,,NQ 1" for one in range(1, PROVINCES + 1)]
    for number in range(count - PROVINCES):
        parent, is_old = number % PROVINCES + 1, number % 2 == 0
        begun, ended = ("2025-01-01", "2025-07-01") if is_old else ("2025-07-01", "")
        unit_id = 1000 + number
        units.append(f"{unit_id},{unit_id},Xã {unit_id},commune,xã,{parent},{begun},{ended},NQ 2")
        if is_old:
            successions.append(f"{unit_id},{1001 + number if number + 1 < count - PROVINCES else 1001},1,NQ 2")
    (folder / "units.csv").write_text("\n".join(units) + "\n", encoding="utf-8")
    (folder / "successions.csv").write_text("\n".join(successions) + "\n", encoding="utf-8")


def timed(rows: list[Row], part: str, what: Callable[[MadeT], str], work: Callable[[], MadeT]) -> MadeT:
    begun, used = time.perf_counter(), time.process_time()
    made = work()
    rows.append((part, f"{time.perf_counter() - begun:.2f}", f"{time.process_time() - used:.2f}", what(made)))
    return made


async def sent(store: LedgerStore, difference: Difference) -> int:
    rulebook = load_rulebook()
    judge = Judge(
        rulebook=rulebook, planner=Planner(rulebook, load_procedures(rulebook.default_rule_set)), read=reader().read
    )
    writer = Writer(ActionRecorder(store=store, judge=judge, known_states=KnownStates(10)), SystemClock())
    runner = web.AppRunner(
        HttpReceiver(writer, reader(), Problems(load_problem_codes()), store, {}).application(), access_log=None
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    writing = asyncio.create_task(writer.run())
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/actions?whole=true"
    async with aiohttp.ClientSession() as session, session.post(address, json=difference.actions) as response:
        recorded = int((await response.json())["recorded"])
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    await runner.cleanup()
    return recorded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=3_500)
    count = parser.parse_args().units
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as named:
        folder = Path(named)
        write_files(folder, count)
        files = folder / "units.csv", folder / "successions.csv"
        store, now = new_store(folder, "units"), datetime.now(UTC)
        wanted = timed(rows, "read the files", lambda one: f"{len(one[0])} units", lambda: read_unit_file(*files))
        difference = timed(
            rows, "difference to an empty register", lambda one: f"{len(one.changes)} changes",
            lambda: difference_to(Register(), *wanted, now),
        )  # fmt: skip
        timed(rows, "over HTTP into the store, whole", "{} events".format, lambda: asyncio.run(sent(store, difference)))
        store.close()
        again = new_store(folder, "units")
        register = timed(rows, "read by a process that starts", lambda one: f"{len(one.units)} units", again.register)
        timed(
            rows,
            "the same file again",
            lambda one: f"{len(one.changes)} changes",
            lambda: difference_to(register, *wanted, now),
        )
        again.close()
    print_table(("part", "seconds", "of CPU", "what"), rows)
    print(f"in all {sum(float(row[1]) for row in rows):.2f} s; limit 60 s for everything that reference data will hold")
    print(f"largest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB, limit 200")


if __name__ == "__main__":
    main()
