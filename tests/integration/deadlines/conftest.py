"""A real broker with every topic, and worker processes on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.kafka.handle import start_kafka


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One real broker for all tests of a module."""
    folder: Path = tmp_path_factory.mktemp("kafka")
    with start_kafka(folder, flush_each_append=False) as kafka:
        yield kafka.bootstrap_servers


@pytest.fixture
def bootstrap_of_its_own(tmp_path: Path) -> Iterator[str]:
    """A broker for one test that needs the consumer group for itself."""
    with start_kafka(tmp_path / "kafka", flush_each_append=False) as kafka:
        yield kafka.bootstrap_servers
