"""Whoever asks gets the same number: page, its CSV, `motcua figures` and weekly report over random facts, on the real engine."""

import asyncio
import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from motcua.commands import figures_command, report_command
from services.page.adapters.http_app import build_app
from services.page.config import WebConfig
from services.stats.adapters.unit_register import load_units
from services.stats.domain.levels import LEVELS, place_units
from services.stats.domain.stays import FAR_FUTURE, Keeper, Turn, stays_of
from services.stats.domain.weekly_report import ABOVE_LEVEL_ID
from services.stats.questions import FIGURES, PAGE, Counts, Period, Rate, local_day, rate_text, values_of, week
from tests.sql.loading import call_whole
from tests.unit.stats.places import places_of
from tests.unit.stats.random_dossiers import COMMUNES, DISTRICTS, PROVINCE, UNREGISTERED, three_levels

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FIRST = datetime(2025, 6, 16, 1, tzinfo=UTC)
UNITS = (*COMMUNES, *DISTRICTS, PROVINCE, UNREGISTERED)
PLACES = places_of(place_units(three_levels()))
COLUMNS = (
    "opened_on", "dossier_id", "unit_id", "province_id", "district_id", "commune_id", "channel", "accepted_at", "ended_at",
    "outcome", "stays", "due_history", "pauses", "expired_waits", "obligations", "version",
)  # fmt: skip
LETTERS = ("sent_in_time", "sent_before_breach", "sent_late")
Fact = dict[str, Any]
Row = Mapping[str, Any]


