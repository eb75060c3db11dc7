"""`motcua import` of a CSV file: events/s, where the time goes, how much memory; beside it a bare read and parse.

`python -m bench.importing --dossiers 33334` makes three events of each dossier. With `--stack` it runs the whole: a stack of its
own, the command as a user gives it, until everything is counted.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.end_to_end import MOTCUA, cpu_seconds, running
from bench.table import print_table
from motcua.importing.adapters.prepared import PreparedActions
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.domain.mapping import ImportMapping
from motcua.importing.domain.mapping_reading import mapping_of
from motcua.importing.outcome import Outcome
from motcua.importing.reading import Checker, Law, read_files
from rules.book.rulebook_files import load_rulebook
from services.intake.domain.unit_register import Units

GOAL = 3_000
EVENTS_PER_DOSSIER = 3
MAPPING = """
[source]
name = "bench"
[formats]
dates = "dd/mm/yyyy"
[dossier]
key = ["Năm", "Số hồ sơ"]
unit_id = 4019753
[[events]]
type = "dossier-accepted.v1"
time = "Ngày nhận"
required = true
[events.attributes]
channel = {column = "Kênh", values = {"Trực tiếp" = 1, "Trực tuyến" = 2}}
actorid = {column = "Cán bộ"}
[events.data]
procedure_code = "1.001193"
appointment_at = {column = "Ngày hẹn trả"}
[[events]]
type = "step-completed.v1"
time = "Ngày thẩm định"
[events.attributes]
actorid = {column = "Cán bộ"}
[events.data]
step_code = "TĐ"
[[events]]
type = "result-ready-at-counter.v1"
time = "Ngày xong"
[events.attributes]
actorid = {column = "Cán bộ"}
"""
HEADER = ("Năm", "Số hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Ngày thẩm định", "Ngày xong", "Kênh", "Cán bộ")


def main() -> int:
    """Make the file, and measure; the exit code says whether the goal was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=33_334)
    parser.add_argument("--stack", action="store_true", help="end to end, with a stack of its own")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-import-") as named:
        folder = Path(named)
        file, mapping = folder / "register.csv", folder / "mapping.toml"
        write_register(file, chosen.dossiers)
        mapping.write_text(MAPPING, encoding="utf-8")
        events = chosen.dossiers * EVENTS_PER_DOSSIER
        print(f"{chosen.dossiers:,} dossiers, {events:,} events, {file.stat().st_size / 2**20:,.0f} MiB of CSV\n")
        return whole(file, mapping, events) if chosen.stack else parts(file, events)


def write_register(file: Path, dossiers: int) -> None:
    """A row for each dossier, of ten years."""
    first = datetime(2015, 1, 5, 8, tzinfo=UTC)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for number in range(dossiers):
            accepted = first + timedelta(hours=number % 80_000)
            days = [accepted + timedelta(days=one) for one in (0, 10, 3, 4 + number % 9)]
            year, serial = accepted.year, number // 10 + 1
            told = [one.strftime("%d/%m/%Y %H:%M") for one in days]
            channel = "Trực tuyến" if number % 3 else "Trực tiếp"
            writer.writerow([f"{year}.{number % 10}", serial, *told, channel, f"cb-{number % 40}"])


def parts(file: Path, events: int) -> int:
    """Each step by itself, in this process."""
    rows: list[tuple[str, str, str, str]] = []

    @contextmanager
    def step(name: str) -> Iterator[None]:
        wall, cpu = time.monotonic(), time.process_time()
        yield
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        rows.append((name, f"{events / wall:,.0f}", f"{events / cpu:,.0f}", f"{resident_mib():,.0f}"))

    with step("bare read and parse (csv.reader)"), file.open(encoding="utf-8", newline="") as text:
        for _ in csv.reader(text):
            pass
    mapping: ImportMapping = mapping_of(tomllib.loads(MAPPING))
    law, outcome = Law.of(load_rulebook(), mapping.source), Outcome()
    unseen: Callable[[int], None] = lambda _: None  # noqa: E731
    with (
        tempfile.TemporaryDirectory() as named,
        RowStore(Path(named), mapping.columns) as store,
        PreparedActions(Path(named), mapping) as prepared,
    ):
        with step("read, checked, put on the disk"):
            read_files([file], mapping, store, outcome, unseen)
        checker = Checker.of(mapping, law, Units(), outcome, datetime.now(UTC))
        checker.prepared = prepared
        with step("put together and judged"):
            checker.check(store, unseen)
        with step("read again, to be sent"):
            sent = sum(len(batch) for batch in prepared.batches(1_000))
    assert sent == events, (sent, list(outcome.finding_lines()))
    print_table(("step", "events/s", "per CPU second", "resident, MiB"), rows)
    return 0


def whole(file: Path, mapping: Path, events: int) -> int:
    """The command, against a running stack."""
    source = "urn:motcua:import:bench"
    with tempfile.TemporaryDirectory(prefix="motcua-bench-stack-") as named, running(Path(named), source) as addresses:
        before, started = cpu_seconds(addresses), time.monotonic()
        env = {**os.environ, "MOTCUA_DATA_DIR": addresses.data_dir}
        command = [*MOTCUA, "import", str(file), "--mapping", str(mapping), "--json"]
        recorded_at = None
        process = subprocess.Popen([*command, "--no-wait"], env=env, stdout=subprocess.PIPE, stderr=sys.stderr)
        printed, _ = process.communicate()
        recorded_at = time.monotonic() - started
        summary = json.loads(printed)
        subprocess.run(
            command, env=env, stdout=subprocess.DEVNULL, check=False
        )  # nothing new: waits until all is counted
        spent = {name: used - before[name] for name, used in cpu_seconds(addresses).items() if name in before}
    assert (summary["recorded"], summary["findings"]) == (events, []), summary
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print_table(
        ("figure", "measured", "goal"),
        [
            ("read, judged and recorded, events/s", f"{events / recorded_at:,.0f}", f"{GOAL:,}"),
            ("largest process that was started, MiB", f"{children.ru_maxrss / 1024:,.0f}", ""),
        ],
    )
    print("\nCPU of each service over the import and one repetition, microseconds per event:")
    print_table(("process", "us/event"), [(name, f"{used / events * 1e6:,.0f}") for name, used in spent.items()])
    return 0 if events / recorded_at >= GOAL else 1


def resident_mib() -> float:
    """The most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
