"""Are recorded, published and counted the same? What the loader compared is read where it keeps it; the last numbers are asked.

So it stays quick however large the store is, and page and `motcua status` say the same (ADR 0026).
"""

import asyncio
import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from motcua.addresses import Addresses
from motcua.commands.sql_command import supervisor_client
from motcua.dead_letters import unseen_counts
from motcua.settling import last_recorded
from services.intake.adapters.kafka_tail import last_published
from services.stats.questions import Apart, Pair, comparisons

PUBLISHED = "numbers in the event store → on Kafka"
KEPT = "what the loader compared in ClickHouse"
DEAD_LETTERS = "dead letters"
ALARMS = frozenset({"differs", "uncompared"})


def published_pair(addresses: Addresses, seconds: float) -> Pair:
    """The last number of the store and the last on Kafka (dossiers and units)."""
    published = asyncio.run(last_published(addresses.kafka))
    recorded = last_recorded(addresses.intake_url, seconds)
    if published > recorded:
        apart = [Apart(name=f"number {published} on Kafka", age_seconds=float("inf"), is_missing=False)]
    elif published < recorded:
        apart = _first_unpublished(addresses.intake_url, published, seconds)
    else:
        apart = []
    return Pair(name=PUBLISHED, expected=recorded, found=published, apart=tuple(apart))


def _first_unpublished(intake_url: str, published: int, seconds: float) -> list[Apart]:
    url = f"{intake_url}/internal/recorded/events?after={published}"
    with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310  # our own address
        events = json.load(answer)["events"]
    return [
        Apart(
            name=f"dossier {one['dossier_id']} number {one['stream_seq']} event {one['event_id']}",
            age_seconds=one["age_seconds"],
            is_missing=True,
        )
        for one in events[:1]
    ]


def kept_pairs(addresses: Addresses) -> list[Pair]:
    """What the loader compared last, each with its time."""
    with supervisor_client(addresses.reader_url) as client:
        return comparisons(client)


def comparing_questions(addresses: Addresses, seconds: float) -> Mapping[str, Callable[[], Any]]:
    """What `motcua status` asks, by name."""
    return {
        PUBLISHED: lambda: published_pair(addresses, seconds),
        KEPT: lambda: kept_pairs(addresses),
        DEAD_LETTERS: lambda: asyncio.run(unseen_counts(addresses.kafka)),
    }


def compared_pairs(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The pairs of the answers to these questions; one that could not be compared says why."""
    published, kept = found[PUBLISHED], found[KEPT]
    of_loader = [(KEPT, kept)] if isinstance(kept, Exception) else [(one.name, one) for one in kept]
    return [told(name, one) for name, one in [(PUBLISHED, published), *of_loader]]


def told(name: str, pair: Pair | Exception) -> Mapping[str, Any]:
    """The pair as `motcua status --json` has it."""
    if isinstance(pair, Exception):
        reason = (str(pair).strip().splitlines() or [type(pair).__name__])[0]
        return {
            "pair": name, "expected": None, "found": None, "verdict": "unknown", "first": [], "seconds_ago": None,
            "reason": reason,
        }  # fmt: skip
    return {
        "pair": pair.name,
        "expected": pair.expected,
        "found": pair.found,
        "verdict": pair.verdict,
        "first": pair.first(),
        "seconds_ago": pair.unseen_seconds,
        "reason": pair.reason,
    }


def sentence(pair: Mapping[str, Any]) -> str:
    """What differs, in one line, with the first ids; or since when nobody could compare it, and why."""
    if pair["verdict"] == "uncompared":
        return (
            f"not compared for {pair['seconds_ago']:.0f} s: {pair['reason'] or 'the loader has not finished comparing'}"
        )
    return f"{pair['expected']} and {pair['found']}; the first that differ: {', '.join(pair['first'])}"
