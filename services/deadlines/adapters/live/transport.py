"""Faust's Kafka transport with our consumer and producer in it."""

from typing import Any, ClassVar

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types.transports import ConsumerT, ProducerT

from services.deadlines.adapters.live.checkpoint import Checkpoint
from services.deadlines.adapters.live.committed_consumer import CommittedConsumer
from services.deadlines.adapters.live.faithful_producer import FaithfulProducer
from services.deadlines.adapters.live.log_times import LogTimes


class FaithfulTransport(driver.Transport):
    """Reads committed records, commits only what is done, stops when a record can't be written."""

    Consumer: ClassVar[type[ConsumerT]] = CommittedConsumer
    Producer: ClassVar[type[ProducerT]] = FaithfulProducer


def install(app: faust.App) -> FaithfulProducer:
    """Make the app use it for both directions; its producer."""
    app.transport = FaithfulTransport(app.conf.broker_consumer, app)
    app.producer_transport = FaithfulTransport(app.conf.broker_producer, app)
    producer = app.producer
    assert isinstance(producer, FaithfulProducer)  # noqa: S101 our transport makes it
    return producer


def connect(app: faust.App, checkpoint: Checkpoint, times: LogTimes) -> None:
    """Give the app's consumer what it needs to commit, and let no record of a changelog be thrown away."""
    consumer = app.consumer
    assert isinstance(consumer, CommittedConsumer)  # noqa: S101 our transport makes it
    consumer.checkpoint = checkpoint
    consumer.times = times
    tables: Any = app.tables
    # When the flow goes on Faust empties this queue, and what it held of a changelog would be a hole in the table: nobody reads
    # it again, and the table's offset goes on with the next record.
    app.flow_control._queues.discard(tables.changelog_queue)  # noqa: SLF001 Faust has no setting for it
