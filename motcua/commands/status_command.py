"""`motcua status`: each process, each consumer's lag, event counts, the age of the last event."""

import asyncio
import os
from typing import Any

import click
from clickhouse_connect.driver.exceptions import ClickHouseError

from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.errors import NotRunningError
from motcua.addresses import Addresses, found
from motcua.commands.sql_command import supervisor_client
from motcua.kafka_reading import group_lags
from motcua.output import CommandError, ExitCode, console, print_json, print_table
from motcua.settling import last_recorded

COUNTS = (
    "SELECT _topic AS topic, count() AS events, max(recorded_at) AS last_recorded_at,"
    " dateDiff('second', max(recorded_at), now64(3)) AS age_seconds FROM events FINAL GROUP BY _topic ORDER BY _topic"
)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def command(*, as_json: bool) -> int:
    """Show each process, the lag of each consumer, event counts and the age of the last event.

    Exit code 3 when a part does not answer or a process does not run.
    """
    seen = status_of(found(os.environ))
    if as_json:
        print_json(seen)
    else:
        _show(seen)
    return int(ExitCode.OK if seen["is_well"] else ExitCode.AWAY)


def status_of(addresses: Addresses) -> dict[str, Any]:
    """Everything that is shown; a part that is away has its reason in `away` and the rest goes on."""
    away: dict[str, str] = {}
    processes = _processes(addresses, away)
    lags: list[dict[str, Any]] = []
    recorded = None
    counts: list[dict[str, Any]] = []
    try:
        recorded = last_recorded(addresses.intake_url)
    except CommandError as error:
        away["intake"] = str(error)
    try:
        lags = [
            {"group": one.group, "topic": one.topic, "lag": one.lag} for one in asyncio.run(group_lags(addresses.kafka))
        ]
    except CommandError as error:
        away["kafka"] = str(error)
    try:
        with supervisor_client(addresses.reader_url) as client:
            answer = client.query(COUNTS)
            counts = [dict(zip(answer.column_names, row, strict=True)) for row in answer.result_rows]
    except CommandError as error:
        away["clickhouse"] = str(error)
    except ClickHouseError as error:
        away["statistics"] = str(error).splitlines()[0]
    running = all(one["state"] == "running" for one in processes)
    return {
        "is_well": not away and running,
        "processes": processes,
        "recorded_events": recorded,
        "lags": lags,
        "counted_events": counts,
        "away": away,
        "web_url": addresses.web_url,
        "intake_url": addresses.intake_url,
    }


def _processes(addresses: Addresses, away: dict[str, str]) -> list[dict[str, Any]]:
    try:
        stack = attach(addresses.run_dir)
        return [
            {
                "name": one.name,
                "state": one.state.value,
                "pid": one.pid,
                "uptime_s": one.uptime_s,
                "log": str(one.log_path),
            }
            for one in stack.status()
        ]
    except NotRunningError as error:
        away["stack"] = f"{error}; start it with `motcua up`"
        return []


def _show(seen: dict[str, Any]) -> None:
    rows = [(one["name"], one["state"], one["pid"], one["uptime_s"], one["log"]) for one in seen["processes"]]
    print_table(("Process", "State", "Pid", "Up (s)", "Log"), rows)
    print_table(("Consumer", "Topic", "Unread"), [(one["group"], one["topic"], one["lag"]) for one in seen["lags"]])
    counted = [
        (one["topic"], one["events"], str(one["last_recorded_at"]), one["age_seconds"])
        for one in seen["counted_events"]
    ]
    print_table(("Counted in ClickHouse", "Events", "Last recorded at", "Age (s)"), counted)
    out = console()
    out.print(f"Recorded in the event store: {seen['recorded_events']}")
    for part, reason in seen["away"].items():
        out.print(f"AWAY {part}: {reason}")
