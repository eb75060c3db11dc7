"""An engine of a test's own, that may be killed and started again on its data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.engine import ClickHouseProcess, start


class Engine:
    """One engine on one port and one folder, across kills and starts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._running: ClickHouseProcess = start(path)
        self.port = self._running.port
        self.url = f"{self._running.url}/motcua"

    def kill(self) -> None:
        self._running.kill()

    def start(self) -> None:
        self._running = start(self._path, port=self.port)

    def stop(self) -> None:
        self._running.stop()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    started = Engine(tmp_path / "clickhouse")
    yield started
    started.stop()
