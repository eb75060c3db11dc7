"""What holds for every run: the run's engine."""

from collections.abc import Iterator

import pytest

from deploy.embedded.clickhouse.process import ClickHouseProcess, start


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    """The run's engine. Each module has databases of its own; who kills an engine starts one for that."""
    running = start(tmp_path_factory.mktemp("clickhouse") / "data")
    yield running
    running.stop()
