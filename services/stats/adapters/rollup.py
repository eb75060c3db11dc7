"""Keeps the roll-up equal to the facts: months whose facts changed are recomputed aside and swapped in whole.

Two processes may do this at once: each has a stage table of its own, and a partition carries the state it was computed from, so
an older result that came last is seen as out of date the next time.
"""

from uuid import uuid4

from clickhouse_connect.driver.client import Client

from services.stats.adapters.queries import query_text, rows_of


def refresh_rollup(client: Client) -> list[int]:
    """Recompute every month that is out of date; returns them as YYYYMM. Does nothing, cheaply, when nothing changed."""
    stale = rows_of(client, "rollup_states", {})
    if not stale:
        return []
    stage = f"rollup_stage_{uuid4().hex}"
    client.command(f"CREATE TABLE {stage} AS rollup")
    try:
        for month in stale:
            _recompute(client, stage, month["opened_month"], month["facts_state"])
    finally:
        client.command(f"DROP TABLE IF EXISTS {stage}")
    return [month["opened_month"] for month in stale]


def drop_left_over_stages(client: Client) -> None:
    """Drop stage tables that a killed process left behind; only for a process that knows no other is at work on them."""
    names = client.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'rollup\\_stage\\_%' "
        "AND metadata_modification_time < now() - INTERVAL 1 HOUR"
    ).result_rows
    for (name,) in names:
        client.command(f"DROP TABLE IF EXISTS {name}")


def _recompute(client: Client, stage: str, opened_month: int, facts_state: int) -> None:
    if facts_state == 0:
        client.command(f"ALTER TABLE rollup DROP PARTITION {opened_month:d}")
        return
    client.command(
        f"INSERT INTO {stage} {query_text('rollup_month')}",
        parameters={"opened_month": opened_month, "watermark": facts_state},
    )
    client.command(f"ALTER TABLE rollup REPLACE PARTITION {opened_month:d} FROM {stage}")
