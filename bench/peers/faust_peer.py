"""`plain_faust`: an agent, a table with its changelog, an output topic, as Faust's documentation shows it.

Tuned as far as settings go: linger and batch size of the producer, no debug log records, no standby replicas for one worker.
"""

import asyncio
import logging
import os
import sys
from typing import Any

import faust

from bench.peers.fold import fold
from bench.peers.measure import Job, Measure, read_job

PARTITIONS = 16


def make_app(job: Job) -> faust.App:
    """The whole program."""
    app = faust.App(
        job.group,
        broker=f"kafka://{job.bootstrap}",
        store="rocksdb://",
        datadir=str(job.folder),
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        topic_disable_leader=True,
        table_standby_replicas=0,
        web_enabled=False,
        producer_linger=0.02,
        producer_max_batch_size=131_072,
    )
    source = app.topic("dossier-events", key_type=bytes, key_serializer="raw", partitions=PARTITIONS)
    conclusions = app.topic("bench-out", key_type=str, partitions=PARTITIONS)
    dossiers = app.Table("dossiers", partitions=PARTITIONS, options={"driver": "rocksdict"})
    measure = Measure(job)
    finishing: list[asyncio.Task[None]] = []

    @app.agent(source)
    async def deadlines(stream: Any) -> None:
        outputs = 0
        async for event in stream.events():
            measure.take()
            subject = event.key.decode()
            state, output = fold(dossiers.get(subject), subject, event.value, event.headers)
            if state is not None:
                dossiers[subject] = state
            if output is not None:
                outputs += 1
                _ = await conclusions.send(key=subject, value=output)  # sent, not yet acknowledged
            if measure.is_complete:
                finishing.append(asyncio.create_task(_finish(app, measure, outputs)))

    return app


async def _finish(app: faust.App, measure: Measure, outputs: int) -> None:
    """Wait until everything is acknowledged, then leave; whether it was is seen on the broker by whoever started this."""
    buffer = app.producer.buffer
    while buffer.size:  # noqa: ASYNC110  # there is nothing to wait for; its own flush gives up after 0.1 s without progress
        await asyncio.sleep(0.001)
    for _ in range(3):  # the last one is on its way from the buffer to the producer
        await asyncio.sleep(0.001)
        await app.producer.flush()
    await app.consumer.commit()
    measure.finish(outputs)
    os._exit(0)


if __name__ == "__main__":
    logging.disable(logging.DEBUG)
    faust.Worker(make_app(read_job(sys.argv[1:])), loglevel="WARN", redirect_stdouts=False).execute_from_commandline()
