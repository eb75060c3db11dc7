"""Which layer of the tests a file is of: its lane and its budget, as `layers.toml` says."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("layers.toml")
LANES = ("pure", "connected", "whole")
"""Pure tests start no process of the product; connected ones run parts of it on the real Kafka, ClickHouse and PostgreSQL;
whole ones run the product as its users meet it: its processes, its stack. The browser runs beside the
connected ones, whose ClickHouse its page asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A folder of tests; `cpu_seconds`: what it may cost on the machine of the yardstick."""

    folder: str
    lane: str
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """All of them, and how long the yardstick takes on the machine that the budgets are for."""

    yardstick_seconds: float
    layers: tuple[Layer, ...]

    def of(self, path: str) -> Layer | None:
        """The layer of a test file (relative to the project), the innermost one; None if no folder of it is listed."""
        inner = [one for one in self.layers if path.startswith(f"{one.folder}/")]
        return max(inner, key=lambda one: len(one.folder), default=None)

    def folders(self, lane: str) -> list[str]:
        """The folders of a lane, in the order in which they run."""
        return [one.folder for one in self.layers if one.lane == lane]


@cache
def read_layers() -> Layers:
    """As the file says."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Layers(
        yardstick_seconds=read["yardstick_seconds"],
        layers=tuple(Layer(**{**one, "cpu_seconds": float(one["cpu_seconds"])}) for one in read["layer"]),
    )
