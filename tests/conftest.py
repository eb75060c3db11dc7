"""What holds for every run: cost per layer, Hypothesis profiles, and which tests of the embedded parts are due."""

import signal
from collections.abc import Iterator

import pytest

from tests.embedded.engine import ClickHouseProcess, start
from tests.integration.crash_matrix import KILLS
from tests.lanes.cost import Costs
from tests.lanes.embedded import is_full_run_due, selected
from tests.lanes.examples import chosen, load_profile
from tests.lanes.layers import read_layers

pytest_plugins = ("pytester",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--embedded",
        choices=("all", "auto"),
        default="all",
        help="auto: of the embedded parts' tests only the smoke tests, unless what they test has changed",
    )


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a run in the background: what tests start must hear Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not config.getoption("--hypothesis-profile", None):
        load_profile()
    config.pluginmanager.register(Costs(read_layers(), are_enforced=chosen() == "small" and KILLS == 1), "costs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    is_due = config.getoption("--embedded") == "all" or is_full_run_due()
    running = selected({one.nodeid: one.get_closest_marker("smoke") is not None for one in items}, is_due=is_due)
    left_out = [one for one in items if one.nodeid not in running]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if one.nodeid in running]


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    """The run's engine. Each module has databases of its own; who kills an engine starts one for that."""
    running = start(tmp_path_factory.mktemp("clickhouse") / "data")
    yield running
    running.stop()
