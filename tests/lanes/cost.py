"""CPU seconds per test and layer: printed at the end of each run, and a layer above its budget fails it.

CPU and not wall time, because a shared machine lends its cores to others. A test costs what its own process used meanwhile,
what ended children have used, and what children used that still run; a fixture's cost counts for the test that asked first.
"""

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil
import pytest

from tests.lanes.layers import Layers

MOST_NAMED = 5
_ROUNDS = 3
_DIGESTS = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """What a layer has cost, and what it may cost on this machine; `dearest`: its tests that cost most, first the dearest."""

    folder: str
    tests: int
    spent: float
    allowed: float
    dearest: tuple[tuple[str, float], ...]

    @property
    def is_above(self) -> bool:
        return self.spent > self.allowed


def cost_of_layers(spent: Mapping[str, float], layers: Layers, slowness: float) -> list[LayerCost]:
    """Cost by test id -> cost by layer, in the order of the layers; `slowness` stretches the budgets."""
    by_folder: dict[str, dict[str, float]] = defaultdict(dict)
    for test, seconds in spent.items():
        layer = layers.of(test)
        if layer is not None:
            by_folder[layer.folder][test] = seconds
    return [
        LayerCost(
            folder=layer.folder,
            tests=len(of_layer),
            spent=sum(of_layer.values()),
            allowed=layer.cpu_seconds * slowness,
            dearest=tuple(sorted(of_layer.items(), key=lambda one: -one[1])[:MOST_NAMED]),
        )
        for layer in layers.layers
        if (of_layer := by_folder[layer.folder])
    ]


def told(costs: list[LayerCost]) -> list[str]:
    """A line per layer; below one that is above its budget, its dearest tests."""
    lines = []
    for one in costs:
        above = "  ABOVE ITS BUDGET, dearest first:" if one.is_above else ""
        lines.append(f"{one.folder:<36}{one.tests:>6} tests {one.spent:>7.1f} of {one.allowed:>5.0f} CPU s{above}")
        lines += [f"    {seconds:>6.1f} CPU s  {test}" for test, seconds in one.dearest if one.is_above]
    return lines


class Costs:
    """The plugin: measures around each test, tells at the end, and lets the run fail for what is above its budget."""

    def __init__(self, layers: Layers, *, are_enforced: bool) -> None:
        self._layers = layers
        self._are_enforced = are_enforced
        self._spent: dict[str, float] = defaultdict(float)
        self._slowness = max(1.0, self._measured())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        layer = self._layers.of(item.nodeid)
        has_children = layer is None or layer.lane != "pure"
        before = cpu_seconds(has_children=has_children)
        outcome = yield
        # A process whose parent died before it is nobody's child any more: what it has used can't be seen, and is no gain.
        self._spent[item.nodeid] += max(0.0, cpu_seconds(has_children=has_children) - before)
        return outcome

    def _measured(self) -> float:
        """How slow the machine is now; busy neighbours make a second of CPU worth less, so it is asked at both ends of a run."""
        return yardstick() / self._layers.yardstick_seconds

    def costs(self) -> list[LayerCost]:
        return cost_of_layers(self._spent, self._layers, self._slowness)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._slowness = max(self._slowness, self._measured())
        is_above = any(one.is_above for one in self.costs())
        if self._are_enforced and is_above and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = told(self.costs())
        if lines:
            terminalreporter.section(f"CPU seconds per layer; this machine: {self._slowness:.2f} of the yardstick")
            terminalreporter.write("\n".join(lines) + "\n")


def cpu_seconds(*, has_children: bool) -> float:
    """What this process and all that it has started have used, user and system; with those that still run, if there are any."""
    used = os.times()
    seconds = used.user + used.system + used.children_user + used.children_system
    for one in psutil.Process().children(recursive=True) if has_children else ():
        with suppress(psutil.Error):
            seconds += sum(one.cpu_times()[:4])
    return seconds


def yardstick() -> float:
    """CPU seconds of a fixed piece of work: the best of some rounds, so that a neighbour's burst doesn't count."""
    return min(_round() for _ in range(_ROUNDS))


def _round() -> float:
    began = time.process_time()
    digest = b""
    for number in range(_DIGESTS):
        digest = hashlib.blake2b(digest + number.to_bytes(8, "big")).digest()
    return time.process_time() - began
