"""Asks the broker where partitions end, open transactions included.

A consumer that reads committed is told the last stable offset: the end as if nothing were on its way. Time may only pass once
what is on its way is known, so the high watermark is asked for, in one request per broker.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, LeaderNotAvailableError, StaleMetadata, for_code
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy
from faust.types import TP

_READ_UNCOMMITTED = 0
_CONSUMER = -1
_RETRY_SECONDS = 0.1


async def high_watermarks(client: Any, tps: Iterable[TP]) -> Mapping[TP, int]:
    """The high watermark of each partition. `client`: aiokafka's, in its own loop. Asks again while a broker is away."""
    asked = list(tps)
    while True:
        try:
            return await _ask(client, asked)
        except KafkaError as error:
            if not error.retriable:
                raise
            if error.invalid_metadata:
                client.force_metadata_update()
            await asyncio.sleep(_RETRY_SECONDS)


async def _ask(client: Any, tps: Iterable[TP]) -> Mapping[TP, int]:
    await client._maybe_wait_metadata()  # noqa: SLF001 as aiokafka's own fetcher does
    by_leader: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for tp in tps:
        leader = client.cluster.leader_for_partition(TopicPartition(tp.topic, tp.partition))
        if leader is None:
            client.add_topic(tp.topic)
            raise StaleMetadata(tp)
        if leader == -1:
            raise LeaderNotAvailableError(tp)
        by_leader[leader][tp.topic].append((tp.partition, OffsetResetStrategy.LATEST))
    answers = await asyncio.gather(
        *(
            client.send(leader, OffsetRequest(_CONSUMER, _READ_UNCOMMITTED, list(topics.items())))
            for leader, topics in by_leader.items()
        )
    )
    return {tp: end for answer in answers for tp, end in _ends(answer)}


def _ends(answer: Any) -> Iterable[tuple[TP, int]]:
    for topic, partitions in answer.topics:
        for partition, code, _, end, *_ in partitions:
            if code:
                raise for_code(code)(f"{topic}-{partition}")
            yield TP(topic, partition), end
