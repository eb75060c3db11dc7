"""Faust's Kafka transport with our consumer and producer in it."""

from typing import ClassVar

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types.transports import ConsumerT, ProducerT

from services.deadlines.adapters.committed_consumer import CommittedConsumer
from services.deadlines.adapters.faithful_producer import FaithfulProducer


class FaithfulTransport(driver.Transport):
    """Reads committed records, commits only what is done, stops when a record can't be written."""

    Consumer: ClassVar[type[ConsumerT]] = CommittedConsumer
    Producer: ClassVar[type[ProducerT]] = FaithfulProducer


def install(app: faust.App) -> None:
    """Make the app use it for both directions."""
    app.transport = FaithfulTransport(app.conf.broker_consumer, app)
    app.producer_transport = FaithfulTransport(app.conf.broker_producer, app)
