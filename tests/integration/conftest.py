"""One broker and one engine for the whole run. What a test kills is its own; what a module leaves, the next one finds gone."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.embedded.broker import KafkaHandle, start_kafka
from tests.integration.brokers import emptied


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaHandle]:
    """The run's broker; its data directory holds what a first start leaves that was cut off while formatting."""
    data_dir = tmp_path_factory.mktemp("kafka")
    (data_dir / "log.formatting" / "__cluster_metadata-0").mkdir(parents=True)
    with start_kafka(data_dir) as broker:
        yield broker


@pytest.fixture
def bootstrap(kafka: KafkaHandle) -> str:
    """The run's broker, emptied: a test may use the product's topics and groups as if nobody had before."""
    return asyncio.run(emptied(kafka.bootstrap_servers))
