"""Are recorded, published and counted the same? Asked of the store, of Kafka's tail, of ClickHouse and the loader.

Each count is looked at part by part, and only where parts differ, at ids; so it stays quick, and at most `MOST_PARTS` of 256
parts are read closely.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from motcua.addresses import Addresses
from motcua.commands.sql_command import supervisor_client
from motcua.dead_letters import unseen_counts
from motcua.kafka_reading import GroupLag
from motcua.recorded_counts import age_of_stored, counted_counts, counted_ids, stored_counts, stored_ids
from motcua.settling import last_recorded
from motcua.store_file import store_file
from services.intake.adapters.kafka_tail import last_published
from services.stats.questions import Apart, Pair, comparisons, differing_buckets, standing_apart

MOST_PARTS = 4
PUBLISHED = "numbers in the event store → on Kafka"
COUNTED = "events in the event store → in ClickHouse"
KEPT = "what the loader compared in ClickHouse"
DEAD_LETTERS = "dead letters"


def published_pair(addresses: Addresses, seconds: float) -> Pair:
    """The last number of the store and the last on Kafka (dossiers and units)."""
    published = asyncio.run(last_published(addresses.kafka))
    recorded = last_recorded(addresses.intake_url, seconds)
    if published > recorded:
        apart = [Apart(name=f"number {published} on Kafka", age_seconds=float("inf"), is_missing=False)]
    elif published < recorded:
        first = age_of_stored(store_file(addresses), published + 1, datetime.now(UTC))
        apart = [Apart(name=first[0], age_seconds=first[1], is_missing=True)] if first else []
    else:
        apart = []
    return Pair(name=PUBLISHED, expected=recorded, found=published, apart=tuple(apart))


def counted_pair(addresses: Addresses) -> Pair:
    """The events about dossiers in the store and in ClickHouse; what is missing may be unread by the loader."""
    path = store_file(addresses)
    with supervisor_client(addresses.reader_url) as client:
        expected, found = stored_counts(path), counted_counts(client)
        parts = differing_buckets(expected, found, MOST_PARTS)
        apart: tuple[Apart, ...] = ()
        if parts:
            stored = stored_ids(path, parts, datetime.now(UTC))
            counted = counted_ids(client, parts)
            apart = standing_apart(stored, counted, {*stored, *counted})
    return Pair(name=COUNTED, expected=sum(expected.values()), found=sum(found.values()), apart=apart)


def kept_pairs(addresses: Addresses) -> list[Pair]:
    """What the loader compared last."""
    with supervisor_client(addresses.reader_url) as client:
        return comparisons(client)


def comparing_questions(addresses: Addresses, seconds: float) -> Mapping[str, Callable[[], Any]]:
    """What `motcua status` asks, by name."""
    return {
        PUBLISHED: lambda: published_pair(addresses, seconds),
        COUNTED: lambda: counted_pair(addresses),
        KEPT: lambda: kept_pairs(addresses),
        DEAD_LETTERS: lambda: asyncio.run(unseen_counts(addresses.kafka)),
    }


def compared_pairs(found: Mapping[str, Any], lags: Sequence[GroupLag]) -> list[Mapping[str, Any]]:
    """The pairs of the answers to these questions; one that could not be compared says why."""
    unread = sum(one.lag for one in lags if (one.group, one.topic) == ("stats-loader", "dossier-events"))
    published, counted, kept = found[PUBLISHED], found[COUNTED], found[KEPT]
    unpublished = max(0, published.expected - published.found) if isinstance(published, Pair) else 0
    if isinstance(counted, Pair):
        counted = replace(counted, waiting=unread + unpublished)
    of_loader = [(KEPT, kept)] if isinstance(kept, Exception) else [(one.name, one) for one in kept]
    return [told(name, one) for name, one in [(PUBLISHED, published), (COUNTED, counted), *of_loader]]


def told(name: str, pair: Pair | Exception) -> Mapping[str, Any]:
    """The pair as `motcua status --json` has it."""
    if isinstance(pair, Exception):
        reason = (str(pair).strip().splitlines() or [type(pair).__name__])[0]
        return {"pair": name, "expected": None, "found": None, "verdict": "unknown", "first": [], "reason": reason}
    return {
        "pair": pair.name,
        "expected": pair.expected,
        "found": pair.found,
        "verdict": pair.verdict,
        "first": pair.first(),
    }


def sentence(pair: Mapping[str, Any]) -> str:
    """What differs, in one line, with the first ids."""
    return f"{pair['expected']} and {pair['found']}; the first that differ: {', '.join(pair['first'])}"
