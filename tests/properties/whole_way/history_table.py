"""A dossier's history as a table, for the message of a failure: what happened, when it was known where, what was said of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from events.data_codec import plain
from events.envelope import Event
from tests.properties.whole_way.world import Dossier, World
from tests.unit.deadlines.words import HANOI

_SHOWN = (
    "round_no", "term", "appointment_at", "calendar_id", "step_code", "budget", "to_unit_id", "new_promised_at", "new_due_at",
    "cause", "rung", "reason", "outcome", "kind", "latest_at", "clock", "lawful_due_at", "promised_due_at",
    "target_event_id", "corrected_fields", "further_event_ids", "amount_vnd", "reply_by", "pay_by", "pause_no",
)  # fmt: skip


def table_of(dossier: Dossier, world: World) -> str:
    """Everything about one dossier, in the order in which it happened; `>` marks what the clocks said."""
    rows = [(one.event, f"{_local(one.appended_at)}") for one in dossier.records]
    rows += [(one, "") for one in dossier.said]
    rows.sort(key=lambda row: (row[0].envelope.occurred_at, row[0].envelope.stream_seq, row[1] == ""))
    lines = [_line(event, appended) for event, appended in rows]
    refused = [
        f"  {_local(one.act.at)}  refused {one.act.what}: {one.code}"
        for one in world.refused
        if one.act.dossier_id == dossier.dossier_id
    ]
    outages = [f"  no log from {_local(begins)} to {_local(ends)}" for begins, ends in world.plan.outages]
    head = f"  {'seq':>4} {'happened':<19}  {'recorded':<19}  {'in the log':<19}  what"
    return "\n".join([f"dossier {dossier.dossier_id}, rules {world.plan.choice}", head, *lines, *refused, *outages])


def _line(event: Event, appended: str) -> str:
    about, mark = event.envelope, "" if appended else "> "
    times = f"{_local(about.occurred_at):<19}  {_local(about.recorded_at):<19}  {appended:<19}"
    history = " (history)" if about.is_history else ""
    return f"  {about.stream_seq:>4} {times}  {mark}{about.event_type}{history} {' '.join(_details(event))}"


def _details(event: Event) -> Iterator[str]:
    values: dict[str, Any] = plain(event.data)
    for name in _SHOWN:
        if name in values:
            value = values[name]
            yield f"{name}={_local(value) if isinstance(value, datetime) else value}"


def _local(at: datetime) -> str:
    text = at.astimezone(HANOI).strftime("%Y-%m-%d %H:%M:%S")
    return text.removesuffix(":00") if at.microsecond == 0 else text
