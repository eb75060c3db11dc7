"""A consumer in a process of its own, to be killed: prints each partition it gets and each record it reads.

Usage: member.py BOOTSTRAP TOPIC GROUP SESSION_TIMEOUT_MS [INSTANCE_ID]
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer


async def main() -> None:
    """Read for ever; records are not committed."""
    bootstrap, topic, group, session_timeout_ms, *instance = sys.argv[1:]
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        group_instance_id=instance[0] if instance else None,
        session_timeout_ms=int(session_timeout_ms),
        heartbeat_interval_ms=int(session_timeout_ms) // 5,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    async for record in consumer:
        sys.stdout.write(f"{record.partition} {record.value.decode()}\n")
        sys.stdout.flush()


asyncio.run(main())