def random_fact(chance: random.Random) -> Fact:
    """A row of facts; its columns need not make sense together, the forms must agree all the same."""

    def instant() -> datetime:
        return FIRST + timedelta(minutes=15 * chance.randrange(30 * 24 * 4))

    def obligation() -> tuple[Any, ...]:
        due_at, letter = instant(), chance.choice(("", "", *LETTERS))
        sent_at, waived_at = instant() if letter else FAR_FUTURE, chance.choice((FAR_FUTURE, instant()))
        return due_at, due_at - timedelta(days=1), chance.choice(UNITS), sent_at, letter, waived_at

    accepted_at, unit_id = instant(), chance.choice(UNITS)
    due_at = chance.choice((None, instant(), instant(), instant()))
    turns = [accepted_at, *sorted(max(accepted_at, instant()) for _ in range(chance.randrange(4)))]
    classes = [chance.choice(("early", "on_time", "late", "unknown", "terminated")) for _ in range(2)]
    keepers = [(accepted_at, unit_id)]
    if chance.random() < 0.3:
        keepers.append((max(accepted_at, instant()), chance.choice(UNITS)))
    stays = stays_of(
        [
            Turn(since, *((turns[2 * nth + 1], classes[nth]) if 2 * nth + 1 < len(turns) else (FAR_FUTURE, "open")))
            for nth, since in enumerate(turns[::2])
        ],
        [Keeper(*one) for one in keepers],
        PLACES,
    )
    ended_at = turns[-1] if len(turns) % 2 == 0 else None
    return {
        "opened_on": local_day(accepted_at),
        "unit_id": unit_id,
        **PLACES.on(unit_id, local_day(accepted_at))._asdict(),
        "channel": chance.randrange(4),
        "accepted_at": accepted_at,
        "ended_at": ended_at,
        "outcome": classes[len(turns) // 2 - 1] if ended_at else "open",
        "stays": stays,
        "turns": turns,
        "classes": classes,
        "due_history": [] if due_at is None else [(accepted_at, due_at)],
        "pauses": chance.choice(([], [], [(FIRST, FAR_FUTURE)], [(FIRST, FIRST + timedelta(days=9))])),
        "expired_waits": chance.choice(([], [(FIRST + timedelta(days=2), FAR_FUTURE)])),
        "obligations": [obligation() for _ in range(chance.choice((0, 0, 1, 1, 2)))],
        "version": 1,
    }


class Asker:
    """Asks each form for a week and gives back plain numbers."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._environment = {"MOTCUA_DATA_DIR": str(folder), "MOTCUA_CLICKHOUSE_READER_URL": url, "COLUMNS": "500"}

    def cli(self, monday: date, *options: str) -> list[Row]:
        return json.loads(self._run(figures_command.command, monday, *options, "--json"))  # type: ignore[no-any-return]

    def cli_lines(self, monday: date, *options: str) -> list[list[str]]:
        lines = self._run(figures_command.command, monday, *options).splitlines()
        return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]

    def report(self, monday: date, kind: str, *options: str) -> str:
        arguments = ("weekly", "--week", monday.isoformat(), "--format", kind, *options)
        return self._output(report_command.command, arguments)

    def page(self, monday: date, *paths: str) -> list[bytes]:
        """The answers of some parts of the page."""

        async def ask() -> list[bytes]:
            app = build_app(WebConfig(clickhouse_url=self._url), lambda: NOW)
            until = monday + timedelta(days=7)
            async with TestClient(TestServer(app)) as client:
                return [await (await client.get(f"/api/{path}from={monday}&to={until}")).read() for path in paths]

        return asyncio.run(ask())

    def _run(self, command: Any, monday: date, *options: str) -> str:
        return self._output(command, ("--from", str(monday), "--to", str(monday + timedelta(days=7)), *options))

    def _output(self, command: Any, arguments: Iterable[str]) -> str:
        answer = CliRunner().invoke(command, list(arguments), env=self._environment)
        assert answer.exit_code == 0, answer.output
        return answer.stdout


def store(client: Client, rows: list[Fact]) -> None:
    client.command("TRUNCATE TABLE dossiers")
    named = [{**row, "dossier_id": f"d{nth:03d}"} for nth, row in enumerate(rows)]
    client.insert("dossiers", [[row[name] for name in COLUMNS] for row in named], column_names=COLUMNS)


def plain(rows: Iterable[Fact], asked: Period) -> dict[str, int | float | None]:
    """Every figure of everything, counted without SQL."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update(name for name, holds in _flags(row, asked).items() if holds)
        for due_at, _, _, sent_at, letter, waived_at in row["obligations"]:
            if asked.from_at <= due_at < min(asked.to_at, asked.as_of):
                kind = "in_time" if letter == "sent_in_time" else "late"
                unsent = "waived" if waived_at < asked.as_of else "missing"
                counted.update(["apology_required", f"apology_{kind if sent_at < asked.as_of else unsent}"])
    return values_of(Counts(**counted))


def _flags(row: Fact, asked: Period) -> dict[str, bool]:
    # How it stands changes at each turn: open from the first on, ended from the second, open again from the third.
    turns = row["turns"]
    before, until = (sum(at < limit for at in turns) for limit in (asked.from_at, asked.to_at))
    if not until or (before == until and before % 2 == 0):
        return {}
    received, ended, reopened = before == 0, until % 2 == 0, before > 0 and before % 2 == 0
    outcome = row["classes"][until // 2 - 1]
    paused = not ended and any(since < asked.as_of <= until for since, until in row["pauses"])
    due = next((due for known, due in row["due_history"] if known < asked.as_of), None)
    expired = paused and any(since < asked.as_of <= until for since, until in row["expired_waits"])
    runs = not ended and not paused
    overdue = runs and due is not None and due < asked.as_of
    within = runs and due is not None and due >= asked.as_of
    unsent = any(one[0] < asked.as_of <= min(one[3], one[5]) for one in row["obligations"])
    channel = {1: "received_direct", 2: "received_online", 3: "received_postal"}.get(row["channel"], "no channel")
    return {
        **({channel: received} if channel in values_of(Counts()) else {}),
        "carried_in": before % 2 == 1, "received": received, "reopened": reopened, "resolved": ended and outcome != "terminated",
        **({outcome: True} if ended else {}), "open": not ended, "open_paused": paused, "open_overdue": overdue,
        "open_supplement_expired": expired,
        "open_within": within, "open_due_soon": within and due < asked.as_of + timedelta(days=1),
        "open_unknown": runs and due is None,
        "open_overdue_unapologised": overdue and unsent,
    }  # fmt: skip


@pytest.fixture(scope="module")
def asker(client: Client, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    load_units(client, three_levels())
    asyncio.run(call_whole(client))
    return Asker(database_url, tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize(("seed", "count"), [(3, 400), (2, 8)])
def test_every_form_says_the_same_of_every_figure(client: Client, asker: Asker, seed: int, count: int) -> None:
    chance = random.Random(seed)
    rows, monday = [random_fact(chance) for _ in range(count)], date(2025, 6, 23) + timedelta(days=7 * (seed % 2))
    store(client, rows)
    expected = plain(rows, week(monday, NOW))
    for level in LEVELS:
        report = json.loads(asker.report(monday, "json", "--level", level))
        shown = [name for name in expected if expected[name] or any(row[name] for row in report["rows"])]
        assert count < 100 or set(shown) == set(expected), "the material shows every figure"
        assert figures_in(report["total"]) == expected
        counted = {one["unit_id"]: figures_in(one) for one in asker.cli(monday, "--level", level)}
        assert {
            one["unit_id"]: figures_in(one) for one in report["rows"] if one["unit_id"] != ABOVE_LEVEL_ID
        } == counted
        assert_rates_read_the_same(asker, monday, level, report)
    below = {
        unit_id: summed(figures_in(one) for one in asker.cli(monday, "--level", "province", "--unit", str(unit_id)))
        for unit_id in UNITS
    }
    asked = [unit_id for unit_id in UNITS if any(below[unit_id].values())]
    paths = [f"figures.{kind}?unit={unit_id}&lang=en&" for unit_id in asked for kind in ("json", "csv")]
    answers = iter(asker.page(monday, *paths))
    for unit_id in asked:
        assert_the_page_says(json.loads(next(answers)), next(answers), below[unit_id])


def ended(like: Fact, outcome: str) -> Fact:
    """Ended at its acceptance, with a class."""
    turn = Turn(like["accepted_at"], like["ended_at"], outcome)
    return {
        **like,
        "outcome": outcome,
        "stays": stays_of([turn], [Keeper(like["accepted_at"], like["unit_id"])], PLACES),
    }


def assert_rates_read_the_same(asker: Asker, monday: date, level: str, report: Row) -> None:
    """The CLI's table and the report's text and CSV show the texts of the numbers in the JSON."""
    rows = [*report["rows"], report["total"]]
    text = asker.report(monday, "text", "--level", level).splitlines()
    cells = list(csv.reader(io.StringIO(asker.report(monday, "csv", "--level", level).removeprefix("\ufeff"))))
    place = next(nth for nth, heading in enumerate(cells[0]) if heading.endswith("Tỷ lệ đúng hạn"))
    assert [row[place] for row in cells[1 : len(rows) + 1]] == [rate_text(row["on_time_rate"]) for row in rows]
    table = [[cell.strip() for cell in line.split("|")] for line in text if line.count("|") > 18]
    assert [row[place] for row in table[1:]] == [rate_text(row["on_time_rate"]) for row in rows]
    shown = {line[0]: line[1:] for line in asker.cli_lines(monday, "--level", level)}
    for row in report["rows"]:
        if row["unit_id"] != ABOVE_LEVEL_ID:
            assert shown[row["unit_name"]] == [text_of(row, figure) for figure in PAGE]


def assert_the_page_says(answer: Row, in_csv: bytes, expected: Row) -> None:
    assert figures_in(answer["figures"]) == expected
    lines = csv.DictReader(io.StringIO(in_csv.decode("utf-8-sig")))
    children = [figures_in(child) for child in answer["children"]] or [expected]
    assert [{one.id: number_of(line[one.en]) for one in FIGURES} for line in lines] == children
    assert without_moves(summed(children)) == without_moves(expected)


def without_moves(row: Row) -> Row:
    """What moved from one unit to another below a third is neither in nor out there (OR-8)."""
    return {name: value for name, value in row.items() if not name.startswith("transferred_")}


def text_of(row: Row, figure: Any) -> str:
    return rate_text(row[figure.id]) if isinstance(figure, Rate) else str(row[figure.id])


def number_of(cell: str) -> float | None:
    return float(cell) if cell else None


def figures_in(row: Row) -> dict[str, Any]:
    return {one.id: row[one.id] for one in FIGURES}


def summed(rows: Iterable[Row]) -> dict[str, int | float | None]:
    """The sum of the counts, and the rates of the sums."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({one.id: row[one.id] for one in FIGURES if not isinstance(one, Rate)})
    return values_of(Counts(**sums))


def test_the_one_and_only_late_dossier_keeps_the_rate_below_all(client: Client, asker: Asker) -> None:
    accepted = datetime(2025, 7, 1, 1, tzinfo=UTC)
    like = {"opened_on": date(2025, 7, 1), "unit_id": COMMUNES[1], **PLACES.on(COMMUNES[1], date(2025, 7, 1))._asdict()}
    like |= {"channel": 1, "accepted_at": accepted, "ended_at": accepted, "due_history": [], "pauses": [], "version": 1}
    like |= {"obligations": [], "expired_waits": []}
    store(
        client,
        [ended(like, "early" if nth else "late") for nth in range(30_001)] + [ended(like, "unknown")] * 9,
    )

    (line,) = asker.cli_lines(date(2025, 6, 30), "--level", "province")[0:1]
    (said,) = asker.page(date(2025, 6, 30), "figures.json?")

    assert "99,99 %" in line
    assert "99,99 %" in asker.report(date(2025, 6, 30), "text")
    assert json.loads(said)["figures"]["on_time_rate"] == 30_000 / 30_001
