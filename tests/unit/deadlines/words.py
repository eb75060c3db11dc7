"""What was said, in short: for sentences in tests of the deadline processor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from events.deadline import EndingClassified
from events.envelope import Event

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def kinds(emitted: Iterable[Event]) -> list[str]:
    """What was said, in short: `set`, `near-due A2`, `breached` ..."""
    return [kind_of(event) for event in emitted]


def kind_of(event: Event) -> str:
    """What was said, in short."""
    if isinstance(event.data, EndingClassified):
        outcome = event.data.outcome
        return f"met {outcome}" if outcome in ("early", "on_time") else f"ended {outcome}"
    name = event.envelope.event_type.removesuffix(".v1").removeprefix("deadline-").removeprefix("dossier-")
    rung = getattr(event.data, "rung", None)
    outcome = getattr(event.data, "outcome", None)
    return " ".join(str(part) for part in (name, rung, outcome) if part)


def when_said(emitted: Iterable[Event]) -> list[str]:
    """What was said and the local instant at which it fell due: `2026-02-24 07:30 near-due A2`."""
    return [f"{local(event.envelope.occurred_at)} {kind_of(event)}" for event in emitted]


def of_clock(emitted: Iterable[Event], clock: str) -> list[Event]:
    """What was said about one clock, or about all of a kind."""
    return [event for event in emitted if clock in (getattr(event.data, "clock", None), _clock_kind(event))]


def only(emitted: Iterable[Event], *names: str) -> list[Event]:
    """What was said of some kinds; each is the beginning of the short name."""
    return [event for event in emitted if kind_of(event).startswith(names)]


def one(emitted: Iterable[Event], *names: str) -> Event:
    """The one thing said of some kinds."""
    found = only(emitted, *names)
    assert len(found) == 1, kinds(found)
    return found[0]


def local(moment: datetime | None) -> str | None:
    """A local instant of Hà Nội in short, like 2026-02-11 10:20."""
    return None if moment is None else moment.astimezone(HANOI).strftime("%Y-%m-%d %H:%M")


def dues(event: Event) -> tuple[str | None, str | None, str | None]:
    """(original, lawful, promised) due date of what was said."""
    data = event.data
    return tuple(local(getattr(data, f"{name}_due_at")) for name in ("original", "lawful", "promised"))  # type: ignore[return-value]


def _clock_kind(event: Event) -> str | None:
    return "dossier" if isinstance(event.data, EndingClassified) else getattr(event.data, "clock_kind", None)
