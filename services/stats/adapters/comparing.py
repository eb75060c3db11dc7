"""Compares what is in ClickHouse with itself from time to time, keeps the answer there for whoever asks, and warns in the log."""

import logging
from typing import Any

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows
from services.stats.adapters.queries import rows_of
from services.stats.domain.comparison import FIRST, YOUNG_SECONDS

_log = logging.getLogger("stats")
_COLUMNS = ("pair", "expected", "found", "differing", "first_ids")
PAIRS = {
    "numbers of the dossiers' streams → events in ClickHouse": "compared_streams",
    "accepted dossiers → dossiers in the facts": "compared_facts",
}
"""What is compared, and the question that does it."""


def compare(client: Client) -> None:
    """Compare each pair, keep and tell what came out."""
    parameters = {"most": FIRST, "young_seconds": int(YOUNG_SECONDS)}
    rows = [(pair, *_counts(client, question, parameters)) for pair, question in PAIRS.items()]
    insert_rows(client, "comparisons", rows, _COLUMNS)
    for pair, expected, found, differing, first in rows:
        if differing:
            text = "%s: %d dossiers differ (%d and %d), first %s; see `motcua status`"
            _log.warning(text, pair, differing, expected, found, ", ".join(first))


def _counts(client: Client, question: str, parameters: dict[str, Any]) -> tuple[int, int, int, list[str]]:
    (row,) = rows_of(client, question, parameters)
    return row["expected"], row["found"], row["differing"], row["first_ids"]
