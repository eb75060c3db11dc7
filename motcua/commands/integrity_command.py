"""`motcua integrity`: the dossiers whose record can't be right, with the rule that each event breaks."""

import os

import click

from motcua.addresses import found
from motcua.commands.sql_command import supervisor_client
from motcua.output import print_json, print_table

QUERY = (
    "SELECT dossier_code, dossier_id, JSONExtractString(data, 'kind') AS kind, JSONExtractString(data, 'rule') AS rule,"
    " JSONExtractString(data, 'detail') AS detail, JSONExtractString(data, 'target_event_id') AS target_event_id,"
    " occurred_at FROM events FINAL WHERE event_type = 'integrity-flag-raised.v1'"
    " ORDER BY dossier_code, stream_seq LIMIT {limit:UInt32}"
)


@click.command("integrity")
@click.option("--limit", type=int, default=1000, show_default=True, help="How many flags at most.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
def command(limit: int, *, as_json: bool) -> None:
    """List the dossiers with integrity flags: what was recorded although it breaks a rule."""
    with supervisor_client(found(os.environ).reader_url) as client:
        answer = client.query(QUERY, parameters={"limit": limit})
    rows = [dict(zip(answer.column_names, row, strict=True)) for row in answer.result_rows]
    if as_json:
        print_json(rows)
    else:
        shown = [(one["dossier_code"] or one["dossier_id"], one["kind"], one["rule"], one["detail"]) for one in rows]
        print_table(("Hồ sơ", "Cờ", "Quy tắc", "Chi tiết"), shown)
