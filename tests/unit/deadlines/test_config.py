"""Settings: what is read, what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.deadlines.config import ConfigError, read_config


def test_without_environment_it_runs_on_one_machine() -> None:
    config = read_config({})
    assert config.bootstrap_servers == "127.0.0.1:9092"
    assert config.data_dir == Path(".motcua/deadlines/0")
    assert (config.history_quiet, config.retention) == (timedelta(seconds=10), timedelta(days=30))
    assert config.clock_offset == timedelta(0)


def test_each_worker_has_its_own_folder() -> None:
    config = read_config(
        {"MOTCUA_DATA_DIR": "/var/lib/motcua", "MOTCUA_WORKER_ORDINAL": "2", "MOTCUA_WORKER_COUNT": "3"}
    )
    assert config.data_dir == Path("/var/lib/motcua/deadlines/2")
    assert (config.ordinal, config.worker_count) == (2, 3)


@pytest.mark.parametrize("text", ["soon", "-1"])
def test_a_setting_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match="MOTCUA_DEADLINES_RETENTION_SECONDS"):
        read_config({"MOTCUA_DEADLINES_RETENTION_SECONDS": text})
