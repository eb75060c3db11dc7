"""How fast the figures are asked: one week of every commune, the page's children and trend, a list, and the roll-up.

`python -m bench.figures [DOSSIERS]` on a real engine of its own with as many facts as the demo has. Prints the CPU time of the
engine per asking; two versions of the views are compared by running it in two checkouts.
"""

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import psutil
from clickhouse_connect.driver.client import Client

from bench.table import print_table
from demo.reference import load_units
from services.stats.adapters.rollup import refresh_rollup
from services.stats.questions import Scope, dossiers_behind, figures, figures_below, trend, week
from tests.sql.engines import engine_of_its_own

DOSSIERS = 15_000
ROUNDS = 8
NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)
FIRST = datetime(2025, 9, 1, 1, tzinfo=UTC)
FAR = datetime(2299, 12, 31, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
COLUMNS = (
    "opened_on", "dossier_id", "unit_id", "province_id", "commune_id", "channel", "accepted_at", "ended_at", "outcome",
    "due_history", "pauses", "version",
)  # fmt: skip


def main(count: int) -> int:
    """Fill, ask, print; 0."""
    with tempfile.TemporaryDirectory() as folder, engine_of_its_own(Path(folder) / "data") as (engine, client):
        for at in range(0, count, 2500):
            chance = Random(at)
            client.insert("dossiers", [row(chance, at + nth) for nth in range(2500)], column_names=COLUMNS)
        asked, everything = week(MONDAY, NOW), Scope()
        order = {"sort": "accepted_at", "is_descending": False, "limit": 100, "offset": 0}
        weeks = [week(MONDAY - timedelta(days=7 * nth), NOW) for nth in range(12)]
        questions: dict[str, Callable[[], Any]] = {
            "figures of every commune, a week": lambda: figures(client, "commune", MONDAY, asked.to_on, now=NOW),
            "figures of every commune, all time": lambda: figures(client, "commune", now=NOW),
            "children of everything, a week": lambda: figures_below(client, asked, everything),
            "trend of 12 weeks": lambda: trend(client, weeks, everything),
            "list behind late, a week": lambda: dossiers_behind(client, "late", asked, everything, order),
            "roll-up of everything": lambda: rolled_up(client),
        }
        print_table(
            ("question", "CPU ms"),
            [(name, f"{cpu_ms(psutil.Process(engine.process.pid), one):.0f}") for name, one in questions.items()],
        )
    return 0


def row(chance: Random, nth: int) -> tuple[Any, ...]:
    """The facts of one dossier: most ended within two weeks, some wait, some are late."""
    accepted_at = FIRST + timedelta(minutes=chance.randrange(400 * 24 * 60))
    ended_at = accepted_at + timedelta(minutes=chance.randrange(14 * 24 * 60)) if chance.random() < 0.9 else None
    due_at = accepted_at + timedelta(days=chance.choice((5, 7, 14)))
    paused_at = accepted_at + timedelta(days=2)
    outcome = "open" if ended_at is None else "late" if ended_at > due_at else "early"
    unit_id = chance.choice(_communes())
    return (
        accepted_at.date(), f"{nth:08d}", unit_id, 46, unit_id, chance.choice((1, 1, 2, 3)), accepted_at, ended_at, outcome,
        [(accepted_at, due_at)], [(paused_at, ended_at or FAR)] if chance.random() < 0.1 else [], 1,
    )  # fmt: skip


def rolled_up(client: Client) -> None:
    """Every month anew."""
    client.command("TRUNCATE TABLE rollup")
    refresh_rollup(client)


def cpu_ms(engine: psutil.Process, question: Callable[[], Any]) -> float:
    """CPU time of the engine per asking, after one that warms up: others at work on the machine change it little."""
    question()
    before = engine.cpu_times()
    for _ in range(ROUNDS):
        question()
    after = engine.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system) / ROUNDS


@cache
def _communes() -> list[int]:
    return [one.unit_id for one in load_units() if one.level == "commune" and one.valid_until is None][:150]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dossiers", nargs="?", type=int, default=DOSSIERS)
    raise SystemExit(main(parser.parse_args().dossiers))
