"""`motcua import`: the history of another system, from a CSV file and a mapping."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import click

from motcua.addresses import Addresses, found
from motcua.csv_rows import read_mapping, read_rows
from motcua.output import CommandError, ExitCode, print_json, progress_console
from motcua.progress import ProgressBar
from motcua.sending import BATCH_SIZE, Sender
from motcua.settling import last_recorded, wait_with_bar
from motcua.unit_files import UnfitFileError, cells_of, wanted_of
from motcua.unit_loading import add_units
from services.intake.config import HISTORY_SOURCES
from services.intake.domain.mapping import (
    ImportMapping,
    MappedAction,
    MappingError,
    Row,
    RowError,
    actions_of,
    parse_mapping,
)

SHOWN_ERRORS = 50
COUNT_TIMEOUT_SECONDS = 600.0


@dataclass(slots=True)
class Result:
    """What became of the file."""

    rows: int = 0
    dossiers: int = 0
    errors: list[RowError] = field(default_factory=list)
    recorded: int = 0
    already_recorded: int = 0
    flagged: int = 0


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "mapping_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wait/--no-wait", default=True, help="Wait until the statistics show everything.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
def command(file: Path, mapping_file: Path, *, wait: bool, as_json: bool) -> int:
    """Record the history in FILE (CSV, also gzip) as a MAPPING.toml says; see docs/importing.md.

    Importing the same file again changes nothing. A bad row is reported with its line, column and reason, the rest goes on;
    the exit code is 1 when there was one.
    """
    addresses = found(os.environ)
    try:
        raw = read_mapping(mapping_file)
        mapping = parse_mapping(raw)
        last_recorded(addresses.intake_url)
        tables = raw.get("units", ())
        add_units(addresses.intake_url, wanted_of(cells_of(tables, range(1, len(tables) + 1)), ())[0])
        result = asyncio.run(_import(addresses, file, mapping))
        if wait:
            wait_with_bar(addresses, COUNT_TIMEOUT_SECONDS)
    except UnfitFileError as error:
        first = error.problems[0]
        where = f"{mapping_file}: [[units]] {first.line}, {first.column}"
        raise CommandError(f"{where}: {first.reason}", ExitCode.FINDINGS) from error
    except (MappingError, KeyError) as error:
        raise CommandError(f"{mapping_file}: {error}", ExitCode.FINDINGS) from error
    _report(file, result, as_json=as_json)
    return int(ExitCode.FINDINGS if result.errors else ExitCode.OK)


async def _import(addresses: Addresses, file: Path, mapping: ImportMapping) -> Result:
    result = Result()
    by_dossier: dict[str, list[Row]] = {}
    for row in _rows(file, mapping, result):
        by_dossier.setdefault(row.cells[mapping.dossier_column].strip(), []).append(row)
    result.dossiers = len(by_dossier)
    before = last_recorded(addresses.intake_url)
    with ProgressBar("Ghi sổ (dossiers)", len(by_dossier)) as bar:
        async with aiohttp.ClientSession() as session:
            await _send(Sender(session, addresses.intake_url), mapping, by_dossier, result, bar)
    recorded_now = last_recorded(addresses.intake_url) - before
    result.flagged = max(0, recorded_now - (result.recorded - result.already_recorded))
    return result


async def _send(
    sender: Sender, mapping: ImportMapping, by_dossier: dict[str, list[Row]], result: Result, bar: ProgressBar
) -> None:
    waiting: list[MappedAction] = []
    lines: list[MappedAction] = []
    for rows in by_dossier.values():
        for made in actions_of(mapping, rows):
            if isinstance(made, RowError):
                result.errors.append(made)
            else:
                waiting.append(made)
        if len(waiting) >= BATCH_SIZE:
            lines += waiting
            await _send_history(sender, mapping, waiting)
            waiting = []
        bar.advance(1)
    lines += waiting
    await _send_history(sender, mapping, waiting)
    result.recorded = sender.tally.recorded
    result.already_recorded = sender.tally.replayed
    for index, problem in sender.tally.problems:
        result.errors.append(_refusal(lines[index], problem))


async def _send_history(sender: Sender, mapping: ImportMapping, actions: list[MappedAction]) -> None:
    """Send; and stop at once where intake takes no history from this source, because every other row would fare alike."""
    await sender.send([one.raw for one in actions], lambda _: None)
    if any(problem["code"] == "history-not-allowed" for _, problem in sender.tally.problems):
        raise CommandError(
            f"intake takes no history from {mapping.source}, so nothing more was sent. Name it in {HISTORY_SOURCES} where intake"
            " is started, start intake again, import again; take it out when the old register is taken over",
            ExitCode.FINDINGS,
        )


def _refusal(action: MappedAction, problem: dict[str, Any]) -> RowError:
    fields = ", ".join(error["field"] for error in problem.get("errors", ()))
    return RowError(
        line=action.line, column=fields, reason=f"{action.raw['type']}: {problem['detail']} [{problem['code']}]"
    )


def _rows(file: Path, mapping: ImportMapping, result: Result) -> Iterator[Row]:
    for row in read_rows(file, mapping.columns):
        if isinstance(row, RowError):
            result.errors.append(row)
        elif not row.cells[mapping.dossier_column].strip():
            result.errors.append(RowError(line=row.line, column=mapping.dossier_column, reason="is empty"))
        else:
            result.rows += 1
            yield row


def _report(file: Path, result: Result, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "file": str(file),
                "rows": result.rows,
                "dossiers": result.dossiers,
                "recorded": result.recorded,
                "already_recorded": result.already_recorded,
                "flagged": result.flagged,
                "errors": [{"line": one.line, "column": one.column, "reason": one.reason} for one in result.errors],
            }
        )
        return
    out = progress_console()
    for one in result.errors[:SHOWN_ERRORS]:
        out.print(f"{file}:{one.line}: {one.column}: {one.reason}")
    if len(result.errors) > SHOWN_ERRORS:
        out.print(f"... and {len(result.errors) - SHOWN_ERRORS} more; --json lists them all")
    click.echo(
        f"{result.rows} rows, {result.dossiers} dossiers; {result.recorded - result.already_recorded} events recorded,"
        f" {result.already_recorded} were recorded before, {result.flagged} integrity flags raised (motcua integrity),"
        f" {len(result.errors)} errors"
    )
