"""A worker whose agents run in this process, and what it says."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import faust
import pytest

from services.deadlines.app import Worker, make_app
from services.deadlines.config import DeadlinesConfig
from tests.flow.deadlines.running import MovableClock, Sent


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    config = DeadlinesConfig(bootstrap_servers="127.0.0.1:1", data_dir=tmp_path, retention=timedelta(hours=1))
    made = make_app(config, clock=MovableClock())
    made.app.finalize()
    made.app.flow_control.resume()
    with patch.object(faust.Event, "ack"):
        yield made
    await made.clocks.rows._table.data.stop()


@pytest.fixture
def sent(worker: Worker) -> Iterator[Sent]:
    sent = Sent()
    dependencies = worker.agents.dependencies
    with patch.object(dependencies.emitted, "put", sent.put), patch.object(dependencies.dlq, "send", sent.send):
        yield sent
