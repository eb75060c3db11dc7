"""`plain_raw` and `plain_aiokafka`: reading, without and with decoding. No state, no outputs, no commits."""

import asyncio
import sys

import orjson
from aiokafka import AIOKafkaConsumer

from bench.peers.measure import Job, Measure, read_job

MAX_RECORDS = 100
"""So few that they stay in the processor's cache; with a thousand at once the same loop reaches little more than half."""


async def read_all(job: Job) -> None:
    """Read the whole log once."""
    consumer = AIOKafkaConsumer(
        "dossier-events",
        bootstrap_servers=job.bootstrap,
        group_id=job.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    measure = Measure(job)
    is_decoding = job.peer == "plain_aiokafka"
    await consumer.start()
    while not measure.is_complete:
        for records in (await consumer.getmany(timeout_ms=1_000, max_records=MAX_RECORDS)).values():
            measure.take(len(records))
            if is_decoding:
                for record in records:
                    dict(record.headers)
                    orjson.loads(record.value)
    measure.finish(outputs=0)
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(read_all(read_job(sys.argv[1:])))
