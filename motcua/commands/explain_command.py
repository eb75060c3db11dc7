"""`motcua explain`: why a dossier's due dates are what they are, so that anybody can redo them by hand."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import click
from clickhouse_connect.driver.client import Client

from motcua.addresses import found
from motcua.commands.sql_command import whole_statistics
from motcua.explaining import Writer
from motcua.output import CommandError, ExitCode, print_json
from motcua.rulebook import office_rulebook
from rules.book.procedure_files import load_procedures
from rules.explain.dossier_explanation import explain_dossier
from rules.explain.dossier_json import explanation_json
from services.page.adapters.dictionaries import LANGUAGES, load_dictionaries
from services.page.domain.recorded_streams import recorded_stream
from services.stats.questions import codes_asked, dossiers_meant, rows_of

QUERY = "SELECT * FROM events FINAL WHERE dossier_id = {dossier_id:String} ORDER BY stream_seq, recorded_at"


@click.command("explain")
@click.argument("dossier", metavar="DOSSIER")
@click.option("--days", "every_day", is_flag=True, help="Every day of every sum, and of every clock.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="vi", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the same as the page reads.")
def command(dossier: str, language: str, *, every_day: bool, as_json: bool) -> None:
    """Explain every due date of a dossier, clock by clock (giải thích hạn). DOSSIER is its id or its code.

    Each day counted or skipped and why, each pause, the three due dates and the three policies; held against the due dates
    that were recorded. Exit code 1 where something differs. See docs/explaining.md.

    Example: motcua explain H57.19753-261120-0001
    """
    with whole_statistics(found(os.environ).reader_url) as client:
        dossier_id, rows = events_of(client, dossier)
        explanation = explained(dossier_id, rows, lambda question: log_times(client, question))
    if as_json:
        print_json(explanation)
    else:
        writer = Writer(load_dictionaries()[language], language, every_day=every_day)
        click.echo("\n".join(writer.lines(explanation)))
    if explanation["differs"]:
        raise click.exceptions.Exit(int(ExitCode.FINDINGS))


def events_of(client: Client, dossier: str) -> tuple[str, list[dict[str, Any]]]:
    """The id of a dossier and its stored events. CommandError when there is none, or several have this code."""
    asked = codes_asked(dossier)
    ids = dossiers_meant(dossier, rows_of(client, "dossiers_by_code", asked))
    if not ids:
        raise CommandError(f"no dossier has the id or the code {dossier}", ExitCode.FINDINGS)
    if len(ids) > 1:
        raise CommandError(
            f"several dossiers have the code {dossier}; name one by its id: {', '.join(ids)}", ExitCode.USAGE
        )
    return ids[0], list(client.query(QUERY, parameters={"dossier_id": ids[0]}).named_results())


def log_times(client: Client, question: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in a partition of the log between two records."""
    return rows_of(client, "log_times", question)


def explained(
    dossier_id: str, rows: Sequence[dict[str, Any]], ask: Callable[[dict[str, Any]], list[dict[str, Any]]]
) -> dict[str, Any]:
    """The explanation as plain JSON; `ask` answers what the time of a partition depends on."""
    rulebook = office_rulebook(os.environ)
    procedures = load_procedures(rulebook.default_rule_set)
    asking = recorded_stream(dossier_id, rows)
    try:
        question = next(asking)
        while True:
            question = asking.send(ask(question))
    except StopIteration as done:
        return explanation_json(explain_dossier(done.value, rulebook, procedures))
