"""`motcua integrity`: the dossiers whose record can't be right, with the rule that each event breaks."""

import os

import click

from motcua.addresses import found
from motcua.commands.sql_command import whole_statistics
from motcua.output import print_json, print_table

QUERY = """
SELECT
    any(dossier_code) AS dossier_code, dossier_id, argMin(kind, at) AS kind, rule, argMin(detail, at) AS detail,
    target_event_id, min(at) AS occurred_at, arraySort(groupUniqArray(raised_by)) AS sources
FROM
(
    SELECT
        dossier_code, dossier_id, occurred_at AS at,
        JSONExtractString(data, 'kind') AS kind,
        JSONExtractString(data, 'rule') AS rule,
        JSONExtractString(data, 'detail') AS detail,
        JSONExtractString(data, 'target_event_id') AS target_event_id,
        if(_topic = 'deadline-events', 'deadlines', 'intake') AS raised_by
    FROM events FINAL
    WHERE event_type = 'integrity-flag-raised.v1'
)
GROUP BY dossier_id, target_event_id, rule
ORDER BY dossier_code, dossier_id, occurred_at, rule
LIMIT {limit:UInt32}
"""
"""Intake raises flags on dossier-events, the clocks on deadline-events; one thing that both saw is one line."""


@click.command("integrity")
@click.option("--limit", type=int, default=1000, show_default=True, help="How many flags at most.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
def command(limit: int, *, as_json: bool) -> None:
    """List the dossiers with integrity flags: what was recorded although it breaks a rule.

    What intake and the clocks both saw of one event and rule is one line that names both.
    """
    with whole_statistics(found(os.environ).reader_url) as client:
        answer = client.query(QUERY, parameters={"limit": limit})
    rows = [dict(zip(answer.column_names, row, strict=True)) for row in answer.result_rows]
    if as_json:
        print_json(rows)
    else:
        columns = ("Hồ sơ", "Cờ", "Quy tắc", "Chi tiết", "Nguồn")
        shown = [
            (
                one["dossier_code"] or one["dossier_id"],
                one["kind"],
                one["rule"],
                one["detail"],
                ", ".join(one["sources"]),
            )
            for one in rows
        ]
        print_table(columns, shown)
