"""One broker for all tests of this folder, and names that no other test uses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.kafka.handle import KafkaHandle, start_kafka


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaHandle]:
    """A running broker; its data directory holds what a first start leaves that was cut off while formatting."""
    data_dir = tmp_path_factory.mktemp("kafka")
    (data_dir / "log.formatting" / "__cluster_metadata-0").mkdir(parents=True)
    with start_kafka(data_dir) as broker:
        yield broker


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Directory for a broker of the test's own."""
    return tmp_path / "kafka"


@pytest.fixture
def name() -> str:
    """A name for topics, groups and transactional ids."""
    return f"t-{uuid.uuid4().hex[:8]}"
