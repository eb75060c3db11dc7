"""A producer in a process of its own: transactions of 50 numbers over all partitions, until it is killed.

Prints the first number of each transaction once its commit was acknowledged. Usage: relay.py BOOTSTRAP TOPIC
"""

import asyncio
import itertools
import sys

from aiokafka import AIOKafkaProducer

BATCH = 50


async def main() -> None:
    """Produce for ever."""
    bootstrap, topic = sys.argv[1:]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="relay", enable_idempotence=True)
    await producer.start()
    for first in itertools.count(0, BATCH):
        async with producer.transaction():
            for number in range(first, first + BATCH):
                await producer.send(topic, b"%d" % number, key=b"%d" % number)
        sys.stdout.write(f"{first}\n")
        sys.stdout.flush()


asyncio.run(main())
