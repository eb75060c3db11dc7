"""`motcua import`: the history of another system, from its files and a mapping (docs/importing.md)."""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from motcua.addresses import Addresses, found
from motcua.importing.adapters.contents import FileFaultError
from motcua.importing.adapters.delivery import BATCH_SIZE, HistoryNotAllowedError, delivered
from motcua.importing.adapters.guessed_file import guessed_mapping
from motcua.importing.adapters.mapping_file import read_mapping
from motcua.importing.adapters.prepared import PreparedActions
from motcua.importing.adapters.recorded_lives import RecordedLives
from motcua.importing.adapters.registered_units import units_of_run, units_of_trial
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.domain.counting import FIGURE_HEADS
from motcua.importing.domain.mapping import ImportMapping, MappingError
from motcua.importing.outcome import Outcome
from motcua.importing.reading import Checker, Law, read_files
from motcua.output import CommandError, ExitCode, print_json, print_table, progress_console
from motcua.progress import ProgressBar
from motcua.rulebook import office_rulebook
from motcua.settling import last_recorded, wait_with_bar
from rules.errors import UnknownCalendarError
from services.intake.config import HISTORY_SOURCES

COUNT_TIMEOUT_SECONDS = 600.0
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--mapping", "mapping_file", type=_FILE, help="What the files look like and mean.")
@click.option("--guess", is_flag=True, help="Print a first mapping of the first FILE, to be read and mended.")
@click.option("--unit", "unit_id", type=int, default=1, metavar="ID", help="With --guess: the receiving unit.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded and what the figures would become.")
@click.option("--wait/--no-wait", default=True, help="Wait until the statistics show everything.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
def command(  # noqa: PLR0913 the options of a command
    files: Sequence[Path],
    mapping_file: Path | None,
    unit_id: int,
    *,
    guess: bool,
    dry_run: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Record the history in FILEs (all those of one register) as a MAPPING.toml says; see docs/importing.md.

    Every file is read to its end and judged before anything is sent. Importing the same again changes nothing.

    Exit codes: 0 everything is recorded as it stands in the files; 1 something was found, it is said line by line;
    3 intake or the statistics do not answer, run the same command again.
    """
    if guess:
        return _guess(files[0], unit_id)
    if mapping_file is None:
        raise click.UsageError("--mapping MAPPING.toml is missing; --guess prints a first one")
    addresses = found(os.environ)
    try:
        mapping = read_mapping(mapping_file)
        law, now, outcome = _law(mapping), datetime.now(UTC), Outcome(is_dry_run=dry_run)
        if dry_run:
            units = units_of_trial(addresses.intake_url, mapping, now)
        else:
            last_recorded(addresses.intake_url)
            units = units_of_run(addresses.intake_url, mapping)
        exit_code = _run(files, mapping, Checker.of(mapping, law, units, outcome, now), addresses)
    except MappingError as error:
        raise CommandError(f"{mapping_file}: {error}", ExitCode.FINDINGS) from error
    if wait and not dry_run and exit_code is ExitCode.OK and outcome.recorded + outcome.replayed:
        exit_code = _wait(addresses, outcome)
    _report(outcome, as_json=as_json)
    return int(exit_code if exit_code is not ExitCode.OK or outcome.is_clean else ExitCode.FINDINGS)


def _guess(file: Path, unit_id: int) -> int:
    try:
        click.echo(guessed_mapping(file, unit_id), nl=False)
    except FileFaultError as fault:
        raise CommandError(f"{fault.found.place}: {fault.found.message}", ExitCode.FINDINGS) from fault
    return int(ExitCode.OK)


def _law(mapping: ImportMapping) -> Law:
    rulebook = office_rulebook(os.environ)
    try:
        rulebook.calendar(mapping.calendar_id)
    except UnknownCalendarError as error:
        raise MappingError(f"dossier.calendar_id: {error}; MOTCUA_CALENDARS có thể chỉ thư mục lịch riêng") from error
    return Law.of(rulebook, mapping.source)


def _run(files: Sequence[Path], mapping: ImportMapping, checker: Checker, addresses: Addresses) -> ExitCode:
    outcome = checker.outcome
    with tempfile.TemporaryDirectory(prefix="motcua-import-") as named, RowStore(Path(named), mapping.columns) as store:
        with ProgressBar("Đọc tệp (rows)", None) as bar:
            read_files(files, mapping, store, outcome, bar.advance)
        if outcome.findings.keep_everything_back:
            return ExitCode.FINDINGS
        if outcome.is_dry_run:
            _may_be_sent(checker, store)
            return ExitCode.OK
        with (
            PreparedActions(Path(named), mapping) as prepared,
            RecordedLives(addresses.intake_url, mapping.source) as lives,
        ):
            checker.prepared, checker.recorded = prepared, lives.find
            if not _may_be_sent(checker, store):
                return ExitCode.FINDINGS
            outcome.prepared = prepared.count
            with ProgressBar("Ghi sổ (events)", prepared.count) as bar:
                return _delivered(addresses, prepared, checker, bar)


def _may_be_sent(checker: Checker, store: RowStore) -> bool:
    with ProgressBar("Kiểm tra (dossiers)", store.count()) as bar:
        checker.check(store, bar.advance)
    return not checker.outcome.findings.keep_everything_back


def _delivered(addresses: Addresses, prepared: PreparedActions, checker: Checker, bar: ProgressBar) -> ExitCode:
    try:
        return delivered(addresses.intake_url, prepared.batches(BATCH_SIZE), checker.outcome, bar.advance)
    except HistoryNotAllowedError:
        raise CommandError(
            f"intake takes no history from {checker.mapping.source}, so nothing more was sent. Name it in"
            f" {HISTORY_SOURCES} where intake is started, start intake again, import again; take it out when the old"
            " register is taken over",
            ExitCode.FINDINGS,
        ) from None


def _wait(addresses: Addresses, outcome: Outcome) -> ExitCode:
    """The summary must not be lost where the statistics take longer than anybody waits."""
    try:
        wait_with_bar(addresses, COUNT_TIMEOUT_SECONDS)
    except CommandError as error:
        outcome.is_counted = False
        progress_console().print(f"{error}")
        return error.exit_code
    outcome.is_counted = True
    return ExitCode.OK


def _report(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        print_json(outcome.as_json())
        return
    out = progress_console()
    for line in outcome.finding_lines():
        out.print(line, markup=False, soft_wrap=True)
    click.echo(outcome.summary())
    if outcome.is_dry_run and not outcome.findings.keep_everything_back:
        print_table(("Đơn vị", *FIGURE_HEADS.values()), outcome.figure_rows())
