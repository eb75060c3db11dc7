"""Compares what is recorded with what is in ClickHouse, and that with itself, from time to time, for whoever asks.

This is the one place where it is decided: what came out is kept in the table `comparisons`, with the time at which both sides
were last seen, and page, `motcua status` and the log say what stands there. Where a side does not answer, the answer of before
stays, with the reason.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows
from services.stats.adapters.queries import rows_of
from services.stats.adapters.recorded_side import Ages, Settled
from services.stats.domain.comparison import (
    FIRST,
    UNSEEN_SECONDS,
    YOUNG_SECONDS,
    Apart,
    Pair,
    differing_buckets,
    standing_apart,
)

_log = logging.getLogger("stats")
_COLUMNS = ("pair", "expected", "found", "differing", "first_ids", "seen_at", "reason")
RECORDED = "events in the event store → in ClickHouse"
PAIRS = {
    "numbers of the dossiers' streams → events in ClickHouse": "compared_streams",
    "accepted dossiers → dossiers in the facts": "compared_facts",
}
"""What ClickHouse is asked of itself, and the question that does it."""
MOST_PARTS = 4
MOST_INNER_PARTS = 16
CLOCKS_APART_SECONDS = 5
"""So much the clocks of two machines may differ."""
PART, INNER_PART = 2, 4
"""Letters of a dossier's id."""
_UNREAD = "SELECT sum(unread) AS unread FROM loading FINAL WHERE topic = 'dossier-events'"


class Recorded(Protocol):
    """The side of intake. Each raises OSError where it does not answer."""

    def settled(self) -> Settled:
        """The counts of all parts as of a moment that is old enough for all of it to be counted."""

    def counts_within(self, prefix: str, through: int) -> Mapping[str, int]:
        """The counts inside one part, up to a number."""

    def events_within(self, prefix: str, width: int) -> Ages:
        """Every event of the dossiers whose ids begin so, with its age in seconds."""


class Outcome(NamedTuple):
    """A row of the table, but for its time."""

    pair: str
    expected: int
    found: int
    differing: int
    first_ids: list[str]


def begin(client: Client) -> None:
    """Let each pair that was never seen count as unseen from now on: a comparison that never ends is an alarm too."""
    known = {row["pair"] for row in rows_of(client, "comparisons", {})}
    now = datetime.now(UTC)
    never = [pair for pair in (RECORDED, *PAIRS) if pair not in known]
    rows: list[tuple[Any, ...]] = [(pair, 0, 0, 0, [], now, "not compared yet") for pair in never]
    if rows:
        insert_rows(client, "comparisons", rows, _COLUMNS)


def compare(client: Client, recorded: Recorded) -> None:
    """Compare each pair, keep and tell what came out."""
    before = {row["pair"]: row for row in rows_of(client, "comparisons", {})}
    parameters = {"most": FIRST, "young_seconds": int(YOUNG_SECONDS)}
    for pair, question in PAIRS.items():
        _keep(client, _of_clickhouse(client, pair, question, parameters))
    try:
        _keep(client, compared_with_recorded(client, recorded))
    except OSError as error:
        _keep_unseen(client, before.get(RECORDED), str(error))


def compared_with_recorded(client: Client, recorded: Recorded) -> Outcome:
    """The events about dossiers in the store and in ClickHouse: counts of parts, and only where they differ, inside them, ids."""
    settled = recorded.settled()
    expected, found = settled.counts, _counted(client, settled, "", PART)
    inner: list[str] = []
    for part in differing_buckets(expected, found, MOST_PARTS):
        counts = recorded.counts_within(part, settled.through)
        inner += differing_buckets(counts, _counted(client, settled, part, INNER_PART), MOST_INNER_PARTS)
    apart: tuple[Apart, ...] = ()
    for part in inner[:MOST_INNER_PARTS]:
        stored, counted = _named(recorded.events_within(part, INNER_PART)), _named(_events(client, part))
        apart += standing_apart(stored, counted, {*stored, *counted})
    waiting = client.query(_UNREAD).result_rows[0][0] if apart else 0
    pair = Pair(
        name=RECORDED, expected=sum(expected.values()), found=sum(found.values()), apart=apart, waiting=int(waiting)
    )
    return Outcome(RECORDED, pair.expected, pair.found, len(pair.staying()), pair.first())


def _counted(client: Client, settled: Settled, prefix: str, width: int) -> dict[str, int]:
    until = settled.recorded_until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    age = int(settled.age_seconds) + CLOCKS_APART_SECONDS
    parameters = {"prefix": prefix, "width": width, "recorded_until": until, "age_seconds": age}
    return {row["part"]: row["events"] for row in rows_of(client, "counted_by_prefix", parameters)}


def _events(client: Client, part: str) -> Ages:
    rows = rows_of(client, "counted_events", {"prefix": part, "width": INNER_PART})
    return {(row["dossier_id"], row["stream_seq"], row["event_id"]): float(row["age_seconds"]) for row in rows}


def _named(ages: Ages) -> dict[str, float]:
    return {
        f"{dossier_id} number {number} event {event_id}": age for (dossier_id, number, event_id), age in ages.items()
    }


def _of_clickhouse(client: Client, pair: str, question: str, parameters: Mapping[str, Any]) -> Outcome:
    (row,) = rows_of(client, question, parameters)
    return Outcome(pair, row["expected"], row["found"], row["differing"], row["first_ids"])


def _keep(client: Client, one: Outcome) -> None:
    insert_rows(client, "comparisons", [(*one, datetime.now(UTC), "")], _COLUMNS)
    if one.differing:
        text = "%s: %d differ (%d and %d), first %s; see `motcua status`"
        _log.warning(text, one.pair, one.differing, one.expected, one.found, ", ".join(one.first_ids))


def _keep_unseen(client: Client, before: Mapping[str, Any] | None, reason: str) -> None:
    """The answer of before stays, with its time; the reason stands beside it."""
    if before is None:
        return
    row = (before["pair"], before["expected"], before["found"], before["differing"], before["first_ids"])
    insert_rows(client, "comparisons", [(*row, before["seen_at"], reason[:300])], _COLUMNS)
    if before["unseen_seconds"] > UNSEEN_SECONDS:
        text = "%s: not compared for %d s, so nobody would see a loss: %s"
        _log.warning(text, before["pair"], before["unseen_seconds"], reason)
    else:
        _log.info("%s: not compared now: %s", before["pair"], reason)
