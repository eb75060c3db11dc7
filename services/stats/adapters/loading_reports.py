"""The loader's reports in ClickHouse: how far each partition is counted. Retries what passes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.client import Client

from services.stats.adapters.retries import until_done
from services.stats.domain.loading import Reached

PartitionKey = tuple[str, int]
"""Topic and number."""

_COLUMNS = ("topic", "partition", "next_offset", "goal", "unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far one partition is counted, and how many records stand behind that place."""

    topic: str
    partition: int
    reached: Reached
    unread: int


class LoadingReports:
    """Reads and writes them over one client, in threads."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def read(self) -> Mapping[PartitionKey, Reached]:
        """What ClickHouse knows of each partition; nothing of one that was never counted into it."""
        answer = await until_done("ClickHouse: read how far it is", lambda: asyncio.to_thread(self._read))
        return {(topic, number): Reached(next_offset=at, goal=goal) for topic, number, at, goal in answer}

    async def write(self, reports: Sequence[Report]) -> None:
        """Note how far it is now."""
        rows = [(one.topic, one.partition, one.reached.next_offset, one.reached.goal, one.unread) for one in reports]
        await until_done(
            "ClickHouse: note how far it is",
            lambda: asyncio.to_thread(self._client.insert, "loading", rows, column_names=_COLUMNS),
        )

    def _read(self) -> Sequence[Sequence[Any]]:
        rows: Sequence[Sequence[Any]] = self._client.query(
            "SELECT topic, partition, next_offset, goal FROM loading FINAL"
        ).result_rows
        return rows
