"""`motcua status`: each process, each consumer's lag, event counts, the age of the last event."""

import os
from typing import Any

import click

from motcua.addresses import found
from motcua.output import ExitCode, console, print_json, print_table
from motcua.stack_status import status_of

SHOWN = {
    "same": "same",
    "on_its_way": "on its way",
    "differs": "DIFFERS",
    "uncompared": "NOT COMPARED",
    "unknown": "not compared",
}


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def command(*, as_json: bool) -> int:
    """Show each process, the lag of each consumer, event counts and the age of the last event.

    Answers within three seconds, whatever hangs. Exit code 3 when a part does not answer, a process does not run or is frozen,
    the statistics are not whole, or what was recorded, published and counted differs and isn't just on its way, or could not be
    compared for minutes; each is an AWAY line. Exit code 1 when all that is well and there are dead letters that nobody has
    looked at.
    """
    seen = status_of(found(os.environ))
    if as_json:
        print_json(seen)
    else:
        _show(seen)
    if not seen["is_well"]:
        return int(ExitCode.AWAY)
    return int(ExitCode.FINDINGS if seen["dead_letters"] else ExitCode.OK)


def _show(seen: dict[str, Any]) -> None:
    rows = [
        (one["name"], "frozen" if one["is_frozen"] else one["state"], one["pid"], one["uptime_s"], one["log"])
        for one in seen["processes"]
    ]
    if rows:
        print_table(("Process", "State", "Pid", "Up (s)", "Log"), rows)
    if seen["lags"]:
        print_table(("Consumer", "Topic", "Unread"), [(one["group"], one["topic"], one["lag"]) for one in seen["lags"]])
    counted = [
        (one["topic"], one["events"], str(one["last_recorded_at"]), one["age_seconds"])
        for one in seen["counted_events"]
    ]
    if counted:
        print_table(("Counted in ClickHouse", "Events", "Last recorded at", "Age (s)"), counted)
    compared = [
        (one["pair"], one["expected"], one["found"], SHOWN[one["verdict"]], one["seconds_ago"])
        for one in seen["comparisons"]
    ]
    print_table(("Compared", "Expected", "Found", "Verdict", "Age (s)"), compared)
    out = console()
    for one in seen["comparisons"]:
        if one["verdict"] == "unknown":
            out.print(f"Not compared, {one['pair']}: {one['reason']}", style="yellow", soft_wrap=True)
    recorded = "not known" if seen["recorded_events"] is None else seen["recorded_events"]
    out.print(f"Recorded in the event store: {recorded}", soft_wrap=True)
    if seen["statistics"] is not None:
        told = seen["statistics"]
        out.print(f"Statistics: {told['state']}, last report {told['silent_seconds']} s ago", soft_wrap=True)
    if seen["dead_letters"] is None:
        out.print("Dead letters: not known", style="yellow", soft_wrap=True)
    for topic, count in (seen["dead_letters"] or {}).items():
        told = f"{count} dead letters on {topic} that nobody has looked at: motcua dlq list --topic {topic}"
        out.print(told, style="yellow", soft_wrap=True)
    for part, reason in seen["away"].items():
        out.print(f"AWAY {part}: {reason}", style="bold red", soft_wrap=True)
